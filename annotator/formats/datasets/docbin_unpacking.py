"""Unpacker of DocBin files (see `docbin_packing`) of any origin and size.

The file is decompressed to a temporary one, and columns read in place. In memory are the documents' lengths, and for
each string its hash, by which tokens refer to it, and its position: twelve bytes. spaCy only computes hashes, which
nothing else can: its own reader trusts the file's offsets and lengths.
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
from annotator.model.operations import InvalidEdit

MAX_ENTRIES: Final = 5_000_000
"""Documents, and strings, of a file at most."""
MAX_TOKENS: Final = 1_000_000
"""Tokens of a document at most."""

_MAX_MEMORY: Final = 1 << 16  # uncompressed bytes before they move to disk
_CHUNK: Final = 1 << 20
_MAX_RATIO: Final = 200  # of uncompressed to compressed size: that of words is ten, of zeros a thousand
_ALWAYS_ALLOWED: Final = 2_000_000  # uncompressed bytes, whatever the ratio
_TEXT_CACHE_SIZE: Final = 1 << 12  # strings

_MAX_READ: Final = 400_000_000  # bytes of the largest string or document
_ATTRIBUTE_BYTES: Final = 8
_LENGTH_BYTES: Final = 4
_MAX_OBJECTS_PER_ENTRY: Final = 4  # msgpack objects in a column, for each entry

# Types of msgpack objects, and their first bytes (https://github.com/msgpack/msgpack/blob/master/spec.md).
_MAP, _ARRAY, _BYTES, _TEXT, _OTHER = range(5)
_FIX_TYPES: Final = (
    *((0x00, 0x80, _OTHER, 0), (0x80, 0x90, _MAP, 15), (0x90, 0xA0, _ARRAY, 15), (0xA0, 0xC0, _TEXT, 31)),
    (0xE0, 0x100, _OTHER, 0),
)
"""The range of first bytes, the type, and the bits of the length."""
_SIZED_TYPES: Final = {
    **{0xC4: (_BYTES, 1, 0), 0xC5: (_BYTES, 2, 0), 0xC6: (_BYTES, 4, 0)},
    **{0xC7: (_OTHER, 1, 1), 0xC8: (_OTHER, 2, 1), 0xC9: (_OTHER, 4, 1)},
    **{0xD9: (_TEXT, 1, 0), 0xDA: (_TEXT, 2, 0), 0xDB: (_TEXT, 4, 0)},
    **{0xDC: (_ARRAY, 2, 0), 0xDD: (_ARRAY, 4, 0), 0xDE: (_MAP, 2, 0), 0xDF: (_MAP, 4, 0)},
}
"""By the first byte: the type, the bytes of its length, and what is added to that length."""
_FIXED_TYPES: Final = {
    **{0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4},
    **{0xD3: 8, 0xD4: 2, 0xD5: 3, 0xD6: 5, 0xD7: 9, 0xD8: 17},
}
"""By the first byte: the bytes that follow."""
_REQUIRED_COLUMNS: Final = {"attrs": _ARRAY, "tokens": _BYTES, "spaces": _BYTES, "lengths": _BYTES, "strings": _ARRAY}


class PackedDoc(Struct):
    """The tokens of a Doc: whether a space follows each, and their attributes by number.

    `text` returns a hash's string, and raises KeyError for an unknown one.
    """

    text: Callable[[int], str]
    spaces: memoryview
    columns: dict[int, memoryview]
    has_unknown_spaces: bool
    groups: bytes

    def attribute_texts(self, attribute: int) -> list[str]:
        """Return each token's string for an attribute, or [] if it is missing. Raises KeyError."""
        return [self.text(hash_) for hash_ in self.columns.get(attribute, ())]


class _Flags(Struct):
    has_unknown_spaces: bool = False


class _Object(NamedTuple):
    """A msgpack object; its length is in objects or bytes."""

    kind: int
    offset: int
    length: int
    content_offset: int


def read_documents(path: Path, max_bytes: int | None) -> Iterator[PackedDoc]:
    """Yield the documents of the file, of at most `max_bytes` uncompressed (None: any size).

    Raises InvalidEdit, OSError, and ValueError if its parts do not fit.
    """
    with SpooledTemporaryFile(_MAX_MEMORY) as file:
        _unpack(path, file, max_bytes)
        columns = _read_columns(file)
        attrs = msgspec.msgpack.decode(_read_object(file, columns["attrs"].offset), type=list[int])
        lengths, tokens, spaces = (columns[name] for name in ("lengths", "tokens", "spaces"))
        if lengths.length % _LENGTH_BYTES or lengths.length > MAX_ENTRIES * _LENGTH_BYTES:
            raise ValueError("invalid lengths")
        sizes = memoryview(_read_at(file, lengths.content_offset, lengths.length)).cast("i")
        width, token_count = len(attrs) * _ATTRIBUTE_BYTES, sum(sizes)
        is_consistent = tokens.length == token_count * width and spaces.length == token_count
        if not is_consistent or not all(0 <= length <= MAX_TOKENS for length in sizes):
            raise ValueError("the lengths do not match the tokens")
        text = _build_text_lookup(file, columns["strings"])
        flags, groups = (_read_entries(file, columns.get(name), len(sizes)) for name in ("flags", "span_groups"))
        token_index = 0
        for length in sizes:
            values = memoryview(_read_at(file, tokens.content_offset + token_index * width, length * width)).cast("Q")
            flag, group = next(flags), next(groups)
            yield PackedDoc(
                text,
                memoryview(_read_at(file, spaces.content_offset + token_index, length)),
                {attribute: values[column :: len(attrs)] for column, attribute in enumerate(attrs)},
                msgspec.msgpack.decode(flag, type=_Flags).has_unknown_spaces if flag else False,
                msgspec.msgpack.decode(group, type=bytes) if group else b"",
            )
            token_index += length


def _unpack(path: Path, file: IO[bytes], max_bytes: int | None) -> None:
    """Decompress `path` to `file`. Raises InvalidEdit, OSError and ValueError."""
    decompressor = zlib.decompressobj()
    with path.open("rb") as packed:
        try:
            while not decompressor.eof and (data := decompressor.unconsumed_tail or packed.read(_CHUNK)):
                file.write(decompressor.decompress(data, _CHUNK))
                if max_bytes is not None and file.tell() > max_bytes:
                    raise InvalidEdit(_("The file is larger than {size} MB.").format(size=max_bytes // 1_000_000))
                if max_bytes is not None and file.tell() > _MAX_RATIO * packed.tell() + _ALWAYS_ALLOWED:
                    reason = ngettext(
                        "The file decompresses to more than {count} time its size.",
                        "The file decompresses to more than {count} times its size.",
                        _MAX_RATIO,
                    )
                    raise InvalidEdit(reason.format(count=_MAX_RATIO))
        except zlib.error as error:
            raise ValueError(str(error)) from error
    if not decompressor.eof:
        raise InvalidEdit(_("The file is truncated."))


def _read_columns(file: IO[bytes]) -> dict[str, _Object]:
    """Return the required and other columns. Raises ValueError."""
    file.seek(0)
    top = _read_header(file)
    columns = {}
    for _column in range(top.length if top.kind == _MAP else 0):
        name = _read_text(file, _read_header(file))
        columns[name] = _read_header(file)
        file.seek(columns[name].offset)
        _skip_object(file)
    for name, kind in _REQUIRED_COLUMNS.items():
        if name not in columns or columns[name].kind != kind:
            raise ValueError(f"missing or invalid {name}")
    return columns


def _build_text_lookup(file: IO[bytes], strings: _Object) -> Callable[[int], str]:
    """Return a function from hash to string. Raises ValueError."""
    import numpy
    from spacy.strings import StringStore, get_string_id

    if strings.length > MAX_ENTRIES:
        raise ValueError("too many values")
    index: numpy.ndarray[Any, Any] = numpy.empty(strings.length, [("hash", "u8"), ("offset", "u4")])
    file.seek(strings.content_offset)
    for number in range(strings.length):
        object_ = _read_header(file)
        index[number] = get_string_id(_read_text(file, object_)), object_.offset - strings.content_offset
    index.sort(order="hash")  # in place, as they are many
    hashes, offsets = index["hash"], index["offset"]
    symbols = StringStore()

    @lru_cache(_TEXT_CACHE_SIZE)
    def find_text(hash_: int) -> str:
        position = bisect_left(hashes, hash_)
        if position == len(hashes) or hashes[position] != hash_:
            symbol: str = symbols[hash_]  # one that spaCy numbers, or a KeyError
            return symbol
        file.seek(strings.content_offset + int(offsets[position]))
        return _read_text(file, _read_header(file))

    return find_text


def _read_entries(file: IO[bytes], column: _Object | None, count: int) -> Iterator[bytes]:
    """Yield the packed objects of an array of `count`, empty if it is missing. Raises ValueError."""
    if column is None or column.length == 0:
        yield from repeat(b"", count)
        return
    if column.kind != _ARRAY or column.length != count:
        raise ValueError("an array has the wrong length")
    offset = column.content_offset
    for _entry in range(count):
        data = _read_object(file, offset)
        yield data
        offset += len(data)


def _read_object(file: IO[bytes], offset: int) -> bytes:
    """Return the packed object at an offset. Raises ValueError."""
    file.seek(offset)
    _skip_object(file)
    return _read_at(file, offset, file.tell() - offset)


def _skip_object(file: IO[bytes]) -> None:
    """Skip the object here. Raises ValueError if it contains too much."""
    remaining, skipped = 1, 0
    while remaining:
        object_ = _read_header(file)
        child_count = {_MAP: 2 * object_.length, _ARRAY: object_.length}.get(object_.kind)
        remaining, skipped = remaining - 1 + (child_count or 0), skipped + 1
        if remaining + skipped > _MAX_OBJECTS_PER_ENTRY * MAX_ENTRIES:
            raise ValueError("too many values")
        if child_count is None:
            file.seek(object_.length, 1)


def _read_header(file: IO[bytes]) -> _Object:
    """Read an object up to its content. Raises ValueError."""
    offset = file.tell()
    first = _read_exactly(file, 1)[0]
    for start, end, kind, mask in _FIX_TYPES:
        if start <= first < end:
            return _Object(kind, offset, first & mask, offset + 1)
    if first in _SIZED_TYPES:
        kind, length_size, extra = _SIZED_TYPES[first]
        return _Object(kind, offset, int.from_bytes(_read_exactly(file, length_size)) + extra, offset + 1 + length_size)
    if first in _FIXED_TYPES:
        return _Object(_OTHER, offset, _FIXED_TYPES[first], offset + 1)
    raise ValueError("invalid msgpack")


def _read_text(file: IO[bytes], object_: _Object) -> str:
    """Return the string whose content is here. Raises ValueError."""
    if object_.kind != _TEXT:
        raise ValueError("not a string")
    return _read_exactly(file, object_.length).decode()


def _read_at(file: IO[bytes], offset: int, length: int) -> bytes:
    file.seek(offset)
    return _read_exactly(file, length)


def _read_exactly(file: IO[bytes], length: int) -> bytes:
    if length > _MAX_READ or len(data := file.read(length)) < length:
        raise ValueError("unexpected end of data")
    return data
