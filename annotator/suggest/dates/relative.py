"""What relative dates stand for, and the parts of months, years and centuries (see `values`).

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

_LAST: Final = -1
_WEEK: Final = 7
_UNITS: Final = {"day": 1, "week": _WEEK}


def _shift(today: date | None, unit: str, way: int) -> Time | None:
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
    return _century(today, (today.year - 1) // 100 + 1 + way)


def _ago(today: date | None, unit: str, way: int, number: int = 1) -> Time | None:
    """The day, month or year that is a number of units away."""
    if today is None:
        return None
    if unit in _UNITS:
        return of(today + timedelta(way * number * _UNITS[unit]))
    if unit == "month":
        return _months_on(today, way * number)
    return Moment(year=today.year + way * number * _YEARS.get(unit, 1)) if unit in _YEARS else of(today)


_YEARS: Final = {"year": 1, "decade": 10, "century": 100}


def _amount(today: date | None, unit: str, number: int = 1) -> tuple[str, int]:
    return unit, number


def _amounts(today: date | None, **amounts: tuple[str, int]) -> Moment | None:
    """The day that is several amounts of time away from the publication."""
    if today is None:
        return None
    by = dict(amounts.values())
    month = _months_on(today, 12 * by.get("year", 0) + by.get("month", 0))
    ahead = last_day(month) if day_of(replace(month, day=today.day)) is None else day_of(replace(month, day=today.day))
    return of(ahead + timedelta(7 * by.get("week", 0) + by.get("day", 0))) if ahead else None


def _stretch(today: date | None, unit: str, way: int, number: int = 0) -> Time | None:
    """The last or the next so many days, weeks, months or years; None where no number is said."""
    if today is None or not number:
        return None
    other = _ago(today, unit, way, number)
    here = _ago(today, unit, 0)
    if other is None or here is None:
        return None
    if unit in _UNITS or unit == "hour":
        other = of(today + timedelta(way * (number * _UNITS[unit] if unit in _UNITS else -(-number // 24))))
    assert isinstance(other, Moment)
    assert isinstance(here, Moment)
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


def _nth_weekday(today: date | None, weekday: Moment, number: int, within: Time) -> Moment | None:
    """The weekday of that number within a month or a year; -1 is the last."""
    bounds = _bounds(today, within)
    if bounds is None or weekday.weekday is None:
        return None
    first, last = bounds
    if number == _LAST:
        return of(last - timedelta((last.weekday() - weekday.weekday) % _WEEK), assumed=_guessed(within))
    day = first + timedelta((weekday.weekday - first.weekday()) % _WEEK + _WEEK * (number - 1))
    return of(day, assumed=_guessed(within)) if day <= last else None


def _weekday_or_nth(today: date | None, weekday: Moment, number: int, within: Time) -> Moment | None:
    """The day of that number if it is such a weekday, else the weekday of that number."""
    day = _nth_day(today, number, within)
    known = day_of(day) if day else None
    return day if known and known.weekday() == weekday.weekday else _nth_weekday(today, weekday, number, within)


def _nth_day(today: date | None, number: int, within: Time) -> Moment | None:
    bounds = _bounds(today, within)
    if bounds is None:
        return None
    day = bounds[1] if number == _LAST else bounds[0] + timedelta(number - 1)
    return of(day, assumed=_guessed(within)) if day <= bounds[1] else None


def _nth_week(today: date | None, number: int, within: Time) -> Period | None:
    """The week of that number among those that begin within a month or a year; the last one ends in it."""
    bounds = _bounds(today, within)
    if bounds is None:
        return None
    first, last = bounds
    if number == _LAST:
        sunday = last - timedelta((last.weekday() + 1) % _WEEK)
        return days(sunday - timedelta(6), sunday)
    monday = first + timedelta(-first.weekday() % _WEEK + _WEEK * (number - 1))
    return days(monday, monday + timedelta(6))


def _edge(today: date | None, edge: str, within: Time) -> Time | None:
    """The beginning, middle or end of a month, year, week or decade. Of a month `start` is its first day and `end` its
    last, `early` and `late` are ten days and `middle` is the 15th; of longer times it goes by months or years."""
    known = _known(today, within)
    bounds = _bounds(today, within)
    if known is None or bounds is None:
        return None
    first, last = bounds
    length, assumed = (last - first).days + 1, _guessed(within)
    if length <= _WEEK:
        day = {"start": first, "early": first, "middle": first + timedelta(length // 2)}.get(edge, last)
        return of(day, assumed=assumed)
    if length <= 31:
        if edge in ("early", "late"):
            tenth = timedelta(9)
            early = edge == "early"
            return Period(
                of(first if early else first + timedelta(20), assumed=assumed),
                of(first + tenth if early else last, assumed=assumed),
            )
        return of({"start": first, "middle": first + timedelta(14)}.get(edge, last), assumed=assumed)
    if length <= 366:
        size = max(1, round(length / 30.4))
        parts = {"start": (0, 0), "early": (0, size // 3 - 1), "middle": ((size - 1) // 2,) * 2}
        begin, end = parts.get(edge, (size - 1 if edge == "end" else size - max(1, size // 3), size - 1))
        return months(first.year, first.month + begin, first.month + max(begin, end), assumed)
    size = last.year - first.year + 1
    spans = {"start": (0, size // 3 - 1), "early": (0, size // 3 - 1), "middle": (size // 3, size - size // 3 - 1)}
    begin, end = spans.get(edge, (size - size // 3, size - 1))
    return years(first.year + begin, first.year + max(begin, end))


def _part(today: date | None, number: int, parts: int, within: Time) -> Time | None:
    """One of the equal parts of a year (quarters, halves), of a month (two halves) or of a century; -1 is the last."""
    bounds = _bounds(today, within)
    if bounds is None:
        return None
    number = parts if number == _LAST else number
    first, last = bounds
    length = (last - first).days + 1
    if number > parts:
        return None
    if length > 366:
        size = (last.year - first.year + 1) // parts
        return years(first.year + size * (number - 1), first.year + size * number - 1)
    if length > 31:
        size = 12 // parts
        return months(first.year, first.month + size * (number - 1), first.month + size * number - 1, _guessed(within))
    middle = first + timedelta(14)
    return days(first, middle) if number == 1 else days(middle + timedelta(1), last)


def _months_of(today: date | None, number: int, within: Time, edge: int = 1) -> Time | None:
    """The first or the last so many months of a year."""
    bounds = _bounds(today, within)
    if bounds is None or not 1 <= number <= 12:
        return None
    year = bounds[0].year
    return months(year, 1, number) if edge == 1 else months(year, 13 - number, 12)


def _season(today: date | None, season: int, year: Time | None = None, way: int = 0) -> Time | None:
    """The three months from month `season` on: of a year, or the last, the present or the next ones. Winter begins in
    December of its year."""
    start = first_day(year) if year else today
    if start is None:
        return None
    number = start.year
    if year is None and today is not None and way:
        own = months(number, season, season + 2)
        begun, ended = first_day(own), last_day(own)
        if begun and ended and (ended >= today if way < 0 else begun <= today):
            number += way
    return months(number, season, season + 2)


def _decade(today: date | None, decade: int, century: Time | None = None) -> Period:
    """The years of a decade, of the last century but for the first two decades; or of the century that is named."""
    start = first_day(century) if century else None
    first = (start.year - 1 if start else 1900 if decade >= 20 else 2000) + decade
    return years(first, first + 9)


def _century(today: date | None, number: int, before: int = 0) -> Period:
    if before:
        return years(1 - 100 * number, -100 * (number - 1))
    return years(100 * (number - 1) + 1, 100 * number)


def _hijri_century(today: date | None, number: int) -> Period:
    return Period(Moment(year=100 * (number - 1) + 1, hijri=True), Moment(year=100 * number, hijri=True))


def _known(today: date | None, time: Time) -> Time | None:
    return settled(time, today) if isinstance(time, Moment) else time


def _bounds(today: date | None, time: Time) -> tuple[date, date] | None:
    """The first and the last day of a month, a year or a period."""
    known = _known(today, time)
    if known is None:
        return None
    first, last = first_day(known), last_day(known)
    return (first, last) if first and last else None


def _guessed(time: Time) -> bool:
    """Whether the year of a time has to be assumed."""
    return time.assumed or (isinstance(time, Moment) and time.year is None)


def _week(today: date | None, unit: str, way: int = 0) -> Time | None:
    return _shift(today, unit, way)


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


def _edge_of_this(today: date | None, edge: str, unit: str) -> Time | None:
    this = _shift(today, unit, 0)
    return _edge(today, edge, this) if this else None


def _hijri_month_in(today: date | None, month: Moment, year: Moment) -> Moment | None:
    """The Hijri month nearest to the middle of a Gregorian year."""
    if year.year is None or not 1 < year.year < date.max.year:
        return None
    found = settled(month, date(year.year, 7, 1))
    return replace(found, assumed=False) if found else None


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "shift": _shift,
    "ago": _ago,
    "stretch": _stretch,
    "week": _week,
    "week_of": _week_of,
    "weekday_on": _weekday_on,
    "weekday_after": _weekday_after,
    "day_on": _day_on,
    "edge_of_this": _edge_of_this,
    "hijri_month_in": _hijri_month_in,
    "weekday_in": _weekday_of,
    "spread_way": _spread_way,
    "month_on": _month_on,
    "hijri_month_on": _hijri_month_on,
    "nth_weekday": _nth_weekday,
    "nth_day": _nth_day,
    "weekday_or_nth": _weekday_or_nth,
    "amount": _amount,
    "amounts": _amounts,
    "nth_week": _nth_week,
    "edge": _edge,
    "part": _part,
    "months_of": _months_of,
    "season": _season,
    "decade": _decade,
    "century": _century,
    "hijri_century": _hijri_century,
}
"""What a rule may name as its value."""
