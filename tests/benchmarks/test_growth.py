"""That what grows worse than linearly is seen, in the table and in the picture."""

from xml.etree import ElementTree

import plot
import pytest
from growth import fit_exponent, group_series
from measuring import Figure, Size

SIZES = (1_000, 10_000, 100_000)


def create_figures(what: str, power: float, *, each: bool = False, by: str = "articles") -> list[Figure]:
    return [Figure(what, [0.5 * size**power], size=Size(size, by, each)) for size in SIZES]


@pytest.mark.parametrize("power", [0, 0.5, 1, 1.3, 2])
def test_the_exponent_of_a_known_series_is_found(power: float) -> None:
    [growth] = group_series(create_figures("a", power))
    assert growth.exponent() == pytest.approx(power)
    assert growth.last_exponent() == pytest.approx(power)
    assert growth.is_superlinear() is (power > 1.1)


def test_the_exponent_is_that_of_least_squares() -> None:
    # Slopes of 0 and 2 between points that are equally far apart.
    assert fit_exponent([(1, 1), (10, 1), (100, 100)]) == pytest.approx(1)


def test_what_takes_as_long_for_each_grows_linearly_as_a_whole() -> None:
    [growth] = group_series(create_figures("a", 0, each=True))
    assert growth.exponent() == pytest.approx(1)
    assert not growth.is_superlinear()
    [worse] = group_series(create_figures("a", 0.2, each=True))
    assert worse.is_superlinear()


def test_what_grows_only_at_last_does_not_hide_behind_the_fit() -> None:
    [growth] = group_series([Figure("a", [time], size=Size(size, "articles")) for size, time in zip(SIZES, (5, 5, 80))])  # noqa: B905
    assert growth.exponent() < 1.1
    assert growth.last_exponent() > 1.1
    assert growth.is_superlinear()


def test_figures_are_put_together_by_what_they_are_about() -> None:
    mixed = [
        *create_figures("b", 1),
        Figure("none", [1.0]),
        *create_figures("a", 1),
        *create_figures("a", 0, by="spans"),
        create_figures("alone", 1)[0],
    ]
    growths = list(group_series(reversed(mixed)))
    assert sorted((growth.what, growth.by) for growth in growths) == [
        ("a", "articles"),
        ("a", "spans"),
        ("b", "articles"),
    ]
    assert all([size for size, _ in growth.points] == [*SIZES] for growth in growths)


def test_the_picture_has_a_line_for_each_and_the_exponent() -> None:
    growths = list(
        group_series([*create_figures("a < b", 1.25), *create_figures("c", 0), *create_figures("d", 2, by="spans")])
    )
    root = ElementTree.fromstring(plot.draw_svg(growths))
    texts = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"a < b: 1.25", "c: 0.00", "d: 2.00"} <= set(texts)
    lines = [element.get("points") or "" for element in root.iter("{http://www.w3.org/2000/svg}polyline")]
    assert sum(line.count(",") == 3 for line in lines) == 3
    assert texts.count("linear") == 2


def test_what_is_worse_than_linear_is_above_the_line() -> None:
    [bad] = group_series(create_figures("a", 1.5))
    root = ElementTree.fromstring(plot.draw_svg([bad]))
    lines = [element.get("points") or "" for element in root.iter("{http://www.w3.org/2000/svg}polyline")]
    ends = [float(line.split()[-1].split(",")[1]) for line in lines if line.startswith("0.0,")]
    [linear, own] = ends[-2:]
    assert own < linear  # pixels are counted downwards
