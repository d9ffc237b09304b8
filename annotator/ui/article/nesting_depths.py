"""Nesting depths of spans and suggestions, to tell nested and crossing ones apart."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import cached_property
from operator import attrgetter
from typing import Final, TypeAlias

from msgspec import Struct

from annotator.model.labels import LabelSet
from annotator.model.records import Span, Suggestion, labelled_range

_DEEPEST: Final = 3

Item: TypeAlias = Span | Suggestion


class Depth(Struct, frozen=True):
    """An item's depth: levels of longer (`outer`) and shorter (`inner`) items that overlap it, 3 at most.

    `deepest` is the largest `inner` in its group.
    """

    outer: int
    inner: int
    deepest: int


class _Groups:
    """Items by the groups in which each overlaps another."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items = sorted(items, key=attrgetter("start"))
        self._indices, self._starts = list[int](), list[int]()
        reach = -1  # how far the items before reach
        for index, item in enumerate(self._items):  # twice as fast as itertools, and every key press does this
            if item.start >= reach:
                self._indices.append(index)
                self._starts.append(item.start)
            if item.end > reach:
                reach = item.end
        self._indices.append(len(self._items))

    def find(self, item: Item) -> list[Item]:
        """Return the group of one of the items, sorted by start."""
        index = bisect_right(self._starts, item.start)
        return self._items[self._indices[index - 1] : self._indices[index]]


class NestingDepths:
    """The depths of spans and suggestions, computed on first use per overlapping group: few are visible.

    `items` must stay as they are.
    """

    def __init__(self, items: Iterable[Item], ranks: Mapping[str, int]) -> None:
        self._items, self._ranks = items, ranks
        self._depths: dict[tuple[int, int, str], Depth] = {}

    @cached_property
    def _groups(self) -> _Groups:
        return _Groups(self._items)

    def group_range(self, item: Item) -> tuple[int, int]:
        """Return the range of text of this item's group."""
        group = self._groups.find(item)
        return group[0].start, max(member.end for member in group)

    def __getitem__(self, item: Item) -> Depth:
        key = labelled_range(item)
        if key not in self._depths:
            self._compute(self._groups.find(item))
        return self._depths[key]

    def _compute(self, group: list[Item]) -> None:
        unknown_rank = len(self._ranks)
        group.sort(
            key=lambda item: (item.start - item.end, item.start, self._ranks.get(item.label, unknown_rank), item.label)
        )
        outer, inner = _levels(group), _levels(group[::-1])[::-1]
        deepest = max(inner)
        for item, outer_level, inner_level in zip(group, outer, inner, strict=True):
            self._depths[labelled_range(item)] = Depth(outer_level, inner_level, deepest)


def compute_depths(items: Iterable[Item], labels: LabelSet) -> NestingDepths:
    """Return the nesting depths of these spans and suggestions."""
    return NestingDepths(items, {label.name: rank for rank, label in enumerate(labels.labels)})


def _levels(ordered: list[Item]) -> list[int]:
    """Return each item's level: one above the deepest earlier item that overlaps it, 3 at most, or 0."""
    levels: list[int] = []
    for item in ordered:
        overlapping_levels = (level for earlier, level in zip(ordered, levels, strict=False) if _overlap(earlier, item))
        levels.append(min(_DEEPEST, 1 + max(overlapping_levels, default=-1)))
    return levels


def _overlap(first: Item, second: Item) -> bool:
    return first.start < second.end and second.start < first.end
