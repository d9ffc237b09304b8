"""What spans reach over: nothing beyond the text, no end of a sentence or a zone, and no more than is usual."""

from typing import Final

from annotator.checks.check_context import Seen, asked, removed
from annotator.checks.issue import ACROSS_SENTENCES, ACROSS_ZONES, BOILERPLATE, HUGE, OUTSIDE, Question
from annotator.checks.label_statistics import Usage
from annotator.i18n import _, ngettext, number
from annotator.model import records
from annotator.model.display_names import zone_title
from annotator.model.records import Span

_TIMES: Final = 2
_FLOOR: Final = 60  # code points: some ten words, as long as the names of committees and strategies are


def outside(seen: Seen, span: Span) -> Question | None:
    """A span that does not lie within the text: a file that another program has changed can have such. Put right: it is
    removed.

    One from 90 to 100 is one in a text of 95 code points.
    """
    if 0 <= span.start < span.end <= len(seen.text):
        return None
    said = _("This span goes from {start} to {end}; the text ends at {length}.")
    said = said.format(start=span.start, end=span.end, length=len(seen.text))
    return asked(OUTSIDE, span, said, removed(span))


def huge(seen: Seen, span: Span, usage: Usage) -> Question | None:
    """A span that has more than 60 code points and is more than twice as long as 95 of 100 spans of its label.

    A date of 80 is one where 95 of 100 dates have at most 30.
    """
    length, usual = span.end - span.start, usage.usual(span.label)
    if length <= max(_FLOOR, _TIMES * usual):
        return None
    said = ngettext(
        "This span has {length} character; of 100 with its label, 95 have at most {usual}.",
        "This span has {length} characters; of 100 with its label, 95 have at most {usual}.",
        length,
    )
    return asked(HUGE, span, said.format(length=number(length), usual=number(usual)))


def across_sentences(seen: Seen, span: Span) -> Question | None:
    """A span in which a sentence ends and another begins (see text.tokenizer.breaks).

    الرباط. وقالت is one; د. محمد is none, for that is an abbreviation's dot.
    """
    if not seen.broken(span.start, span.end):
        return None
    return asked(ACROSS_SENTENCES, span, _("A sentence ends within this span."))


def across_zones(seen: Seen, span: Span) -> Question | None:
    """A span that lies in two zones, or in one and beyond it.

    One that begins in the headline and ends in the body is one.
    """
    zones = list(seen.zones_at(span.start, span.end))
    if not zones or (zones[0].start <= span.start and span.end <= zones[0].end):  # zones never overlap
        return None
    named = _(", ").join(zone_title(zone.kind) for zone in zones)
    return asked(ACROSS_ZONES, span, _("This span reaches over the edge of a zone: {zones}.").format(zones=named))


def in_boilerplate(seen: Seen, span: Span) -> Question | None:
    """A span in what is not of the article: nothing there is labelled (the guidelines). Put right: it is removed.

    A ministry in the headline of another article is one.
    """
    zones = seen.zones_at(span.start, span.end)
    kinds = {zone.kind for zone in zones}
    if kinds != {records.BOILERPLATE}:
        return None
    said = _("This span lies in what is not of the article; nothing there is labelled.")
    return asked(BOILERPLATE, span, said, removed(span))
