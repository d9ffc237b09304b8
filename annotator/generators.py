"""Running jobs, which are generators that yield their progress."""

from collections.abc import Generator
from typing import Any, TypeVar

_Result = TypeVar("_Result")


def finish(steps: Generator[Any, None, _Result]) -> _Result:
    """Run a job to its end, and return its result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: _Result = end.value
            return result
