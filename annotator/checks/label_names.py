"""Check of labels that are probably misspelt."""

from typing import Final

from annotator.checks.check_context import Check, CheckContext, make_issue
from annotator.checks.issue import Fix, Issue
from annotator.i18n import pgettext
from annotator.model.label_twins import describe_label_twin
from annotator.model.reasons import Code, Reason
from annotator.model.records import Span

RARE_LABEL: Final = "rare_label"


def check_rare_label(context: CheckContext, span: Span) -> Issue | None:
    """Report a span whose label is rare and a letter away from a frequent one (see model.label_twins).

    The fix changes the label to that.

    Issue: ORF, once beside 900 ORG.
    """
    statistics = context.corpus.statistics
    twin = statistics.label_twins.get(span.label)
    if twin is None:
        return None
    message = describe_label_twin(span.label, twin, statistics.span_counts_by_label)
    return make_issue(RARE_LABEL, span, Reason(Code.SIMILAR_LABEL, message), Fix(twin, span.start, span.end))


CHECKS: Final = (Check(RARE_LABEL, lambda: pgettext("what is doubtful", "Misspelt label?"), check_rare_label),)
