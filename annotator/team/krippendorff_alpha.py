"""Krippendorff's alpha for nominal data: how far any number of annotators agree, beyond chance.

K. Krippendorff, Computing Krippendorff's alpha-reliability, 2011. Annotators may be missing in some units.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Generic, TypeVar

Value = TypeVar("Value", bound=Hashable)


class UnitCounts(Generic[Value]):
    """What alpha is computed from, summed over units.

    `values` counts the values; `differences`, by the number of annotators of a unit, its ordered pairs of annotators
    with different values. Both are integers, so that the sums of articles can be added without loss.
    """

    def __init__(self) -> None:
        self.values: Counter[Value] = Counter()
        self.differences: Counter[int] = Counter()

    def add(self, values: Sequence[Value], count: int = 1) -> None:
        """Add `count` units with these values, one of each annotator who has any; a single one says nothing."""
        size = len(values)
        if size < 2 or not count:
            return
        if values.count(values[0]) == size:
            self.values[values[0]] += size * count
            return
        frequencies = Counter(values)
        for value, frequency in frequencies.items():
            self.values[value] += frequency * count
        self.differences[size] += count * (size * size - sum(number * number for number in frequencies.values()))


def nominal_alpha(values: Sequence[int], differences: Mapping[int, int]) -> float | None:
    """Return alpha of the numbers of each value, and of the pairs with different values (see UnitCounts).

    1 is agreement in all units, 0 what chance alone would bring. None if there are not two different values.
    """
    total = sum(values)
    expected = total * total - sum(number * number for number in values)
    if not expected:
        return None
    observed = sum(pairs / (size - 1) for size, pairs in differences.items())
    return 1 - (total - 1) * observed / expected
