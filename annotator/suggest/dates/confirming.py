"""Values of dates that a text says twice, as in `yesterday, Monday 8 July`; a contradiction makes them assumed.

The day in full counts. A day reckoned from the publication is None if that is unknown.
"""

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any, Final

from msgspec.structs import replace

from annotator.suggest.dates.moments import Moment, day_of, resolve_moment

_MOON_DAYS: Final = 2  # between calendars that follow the moon


def _named_day(today: date | None, day: Moment | None, weekday: int) -> Moment | None:
    """Return a day reckoned from the publication, with the weekday that the text says."""
    return replace(day or Moment(), weekday=weekday)


def _confirm(today: date | None, away: Moment | None, day: Moment | None) -> Moment | None:
    """Return the day in full of a text that also says how far it is from the publication."""
    if day is None:
        return None
    if away is None or day.hijri:
        return day
    resolved = resolve_moment(day, today)
    if resolved is None:
        return None
    with_weekday = resolved if resolved.weekday is not None else replace(resolved, weekday=away.weekday)
    return _assume_unless(with_weekday, day_of(away) in (None, day_of(with_weekday)))


def _confirm_number(today: date | None, away: Moment | None, number: int) -> Moment | None:
    """Return a day reckoned from the publication, whose number in its month the text says."""
    return _assume_unless(away, away is not None and away.day in (None, number))


def _confirm_year(today: date | None, away: Moment | None, year: Moment | None) -> Moment | None:
    """Return the year of a text that also says how far it is from the publication."""
    return _assume_unless(year, away is None or (year is not None and year.year == away.year))


def _confirm_month(today: date | None, away: Moment | None, day: Moment | None, month: Moment | None) -> Moment | None:
    """Return the day in a month that the text also says how far it is from the publication."""
    if day is None or month is None:
        return None
    in_month = replace(month, day=day.day)
    if away is None:
        return in_month
    return _assume_unless(replace(in_month, year=away.year), month.month == away.month)


def _confirm_calendar(today: date | None, first: Moment | None, second: Moment | None) -> Moment | None:
    """Return the Gregorian of two days that are said to be the same; sightings of the moon may differ by a day."""
    day, other = (first, second) if second is None or second.hijri else (second, first)
    if day is None or other is None or day.hijri:
        return day
    resolved, resolved_other = resolve_moment(day, today), resolve_moment(other, today)
    dates = [day_of(moment) for moment in (resolved, resolved_other) if moment]
    gaps = [abs((earlier - later).days) for earlier, later in pairwise(dates) if earlier and later]
    return _assume_unless(resolved, all(gap <= _MOON_DAYS for gap in gaps))


def _assume_unless(moment: Moment | None, agrees: bool) -> Moment | None:
    return moment if moment is None or agrees else replace(moment, assumed=True)


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "named_day": _named_day,
    "confirm": _confirm,
    "confirm_number": _confirm_number,
    "confirm_year": _confirm_year,
    "confirm_month": _confirm_month,
    "confirm_calendar": _confirm_calendar,
}
"""The functions that rules may name; they alone are called with parts of unknown value, as None."""
