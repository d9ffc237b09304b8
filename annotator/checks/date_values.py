"""Check that dates have machine-readable values."""

import re
from datetime import date
from typing import Final

from annotator.checks.check_context import Check, CheckContext, make_issue
from annotator.checks.issue import Issue
from annotator.i18n import _, pgettext
from annotator.model.records import Span

VALUE: Final = "value"
_MOMENT: Final = re.compile(
    r"(-?\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2})(?::(\d{2}))?(?::(\d{2}))?)?)?)?",
    re.ASCII,
)
_LEAP: Final = 2000  # stands for the years that Python's calendar lacks


def check_value(context: CheckContext, span: Span) -> Issue | None:
    """Report a date whose value is no ISO 8601 date, time or period.

    Accepted are the suggesters' forms: `2024`, `2024-07`, `2024-07-09`, `2024-07-09T09:00`, `2023/2030`. Impossible
    days and periods that end before they begin are issues too.

    Issue: 09/07/2024, 2024-02-31. No issue: 2023/2030.
    """
    if span.label not in context.corpus.date_labels or span.value is None or is_iso(span.value):
        return None
    message = _("“{value}” is not an ISO 8601 date, time or period, such as 2024-07-09 or 2023/2030.")
    return make_issue(VALUE, span, message.format(value=span.value))


def is_iso(value: str) -> bool:
    """Return whether a value has an ISO 8601 form that `check_value` accepts."""
    parts = value.split("/")
    if len(parts) > 2 or not all(map(_is_moment, parts)):
        return False
    if len(parts) < 2 or value.startswith("-") or "/-" in value:
        return True
    shared = min(map(len, parts))  # 2023-05/2023 is from May to the end of that year
    return parts[0][:shared] <= parts[1][:shared]


def _is_moment(text: str) -> bool:
    match = _MOMENT.fullmatch(text)
    if not match:
        return False
    year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups())
    try:
        date(year if year and year > 0 else _LEAP, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return False
    # ISO 8601 writes midnight at the end of a day as 24:00.
    late = (hour, minute or 0, second or 0) == (24, 0, 0)
    return late or ((hour or 0) < 24 and (minute or 0) < 60 and (second or 0) < 60)


CHECKS: Final = (Check(VALUE, lambda: pgettext("what is doubtful", "Invalid date"), check_value),)
