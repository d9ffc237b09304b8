"""The functions of the grammar's rules: from their parts' values to a moment or period.

The rules in `resources/dates` name them. Each gets the day of publication and the named parts' values, and returns None
for an unknown value, as every relative one is without that day.
"""

from collections.abc import Callable
from datetime import date
from functools import reduce
from typing import Any, Final

from msgspec.structs import replace

from annotator.suggest.dates import calendar_parts, confirming, feasts, ranges, relative
from annotator.suggest.dates.matching import Leaf, Node
from annotator.suggest.dates.moments import (
    Moment,
    Period,
    Time,
    clock_in_half,
    day_of,
    merge,
    resolve_moment,
    to_iso,
)


def evaluate(node: Node, today: date | None) -> tuple[str | None, bool]:
    """Return a date's ISO 8601 value, None if unknown; and whether part was assumed or contradicts the rest."""
    try:
        value = resolve_time(_evaluate_node(node, today), today)
        text = to_iso(value) if value is not None else None
    except OverflowError:  # beyond the years of a calendar
        return None, False
    return text, text is not None and value is not None and (value.assumed or _has_other_weekday(value))


def _has_other_weekday(time: Time) -> bool:
    """Return whether a day of it is on another weekday than the text says."""
    moments = (time,) if isinstance(time, Moment) else (time.first, time.last)
    return any(
        moment.weekday is not None and (day := day_of(moment)) is not None and day.weekday() != moment.weekday
        for moment in moments
    )


def resolve_time(time: Time | None, today: date | None) -> Time | None:
    """Return the time completed; None if unknown."""
    if time is None or isinstance(time, Moment):
        return resolve_moment(time, today) if time else None
    first, last = resolve_moment(time.first, today), resolve_moment(time.last, today)
    return Period(first, last) if first and last else None


def _evaluate_node(node: Node, today: date | None) -> Any:
    if isinstance(node, Leaf):
        return node.value
    rule, parts = node.rule.rule, {}
    for name, part in node.parts:
        if name:
            parts[name] = _evaluate_node(part, today)
            if parts[name] is None and rule.value not in confirming.FUNCTIONS:
                return None
    if rule.value is None:
        return reduce(merge, parts.values()) if parts else None
    return FUNCTIONS[rule.value](today, **parts, **rule.arguments)


def _constant(today: date | None, constant: Any) -> Any:
    return constant


def _total(today: date | None, **parts: int) -> int:
    return sum(parts.values())


def _day(today: date | None, day: int) -> Moment:
    return Moment(day=day)


def _weekday(today: date | None, weekday: int) -> Moment:
    return Moment(weekday=weekday)


def _day_in(today: date | None, month: Moment, day: int, year: Moment | None = None) -> Moment:
    return replace(month, day=day, year=year.year if year else month.year)


def _day_of_short_year(today: date | None, day: Moment, month: Moment, year: int) -> Moment:
    return replace(month, day=day.day, year=_full_year(today, year=year))


def _latin_day(today: date | None, month: Moment, day: int, year: int) -> Moment:
    return replace(month, day=day, year=year)


def _latin_weekday(today: date | None, weekday: int | None = None, **day: Moment) -> Moment:
    return replace(next(iter(day.values())), weekday=weekday)


def _hijri_day(today: date | None, month: int, **day: Moment) -> Moment:
    return replace(next(iter(day.values())), month=month, hijri=True)


def _month(today: date | None, month: int, year: int | None = None) -> Moment:
    return Moment(month=month, year=year)


def _hijri_month(today: date | None, month: int) -> Moment:
    return Moment(month=month, hijri=True)


def _year(today: date | None, year: int) -> Moment:
    return Moment(year=year)


def _full_year(today: date | None, **parts: int) -> int:
    """Return the year of which these are the last two digits: 1940 to 2039."""
    year = sum(parts.values())
    return year + (2000 if year < 40 else 1900)


def _two_digit_year(today: date | None, year: int) -> Moment:
    return Moment(year=_full_year(today, year=year))


def _year_total(today: date | None, **parts: int) -> Moment:
    return Moment(year=sum(parts.values()))


def _hijri_year(today: date | None, year: int) -> Moment:
    return Moment(year=year, hijri=True)


def _year_before_christ(today: date | None, year: int) -> Moment:
    return Moment(year=1 - year)


def _numeric(today: date | None, day: int, month: int, year: int | None = None, hijri: int = 0) -> Moment:
    """Return a day in digits; a two-digit year is 1940 to 2039 (see `_full_year`), or Hijri 1360 to 1459."""
    if year is not None and year < 100:
        year = year + (1400 if year < 60 else 1300) if hijri else _full_year(today, year=year)
    return Moment(year=year, month=month, day=day, hijri=bool(hijri))


def _clock(
    today: date | None, hour: int, minute: int = 0, second: int | None = None, half: int | None = None
) -> Moment:
    """Return a time of day; `half` is 0 before noon, 1 after, 2 at night; negative minutes are before the hour."""
    if half is not None:
        hour = clock_in_half((hour,), half)[0]
    minutes = (hour * 60 + minute) % (24 * 60)
    clock = (minutes // 60, minutes % 60)
    return Moment(clock=clock if second is None else (*clock, second), half=half)


def _with_half(today: date | None, clock: Moment, half: int | None = None) -> Moment:
    hour, minute, second = (*(clock.clock or (0, 0)), None)[:3]
    return _clock(today, hour or 0, minute or 0, second, half)


def _in_half(today: date | None, half: int | None = None, **day: Time) -> Time:
    """Return a day of which a half is meant."""
    time = next(iter(day.values()))
    return time if half is None or isinstance(time, Period) else merge(time, Moment(half=half))


def _weekday_and_day(today: date | None, weekday: Moment, day: int) -> Moment:
    return replace(weekday, day=day)


def _this_evening(today: date | None, **hour: Moment) -> Moment | None:
    """Return an hour of the evening of publication."""
    return replace(next(iter(hour.values())), year=today.year, month=today.month, day=today.day) if today else None


def _unknown(today: date | None, **parts: Any) -> None:
    """Return no value, as the text specifies none."""


def _clock_token(today: date | None, clock: tuple[int, int]) -> Moment:
    return Moment(clock=clock)


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "constant": _constant,
    "total": _total,
    "day": _day,
    "weekday": _weekday,
    "day_in": _day_in,
    "day_of_short_year": _day_of_short_year,
    "latin_day": _latin_day,
    "latin_weekday": _latin_weekday,
    "hijri_day": _hijri_day,
    "month": _month,
    "hijri_month": _hijri_month,
    "year": _year,
    "full_year": _full_year,
    "two_digit_year": _two_digit_year,
    "year_total": _year_total,
    "hijri_year": _hijri_year,
    "year_before_christ": _year_before_christ,
    "numeric": _numeric,
    "clock": _clock,
    "with_half": _with_half,
    "in_half": _in_half,
    "this_evening": _this_evening,
    "unknown": _unknown,
    "clock_token": _clock_token,
    "weekday_and_day": _weekday_and_day,
    **confirming.FUNCTIONS,
    **ranges.FUNCTIONS,
    **relative.FUNCTIONS,
    **calendar_parts.FUNCTIONS,
    **feasts.FUNCTIONS,
}
"""The functions that rules may name."""
