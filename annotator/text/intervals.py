"""An index of text intervals that finds those overlapping a range.

Scanning an article's thousands of spans for each query would be quadratic. No interval is empty.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final, Generic, TypeVar

_BUCKET_SIZE: Final = 64  # code points, about one line

T = TypeVar("T")


class IntervalIndex(Generic[T]):
    """Values stored by the interval of text that they belong to."""

    def __init__(self) -> None:
        self._buckets: defaultdict[int, list[tuple[int, int, T]]] = defaultdict(list)

    def add(self, start: int, end: int, value: T) -> None:
        """Store `value` for [start, end)."""
        for bucket in _bucket_range(start, end):
            self._buckets[bucket].append((start, end, value))

    def overlapping(self, start: int, end: int) -> Iterator[T]:
        """Yield the values of intervals that overlap [start, end).

        Those of intervals across several buckets may repeat.
        """
        for bucket in _bucket_range(start, end):
            for other_start, other_end, value in self._buckets.get(bucket, ()):
                if other_start < end and start < other_end:
                    yield value


def _bucket_range(start: int, end: int) -> range:
    return range(start // _BUCKET_SIZE, (end - 1) // _BUCKET_SIZE + 1)
