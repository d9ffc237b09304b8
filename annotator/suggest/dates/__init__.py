"""Dates, with their values: a grammar over the words of an article (see `grammar` for how its rules are written)."""

from datetime import date
from functools import lru_cache

from msgspec import Struct

from annotator.model.labels import LabelSet
from annotator.model.records import Article, Suggestion
from annotator.suggest.base import DATE, label_for
from annotator.suggest.dates.lattice import Lattice
from annotator.suggest.dates.matching import Match, matches
from annotator.suggest.dates.values import evaluated
from annotator.text.analysis import analysed


class Found(Struct, frozen=True):
    """A date in a text: its stretch, its ISO 8601 value if it can be known, and whether some of that was not said.

    `pattern` is the rule that found it.
    """

    start: int
    end: int
    value: str | None
    assumed: bool
    score: float
    pattern: str


class Dates:
    """The suggester of dates."""

    name = "dates"

    def suggest(self, article: Article, labels: LabelSet) -> list[Suggestion]:
        """The dates of an article (see suggester.Suggester)."""
        label = label_for(DATE, labels)
        if label is None:
            return []
        return [
            Suggestion(one.start, one.end, label, self.name, one.score, one.value, one.assumed)
            for one in found(article.text, article.published)
        ]


def found(text: str, published: str | None = None) -> list[Found]:
    """The dates of a text, by start, none overlapping another. Those that are relative, and those that leave out their
    year, have a value only if it is known when the text was `published` (ISO 8601; its first ten characters count)."""
    today = _day(published)
    return [_found(match, today) for match in _matches(text)]


@lru_cache(maxsize=16)
def _matches(text: str) -> tuple[Match, ...]:
    return tuple(matches(Lattice(analysed(text))))


def _found(match: Match, today: date | None) -> Found:
    value, assumed = evaluated(match.tree, today)
    return Found(match.start, match.end, value, assumed, match.tree.score, match.tree.rule.rule.pattern)


def _day(published: str | None) -> date | None:
    """The day of a publication; None where none is known to the day."""
    try:
        return date.fromisoformat(published[:10]) if published else None
    except ValueError:
        return None
