"""The values that everything else passes around: frozen, comparable, serialisable.

Offsets are code points of the article's stored text, end exclusive. The words are defined in CONTEXT.md. What there are
thousands of holds nothing that could hold it, and is kept from the garbage collector (`gc=False`).
"""

import hashlib
from typing import Final, TypeAlias
from uuid import uuid4

from msgspec import Struct

from annotator.model.structs import prepare

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
    """A fresh id for a row that may one day be merged with another machine's."""
    return uuid4().hex


def article_uid(text: str) -> str:
    """The identity of the article with this stored text: its SHA-256, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


class Article(Struct, frozen=True):
    """One news text, stored once. `uid` is the hash of `text`; `id` its number in its corpus, 0 before it is stored.

    `title` is what the source called it, if it did: what is shown is `core.titles.title`. `published` is ISO 8601,
    to the precision that the source gives (`2024-07-09T09:00`, `2024-07-09`).
    """

    uid: str
    text: str
    title: str | None = None
    published: str | None = None
    source: str | None = None
    url: str | None = None
    id: int = 0


class Zone(Struct, frozen=True, tag="zone", gc=False):
    """A stretch of an article by its role, `kind` one of ZONE_KINDS. The zones of an article never overlap."""

    uid: str
    article: str
    kind: str
    start: int
    end: int


class Span(Struct, frozen=True, tag="span", gc=False):
    """One labelled stretch in one annotator's layer. Spans may nest, overlap and cross.

    `source` is the suggester whose suggestion it is, accepted as it was; None for what a person labelled.
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
    """That an annotator does not want this stretch suggested with this label, by `source` or anybody."""

    uid: str
    article: str
    annotator: str
    label: str
    start: int
    end: int
    source: str


class Dismissal(Struct, frozen=True, tag="dismissal", gc=False):
    """That an annotator does not want to be asked this about this stretch again: `kind` is that of a question (see
    quality.question)."""

    uid: str
    article: str
    annotator: str
    kind: str
    label: str
    start: int
    end: int


class Suggestion(Struct, frozen=True, gc=False):
    """A span that the program proposes for an article; nothing is stored of it until somebody accepts it.

    `source` is the suggester's name, `score` how likely it is to be accepted, from 0 to 1. `assumed` is that the text
    does not say all that is in `value`: a date without its year.
    """

    start: int
    end: int
    label: str
    source: str
    score: float
    value: str | None = None
    assumed: bool = False


class Status(Struct, frozen=True, tag="status"):
    """How far one annotator is with one article: `state` is one of STATES."""

    article: str
    annotator: str
    state: str


class Publication(Struct, frozen=True, tag="publication"):
    """When an article was published, as far as is known (see Article)."""

    article: str
    published: str | None


class Note(Struct, frozen=True, tag="note"):
    """What one annotator noted about an article; there is none where nothing is noted."""

    article: str
    annotator: str
    text: str


Record: TypeAlias = Span | Zone | Status | Publication | Note | Rejection | Dismissal
"""What an edit may alter."""


class Edit(Struct, frozen=True):
    """One record before and after: add (None, r), remove (r, None), change (a, b)."""

    before: Record | None
    after: Record | None

    @property
    def article(self) -> str:
        """The uid of the article that it is about."""
        record = self.after or self.before
        if record is None:
            raise ValueError("an edit of nothing")
        return record.article

    def inverse(self) -> "Edit":
        """The edit that takes this one back."""
        return Edit(self.after, self.before)


class Step(Struct, frozen=True):
    """What one action of an annotator did, to one article or to several, and what one undo takes back.

    `name` says which action it was (a key of the interface's texts, such as `tag`); `time` is ISO 8601 in UTC;
    `undoes` is the uid of the step that this one takes back, if it is an undo or a redo.
    """

    uid: str
    annotator: str
    time: str
    name: str
    edits: tuple[Edit, ...]
    undoes: str | None = None


class Past(Struct, frozen=True, gc=False, array_like=True):
    """That a step was made, without its edits: what undo and redo need to know of all but the last (see Step)."""

    uid: str
    name: str
    undoes: str | None = None


class Draft(Struct, frozen=True):
    """An article that was read from a file and is not stored yet, with all that came with it.

    `line` is where it began in its file, from 1; 0 is the file as a whole.
    """

    article: Article
    zones: tuple[Zone, ...] = ()
    spans: tuple[Span, ...] = ()
    states: tuple[Status, ...] = ()
    notes: tuple[Note, ...] = ()
    line: int = 0


class Remark(Struct, frozen=True):
    """Something to be said of a place in the input, in a sentence. `line` counts from 1; 0 is the file as a whole."""

    path: str
    line: int
    reason: str


class Refusal(Remark, frozen=True):
    """Something in the input that was not taken, and why."""


class Repair(Remark, frozen=True):
    """Something in the input that was not in order and was put right: nothing of it is lost."""


class Notice(Remark, frozen=True):
    """Something in the input that is doubtful and was taken as it is."""


prepare(Article, Step, Suggestion, Past)
