"""Shortcuts for articles with spans in the tests of checks."""

from collections.abc import Iterable

from builders import locate

from annotator.checks.check_context import CheckContext
from annotator.checks.issue import Issue
from annotator.model.records import Span, Zone


def span(start: int, end: int, label: str = "INSTITUTION", value: str | None = None) -> Span:
    return Span(f"{label}{start}-{end}", "article", "Sanae", label, start, end, value)


def span_on(text: str, words: str, label: str = "INSTITUTION") -> Span:
    """Return a span on exactly these words."""
    return span(*locate(words, text), label)


def context(text: str, *spans: Span, zones: Iterable[Zone] = ()) -> CheckContext:
    return CheckContext(text, [*zones], sorted(spans, key=lambda s: (s.start, -s.end)))


def fixed_text(text: str, issue: Issue | None) -> str | None:
    """Return the words that the span has after the fix; None without an issue."""
    if issue is None:
        return None
    assert issue.fix
    return text[issue.fix.start : issue.fix.end] if issue.fix.label else ""
