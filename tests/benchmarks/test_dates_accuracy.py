"""What the grammar of dates reaches on the cases of other programs' tests stays reached."""

from pathlib import Path

import dates_accuracy
import pytest


@pytest.mark.parametrize(
    ("name", "exact", "overlapped", "right"), [("Duckling", 0.98, 0.99, 0.96), ("Microsoft", 0.95, 0.97, 0)]
)
def test_as_many_are_found_as_before(shared: Path, name: str, exact: float, overlapped: float, right: float) -> None:
    result = dates_accuracy.measure_accuracy(shared / "data" / "dates", name)
    assert result.exact >= exact * result.cases, result.missed
    assert result.overlapped >= overlapped * result.cases, result.missed
    assert result.right >= right * result.valued, result.wrong


def test_the_figures_say_what_is_wanted_and_the_lines_what_is_missed(shared: Path) -> None:
    items = list(dates_accuracy.measure(shared / "data" / "dates"))
    figures = [item for item in items if not isinstance(item, str)]
    assert [figure.wanted.bound for figure in figures if figure.wanted] == [95, 98, 90, 95, 98]
    exact = figures[3]
    missed = [item for item in items if isinstance(item, str) and item.startswith("Microsoft: missed: ")]
    assert len(missed) == round(215 * (1 - exact.median() / 100))
