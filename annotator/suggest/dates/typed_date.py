"""Dates as people type them, in digits or in Arabic, French or English words."""

import re
from itertools import islice
from typing import Final

from annotator.i18n import _
from annotator.model.date_values import has_iso_shape, is_date_value
from annotator.suggest.dates import DateSpan, find_whole_date
from annotator.suggest.dates.latin_words import to_arabic
from annotator.text.visible import remove_invisible

_MAX_LENGTH: Final = 120  # code points; no date is longer
_MAX_DASHES: Final = 3  # words like “to” in which a period may be divided
_ANY_DAY: Final = "2024-07-09"
_DIGITS: Final = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "0123456789" * 2)
_ISO_CLOCK: Final = re.compile(r"(?<=\d{4}-\d\d-\d\d)[ t](?=\d\d:)")
_LATIN: Final = re.compile(r"[a-zA-Z]")
_BEFORE_CHRIST: Final = re.compile(r"^(?:سنة |عام )?(\d+) ق\. ?م$")  # the last full stop is gone
_PREPOSITION: Final = re.compile(r"^(?:في|بتاريخ|من|بين|ما بين) ")
_PREPOSITION_BEFORE: Final = "في "
"""Some dates are recognised only after a preposition: في مارس."""
_FROM: Final = re.compile(r"^(?:من|بين|ما بين) ")
_UNTIL: Final = re.compile(r" (?:[-–—]|إلى|و) | و(?=\d)")


class InvalidDate(ValueError):
    """A typed text that is no date; the message says why, in a sentence for the user."""


def parse_typed_date(text: str, published: str | None = None, *, is_moment: bool = False) -> str:
    """Return the value of a typed date (see `date_values`).

    Accepted are values themselves, and dates, times and periods in words or digits, the day before the month:
    `09/07/2024`, `9 يوليوز 2024`, `3 محرم 1446`, `9 juillet 2024`, `July 9, 2024, 9:30`. A relative date or one without
    a year, such as `الثلاثاء الماضي`, is resolved against `published`, of which the first ten characters count. Raises
    InvalidDate, for a period too if `is_moment`.
    """
    value = _parse(_to_one_line(text), published) if len(text) <= _MAX_LENGTH else None
    if not value:
        raise InvalidDate(_("This is not a date. Try 2024-07-09 or “9 July 2024”."))
    if not is_date_value(value):
        is_period = all(map(is_date_value, value.split("/")))
        raise InvalidDate(_("This period ends before it begins.") if is_period else _no_such_day())
    if is_moment and "/" in value:
        raise InvalidDate(_("This is a period, where a single day is needed."))
    return value


def _parse(text: str, published: str | None) -> str | None:
    """Return the value of a date, valid or not; None if it is none."""
    value = _ISO_CLOCK.sub("T", text)
    if is_date_value(value):
        return value
    if not has_iso_shape(value):
        arabic = to_arabic(text) if _LATIN.search(text) else _BEFORE_CHRIST.sub(r"سنة \1 قبل الميلاد", text)
        if arabic is None:
            return None
        return _parse_arabic(_PREPOSITION.sub("", arabic), published) or _parse_period(arabic)
    date_span = _find_whole(text, None)  # 2023-24 is a period
    return (date_span and date_span.value) or value


def _to_one_line(text: str) -> str:
    return " ".join(remove_invisible(text).translate(_DIGITS).split()).rstrip(".,،؛")


def _parse_arabic(text: str, published: str | None) -> str | None:
    date_span = _find_whole(text, published)
    if date_span is None:
        return None
    if date_span.value is not None:
        return date_span.value
    if published is None and (dated := _find_whole(text, _ANY_DAY)) and dated.value is not None:
        raise InvalidDate(_("The day of publication is unknown: type the whole date."))
    if re.search(r"\d", text):
        raise InvalidDate(_no_such_day())
    raise InvalidDate(_("No exact date: type the day, month or year meant."))


def _find_whole(text: str, published: str | None) -> DateSpan | None:
    """Return the date that all of the text is."""
    date_span = find_whole_date(text, published)
    if date_span is None:
        date_span = find_whole_date(text, published, after=_PREPOSITION_BEFORE)
        return None if date_span and date_span.is_offset else date_span  # ثلاثة أيام is a length of time
    return date_span


def _parse_period(text: str) -> str | None:
    """Return the period between two dates, each with a year of its own."""
    text = _FROM.sub("", text)
    for middle in islice(_UNTIL.finditer(text), _MAX_DASHES):
        first, last = (_parse_part(part) for part in (text[: middle.start()], text[middle.end() :]))
        if first and last:
            return f"{first}/{last}"
    return None


def _parse_part(text: str) -> str | None:
    value = _ISO_CLOCK.sub("T", text)
    if not has_iso_shape(value):
        date_span = _find_whole(text, None)
        value = date_span.value if date_span and date_span.value else ""
    return value if value and "/" not in value else None


def _no_such_day() -> str:
    return _("There is no such day in the calendar.")
