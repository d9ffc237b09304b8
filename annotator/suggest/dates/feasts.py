"""When feasts are (see `values`): those of a fixed day in either calendar, and those that go by Easter."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from msgspec.structs import replace

from annotator.suggest.dates.moments import Moment, first_day, gregorian, of, settled


def _feast(today: date | None, feast: str, year: Moment | None = None) -> Moment | None:
    """The day of a feast, written as in `resources/dates/2-names.toml`, in a year of either calendar. Without a year it
    is assumed."""
    kind, _, place = feast.rpartition(" ")
    if kind in _MOVABLE:
        known = year or (Moment(year=today.year) if today else None)
        if known is None or known.hijri or known.year is None or not 1 <= known.year <= date.max.year:
            return None
        return of(_MOVABLE[kind](known.year, place), assumed=year is None)
    month, day = (int(part) for part in place.split("-"))
    said = Moment(year=year.year if year else None, month=month, day=day, hijri=kind == "hijri")
    if year is None or year.hijri == said.hijri:
        return said
    if year.hijri or year.year is None or not 1 <= year.year <= date.max.year:
        return None
    found = settled(replace(said, year=None), date(year.year, 7, 1))
    return replace(found, assumed=False) if found else None


def _by_easter(year: int, place: str) -> date:
    return easter(year) + timedelta(int(place))


def _by_weekday(year: int, place: str) -> date:
    """The weekday of that number in a month: month, number, weekday."""
    month, number, weekday = (int(part) for part in place.split("-"))
    first = date(year, month, 1)
    return first + timedelta((weekday - first.weekday()) % 7 + 7 * (number - 1))


_MOVABLE: Final[dict[str, Callable[[int, str], date]]] = {"easter": _by_easter, "weekday": _by_weekday}


def _feast_on(today: date | None, feast: str, way: int) -> Moment | None:
    """The day of a feast that was last, or will be next."""
    if today is None:
        return None
    near = (_feast(today + timedelta(by), feast) for by in (-380, -200, 0, 200, 380))
    known = [
        settled(one, today + timedelta(by)) for one, by in zip(near, (-380, -200, 0, 200, 380), strict=True) if one
    ]
    found = [(day, one) for one in known if one and (day := first_day(gregorian(one) or one))]
    fitting = [pair for pair in found if way == 0 or (pair[0] < today if way < 0 else pair[0] > today)]
    if not fitting:
        return None
    return replace(min(fitting, key=lambda pair: abs((pair[0] - today).days))[1], assumed=False)


def easter(year: int) -> date:
    """Easter Sunday of the Western churches (the algorithm of Meeus, Jones and Butcher)."""
    golden, century, rest = year % 19, year // 100, year % 100
    shift = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - shift - rest % 4) % 7
    late = (golden + 11 * shift + 22 * week) // 451
    number = shift + week - 7 * late + 114
    return date(year, number // 31, number % 31 + 1)


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {"feast": _feast, "feast_on": _feast_on}
"""What a rule may name as its value."""
