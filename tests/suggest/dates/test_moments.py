"""Days and periods of the calendar: completion and ISO 8601 form."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.suggest.dates.feasts import easter, orthodox_easter
from annotator.suggest.dates.moments import (
    Moment,
    Period,
    clock_in_half,
    first_day,
    last_day,
    merge,
    resolve_moment,
    to_iso,
)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (Moment(year=2024), "2024"),
        (Moment(year=2024, month=7), "2024-07"),
        (Moment(year=2024, month=7, day=9, clock=(9, 0)), "2024-07-09T09:00"),
        (Moment(year=2024, month=6, day=31), None),
        (Moment(year=-299), "-0299"),
        (Moment(year=123456), None),
        (Moment(year=1446, month=1, day=1, hijri=True), "2024-07-07"),
        (Moment(year=1433, month=2, day=30, hijri=True), "2012-01-24"),  # seen elsewhere; this calendar ends with 29
        (Moment(year=1433, month=2, day=31, hijri=True), None),
        (Moment(year=1445, month=9, hijri=True), "2024-03-11/2024-04-09"),
        (Moment(year=656, month=2, day=4, hijri=True), "1258-02-17"),  # the fall of Baghdad, 10 February of the Julian
        (Period(Moment(year=2023), Moment(year=2030)), "2023/2030"),
        (Period(Moment(year=2024, month=6, day=31), Moment(year=2024, month=7, day=1)), None),
    ],
)
def test_to_iso_formats_moments_and_periods(moment: Moment | Period, text: str | None) -> None:
    assert to_iso(moment) == text


@pytest.mark.parametrize(
    ("moment", "today", "text"),
    [
        (Moment(month=12, day=25), "2024-01-10", "2023-12-25"),
        (Moment(month=1, day=5), "2023-12-20", "2024-01-05"),
        (Moment(month=10), "2024-02-12", "2024-10"),
        (Moment(day=31), "2024-07-09", "2024-07-31"),
        (Moment(weekday=4), "2024-07-09", "2024-07-12"),
        (Moment(weekday=5), "2024-07-09", "2024-07-06"),
        (Moment(weekday=0, month=1, day=15), "2023-11-20", "2024-01-15"),
        (Moment(month=9, hijri=True), "2024-01-15", "2024-03-11/2024-04-09"),
    ],
)
def test_missing_parts_are_assumed_from_the_publication(moment: Moment, today: str, text: str) -> None:
    resolved = resolve_moment(moment, date.fromisoformat(today))
    assert resolved is not None
    assert (to_iso(resolved), resolved.assumed) == (text, True)


@given(st.integers(1, 1600), st.integers(1, 12))
def test_hijri_months_are_consecutive(year: int, month: int) -> None:
    """They have 29 or 30 days, except the last ones before the calendar changes, in 1343 and in 1501."""
    moment = Moment(year=year, month=month, hijri=True)
    other = Moment(year=year + month // 12, month=month % 12 + 1, hijri=True)
    start, ended, following = first_day(moment), last_day(moment), first_day(other)
    assert start is not None
    assert ended is not None
    assert following is not None
    assert (following - ended).days == 1
    assert 28 <= (ended - start).days + 1 <= 31
    assert (ended - start).days + 1 in (29, 30) or (year, month) in ((1342, 12), (1500, 12))


@pytest.mark.parametrize(("year", "day"), [(2024, "2024-03-31"), (2025, "2025-04-20"), (2038, "2038-04-25")])
def test_easter_of_known_years(year: int, day: str) -> None:
    assert easter(year).isoformat() == day


@pytest.mark.parametrize(("year", "day"), [(2013, "2013-05-05"), (2024, "2024-05-05"), (2025, "2025-04-20")])
def test_orthodox_easter_of_known_years(year: int, day: str) -> None:
    assert orthodox_easter(year).isoformat() == day


@pytest.mark.parametrize(
    ("clock", "half", "expected"),
    [
        ((6, 30), 0, (6, 30)),
        ((12, 15), 0, (0, 15)),
        ((6, 30), 1, (18, 30)),
        ((12, 0), 1, (12, 0)),
        ((21, 0), 1, (21, 0)),
        ((3, 0), 2, (3, 0)),
        ((11, 0), 2, (23, 0)),
        ((12, 0), 2, (0, 0)),
        ((6, 0, 30), 1, (18, 0, 30)),
        ((6, 0), 3, (6, 0)),
    ],
)
def test_time_of_day_in_its_half(clock: tuple[int, ...], half: int, expected: tuple[int, ...]) -> None:
    assert clock_in_half(clock, half) == expected
    assert merge(Moment(clock=clock), Moment(half=half)) == Moment(clock=expected, half=half)
