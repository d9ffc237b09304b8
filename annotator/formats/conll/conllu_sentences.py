"""Sentences, words and escapes of a CoNLL-U file (see `conllu`)."""

import re
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from annotator.i18n import _
from annotator.model.reasons import Code, Reason
from annotator.tagging.decoding import is_tag

MAX_BYTES: Final = 50_000_000
"""Bytes of the longest line and sentence; a longer sentence is split."""
BOM: Final = b"\xef\xbb\xbf"
_ESCAPES: Final = {"s": " ", "t": "\t", "n": "\n", "r": "\r", "p": "|", "\\": "\\"}
"""The escapes of UDPipe."""

_ESCAPE: Final = re.compile(r"\\(?:([stnrp\\])|u([0-9a-f]{4}))")
_ID: Final = re.compile(r"([0-9]{1,9})(?:-([0-9]{1,9})|(\.[0-9]{1,9}))?")
_COLUMN_COUNT: Final = 10
_MAX_JOINED_WORDS: Final = 100
"""Words of the longest multiword token."""


def unescape(text: str) -> str:
    """Decode escapes, except unknown ones and those of half a character."""
    return _ESCAPE.sub(_decode_escape, text) if "\\" in text else text


def _decode_escape(match: re.Match[str]) -> str:
    letter, code = match.groups()
    if letter:
        return _ESCAPES[letter]
    return match[0] if 0xD800 <= int(code, 16) < 0xE000 else chr(int(code, 16))


class Tag(NamedTuple):
    """The tag of a line, or ""."""

    line: int
    tag: str


class Word(NamedTuple):
    """A word as written; `tags` has its own, or one for each word of a multiword token."""

    line: int
    form: str
    misc: dict[str, str]
    tags: list[Tag]

    @property
    def space_after(self) -> str | None:
        """The space after the word, or None (a single one) if not stated."""
        spaces = self.misc.get("SpacesAfter")
        if spaces is not None:
            return unescape(spaces)
        return "" if self.misc.get("SpaceAfter") == "No" else None


class Sentence:
    """The lines up to an empty one, with the line and reason of each refusal."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.size = 0
        self.comments: dict[str, str] = {}
        self.words: list[Word] = []
        self.refusals: list[tuple[int, Reason]] = []
        self._joined_ids = range(0)

    def starts(self, key: str) -> bool:
        """Return whether it starts a document (`newdoc`) or paragraph (`newpar`)."""
        return key in self.comments or f"{key} id" in self.comments

    def add(self, line: int, data: bytes) -> None:
        """Add a non-empty line. Empty nodes are ignored."""
        self.size += len(data)
        try:
            text = data.decode().removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            self.refusals.append((line, Reason(Code.INVALID_ENCODING, _("The line is not valid UTF-8."))))
            return
        if text.startswith("#"):
            key, _equals, value = text[1:].partition("=")
            self.comments.setdefault(key.strip(), value.removeprefix(" "))
        elif not self._add_word(line, text.split("\t")):
            message = _("The line is not a word with ten tab-separated columns.")
            self.refusals.append((line, Reason(Code.WRONG_COLUMNS, message)))

    def _add_word(self, line: int, fields: list[str]) -> bool:
        """Add a word; return False if its columns are invalid."""
        id_ = _ID.fullmatch(fields[0])
        if not id_ or len(fields) != _COLUMN_COUNT or not fields[1].strip():
            return False
        first, last, empty_node = int(id_[1]), int(id_[2] or 0), id_[3]
        if last and not first < last < first + _MAX_JOINED_WORDS:
            return False
        if empty_node:
            return True
        entries = (entry.partition("=") for entry in fields[9].split("|"))
        misc = {key: value for key, equals, value in entries if equals}
        tag = _read_tag(misc)
        if last:
            self._joined_ids = range(first, last + 1)
            self.words.append(Word(line, fields[1], misc, [Tag(line, tag)] if tag else []))
        elif first in self._joined_ids:
            multiword = self.words[-1]
            if not _read_tag(multiword.misc):
                multiword.tags.append(Tag(line, tag))
        else:
            self.words.append(Word(line, fields[1], misc, [Tag(line, tag)]))
        return True


def _read_tag(misc: dict[str, str]) -> str:
    """Return the tag in MISC, or "". Only of `name`, which some files use otherwise, must it be valid."""
    name = misc.get("name", "")
    return (misc.get("NER") or misc.get("ner") or (name if is_tag(name) else "")).removeprefix("_")


def read_sentences(file: BinaryIO) -> Iterator[Sentence]:
    """Yield the sentences, up to a line that is too long."""
    sentence = Sentence(1)
    number = 0
    while data := file.readline(MAX_BYTES + 1):
        number += 1
        data = data.removeprefix(BOM) if number == 1 else data
        if len(data) > MAX_BYTES:
            message = _("The line is longer than {size} MB.").format(size=MAX_BYTES // 1_000_000)
            sentence.refusals.append((number, Reason(Code.LINE_TOO_LONG, message)))
            break
        if data.strip():
            sentence.add(number, data)
        if not data.strip() or sentence.size > MAX_BYTES:
            yield sentence
            sentence = Sentence(number + 1)
    yield sentence
