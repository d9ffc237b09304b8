"""What a figure says of its times."""

import pytest
from measuring import MEDIAN, RATIO, Figure, Wanted, measure_by_turns, not_measured, per_second


def test_the_median_and_the_ratio_are_those_of_the_medians() -> None:
    figure = Figure("a", [1, 3, 100], "b", [2, 2, 50])
    assert (figure.median(), figure.ratio()) == (3, 1.5)
    assert Figure("a", [1]).ratio() is None


def test_what_most_times_keep_within() -> None:
    figure = Figure("a", [float(time) for time in range(101)])
    assert (figure.percentile("95 %"), figure.percentile("99 %")) == (95, 99)
    rate = figure._replace(more=True)
    assert (rate.percentile("95 %"), rate.percentile("99 %")) == (5, 1)


def test_of_few_times_the_worst_stands_for_what_most_keep_within() -> None:
    figure = Figure("a", [3, 9, 1])
    assert figure.percentile("99 %") == 9
    assert figure._replace(more=True).percentile("99 %") == 1


@pytest.mark.parametrize(
    ("wanted", "more", "met"),
    [
        (None, False, None),
        (Wanted(MEDIAN, 4, 3), False, True),
        (Wanted(MEDIAN, 3.9, 3), False, False),
        (Wanted("99 %", 8.9, 3), False, False),
        (Wanted(RATIO, 2, 3), False, True),
        (Wanted(RATIO, 2, 3), True, True),
        (Wanted(RATIO, 2.1, 3), True, False),
    ],
)
def test_it_is_as_wanted_up_to_the_bound_or_from_it_on(wanted: Wanted | None, more: bool, met: bool | None) -> None:
    assert Figure("a", [1, 4, 9], "b", [2], wanted=wanted, more=more).is_met() is met


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    assert not_measured("a", "it is not here")._replace(wanted=Wanted(MEDIAN, 1, 3)).is_met() is None
    assert Figure("a", [1], wanted=Wanted(RATIO, 1, 3)).is_met() is None


def test_both_are_timed_by_turns() -> None:
    position: list[str] = []
    figure = measure_by_turns(
        "a", lambda: position.append("own"), "b", lambda: position.append("other"), 2, lambda: position.append("-")
    )
    assert position == ["-", "own", "-", "other"] * 2
    assert len(figure.own) == len(figure.reference) == 2


def test_times_become_rates() -> None:
    rate = per_second(Figure("a", [500.0], "b", [1000.0]), 10, "tokens/s")
    assert (rate.own, rate.reference, rate.ratio()) == ([20], [10], 2)
    assert rate.more
