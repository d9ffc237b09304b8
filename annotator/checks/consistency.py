"""The same words labelled in one place and not, or otherwise, in another. Words are compared by their form."""

from collections.abc import Iterator
from typing import Final

from annotator.checks.check_context import Seen, asked
from annotator.checks.issue import LABELLED_DIFFERENTLY, UNLABELLED_REPEAT, Question, Remedy
from annotator.checks.label_statistics import Usage
from annotator.i18n import ngettext, number
from annotator.model.records import BOILERPLATE, Span
from annotator.text.lexicon import Match, words_of
from annotator.text.proclitics import BOUND, JOINING, form

_OFTEN: Final = 2  # times as often as this label, another one makes it doubtful


def labelled_differently(seen: Seen, span: Span, usage: Usage, shown: dict[str, str]) -> Question | None:
    """A span whose words have another label in the corpus at least twice as often as this one, and twice at least;
    unless the same stretch has that label, too. `shown` are the titles of labels. Put right: it has that label.

    الداخلية as PLAN is one where it is INSTITUTION twice elsewhere.
    """
    words = words_of(form(seen.text, span.start, span.end))
    counts = usage.labels(words)
    if len(counts) < 2 or not usage.known(words):
        return None
    mine = counts.get(span.label, 0)
    count, other = max((count, label) for label, count in counts.items() if label != span.label)
    if count < _OFTEN * max(mine, 1) or other in seen.labels[span.start, span.end]:
        return None
    said = ngettext(
        "These words are {other} in {count} place, {label} in {mine}.",
        "These words are {other} in {count} places, {label} in {mine}.",
        count,
    )
    names = {"other": shown.get(other, other), "label": shown.get(span.label, span.label)}
    message = said.format(count=number(count), mine=number(mine), **names)
    return asked(LABELLED_DIFFERENTLY, span, message, Remedy(other, span.start, span.end))


def unlabelled(seen: Seen, usage: Usage, until: int) -> Iterator[Match]:
    """Where words that are labelled elsewhere, twice at least, stand before `until` and no span overlaps them, nor a
    longer such place; not in boilerplate, and not where another word touches them, as in اليوم24."""
    reached = 0
    for match in sorted(usage.matches(seen.text), key=lambda match: (match.start, -match.end)):
        if match.start < reached or match.end > until or seen.labelled(match.start, match.end):
            continue
        if seen.text[match.end : match.end + 1].isalnum() or _is_joined(seen, match):
            continue
        if any(zone.kind == BOILERPLATE for zone in seen.zones_at(match.start, match.end)):
            continue
        reached = match.end
        yield match


def unlabelled_repeat(match: Match, usage: Usage, shown: dict[str, str]) -> Question | None:
    """A place that `unlabelled` has found, of words that are labelled at least twice as often as they are met without a
    span. Put right: it gets the label that they have most.

    البنك الدولي without a span is one where it is labelled twice elsewhere and nowhere else left out.
    """
    if not usage.mostly_labelled(match.words):
        return None
    count, label = max((count, label) for label, count in usage.labels(match.words).items())
    said = ngettext(
        "These words have no label here; elsewhere they are {label} in {count} place.",
        "These words have no label here; elsewhere they are {label} in {count} places.",
        count,
    )
    message = said.format(label=shown.get(label, label), count=number(count))
    return Question(
        UNLABELLED_REPEAT, label, match.start, match.end, message, None, Remedy(label, match.start, match.end)
    )


def _is_joined(seen: Seen, match: Match) -> bool:
    """Whether a letter or digit that is no proclitic stands before the words without a space."""
    if not seen.text[match.start - 1 : match.start].isalnum():
        return False
    before = seen.token(match.start - 1)
    if before is None or before.end != match.start:
        return False
    return seen.text[slice(*before)] not in (*JOINING, *BOUND)
