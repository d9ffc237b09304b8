"""What relative dates stand for (see `values`): reckoned from the day of publication.

`way` is -1 for the last one, 0 for this one, 1 for the next. Weeks begin on Monday.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from msgspec.structs import replace

from annotator.suggest.dates.moments import (
    Moment,
    Period,
    Time,
    day_of,
    days,
    first_day,
    last_day,
    months,
    of,
    settled,
    weekday_in,
    years,
)

_WEEK: Final = 7
_UNITS: Final = {"day": 1, "week": _WEEK}
_YEARS: Final = {"year": 1, "decade": 10, "century": 100}


def shift(today: date | None, unit: str, way: int) -> Time | None:
    """The day, week, weekend, month, year, decade or century so many before or after that of the publication."""
    if today is None:
        return None
    if unit == "day":
        return of(today + timedelta(way))
    if unit in ("week", "weekend"):
        monday = today - timedelta(today.weekday()) + timedelta(_WEEK * way)
        return days(monday + timedelta(5 if unit == "weekend" else 0), monday + timedelta(6))
    if unit == "month":
        return _months_on(today, way)
    if unit in ("quarter", "half"):
        size = 3 if unit == "quarter" else 6
        first = (today.month - 1) // size * size + 1 + size * way
        return months(today.year, first, first + size - 1)
    if unit == "year":
        return Moment(year=today.year + way)
    if unit == "decade":
        first = today.year - today.year % 10 + 10 * way
        return years(first, first + 9)
    first = today.year - (today.year - 1) % 100 + 100 * way
    return years(first, first + 99)


def _ago(today: date | None, unit: str, way: int, number: int = 1) -> Moment | None:
    """The day, month or year that is a number of units away; hours are counted as the days that they take."""
    if today is None:
        return None
    if unit in _UNITS:
        return of(today + timedelta(way * number * _UNITS[unit]))
    if unit == "hour":
        return of(today + timedelta(way * -(-number // 24)))
    if unit == "month":
        return _months_on(today, way * number)
    return Moment(year=today.year + way * number * _YEARS[unit])


def _amount(today: date | None, unit: str, number: int = 1) -> tuple[str, int]:
    return unit, number


def _amounts(today: date | None, **amounts: tuple[str, int]) -> Moment | None:
    """The day that is several amounts of time away from the publication."""
    if today is None:
        return None
    by = dict(amounts.values())
    month = _months_on(today, 12 * by.get("year", 0) + by.get("month", 0))
    ahead = day_of(replace(month, day=today.day)) or last_day(month)
    return of(ahead + timedelta(7 * by.get("week", 0) + by.get("day", 0))) if ahead else None


def _stretch(today: date | None, unit: str, way: int, number: int = 0) -> Period | None:
    """The last or the next so many hours, days, weeks, months or years; None where no number is said."""
    here, other = _ago(today, unit, 0), _ago(today, unit, way, number)
    if not number or here is None or other is None:
        return None
    return Period(other, here) if way < 0 else Period(here, other)


def _weekday_on(today: date | None, weekday: Moment, way: int) -> Moment | None:
    """The last such weekday before the publication, the next one after it, or the one in its week."""
    if today is None or weekday.weekday is None:
        return None
    ahead = (weekday.weekday - today.weekday()) % _WEEK
    if way == 0:
        return of(today + timedelta(weekday.weekday - today.weekday()))
    nearest = (ahead or _WEEK) - _WEEK if way > 0 else ahead
    return of(today + timedelta(nearest + _WEEK * way))


def _spread_way(today: date | None, first: Moment, last: Moment, way: int = 0) -> Period | None:
    """The last, the present or the next of two weekdays that follow each other."""
    ended = _weekday_on(today, last, way)
    day = day_of(ended) if ended else None
    if ended is None or day is None or first.weekday is None:
        return None
    return Period(of(day - timedelta((day.weekday() - first.weekday) % _WEEK)), ended)


def _weekday_of(today: date | None, weekday: Moment, week: Time) -> Moment | None:
    """The weekday of a week."""
    return weekday_in(weekday, week)


def _hijri_month_on(today: date | None, month: int, way: int) -> Moment | None:
    """The last such month of the Hijri calendar that is over, the next one that has not begun, or the nearest."""
    if today is None:
        return None
    near = settled(Moment(month=month, hijri=True), today)
    if near is None or near.year is None or way == 0:
        return near
    found = [replace(near, year=near.year + by, assumed=False) for by in (-1, 0, 1)]
    if way < 0:
        return next((one for one in reversed(found) if (last_day(one) or today) < today), None)
    return next((one for one in found if (first_day(one) or today) > today), None)


def _month_on(today: date | None, month: Moment, way: int) -> Moment | None:
    """The last such month before the publication, the next one, or the one of its year; a day in it stays."""
    if today is None or month.month is None:
        return None
    year = today.year
    if (
        way < 0
        and month.month >= today.month
        and not (month.day and (month.month, month.day) < (today.month, today.day))
    ):
        year -= 1
    if (
        way > 0
        and month.month <= today.month
        and not (month.day and (month.month, month.day) > (today.month, today.day))
    ):
        year += 1
    return replace(month, year=year)


def _day_on(today: date | None, day: Moment, month: Moment, way: int) -> Moment | None:
    """The day of the last such month, the next one, or the one of this year."""
    return _month_on(today, replace(month, day=day.day), way)


def _months_on(today: date, by: int) -> Moment:
    count = today.year * 12 + today.month - 1 + by
    return Moment(year=count // 12, month=count % 12 + 1)


def _week(today: date | None, unit: str, way: int = 0) -> Time | None:
    return shift(today, unit, way)


def _week_of(today: date | None, day: Moment) -> Period | None:
    """The week that a day is in."""
    known = settled(day, today)
    known_day = day_of(known) if known else None
    monday = known_day - timedelta(known_day.weekday()) if known_day else None
    return days(monday, monday + timedelta(6)) if monday else None


def _weekday_after(today: date | None, number: int, weekday: Moment, after: Moment) -> Moment | None:
    """The weekday of that number after a day."""
    known = settled(after, today)
    day = day_of(known) if known else None
    if day is None or weekday.weekday is None:
        return None
    return of(day + timedelta(((weekday.weekday - day.weekday()) % _WEEK or _WEEK) + _WEEK * (number - 1)))


def _hijri_month_in(today: date | None, month: Moment, year: Moment) -> Moment | None:
    """The Hijri month nearest to the middle of a Gregorian year."""
    if year.year is None or not 1 < year.year < date.max.year:
        return None
    found = settled(month, date(year.year, 7, 1))
    return replace(found, assumed=False) if found else None


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "shift": shift,
    "ago": _ago,
    "stretch": _stretch,
    "week": _week,
    "week_of": _week_of,
    "weekday_on": _weekday_on,
    "weekday_after": _weekday_after,
    "day_on": _day_on,
    "hijri_month_in": _hijri_month_in,
    "weekday_in": _weekday_of,
    "spread_way": _spread_way,
    "month_on": _month_on,
    "hijri_month_on": _hijri_month_on,
    "amount": _amount,
    "amounts": _amounts,
}
"""What a rule may name as its value."""
