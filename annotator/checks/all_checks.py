"""All checks of one layer's spans and unlabelled words."""

from collections.abc import Iterator
from importlib import import_module
from typing import Final

from annotator.checks.check_context import Check, CheckContext
from annotator.checks.consistency import find_unlabelled
from annotator.checks.issue import Issue
from annotator.i18n import pgettext
from annotator.model.records import DONE, SKIPPED, Span
from annotator.text.lexicon import Match

_MODULES: Final = (
    "boundaries",
    "extent",
    "consistency",
    "label_names",
    "invisible_characters",
    "date_values",
)
"""The modules of the checks, in the order in which the program lists their issues."""


def _load(module: str) -> tuple[Check, ...]:
    checks: tuple[Check, ...] = import_module(f"annotator.checks.{module}").CHECKS
    return checks


_CHECKS: Final = tuple(check for module in _MODULES for check in _load(module))
DAMAGED: Final = "damaged"
KINDS: Final = tuple(check.kind for check in _CHECKS)
"""The kinds of issues with labels, in display order; DAMAGED is about the file."""


def kind_title(kind: str) -> str:
    """Return the title of a kind of issue; an unknown kind itself."""
    if kind == DAMAGED:
        return pgettext("what is doubtful", "Damaged file")
    return next((check.title() for check in _CHECKS if check.kind == kind), kind)


def check_spans(context: CheckContext) -> list[Issue]:
    """Return the issues of a layer's spans, in order."""
    return [issue for span in context.layer for issue in _check_span(context, span)]


def find_unlabelled_words(context: CheckContext, state: str) -> list[Match]:
    """Find words labelled elsewhere but not here (see consistency), as far as the annotator has come.

    That is all of a done article, nothing of a skipped one, else up to the last span's end.
    """
    last = max((span.end for span in context.layer), default=0)
    stop = {DONE: len(context.text), SKIPPED: 0}.get(state, last)
    return list(find_unlabelled(context, stop)) if stop else []


def _check_span(context: CheckContext, span: Span) -> Iterator[Issue]:
    for check in _CHECKS:
        if check.find and (issue := check.find(context, span)):
            yield issue
            if check.is_exclusive:
                return
