"""Dates and their values, found by a grammar over words (see `grammar`)."""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Final

from msgspec import Struct

from annotator.model.label_roles import DATE, label_for_role
from annotator.model.labels import LabelSet
from annotator.model.records import Article, Suggestion
from annotator.suggest.dates.grammar import OFFSET, Rule, load_grammar
from annotator.suggest.dates.lattice import Lattice
from annotator.suggest.dates.matching import Match, Tree, find_matches
from annotator.suggest.dates.values import evaluate
from annotator.text.analysis import analyse, analysed
from annotator.text.folding import fold
from annotator.text.proclitics import find_readings

_TRANSPARENT: Final = (None, "in_half")
"""The values of rules that pass on what their only part is."""

BESIDE_TIME: Final = "beside-time"
_GAP: Final = r"[^\w\n]{1,4}"
_MARKS_ALONE: Final = re.compile(_GAP)
_ZONE: Final = rf"(?:{_GAP}[A-Z]{{2,5}})?"
_CLOCK_AFTER: Final = re.compile(_GAP + r"\d\d?[:hH]\d\d(?!\d)")
_CLOCK_BEFORE: Final = re.compile(r"(?<!\d)\d\d?[:hH]\d\d(?::\d\d)?" + _ZONE + _GAP + "$")
_IN_TITLE: Final = re.compile(r"(\w+) ?[«»\"“”](?:\w+ ){1,2}$")  # a word and the words that it quotes
_AFTER_TITLE: Final = re.compile(r"(?: ?24)?[«»\"“”]")
_LONGEST_TITLE: Final = 60  # code points, with the word before it
_LONGEST_CLOCK: Final = 24  # code points, with the marks behind it


class DateSpan(Struct, frozen=True):
    """A date in a text, its ISO 8601 value if known, and whether part of that was assumed.

    `rule` is the name of the rule that says most of what it is. An offset is no date by the guideline (see
    `grammar.OFFSET`).
    """

    start: int
    end: int
    value: str | None
    assumed: bool
    score: float
    rule: str
    is_offset: bool


class DateSuggester:
    """The suggester of dates."""

    name = "dates"

    def suggest(self, article: Article, labels: LabelSet) -> list[Suggestion]:
        """See Suggester."""
        label = label_for_role(DATE, labels)
        if label is None:
            return []
        date_spans = [
            date_span
            for date_span in find_dates(article.text, article.published)
            if not (date_span.is_offset or _ends_title(article.text, date_span))
        ]
        beside_time = _beside_time(article.text, date_spans)
        return [
            Suggestion(
                date_span.start,
                date_span.end,
                label,
                self.name,
                date_span.score,
                date_span.value,
                date_span.assumed,
                f"rule:{BESIDE_TIME if date_span in beside_time else date_span.rule}",
            )
            for date_span in date_spans
        ]


def _ends_title(text: str, date_span: DateSpan) -> bool:
    """Return whether a date is the end of a paper's quoted name of two or three words: صحيفة «دنيا اليوم»."""
    if not _AFTER_TITLE.match(text, date_span.end):
        return False
    before = _IN_TITLE.search(text[: date_span.start][-_LONGEST_TITLE:])
    words = load_grammar().words
    return before is not None and any(
        "newspaper" in words.get(fold(word, taa=True).strip(), ()) for _offset, word in find_readings(before[1])
    )


def _beside_time(text: str, date_spans: list[DateSpan]) -> set[DateSpan]:
    """Return the dates beside another one or a clock time, with marks alone between them.

    The two are one date as a rule, of a kind that the grammar does not know: their edges are doubtful.
    """
    beside = {
        date_span
        for pair in pairwise(date_spans)
        if _MARKS_ALONE.fullmatch(text, pair[0].end, pair[1].start)
        for date_span in pair
    }
    return beside | {
        date_span
        for date_span in date_spans
        if _CLOCK_AFTER.match(text, date_span.end) or _CLOCK_BEFORE.search(text[: date_span.start][-_LONGEST_CLOCK:])
    }


def find_dates(text: str, published: str | None = None) -> list[DateSpan]:
    """Find a text's dates, by start and without overlaps.

    Relative dates and those without a year have values only if `published` is known (ISO 8601, of which the first ten
    characters count).
    """
    today = _publication_day(published)
    return [_to_date_span(match, today) for match in _find_matches(text)]


def find_dates_in(text: str, start: int, end: int, published: str | None = None) -> list[DateSpan]:
    """Find the dates of a text that overlap a range; see find_dates."""
    today = _publication_day(published)
    overlapping = (match for match in _find_matches(text) if match.start < end and start < match.end)
    return [_to_date_span(match, today) for match in overlapping]


def find_dates_in_phrase(phrase: str, published: str | None = None) -> list[DateSpan]:
    """Find the dates of a short text, as find_dates; the caches are for articles, and do not keep it."""
    today = _publication_day(published)
    return [_to_date_span(match, today) for match in find_matches(Lattice(analyse(phrase)))]


def find_whole_date(text: str, published: str | None = None, *, after: str = "") -> DateSpan | None:
    """Return the date that the whole text is, as it would be found after these words; None if it is none."""
    whole = len(after), len(after + text)
    date_spans = find_dates_in_phrase(after + text, published)
    return next((date_span for date_span in date_spans if (date_span.start, date_span.end) == whole), None)


@lru_cache(maxsize=16)
def _find_matches(text: str) -> tuple[Match, ...]:
    return tuple(find_matches(Lattice(analysed(text))))


def _to_date_span(match: Match, today: date | None) -> DateSpan:
    value, assumed = evaluate(match.tree, today)
    rules = list(_rules_of_all(match.tree))
    is_offset = any(rule.makes == OFFSET for rule in rules)
    name = next((rule.name for rule in rules if rule.name), rules[-1].makes)
    return DateSpan(match.start, match.end, value, assumed, match.tree.score, name, is_offset)


def _rules_of_all(tree: Tree) -> Iterator[Rule]:
    """Yield the rules that say what the whole match is, down to the first that joins parts or makes a value."""
    rule = tree.rule.rule
    yield rule
    parts = [part for name, part in tree.parts if name]
    if rule.value in _TRANSPARENT and len(parts) == 1 and isinstance(part := parts[0], Tree):
        yield from _rules_of_all(part)


def _publication_day(published: str | None) -> date | None:
    """Return the day of publication; None if unknown."""
    try:
        return date.fromisoformat(published[:10]) if published else None
    except ValueError:
        return None
