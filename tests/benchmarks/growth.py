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

    def whole(self) -> list[tuple[int, float]]:
        """The points, of all that there is and not of each."""
        return [(count, value * count if self.each else value) for count, value in self.points]

    def exponent(self) -> float:
        """The exponent e of the power law c * n ** e that fits the whole best: 0 is constant, 1 linear, 2 quadratic."""
        return exponent(self.whole())

    def at_last(self) -> float:
        """The exponent of the last step alone: what is constant at first and then grows hides not behind the fit."""
        return exponent(self.whole()[-2:])

    def worse(self) -> bool:
        """Whether it grows worse than linearly, all in all or at last."""
        return max(self.exponent(), self.at_last()) > LINEAR


def exponent(points: Sequence[tuple[int, float]]) -> float:
    """The slope of the least squares line through the logarithms of at least two different points."""
    logs = [(math.log(count), math.log(value)) for count, value in points]
    mean_x, mean_y = (sum(values) / len(logs) for values in zip(*logs, strict=True))
    slope: float = sum((x - mean_x) * (y - mean_y) for x, y in logs) / sum((x - mean_x) ** 2 for x, _ in logs)
    return slope


def series(figures: Iterable[Figure]) -> Iterator[Series]:
    """The series that there are among these figures: those of one thing with at least two sizes, in their order."""
    found: dict[tuple[str, str], list[Figure]] = {}
    for figure in figures:
        if figure.size and figure.own:
            found.setdefault((figure.what, figure.size.by), []).append(figure)
    for (what, by), some in found.items():
        points = sorted((figure.size.count, figure.median()) for figure in some if figure.size)
        if len(points) > 1:
            first = some[0]
            yield Series(what, first.unit, by, bool(first.size and first.size.each), tuple(points))
