"""Article titles, and translated names of states, zones and sources."""

import math
from collections.abc import Iterable
from typing import Final

from annotator.i18n import _, pgettext
from annotator.model import replay
from annotator.model.reasons import Code, Reason
from annotator.model.records import (
    BODY,
    BOILERPLATE,
    DATELINE,
    DONE,
    FLAGGED,
    HEADLINE,
    IN_PROGRESS,
    NEW,
    SKIPPED,
    Article,
    Zone,
)
from annotator.text.visible import remove_invisible


def state_title(state: str) -> str:
    """Return the name of one of STATES."""
    return {
        NEW: pgettext("state of an article", "new"),
        IN_PROGRESS: pgettext("state of an article", "in progress"),
        DONE: pgettext("state of an article", "done"),
        SKIPPED: pgettext("state of an article", "skipped"),
        FLAGGED: pgettext("state of an article", "flagged"),
    }[state]


def role_title(role: str) -> str:
    """Return the name of a role in a team: annotator, curator or lead."""
    return {
        "annotator": pgettext("role in a team", "annotator"),
        "curator": pgettext("role in a team", "curator"),
        "lead": pgettext("role in a team", "lead"),
    }[role]


def gold_title() -> str:
    """Return what the gold layer is called where annotators are listed."""
    return _("Gold layer")


def zone_title(kind: str) -> str:
    """Return the name of one of ZONE_KINDS."""
    return {
        HEADLINE: _("headline"),
        DATELINE: _("dateline"),
        BODY: _("body"),
        BOILERPLATE: _("boilerplate"),
    }[kind]


def describe_conflict(cause: str) -> Reason:
    """Return why a step does not fit; `cause` is one of those of `model.replay`."""
    match cause:
        case replay.CHANGED:
            return Reason(Code.CHANGED_BY_OTHERS, _("Somebody else changed the same thing."))
        case replay.REMOVED:
            return Reason(Code.REMOVED_BY_OTHERS, _("Somebody else removed it."))
        case replay.TAKEN:
            return Reason(Code.SPAN_DIFFERS, _("The words have this label already, with another value or note."))
        case replay.OVERLAP:
            return Reason(Code.ZONES_OVERLAP, _("Two zones would overlap."))
        case replay.OUTSIDE:
            return Reason(Code.SPAN_OUTSIDE_TEXT, _("It is not within the text."))
        case _:
            return Reason(Code.IMPOSSIBLE_EDIT, _("It is not a valid edit."))


def to_percent(score: float) -> int:
    """Return a score as a percentage, rounded down: 100 only for 1."""
    return math.floor(100 * score + 1e-9)


ANNOTATORS: Final = "annotators"
"""The source of what is proposed in an adjudication, followed by a space and the votes: `annotators 2/3`."""


def votes_of(source: str) -> str:
    """Return the votes in a source, "" if it is none of annotators."""
    name, _space, votes = source.partition(" ")
    return votes if name == ANNOTATORS else ""


def source_title(source: str) -> str:
    """Return a source's name; an unknown suggester has its own."""
    if votes_of(source):
        return pgettext("source of a suggestion", "Annotators who have it")
    return {
        "dates": pgettext("source of a suggestion", "Date rules"),
        "names": pgettext("source of a suggestion", "Names"),
        "memory": pgettext("source of a suggestion", "Seen before"),
        "model": pgettext("source of a suggestion", "Learned here"),
    }.get(source, source)


_MAX_LENGTH: Final = 80  # code points of the text that serve as a title


def article_title(article: Article, zones: Iterable[Zone]) -> str:
    """Return the title for lists: an annotator's, the first headline, the source's title or the first line."""
    headlines = sorted((zone.start, zone.end) for zone in zones if zone.kind == HEADLINE)
    headline = article.text[slice(*headlines[0])] if headlines else None
    return display_title(article.custom_title, headline, article.title, article.text)


def exported_title(article: Article, zones: Iterable[Zone]) -> str:
    """Return the title for other programs: an annotator's, or the source's, for which a headline does not stand in."""
    has_title = not article.custom_title and article.title and _to_one_line(article.title)
    return article_title(article, () if has_title else zones)


def display_title(custom_title: str | None, headline: str | None, source_title: str | None, beginning: str) -> str:
    """Return the first of these with something visible, without invisible marks, single-spaced.

    Of `beginning`, a text or its first lines, the first line is used, shortened if long.
    """
    for title in (custom_title, headline, source_title):
        if title and (line := _to_one_line(title)):
            return line
    line = next(filter(None, map(_to_one_line, beginning.split("\n"))), "")
    return line if len(line) <= _MAX_LENGTH else f"{line[:_MAX_LENGTH].rpartition(' ')[0] or line[:_MAX_LENGTH]}…"


def _to_one_line(text: str) -> str:
    return " ".join(remove_invisible(text).split())
