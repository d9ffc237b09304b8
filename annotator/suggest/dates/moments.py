"""Calendar days and periods, as far as a text specifies them, and their ISO 8601 form.

`resolve_moment` completes a moment, as `9 July` without a year, from the day of publication.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, TypeAlias

from hijridate import Gregorian, Hijri
from msgspec import Struct
from msgspec.structs import replace

SAME_YEAR_DAYS: Final = 270
"""Days from the publication within which a date without a year is of the same year.

Beyond, the nearest counts: 20 December in an article of January is the last one.
"""

_MONTHS: Final = 12
_BEFORE_NOON, _AFTER_NOON, _NIGHT = range(3)  # halves of a day
_NOON: Final = 12
_FIRST_OF_NIGHT: Final = 6  # of an hour that is said to be at night: six to twelve


class Moment(Struct, frozen=True, kw_only=True):
    """A year, month, day or time of day. `weekday` is 0 for Monday; a year before Christ is 0 or less.

    `half` is the part of the day, until it meets a time of day (see `clock_in_half`). `assumed`: part was unspecified.
    `hijri`: year, month and day are of that calendar.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    clock: tuple[int, ...] | None = None
    half: int | None = None
    hijri: bool = False
    assumed: bool = False


class Period(Struct, frozen=True):
    """The time between two moments, both included."""

    first: Moment
    last: Moment

    @property
    def assumed(self) -> bool:
        """Return whether part was unspecified."""
        return self.first.assumed or self.last.assumed


Time: TypeAlias = Moment | Period


def moment_of(day: date, assumed: bool = False) -> Moment:
    """Return the day as a moment."""
    return Moment(year=day.year, month=day.month, day=day.day, assumed=assumed)


def day_period(first: date, last: date, assumed: bool = False) -> Period:
    """Return the period from one day to another."""
    return Period(moment_of(first, assumed=assumed), moment_of(last, assumed=assumed))


def month_period(year: int, first: int, last: int, assumed: bool = False) -> Period:
    """Return the period of a year's months, by number; above 12, of the next year."""
    moments = (
        Moment(year=year + (month - 1) // _MONTHS, month=(month - 1) % _MONTHS + 1, assumed=assumed)
        for month in (first, last)
    )
    return Period(*moments)


def year_period(first: int, last: int) -> Period:
    """Return the period from one year to another."""
    return Period(Moment(year=first), Moment(year=last))


def merge(first: Time, second: Time) -> Time:
    """Combine two times that complete each other; of a period and a moment return the period."""
    if isinstance(first, Period) or isinstance(second, Period):
        return first if isinstance(first, Period) else second
    clock, half = first.clock or second.clock, second.half if first.half is None else first.half
    return Moment(
        year=second.year if first.year is None else first.year,
        month=first.month or second.month,
        day=first.day or second.day,
        weekday=second.weekday if first.weekday is None else first.weekday,
        clock=clock if clock is None or half is None else clock_in_half(clock, half),
        half=half,
        hijri=first.hijri or second.hijri,
        assumed=first.assumed or second.assumed,
    )


def clock_in_half(clock: tuple[int, ...], half: int) -> tuple[int, ...]:
    """Return a time of day in its half of the day: 0 before noon, 1 after it, 2 at night; it stays in any other."""
    hour = clock[0]
    if half == _BEFORE_NOON and hour == _NOON:
        hour = 0
    elif half == _AFTER_NOON and hour < _NOON:
        hour += _NOON
    elif half == _NIGHT and _FIRST_OF_NIGHT <= hour <= _NOON:
        hour = (hour + _NOON) % 24
    return (hour, *clock[1:])


def find_weekday(weekday: Moment, week: Time) -> Moment | None:
    """Return the first such weekday from a time's first day."""
    first = first_day(week)
    if first is None or weekday.weekday is None:
        return None
    return moment_of(first + timedelta((weekday.weekday - first.weekday()) % 7))


def resolve_moment(moment: Moment, today: date | None) -> Moment | None:
    """Return the moment with its missing year, month or day; None if unknown."""
    if moment.year is not None:
        return moment
    if today is None:
        return None
    if moment.hijri:
        return _resolve_hijri(moment, today)
    if moment.month is not None:
        return _resolve_year(moment, today)
    if moment.day is not None:
        return _resolve_month(moment, today)
    if moment.weekday is not None:
        day = today + timedelta((moment.weekday - today.weekday() + 3) % 7 - 3)
        return replace(moment, year=day.year, month=day.month, day=day.day, assumed=True)
    return replace(moment, year=today.year, month=today.month, day=today.day, assumed=True) if moment.clock else None


def day_of(moment: Moment) -> date | None:
    """Return a complete moment's day; None if there is none."""
    if moment.year is None or moment.month is None or moment.day is None or moment.year < 1:
        return None
    if moment.hijri:
        return _hijri_to_gregorian(moment.year, moment.month, moment.day)
    try:
        return date(moment.year, moment.month, moment.day)
    except ValueError:
        return None


def first_day(time: Time) -> date | None:
    """Return the first day of a time of known year."""
    moment = time if isinstance(time, Moment) else time.first
    return day_of(replace(moment, month=moment.month or 1, day=moment.day or 1))


def last_day(time: Time) -> date | None:
    """Return the last day of a time of known year."""
    moment = time if isinstance(time, Moment) else time.last
    if moment.day:
        return day_of(moment)
    year, month = moment.year, moment.month
    if year is None or not 1 <= year < date.max.year:
        return None
    after = replace(moment, year=year, month=month + 1, day=1) if month and month < _MONTHS else None
    following = day_of(after or replace(moment, year=year + 1, month=1, day=1))
    return following - timedelta(1) if following else None


def to_gregorian(time: Time) -> Time | None:
    """Convert a time to the Gregorian calendar: a Hijri month or year becomes a period of days."""
    if isinstance(time, Period):
        first, last = to_gregorian(time.first), to_gregorian(time.last)
        if first is None or last is None:
            return None
        return Period(
            first if isinstance(first, Moment) else first.first, last if isinstance(last, Moment) else last.last
        )
    if not time.hijri:
        return time
    start, end = first_day(time), last_day(time)
    if start is None or end is None:
        return None
    if time.day is None:
        return Period(moment_of(start, assumed=time.assumed), moment_of(end, assumed=time.assumed))
    return replace(moment_of(start, assumed=time.assumed), clock=time.clock)


def to_iso(time: Time) -> str | None:
    """Return the ISO 8601 form of a time of known year; None without one, as 31 June.

    Examples: `2024-07-09T09:00`, `2024-07`, `2023/2030`.
    """
    time_or_none = to_gregorian(time)
    if isinstance(time_or_none, Period):
        first, last = to_iso(time_or_none.first), to_iso(time_or_none.last)
        return first if first == last else f"{first}/{last}" if first and last else None
    return _moment_to_iso(time_or_none) if time_or_none else None


def _moment_to_iso(moment: Moment) -> str | None:
    year = moment.year
    if year is None or abs(year) > date.max.year:
        return None
    text = f"{year:04d}" if year >= 0 else f"-{-year:04d}"
    if not moment.month:
        return text
    if not moment.day:
        return f"{text}-{moment.month:02d}"
    if day_of(moment) is None:
        return None
    clock = "T" + ":".join(f"{part:02d}" for part in moment.clock) if moment.clock else ""
    return f"{text}-{moment.month:02d}-{moment.day:02d}{clock}"


def _resolve_year(moment: Moment, today: date) -> Moment:
    """Return the moment in the year of publication or the nearest, preferring an agreeing weekday."""
    candidates = [replace(moment, year=today.year + by, assumed=True) for by in (0, -1, 1)]
    if moment.weekday is not None and moment.day is not None:
        for candidate in candidates:
            day = day_of(candidate)
            if day and day.weekday() == moment.weekday:
                return candidate
    same_year = candidates[0]
    middle = _middle(same_year)
    if middle is None or abs((middle - today).days) <= SAME_YEAR_DAYS:
        return same_year
    return candidates[1 if middle > today else 2]


def _resolve_month(moment: Moment, today: date) -> Moment | None:
    """Return the day in the nearest month, preferring an agreeing weekday; None if no month has it."""
    candidates = [day for day in _days_around(today, 200) if day.day == moment.day]
    if not candidates:
        return None
    days_on_weekday = [day for day in candidates if day.weekday() == moment.weekday] or candidates
    best = min(days_on_weekday, key=lambda day: abs((day - today).days))
    return replace(moment, year=best.year, month=best.month, assumed=True)


def _days_around(today: date, max_distance: int) -> Iterator[date]:
    for by in range(-max_distance, max_distance + 1):
        try:
            yield today + timedelta(by)
        except OverflowError:
            continue


def _middle(moment: Moment) -> date | None:
    return day_of(replace(moment, day=moment.day or 15))


def _resolve_hijri(moment: Moment, today: date) -> Moment | None:
    hijri_year = _hijri_year(today)
    candidates = [replace(moment, year=hijri_year + by, assumed=True) for by in (0, -1, 1)]
    dated = [
        (abs((day - today).days), index) for index, candidate in enumerate(candidates) if (day := first_day(candidate))
    ]
    ahead = [
        (gap, index)
        for gap, index in dated
        if gap <= SAME_YEAR_DAYS and (first_day(candidates[index]) or today).year == today.year
    ]
    return candidates[min(ahead or dated)[1]] if dated else None


def _hijri_year(day: date) -> int:
    try:
        return int(Gregorian(day.year, day.month, day.day).to_hijri().year)
    except OverflowError:
        return int((day.year - 622) * 33 / 32) + 1


def _hijri_to_gregorian(year: int, month: int, day: int) -> date | None:
    """Return a Hijri day's Gregorian one, by Umm al-Qura where defined (1343 to 1500), else tabular."""
    try:
        return date.fromisoformat(Hijri(year, month, day).to_gregorian().isoformat())
    except OverflowError:
        pass
    except ValueError:  # no such day in this calendar, but sightings differ: the month may have it elsewhere
        before = _hijri_to_gregorian(year, month, 29) if day == 30 and 1 <= month <= _MONTHS else None
        return before + timedelta(1) if before else None
    if not 1 <= month <= _MONTHS or not 1 <= day <= 30:
        return None
    # The civil tabular calendar: 11 leap years of 355 days in 30; day 1 of year 1 is 19 July 622, Gregorian.
    elapsed = 354 * (year - 1) + (3 + 11 * year) // 30 + (59 * (month - 1) + 1) // 2 + day - 1
    try:
        return date(622, 7, 19) + timedelta(elapsed)
    except OverflowError:
        return None
