"""How far a figure may be off because only so many articles were counted: intervals of 95 %."""

import random
import statistics
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeVar

_Item = TypeVar("_Item")

_TAIL: Final = 0.025  # on either side
_RESAMPLES: Final = 1000


class Interval(NamedTuple):
    """The lowest and the highest value that a figure may have."""

    low: float
    high: float


def estimate_share(count: float, total: float) -> Interval:
    """Return Wilson's interval (1927) of a share of which `count` of `total` were seen; of nothing, all shares.

    The counts may be means.
    """
    if not total:
        return Interval(0.0, 1.0)
    deviations = statistics.NormalDist().inv_cdf(1 - _TAIL) ** 2 / total
    share = count / total
    middle = share + deviations / 2
    half = (deviations * (share * (1 - share) + deviations / 4)) ** 0.5
    return Interval(max(0.0, (middle - half) / (1 + deviations)), min(1.0, (middle + half) / (1 + deviations)))


def bootstrap(items: Sequence[_Item], compute: Callable[[Sequence[_Item]], float], seed: int = 0) -> Interval:
    """Return the percentile interval (Efron 1979) of what is computed of items that are drawn independently."""
    if not items:
        return Interval(0.0, 1.0)
    generator = random.Random(seed)
    values = sorted(compute(generator.choices(items, k=len(items))) for _ in range(_RESAMPLES))
    return Interval(values[int(_RESAMPLES * _TAIL)], values[-1 - int(_RESAMPLES * _TAIL)])
