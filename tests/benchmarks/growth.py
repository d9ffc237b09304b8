"""How figures grow: those of one thing, measured with little and with much, and the exponent of their growth."""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from measuring import Figure

LINEAR: Final = 1.1
"""The exponent above which something is said to grow worse than linearly: the tenth is for what measuring is off."""


class Series(NamedTuple):
    """One thing by how much there is: `points` are (how many of `by`, the median in `unit`); `each` as of a Size."""

    what: str
    unit: str
    by: str
    each: bool
    points: tuple[tuple[int, float], ...]

    def totals(self) -> list[tuple[int, float]]:
        """Return the points of the whole, also where the figures are of each."""
        return [(count, value * count if self.each else value) for count, value in self.points]

    def exponent(self) -> float:
        """Return the exponent e of the power law c * n ** e that fits best: 0 is constant, 1 linear, 2 quadratic."""
        return fit_exponent(self.totals())

    def last_exponent(self) -> float:
        """Return the exponent of the last step alone: the fit hides what is constant at first and then grows."""
        return fit_exponent(self.totals()[-2:])

    def is_superlinear(self) -> bool:
        """Whether it grows worse than linearly, over all or in the last step."""
        return max(self.exponent(), self.last_exponent()) > LINEAR


def fit_exponent(points: Sequence[tuple[int, float]]) -> float:
    """Return the slope of the least squares line through the logarithms of at least two different points."""
    logs = [(math.log(count), math.log(value)) for count, value in points]
    mean_x, mean_y = (sum(values) / len(logs) for values in zip(*logs, strict=True))
    slope: float = sum((x - mean_x) * (y - mean_y) for x, y in logs) / sum((x - mean_x) ** 2 for x, _ in logs)
    return slope


def group_series(figures: Iterable[Figure]) -> Iterator[Series]:
    """Yield the series among these figures: those of one thing with at least two sizes, in their order."""
    groups: dict[tuple[str, str], list[Figure]] = {}
    for figure in figures:
        if figure.size and figure.own:
            groups.setdefault((figure.what, figure.size.by), []).append(figure)
    for (what, by), some in groups.items():
        points = sorted((figure.size.count, figure.median()) for figure in some if figure.size)
        if len(points) > 1:
            first = some[0]
            yield Series(what, first.unit, by, bool(first.size and first.size.each), tuple(points))
