"""How spans lie in and across one another, so that nested ones are told apart. Nothing is painted here."""

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
    """Where a span lies among those that share letters with it: `outer` are longer, `inner` are shorter.

    `deepest` is the largest `inner` of them all, itself included.
    """

    outer: int
    inner: int
    deepest: int


class Depths:
    """How deep each span lies among these. Found when first asked for, for all spans of a group, which share letters
    with one another: few of a thousand are in sight."""

    def __init__(self, spans: Iterable[Span], ranks: Mapping[str, int]) -> None:
        self._ranks = ranks
        self._spans = sorted(spans, key=attrgetter("start"))
        starts = list(map(attrgetter("start"), self._spans))
        # A group of overlapping spans begins where none of those before reaches. All in C, as it is done at every key.
        reached = accumulate(map(attrgetter("end"), self._spans), max)
        self._firsts = [0, *compress(count(1), map(le, reached, starts[1:])), len(starts)]
        self._begins = [starts[first] for first in self._firsts[:-1]] if starts else []
        self._found: dict[str, Depth] = {}

    def group(self, span: Span) -> tuple[int, int]:
        """The stretch of the text that the group of this one of the spans covers."""
        group = self._group(span)
        return group[0].start, max(one.end for one in group)

    def __getitem__(self, span: Span) -> Depth:
        if span.uid not in self._found:
            self._find(self._group(span))
        return self._found[span.uid]

    def _group(self, span: Span) -> list[Span]:
        at = bisect_right(self._begins, span.start)
        return self._spans[self._firsts[at - 1] : self._firsts[at]]

    def _find(self, group: list[Span]) -> None:
        last = len(self._ranks)
        group.sort(key=lambda span: (span.start - span.end, span.start, self._ranks.get(span.label, last), span.uid))
        outer, inner = _levels(group), _levels(group[::-1])[::-1]
        deepest = max(inner)
        for span, above, beneath in zip(group, outer, inner, strict=True):
            self._found[span.uid] = Depth(above, beneath, deepest)


def depths(spans: Iterable[Span], labels: LabelSet) -> Depths:
    """How deep each of these spans lies, so that nested and crossing ones are told apart."""
    return _depths(tuple(spans), tuple(label.name for label in labels.labels))


@lru_cache(maxsize=1)  # the article and the list of its spans ask for the same at every key
def _depths(spans: tuple[Span, ...], labels: tuple[str, ...]) -> Depths:
    return Depths(spans, {name: rank for rank, name in enumerate(labels)})


def _levels(ordered: list[Span]) -> list[int]:
    """For each span one more than the deepest earlier one that shares a letter; 0 where none does."""
    levels: list[int] = []
    for span in ordered:
        touching = (level for one, level in zip(ordered, levels, strict=False) if _share(one, span))
        levels.append(min(_DEEPEST, 1 + max(touching, default=-1)))
    return levels


def _share(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
