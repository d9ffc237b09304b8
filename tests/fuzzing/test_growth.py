"""No shape of a file costs more than its size: four times as much takes about four times as long, and some memory.

What is compared is the time of the processor, of one and the same machine: nothing is asked of how fast it is.
"""

import pytest
from fuzzing.limited import CAN, limited
from fuzzing.shapes import SHAPES
from fuzzing.targets import can, target

pytestmark = pytest.mark.skipif(not CAN, reason="what a process takes cannot be limited here")

SIZE = 25_000
TIMES = 4
MOST = 2 * TIMES
"""How much longer so many times as much may take; what is worse than linear takes sixteen times as long."""
FREE = 1
"""Seconds within which nothing can be told, and that all may take."""
ROOM = 400
"""Megabytes."""


@pytest.mark.parametrize(("name", "shape"), [(name, shape) for name, shapes in SHAPES.items() for shape in shapes])
def test_a_shape_costs_as_much_as_its_size(name: str, shape: str) -> None:
    if not can(name):
        pytest.skip("the package that it needs is not installed")
    read, make = target(name), SHAPES[name][shape]

    def cost(size: int, seconds: int) -> float:
        data = make(size)
        said, taken, _grown = limited(lambda: read(data), seconds=seconds, megabytes=ROOM)
        assert said == ""
        return taken

    large = cost(TIMES * SIZE, 120)
    assert large <= FREE or large <= MOST * cost(SIZE, 120) + FREE
