"""The lines of a CoNLL-U file as sentences of words, and what their escapes stand for (see `conllu`)."""

import re
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from annotator.i18n import _

LARGEST: Final = 50_000_000
"""Bytes of the longest line and of the longest sentence; a sentence that is longer is given in pieces."""
BOM: Final = b"\xef\xbb\xbf"
LETTERS: Final = {"s": " ", "t": "\t", "n": "\n", "r": "\r", "p": "|", "\\": "\\"}
"""The escapes of UDPipe."""

_ESCAPED: Final = re.compile(r"\\(?:([stnrp\\])|u([0-9a-f]{4}))")
_ID: Final = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9})|(\.[0-9]{1,9}))?")
_COLUMNS: Final = 10
_JOINED: Final = 100
"""Words at most that are written as one."""


def unescape(said: str) -> str:
    """What was escaped. What is no escape, or is one of half a character, stays as it is."""
    return _ESCAPED.sub(_character, said) if "\\" in said else said


def _character(match: re.Match[str]) -> str:
    letter, code = match.groups()
    if letter:
        return LETTERS[letter]
    return match[0] if 0xD800 <= int(code, 16) < 0xE000 else chr(int(code, 16))


class Tag(NamedTuple):
    """What a line says in NER of MISC, empty if nothing."""

    line: int
    tag: str


class Word(NamedTuple):
    """A word as it is written. `tags` has one for each word that it is joined of, or its own alone."""

    line: int
    form: str
    misc: dict[str, str]
    tags: list[Tag]

    @property
    def after(self) -> str | None:
        """What follows the word, if the file says what; None where that is a space, for it says nothing."""
        given = self.misc.get("SpacesAfter")
        if given is not None:
            return unescape(given)
        return "" if self.misc.get("SpaceAfter") == "No" else None


class Sentence:
    """The lines up to an empty one: comments by their key, the words, and a line and a reason for what is neither."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.size = 0
        self.comments: dict[str, str] = {}
        self.words: list[Word] = []
        self.refused: list[tuple[int, str]] = []
        self._joined = range(0)

    def says(self, key: str) -> bool:
        """Whether a comment begins a document (`newdoc`) or a paragraph (`newpar`)."""
        return key in self.comments or f"{key} id" in self.comments

    def add(self, line: int, data: bytes) -> None:
        """Take one line that is not empty. Empty nodes are passed over."""
        self.size += len(data)
        try:
            said = data.decode().removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            self.refused.append((line, _("The line is not in UTF-8.")))
            return
        if said.startswith("#"):
            key, _equals, value = said[1:].partition("=")
            self.comments.setdefault(key.strip(), value.removeprefix(" "))
        elif not self._word(line, said.split("\t")):
            self.refused.append((line, _("The line is not a word in ten columns.")))

    def _word(self, line: int, fields: list[str]) -> bool:
        """Take the columns of a word; False where they are not such."""
        id_ = _ID.fullmatch(fields[0])
        if not id_ or len(fields) != _COLUMNS or not fields[1].strip():
            return False
        first, last, empty_node = int(id_[1]), int(id_[2] or 0), id_[3]
        if last and not first < last < first + _JOINED:
            return False
        if empty_node:
            return True
        entries = (entry.partition("=") for entry in fields[9].split("|"))
        misc = {key: value for key, equals, value in entries if equals}
        tag = (misc.get("NER") or misc.get("ner") or "").removeprefix("_")
        if last:
            self._joined = range(first, last + 1)
            self.words.append(Word(line, fields[1], misc, [Tag(line, tag)] if tag else []))
        elif first in self._joined:
            written = self.words[-1]
            if "NER" not in written.misc and "ner" not in written.misc:
                written.tags.append(Tag(line, tag))
        else:
            self.words.append(Word(line, fields[1], misc, [Tag(line, tag)]))
        return True


def read_sentences(file: BinaryIO) -> Iterator[Sentence]:
    """The sentences of a file, which is read to its end or to a line that is too long."""
    sentence = Sentence(1)
    number = 0
    while data := file.readline(LARGEST + 1):
        number += 1
        data = data.removeprefix(BOM) if number == 1 else data
        if len(data) > LARGEST:
            reason = _("The line is longer than {size} MB.").format(size=LARGEST // 1_000_000)
            sentence.refused.append((number, reason))
            break
        if data.strip():
            sentence.add(number, data)
        if not data.strip() or sentence.size > LARGEST:
            yield sentence
            sentence = Sentence(number + 1)
    yield sentence
