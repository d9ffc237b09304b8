"""95 % intervals of scores by the bootstrap: as if other articles of the same kind had been labelled.

Articles are drawn with replacement, not spans, since the spans of an article depend on one another (Efron & Tibshirani,
An introduction to the bootstrap, 1993). What a score is computed from is summed over the drawn articles, as integers.
Nothing is random: the same articles always give the same interval.
"""

import random
import struct
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from typing import Final, TypeAlias

from msgspec import Struct

RESAMPLES: Final = 1000
_SEED: Final = 95
_MAX_ROWS: Final = 400  # more make no interval better that one could see: its edges err by a twentieth of its width
_TAIL: Final = 0.025  # of the resamples, beyond each edge

Scores: TypeAlias = Sequence[float | None]


class Estimate(Struct, frozen=True):
    """A score and the edges of its 95 % interval; None where there is too little to compute them from."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


def estimate(rows: Sequence[Sequence[int]], score: Callable[[Sequence[int]], Scores]) -> list[Estimate]:
    """Return the scores that `score` computes from the sums of the columns of `rows`, with their intervals.

    There is a row of counts, none negative, for each article. Many articles are first dealt to groups, which changes an
    interval hardly. One article has no interval, and neither has a score that most resamples do not allow to compute.
    """
    values = score([sum(column) for column in zip(*rows, strict=True)])
    if len(rows) < 2:
        return [Estimate(value) for value in values]
    samples = zip(*(score(sums) for sums in _resample(_deal(rows))), strict=True)
    return [
        Estimate(value, *_find_interval([number for number in sample if number is not None]))
        for value, sample in zip(values, samples, strict=True)
    ]


def _deal(rows: Sequence[Sequence[int]]) -> Sequence[Sequence[int]]:
    """Return at most _MAX_ROWS rows with the same sums."""
    if len(rows) <= _MAX_ROWS:
        return rows
    return [[sum(column) for column in zip(*rows[index::_MAX_ROWS], strict=True)] for index in range(_MAX_ROWS)]


def _resample(rows: Sequence[Sequence[int]]) -> Iterator[Sequence[int]]:
    """Yield the sums of the columns of resampled rows.

    Each row is packed into one integer, eight bytes a column, so that a single addition adds all columns: a tenth of
    the time.
    """
    layout = struct.Struct(f"<{len(rows[0])}Q")
    packed = [int.from_bytes(layout.pack(*row), "little") for row in rows]
    for draw in _draws(len(rows)):
        yield layout.unpack(sum(draw(packed)).to_bytes(layout.size, "little"))


@lru_cache(maxsize=8)  # the pairs and labels of a corpus share most of their articles
def _draws(size: int) -> list[Callable[[Sequence[int]], tuple[int, ...]]]:
    """Return a function for each resample that takes its rows out of `size`, of which there are at least two."""
    dice = random.Random(_SEED)
    return [itemgetter(*dice.choices(range(size), k=size)) for _index in repeat(None, RESAMPLES)]


def _find_interval(sample: list[float]) -> tuple[float | None, float | None]:
    """Return the edges between which the middle 95 % of the sample lie."""
    if len(sample) <= RESAMPLES / 2:
        return None, None
    sample.sort()
    outside = int(len(sample) * _TAIL)
    return sample[outside], sample[-1 - outside]
