"""Short ways to an article with spans, for the tests of checks."""

from collections.abc import Iterable

from annotator.checks.check_context import Seen
from annotator.checks.issue import Question
from annotator.model.records import Span, Zone


def span(start: int, end: int, label: str = "INSTITUTION", value: str | None = None) -> Span:
    return Span(f"{label}{start}-{end}", "article", "Sanae", label, start, end, value)


def on(text: str, words: str, label: str = "INSTITUTION") -> Span:
    """A span on these words, to the letter."""
    return span(text.index(words), text.index(words) + len(words), label)


def seen(text: str, *spans: Span, zones: Iterable[Zone] = ()) -> Seen:
    return Seen(text, [*zones], sorted(spans, key=lambda one: (one.start, -one.end)))


def remedied(text: str, question: Question | None) -> str | None:
    """The words that the span has once the question is put right; None where there is no question."""
    if question is None:
        return None
    assert question.remedy
    return text[question.remedy.start : question.remedy.end] if question.remedy.label else ""
