"""What lies where in a text, found by where it is: an article may have thousands of spans.

Offsets are code points, end exclusive; no stretch is empty.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final, Generic, TypeVar

_BLOCK: Final = 64  # code points

T = TypeVar("T")


class Taken(Generic[T]):
    """Stretches of a text, each with something that is known of it."""

    def __init__(self) -> None:
        self._blocks: defaultdict[int, list[tuple[int, int, T]]] = defaultdict(list)

    def add(self, start: int, end: int, known: T) -> None:
        """Know this of a stretch, too."""
        for block in _blocks(start, end):
            self._blocks[block].append((start, end, known))

    def overlapping(self, start: int, end: int) -> Iterator[T]:
        """What is known of the stretches that overlap this one; one that is long may be told more than once."""
        for block in _blocks(start, end):
            for first, last, known in self._blocks.get(block, ()):
                if first < end and start < last:
                    yield known


def _blocks(start: int, end: int) -> range:
    return range(start // _BLOCK, (end - 1) // _BLOCK + 1)
