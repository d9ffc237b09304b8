"""Values of ranges, possibly with one month or year for both moments."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import reduce
from typing import Any, Final

from msgspec.structs import replace

from annotator.suggest.dates.moments import (
    Moment,
    Period,
    Time,
    clock_in_half,
    day_of,
    find_weekday,
    first_day,
    last_day,
    merge,
    moment_of,
    resolve_moment,
    year_period,
)


def _spread(today: date | None, first: Time, last: Time) -> Period | None:
    """Return the period from one moment to another.

    In `3 to 5 May` the first takes the last's month, in `December 2023 to March` the last the first's year; a part in
    neither is assumed.
    """
    start = first if isinstance(first, Moment) else first.first
    end = last if isinstance(last, Moment) else last.last
    if start.assumed and not end.assumed and end.year is not None and not start.hijri:
        start = replace(start, year=None, assumed=False)  # from the end of May to June 2023
    if end.month is None and end.day is not None and not end.hijri and start.month is not None and start.year is None:
        end = replace(end, month=start.month, hijri=start.hijri)  # from 4 August to the 22nd
    if start.year is None and end.year is None:
        resolved = resolve_moment(end, today)
        if resolved is None:
            return None
        end = resolved
    return _complete_start(start, end) if start.year is None else _complete_end(start, end)


def _complete_start(start: Moment, end: Moment) -> Period | None:
    if start.weekday is not None and start.day is None:
        day = last_day(end)
        if day is None:
            return None
        first = moment_of(day - timedelta((day.weekday() - start.weekday) % 7), end.assumed)
        return Period(replace(first, clock=start.clock), end)
    month = end.month if start.month is None else start.month
    complete = replace(start, year=end.year, month=month, hijri=end.hijri, assumed=end.assumed)
    if _is_after(complete, end) and end.year is not None:
        complete = replace(complete, year=end.year - 1)
    return Period(complete, end)


def _complete_end(start: Moment, end: Moment) -> Period | None:
    if end.year is not None:
        return Period(start, end)
    if end.weekday is not None and end.day is None:
        day = first_day(start)
        if day is None:
            return None
        last = moment_of(day + timedelta((end.weekday - day.weekday()) % 7))
        return Period(start, replace(last, clock=end.clock))
    complete = replace(end, year=start.year, month=end.month or start.month, hijri=start.hijri)
    if _is_after(start, complete) and start.year is not None:
        complete = replace(complete, year=start.year + 1)
    return Period(start, complete)


def _is_after(start: Moment, end: Moment) -> bool:
    first_date, last_date = first_day(start), last_day(end)
    return first_date is not None and last_date is not None and first_date > last_date


def _spread_in(today: date | None, first: Moment, last: Moment, **within: Time) -> Period | None:
    """Return the period between two days of a month."""
    shared_part = reduce(merge, within.values())
    return _spread(today, merge(first, shared_part), merge(last, shared_part))


def _spread_week(today: date | None, week: Time, first: Moment, last: Moment) -> Period | None:
    """Return the period between two weekdays of a week."""
    start, end = find_weekday(first, week), find_weekday(last, week)
    return Period(start, end) if start and end else None


def _year_range(today: date | None, first: int, last: int) -> Period | None:
    """Return the period between two years, the last possibly in two digits: 2023-24."""
    last += first - first % 100 if last < 100 else 0
    return year_period(first, last) if first < last else None


def _spread_clock(today: date | None, day: Moment, first: Moment, last: Moment) -> Period | None:
    """Return the period between two times of a day, ending the next day if the last is earlier."""
    resolved = resolve_moment(day, today)
    if resolved is None or first.clock is None or last.clock is None:
        return None
    start_clock, end_clock = _share_half(first, last, day.half)
    end, start_day = replace(resolved, clock=end_clock), day_of(resolved)
    if end_clock < start_clock and start_day:
        end = replace(moment_of(start_day + timedelta(1), resolved.assumed), clock=end_clock)
    return Period(replace(resolved, clock=start_clock), end)


def _clocks_of_day(today: date | None, first: Moment, last: Moment) -> Period | None:
    """Return the period from a time of day to another, which its day follows."""
    return _spread_clock(today, replace(last, clock=None), first, last)


def _share_half(first: Moment, last: Moment, half: int | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the clock times of a range: the half of the day that one of them names is also the other's, if it fits.

    `half` is that of the day. So 3 to 4 in the afternoon begins at 15:00, and 11 to 2 in the afternoon at 11:00.
    """
    start, end = first.clock or (), last.clock or ()
    if first.half is None:
        named = last.half if half is None else half
        in_half = start if named is None else clock_in_half(start, named)
        start = in_half if in_half <= end else start
    if last.half is None:
        named = first.half if half is None else half
        in_half = end if named is None else clock_in_half(end, named)
        end = in_half if start <= in_half else end
    return start, end


def _first(today: date | None, days: Time, **more: Time) -> Time:
    return days


def _cover(today: date | None, **decades: Period) -> Period:
    """Return the period from the earliest year of several periods to the latest."""
    years = [year for decade in decades.values() for year in (decade.first.year, decade.last.year) if year is not None]
    return year_period(min(years), max(years))


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "clocks_of_day": _clocks_of_day,
    "cover": _cover,
    "spread_clock": _spread_clock,
    "first": _first,
    "spread": _spread,
    "spread_in": _spread_in,
    "spread_week": _spread_week,
    "year_range": _year_range,
}
"""The functions that rules may name."""
