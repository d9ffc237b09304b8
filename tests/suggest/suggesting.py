"""Helpers of the suggesters' tests: articles, label sets, and a check of the protocol."""

import unicodedata
from itertools import product

from builders import build_label_set

from annotator.model.open_suggestions import SURE_SCORE
from annotator.model.records import Article, Suggestion, article_uid
from annotator.suggest.base import Suggester
from annotator.suggest.built_in import RESERVED
from annotator.suggest.joining.belief import Belief
from annotator.suggest.joining.candidates import ALTERNATIVE, EXTERNAL
from annotator.text.visible import trim_invisible


def article(text: str) -> Article:
    return Article(article_uid(text), text)


LABELS = build_label_set("DATE", "INSTITUTION", "PLAN")
ROLES = ("date", "institution", "plan", "other")
CREDULITY = Belief(
    {f"{role} {source} score": 1.0 for role, source in product(ROLES, (*RESERVED, EXTERNAL, f"model {ALTERNATIVE}"))},
    dict.fromkeys(ROLES, SURE_SCORE - 0.001),
)
"""The belief that every suggestion is right as often as its source says."""


def labelled_texts(text: str, suggestions: list[Suggestion]) -> list[tuple[str, str]]:
    return [(text[suggestion.start : suggestion.end], suggestion.label) for suggestion in suggestions]


def check_promises(suggester: Suggester, text: str) -> list[Suggestion]:
    """Check what the protocol promises of every suggester (see annotator.suggest.base), and return the suggestions."""
    suggestions = suggester.suggest(article(text), LABELS)
    assert (
        suggestions
        == suggester.suggest(article(text), LABELS)
        == sorted(suggestions, key=lambda suggestion: suggestion.start)
    )
    for suggestion in suggestions:
        assert 0 <= suggestion.start < suggestion.end <= len(text)
        assert trim_invisible(text, suggestion.start, suggestion.end) == (suggestion.start, suggestion.end)
        assert not is_mark(text, suggestion.start)
        assert not is_mark(text, suggestion.end)
        assert LABELS.find(suggestion.label)
        assert suggestion.source == suggester.name
        assert 0 < suggestion.score <= 1
    return suggestions


def is_mark(text: str, offset: int) -> bool:
    """Return whether the character at this offset is a mark of letter before it."""
    return (
        0 < offset < len(text)
        and unicodedata.category(text[offset]) in ("Mn", "Me", "Mc")
        and text[offset - 1].isalpha()
    )
