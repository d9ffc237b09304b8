"""A restored text and its characters' origins (see text.visual_order)."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import accumulate, chain
from operator import sub
from typing import Final

_BLOCK_SIZE: Final = 1 << 10  # characters


class OffsetMap:
    """A restored text and the offsets there of each original character."""

    def __init__(self, text: str, starts: Sequence[int], ends: Sequence[int]) -> None:
        self.text: Final = text
        self._starts = starts
        self._ends = ends

    def map_offset(self, offset: int) -> int:
        """Return where the original character at `offset` starts in the restored text; the end maps to the end."""
        return self._starts[offset] if offset < len(self._starts) else len(self.text)

    def map_range(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the restored range of the original characters from `start` to `end`; None where split.

        They are split when of different lines or directions, with others now between them.
        """
        if not self._starts[start:end]:
            return None
        first, last = self._min_start(start, end), self._max_end(start, end)
        is_contiguous = last - first == self._lengths[min(end, len(self._starts))] - self._lengths[start]
        return (first, last) if is_contiguous and first < last else None

    @cached_property
    def _lengths(self) -> list[int]:
        """How many restored characters precede each original one's, and how many there are."""
        return list(accumulate(map(sub, self._ends, self._starts), initial=0))

    def _min_start(self, start: int, end: int) -> int:
        return min(chain.from_iterable(_split_at_blocks(self._starts, self._block_starts, start, end)))

    def _max_end(self, start: int, end: int) -> int:
        return max(chain.from_iterable(_split_at_blocks(self._ends, self._block_ends, start, end)))

    @cached_property
    def _block_starts(self) -> list[int]:
        return [min(self._starts[index : index + _BLOCK_SIZE]) for index in range(0, len(self._starts), _BLOCK_SIZE)]

    @cached_property
    def _block_ends(self) -> list[int]:
        return [max(self._ends[index : index + _BLOCK_SIZE]) for index in range(0, len(self._ends), _BLOCK_SIZE)]


def _split_at_blocks(offsets: Sequence[int], blocks: Sequence[int], start: int, end: int) -> Iterator[Sequence[int]]:
    """Yield the offsets from `start` to `end`, with one summary value per whole block.

    So a long range, of which an article may have many, takes as little time as a short one.
    """
    first_block, last_block = -(-start // _BLOCK_SIZE), end // _BLOCK_SIZE
    if first_block >= last_block:
        yield offsets[start:end]
    else:
        yield from (
            offsets[start : first_block * _BLOCK_SIZE],
            blocks[first_block:last_block],
            offsets[last_block * _BLOCK_SIZE : end],
        )
