"""Nesting depths of spans, to tell nested and crossing ones apart."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import accumulate, compress, count
from operator import attrgetter, le
from typing import Final

from msgspec import Struct

from annotator.model.labels import LabelSet
from annotator.model.records import Span

_DEEPEST: Final = 3


class Depth(Struct, frozen=True):
    """A span's depth: levels of longer (`outer`) and shorter (`inner`) spans that overlap it, 3 at most.

    `deepest` is the largest `inner` in its group.
    """

    outer: int
    inner: int
    deepest: int


class NestingDepths:
    """The depths of spans, computed on first use per overlapping group: few are visible."""

    def __init__(self, spans: Iterable[Span], ranks: Mapping[str, int]) -> None:
        self._ranks = ranks
        self._spans = sorted(spans, key=attrgetter("start"))
        starts = list(map(attrgetter("start"), self._spans))
        # A group begins where no earlier span reaches. All in C: every key press does this.
        max_ends = accumulate(map(attrgetter("end"), self._spans), max)
        self._group_indices = [0, *compress(count(1), map(le, max_ends, starts[1:])), len(starts)]
        self._group_starts = [starts[index] for index in self._group_indices[:-1]] if starts else []
        self._depths: dict[str, Depth] = {}

    def group_range(self, span: Span) -> tuple[int, int]:
        """Return the range of text of this span's group."""
        group = self._group_of(span)
        return group[0].start, max(member.end for member in group)

    def __getitem__(self, span: Span) -> Depth:
        if span.uid not in self._depths:
            self._compute(self._group_of(span))
        return self._depths[span.uid]

    def _group_of(self, span: Span) -> list[Span]:
        index = bisect_right(self._group_starts, span.start)
        return self._spans[self._group_indices[index - 1] : self._group_indices[index]]

    def _compute(self, group: list[Span]) -> None:
        unknown_rank = len(self._ranks)
        group.sort(
            key=lambda span: (span.start - span.end, span.start, self._ranks.get(span.label, unknown_rank), span.uid)
        )
        outer, inner = _levels(group), _levels(group[::-1])[::-1]
        deepest = max(inner)
        for span, outer_level, inner_level in zip(group, outer, inner, strict=True):
            self._depths[span.uid] = Depth(outer_level, inner_level, deepest)


def compute_depths(spans: Iterable[Span], labels: LabelSet) -> NestingDepths:
    """Return the nesting depths of these spans."""
    return _cached_depths(tuple(spans), tuple(label.name for label in labels.labels))


@lru_cache(maxsize=1)  # the article and the list of spans need the same at every key press
def _cached_depths(spans: tuple[Span, ...], labels: tuple[str, ...]) -> NestingDepths:
    return NestingDepths(spans, {name: rank for rank, name in enumerate(labels)})


def _levels(ordered: list[Span]) -> list[int]:
    """Return each span's level: one above the deepest earlier span that overlaps it, 3 at most, or 0."""
    levels: list[int] = []
    for span in ordered:
        overlapping_levels = (level for earlier, level in zip(ordered, levels, strict=False) if _overlap(earlier, span))
        levels.append(min(_DEEPEST, 1 + max(overlapping_levels, default=-1)))
    return levels


def _overlap(first: Span, second: Span) -> bool:
    return first.start < second.end and second.start < first.end
