"""Run what is tested: a function many times, or one that fails in place of another."""

import gc
import time
from collections.abc import Callable
from typing import NoReturn


def raising(error: BaseException) -> Callable[..., NoReturn]:
    """Return a function that raises this error, whatever it is called with."""

    def fail(*_arguments: object, **_keywords: object) -> NoReturn:
        raise error

    return fail


def mean_time(work: Callable[[], object]) -> float:
    """Return the mean seconds that `work` takes of the processor.

    Only ratios of them are compared: they depend on the machine, but not on its other work.
    Measures for at least a quarter of a second, since Windows' clock advances by 16 milliseconds at once, and without
    garbage collection, as timeit does: it takes as long as the whole test session has objects.
    """
    gc.disable()
    try:
        start = time.process_time()
        rounds = 0
        while (seconds := time.process_time() - start) < 0.25:
            work()
            rounds += 1
    finally:
        gc.enable()
    return seconds / rounds


def takes_linear_time(work: Callable[[int], object], size: int) -> bool:
    """Return whether eight times the size takes about eight times as long; quadratic work takes 64 times as long.

    Other work on the machine takes caches away: one of three measurements counts.
    """
    return any(mean_time(lambda: work(8 * size)) < 30 * mean_time(lambda: work(size)) for _ in range(3))
