"""The program's values: frozen, comparable, serialisable.

Offsets are code points of the article's stored text, `end` is exclusive. CONTEXT.md defines the words. Types with
thousands of instances cannot be in reference cycles and skip garbage collection (`gc=False`).
"""

import hashlib
from base64 import b32hexencode
from collections.abc import Callable
from pathlib import Path
from secrets import token_bytes
from typing import Final, Self, TypeAlias

import msgspec
from msgspec import Struct

from annotator.model.decoders import prepare_decoders
from annotator.model.reasons import Code, Reason

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

STANDING: Final = "standing"
OWN: Final = "own"
CHOICES: Final = (STANDING, OWN)
"""What an annotator chose of a conflict: the version that stands, or the own step."""


_UID_BYTES: Final = 10  # in a billion rows two would meet once in two million corpora


def new_uid() -> str:
    """Return a new id for a row that may be merged with other machines': 16 digits and small letters, at random.

    A corpus has three for each span: with the 32 digits of a UUID it would be a fifteenth larger. They have one order
    in every collation.
    """
    return b32hexencode(token_bytes(_UID_BYTES)).decode().lower()


def article_uid(text: str) -> str:
    """Return an article's identity: its text's SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


class Article(Struct, frozen=True):
    """A news text, stored once.

    `uid` is the hash of `text`; `id` its number in the corpus, 0 if not stored. `title` is the source's, if any,
    `custom_title` one that an annotator gave it instead (for the displayed one see `display_names`). `published` is ISO
    8601, as precise as the source (`2024-07-09T09:00`, `2024-07-09`).
    """

    uid: str
    text: str
    title: str | None = None
    published: str | None = None
    source: str | None = None
    url: str | None = None
    id: int = 0
    custom_title: str | None = None


class Zone(Struct, frozen=True, tag="zone", gc=False):
    """A range of an article by role (`kind`, one of ZONE_KINDS). Zones never overlap."""

    uid: str
    article: str
    kind: str
    start: int
    end: int


class Span(Struct, frozen=True, tag="span", gc=False):
    """A labelled range in one annotator's layer. Spans may nest, overlap and cross.

    `source` is the suggester of a suggestion accepted unchanged; None if a person labelled it.
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
    """An annotator's decision against this label for this range, from any source."""

    uid: str
    article: str
    annotator: str
    label: str
    start: int
    end: int
    source: str


class Dismissal(Struct, frozen=True, tag="dismissal", gc=False):
    """An annotator's decision not to see an issue of this range again.

    For `kind` see checks.issue.
    """

    uid: str
    article: str
    annotator: str
    kind: str
    label: str
    start: int
    end: int


class Suggestion(Struct, frozen=True, gc=False):
    """A proposed span, stored only when accepted.

    `source` is the suggester's name, `score` the probability of acceptance, from 0 to 1. `assumed` is set if `value`
    says more than the text: a date without its year. `evidence` names the rule, list or head noun behind it (such as
    `list:Morocco: parties`), so that decisions teach what each is worth; few values, none of a text's words. A source
    marks by it what it suggests in place of others of its own, too (see suggest.joining.candidates).
    """

    start: int
    end: int
    label: str
    source: str
    score: float
    value: str | None = None
    assumed: bool = False
    evidence: str = ""


def labelled_range(record: Span | Suggestion | Rejection) -> tuple[int, int, str]:
    """Return the start, end and label: no two spans of a layer share them, nor a span and an open suggestion."""
    return record.start, record.end, record.label


class Status(Struct, frozen=True, tag="status"):
    """An annotator's progress on an article; `state` is one of STATES."""

    article: str
    annotator: str
    state: str


class Publication(Struct, frozen=True, tag="publication"):
    """An article's time of publication, if known (see Article)."""

    article: str
    published: str | None


class Title(Struct, frozen=True, tag="title"):
    """The title that an annotator gave an article instead of its source's, for everybody; never blank."""

    article: str
    text: str


class Removal(Struct, frozen=True, tag="removal"):
    """An article's removal from lists, suggestions, statistics and exports; it stays in the file."""

    article: str


class Note(Struct, frozen=True, tag="note"):
    """An annotator's note on an article, never blank."""

    article: str
    annotator: str
    text: str


class Resolution(Struct, frozen=True, tag="resolution", gc=False):
    """An annotator's decision about a step of theirs that did not fit: `choice` is STANDING or OWN."""

    step: str
    article: str
    annotator: str
    choice: str


class Decision(Struct, frozen=True, tag="decision", gc=False):
    """What was decided about a disagreement in a range of an article; `annotator` is the gold layer's owner.

    `verdict` says how (see `team.disagreements`), `votes` is the JSON of the candidates that were seen. `cause` is why
    the annotators differ, `reason` the curator's words, both optional.
    """

    uid: str
    article: str
    annotator: str
    start: int
    end: int
    verdict: str
    votes: str
    cause: str | None = None
    reason: str | None = None


Record: TypeAlias = (
    Span | Zone | Status | Publication | Title | Removal | Note | Rejection | Dismissal | Resolution | Decision
)
"""Anything that an edit may change."""


class Edit(Struct, frozen=True):
    """A record before and after: add (None, r), remove (r, None), change (a, b)."""

    before: Record | None
    after: Record | None

    @property
    def article(self) -> str:
        """The uid of the changed article."""
        record = self.after or self.before
        if record is None:
            raise ValueError("an edit of nothing")
        return record.article

    def inverse(self) -> "Edit":
        """Return the edit that undoes this one."""
        return Edit(self.after, self.before)


class Step(Struct, frozen=True):
    """The edits of one action of an annotator, to one or several articles, undone together.

    `name` is the action (a key of the interface's texts, such as `tag`), `time` ISO 8601 in UTC, `undoes` the uid of
    the step that an undo or redo reverses. `clock` and `uid` order the steps of all files: a step's clock is one more
    than the highest in its file then, 0 before it is recorded. `device` is the computer, `actor` the person who did it
    if that is not the annotator, as in the gold layer.
    """

    uid: str
    annotator: str
    time: str
    name: str
    edits: tuple[Edit, ...]
    undoes: str | None = None
    clock: int = 0
    device: str | None = None
    actor: str | None = None


class StepInfo(Struct, frozen=True, gc=False):
    """A step without its edits, which undo and redo need only of the last."""

    uid: str
    name: str
    undoes: str | None = None


class FileLayers(Struct, frozen=True):
    """What a file says of an article's layers beyond their spans, so that an import can replace those of the corpus.

    `annotators` are those whose layers it has, even without a span; "" is whoever the import names. `is_complete` is
    false if spans could not be read. `is_exact` is true if a span without a value or note in the file has none; else
    the file may be of a program that does not keep them. `unstated` are the uids of spans of which it says neither.
    `uid` is the article's in the corpus that wrote the file. With `counts_graphemes` it cannot have a span that begins
    or ends within one.
    """

    annotators: frozenset[str] = frozenset()
    is_complete: bool = True
    is_exact: bool = False
    unstated: frozenset[str] = frozenset()
    uid: str | None = None
    counts_graphemes: bool = False


class AnnotatedArticle(Struct, frozen=True):
    """An article with its zones, spans, states and notes.

    `line` is its first in the file, from 1; 0 is the whole file. `layers` is None unless it is from a file that has
    spans as they are.
    """

    article: Article
    zones: tuple[Zone, ...] = ()
    spans: tuple[Span, ...] = ()
    states: tuple[Status, ...] = ()
    notes: tuple[Note, ...] = ()
    line: int = 0
    layers: FileLayers | None = None

    def __reduce__(self) -> tuple[Callable[[bytes], "AnnotatedArticle"], tuple[bytes]]:
        """Pickle for another process, several times as fast as span by span."""
        return _decode_annotated, (msgspec.msgpack.encode(self),)


def _decode_annotated(data: bytes) -> AnnotatedArticle:
    return msgspec.msgpack.decode(data, type=AnnotatedArticle)


class Remark(Struct, frozen=True):
    """A reason and its place in the input: `reason` is its sentence. `line` counts from 1; 0 is the whole file."""

    path: str
    line: int
    reason: str
    code: Code

    @classmethod
    def at(cls, path: Path | str, line: int, reason: Reason) -> Self:
        """Return a remark of this class on a place in the input."""
        return cls(str(path), line, reason.text, reason.code)


class Refusal(Remark, frozen=True):
    """Input that was not imported, and why."""


class Repair(Remark, frozen=True):
    """Invalid input that was repaired without any loss."""


class Notice(Remark, frozen=True):
    """Doubtful input that was imported unchanged."""


class VisualOrderNotice(Notice, frozen=True):
    """Texts in presentation forms or visual order (see model.logical_order)."""


class UndividedNotice(Notice, frozen=True):
    """Many sentences of a file that does not say where its articles begin."""

    sentences: int = 0


prepare_decoders(Article, Step, Suggestion, StepInfo, AnnotatedArticle)
