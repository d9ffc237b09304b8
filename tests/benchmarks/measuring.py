"""How anything is measured here: many times, by turns with what it is compared with."""

import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

RUNS = 30


class Figure(NamedTuple):
    """What is measured and against what, with the times of both in milliseconds."""

    what: str
    against: str
    own: list[float]
    reference: list[float]

    def ratio(self) -> float:
        """How many times as long as its reference it takes, by the medians."""
        return statistics.median(self.own) / statistics.median(self.reference)


def measured(
    what: str,
    own: Callable[[], Any],
    against: str,
    reference: Callable[[], Any],
    runs: int = RUNS,
    before: Callable[[], Any] = lambda: None,
) -> Figure:
    """The times of both, taken by turns so that whatever else the machine does befalls them alike.

    `before` each of them something else is done, which does not count.
    """
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for call, kept in zip((own, reference), times, strict=True):
            before()
            kept.append(timed(call))
    return Figure(what, against, *times)


def timed(call: Callable[[], Any]) -> float:
    """How long one call takes, in milliseconds."""
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000


def hundredth(times: list[float]) -> float:
    """What 99 of 100 times keep below; of fewer, the longest."""
    return statistics.quantiles(times, n=100, method="inclusive")[98] if len(times) >= 100 else max(times)
