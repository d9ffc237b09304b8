"""How anything is measured here: many times, by turns with what it is compared with; and what a figure is."""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

RUNS: Final = 30
FRAME: Final = 1000 / 60
"""Milliseconds of a screen of 60 Hz."""
MEDIAN: Final = "median"
RATIO: Final = "ratio"
_SHARES: Final = {"95 %": 95, "99 %": 99}


class Wanted(NamedTuple):
    """What an issue asks of a figure: a bound on its median, on what `95 %` or `99 %` of all times keep within, or on
    the ratio. At most so much, or at least where more of it is better."""

    of: str
    bound: float
    issue: int


class Size(NamedTuple):
    """With how much of what something was measured, to see how it grows. `each`: the figure is of one of those (an
    article of them all), not of the whole."""

    count: int  # type: ignore[assignment]  # hides the method of tuples
    by: str
    each: bool = False


class Figure(NamedTuple):
    """What is measured and against what, each as often as it was. With no `own`, `why` says why it was not measured.

    `more`: more of it is better, and the slowest times are the least of them.
    """

    what: str
    own: Sequence[float]
    against: str = ""
    reference: Sequence[float] = ()
    unit: str = "ms"
    wanted: Wanted | None = None
    more: bool = False
    size: Size | None = None
    why: str = ""

    def median(self) -> float:
        """The median of its own times."""
        return statistics.median(self.own)

    def ratio(self) -> float | None:
        """How many times its reference it is, by the medians; None without a reference."""
        if not self.own or not self.reference:
            return None
        return self.median() / statistics.median(self.reference)

    def within(self, share: str) -> float:
        """What so many of its own times keep within: `95 %` or `99 %`; of too few to tell, the worst."""
        percent = _SHARES[share]
        if len(self.own) < 100 / (100 - percent):
            return min(self.own) if self.more else max(self.own)
        cuts = statistics.quantiles(self.own, n=100, method="inclusive")
        return cuts[99 - percent] if self.more else cuts[percent - 1]

    def value(self, of: str) -> float | None:
        """What a Wanted is about; None where there is nothing to compare with."""
        if of == RATIO:
            return self.ratio()
        return self.median() if of == MEDIAN else self.within(of)

    def met(self) -> bool | None:
        """Whether it is as wanted; None where nothing is wanted or nothing was measured."""
        value = self.value(self.wanted.of) if self.wanted and self.own else None
        if self.wanted is None or value is None:
            return None
        return value >= self.wanted.bound if self.more else value <= self.wanted.bound


def not_measured(what: str, why: str, against: str = "") -> Figure:
    """A figure that could not be had."""
    return Figure(what, (), against, why=why)


def measured(
    what: str,
    own: Callable[[], Any],
    against: str,
    reference: Callable[[], Any],
    runs: int = RUNS,
    before: Callable[[], Any] = lambda: None,
    wanted: Wanted | None = None,
    size: Size | None = None,
) -> Figure:
    """The times of both, taken by turns so that whatever else the machine does befalls them alike.

    `before` each of them something else is done, which does not count.
    """
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for call, kept in zip((own, reference), times, strict=True):
            before()
            kept.append(timed(call))
    return Figure(what, times[0], against, times[1], wanted=wanted, size=size)


def timed(call: Callable[[], Any]) -> float:
    """How long one call takes, in milliseconds."""
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000


def a_second(figure: Figure, count: int, unit: str) -> Figure:
    """A figure in milliseconds as how many of `count` are done in a second."""

    def rates(times: Sequence[float]) -> list[float]:
        return [count / time * 1000 for time in times]

    return figure._replace(own=rates(figure.own), reference=rates(figure.reference), unit=unit, more=True)
