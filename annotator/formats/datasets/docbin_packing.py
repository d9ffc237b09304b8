"""Makes the file of a DocBin, whose documents may be very many, a few of them at a time.

It is msgpack in zlib: a map of columns, in each of which all documents have their share, one after the other
(https://spacy.io/api/docbin). spaCy makes the shares; each column waits in a file without a name until the last
document is there. What stays in memory is the hash of each different text, eight bytes.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Final

from msgspec import msgpack

from annotator.i18n import _
from annotator.model.operations import Rejected

if TYPE_CHECKING:
    from spacy.tokens import Doc, DocBin
    from spacy.vocab import Vocab

ROOM: Final = (1 << 32) - 1
"""Bytes that a column may have in msgpack."""

_AT_ONCE: Final = 100  # documents that spaCy has at once
_IN_MEMORY: Final = 1 << 16  # bytes of a column; what is more goes to the disk
_CHUNK: Final = 1 << 20
_WIDE: Final = 8  # bytes of an attribute
_LAST: Final = (1 << 64) - 1
_BYTES, _ARRAY = b"\xc6", b"\xdd"  # what they begin with in msgpack, before a length of four bytes
_NUMBERS: Final = ("tokens", "spaces", "lengths")
_ENTRIES: Final = ("strings", "cats", "flags", "span_groups")


class Packing:
    """A file that is being made, with the attributes `attrs` of tokens. A document that is added has to be of the
    `vocab` that there is then."""

    vocab: "Vocab"

    def __init__(self, attrs: Sequence[str]) -> None:
        import numpy

        self._attrs = attrs
        self._columns = {name: SpooledTemporaryFile(_IN_MEMORY) for name in (*_NUMBERS, *_ENTRIES)}  # noqa: SIM115
        self._count = self._size = 0
        # Sorted; one that no text has is after them all, so that there is always one to compare with.
        self._known: numpy.ndarray[Any, Any] = numpy.array([_LAST], "uint64")
        self._begin()

    def __del__(self) -> None:
        for column in self._columns.values():
            column.close()

    def add(self, doc: "Doc") -> None:
        """Append a document. Raises Rejected where the file has no room for it, OSError."""
        size = self._size + len(doc) * len(self._docs.attrs) * _WIDE
        if size > ROOM:
            reason = _("A DocBin has room for {size} MB of tokens, and there is none for this article.")
            raise Rejected(reason.format(size=ROOM // 1_000_000))
        self._size = size
        self._docs.add(doc)
        if len(self._docs) == _AT_ONCE:
            self._flush()
            self._begin()

    def write(self, stream: BinaryIO) -> None:
        """Write the file, after which nothing more can be added. Raises OSError."""
        self._flush()
        packing = zlib.compressobj()
        for data in self._message():
            stream.write(packing.compress(data))
        stream.write(packing.flush())

    def _begin(self) -> None:
        from spacy.tokens import DocBin
        from spacy.vocab import Vocab

        self.vocab, self._docs = Vocab(), DocBin(attrs=self._attrs)

    def _flush(self) -> None:
        docs, columns = self._docs, self._columns
        for tokens, spaces in zip(docs.tokens, docs.spaces, strict=True):
            columns["tokens"].write(tokens.tobytes())
            columns["spaces"].write(spaces.tobytes())
            columns["lengths"].write(struct.pack("<i", len(tokens)))
        for name in ("cats", "flags", "span_groups"):
            columns[name].writelines(map(msgpack.encode, getattr(docs, name)))
        columns["strings"].writelines(map(msgpack.encode, self._new(docs)))
        self._count += len(docs)

    def _new(self, docs: "DocBin") -> list[str]:
        """The texts of these documents that none before them has."""
        import numpy

        by_hash = {self.vocab.strings[text]: text for text in docs.strings}
        hashes: numpy.ndarray[Any, Any] = numpy.sort(numpy.fromiter(by_hash, "uint64", len(by_hash)))
        places: Any = numpy.searchsorted(self._known, hashes)
        new = self._known[places] != hashes
        self._known = numpy.insert(self._known, places[new], hashes[new])
        return [by_hash[hash_] for hash_ in hashes[new].tolist()]

    def _message(self) -> Iterator[bytes]:
        yield bytes([0x80 + 2 + len(self._columns)])  # a map of so many
        yield from map(msgpack.encode, ("version", self._docs.version, "attrs", self._docs.attrs))
        for name, column in self._columns.items():
            if name in _NUMBERS:
                head = _BYTES, column.tell()
            else:
                head = _ARRAY, len(self._known) - 1 if name == "strings" else self._count
            yield msgpack.encode(name) + head[0] + struct.pack(">I", head[1])
            yield from _chunks(column)


def _chunks(column: IO[bytes]) -> Iterator[bytes]:
    column.seek(0)
    while data := column.read(_CHUNK):
        yield data
