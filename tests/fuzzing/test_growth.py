"""No shape of a file costs more than its size: four times the size takes about four times as long, and some memory.

Only processor times on one and the same machine are compared, so its speed does not matter.
"""

import pytest
from fuzzing.limited import IS_SUPPORTED, run_limited
from fuzzing.shapes import SHAPES
from fuzzing.targets import build_target, is_available

pytestmark = pytest.mark.skipif(not IS_SUPPORTED, reason="what a process takes cannot be limited here")

SIZE = 25_000
FACTOR = 4
MAX_RATIO = 2 * FACTOR
"""Ratio of the times; a quadratic reader takes sixteen times as long."""
FREE_SECONDS = 1
"""Seconds that any file may take, as shorter times are too imprecise."""
MAX_MEMORY = 400
"""Megabytes."""


@pytest.mark.parametrize(("name", "shape"), [(name, shape) for name, shapes in SHAPES.items() for shape in shapes])
def test_cost_of_a_shape_grows_with_its_size(name: str, shape: str) -> None:
    if not is_available(name):
        pytest.skip("the package that it needs is not installed")
    read, make = build_target(name), SHAPES[name][shape]

    def cost(size: int, seconds: int) -> float:
        data = make(size)
        error, elapsed, _grown = run_limited(lambda: read(data), seconds=seconds, megabytes=MAX_MEMORY)
        assert error == ""
        return elapsed

    large = cost(FACTOR * SIZE, 120)
    assert large <= FREE_SECONDS or large <= MAX_RATIO * cost(SIZE, 120) + FREE_SECONDS
