"""95 % intervals of scores by the bootstrap: as if other articles of the same kind had been labelled.

Articles are drawn with replacement, not spans, since the spans of an article depend on one another (Efron & Tibshirani,
An introduction to the bootstrap, 1993). What a score is computed from is summed over the drawn articles, as integers.
Nothing is random: the same articles always give the same interval.
"""

import random
import struct
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, chain, pairwise, repeat
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from msgspec import Struct

RESAMPLES: Final = 1000
_SEED: Final = 95
_MAX_ROWS: Final = 400  # more make no interval better that one could see: its edges err by a twentieth of its width
_TAIL: Final = 0.025  # of the resamples, beyond each edge

Scores: TypeAlias = Sequence[float | None]


class Measure(NamedTuple):
    """What scores are computed from: a row of counts, none negative, for each article, and the scores of their sums."""

    rows: Sequence[Sequence[int]]
    score: Callable[[Sequence[int]], Scores]


class Estimate(Struct, frozen=True):
    """A score and the edges of its 95 % interval; None where there is too little to compute them from."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


def estimate(rows: Sequence[Sequence[int]], score: Callable[[Sequence[int]], Scores]) -> list[Estimate]:
    """Return the scores of a measure with their intervals.

    Many articles are first dealt to groups, which changes an interval hardly. One article has no interval, and neither
    has a score that most resamples do not allow to compute.
    """
    [estimates] = estimate_all([Measure(rows, score)])
    return estimates


def estimate_all(measures: Sequence[Measure]) -> list[list[Estimate]]:
    """Return the same as `estimate` for each of several measures, whose rows are of the same articles.

    What is drawn is added up once for all of them, which takes a fraction of the time.
    """
    rows = [list(chain.from_iterable(parts)) for parts in zip(*(measure.rows for measure in measures), strict=True)]
    edges = list(accumulate((len(measure.rows[0]) if rows else 0 for measure in measures), initial=0))

    def score(sums: Sequence[int]) -> list[Scores]:
        return [measure.score(sums[start:end]) for measure, (start, end) in zip(measures, pairwise(edges), strict=True)]

    values = score([sum(column) for column in zip(*rows, strict=True)])
    if len(rows) < 2:
        return [list(map(Estimate, scores)) for scores in values]
    resampled = zip(*(score(sums) for sums in _resample(_deal(rows))), strict=True)
    return [
        [
            Estimate(value, *_find_interval(sample))
            for value, sample in zip(scores, zip(*samples, strict=True), strict=True)
        ]
        for scores, samples in zip(values, resampled, strict=True)
    ]


def _deal(rows: Sequence[Sequence[int]]) -> Sequence[Sequence[int]]:
    """Return at most _MAX_ROWS rows with the same sums."""
    if len(rows) <= _MAX_ROWS:
        return rows
    return [[sum(column) for column in zip(*rows[index::_MAX_ROWS], strict=True)] for index in range(_MAX_ROWS)]


def _resample(rows: Sequence[Sequence[int]]) -> Iterator[Sequence[int]]:
    """Yield the sums of the columns of resampled rows.

    Each row is packed into one integer, so that a single addition adds all columns: a tenth of the time. A column has
    as few bytes as its sums need.
    """
    limits = (len(rows) * max(column) for column in zip(*rows, strict=True))
    layout = struct.Struct(
        "<" + "".join("H" if limit < 1 << 16 else "I" if limit < 1 << 32 else "Q" for limit in limits)
    )
    packed = [int.from_bytes(layout.pack(*row), "little") for row in rows]
    for draw in _draws(len(rows)):
        yield layout.unpack(sum(draw(packed)).to_bytes(layout.size, "little"))


@lru_cache(maxsize=8)  # the pairs and labels of a corpus share most of their articles
def _draws(size: int) -> list[Callable[[Sequence[int]], tuple[int, ...]]]:
    """Return a function for each resample that takes its rows out of `size`, of which there are at least two."""
    dice = random.Random(_SEED)
    return [itemgetter(*dice.choices(range(size), k=size)) for _index in repeat(None, RESAMPLES)]


def _find_interval(sample: Scores) -> tuple[float | None, float | None]:
    """Return the edges between which the middle 95 % of the sample lie."""
    numbers = sorted(number for number in sample if number is not None)
    if len(numbers) <= RESAMPLES / 2:
        return None, None
    outside = int(len(numbers) * _TAIL)
    return numbers[outside], numbers[-1 - outside]
