"""How spans lie in and across one another, so that nested ones are told apart. Nothing is painted here."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import accumulate, compress, count
from operator import attrgetter, le
from typing import Final

from msgspec import Struct

from annotator.core.labels import LabelSet
from annotator.core.model import Span

_DEEPEST: Final = 3


class Depth(Struct, frozen=True):
    """Where a span lies among those that share letters with it: `outer` are longer, `inner` are shorter.

    `deepest` is the largest `inner` of them all, itself included.
    """

    outer: int
    inner: int
    deepest: int


class Depths(Mapping[str, Depth]):
    """For each span's uid how deep it lies. Found when first asked for, for all spans of a group, which share letters
    with one another: few of a thousand are in sight."""

    def __init__(self, spans: Iterable[Span], ranks: Mapping[str, int]) -> None:
        self._ranks = ranks
        self._spans = sorted(spans, key=attrgetter("start"))
        self._places = dict(zip(map(attrgetter("uid"), self._spans), count(), strict=False))
        # A group of overlapping spans begins where none of those before reaches. All in C, as it is done at every key.
        reached = accumulate(map(attrgetter("end"), self._spans), max)
        self._firsts = [0, *compress(count(1), map(le, reached, map(attrgetter("start"), self._spans[1:])))]
        self._found: dict[str, Depth] = {}

    def group(self, uid: str) -> tuple[int, int]:
        """The stretch of the text that the group of this span covers."""
        group = self._group(uid)
        return group[0].start, max(span.end for span in group)

    def __getitem__(self, uid: str) -> Depth:
        if uid not in self._found:
            self._find(self._group(uid))
        return self._found[uid]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def _group(self, uid: str) -> list[Span]:
        at = bisect_right(self._firsts, self._places[uid])
        last = self._firsts[at] if at < len(self._firsts) else None
        return self._spans[self._firsts[at - 1] : last]

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
