"""How fast articles get done, and when the rest will be."""

from collections.abc import Mapping
from datetime import date, timedelta
from math import ceil
from typing import Final

from msgspec import Struct

WINDOW: Final = timedelta(days=14)
"""The time before today, which is part of it, from which the pace is taken: it knows weekends, but no last month."""


class Pace(Struct, frozen=True):
    """Articles done on `days` days of work, within `span` days from the first of them to today."""

    articles: int = 0
    days: int = 0
    span: int = 0

    @property
    def per_day(self) -> float | None:
        """The articles done on a day of work; None without any."""
        return self.articles / self.days if self.articles else None

    def expect_end(self, remaining: int, today: date) -> date | None:
        """Return the day on which so many more articles will be done; None if none was done lately."""
        if not remaining:
            return today
        if not self.articles:
            return None
        days = ceil(remaining * self.span / self.articles)
        return today + timedelta(days=days) if days <= (date.max - today).days else None


def measure_pace(articles: Mapping[date, int], today: date) -> Pace:
    """Return the pace of one annotator, given the number of articles done on each day."""
    recent = {day: count for day, count in articles.items() if count and today - WINDOW < day <= today}
    return Pace(sum(recent.values()), len(recent), (today - min(recent)).days + 1) if recent else Pace()
