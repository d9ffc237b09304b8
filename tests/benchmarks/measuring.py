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
    """What an issue asks of a figure: a bound on its median, on its `95 %` or `99 %` percentile, or on its ratio.

    The bound is an upper one, or a lower one where more of the figure is better.
    """

    of: str
    bound: float
    issue: int


class Size(NamedTuple):
    """How much of something there was when a figure was measured, to see how the figure grows.

    `each`: the figure is about one of them (an article of all), not about the whole.
    """

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
        """Return the median of its own times."""
        return statistics.median(self.own)

    def ratio(self) -> float | None:
        """Return its median as a multiple of the median of its reference, or None without a reference."""
        if not self.own or not self.reference:
            return None
        return self.median() / statistics.median(self.reference)

    def percentile(self, share: str) -> float:
        """Return the percentile `95 %` or `99 %` of its own times; of too few times, the worst one."""
        percent = _SHARES[share]
        if len(self.own) < 100 / (100 - percent):
            return min(self.own) if self.more else max(self.own)
        cuts = statistics.quantiles(self.own, n=100, method="inclusive")
        return cuts[99 - percent] if self.more else cuts[percent - 1]

    def value(self, of: str) -> float | None:
        """Return what a Wanted is about, or None where there is nothing to compare with."""
        if of == RATIO:
            return self.ratio()
        return self.median() if of == MEDIAN else self.percentile(of)

    def is_met(self) -> bool | None:
        """Whether it is as wanted, or None where nothing is wanted or nothing was measured."""
        value = self.value(self.wanted.of) if self.wanted and self.own else None
        if self.wanted is None or value is None:
            return None
        return value >= self.wanted.bound if self.more else value <= self.wanted.bound


def not_measured(what: str, why: str, against: str = "") -> Figure:
    """Return a figure that could not be measured, with the reason."""
    return Figure(what, (), against, why=why)


def measure_by_turns(
    what: str,
    own: Callable[[], Any],
    against: str,
    reference: Callable[[], Any],
    runs: int = RUNS,
    before: Callable[[], Any] = lambda: None,
    wanted: Wanted | None = None,
    size: Size | None = None,
) -> Figure:
    """Return the times of both, taken by turns so that other work of the machine affects both alike.

    `before` runs before each of them and does not count.
    """
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for call, durations in zip((own, reference), times, strict=True):
            before()
            durations.append(time_call(call))
    return Figure(what, times[0], against, times[1], wanted=wanted, size=size)


def time_call(call: Callable[[], Any]) -> float:
    """Return how long a call takes, in milliseconds."""
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def per_second(figure: Figure, count: int, unit: str) -> Figure:
    """Convert a figure in milliseconds to how many of `count` are done in a second."""

    def rates(times: Sequence[float]) -> list[float]:
        return [count / time * 1000 for time in times]

    return figure._replace(own=rates(figure.own), reference=rates(figure.reference), unit=unit, more=True)
