"""When feasts are (see `values`): those of a fixed day in either calendar, and those that go by Easter."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from msgspec.structs import replace

from annotator.suggest.dates.moments import Moment, first_day, gregorian, of, settled


def _feast(today: date | None, feast: str, year: Moment | None = None) -> Moment | None:
    """The day of a feast, written `12-25` (month and day), `hijri 10-01`, `easter -46` (days from Easter), in a year
    of either calendar. Without a year it is assumed."""
    kind, _, place = feast.rpartition(" ")
    if kind == "easter":
        known = year or (Moment(year=today.year) if today else None)
        if known is None or known.year is None:
            return None
        return of(easter(known.year) + timedelta(int(place)), assumed=year is None)
    if kind == "weekday":
        known = year or (Moment(year=today.year) if today else None)
        if known is None or known.year is None:
            return None
        month, number, weekday = (int(part) for part in place.split("-"))
        first = date(known.year, month, 1)
        ahead = (weekday - first.weekday()) % 7 + 7 * (number - 1)
        return of(first + timedelta(ahead), assumed=year is None)
    month, day = (int(part) for part in place.split("-"))
    if kind != "hijri":
        return Moment(year=year.year if year else None, month=month, day=day)
    if year is None or year.hijri:
        return Moment(year=year.year if year else None, month=month, day=day, hijri=True)
    return settled(Moment(month=month, day=day, hijri=True), date(year.year or 1, 7, 1))


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
