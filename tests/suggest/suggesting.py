"""What the tests of the suggesters have in common: articles, label sets, and what every suggestion is to be."""

import unicodedata

from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import Article, Suggestion, article_uid
from annotator.suggest.base import Suggester
from annotator.text.visible import visible


def article(text: str) -> Article:
    return Article(article_uid(text), text)


def label_set(*names: str) -> LabelSet:
    return LabelSet(tuple(Label(name, {}, Colour("#000000", "#ffffff")) for name in names))


LABELS = label_set("DATE", "INSTITUTION", "PLAN")


def said(text: str, suggestions: list[Suggestion]) -> list[tuple[str, str]]:
    return [(text[found.start : found.end], found.label) for found in suggestions]


def check_promises(suggester: Suggester, text: str) -> list[Suggestion]:
    """What the protocol promises of every suggester (see annotator.suggest.base)."""
    found = suggester.suggest(article(text), LABELS)
    assert found == suggester.suggest(article(text), LABELS) == sorted(found, key=lambda one: one.start)
    for one in found:
        assert 0 <= one.start < one.end <= len(text)
        assert visible(text, one.start, one.end) == (one.start, one.end)
        assert not is_mark(text, one.start)
        assert not is_mark(text, one.end)
        assert LABELS.find(one.label)
        assert one.source == suggester.name
        assert 0 < one.score <= 1
    return found


def is_mark(text: str, at: int) -> bool:
    """Whether what is at this offset belongs to the letter before it."""
    return 0 < at < len(text) and unicodedata.category(text[at]) in ("Mn", "Me", "Mc") and text[at - 1].isalpha()
