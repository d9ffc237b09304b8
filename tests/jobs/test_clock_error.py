"""Telling by how much the clock of this computer is wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from annotator import i18n
from annotator.jobs.clock_error import explain_clock_error, measure_clock_error
from annotator.remotes.remote import LEAD, Member, Welcome

HOUR, DAY = 3600, 86_400


def welcome(time: str | None) -> Welcome:
    member = Member("a", "سلمى", LEAD)
    return Welcome("t", "News", member, (member,), time)


@pytest.mark.parametrize(
    ("seconds", "measured"), [(0, 0), (290, 0), (-290, 0), (400, 400), (-400, -400), (HOUR, HOUR), (-3 * DAY, -3 * DAY)]
)
def test_clock_is_measured_against_that_of_the_remote(seconds: int, measured: int) -> None:
    time = datetime.now(UTC) - timedelta(seconds=seconds)
    assert measure_clock_error(welcome(time.isoformat())) == pytest.approx(measured, abs=5)


def test_remote_without_a_clock_proves_nothing_wrong() -> None:
    assert measure_clock_error(welcome(None)) == 0


@pytest.mark.parametrize(
    ("seconds", "duration"),
    [
        (400, "7 minutes ahead of"),
        (-400, "7 minutes behind"),
        (HOUR, "60 minutes ahead of"),
        (-2 * HOUR, "2 hours behind"),
        (49 * HOUR, "2 days ahead of"),
    ],
)
def test_explanation_has_the_largest_unit_of_which_there_are_two(seconds: int, duration: str) -> None:
    assert explain_clock_error(seconds).startswith(
        f"Set the clock of this computer: it is {duration} the team's server."
    )


def test_arabic_counts_as_it_should() -> None:
    i18n.set_language("ar")
    assert explain_clock_error(0) == ""
    assert "دقيقتين" not in explain_clock_error(HOUR)
    assert "ساعتين" in explain_clock_error(2 * HOUR)
    assert "11 ساعة" in explain_clock_error(11 * HOUR)
    assert "يومين" in explain_clock_error(-2 * DAY)
