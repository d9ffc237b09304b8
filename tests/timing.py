"""Processor time, of which only ratios are compared: it depends on the machine, but not on its other work."""

import gc
import time
from collections.abc import Callable


def mean_time(work: Callable[[], object]) -> float:
    """Return the mean seconds that `work` takes of the processor.

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
