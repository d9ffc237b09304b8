"""The pages of an SQLite file, read without SQLite, which gives up where a page on its way is damaged:
https://www.sqlite.org/fileformat2.html, whose words these are. Whatever stands in a page, reading it ends: in what it
says, or in Broken."""

import os
from collections.abc import Iterator
from pathlib import Path
from struct import unpack, unpack_from
from typing import Final, TypeAlias

from annotator.store import side_files

Value: TypeAlias = str | int | float | bytes | None

TABLE_LEAF: Final = 0x0D
TABLE_INTERIOR: Final = 0x05
_KINDS: Final = (0x02, 0x05, 0x0A, 0x0D)
_HEADER: Final = 100
_USUAL: Final = 4096  # bytes of a page, in every corpus that this program has made
_SAMPLED: Final = 1000  # pages that tell of what size they are
_WAL_MAGIC: Final = (0x377F0682, 0x377F0683)
_FIXED: Final = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 7: 8, 8: 0, 9: 0}  # bytes of a value of this serial type


class Broken(Exception):
    """A page, a cell or a record that is none."""


class Pages:
    """The pages of the file at `path`, with what its log holds over them. Nothing is ever written. Raises OSError where
    it cannot be opened.

    The file is opened past SQLite: when it is closed, POSIX takes all locks from it that this process has there
    (https://sqlite.org/howtocorrupt.html#posix_close_bug), so that no connection of this process may have it open.
    """

    def __init__(self, path: Path) -> None:
        self._files = [os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))]
        self._log: dict[int, int] = {}
        self.torn = False
        """Whether the log holds writes that are not whole: that were never committed, or that were and are damaged."""
        length = os.fstat(self._files[0]).st_size
        self.size = self._page_size(length)
        self.count = -(-length // self.size)
        log = side_files.log_path(path)
        if log.exists():
            self._files.append(os.open(log, os.O_RDONLY | getattr(os, "O_BINARY", 0)))
            self._read_log(os.fstat(self._files[1]).st_size)

    def close(self) -> None:
        """Let go of the file."""
        for file in self._files:
            os.close(file)

    def page(self, number: int) -> bytes:
        """The page of this number, from 1: all of its bytes. Raises Broken where it cannot be read."""
        if not 0 < number <= self.count:
            raise Broken
        if number in self._log:
            data = self._read(1, self._log[number], self.size)
        else:
            data = self._read(0, (number - 1) * self.size, self.size)
        if len(data) < self.size:
            raise Broken
        return data

    def kind(self, number: int) -> int:
        """The type of a b-tree page; Broken where it is none."""
        data = self.page(number)
        kind = data[_HEADER if number == 1 else 0]
        if kind not in _KINDS:
            raise Broken
        return kind

    def children(self, number: int) -> list[int]:
        """The pages beneath an interior page of a table, in the order of their rows."""
        data, begin = self._begin(number, TABLE_INTERIOR)
        found = [unpack_from(">I", data, at)[0] for at in self._cells(data, begin, 12)]
        return [*found, unpack_from(">I", data, begin + 8)[0]]

    def rows(self, number: int) -> Iterator[tuple[int, list[Value]] | None]:
        """The rows of a leaf page of a table, each with its rowid; None for one that is broken."""
        data, begin = self._begin(number, TABLE_LEAF)
        for at in self._cells(data, begin, 8):
            try:
                length, at = _varint(data, at)
                rowid, at = _varint(data, at)
                yield rowid - (1 << 64) * (rowid >> 63), _record(self._payload(data, at, length))
            except Broken:
                yield None

    def free(self) -> set[int] | None:
        """The pages that are in no use; what is left in them was deleted. None where it is not known which."""
        found: set[int] = set()
        try:
            trunk, count = unpack_from(">II", self.page(1), 32)
            while trunk:
                data = self.page(trunk)
                if trunk in found:
                    return None
                found.add(trunk)
                trunk, leaves = unpack_from(">II", data)
                if leaves > self.size // 4 - 2:
                    return None
                found.update(unpack_from(f">{leaves}I", data, 8))
        except Broken:
            return None
        return found if len(found) == count else None

    def _page_size(self, length: int) -> int:
        header = self._read(0, 0, _HEADER).ljust(_HEADER, b"\0")
        [told] = unpack_from(">H", header, 16)
        told = 65536 if told == 1 else told
        if told < 512 or told & (told - 1):
            return _USUAL
        return max((_USUAL, told), key=lambda size: self._likely(size, length))

    def _likely(self, size: int, length: int) -> int:
        """How many of the first pages begin as one does, if they are of this size."""
        places = range(size, min(length, size * _SAMPLED), size)
        return sum(1 for at in places if self._read(0, at, 1)[:1] in map(bytes, ([kind] for kind in _KINDS)))

    def _read(self, file: int, at: int, length: int) -> bytes:
        try:
            os.lseek(self._files[file], at, os.SEEK_SET)
            return os.read(self._files[file], length)
        except OSError:  # a medium that cannot be read there
            return b""

    def _begin(self, number: int, kind: int) -> tuple[bytes, int]:
        if self.kind(number) != kind:
            raise Broken
        return self.page(number), _HEADER if number == 1 else 0

    def _cells(self, data: bytes, begin: int, header: int) -> list[int]:
        [count] = unpack_from(">H", data, begin + 3)
        first = begin + header
        if first + 2 * count > self.size:
            raise Broken
        return [at for at in unpack_from(f">{count}H", data, first) if first + 2 * count <= at <= self.size - 4]

    def _payload(self, data: bytes, at: int, length: int) -> bytes:
        """What a cell of a table's leaf holds, in the page and in those where it flows over."""
        most = self.size - 35
        if length <= most:
            return data[at : at + length]
        if length > self.count * self.size:
            raise Broken
        least = (self.size - 12) * 32 // 255 - 23
        local = least + (length - least) % (self.size - 4)
        local = local if local <= most else least
        parts = [data[at : at + local]]
        if len(data) < at + local + 4:
            raise Broken
        [following] = unpack_from(">I", data, at + local)
        left, seen = length - local, set[int]()
        while left > 0:
            if following in seen:
                raise Broken
            seen.add(following)
            page = self.page(following)
            [following] = unpack_from(">I", page)
            parts.append(page[4 : 4 + left])
            left -= self.size - 4
        return b"".join(parts)

    def _read_log(self, length: int) -> None:
        """Know where the log has newer pages: of its frames those that are whole, up to the last that ends a
        transaction."""
        header = self._read(1, 0, 32)
        if len(header) < 32:
            return
        magic, _version, size, _sequence, *salts = unpack(">IIII8s8s", header)
        if magic not in _WAL_MAGIC or size != self.size:
            return
        order = ">" if magic & 1 else "<"
        sums = _sums(order, header[:24], (0, 0))
        pending: dict[int, int] = {}
        for at in range(32, length - 24, size + 24):
            frame = self._read(1, at, size + 24)
            if frame[8:16] != salts[0]:
                return
            if len(frame) < size + 24:
                self.torn = True
                return
            sums = _sums(order, frame[24:], _sums(order, frame[:8], sums))
            number, committed, *told = unpack_from(">II8xII", frame)
            self.torn = tuple(told) != sums or not committed
            if tuple(told) != sums:
                return
            pending[number] = at + 24
            if committed:
                self._log.update(pending)
                self.count = max(self.count, committed)
                pending.clear()


def _sums(order: str, data: bytes, sums: tuple[int, int]) -> tuple[int, int]:
    """The checksum of a log goes on over these bytes."""
    one, other = sums
    words = unpack(f"{order}{len(data) // 4}I", data)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        one = (one + even + other) & 0xFFFFFFFF
        other = (other + odd + one) & 0xFFFFFFFF
    return one, other


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes, and where it ends."""
    value = 0
    for place, byte in enumerate(data[at : at + 9]):
        if place == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + place + 1
    raise Broken


def _record(payload: bytes) -> list[Value]:
    """The values of a row."""
    end, at = _varint(payload, 0)
    if end > len(payload):
        raise Broken
    kinds = []
    while at < end:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    values: list[Value] = []
    for kind in kinds:
        length = (kind - 12) // 2 if kind >= 12 else _FIXED.get(kind, 0)
        part = payload[at : at + length]
        if len(part) < length or kind in (10, 11):
            raise Broken
        values.append(_value(kind, part))
        at += length
    if at != len(payload):
        raise Broken
    return values


def _value(kind: int, part: bytes) -> Value:
    if kind == 0:
        return None
    if kind in (8, 9):
        return kind - 8
    if kind == 7:
        return float(unpack(">d", part)[0])
    if kind < 12:
        return int.from_bytes(part, "big", signed=True)
    if kind % 2 == 0:
        return part
    try:
        return part.decode()
    except UnicodeDecodeError as error:
        raise Broken from error
