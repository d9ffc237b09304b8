"""Checks for words labelled in one place, and not or differently in another.

They are compared by normalised form.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from annotator.checks.check_context import Check, CheckContext, CorpusFacts, make_issue
from annotator.checks.issue import Fix, Issue
from annotator.checks.label_statistics import LabelStatistics
from annotator.i18n import format_number, ngettext, pgettext
from annotator.model.reasons import Code, Reason
from annotator.model.records import BOILERPLATE, Span
from annotator.text.lexicon import Match, split_form
from annotator.text.proclitics import CONJUNCTIONS, PREPOSITIONS, normalise_form

LABELLED_DIFFERENTLY: Final = "labelled_differently"
UNLABELLED_REPEAT: Final = "unlabelled_repeat"
_RATIO: Final = 2  # times as often as this label, another one makes it doubtful


def check_other_label(context: CheckContext, span: Span) -> Issue | None:
    """Report a span whose words usually have another label; the fix changes it.

    “Usually” means at least twice, and at least twice as often as this one. A range with both labels is fine.

    Issue: الداخلية as PLAN where it is INSTITUTION twice elsewhere.
    """
    statistics, titles = context.corpus.statistics, context.corpus.label_titles
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
    return make_issue(
        LABELLED_DIFFERENTLY, span, Reason(Code.LABELLED_DIFFERENTLY, message), Fix(other, span.start, span.end)
    )


def find_unlabelled(context: CheckContext, stop: int) -> Iterator[Match]:
    """Yield the places before `stop` where words mostly labelled elsewhere have no span, in order, longer ones first.

    Excluded are places in boilerplate, or touching another word, as in اليوم24.
    """
    for match in sorted(
        context.corpus.statistics.find_matches(context.text), key=lambda match: (match.start, -match.end)
    ):
        if match.end > stop or context.has_span(match.start, match.end):
            continue
        if context.text[match.end : match.end + 1].isalnum() or _is_joined(context, match):
            continue
        if any(zone.kind == BOILERPLATE for zone in context.zones_in(match.start, match.end)):
            continue
        yield match


def select_unlabelled(matches: Iterable[Match], statistics: LabelStatistics) -> list[Match]:
    """Return the places of a layer whose words still are mostly labelled, but none inside a longer one."""
    places: list[Match] = []
    for match in matches:
        if statistics.is_mostly_labelled(match.words) and (not places or places[-1].end <= match.start):
            places.append(match)
    return places


def check_unlabelled(match: Match, corpus: CorpusFacts) -> Issue | None:
    """Report a place from `find_unlabelled` whose words are labelled at least twice as often as not.

    The fix adds their most frequent label.

    Issue: البنك الدولي without a span, labelled twice elsewhere and nowhere else left out.
    """
    statistics = corpus.statistics
    if not statistics.is_mostly_labelled(match.words):
        return None
    count, label = max((count, label) for label, count in statistics.label_counts(match.words).items())
    template = ngettext(
        "These words have no label here, but are labelled {label} in {count} other place.",
        "These words have no label here, but are labelled {label} in {count} other places.",
        count,
    )
    message = template.format(label=corpus.label_titles.get(label, label), count=format_number(count))
    fix = Fix(label, match.start, match.end)
    return Issue(UNLABELLED_REPEAT, label, match.start, match.end, message, Code.UNLABELLED_REPEAT, None, fix)


def _is_joined(context: CheckContext, match: Match) -> bool:
    """Return whether a letter or digit other than a proclitic directly precedes the words."""
    if not context.text[match.start - 1 : match.start].isalnum():
        return False
    before = context.token_at(match.start - 1)
    if before is None or before.end != match.start:
        return False
    return context.text[slice(*before)] not in (*CONJUNCTIONS, *PREPOSITIONS)


CHECKS: Final = (
    Check(
        LABELLED_DIFFERENTLY, lambda: pgettext("what is doubtful", "Labelled differently elsewhere"), check_other_label
    ),
    Check(UNLABELLED_REPEAT, lambda: pgettext("what is doubtful", "Labelled elsewhere, not here"), None),
)
