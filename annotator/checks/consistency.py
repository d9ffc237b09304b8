"""Checks for the same words labelled in one place, and not or differently in another.

Words are compared by their normalised form.
"""

from collections.abc import Iterator
from typing import Final

from annotator.checks.check_context import CheckContext, make_issue
from annotator.checks.issue import LABELLED_DIFFERENTLY, UNLABELLED_REPEAT, Fix, Issue
from annotator.checks.label_statistics import LabelStatistics
from annotator.i18n import format_number, ngettext
from annotator.model.records import BOILERPLATE, Span
from annotator.text.lexicon import Match, split_form
from annotator.text.proclitics import CONJUNCTIONS, PREPOSITIONS, normalise_form

_RATIO: Final = 2  # times as often as this label, another one makes it doubtful


def check_other_label(
    context: CheckContext, span: Span, statistics: LabelStatistics, titles: dict[str, str]
) -> Issue | None:
    """Report a span whose words usually have another label in the corpus.

    “Usually” is at least twice, and at least twice as often as this one. A span whose range has the other label too is
    fine. `titles` are the titles of the labels. The fix changes the label.

    Issue: الداخلية as PLAN where it is INSTITUTION twice elsewhere.
    """
    words = split_form(normalise_form(context.text, span.start, span.end))
    counts = statistics.label_counts(words)
    if len(counts) < 2 or not statistics.span_count(words):
        return None
    own_count = counts.get(span.label, 0)
    count, other = max((count, label) for label, count in counts.items() if label != span.label)
    if count < _RATIO * max(own_count, 1) or other in context.labels_by_range[span.start, span.end]:
        return None
    template = ngettext(
        "These words are labelled {other} in {count} place, and {label} in {mine}.",
        "These words are labelled {other} in {count} places, and {label} in {mine}.",
        count,
    )
    names = {"other": titles.get(other, other), "label": titles.get(span.label, span.label)}
    message = template.format(count=format_number(count), mine=format_number(own_count), **names)
    return make_issue(LABELLED_DIFFERENTLY, span, message, Fix(other, span.start, span.end))


def find_unlabelled(context: CheckContext, statistics: LabelStatistics, stop: int) -> Iterator[Match]:
    """Yield the places before `stop` where words that are mostly labelled elsewhere have no span.

    A place in boilerplate does not count, nor one inside a longer such place, nor one that touches another word, as in
    اليوم24.
    """
    reached = 0
    for match in sorted(statistics.find_matches(context.text), key=lambda match: (match.start, -match.end)):
        if match.start < reached or match.end > stop or context.has_span(match.start, match.end):
            continue
        if context.text[match.end : match.end + 1].isalnum() or _is_joined(context, match):
            continue
        if any(zone.kind == BOILERPLATE for zone in context.zones_in(match.start, match.end)):
            continue
        reached = match.end
        yield match


def check_unlabelled(match: Match, statistics: LabelStatistics, titles: dict[str, str]) -> Issue | None:
    """Report a place from `find_unlabelled` whose words are labelled at least twice as often as not.

    The fix gives it the label that its words have most often.

    Issue: البنك الدولي without a span where it is labelled twice elsewhere and nowhere else left out.
    """
    if not statistics.is_mostly_labelled(match.words):
        return None
    count, label = max((count, label) for label, count in statistics.label_counts(match.words).items())
    template = ngettext(
        "These words have no label here, but are labelled {label} in {count} other place.",
        "These words have no label here, but are labelled {label} in {count} other places.",
        count,
    )
    message = template.format(label=titles.get(label, label), count=format_number(count))
    return Issue(UNLABELLED_REPEAT, label, match.start, match.end, message, None, Fix(label, match.start, match.end))


def _is_joined(context: CheckContext, match: Match) -> bool:
    """Return whether a letter or digit that is no proclitic directly precedes the words."""
    if not context.text[match.start - 1 : match.start].isalnum():
        return False
    before = context.token_at(match.start - 1)
    if before is None or before.end != match.start:
        return False
    return context.text[slice(*before)] not in (*CONJUNCTIONS, *PREPOSITIONS)
