"""Writer of DocBin files with very many documents, in batches.

The file is msgpack in zlib: a map of columns with the data of all documents (https://spacy.io/api/docbin). spaCy
encodes the documents; columns wait in temporary files until the last. Only the hash of each distinct string stays in
memory, eight bytes.
"""

import struct
import zlib
from collections.abc import Iterator, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Final

from msgspec import msgpack

from annotator.i18n import _
from annotator.model.operations import InvalidEdit

if TYPE_CHECKING:
    from spacy.tokens import Doc, DocBin
    from spacy.vocab import Vocab

MAX_COLUMN_BYTES: Final = (1 << 32) - 1
"""Bytes of a column at most: msgpack stores their number in 32 bits."""

_BATCH_SIZE: Final = 100  # documents in memory at once
_MAX_MEMORY: Final = 1 << 16  # bytes of a column before it moves to disk
_CHUNK: Final = 1 << 20
_ATTRIBUTE_BYTES: Final = 8
_MAX_HASH: Final = (1 << 64) - 1
_BYTES_MARKER, _ARRAY_MARKER = b"\xc6", b"\xdd"  # first bytes in msgpack, before a length of four bytes
_BYTE_COLUMNS: Final = ("tokens", "spaces", "lengths")
_ARRAY_COLUMNS: Final = ("strings", "cats", "flags", "span_groups")


class DocBinPacker:
    """A DocBin file while it is written, with the token attributes `attrs`.

    Every document must be made with the current `vocab`.
    """

    vocab: "Vocab"

    def __init__(self, attrs: Sequence[str]) -> None:
        import numpy

        self._attrs = attrs
        self._columns = {name: SpooledTemporaryFile(_MAX_MEMORY) for name in (*_BYTE_COLUMNS, *_ARRAY_COLUMNS)}  # noqa: SIM115
        self._count = self._size = 0
        # Sorted; the sentinel at the end guarantees a hash to compare with.
        self._known_hashes: numpy.ndarray[Any, Any] = numpy.array([_MAX_HASH], "uint64")
        self._start_batch()

    def __del__(self) -> None:
        for column in self._columns.values():
            column.close()

    def add(self, doc: "Doc") -> None:
        """Append a document. Raises InvalidEdit if it does not fit, and OSError."""
        size = self._size + len(doc) * len(self._docs.attrs) * _ATTRIBUTE_BYTES
        if size > MAX_COLUMN_BYTES:
            reason = _("A DocBin holds at most {size} MB of tokens, and this article does not fit.")
            raise InvalidEdit(reason.format(size=MAX_COLUMN_BYTES // 1_000_000))
        self._size = size
        self._docs.add(doc)
        if len(self._docs) == _BATCH_SIZE:
            self._flush()
            self._start_batch()

    def write(self, stream: BinaryIO) -> None:
        """Write the file, after which nothing can be added. Raises OSError."""
        self._flush()
        compressor = zlib.compressobj()
        for data in self._encode():
            stream.write(compressor.compress(data))
        stream.write(compressor.flush())

    def _start_batch(self) -> None:
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
        columns["strings"].writelines(map(msgpack.encode, self._new_strings(docs)))
        self._count += len(docs)

    def _new_strings(self, docs: "DocBin") -> list[str]:
        """Return the strings that no earlier document has."""
        import numpy

        by_hash = {self.vocab.strings[text]: text for text in docs.strings}
        hashes: numpy.ndarray[Any, Any] = numpy.sort(numpy.fromiter(by_hash, "uint64", len(by_hash)))
        positions: Any = numpy.searchsorted(self._known_hashes, hashes)
        is_new = self._known_hashes[positions] != hashes
        self._known_hashes = numpy.insert(self._known_hashes, positions[is_new], hashes[is_new])
        return [by_hash[hash_] for hash_ in hashes[is_new].tolist()]

    def _encode(self) -> Iterator[bytes]:
        yield bytes([0x80 + 2 + len(self._columns)])  # a map with this many keys
        yield from map(msgpack.encode, ("version", self._docs.version, "attrs", self._docs.attrs))
        for name, column in self._columns.items():
            if name in _BYTE_COLUMNS:
                head = _BYTES_MARKER, column.tell()
            else:
                head = _ARRAY_MARKER, len(self._known_hashes) - 1 if name == "strings" else self._count
            yield msgpack.encode(name) + head[0] + struct.pack(">I", head[1])
            yield from _read_chunks(column)


def _read_chunks(column: IO[bytes]) -> Iterator[bytes]:
    column.seek(0)
    while data := column.read(_CHUNK):
        yield data
