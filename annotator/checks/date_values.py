"""Check that dates have machine-readable values."""

from typing import Final

from annotator.checks.check_context import Check, CheckContext, make_issue
from annotator.checks.issue import Issue
from annotator.i18n import _, pgettext
from annotator.model.date_values import is_date_value
from annotator.model.records import Span

VALUE: Final = "value"


def check_value(context: CheckContext, span: Span) -> Issue | None:
    """Report a date whose value is no ISO 8601 date, time or period.

    Accepted are the suggesters' forms: `2024`, `2024-07`, `2024-07-09`, `2024-07-09T09:00`, `2023/2030`. Impossible
    days and periods that end before they begin are issues too.

    Issue: 09/07/2024, 2024-02-31. No issue: 2023/2030.
    """
    if span.label not in context.corpus.date_labels or span.value is None or is_date_value(span.value):
        return None
    message = _("“{value}” is not an ISO 8601 date, time or period, such as 2024-07-09 or 2023/2030.")
    return make_issue(VALUE, span, message.format(value=span.value))


CHECKS: Final = (Check(VALUE, lambda: pgettext("what is doubtful", "Invalid date"), check_value),)
