"""How far a corpus has read its remote, and from where it has to read again what it had to leave out.

What cannot be read, or is of an article that is not here, keeps nobody from reading the rest, and is not read again and
again: only once what it waits for is here, or the program is another version.
"""

from collections.abc import Collection
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from annotator import __version__
from annotator.model.teams import BEGINNING

_LEFT_OUT: Final = "["
"""Begins the text of a position with something left out; no cursor of a remote begins so."""


class ReadingPosition(Struct, frozen=True, array_like=True):
    """The `cursor` behind what was read, and the one before the first thing left out, None where nothing was.

    What was left out waits for `articles` and `labels` (uids), or was unreadable to the `program` of this version.
    While it is read again, `furthest` is the cursor that was reached before: without it, nothing would tell of a
    remote that went back meanwhile to between the two.
    """

    cursor: str
    first_left_out: str | None = None
    articles: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    program: str = ""
    furthest: str | None = None

    @classmethod
    def decode(cls, text: str) -> "ReadingPosition":
        """Return the position that `encode` made a text of; what a newer program left out is read again from there."""
        if not text.startswith(_LEFT_OUT):
            return cls(text)
        position = msgspec.json.decode(text, type=cls)
        return position if position.program == __version__ else position.rewind()

    def encode(self) -> str:
        """Return the text by which the corpus remembers the position."""
        is_simple = self.first_left_out is None and self.furthest is None
        return self.cursor if is_simple else msgspec.json.encode(self).decode()

    def rewind(self) -> "ReadingPosition":
        """Return the position before the first thing left out."""
        if self.first_left_out is None:
            return self
        return ReadingPosition(self.first_left_out, furthest=self.furthest or self.cursor)

    def restart(self) -> "ReadingPosition":
        """Return the position from which everything is read again."""
        return replace(self, first_left_out=BEGINNING).rewind()

    def advance(self, start: str, cursor: str, left_out: "LeftOut") -> "ReadingPosition":
        """Return the position behind a page, of which something behind `start` may have been left out."""
        if not left_out:
            return replace(self, cursor=cursor)
        return ReadingPosition(
            cursor,
            start if start == BEGINNING or self.first_left_out is None else self.first_left_out,
            tuple(sorted({*self.articles, *left_out.articles})),
            tuple(sorted({*self.labels, *left_out.labels})),
            __version__,
            self.furthest,
        )

    def without(self, uids: Collection[str]) -> "ReadingPosition":
        """Return the position that does not wait for these articles and labels."""
        articles, labels = (tuple(uid for uid in each if uid not in uids) for each in (self.articles, self.labels))
        return replace(self, articles=articles, labels=labels)


class LeftOut:
    """What had to be left out of a page: for want of articles and labels (uids), or unreadable items."""

    def __init__(self) -> None:
        self.articles = set[str]()
        self.labels = set[str]()
        self.has_unreadable = False

    def __bool__(self) -> bool:
        """Return whether anything was left out."""
        return bool(self.articles or self.labels or self.has_unreadable)
