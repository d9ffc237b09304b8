"""A reader of an SQLite file's pages without SQLite, which stops at a damaged page.

Format and terms: https://www.sqlite.org/fileformat2.html. For any bytes, reading a page ends with its content or
CorruptPage.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from struct import unpack, unpack_from
from typing import Final, TypeAlias

from annotator.open_databases import refuse_open_here
from annotator.store import database_files

Value: TypeAlias = str | int | float | bytes | None

TABLE_LEAF: Final = 0x0D
TABLE_INTERIOR: Final = 0x05
INDEX_INTERIOR: Final = 0x02
INDEX_LEAF: Final = 0x0A
_PAGE_TYPES: Final = (INDEX_INTERIOR, TABLE_INTERIOR, INDEX_LEAF, TABLE_LEAF)
_PAGE_STARTS: Final = frozenset(bytes([page_type]) for page_type in _PAGE_TYPES)
_HEADER_SIZE: Final = 100
_DEFAULT_PAGE_SIZE: Final = 4096  # bytes, in every corpus made by this program
_SAMPLE_PAGES: Final = 1000  # pages used to guess the page size
_WAL_MAGIC: Final = (0x377F0682, 0x377F0683)
_VALUE_SIZES: Final = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 7: 8, 8: 0, 9: 0}  # bytes by serial type


class CorruptPage(Exception):
    """A page, a cell or a record is invalid."""


class PageReader:
    """A read-only view of the pages of the file at `path`, with newer ones in its log.

    Raises OSError, also for a file that this process has open.
    """

    def __init__(self, path: Path) -> None:
        wal = database_files.wal_path(path)
        refuse_open_here(path)
        refuse_open_here(wal)
        self._files = [os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))]
        self._wal_pages: dict[int, int] = {}
        self.is_wal_torn = False
        """True if the log ends with incomplete writes: uncommitted, or committed and damaged."""
        length = os.fstat(self._files[0]).st_size
        self.page_size = self._detect_page_size(length)
        self.page_count = -(-length // self.page_size)
        if wal.exists():
            self._files.append(os.open(wal, os.O_RDONLY | getattr(os, "O_BINARY", 0)))
            self._read_wal(os.fstat(self._files[1]).st_size)

    def close(self) -> None:
        """Close the file."""
        for file in self._files:
            os.close(file)

    def read_page(self, number: int) -> bytes:
        """Return a page's bytes, numbered from 1. Raises CorruptPage if it cannot be read."""
        if not 0 < number <= self.page_count:
            raise CorruptPage
        if number in self._wal_pages:
            data = self._read(1, self._wal_pages[number], self.page_size)
        else:
            data = self._read(0, (number - 1) * self.page_size, self.page_size)
        if len(data) < self.page_size:
            raise CorruptPage
        return data

    def read_page_type(self, number: int) -> int:
        """Return a b-tree page's type. Raises CorruptPage if it is not one."""
        data = self.read_page(number)
        page_type = data[_HEADER_SIZE if number == 1 else 0]
        if page_type not in _PAGE_TYPES:
            raise CorruptPage
        return page_type

    def read_children(self, number: int) -> list[int]:
        """Return an interior page's children, in row order. Raises CorruptPage."""
        data, header_start = self._open_page(number, TABLE_INTERIOR)
        children = [unpack_from(">I", data, offset)[0] for offset in self._cell_offsets(data, header_start, 12)]
        return [*children, unpack_from(">I", data, header_start + 8)[0]]

    def read_rows(self, number: int) -> Iterator[tuple[int, list[Value]] | None]:
        """Yield a leaf page's rows with their rowids; None for an invalid one. Raises CorruptPage."""
        data, header_start = self._open_page(number, TABLE_LEAF)
        for offset in self._cell_offsets(data, header_start, 8):
            try:
                length, offset = _read_varint(data, offset)
                rowid, offset = _read_varint(data, offset)
                yield rowid - (1 << 64) * (rowid >> 63), _decode_record(self._read_payload(data, offset, length))
            except CorruptPage:
                yield None

    def read_index_page(self, number: int) -> tuple[list[int], list[list[Value]]]:
        """Return the children of a page of an index, and its readable entries, each with its rowid at the end.

        Entries with overflow pages are skipped. Raises CorruptPage.
        """
        is_interior = self.read_page_type(number) == INDEX_INTERIOR
        data, header_start = self._open_page(number, INDEX_INTERIOR if is_interior else INDEX_LEAF)
        children, entries = list[int](), list[list[Value]]()
        max_local = (self.page_size - 12) * 64 // 255 - 23
        for offset in self._cell_offsets(data, header_start, 12 if is_interior else 8):
            if is_interior:
                children.append(unpack_from(">I", data, offset)[0])
            with suppress(CorruptPage):
                length, start = _read_varint(data, offset + (4 if is_interior else 0))
                if length <= max_local:
                    entries.append(_decode_record(data[start : start + length]))
        if is_interior:
            children.append(unpack_from(">I", data, header_start + 8)[0])
        return children, entries

    def read_freelist(self) -> set[int] | None:
        """Return the unused pages, whose content was deleted; None if the freelist is invalid."""
        free_pages: set[int] = set()
        try:
            trunk, count = unpack_from(">II", self.read_page(1), 32)
            while trunk:
                data = self.read_page(trunk)
                if trunk in free_pages:
                    return None
                free_pages.add(trunk)
                trunk, leaf_count = unpack_from(">II", data)
                if leaf_count > self.page_size // 4 - 2:
                    return None
                free_pages.update(unpack_from(f">{leaf_count}I", data, 8))
        except CorruptPage:
            return None
        return free_pages if len(free_pages) == count else None

    def _detect_page_size(self, length: int) -> int:
        header = self._read(0, 0, _HEADER_SIZE).ljust(_HEADER_SIZE, b"\0")
        [declared] = unpack_from(">H", header, 16)
        declared = 65536 if declared == 1 else declared
        if declared < 512 or declared & (declared - 1):
            return _DEFAULT_PAGE_SIZE
        # Every start of a larger page is also one of a smaller page: only the share tells which is right.
        smaller, larger = sorted((_DEFAULT_PAGE_SIZE, declared))
        smaller_share = self._share_of_page_starts(smaller, length)
        larger_share = self._share_of_page_starts(larger, length)
        if not smaller_share and not larger_share:
            return _DEFAULT_PAGE_SIZE
        return smaller if 2 * smaller_share >= larger_share else larger

    def _share_of_page_starts(self, size: int, length: int) -> float:
        """Return how many of the first pages of this size start like a b-tree page: 0.0 to 1.0."""
        starts = range(size, min(length, size * _SAMPLE_PAGES), size)
        return sum(self._read(0, start, 1) in _PAGE_STARTS for start in starts) / max(1, len(starts))

    def _read(self, file: int, offset: int, length: int) -> bytes:
        try:
            os.lseek(self._files[file], offset, os.SEEK_SET)
            return os.read(self._files[file], length)
        except OSError:  # the medium cannot be read there
            return b""

    def _open_page(self, number: int, page_type: int) -> tuple[bytes, int]:
        if self.read_page_type(number) != page_type:
            raise CorruptPage
        return self.read_page(number), _HEADER_SIZE if number == 1 else 0

    def _cell_offsets(self, data: bytes, header_start: int, header_size: int) -> list[int]:
        [count] = unpack_from(">H", data, header_start + 3)
        first = header_start + header_size
        if first + 2 * count > self.page_size:
            raise CorruptPage
        return [
            offset
            for offset in unpack_from(f">{count}H", data, first)
            if first + 2 * count <= offset <= self.page_size - 4
        ]

    def _read_payload(self, data: bytes, offset: int, length: int) -> bytes:
        """Return a table leaf cell's payload, with its overflow pages."""
        max_local = self.page_size - 35
        if length <= max_local:
            return data[offset : offset + length]
        if length > self.page_count * self.page_size:
            raise CorruptPage
        min_local = (self.page_size - 12) * 32 // 255 - 23
        local_length = min_local + (length - min_local) % (self.page_size - 4)
        local_length = local_length if local_length <= max_local else min_local
        parts = [data[offset : offset + local_length]]
        if len(data) < offset + local_length + 4:
            raise CorruptPage
        [next_page] = unpack_from(">I", data, offset + local_length)
        remaining, seen = length - local_length, set[int]()
        while remaining > 0:
            if next_page in seen:
                raise CorruptPage
            seen.add(next_page)
            page = self.read_page(next_page)
            [next_page] = unpack_from(">I", page)
            parts.append(page[4 : 4 + remaining])
            remaining -= self.page_size - 4
        return b"".join(parts)

    def _read_wal(self, length: int) -> None:
        """Find the newer pages in the log: its valid frames up to the last commit."""
        header = self._read(1, 0, 32)
        if len(header) < 32:
            return
        magic, _version, size, _sequence, *salts = unpack(">IIII8s8s", header)
        if magic not in _WAL_MAGIC or size != self.page_size:
            return
        order = ">" if magic & 1 else "<"
        checksum = _wal_checksum(order, header[:24], (0, 0))
        pending: dict[int, int] = {}
        for offset in range(32, length - 24, size + 24):
            frame = self._read(1, offset, size + 24)
            if frame[8:16] != salts[0]:
                return
            if len(frame) < size + 24:
                self.is_wal_torn = True
                return
            checksum = _wal_checksum(order, frame[24:], _wal_checksum(order, frame[:8], checksum))
            number, database_size, *stored = unpack_from(">II8xII", frame)
            self.is_wal_torn = tuple(stored) != checksum or not database_size
            if tuple(stored) != checksum:
                return
            pending[number] = offset + 24
            if database_size:
                self._wal_pages.update(pending)
                self.page_count = max(self.page_count, database_size)
                pending.clear()


def _wal_checksum(order: str, data: bytes, checksum: tuple[int, int]) -> tuple[int, int]:
    """Return a log's checksum continued over these bytes."""
    first, second = checksum
    words = unpack(f"{order}{len(data) // 4}I", data)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second


def _read_varint(data: bytes, start: int) -> tuple[int, int]:
    """Return the number of one to nine bytes at `start`, and the offset after it."""
    value = 0
    for index, byte in enumerate(data[start : start + 9]):
        if index == 8:
            return value << 8 | byte, start + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, start + index + 1
    raise CorruptPage


def _decode_record(payload: bytes) -> list[Value]:
    """Return a row's values."""
    header_end, offset = _read_varint(payload, 0)
    if header_end > len(payload):
        raise CorruptPage
    serial_types = []
    while offset < header_end:
        serial_type, offset = _read_varint(payload, offset)
        serial_types.append(serial_type)
    values: list[Value] = []
    for serial_type in serial_types:
        length = (serial_type - 12) // 2 if serial_type >= 12 else _VALUE_SIZES.get(serial_type, 0)
        encoded = payload[offset : offset + length]
        if len(encoded) < length or serial_type in (10, 11):
            raise CorruptPage
        values.append(_decode_value(serial_type, encoded))
        offset += length
    if offset != len(payload):
        raise CorruptPage
    return values


def _decode_value(serial_type: int, encoded: bytes) -> Value:
    if serial_type == 0:
        return None
    if serial_type in (8, 9):
        return serial_type - 8
    if serial_type == 7:
        return float(unpack(">d", encoded)[0])
    if serial_type < 12:
        return int.from_bytes(encoded, "big", signed=True)
    if serial_type % 2 == 0:
        return encoded
    try:
        return encoded.decode()
    except UnicodeDecodeError as error:
        raise CorruptPage from error
