"""Values of parts of months, years and centuries: beginnings, quarters, third Tuesdays.

An unnamed year is assumed.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from annotator.suggest.dates.moments import (
    Moment,
    Period,
    Time,
    day_of,
    day_period,
    first_day,
    last_day,
    moment_of,
    month_period,
    resolve_moment,
    year_period,
)
from annotator.suggest.dates.relative import shift

_LAST: Final = -1
_WEEK: Final = 7
_SATURDAY: Final = 5
_MONTH: Final = 31  # days, at most
_DAYS_OF_MONTH: Final = 30  # that are divided into halves and thirds
_YEAR: Final = 366
_SEASON: Final = 2  # years


def _nth_weekday(today: date | None, weekday: Moment, number: int, within: Time) -> Moment | None:
    """Return the n-th weekday of a month or year; -1 is the last."""
    bounds = _bounds(today, within)
    if bounds is None or weekday.weekday is None:
        return None
    first, last = bounds
    if number == _LAST:
        return moment_of(last - timedelta((last.weekday() - weekday.weekday) % _WEEK), assumed=_is_year_assumed(within))
    day = first + timedelta((weekday.weekday - first.weekday()) % _WEEK + _WEEK * (number - 1))
    return moment_of(day, assumed=_is_year_assumed(within)) if day <= last else None


def _nth_weekend(today: date | None, number: int, within: Time) -> Period | None:
    """Return the n-th weekend of a month or year; the last is wholly in it."""
    saturday = _nth_weekday(today, Moment(weekday=_SATURDAY), number, within)
    sunday = _nth_weekday(today, Moment(weekday=_SATURDAY + 1), number, within)
    day, last = (day_of(moment) if moment else None for moment in (saturday, sunday))
    if day is None or last is None:
        return None
    first = min(day, last - timedelta(1)) if number == _LAST else day
    return day_period(first, first + timedelta(1), _is_year_assumed(within))


def _weekday_or_nth(today: date | None, weekday: Moment, number: int, within: Time) -> Moment | None:
    """Return the n-th day if it is such a weekday, else the n-th such weekday."""
    day = _nth_day(today, number, within)
    nth_day = day_of(day) if day else None
    return day if nth_day and nth_day.weekday() == weekday.weekday else _nth_weekday(today, weekday, number, within)


def _nth_day(today: date | None, number: int, within: Time) -> Moment | None:
    bounds = _bounds(today, within)
    if bounds is None:
        return None
    day = bounds[1] if number == _LAST else bounds[0] + timedelta(number - 1)
    return moment_of(day, assumed=_is_year_assumed(within)) if day <= bounds[1] else None


def _nth_week(today: date | None, number: int, within: Time) -> Period | None:
    """Return the n-th week beginning in a month or year; the last ends in it."""
    bounds = _bounds(today, within)
    if bounds is None:
        return None
    first, last = bounds
    if number == _LAST:
        sunday = last - timedelta((last.weekday() + 1) % _WEEK)
        return day_period(sunday - timedelta(6), sunday, _is_year_assumed(within))
    monday = first + timedelta(-first.weekday() % _WEEK + _WEEK * (number - 1))
    return day_period(monday, monday + timedelta(6), _is_year_assumed(within))


def _edge(today: date | None, edge: str, within: Time) -> Time | None:
    """Return the beginning, middle or end of a month, year, week or decade.

    In a month `start` is the first day, `end` the last, `early` the first ten, `late` from the 21st on, `middle` the
    15th; longer times are divided by months or years.
    """
    resolved = _resolve(today, within)
    bounds = _bounds(today, within)
    if resolved is None or bounds is None:
        return None
    first, last = bounds
    length, assumed = (last - first).days + 1, _is_year_assumed(within)
    if length <= _WEEK:
        day = {"start": first, "early": first, "middle": first + timedelta(length // 2)}.get(edge, last)
        return moment_of(day, assumed=assumed)
    if length <= _MONTH:
        if edge == "early":
            return day_period(first, first + timedelta(9), assumed)
        if edge == "late":
            return day_period(first + timedelta(20), last, assumed)
        return moment_of({"start": first, "middle": first + timedelta(14)}.get(edge, last), assumed=assumed)
    if length <= _YEAR:
        size = max(1, round(length / 30.4))
        parts = {"start": (0, 0), "early": (0, size // 3 - 1), "middle": ((size - 1) // 2,) * 2}
        begin, end = parts.get(edge, (size - 1 if edge == "end" else size - max(1, size // 3), size - 1))
        return month_period(first.year, first.month + begin, first.month + max(begin, end), assumed)
    size = last.year - first.year + 1
    if size == _SEASON:
        return {"middle": year_period(first.year, last.year)}.get(
            edge, Moment(year=(first if edge in ("start", "early") else last).year)
        )
    spans = {"start": (0, size // 3 - 1), "early": (0, size // 3 - 1), "middle": (size // 3, size - size // 3 - 1)}
    begin, end = spans.get(edge, (size - size // 3, size - 1))
    return year_period(first.year + begin, first.year + max(begin, end))


def _part(today: date | None, number: int, parts: int, within: Time) -> Time | None:
    """Return a part of a year (quarter, half), month (half, third) or century; -1 is the last."""
    bounds = _bounds(today, within)
    if bounds is None:
        return None
    number = parts if number == _LAST else number
    first, last = bounds
    length, assumed = (last - first).days + 1, _is_year_assumed(within)
    if number > parts:
        return None
    if length > _YEAR:
        size = (last.year - first.year + 1) // parts
        return year_period(first.year + size * (number - 1), first.year + size * number - 1)
    if length > _MONTH:
        size = 12 // parts
        return month_period(first.year, first.month + size * (number - 1), first.month + size * number - 1, assumed)
    size = _DAYS_OF_MONTH // parts
    start = first + timedelta(size * (number - 1))
    return day_period(start, last if number == parts else start + timedelta(size - 1), assumed)


def _parts(today: date | None, first: int, last: int, parts: int, within: Time) -> Time | None:
    """Return the time from one part of a year or century to another."""
    start, end = _part(today, first, parts, within), _part(today, last, parts, within)
    return Period(start.first, end.last) if isinstance(start, Period) and isinstance(end, Period) else None


def _part_of_this(today: date | None, number: int, parts: int) -> Time | None:
    """Return a part of the year of publication."""
    return _part(today, number, parts, Moment(year=today.year, assumed=True)) if today else None


def _months_of(today: date | None, number: int, within: Time, edge: int = 1) -> Time | None:
    """Return the first or last `number` months of a year."""
    bounds = _bounds(today, within)
    if bounds is None or not 1 <= number <= 12:
        return None
    first = 1 if edge == 1 else 13 - number
    return month_period(bounds[0].year, first, first + number - 1, _is_year_assumed(within))


def _season(today: date | None, season: int, year: Time | None = None, way: int = 0) -> Time | None:
    """Return the three months from month `season`: a year's, or the previous, current or next.

    Winter begins in December of its year.
    """
    start = first_day(year) if year else today
    if start is None:
        return None
    number = start.year
    if year is None and today is not None and way:
        period = month_period(number, season, season + 2)
        first_date, last_date = first_day(period), last_day(period)
        if first_date and last_date and (last_date >= today if way < 0 else first_date <= today):
            number += way
    return month_period(number, season, season + 2)


def _decade(today: date | None, decade: int, century: Time | None = None) -> Period:
    """Return a decade of the named century, else of the 20th, but the first two of the 21st."""
    start = first_day(century) if century else None
    first = (start.year - 1 if start else 1900 if decade >= 20 else 2000) + decade
    return year_period(first, first + 9)


def _century(today: date | None, number: int, before: int = 0) -> Period:
    if before:
        return year_period(1 - 100 * number, -100 * (number - 1))
    return year_period(100 * (number - 1) + 1, 100 * number)


def _millennium(today: date | None, number: int) -> Period:
    return year_period(1000 * (number - 1) + 1, 1000 * number)


def _hijri_century(today: date | None, number: int) -> Period:
    return Period(Moment(year=100 * (number - 1) + 1, hijri=True), Moment(year=100 * number, hijri=True))


def _resolve(today: date | None, time: Time) -> Time | None:
    return resolve_moment(time, today) if isinstance(time, Moment) else time


def _bounds(today: date | None, time: Time) -> tuple[date, date] | None:
    """Return a month's, year's or period's first and last day."""
    resolved = _resolve(today, time)
    if resolved is None:
        return None
    first, last = first_day(resolved), last_day(resolved)
    return (first, last) if first and last else None


def _is_year_assumed(time: Time) -> bool:
    """Return whether a time's year is assumed or missing."""
    return time.assumed or (isinstance(time, Moment) and time.year is None)


def _edge_of_this(today: date | None, edge: str, unit: str) -> Time | None:
    period = shift(today, unit, 0)
    return _edge(today, edge, period) if period else None


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "edge_of_this": _edge_of_this,
    "nth_weekday": _nth_weekday,
    "nth_day": _nth_day,
    "nth_weekend": _nth_weekend,
    "weekday_or_nth": _weekday_or_nth,
    "nth_week": _nth_week,
    "edge": _edge,
    "part": _part,
    "parts": _parts,
    "part_of_this": _part_of_this,
    "months_of": _months_of,
    "season": _season,
    "decade": _decade,
    "century": _century,
    "millennium": _millennium,
    "hijri_century": _hijri_century,
}
"""The functions that rules may name."""
