"""The values of dates: ISO 8601 dates, times and periods, as precise as a text is.

Examples: `2024`, `2024-07`, `2024-07-09`, `2024-07-09T09:00`, `2023/2030`. Years before Christ are 0 or less, as
astronomers count: `-0043` is 44 BC.
"""

import re
from datetime import date
from typing import Final

from msgspec import Struct

_MOMENT: Final = re.compile(
    r"(-?\d{4})(?:-(\d{2})(?:-(\d{2})"
    r"(?:T(\d{2})(?::(\d{2})(?::(\d{2})(?:\.\d+)?)?)?(Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?)?)?)?",
    re.ASCII,
)
_LEAP: Final = 2000  # stands for the years that Python's calendar lacks


class DateMoment(Struct, frozen=True):
    """A year, month, day or time of day; `clock` are hours, minutes and seconds as far as given.

    `zone` is the offset from UTC as written (`Z`, `+01:00`), "" if none.
    """

    year: int
    month: int | None = None
    day: int | None = None
    clock: tuple[int, ...] = ()
    zone: str = ""

    def calendar_day(self) -> date | None:
        """Return the day, if it is one of the years 1 to 9999."""
        return date(self.year, self.month, self.day) if self.month and self.day and self.year > 0 else None


def parse_date_value(value: str) -> tuple[DateMoment, ...] | None:
    """Return the moment of a value, or the first and last of a period; None if it is no such value.

    Impossible days, and periods that end before they begin, are none.
    """
    texts = value.split("/", 2)
    moments = tuple(moment for text in texts if (moment := _parse_moment(text)))
    if len(moments) != len(texts) or len(texts) > 2:
        return None
    return moments if len(moments) == 1 or _is_in_order(*moments) else None


def is_date_value(value: str) -> bool:
    """Return whether a value is one that `parse_date_value` reads."""
    return parse_date_value(value) is not None


def has_iso_shape(value: str) -> bool:
    """Return whether a value is written as one, even of an impossible day such as 2024-02-31."""
    texts = value.split("/", 2)
    return len(texts) <= 2 and all(map(_MOMENT.fullmatch, texts))


def _parse_moment(text: str) -> DateMoment | None:
    match = _MOMENT.fullmatch(text)
    if not match:
        return None
    year = int(match[1])
    month, day, *times = (int(part) if part else None for part in match.groups()[1:-1])
    clock = tuple(time for time in times if time is not None)
    try:
        date(year if year > 0 else _LEAP, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return None
    hour, minute, second = (*clock, 0, 0, 0)[:3]
    # ISO 8601 writes midnight at the end of a day as 24:00.
    if not (hour < 24 and minute < 60 and second < 60) and (hour, minute, second) != (24, 0, 0):
        return None
    return DateMoment(year, month, day, clock, match[7] or "")


def _is_in_order(first: DateMoment, last: DateMoment) -> bool:
    """Return whether a period does not end before it begins: 2023-05/2023 is from May to the end of that year."""
    numbers = [[moment.year, moment.month, moment.day, *moment.clock] for moment in (first, last)]
    for start, end in zip(*numbers, strict=False):
        if start is None or end is None or start < end:
            return True
        if start > end:
            return False
    return True
