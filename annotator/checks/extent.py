"""Checks of how far spans reach: across sentences or zones, or unusually far."""

from typing import Final

from annotator.checks.check_context import Check, CheckContext, make_issue, removal_fix
from annotator.checks.issue import Issue
from annotator.i18n import _, format_number, ngettext, pgettext
from annotator.model import records
from annotator.model.display_names import zone_title
from annotator.model.reasons import Code, Reason
from annotator.model.records import Span

ACROSS_SENTENCES: Final = "across_sentences"
ACROSS_ZONES: Final = "across_zones"
BOILERPLATE: Final = "in_boilerplate"
HUGE: Final = "huge"
_RATIO: Final = 2
_MIN_LENGTH: Final = 60  # code points: some ten words, as in names of committees and strategies


def check_length(context: CheckContext, span: Span) -> Issue | None:
    """Report a span of more than 60 code points and more than twice as long as 95 of 100 spans of its label."""
    length, usual = span.end - span.start, context.corpus.statistics.usual_length(span.label)
    if length <= max(_MIN_LENGTH, _RATIO * usual):
        return None
    message = ngettext(
        "This span has {length} character; 95 out of 100 spans with this label have at most {usual}.",
        "This span has {length} characters; 95 out of 100 spans with this label have at most {usual}.",
        length,
    )
    message = message.format(length=format_number(length), usual=format_number(usual))
    return make_issue(HUGE, span, Reason(Code.HUGE, message))


def check_across_sentences(context: CheckContext, span: Span) -> Issue | None:
    """Report a span across a sentence break (see text.sentences).

    Issue: الرباط. وقالت. No issue: د. محمد, with an abbreviation's dot.
    """
    if not context.has_sentence_break(span.start, span.end):
        return None
    return make_issue(ACROSS_SENTENCES, span, Reason(Code.ACROSS_SENTENCES, _("A sentence ends within this span.")))


def check_across_zones(context: CheckContext, span: Span) -> Issue | None:
    """Report a span in two zones, or in one and beyond it."""
    zones = context.zones_in(span.start, span.end)
    if not zones or (zones[0].start <= span.start and span.end <= zones[0].end):
        return None
    zone_titles = _(", ").join(zone_title(zone.kind) for zone in zones)
    message = _("This span crosses a zone boundary: {zones}.").format(zones=zone_titles)
    return make_issue(ACROSS_ZONES, span, Reason(Code.ACROSS_ZONES, message))


def check_boilerplate(context: CheckContext, span: Span) -> Issue | None:
    """Report a span in boilerplate, where the guidelines label nothing; the fix removes it."""
    if {zone.kind for zone in context.zones_in(span.start, span.end)} != {records.BOILERPLATE}:
        return None
    message = _("This span is in boilerplate, which should not be labelled.")
    return make_issue(BOILERPLATE, span, Reason(Code.BOILERPLATE, message), removal_fix(span))


CHECKS: Final = (
    Check(ACROSS_SENTENCES, lambda: pgettext("what is doubtful", "Across sentences"), check_across_sentences),
    Check(ACROSS_ZONES, lambda: pgettext("what is doubtful", "Across zones"), check_across_zones),
    Check(BOILERPLATE, lambda: pgettext("what is doubtful", "Boilerplate"), check_boilerplate),
    Check(HUGE, lambda: pgettext("what is doubtful", "Very long"), check_length),
)
