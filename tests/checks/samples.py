"""Shortcuts for articles with spans in the tests of checks."""

from collections.abc import Iterable

from builders import locate

from annotator.checks.check_context import CheckContext, CorpusFacts
from annotator.checks.issue import Issue
from annotator.checks.label_statistics import LabelStatistics
from annotator.model.records import Span, Zone

TITLES = {"INSTITUTION": "Institution", "PLAN": "Plan"}


def span(start: int, end: int, label: str = "INSTITUTION", value: str | None = None) -> Span:
    return Span(f"{label}{start}-{end}", "article", "Sanae", label, start, end, value)


def span_on(text: str, words: str, label: str = "INSTITUTION") -> Span:
    """Return a span on exactly these words."""
    return span(*locate(words, text), label)


def context(
    text: str,
    *spans: Span,
    zones: Iterable[Zone] = (),
    statistics: LabelStatistics | None = None,
    published: str | None = None,
) -> CheckContext:
    facts = CorpusFacts(statistics or LabelStatistics(), TITLES, frozenset(["DATE"]))
    return CheckContext(text, [*zones], sorted(spans, key=lambda s: (s.start, -s.end)), facts, published)


def fixed_text(text: str, issue: Issue | None) -> str | None:
    """Return the words that the span has after the fix; None without an issue."""
    if issue is None:
        return None
    assert issue.fix
    return text[issue.fix.start : issue.fix.end] if issue.fix.label else ""
