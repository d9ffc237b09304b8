"""What ranges stand for (see `values`): from one moment to another, which may leave each other what they share."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import reduce
from typing import Any, Final

from msgspec.structs import replace

from annotator.suggest.dates.moments import (
    Moment,
    Period,
    Time,
    day_of,
    first_day,
    last_day,
    merged,
    of,
    settled,
    weekday_in,
    years,
)


def _spread(today: date | None, first: Time, last: Time) -> Period | None:
    """From one moment to another. In `3 to 5 May` the first takes its month from the last, in `December 2023 to March`
    the last its year from the first; and what is said of neither is assumed."""
    start = first if isinstance(first, Moment) else first.first
    end = last if isinstance(last, Moment) else last.last
    if start.year is None and end.year is None:
        known = settled(end, today)
        if known is None:
            return None
        end = known
    return _from_the_end(start, end) if start.year is None else _from_the_start(start, end)


def _from_the_end(start: Moment, end: Moment) -> Period | None:
    if start.weekday is not None and start.day is None:
        day = last_day(end)
        if day is None:
            return None
        return Period(of(day - timedelta((day.weekday() - start.weekday) % 7), end.assumed), end)
    month = end.month if start.month is None else start.month
    begun = replace(start, year=end.year, month=month, hijri=end.hijri, assumed=end.assumed)
    if _is_after(begun, end) and end.year is not None:
        begun = replace(begun, year=end.year - 1)
    return Period(begun, end)


def _from_the_start(start: Moment, end: Moment) -> Period | None:
    if end.year is not None:
        return Period(start, end)
    if end.weekday is not None and end.day is None:
        day = first_day(start)
        return Period(start, of(day + timedelta((end.weekday - day.weekday()) % 7))) if day else None
    ended = replace(end, year=start.year, month=end.month or start.month, hijri=start.hijri)
    if _is_after(start, ended) and start.year is not None:
        ended = replace(ended, year=start.year + 1)
    return Period(start, ended)


def _is_after(one: Moment, other: Moment) -> bool:
    begun, ended = first_day(one), last_day(other)
    return begun is not None and ended is not None and begun > ended


def _spread_in(today: date | None, first: Moment, last: Moment, **within: Time) -> Period | None:
    """From one day to another of the same month."""
    both = reduce(merged, within.values())
    return _spread(today, merged(first, both), merged(last, both))


def _spread_week(today: date | None, week: Time, first: Moment, last: Moment) -> Period | None:
    """From one weekday of a week to another."""
    begun, ended = weekday_in(first, week), weekday_in(last, week)
    return Period(begun, ended) if begun and ended else None


def _year_range(today: date | None, first: int, last: int) -> Period | None:
    """From one year to another, which may be said in two digits: 2023-24."""
    last += first - first % 100 if last < 100 else 0
    return years(first, last) if first < last else None


def _spread_clock(today: date | None, day: Moment, first: Moment, last: Moment) -> Period | None:
    """From one time of a day to another, which is on the next day where it is earlier."""
    known = settled(day, today)
    if known is None or first.clock is None or last.clock is None:
        return None
    ended, here = replace(known, clock=last.clock), day_of(known)
    if last.clock < first.clock and here:
        ended = replace(of(here + timedelta(1), known.assumed), clock=last.clock)
    return Period(replace(known, clock=first.clock), ended)


def _first(today: date | None, days: Time, **more: Time) -> Time:
    return days


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "spread_clock": _spread_clock,
    "first": _first,
    "spread": _spread,
    "spread_in": _spread_in,
    "spread_week": _spread_week,
    "year_range": _year_range,
}
"""What a rule may name as its value."""
