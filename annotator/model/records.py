"""The values that the program works with: frozen, comparable, serialisable.

Offsets are code points of the article's stored text, `end` is exclusive. CONTEXT.md defines the words. Types with
thousands of instances cannot be part of reference cycles, and are untracked by the garbage collector (`gc=False`).
"""

import hashlib
from typing import Final, TypeAlias
from uuid import uuid4

from msgspec import Struct

from annotator.model.structs import prepare_decoders

HEADLINE: Final = "headline"
DATELINE: Final = "dateline"
BODY: Final = "body"
BOILERPLATE: Final = "boilerplate"
ZONE_KINDS: Final = (HEADLINE, DATELINE, BODY, BOILERPLATE)

NEW: Final = "new"
IN_PROGRESS: Final = "in_progress"
DONE: Final = "done"
SKIPPED: Final = "skipped"
FLAGGED: Final = "flagged"
STATES: Final = (NEW, IN_PROGRESS, DONE, SKIPPED, FLAGGED)


def new_uid() -> str:
    """Return a fresh id for a row that may be merged with those of other machines."""
    return uuid4().hex


def article_uid(text: str) -> str:
    """Return the identity of the article with this stored text: its SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


class Article(Struct, frozen=True):
    """A news text, stored once.

    `uid` is the hash of `text`; `id` its number in its corpus, 0 before it is stored. `title` is the title in the
    source, if any; see `display_names` for the title to display. `published` is ISO 8601, as precise as the source
    (`2024-07-09T09:00`, `2024-07-09`).
    """

    uid: str
    text: str
    title: str | None = None
    published: str | None = None
    source: str | None = None
    url: str | None = None
    id: int = 0


class Zone(Struct, frozen=True, tag="zone", gc=False):
    """A range of an article by its role, `kind` one of ZONE_KINDS. The zones of an article never overlap."""

    uid: str
    article: str
    kind: str
    start: int
    end: int


class Span(Struct, frozen=True, tag="span", gc=False):
    """A labelled range in one annotator's layer. Spans may nest, overlap and cross.

    `source` is the suggester whose suggestion was accepted unchanged; None for a span that a person labelled.
    """

    uid: str
    article: str
    annotator: str
    label: str
    start: int
    end: int
    value: str | None = None
    note: str | None = None
    source: str | None = None


class Rejection(Struct, frozen=True, tag="rejection", gc=False):
    """An annotator's decision not to have this range suggested with this label again, by any source."""

    uid: str
    article: str
    annotator: str
    label: str
    start: int
    end: int
    source: str


class Dismissal(Struct, frozen=True, tag="dismissal", gc=False):
    """An annotator's decision not to see an issue of this range again.

    `kind` is that of the issue (see checks.issue).
    """

    uid: str
    article: str
    annotator: str
    kind: str
    label: str
    start: int
    end: int


class Suggestion(Struct, frozen=True, gc=False):
    """A span that the program proposes for an article; it is not stored until somebody accepts it.

    `source` is the suggester's name, `score` the probability that it is accepted, from 0 to 1. `assumed` is set if
    `value` contains more than the text says: a date without its year.
    """

    start: int
    end: int
    label: str
    source: str
    score: float
    value: str | None = None
    assumed: bool = False


class Status(Struct, frozen=True, tag="status"):
    """One annotator's progress on one article: `state` is one of STATES."""

    article: str
    annotator: str
    state: str


class Publication(Struct, frozen=True, tag="publication"):
    """The time of an article's publication, if it is known (see Article)."""

    article: str
    published: str | None


class Note(Struct, frozen=True, tag="note"):
    """One annotator's note on an article; no blank ones exist."""

    article: str
    annotator: str
    text: str


Record: TypeAlias = Span | Zone | Status | Publication | Note | Rejection | Dismissal
"""Anything that an edit may change."""


class Edit(Struct, frozen=True):
    """A record before and after: add (None, r), remove (r, None), change (a, b)."""

    before: Record | None
    after: Record | None

    @property
    def article(self) -> str:
        """The uid of the article that the edit changes."""
        record = self.after or self.before
        if record is None:
            raise ValueError("an edit of nothing")
        return record.article

    def inverse(self) -> "Edit":
        """Return the edit that undoes this one."""
        return Edit(self.after, self.before)


class Step(Struct, frozen=True):
    """The edits of one action of an annotator, to one or several articles; one undo reverses all of them.

    `name` is the action (a key of the interface's texts, such as `tag`); `time` is ISO 8601 in UTC; `undoes` is the uid
    of the step that an undo or a redo reverses.
    """

    uid: str
    annotator: str
    time: str
    name: str
    edits: tuple[Edit, ...]
    undoes: str | None = None


class StepInfo(Struct, frozen=True, gc=False, array_like=True):
    """A step without its edits, as undo and redo need it of all but the last (see Step)."""

    uid: str
    name: str
    undoes: str | None = None


class AnnotatedArticle(Struct, frozen=True):
    """An article with all its zones, spans, states and notes, as read from a file or a corpus.

    `line` is its first line in its file, from 1; 0 stands for the whole file.
    """

    article: Article
    zones: tuple[Zone, ...] = ()
    spans: tuple[Span, ...] = ()
    states: tuple[Status, ...] = ()
    notes: tuple[Note, ...] = ()
    line: int = 0


class Remark(Struct, frozen=True):
    """A remark on a place in the input, in a sentence. `line` counts from 1; 0 stands for the whole file."""

    path: str
    line: int
    reason: str


class Refusal(Remark, frozen=True):
    """Something in the input that was not imported, and why."""


class Repair(Remark, frozen=True):
    """Something in the input that was invalid and was repaired without any loss."""


class Notice(Remark, frozen=True):
    """Something in the input that is doubtful and was imported as it is."""


prepare_decoders(Article, Step, Suggestion, StepInfo)
