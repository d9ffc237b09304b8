"""Unpacks the file of a DocBin (see docbin_packing), which may come from anywhere, with any number of documents.

What is unpacked is in a file without a name, in which each column is looked into where it stands. In memory are the
lengths of the documents, and of each text its hash, by which tokens have it, and its place: twelve bytes. spaCy is
asked for what it alone knows, the hash of a text: its own reading trusts the offsets and lengths in the file.
"""

import zlib
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import repeat
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final, NamedTuple

import msgspec
from msgspec import Struct

from annotator.i18n import _, ngettext
from annotator.model.operations import Rejected

MOST: Final = 5_000_000
"""Documents, and texts of words, that a file may have at most."""
LONGEST: Final = 1_000_000
"""Tokens that a document may have."""

_IN_MEMORY: Final = 1 << 16  # bytes unpacked; what is more goes to the disk
_CHUNK: Final = 1 << 20
_RATIO: Final = 200  # times its size that a file may have when it is unpacked: words have ten, zeros a thousand
_FREE: Final = 2_000_000  # bytes that it may have in any case
_KEPT: Final = 1 << 12  # texts that are not looked for again

_AT_ONCE: Final = 400_000_000  # bytes that are read at once: there may be no more in a text, or a document
_WIDE: Final = 8  # bytes of an attribute
_INT: Final = 4  # bytes of a length
_THINGS: Final = 4  # that are passed over in a column for each document that a file may have

# Kinds of things in msgpack, and how they begin (https://github.com/msgpack/msgpack/blob/master/spec.md).
_MAP, _ARRAY, _BYTES, _TEXT, _OTHER = range(5)
_SMALL: Final = (
    *((0x00, 0x80, _OTHER, 0), (0x80, 0x90, _MAP, 15), (0x90, 0xA0, _ARRAY, 15), (0xA0, 0xC0, _TEXT, 31)),
    (0xE0, 0x100, _OTHER, 0),
)
"""From and to which first byte, the kind, and the bits that say how much is in it."""
_LONG: Final = {
    **{0xC4: (_BYTES, 1, 0), 0xC5: (_BYTES, 2, 0), 0xC6: (_BYTES, 4, 0)},
    **{0xC7: (_OTHER, 1, 1), 0xC8: (_OTHER, 2, 1), 0xC9: (_OTHER, 4, 1)},
    **{0xD9: (_TEXT, 1, 0), 0xDA: (_TEXT, 2, 0), 0xDB: (_TEXT, 4, 0)},
    **{0xDC: (_ARRAY, 2, 0), 0xDD: (_ARRAY, 4, 0), 0xDE: (_MAP, 2, 0), 0xDF: (_MAP, 4, 0)},
}
"""By the first byte: the kind, in how many bytes it is said how much is in it, and how much more that is."""
_SHORT: Final = {
    **{0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4},
    **{0xD3: 8, 0xD4: 2, 0xD5: 3, 0xD6: 5, 0xD7: 9, 0xD8: 17},
}
"""By the first byte: how many bytes follow."""
_COLUMNS: Final = {"attrs": _ARRAY, "tokens": _BYTES, "spaces": _BYTES, "lengths": _BYTES, "strings": _ARRAY}


class Document(Struct):
    """The tokens of a Doc: whether a space follows each, the attributes of each by their numbers, and what gives the
    `text` of the hashes among them, and raises KeyError for those that the file does not know."""

    text: Callable[[int], str]
    spaces: memoryview
    columns: dict[int, memoryview]
    unknown_spaces: bool
    groups: bytes

    def said(self, attribute: int) -> list[str]:
        """The text that each token has for an attribute; none where the file has no such attribute. Raises KeyError."""
        return [self.text(hash_) for hash_ in self.columns.get(attribute, ())]


class _Flags(Struct):
    has_unknown_spaces: bool = False


class _Thing(NamedTuple):
    """A thing in msgpack: its kind, where it is, how much is in it (things, or bytes), and where that begins."""

    kind: int
    at: int
    length: int
    start: int


def documents(path: Path, largest: int | None) -> Iterator[Document]:
    """The documents of the file at `path`, which is refused where it is larger than `largest`, unpacked.

    Raises Rejected, OSError, and ValueError where its parts do not fit each other.
    """
    with SpooledTemporaryFile(_IN_MEMORY) as file:
        _unpack(path, file, largest)
        columns = _columns(file)
        attrs = msgspec.msgpack.decode(_whole(file, columns["attrs"].at), type=list[int])
        lengths, tokens, spaces = (columns[name] for name in ("lengths", "tokens", "spaces"))
        if lengths.length % _INT or lengths.length > MOST * _INT:
            raise ValueError("lengths")
        sizes = memoryview(_read(file, lengths.start, lengths.length)).cast("i")
        wide, size = len(attrs) * _WIDE, sum(sizes)
        fits = tokens.length == size * wide and spaces.length == size
        if not fits or not all(0 <= length <= LONGEST for length in sizes):
            raise ValueError("lengths")
        text = _texts(file, columns["strings"])
        flags, groups = (_entries(file, columns.get(name), len(sizes)) for name in ("flags", "span_groups"))
        at = 0
        for length in sizes:
            own = memoryview(_read(file, tokens.start + at * wide, length * wide)).cast("Q")
            flag, group = next(flags), next(groups)
            yield Document(
                text,
                memoryview(_read(file, spaces.start + at, length)),
                {attribute: own[column :: len(attrs)] for column, attribute in enumerate(attrs)},
                msgspec.msgpack.decode(flag, type=_Flags).has_unknown_spaces if flag else False,
                msgspec.msgpack.decode(group, type=bytes) if group else b"",
            )
            at += length


def _unpack(path: Path, file: IO[bytes], largest: int | None) -> None:
    """Write what is packed at `path` to `file`. Raises Rejected, OSError."""
    unpacking = zlib.decompressobj()
    with path.open("rb") as packed:
        try:
            while not unpacking.eof and (data := unpacking.unconsumed_tail or packed.read(_CHUNK)):
                file.write(unpacking.decompress(data, _CHUNK))
                if largest is not None and file.tell() > largest:
                    raise Rejected(_("The file is larger than {size} MB.").format(size=largest // 1_000_000))
                if largest is not None and file.tell() > _RATIO * packed.tell() + _FREE:
                    reason = ngettext(
                        "The file is more than {count} time its size when it is unpacked.",
                        "The file is more than {count} times its size when it is unpacked.",
                        _RATIO,
                    )
                    raise Rejected(reason.format(count=_RATIO))
        except zlib.error as error:
            raise ValueError(str(error)) from error
    if not unpacking.eof:
        raise Rejected(_("The file ends too early."))


def _columns(file: IO[bytes]) -> dict[str, _Thing]:
    """The columns by their names; those that a file must have are there, and of their kind. Raises ValueError."""
    file.seek(0)
    top = _head(file)
    found = {}
    for _column in range(top.length if top.kind == _MAP else 0):
        name = _text(file, _head(file))
        found[name] = _head(file)
        file.seek(found[name].at)
        _skip(file)
    for name, kind in _COLUMNS.items():
        if name not in found or found[name].kind != kind:
            raise ValueError(name)
    return found


def _texts(file: IO[bytes], strings: _Thing) -> Callable[[int], str]:
    """What gives the text of a hash. Raises ValueError."""
    import numpy
    from spacy.strings import StringStore, get_string_id

    if strings.length > MOST:
        raise ValueError("array")
    known: numpy.ndarray[Any, Any] = numpy.empty(strings.length, [("hash", "u8"), ("place", "u4")])
    file.seek(strings.start)
    for number in range(strings.length):
        thing = _head(file)
        known[number] = get_string_id(_text(file, thing)), thing.at - strings.start
    known.sort(order="hash")  # where they are: they are many
    hashes, places = known["hash"], known["place"]
    symbols = StringStore()

    @lru_cache(_KEPT)
    def text(hash_: int) -> str:
        at = bisect_left(hashes, hash_)
        if at == len(hashes) or hashes[at] != hash_:
            # The text of none, or one of those that spaCy has numbered.
            numbered: str = symbols[hash_]
            return numbered
        file.seek(strings.start + int(places[at]))
        return _text(file, _head(file))

    return text


def _entries(file: IO[bytes], column: _Thing | None, count: int) -> Iterator[bytes]:
    """The things in an array of so many, as they are packed; or nothing, where there is none. Raises ValueError."""
    if column is None or column.length == 0:
        yield from repeat(b"", count)
        return
    if column.kind != _ARRAY or column.length != count:
        raise ValueError("array")
    at = column.start
    for _entry in range(count):
        data = _whole(file, at)
        yield data
        at += len(data)


def _whole(file: IO[bytes], at: int) -> bytes:
    """The thing at a place, as it is packed. Raises ValueError."""
    file.seek(at)
    _skip(file)
    return _read(file, at, file.tell() - at)


def _skip(file: IO[bytes]) -> None:
    """Go to the end of the thing that begins here, which has not too much in it. Raises ValueError."""
    left, passed = 1, 0
    while left:
        thing = _head(file)
        inside = {_MAP: 2 * thing.length, _ARRAY: thing.length}.get(thing.kind)
        left, passed = left - 1 + (inside or 0), passed + 1
        if left + passed > _THINGS * MOST:
            raise ValueError("array")
        if inside is None:
            file.seek(thing.length, 1)


def _head(file: IO[bytes]) -> _Thing:
    """The thing that begins here, up to what is in it. Raises ValueError."""
    at = file.tell()
    first = _exactly(file, 1)[0]
    for beginning, end, kind, mask in _SMALL:
        if beginning <= first < end:
            return _Thing(kind, at, first & mask, at + 1)
    if first in _LONG:
        kind, wide, more = _LONG[first]
        return _Thing(kind, at, int.from_bytes(_exactly(file, wide)) + more, at + 1 + wide)
    if first in _SHORT:
        return _Thing(_OTHER, at, _SHORT[first], at + 1)
    raise ValueError("msgpack")


def _text(file: IO[bytes], thing: _Thing) -> str:
    """What is in the thing, whose content begins here. Raises ValueError where it is no text."""
    if thing.kind != _TEXT:
        raise ValueError("text")
    return _exactly(file, thing.length).decode()


def _read(file: IO[bytes], at: int, length: int) -> bytes:
    file.seek(at)
    return _exactly(file, length)


def _exactly(file: IO[bytes], length: int) -> bytes:
    if length > _AT_ONCE or len(data := file.read(length)) < length:
        raise ValueError("end")
    return data
