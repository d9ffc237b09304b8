"""Values of feasts: fixed in either calendar, or relative to Easter or a weekday."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from msgspec.structs import replace

from annotator.suggest.dates.moments import Moment, day_of, first_day, moment_of, resolve_moment, to_gregorian


def _feast(today: date | None, feast: str, year: Moment | None = None) -> Moment | None:
    """Return a feast's day in a year of either calendar, assumed if missing.

    Written as in `resources/dates/2-names.toml`.
    """
    if feast == _UNKNOWN:
        return None
    kind, _, position = feast.rpartition(" ")
    if kind in _MOVABLE:
        feast_year = year or (Moment(year=today.year) if today else None)
        if (
            feast_year is None
            or feast_year.hijri
            or feast_year.year is None
            or not 1 <= feast_year.year <= date.max.year
        ):
            return None
        return moment_of(_MOVABLE[kind](feast_year.year, position), assumed=year is None)
    month, day = (int(part) for part in position.split("-"))
    moment = Moment(year=year.year if year else None, month=month, day=day, hijri=kind == "hijri")
    if year is None or year.hijri == moment.hijri:
        return moment
    if year.hijri or year.year is None or not 1 <= year.year <= date.max.year:
        return None
    resolved = resolve_moment(replace(moment, year=None), date(year.year, 7, 1))
    return replace(resolved, assumed=False) if resolved else None


def _easter_feast(year: int, position: str) -> date:
    return easter(year) + timedelta(int(position))


def _orthodox_feast(year: int, position: str) -> date:
    return orthodox_easter(year) + timedelta(int(position))


def _weekday_feast(year: int, position: str) -> date:
    """Return the n-th weekday of a month, or days after it: month, number, weekday, days."""
    month, number, weekday, *days = (int(part) for part in position.split("-"))
    first = date(year, month, 1)
    return first + timedelta((weekday - first.weekday()) % 7 + 7 * (number - 1) + sum(days))


_UNKNOWN: Final = "unknown"
"""A feast that each country has on a day of its own."""
_MOVABLE: Final[dict[str, Callable[[int, str], date]]] = {
    "easter": _easter_feast,
    "orthodox": _orthodox_feast,
    "weekday": _weekday_feast,
}


def _feast_on(today: date | None, feast: str, way: int) -> Moment | None:
    """Return the day of the last, nearest or next such feast."""
    if today is None:
        return None
    candidates = (_feast(today + timedelta(by), feast) for by in (-380, -200, 0, 200, 380))
    resolved = [
        resolve_moment(candidate, today + timedelta(by))
        for candidate, by in zip(candidates, (-380, -200, 0, 200, 380), strict=True)
        if candidate
    ]
    dated = [
        (day, candidate)
        for candidate in resolved
        if candidate and (day := first_day(to_gregorian(candidate) or candidate))
    ]
    fitting = [pair for pair in dated if way == 0 or (pair[0] < today if way < 0 else pair[0] > today)]
    if not fitting:
        return None
    return replace(min(fitting, key=lambda pair: abs((pair[0] - today).days))[1], assumed=False)


def easter(year: int) -> date:
    """Return the Western Easter Sunday (algorithm of Meeus, Jones and Butcher)."""
    golden, century, year_of_century = year % 19, year // 100, year % 100
    shift = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (year_of_century // 4) - shift - year_of_century % 4) % 7
    late = (golden + 11 * shift + 22 * week) // 451
    number = shift + week - 7 * late + 114
    return date(year, number // 31, number % 31 + 1)


def orthodox_easter(year: int) -> date:
    """Return the Easter Sunday of the Eastern churches (algorithm of Meeus), for the years 1900 to 2099."""
    moon = (19 * (year % 19) + 15) % 30
    week = (2 * (year % 4) + 4 * (year % 7) - moon + 34) % 7
    number = moon + week + 114
    return date(year, number // 31, number % 31 + 1) + timedelta(13)


def _nth_of_feast(today: date | None, number: int, day: Moment) -> Moment | None:
    """Return the n-th day of a feast that begins on `day`; 0 is the day before."""
    resolved = resolve_moment(day, today)
    first = day_of(resolved) if resolved else None
    return moment_of(first + timedelta(number - 1), assumed=bool(resolved and resolved.assumed)) if first else None


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "feast": _feast,
    "feast_on": _feast_on,
    "nth_of_feast": _nth_of_feast,
}
"""The functions that rules may name."""
