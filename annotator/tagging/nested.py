"""Assign nesting levels to spans that nest and cross, for file formats with several columns of tags.

A span's level is deeper than those of all spans that contain it: the first such level that has no span it crosses.
Spans with the tallest stack of spans inside get their levels first, then those that start earlier. A span contains the
spans within its range; of equal ranges, the first contains the others. If spans only nest, or only cross, the number of
levels is minimal; if they do both, it may be one more than needed.
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
    """Anything with a start and an end (exclusive), such as a span, a chunk or a text range."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


S = TypeVar("S", bound=Interval)


class NestedSentence(Struct, frozen=True):
    """The tokens of a sentence as exports write them, and its chunks by level, the outermost first.

    The chunks of one level never overlap.
    """

    words: Sequence[str]
    levels: Sequence[Sequence[Chunk]]

    def encode_tags(self, scheme: str) -> list[list[str]]:
        """Return for each level one tag a word."""
        return [schemes.encode(len(self.words), level, scheme) for level in self.levels]


class NestedProjection(Struct, frozen=True):
    """An article as a nested file presents it, and the outcomes of its spans in their original order."""

    article: Article
    sentences: tuple[NestedSentence, ...]
    outcomes: tuple[SpanOutcome, ...]

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
    """Project one annotator's `spans` on the article, including all that its zones and tokens allow.

    Overlaps are kept. Only if `allow_same_label` is false, because the format cannot tell overlapping spans of one
    label apart, `options.flatten` chooses among them.
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
    """Return `spans` by level, the outermost first (see above); each level is sorted and without overlaps."""
    order = sorted(range(len(spans)), key=lambda index: (spans[index].start, -spans[index].end, index))
    containers, crossing = _containing_and_crossing(spans, order)
    heights = dict.fromkeys(order, 1)
    for inner in reversed(order):  # a container comes before its contents in this order
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
    """Return for each span the indices of the spans that contain it, and of those that cross it."""
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
    """Resolve overlaps among the spans of each label, as `resolve_overlaps` does."""
    by_label: dict[str, list[SpanOutcome]] = {}
    for outcome in aligned:
        by_label.setdefault(outcome.span.label, []).append(outcome)
    resolved = {label: iter(resolve_overlaps(text, outcomes, labels, flatten)) for label, outcomes in by_label.items()}
    return [next(resolved[outcome.span.label]) for outcome in aligned]
