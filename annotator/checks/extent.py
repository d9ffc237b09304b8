"""Checks of how far spans reach: not beyond the text, not across sentences or zones, and not unusually far."""

from typing import Final

from annotator.checks.check_context import CheckContext, make_issue, removal_fix
from annotator.checks.issue import ACROSS_SENTENCES, ACROSS_ZONES, BOILERPLATE, HUGE, OUTSIDE, Issue
from annotator.checks.label_statistics import LabelStatistics
from annotator.i18n import _, format_number, ngettext
from annotator.model import records
from annotator.model.display_names import zone_title
from annotator.model.records import Span

_RATIO: Final = 2
_MIN_LENGTH: Final = 60  # code points: some ten words, as long as the names of committees and strategies are


def check_outside(context: CheckContext, span: Span) -> Issue | None:
    """Report a span that does not lie within the text.

    A file that another program has changed may hold such spans. The fix removes it.

    Issue: 90 to 100 in a text of 95 code points.
    """
    if 0 <= span.start < span.end <= len(context.text):
        return None
    message = _("This span runs from {start} to {end}, but the text ends at {length}.")
    message = message.format(start=span.start, end=span.end, length=len(context.text))
    return make_issue(OUTSIDE, span, message, removal_fix(span))


def check_length(_context: CheckContext, span: Span, statistics: LabelStatistics) -> Issue | None:
    """Report a span of more than 60 code points, more than twice as long as 95 of 100 spans of its label.

    Issue: a date of 80 code points where 95 of 100 dates have at most 30.
    """
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
    """Report a span in which a sentence ends and another begins (see text.sentences).

    Issue: الرباط. وقالت. No issue: د. محمد, whose dot is that of an abbreviation.
    """
    if not context.has_sentence_break(span.start, span.end):
        return None
    return make_issue(ACROSS_SENTENCES, span, _("A sentence ends within this span."))


def check_across_zones(context: CheckContext, span: Span) -> Issue | None:
    """Report a span that lies in two zones, or in one and beyond it.

    Issue: a span that begins in the headline and ends in the body.
    """
    zones = list(context.zones_in(span.start, span.end))
    if not zones or (zones[0].start <= span.start and span.end <= zones[0].end):  # zones never overlap
        return None
    zone_titles = _(", ").join(zone_title(zone.kind) for zone in zones)
    return make_issue(ACROSS_ZONES, span, _("This span crosses a zone boundary: {zones}.").format(zones=zone_titles))


def check_boilerplate(context: CheckContext, span: Span) -> Issue | None:
    """Report a span in boilerplate, where nothing is labelled by the guidelines.

    The fix removes it.

    Issue: a ministry in the headline of another article.
    """
    zones = context.zones_in(span.start, span.end)
    kinds = {zone.kind for zone in zones}
    if kinds != {records.BOILERPLATE}:
        return None
    message = _("This span is in boilerplate, which should not be labelled.")
    return make_issue(BOILERPLATE, span, message, removal_fix(span))
