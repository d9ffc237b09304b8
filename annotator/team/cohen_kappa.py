"""Cohen's kappa: how far two annotators agree in categories, beyond chance.

J. Cohen, A coefficient of agreement for nominal scales, 1960.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from operator import mul
from typing import TypeVar

Category = TypeVar("Category", bound=Hashable)


def cohen_kappa(table: Mapping[tuple[Category, Category], int]) -> float | None:
    """Return kappa of the number of units by the categories that the first and the second annotator give them.

    1 is agreement in all units, 0 what chance alone would bring. None if chance would bring agreement in all, as where
    there is one category or no unit.
    """
    return kappa_of_margins(count_margins(table, list_categories([table])))


def list_categories(tables: Sequence[Mapping[tuple[Category, Category], int]]) -> list[Category]:
    """Return the categories in the tables, each once."""
    return list(dict.fromkeys(category for table in tables for pair in table for category in pair))


def count_margins(table: Mapping[tuple[Category, Category], int], categories: Sequence[Category]) -> list[int]:
    """Return all that kappa is computed from, which can be summed over tables.

    This is the number of units in which both agree, that of each category of the first annotator, and of the second.
    """
    first: Counter[Category] = Counter()
    second: Counter[Category] = Counter()
    agreed = 0
    for (first_category, second_category), count in table.items():
        first[first_category] += count
        second[second_category] += count
        if first_category == second_category:
            agreed += count
    return [agreed, *(first[category] for category in categories), *(second[category] for category in categories)]


def kappa_of_margins(margins: Sequence[int]) -> float | None:
    """Return kappa of the margins of a table (see cohen_kappa, count_margins)."""
    agreed, split = margins[0], len(margins) // 2 + 1
    total = sum(margins[1:split])
    by_chance = sum(map(mul, margins[1:split], margins[split:]))
    return (agreed * total - by_chance) / (total * total - by_chance) if by_chance < total * total else None
