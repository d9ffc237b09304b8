"""A text that was put right (see `visual`), and where each character of the given one stands in it."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate, chain
from operator import sub
from typing import Final

_BLOCK: Final = 1 << 10  # characters


class Repaired:
    """The logical text of a given one, and where each of the given characters stands in it."""

    def __init__(self, text: str, starts: Sequence[int], ends: Sequence[int]) -> None:
        self.text: Final = text
        self._starts = starts
        self._ends = ends

    def moved(self, offset: int) -> int:
        """Where the given character at `offset` begins in the repaired text; the end of the given one is its end."""
        return self._starts[offset] if offset < len(self._starts) else len(self.text)

    def stretch(self, start: int, end: int) -> tuple[int, int] | None:
        """Where the given characters from `start` to `end` stand in the repaired text; None where they fall apart.

        They do when they are of two lines or directions and others now stand between them.
        """
        if not self._starts[start:end]:
            return None
        first, last = self._first(start, end), self._last(start, end)
        whole = last - first == self._lengths[min(end, len(self._starts))] - self._lengths[start]
        return (first, last) if whole and first < last else None

    @cached_property
    def _lengths(self) -> list[int]:
        """How many characters come of those before each of the given ones, and of all."""
        return list(accumulate(map(sub, self._ends, self._starts), initial=0))

    def _first(self, start: int, end: int) -> int:
        return min(chain.from_iterable(_blocks(self._starts, self._block_starts, start, end)))

    def _last(self, start: int, end: int) -> int:
        return max(chain.from_iterable(_blocks(self._ends, self._block_ends, start, end)))

    @cached_property
    def _block_starts(self) -> list[int]:
        return [min(self._starts[at : at + _BLOCK]) for at in range(0, len(self._starts), _BLOCK)]

    @cached_property
    def _block_ends(self) -> list[int]:
        return [max(self._ends[at : at + _BLOCK]) for at in range(0, len(self._ends), _BLOCK)]


def _blocks(offsets: Sequence[int], blocks: Sequence[int], start: int, end: int) -> Iterator[Sequence[int]]:
    """The offsets from `start` to `end`, each of the blocks that lie within as its own one: a long stretch is looked
    at as fast as a short one, for an article may have very many."""
    first, last = -(-start // _BLOCK), end // _BLOCK
    if first >= last:
        yield offsets[start:end]
    else:
        yield from (offsets[start : first * _BLOCK], blocks[first:last], offsets[last * _BLOCK : end])
