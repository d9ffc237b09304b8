"""Moves of scripted annotators: what a person may do to an article, chosen by numbers.

Places are few and collide often, so that histories of several people and computers get in each other's way.
"""

import re
from typing import Final

from hypothesis import strategies as st
from msgspec import Struct

from annotator.model import operations
from annotator.model.operations import InvalidEdit
from annotator.model.records import (
    STATES,
    ZONE_KINDS,
    Article,
    Dismissal,
    Edit,
    Note,
    Removal,
    Span,
    Status,
    Suggestion,
    Title,
    Zone,
)

LABELS: Final = ("DATE", "INSTITUTION", "PLAN")
TEXTS: Final = (
    "أعلنت وزارةُ الصحّة 👩🏽‍⚕️ يوم الاثنين\nعن خطّةٍ وطنيّةٍ للتلقيح",
    "الرباط – قال رئيس الحكومة إن «المخطط الأخضر» 🌱 مستمرّ\u200f حتى 2030.",
)
VERBS: Final = (
    *("tag", "tag", "tag", "accept", "correct", "reject", "relabel", "resize", "describe", "remove"),
    *("note", "state", "title", "published", "zone", "dismiss", "remove article", "restore article"),
)


class Move(Struct, frozen=True):
    """A verb and two numbers that choose what it is done to."""

    verb: str
    first: int
    second: int


class Content(Struct, frozen=True):
    """An article and one annotator's layer."""

    article: Article
    zones: list[Zone] = []
    spans: list[Span] = []
    dismissals: list[Dismissal] = []
    status: Status | None = None
    note: Note | None = None
    title: Title | None = None
    removal: Removal | None = None


moves = st.builds(Move, st.sampled_from(VERBS), st.integers(0, 5), st.integers(0, 5))


def make_edits(content: Content, annotator: str, move: Move) -> list[Edit]:
    """Return the edits of the move; none if it cannot be made."""
    try:
        return _make_edits(content, annotator, move)
    except InvalidEdit:
        return []


def _make_edits(content: Content, annotator: str, move: Move) -> list[Edit]:
    article, spans, first, second = content.article, content.spans, move.first, move.second
    words = [match.span() for match in re.finditer(r"\S+", article.text)]
    start, end = words[first % len(words)][0], words[(first + second % 2) % len(words)][1]
    start, end = min(start, end - 1), max(start, end)
    label = LABELS[second % len(LABELS)]
    suggestion = Suggestion(start, end, label, "memory", 0.9)
    match move.verb:
        case "tag":
            return operations.add_span(article, spans, annotator, label, start, end)
        case "accept":
            return operations.accept(article, spans, annotator, suggestion, suggestion)
        case "correct":
            edited = Suggestion(start, end, LABELS[first % len(LABELS)], "memory", 0.9)
            return operations.accept(article, spans, annotator, suggestion, edited)
        case "reject":
            return operations.reject(article, annotator, suggestion)
        case "note":
            return operations.set_note(content.note, article, annotator, ("", "راجع", "note 😀")[second % 3])
        case "state":
            return operations.set_state(content.status, article, annotator, STATES[second % len(STATES)])
        case "title":
            return operations.set_title(content.title, article, ("", "عنوان", "خطّة")[second % 3])
        case "published":
            return operations.set_published(article, (None, "2024-07-09", "2024")[second % 3])
        case "zone":
            return operations.mark_zone(article, content.zones, ZONE_KINDS[second % len(ZONE_KINDS)], start, end)
        case "dismiss":
            dismissed = [(dismissal.label, dismissal.start, dismissal.end) for dismissal in content.dismissals]
            if (label, start, end) in dismissed:
                return []
            return operations.dismiss(article, annotator, "case", label, start, end)
        case "remove article":
            return operations.remove_article(content.removal, article)
        case "restore article":
            return operations.restore_article(content.removal)
    if not spans:
        return []
    span = spans[first % len(spans)]
    match move.verb:
        case "relabel":
            return operations.relabel(article, spans, span, label)
        case "resize":
            return operations.resize(article, spans, span, *words[second % len(words)])
        case "describe":
            return operations.describe_span(span, ("", "2024-07-09")[second % 2], ("", "ملاحظة")[second // 2 % 2])
        case "remove":
            return operations.remove_span(span)
    raise ValueError(move.verb)
