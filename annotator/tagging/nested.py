"""Assign nesting levels to nested and crossing spans, for formats with several columns of tags.

A span's level is the first one deeper than those of all spans that contain it and without a span that it crosses. Spans
with the tallest stack inside get levels first, then those that start earlier. Of equal ranges, the first contains the
others. The number of levels is minimal if spans only nest or only cross; otherwise it may be one more.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from msgspec import Struct

from annotator.model.labels import LabelSet
from annotator.model.records import Article, Span, Zone
from annotator.tagging import schemes
from annotator.tagging.flat import ProjectionOptions, SpanOutcome, align_spans, build_sentences, resolve_overlaps
from annotator.tagging.schemes import Chunk


class Interval(Protocol):
    """Anything with a start and an exclusive end, such as a span or chunk."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


S = TypeVar("S", bound=Interval)


class NestedSentence(Struct, frozen=True, gc=False):
    """A sentence's exported tokens, and its chunks by level, outermost first.

    Chunks of one level never overlap.
    """

    words: Sequence[str]
    levels: Sequence[Sequence[Chunk]]

    def __len__(self) -> int:
        """Return the number of tokens."""
        return len(self.words)

    def encode_tags(self, scheme: str) -> list[list[str]]:
        """Return one tag a word for each level."""
        return [schemes.encode(len(self.words), level, scheme) for level in self.levels]


class NestedProjection(Struct, frozen=True):
    """An article as in a nested file, and its spans' outcomes in original order."""

    article: Article
    sentences: tuple[NestedSentence, ...]
    outcomes: tuple[SpanOutcome, ...]

    def count_tokens(self) -> tuple[int, int]:
        """Return the numbers of sentences and tokens."""
        return len(self.sentences), sum(map(len, self.sentences))

    @property
    def depth(self) -> int:
        """The number of levels."""
        return max((len(sentence.levels) for sentence in self.sentences), default=0)


def project_nested(
    article: Article,
    zones: Iterable[Zone],
    spans: Sequence[Span],
    labels: LabelSet,
    options: ProjectionOptions,
    *,
    allow_same_label: bool = True,
) -> NestedProjection:
    """Project one annotator's `spans`, all that zones and tokens allow.

    Overlaps are kept, unless the format cannot tell overlapping spans of one label apart (`allow_same_label` is false):
    then `options.flatten` chooses.
    """
    ranges, outcomes = align_spans(article, zones, spans, options)
    if not allow_same_label:
        outcomes = _resolve_overlaps_by_label(article.text, outcomes, labels, options.flatten)
    sentences = (
        NestedSentence(words, assign_levels(chunks))
        for words, chunks in build_sentences(article.text, ranges, outcomes, labels)
    )
    return NestedProjection(article, tuple(sentences), tuple(outcomes))


def assign_levels(spans: Sequence[S]) -> list[list[S]]:
    """Return `spans` by level, outermost first (see above), each sorted and without overlaps."""
    order = sorted(range(len(spans)), key=lambda index: (spans[index].start, -spans[index].end, index))
    containers, crossing = _containing_and_crossing(spans, order)
    heights = dict.fromkeys(order, 1)
    for inner in reversed(order):  # containers come before their contents
        for outer in containers[inner]:
            heights[outer] = max(heights[outer], heights[inner] + 1)
    depth_of: dict[int, int] = {}
    for index in sorted(order, key=lambda index: -heights[index]):
        crossed_depths = {depth_of[rival] for rival in crossing[index] if rival in depth_of}
        depth = max((depth_of[outer] + 1 for outer in containers[index]), default=0)
        while depth in crossed_depths:
            depth += 1
        depth_of[index] = depth
    result: list[list[S]] = [[] for _depth in range(max(depth_of.values(), default=-1) + 1)]
    for index in order:
        result[depth_of[index]].append(spans[index])
    return result


def _containing_and_crossing(
    spans: Sequence[Interval], order: list[int]
) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Return, for each span, the indices of spans that contain it and that cross it."""
    containers: dict[int, list[int]] = {index: [] for index in order}
    crossing: dict[int, list[int]] = {index: [] for index in order}
    open_spans: list[int] = []
    for index in order:
        open_spans = [earlier for earlier in open_spans if spans[earlier].end > spans[index].start]
        for earlier in open_spans:
            if spans[earlier].end >= spans[index].end:
                containers[index].append(earlier)
            else:
                crossing[index].append(earlier)
                crossing[earlier].append(index)
        open_spans.append(index)
    return containers, crossing


def _resolve_overlaps_by_label(
    text: str, aligned: list[SpanOutcome], labels: LabelSet, flatten: str
) -> list[SpanOutcome]:
    """Resolve overlaps among the spans of each label."""
    by_label: dict[str, list[SpanOutcome]] = {}
    for outcome in aligned:
        by_label.setdefault(outcome.span.label, []).append(outcome)
    resolved = {label: iter(resolve_overlaps(text, outcomes, labels, flatten)) for label, outcomes in by_label.items()}
    return [next(resolved[outcome.span.label]) for outcome in aligned]
