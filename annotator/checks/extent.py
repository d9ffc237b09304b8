"""Checks of how far spans reach: beyond the text, across sentences or zones, or unusually far."""

from typing import Final

from annotator.checks.check_context import CheckContext, make_issue, removal_fix
from annotator.checks.issue import ACROSS_SENTENCES, ACROSS_ZONES, BOILERPLATE, HUGE, OUTSIDE, Issue
from annotator.checks.label_statistics import LabelStatistics
from annotator.i18n import _, format_number, ngettext
from annotator.model import records
from annotator.model.display_names import zone_title
from annotator.model.records import Span

_RATIO: Final = 2
_MIN_LENGTH: Final = 60  # code points: some ten words, as in names of committees and strategies


def check_outside(context: CheckContext, span: Span) -> Issue | None:
    """Report a span not within the text, as in files changed by other programs; the fix removes it."""
    if 0 <= span.start < span.end <= len(context.text):
        return None
    message = _("This span runs from {start} to {end}, but the text ends at {length}.")
    message = message.format(start=span.start, end=span.end, length=len(context.text))
    return make_issue(OUTSIDE, span, message, removal_fix(span))


def check_length(_context: CheckContext, span: Span, statistics: LabelStatistics) -> Issue | None:
    """Report a span of more than 60 code points and more than twice as long as 95 of 100 spans of its label."""
    length, usual = span.end - span.start, statistics.usual_length(span.label)
    if length <= max(_MIN_LENGTH, _RATIO * usual):
        return None
    message = ngettext(
        "This span has {length} character; 95 out of 100 spans with this label have at most {usual}.",
        "This span has {length} characters; 95 out of 100 spans with this label have at most {usual}.",
        length,
    )
    return make_issue(HUGE, span, message.format(length=format_number(length), usual=format_number(usual)))


def check_across_sentences(context: CheckContext, span: Span) -> Issue | None:
    """Report a span across a sentence break (see text.sentences).

    Issue: الرباط. وقالت. No issue: د. محمد, with an abbreviation's dot.
    """
    if not context.has_sentence_break(span.start, span.end):
        return None
    return make_issue(ACROSS_SENTENCES, span, _("A sentence ends within this span."))


def check_across_zones(context: CheckContext, span: Span) -> Issue | None:
    """Report a span in two zones, or in one and beyond it."""
    zones = context.zones_in(span.start, span.end)
    if not zones or (zones[0].start <= span.start and span.end <= zones[0].end):
        return None
    zone_titles = _(", ").join(zone_title(zone.kind) for zone in zones)
    return make_issue(ACROSS_ZONES, span, _("This span crosses a zone boundary: {zones}.").format(zones=zone_titles))


def check_boilerplate(context: CheckContext, span: Span) -> Issue | None:
    """Report a span in boilerplate, where the guidelines label nothing; the fix removes it."""
    if {zone.kind for zone in context.zones_in(span.start, span.end)} != {records.BOILERPLATE}:
        return None
    message = _("This span is in boilerplate, which should not be labelled.")
    return make_issue(BOILERPLATE, span, message, removal_fix(span))
