"""Values of relative dates, from the day of publication.

`way` is -1 for the last, 0 for this, 1 for the next. Weeks begin on Monday.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from msgspec.structs import replace

from annotator.suggest.dates.moments import (
    Moment,
    Period,
    Time,
    day_of,
    day_period,
    find_weekday,
    first_day,
    last_day,
    moment_of,
    month_period,
    resolve_moment,
    year_period,
)

_WEEK: Final = 7
_FIRST_MONTH: Final = 8  # of a season
_FIRST_OF_SECOND_HALF: Final = 7
_UNITS: Final = {"day": 1, "week": _WEEK}
_YEARS: Final = {"year": 1, "decade": 10, "century": 100}


def shift(today: date | None, unit: str, way: int) -> Time | None:
    """Return the day, week, weekend, month, quarter, half, year, decade or century `way` units from the publication."""
    if today is None:
        return None
    if unit == "day":
        return moment_of(today + timedelta(way))
    if unit in ("week", "weekend"):
        monday = today - timedelta(today.weekday()) + timedelta(_WEEK * way)
        return day_period(monday + timedelta(5 if unit == "weekend" else 0), monday + timedelta(6))
    if unit == "month":
        return _add_months(today, way)
    if unit in ("quarter", "half"):
        size = 3 if unit == "quarter" else 6
        first = (today.month - 1) // size * size + 1 + size * way
        return month_period(today.year, first, first + size - 1)
    if unit == "year":
        return Moment(year=today.year + way)
    if unit == "decade":
        first = today.year - today.year % 10 + 10 * way
        return year_period(first, first + 9)
    first = today.year - (today.year - 1) % 100 + 100 * way
    return year_period(first, first + 99)


def _ago(today: date | None, unit: str, way: int, number: int = 1) -> Moment | None:
    """Return the day, month or year `number` units away; hours count as whole days, parts of a year not at all."""
    if today is None:
        return None
    if unit in _UNITS:
        return moment_of(today + timedelta(way * number * _UNITS[unit]))
    if unit == "hour":
        return moment_of(today + timedelta(way * -(-number // 24)))
    if unit == "month":
        return _add_months(today, way * number)
    return Moment(year=today.year + way * number * _YEARS[unit]) if unit in _YEARS else None


def _amount(today: date | None, unit: str, number: int = 1) -> tuple[str, int]:
    return unit, number


def _amounts(today: date | None, way: int = 1, **amounts: tuple[str, int]) -> Moment | None:
    """Return the time several lengths of time from the publication: months and years are no exact day."""
    if today is None:
        return None
    by = {unit: way * number for unit, number in amounts.values()}
    if len(by) == 1:
        (unit, number), *_others = by.items()
        return _ago(today, unit, 1, number)
    if by.keys() <= {"year", "month"}:
        return _add_months(today, 12 * by.get("year", 0) + by.get("month", 0))
    return _day_after(today, by)


def _day_after(start: date, by: Mapping[str, int]) -> Moment | None:
    month = _add_months(start, 12 * by.get("year", 0) + by.get("month", 0))
    ahead = day_of(replace(month, day=start.day)) or last_day(month)
    return moment_of(ahead + timedelta(7 * by.get("week", 0) + by.get("day", 0))) if ahead else None


def _after_day(today: date | None, length: tuple[str, int], day: Moment, way: int = 1) -> Moment | None:
    """Return the day so long after another, or before it."""
    resolved = resolve_moment(day, today)
    start = day_of(resolved) if resolved else None
    unit, number = length
    return _day_after(start, {unit: way * number}) if start else None


def _new_year(today: date | None) -> Moment | None:
    """Return the year that has begun, or that is about to in the second half of a year."""
    return Moment(year=today.year + (today.month >= _FIRST_OF_SECOND_HALF)) if today else None


def _season_year(today: date | None, way: int) -> Period | None:
    """Return the years of the school year or season before, around or after the publication, which begins in August."""
    if today is None:
        return None
    first = today.year + way - (today.month < _FIRST_MONTH)
    return year_period(first, first + 1)


def _stretch(today: date | None, unit: str, way: int, number: int = 0) -> Period | None:
    """Return the last or next `number` units of time, of days without today; None without one."""
    present, distant = _ago(today, unit, 0), _ago(today, unit, way, number)
    if not number or present is None or distant is None:
        return None
    if unit == "day":
        present = moment_of(today + timedelta(way)) if today else present
    return Period(distant, present) if way < 0 else Period(present, distant)


def _weekday_on(today: date | None, weekday: Moment, way: int) -> Moment | None:
    """Return the last such weekday before the publication, the next after it, or its week's."""
    if today is None or weekday.weekday is None:
        return None
    ahead = (weekday.weekday - today.weekday()) % _WEEK
    if way == 0:
        return moment_of(today + timedelta(weekday.weekday - today.weekday()))
    nearest = (ahead or _WEEK) - _WEEK if way > 0 else ahead
    return moment_of(today + timedelta(nearest + _WEEK * way))


def _spread_way(today: date | None, first: Moment, last: Moment, way: int = 0) -> Period | None:
    """Return the previous, current or next period between two weekdays."""
    end = _weekday_on(today, last, way)
    day = day_of(end) if end else None
    if end is None or day is None or first.weekday is None:
        return None
    return Period(moment_of(day - timedelta((day.weekday() - first.weekday) % _WEEK)), end)


def _weekday_of(today: date | None, weekday: Moment, week: Time) -> Moment | None:
    """Return a week's weekday."""
    return find_weekday(weekday, week)


def _hijri_day_on(today: date | None, day: Moment, month: Moment, way: int) -> Moment | None:
    """Return the day of the last such Hijri month, the next, or the nearest."""
    on = _hijri_month_on(today, month.month or 0, way)
    return replace(on, day=day.day) if on else None


def _hijri_month_on(today: date | None, month: int, way: int) -> Moment | None:
    """Return the last such Hijri month already over, the next not begun, or the nearest."""
    if today is None:
        return None
    nearest = resolve_moment(Moment(month=month, hijri=True), today)
    if nearest is None or nearest.year is None or way == 0:
        return nearest
    candidates = [replace(nearest, year=nearest.year + by, assumed=False) for by in (-1, 0, 1)]
    if way < 0:
        return next((candidate for candidate in reversed(candidates) if (last_day(candidate) or today) < today), None)
    return next((candidate for candidate in candidates if (first_day(candidate) or today) > today), None)


def _month_on(today: date | None, month: Moment, way: int) -> Moment | None:
    """Return the last such month before the publication, the next, or its year's; a day in it stays.

    Another month than that of the publication contradicts what is said of it: `this May`, in July.
    """
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
    if abs(way) > 1:
        year += way // abs(way)  # the one after the next
    return replace(month, year=year, assumed=way == 0 and month.month != today.month)


def _day_on(today: date | None, day: Moment, month: Moment, way: int) -> Moment | None:
    """Return the day of the last such month, the next, or this year's."""
    return _month_on(today, replace(month, day=day.day), way)


def _add_months(today: date, by: int) -> Moment:
    count = today.year * 12 + today.month - 1 + by
    return Moment(year=count // 12, month=count % 12 + 1)


def _week(today: date | None, unit: str, way: int = 0) -> Time | None:
    return shift(today, unit, way)


def _week_of(today: date | None, day: Moment) -> Period | None:
    """Return the week of a day."""
    resolved = resolve_moment(day, today)
    calendar_day = day_of(resolved) if resolved else None
    monday = calendar_day - timedelta(calendar_day.weekday()) if calendar_day else None
    return day_period(monday, monday + timedelta(6)) if monday else None


def _weekday_after(today: date | None, number: int, weekday: Moment, after: Moment) -> Moment | None:
    """Return the n-th such weekday after a day."""
    resolved = resolve_moment(after, today)
    day = day_of(resolved) if resolved else None
    if day is None or weekday.weekday is None:
        return None
    return moment_of(day + timedelta(((weekday.weekday - day.weekday()) % _WEEK or _WEEK) + _WEEK * (number - 1)))


def _hijri_month_in(today: date | None, month: Moment, year: Moment) -> Moment | None:
    """Return the Hijri month nearest the middle of a Gregorian year."""
    if year.year is None or not 1 < year.year < date.max.year:
        return None
    resolved = resolve_moment(month, date(year.year, 7, 1))
    return replace(resolved, assumed=False) if resolved else None


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
    "hijri_day_on": _hijri_day_on,
    "after_day": _after_day,
    "season_year": _season_year,
    "new_year": _new_year,
    "weekday_in": _weekday_of,
    "spread_way": _spread_way,
    "month_on": _month_on,
    "hijri_month_on": _hijri_month_on,
    "amount": _amount,
    "amounts": _amounts,
}
"""The functions that rules may name."""
