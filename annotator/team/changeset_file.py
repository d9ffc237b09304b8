"""Changesets as files, which travel by e-mail, messenger or memory stick.

A file holds lines of JSON, compressed with gzip. Each line has one key, the kind of what it holds: `changeset` (the
`Header`) in the first line, then the items of the changeset in the order of `list_items`, and `end` in the last, with
the SHA-256 of all lines before it and the number of lines of each kind. A step with many edits goes on in lines of
`edits`. A file is read as a whole or not at all.

`Header.version` counts only what an older program would misread. Whatever a newer one adds (kinds of lines and records,
fields of records, values of fields) it lists in `Header.needs`: an older program then leaves out the steps that it
cannot read, and names them.
"""

import errno
import gzip
import hashlib
import lzma
import zipfile
import zlib
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO, Final, cast, get_args

import msgspec
from msgspec import Raw, Struct
from msgspec.json import Decoder
from msgspec.structs import replace

from annotator.i18n import _
from annotator.model.changeset import Assignment, BaseArticle, Batch, Changeset, Person
from annotator.model.label_history import LabelEdit
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason, json_error_code
from annotator.model.records import Edit, Record, Step
from annotator.open_databases import refuse_open_here
from annotator.paths import is_changeset_path
from annotator.team.changeset_checks import MAX_NAME_LENGTH, ChangesetChecker, Item, list_items

VERSION: Final = 1
"""The version of the format; see the module."""

MAX_LINE_LENGTH: Final = 64_000_000
"""Bytes of a line: twice those of the longest article."""
MAX_UNPACKED_SIZE: Final = 2_000_000_000
"""Bytes of all lines, those of some millions of steps."""
MAX_RATIO: Final = 100
"""Bytes of the lines for each of the file, of which ten are usual; the first MIN_UNPACKED_SIZE are free."""
MIN_UNPACKED_SIZE: Final = 64_000_000
_EDITS_IN_LINE: Final = 500
_ITEMS_BETWEEN_REPORTS: Final = 500  # some hundredths of a second
_LEVEL: Final = 6  # of gzip: higher ones gain some percent, and take twice the time
_GZIP_SIGNATURE: Final = b"\x1f\x8b"
_ZIP_SIGNATURE: Final = b"PK"


class Header(Struct, frozen=True):
    """The first line: `version` of the format, that of the program, the device's uid, and what a reader must know."""

    version: int
    program: str
    device: str | None
    needs: tuple[str, ...]


class _StepName(Struct, frozen=True):
    uid: str


class _End(Struct, frozen=True):
    sha256: str
    counts: dict[str, int]


_ITEM_KINDS: Final[dict[str, type[Item]]] = {
    "person": Person,
    "label": LabelEdit,
    "article": BaseArticle,
    "batch": Batch,
    "assignment": Assignment,
    "step": Step,
}
_KIND_NAMES: Final = {type_: kind for kind, type_ in _ITEM_KINDS.items()}
_RECORD_KINDS: Final = {type_: str(type_.__struct_config__.tag) for type_ in get_args(Record)}
KNOWN_NEEDS: Final = frozenset((*_ITEM_KINDS, *_RECORD_KINDS.values()))
"""What this version of the program can read."""

_LINE: Final = Decoder(dict[str, Raw])
_HEADER: Final = Decoder(Header)
_END: Final = Decoder(_End)
_EDITS: Final = Decoder(tuple[Edit, ...])
_STEP_NAME: Final = Decoder(_StepName)
_ITEMS: Final[dict[str, Decoder[Any]]] = {kind: Decoder(type_) for kind, type_ in _ITEM_KINDS.items()}


class InvalidChangeset(Exception):
    """The file cannot be used, and nothing of it was; the text of `reason` is one sentence for the user.

    `line` counts from 1; 0 is the whole file.
    """

    def __init__(self, reason: Reason, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class NewerChangeset(InvalidChangeset):
    """The file is of a version of the format that this program does not know."""


# Writing


def encode_changeset(changeset: Changeset, file: IO[bytes]) -> Generator[tuple[int, int], None, None]:
    """Write a changeset to `file`; yield (items written, all items). The same changeset makes the same bytes.

    Raises InvalidChangeset for an item that is longer than a line may be, and OSError.
    """
    digest, counts, item_count = hashlib.sha256(), Counter[str](), 0
    total = sum(1 for _item in list_items(changeset))
    # No name and no time in gzip's header: the same content always is the same file.
    with gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as packed:
        for kind, value in _list_lines(changeset):
            line = _encode_line(kind, value)
            if len(line) > MAX_LINE_LENGTH:
                message = _("A step or an article is too long for a changeset.")
                raise InvalidChangeset(Reason(Code.ARTICLE_TOO_LONG, message))
            digest.update(line)
            packed.write(line)
            counts[kind] += 1
            item_count += kind in _ITEM_KINDS
            if item_count % _ITEMS_BETWEEN_REPORTS == 0:
                yield item_count, total
        packed.write(_encode_line("end", _End(digest.hexdigest(), dict(counts))))
    yield total, total


def _list_lines(changeset: Changeset) -> Iterator[tuple[str, object]]:
    """Yield the kind and the value of each line but the last."""
    items = (_KIND_NAMES[type(item)] for item in list_items(changeset))
    records = (
        _RECORD_KINDS[type(record)]
        for step in changeset.steps
        for edit in step.edits
        for record in (edit.before, edit.after)
        if record is not None
    )
    needs = tuple(sorted({*items, *records}))
    yield "changeset", Header(VERSION, changeset.program, changeset.device, needs)
    for item in list_items(changeset):
        if isinstance(item, Step):
            yield "step", replace(item, edits=item.edits[:_EDITS_IN_LINE])
            for start in range(_EDITS_IN_LINE, len(item.edits), _EDITS_IN_LINE):
                yield "edits", item.edits[start : start + _EDITS_IN_LINE]
        else:
            yield _KIND_NAMES[type(item)], item


def _encode_line(kind: str, value: object) -> bytes:
    return msgspec.json.encode({kind: value}) + b"\n"


# Reading


def read_changeset(path: Path) -> Generator[tuple[int, int], None, Changeset]:
    """Return the changeset in a file, or in a ZIP file with one; yield (bytes read, all bytes).

    Raises InvalidChangeset, NewerChangeset and OSError, also for an open corpus.
    """
    refuse_open_here(path)
    size = path.stat().st_size
    limit = min(MAX_UNPACKED_SIZE, max(MIN_UNPACKED_SIZE, MAX_RATIO * size))
    with path.open("rb") as file, _open_packed(file) as packed:
        reader = _ChangesetReader(_LineReader(packed, limit))
        for count, _item in enumerate(reader.read_items()):
            if count % _ITEMS_BETWEEN_REPORTS == 0:
                yield file.tell(), size
        return reader.changeset()


@contextmanager
def _open_packed(file: BinaryIO) -> Iterator[IO[bytes]]:
    """Yield the stream of a changeset: `file` itself, or what lies in it, as mail programs pack attachments."""
    signature = file.read(len(_ZIP_SIGNATURE))
    file.seek(0)
    if signature != _ZIP_SIGNATURE:
        if not signature.startswith(_GZIP_SIGNATURE):
            raise InvalidChangeset(Reason(Code.NOT_A_CHANGESET, _("This is not a changeset.")))
        yield file
        return
    try:
        archive = zipfile.ZipFile(file)
        members = [info for info in archive.infolist() if _is_changeset_name(info.filename)]
        if len(members) != 1:
            message = _("The ZIP file contains no changeset, or several.")
            raise InvalidChangeset(Reason(Code.NOT_A_CHANGESET, message))
        packed = archive.open(members[0])
    except (zipfile.BadZipFile, RuntimeError, ValueError) as error:  # RuntimeError: it has a password
        raise _damaged() from error
    except OSError as error:
        _raise_for_content(error)
        raise
    with archive, packed:
        yield packed


def _raise_for_content(error: OSError) -> None:
    """Raise InvalidChangeset if what a ZIP file holds is to blame: a place before its beginning, or else bzip2."""
    if error.errno in (None, errno.EINVAL):  # bzip2 gives no number
        raise _damaged() from error


def _is_changeset_name(name: str) -> bool:
    path = PurePosixPath(name)
    return is_changeset_path(path) and not path.name.startswith("._")  # macOS adds a file of this name


class _LineReader:
    """Reads lines of at most `limit` bytes in all."""

    def __init__(self, packed: IO[bytes], limit: int) -> None:
        self._file = gzip.GzipFile(fileobj=packed)
        self._remaining = limit
        self.number = 0

    def read(self) -> bytes:
        """Return the next line, nothing at the end. Raises InvalidChangeset."""
        try:
            line = self._file.readline(MAX_LINE_LENGTH + 1)
        except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, lzma.LZMAError, MemoryError) as error:
            raise _damaged() from error  # MemoryError: what is packed by LZMA says how much to have
        except OSError as error:
            _raise_for_content(error)
            raise
        self.number += 1
        self._remaining -= len(line)
        if len(line) > MAX_LINE_LENGTH or self._remaining < 0:
            message = _("It is larger when unpacked than any changeset.")
            raise InvalidChangeset(Reason(Code.FILE_TOO_LARGE, message), self.number)
        if line and not line.endswith(b"\n"):
            raise _damaged()
        return line


class _ChangesetReader:
    """Reads the items of a changeset; those which only a newer program can read are left out, if the header says so."""

    def __init__(self, lines: _LineReader) -> None:
        self._lines = lines
        self._checker = ChangesetChecker()
        self._items: dict[str, list[Any]] = {kind: [] for kind in _ITEM_KINDS}
        self._newer_steps: list[str] = []
        self._digest, self._counts = hashlib.sha256(), Counter[str]()
        self._header = self._read_header()
        self._is_newer = not KNOWN_NEEDS.issuperset(self._header.needs)

    def changeset(self) -> Changeset:
        """Return the changeset, once all items have been read."""
        items = self._items
        return Changeset(
            self._header.program,
            self._header.device,
            tuple(items["person"]),
            tuple(items["label"]),
            tuple(items["article"]),
            tuple(items["step"]),
            tuple(items["batch"]),
            tuple(items["assignment"]),
            tuple(self._newer_steps),
        )

    def read_items(self) -> Iterator[None]:
        """Read and check item by item, up to the end of the file. Raises InvalidChangeset."""
        kind, line = self._read_line()
        while kind != "end":
            number, lines = self._lines.number, [line]
            item_kind = kind
            kind, line = self._read_line()
            while kind == "edits":
                lines.append(line)
                kind, line = self._read_line()
            self._add_item(item_kind, lines, number)
            yield
        self._check_end(line)

    def _read_header(self) -> Header:
        line = self._lines.read()
        try:
            header = _HEADER.decode(_LINE.decode(line)["changeset"])
        except (ValueError, KeyError, RecursionError) as error:
            raise InvalidChangeset(Reason(Code.NOT_A_CHANGESET, _("This is not a changeset."))) from error
        if header.version != VERSION:
            message = _("It was made by a newer version of this program: update the program to merge it.")
            raise NewerChangeset(Reason(Code.NEWER_VERSION, message))
        self._count_line("changeset", line)
        return header

    def _read_line(self) -> tuple[str, Raw]:
        line = self._lines.read()
        if not line:
            raise _damaged()
        try:
            [(kind, value)] = _LINE.decode(line).items()
        except (ValueError, RecursionError) as error:
            raise self._invalid(error, self._lines.number) from error
        if kind != "end":
            self._count_line(kind, line)
        return kind, value

    def _count_line(self, kind: str, line: bytes) -> None:
        self._digest.update(line)
        self._counts[kind] += 1

    def _add_item(self, kind: str, lines: list[Raw], number: int) -> None:
        try:
            if kind not in _ITEMS or (len(lines) > 1 and kind != "step"):
                message = _("“{kind}” is not something that a changeset holds.").format(kind=kind)
                raise InvalidEdit(Reason(Code.UNKNOWN_RECORD, message))
            item = _decode_item(kind, lines)
            self._checker.check(item)
        except (ValueError, RecursionError, InvalidEdit) as error:
            if not self._is_newer:
                raise self._invalid(error, number) from error
            if kind == "step":
                self._newer_steps.append(_decode_step_uid(lines[0]))
            return
        self._items[kind].append(item)

    def _invalid(self, error: Exception, number: int) -> InvalidChangeset:
        code = error.reason.code if isinstance(error, InvalidEdit) else json_error_code(error)
        return InvalidChangeset(Reason(code, _("It cannot be used: {reason}").format(reason=error)), number)

    def _check_end(self, line: Raw) -> None:
        try:
            end = _END.decode(line)
        except (ValueError, RecursionError) as error:
            raise _damaged() from error
        if end != _End(self._digest.hexdigest(), dict(self._counts)) or self._lines.read():
            raise _damaged()


def _decode_item(kind: str, lines: list[Raw]) -> Item:
    item = cast(Item, _ITEMS[kind].decode(lines[0]))
    if isinstance(item, Step):
        parts = [_EDITS.decode(line) for line in lines[1:]]
        for value, line in zip((item, *parts), lines, strict=True):
            # Most lines are those that this program would write.
            if msgspec.json.encode(value) != bytes(line) and has_other_fields(
                msgspec.json.decode(line), msgspec.to_builtins(value)
            ):
                message = _("step {uid} needs a newer version of the program").format(uid=item.uid)
                raise InvalidEdit(Reason(Code.NEWER_VERSION, message))
        if parts:
            item = replace(item, edits=(*item.edits, *chain.from_iterable(parts)))
    return item


def has_other_fields(value: object, decoded: object) -> bool:
    """Return whether a JSON value has fields that `decoded`, which was made of it, lacks."""
    if isinstance(value, dict) and isinstance(decoded, dict):
        return not value.keys() <= decoded.keys() or any(has_other_fields(value[key], decoded[key]) for key in value)
    if isinstance(value, list) and isinstance(decoded, list | tuple):
        return any(map(has_other_fields, value, decoded))
    return False


def _decode_step_uid(line: Raw) -> str:
    try:
        return _STEP_NAME.decode(line).uid[:MAX_NAME_LENGTH]
    except (ValueError, RecursionError):
        return ""


def _damaged() -> InvalidChangeset:
    message = _("It is incomplete or was damaged on the way: ask for it to be sent again.")
    return InvalidChangeset(Reason(Code.DAMAGED_FILE, message))
