"""Days and periods of the calendar, as far as a text says them, and their ISO 8601 form.

A moment may say less than is needed: `9 July` has no year. `settled` takes the rest from the day of publication.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, TypeAlias

from hijridate import Gregorian, Hijri
from msgspec import Struct
from msgspec.structs import replace

OWN_YEAR: Final = 270
"""Days from the publication within which a date without a year is of the year of the publication. Beyond, it is of the
year that brings it nearest: 20 December in an article of January is the last one."""

_MONTHS: Final = 12


class Moment(Struct, frozen=True, kw_only=True):
    """A year, a month, a day or a time of day. `weekday` is 0 for Monday; a year before Christ is 0 or less.

    `assumed` is that something of it was not said. With `hijri`, year, month and day are of that calendar.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    clock: tuple[int, ...] | None = None
    hijri: bool = False
    assumed: bool = False


class Period(Struct, frozen=True):
    """From one moment to another, both within."""

    first: Moment
    last: Moment

    @property
    def assumed(self) -> bool:
        """Whether something of it was not said."""
        return self.first.assumed or self.last.assumed


Time: TypeAlias = Moment | Period


def of(day: date, assumed: bool = False) -> Moment:
    """The day as a moment."""
    return Moment(year=day.year, month=day.month, day=day.day, assumed=assumed)


def days(first: date, last: date) -> Period:
    """The period from one day to another."""
    return Period(of(first), of(last))


def months(year: int, first: int, last: int, assumed: bool = False) -> Period:
    """The months of a year, by number; those above 12 are of the next."""
    moments = (
        Moment(year=year + (month - 1) // _MONTHS, month=(month - 1) % _MONTHS + 1, assumed=assumed)
        for month in (first, last)
    )
    return Period(*moments)


def years(first: int, last: int) -> Period:
    """The period from one year to another."""
    return Period(Moment(year=first), Moment(year=last))


def merged(one: Time, other: Time) -> Time:
    """Both together: what one does not say, the other does; of a period and a moment the period."""
    if isinstance(one, Period) or isinstance(other, Period):
        return one if isinstance(one, Period) else other
    return Moment(
        year=other.year if one.year is None else one.year,
        month=one.month or other.month,
        day=one.day or other.day,
        weekday=other.weekday if one.weekday is None else one.weekday,
        clock=one.clock or other.clock,
        hijri=one.hijri or other.hijri,
        assumed=one.assumed or other.assumed,
    )


def weekday_in(weekday: Moment, week: Time) -> Moment | None:
    """The first such weekday on or after the first day of a time."""
    first = first_day(week)
    if first is None or weekday.weekday is None:
        return None
    return of(first + timedelta((weekday.weekday - first.weekday()) % 7))


def settled(moment: Moment, today: date | None) -> Moment | None:
    """The moment with the year, the month or the day that it does not say; None where that cannot be known."""
    if moment.year is not None:
        return moment
    if today is None:
        return None
    if moment.hijri:
        return _nearest_hijri(moment, today)
    if moment.month is not None:
        return _in_a_year(moment, today)
    if moment.day is not None:
        return _in_a_month(moment, today)
    if moment.weekday is not None:
        day = today + timedelta((moment.weekday - today.weekday() + 3) % 7 - 3)
        return replace(moment, year=day.year, month=day.month, day=day.day, assumed=True)
    return replace(moment, year=today.year, month=today.month, day=today.day, assumed=True) if moment.clock else None


def day_of(moment: Moment) -> date | None:
    """The day of a moment that says all of it; None if there is no such day."""
    if moment.year is None or moment.month is None or moment.day is None or moment.year < 1:
        return None
    if moment.hijri:
        return _gregorian(moment.year, moment.month, moment.day)
    try:
        return date(moment.year, moment.month, moment.day)
    except ValueError:
        return None


def first_day(time: Time) -> date | None:
    """The first day of a time that says its year."""
    moment = time if isinstance(time, Moment) else time.first
    return day_of(replace(moment, month=moment.month or 1, day=moment.day or 1))


def last_day(time: Time) -> date | None:
    """The last day of a time that says its year."""
    moment = time if isinstance(time, Moment) else time.last
    if moment.day:
        return day_of(moment)
    year, month = moment.year, moment.month
    if year is None or not 1 <= year < date.max.year:
        return None
    after = replace(moment, year=year, month=month + 1, day=1) if month and month < _MONTHS else None
    following = day_of(after or replace(moment, year=year + 1, month=1, day=1))
    return following - timedelta(1) if following else None


def gregorian(time: Time) -> Time | None:
    """The same in the Gregorian calendar: a Hijri month or year is a period of days."""
    if isinstance(time, Period):
        first, last = gregorian(time.first), gregorian(time.last)
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
        return Period(of(start, assumed=time.assumed), of(end, assumed=time.assumed))
    return replace(of(start, assumed=time.assumed), clock=time.clock)


def iso(time: Time) -> str | None:
    """The ISO 8601 form of a time that says its year: `2024-07-09T09:00`, `2024-07`, `2023/2030`. None if there is none
    such, as for 31 June."""
    time_or_none = gregorian(time)
    if isinstance(time_or_none, Period):
        first, last = iso(time_or_none.first), iso(time_or_none.last)
        return first if first == last else f"{first}/{last}" if first and last else None
    return _iso(time_or_none) if time_or_none else None


def _iso(moment: Moment) -> str | None:
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


def _in_a_year(moment: Moment, today: date) -> Moment:
    """The moment in the year of publication, or in the one that brings it nearest; a weekday must agree if it can."""
    candidates = [replace(moment, year=today.year + by, assumed=True) for by in (0, -1, 1)]
    if moment.weekday is not None and moment.day is not None:
        for candidate in candidates:
            day = day_of(candidate)
            if day and day.weekday() == moment.weekday:
                return candidate
    own = candidates[0]
    middle = _middle(own)
    if middle is None or abs((middle - today).days) <= OWN_YEAR:
        return own
    return candidates[1 if middle > today else 2]


def _in_a_month(moment: Moment, today: date) -> Moment | None:
    """The day in the month that brings it nearest; a weekday must agree if it can."""
    found = [day for day in _around(today, 200) if day.day == moment.day]
    agreeing = [day for day in found if day.weekday() == moment.weekday] or found
    best = min(agreeing, key=lambda day: abs((day - today).days))
    return replace(moment, year=best.year, month=best.month, assumed=True)


def _around(today: date, reach: int) -> Iterator[date]:
    for by in range(-reach, reach + 1):
        try:
            yield today + timedelta(by)
        except OverflowError:
            continue


def _middle(moment: Moment) -> date | None:
    return day_of(replace(moment, day=moment.day or 15))


def _nearest_hijri(moment: Moment, today: date) -> Moment | None:
    own = _hijri_year(today)
    candidates = [replace(moment, year=own + by, assumed=True) for by in (0, -1, 1)]
    dated = [(abs((day - today).days), at) for at, one in enumerate(candidates) if (day := first_day(one))]
    ahead = [
        (gap, at) for gap, at in dated if gap <= OWN_YEAR and (first_day(candidates[at]) or today).year == today.year
    ]
    return candidates[min(ahead or dated)[1]] if dated else None


def _hijri_year(day: date) -> int:
    try:
        return int(Gregorian(day.year, day.month, day.day).to_hijri().year)
    except OverflowError:
        return int((day.year - 622) * 33 / 32) + 1


def _gregorian(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a Hijri one: by the calendar of Umm al-Qura where it is known (1343 to 1500), else by the
    tabular one."""
    try:
        return date.fromisoformat(Hijri(year, month, day).to_gregorian().isoformat())
    except OverflowError:
        pass
    except ValueError:  # a day that this month has not, though it may have it elsewhere: sightings differ
        before = _gregorian(year, month, 29) if day == 30 and 1 <= month <= _MONTHS else None
        return before + timedelta(1) if before else None
    if not 1 <= month <= _MONTHS or not 1 <= day <= 30:
        return None
    # The civil tabular calendar: 11 leap years of 355 days in 30; day 1 of year 1 is 19 July 622, Gregorian.
    elapsed = 354 * (year - 1) + (3 + 11 * year) // 30 + (59 * (month - 1) + 1) // 2 + day - 1
    try:
        return date(622, 7, 19) + timedelta(elapsed)
    except OverflowError:
        return None
