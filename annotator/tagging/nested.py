"""Spans that nest and cross, as flat depths: what training files show that have more than one tag for a token.

The rule: a span lies deeper than all that hold it, at the first such depth that none it crosses has. Spans are given
their depths in the order of how many are stacked in them, the tallest stack first, then from the start of the text. A
span holds what lies within it, and of one stretch the first holds the others. Where spans only nest, or only cross, no
fewer depths would do; where they do both, one more than needed may come of it.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from msgspec import Struct

from annotator.model.labels import LabelSet
from annotator.model.records import Article, Span, Zone
from annotator.tagging import schemes
from annotator.tagging.flat import Fate, Options, flattened, lay, place
from annotator.tagging.schemes import Chunk


class Spanning(Protocol):
    """What has a start and an end (exclusive), such as a span, a chunk or a stretch."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


S = TypeVar("S", bound=Spanning)


class Sentence(Struct, frozen=True):
    """The tokens of a sentence as the file shows them, and its chunks by depth, the outermost first. Those of one depth
    never overlap."""

    words: Sequence[str]
    levels: Sequence[Sequence[Chunk]]

    def tags(self, scheme: str) -> list[list[str]]:
        """For each depth one tag a word."""
        return [schemes.encode(len(self.words), level, scheme) for level in self.levels]


class NestedProjection(Struct, frozen=True):
    """An article as a nested file shows it, and the fate of each of its spans, in the order in which they came."""

    article: Article
    sentences: tuple[Sentence, ...]
    fates: tuple[Fate, ...]

    @property
    def depth(self) -> int:
        """How many depths there are."""
        return max((len(sentence.levels) for sentence in self.sentences), default=0)


def project_levels(
    article: Article,
    zones: Iterable[Zone],
    spans: Sequence[Span],
    labels: LabelSet,
    options: Options,
    *,
    within_label: bool = True,
) -> NestedProjection:
    """The projection of one annotator's `spans` on the article, with every one that its zones and tokens allow.

    Nothing is flattened, and `options.flatten` counts for nothing; but where `within_label` is false, since the format
    cannot tell spans of one label that overlap, it says which of those stays.
    """
    parts, fates = place(article, zones, spans, options)
    if not within_label:
        fates = _flattened_by_label(article.text, fates, labels, options.flatten)
    sentences = (Sentence(words, levels(chunks)) for words, chunks in lay(article.text, parts, fates, labels))
    return NestedProjection(article, tuple(sentences), tuple(fates))


def levels(spans: Sequence[S]) -> list[list[S]]:
    """`spans` by depth, the outermost first, by the rule above; each depth from start to end, without overlaps."""
    order = sorted(range(len(spans)), key=lambda at: (spans[at].start, -spans[at].end, at))
    held_by, crossed_by = _neighbours(spans, order)
    heights = dict.fromkeys(order, 1)
    for inner in reversed(order):  # whoever holds a span comes before it in the order
        for outer in held_by[inner]:
            heights[outer] = max(heights[outer], heights[inner] + 1)
    depths: dict[int, int] = {}
    for at in sorted(order, key=lambda at: -heights[at]):
        taken = {depths[other] for other in crossed_by[at] if other in depths}
        depth = max((depths[outer] + 1 for outer in held_by[at]), default=0)
        while depth in taken:
            depth += 1
        depths[at] = depth
    found: list[list[S]] = [[] for _depth in range(max(depths.values(), default=-1) + 1)]
    for at in order:
        found[depths[at]].append(spans[at])
    return found


def _neighbours(spans: Sequence[Spanning], order: list[int]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """For each span, in `order`, those that hold it and those that it crosses, by their places in `spans`."""
    held_by: dict[int, list[int]] = {at: [] for at in order}
    crossed_by: dict[int, list[int]] = {at: [] for at in order}
    open_: list[int] = []
    for at in order:
        open_ = [other for other in open_ if spans[other].end > spans[at].start]
        for other in open_:
            if spans[other].end >= spans[at].end:
                held_by[at].append(other)
            else:
                crossed_by[at].append(other)
                crossed_by[other].append(at)
        open_.append(at)
    return held_by, crossed_by


def _flattened_by_label(words: str, placed: list[Fate], labels: LabelSet, flatten: str) -> list[Fate]:
    """`placed`, with a loss in place of every fate that stands in the way of a better one of its label."""
    by_label: dict[str, list[Fate]] = {}
    for fate in placed:
        by_label.setdefault(fate.span.label, []).append(fate)
    done = {label: iter(flattened(words, fates, labels, flatten)) for label, fates in by_label.items()}
    return [next(done[fate.span.label]) for fate in placed]
