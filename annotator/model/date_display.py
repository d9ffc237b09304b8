"""The values of dates as a person reads them, in the language of the interface: `9 July 2024, 09:00`."""

from datetime import date, datetime

from annotator.i18n import _, format_digits, format_number, pgettext
from annotator.model.date_values import DateMoment, parse_date_value


def format_date_value(value: str, *, weekday: bool = False) -> str:
    """Return a value in words, with the weekday of a single day on request; "" if it is no value of a date."""
    moments = parse_date_value(value)
    if moments is None:
        return ""
    first, last = moments[0], moments[-1]
    if len(moments) == 1:
        return _format_moment(first, weekday=weekday)
    if first.clock and last.clock and _day_parts(first) == _day_parts(last):
        return _with_clock(_format_day(first), _period(_format_clock(first), _format_clock(last)))
    if first.day and last.day and not first.clock and not last.clock and _day_parts(first)[:2] == _day_parts(last)[:2]:
        # The month and year once: 9 – 12 July 2024.
        return _join_day(_period(_day_number(first.day), _day_number(last.day)), last)
    return _period(_format_moment(first), _format_moment(last))


def format_local_time(time: str) -> str:
    """Return a time, ISO 8601 with its zone, as the clock and the calendar of this computer have it."""
    return format_date_value(f"{datetime.fromisoformat(time).astimezone():%Y-%m-%dT%H:%M}")


def format_day_and_month(day: date) -> str:
    """Return a day without its year: `9 July`."""
    return pgettext("date", "{day} {month}").format(day=_day_number(day.day), month=month_titles()[day.month - 1])


def format_hijri(value: str) -> str:
    """Return the Hijri day of a value that is a single day, by Umm al-Qura; "" outside the years 1343 to 1500."""
    moments = parse_date_value(value)
    day = moments[0].calendar_day() if moments and len(moments) == 1 else None
    if day is None:
        return ""
    from hijridate import Gregorian  # slow to load

    try:
        hijri = Gregorian(day.year, day.month, day.day).to_hijri()
    except OverflowError:
        return ""
    month = hijri_month_titles()[hijri.month - 1]
    text = pgettext("Hijri date", "{day} {month} {year} AH")
    return text.format(day=format_number(hijri.day), month=month, year=format_number(hijri.year))


def month_titles() -> tuple[str, ...]:
    """Return the names of the twelve months."""
    return (
        pgettext("month", "January"),
        pgettext("month", "February"),
        pgettext("month", "March"),
        pgettext("month", "April"),
        pgettext("month", "May"),
        pgettext("month", "June"),
        pgettext("month", "July"),
        pgettext("month", "August"),
        pgettext("month", "September"),
        pgettext("month", "October"),
        pgettext("month", "November"),
        pgettext("month", "December"),
    )


def hijri_month_titles() -> tuple[str, ...]:
    """Return the names of the twelve Hijri months."""
    return (
        pgettext("Hijri month", "Muharram"),
        pgettext("Hijri month", "Safar"),
        pgettext("Hijri month", "Rabi al-Awwal"),
        pgettext("Hijri month", "Rabi al-Thani"),
        pgettext("Hijri month", "Jumada al-Ula"),
        pgettext("Hijri month", "Jumada al-Akhirah"),
        pgettext("Hijri month", "Rajab"),
        pgettext("Hijri month", "Shaban"),
        pgettext("Hijri month", "Ramadan"),
        pgettext("Hijri month", "Shawwal"),
        pgettext("Hijri month", "Dhu al-Qidah"),
        pgettext("Hijri month", "Dhu al-Hijjah"),
    )


def weekday_titles() -> tuple[str, ...]:
    """Return the names of the days of the week, from Monday."""
    return (
        pgettext("day of the week", "Monday"),
        pgettext("day of the week", "Tuesday"),
        pgettext("day of the week", "Wednesday"),
        pgettext("day of the week", "Thursday"),
        pgettext("day of the week", "Friday"),
        pgettext("day of the week", "Saturday"),
        pgettext("day of the week", "Sunday"),
    )


def _format_moment(moment: DateMoment, *, weekday: bool = False) -> str:
    text = _format_day(moment, weekday=weekday)
    return _with_clock(text, _format_clock(moment)) if moment.clock else text


def _format_day(moment: DateMoment, *, weekday: bool = False) -> str:
    if moment.month is None:
        return _format_year(moment)
    if moment.day is None:
        month = month_titles()[moment.month - 1]
        return pgettext("date", "{month} {year}").format(month=month, year=_format_year(moment))
    text = _join_day(_day_number(moment.day), moment)
    day = moment.calendar_day() if weekday else None
    if day is None:
        return text
    return pgettext("date", "{weekday} {date}").format(weekday=weekday_titles()[day.weekday()], date=text)


def _join_day(days: str, moment: DateMoment) -> str:
    month = month_titles()[(moment.month or 1) - 1]
    return pgettext("date", "{day} {month} {year}").format(day=days, month=month, year=_format_year(moment))


def _day_number(day: int) -> str:
    return pgettext("first day of a month", "1") if day == 1 else format_number(day)


def _format_year(moment: DateMoment) -> str:
    if moment.year > 0:
        return format_number(moment.year)
    return _("{year} BC").format(year=format_number(1 - moment.year))


def _format_clock(moment: DateMoment) -> str:
    hour, minute, *seconds = (*moment.clock, 0)[: max(2, len(moment.clock))]
    return format_digits(":".join(f"{part:02}" for part in (hour, minute, *seconds)))


def _with_clock(day: str, clock: str) -> str:
    return pgettext("date", "{day}, {time}").format(day=day, time=clock)


def _period(first: str, last: str) -> str:
    return pgettext("period", "{first} – {last}").format(first=first, last=last)


def _day_parts(moment: DateMoment) -> tuple[int | None, ...]:
    return moment.year, moment.month, moment.day
