"""Tests that the page reader reads the same as SQLite."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from operator import itemgetter
from pathlib import Path
from struct import iter_unpack, pack, unpack_from

import pytest

from annotator.store.recovery.page_reader import TABLE_INTERIOR, TABLE_LEAF, CorruptPage, PageReader, Value

SIZES = (512, 1024, 4096)
"""Page sizes in bytes."""
NUMBERS = [
    0,
    1,
    2,
    *(sign * ((1 << bits) + more) for bits in (7, 15, 23, 31, 47, 62) for sign in (1, -1) for more in (-1, 0, 1)),
]
ROWIDS = [-(1 << 63), -1, 0, *((1 << bits) + more for bits in range(7, 63, 7) for more in (-1, 0)), (1 << 63) - 1]
"""Rowids of each encoded length, from one to nine bytes."""


@pytest.fixture
def create_database(tmp_path: Path) -> Callable[[int], sqlite3.Connection]:
    """Return a function that creates a file with a page size and a table `t` with one untyped column."""

    def make(size: int) -> sqlite3.Connection:
        conn = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
        conn.execute(f"PRAGMA page_size = {size}")
        conn.execute("CREATE TABLE t (v)")
        return conn

    return make


def path_of(conn: sqlite3.Connection) -> Path:
    return Path(conn.execute("PRAGMA database_list").fetchone()[2])


def copied(conn: sqlite3.Connection, name: str = "copy.db") -> Path:
    """Copy the file and its log, because no connection may have a file open that PageReader reads."""
    path = path_of(conn)
    for suffix in ("", "-wal"):
        if path.with_name(path.name + suffix).exists():
            shutil.copyfile(path.with_name(path.name + suffix), path.with_name(name + suffix))
    return path.with_name(name)


def leaves(pages: PageReader, number: int) -> Iterator[int]:
    if pages.read_page_type(number) == TABLE_INTERIOR:
        for child in pages.read_children(number):
            yield from leaves(pages, child)
    else:
        yield number


def read(path: Path, root: int = 2) -> list[tuple[int, list[Value]] | None]:
    with closing(PageReader(path)) as pages:
        return [row for leaf in leaves(pages, root) for row in pages.read_rows(leaf)]


def expected(conn: sqlite3.Connection) -> list[tuple[int, list[Value]]]:
    return [(rowid, [value]) for rowid, value in conn.execute("SELECT rowid, v FROM t ORDER BY rowid")]


@pytest.mark.parametrize("size", SIZES)
def test_values_of_every_type_and_length_are_read(
    create_database: Callable[[int], sqlite3.Connection], size: int
) -> None:
    with closing(create_database(size)) as conn:
        values: list[Value] = [None, *NUMBERS, 0.5, -1e300, "", "وزارة", b"", b"\x00\xff"]
        conn.executemany("INSERT INTO t VALUES (?)", [(value,) for value in values])
        rows = read(copied(conn))
        assert rows == expected(conn)
        assert [row and type(row[1][0]) for row in rows] == [type(value) for value in values]


def test_rowids_of_every_length_are_read_including_negative_ones(
    create_database: Callable[[int], sqlite3.Connection],
) -> None:
    with closing(create_database(512)) as conn:
        conn.executemany("INSERT INTO t (rowid, v) VALUES (?, ?)", [(rowid, str(rowid)) for rowid in ROWIDS])
        assert read(copied(conn)) == expected(conn)
        assert len(expected(conn)) == len(ROWIDS)


@pytest.mark.parametrize("size", SIZES)
def test_row_of_any_length_is_read_with_its_overflow_pages(
    create_database: Callable[[int], sqlite3.Connection], size: int
) -> None:
    min_local, max_local, page = (size - 12) * 32 // 255 - 23, size - 35, size - 4
    lengths = {
        length + delta
        for length in (
            0,
            127,
            min_local,
            max_local,
            page,
            max_local + page,
            min_local + page,
            min_local + 2 * page,
            3 * page,
        )
        for delta in range(-6, 7)
        if length + delta >= 0
    }
    with closing(create_database(size)) as conn:
        rows = [(bytes([length % 251]) * length,) for length in sorted(lengths)]
        conn.executemany("INSERT INTO t VALUES (?)", rows)
        assert read(copied(conn)) == expected(conn)


@pytest.mark.parametrize("size", SIZES)
def test_entries_of_an_index_are_read_with_their_rowids(
    create_database: Callable[[int], sqlite3.Connection], size: int
) -> None:
    with closing(create_database(size)) as conn:
        conn.execute("CREATE INDEX i ON t (v)")
        values = [*range(400), *(f"{number:032x}" for number in range(400)), "long" * size]
        conn.executemany("INSERT INTO t VALUES (?)", [(value,) for value in values])
        [(root,)] = conn.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'i'")
        entries, numbers = [], [root]
        with closing(PageReader(copied(conn))) as pages:
            while numbers:
                children, page_entries = pages.read_index_page(numbers.pop())
                numbers += children
                entries += page_entries
            with pytest.raises(CorruptPage):
                pages.read_index_page(2)  # of the table
        short = "SELECT v, rowid FROM t WHERE length(v) < 40 ORDER BY rowid"  # no overflow page
        assert sorted(map(tuple, entries), key=itemgetter(1)) == conn.execute(short).fetchall()


def test_cycle_of_overflow_pages_is_corrupt(create_database: Callable[[int], sqlite3.Connection]) -> None:
    with closing(create_database(1024)) as conn:
        conn.execute("INSERT INTO t VALUES (?)", (b"x" * 5000,))
        path = copied(conn)
    data = bytearray(path.read_bytes())
    assert data[3 * 1024 : 3 * 1024 + 4] == (5).to_bytes(4, "big")  # page 4 continues on page 5
    data[3 * 1024 : 3 * 1024 + 4] = (3).to_bytes(4, "big")
    path.write_bytes(data)
    assert read(path) == [None]


@pytest.mark.parametrize("size", SIZES)
def test_freelist_contains_the_pages_of_deleted_rows(
    create_database: Callable[[int], sqlite3.Connection], size: int
) -> None:
    with closing(create_database(size)) as conn:
        with closing(PageReader(copied(conn, "before.db"))) as pages:
            assert pages.read_freelist() == set()
            used = pages.page_count
        # More pages than one trunk page of the freelist can hold at 512 bytes.
        conn.executemany("INSERT INTO t VALUES (?)", [(b"x" * size,) for _ in range(200)])
        conn.execute("DELETE FROM t")
        with closing(PageReader(copied(conn))) as pages:
            free = pages.read_freelist()
            assert free == set(range(used + 1, pages.page_count + 1))
            assert len(free) == conn.execute("PRAGMA freelist_count").fetchone()[0] > 200


def test_log_is_read_up_to_its_last_complete_transaction(
    create_database: Callable[[int], sqlite3.Connection],
) -> None:
    with closing(create_database(1024)) as conn:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("PRAGMA wal_autocheckpoint = 0")
        conn.execute("PRAGMA cache_size = 5")  # so that uncommitted pages spill into the log
        states = []
        for number in range(4):
            conn.executemany("INSERT INTO t VALUES (?)", [(f"{number} {'ن' * 300}",) for _ in range(20)])
            states.append((expected(conn), path_of(conn).with_name("a.db-wal").stat().st_size))
        assert read(copied(conn)) == states[-1][0]
        wal = path_of(conn).with_name("copy.db-wal")
        content = wal.read_bytes()
        for expected_rows, end in states[1:]:
            for extra, is_torn in ((0, False), (25, True), (1047, True), (1048, True), (1048 + 500, True)):
                if end + extra > len(content):
                    continue
                wal.write_bytes(content[: end + extra])
                with closing(PageReader(path_of(conn).with_name("copy.db"))) as pages:
                    assert [row for leaf in leaves(pages, 2) for row in pages.read_rows(leaf)][
                        : len(expected_rows)
                    ] == expected_rows
                    assert pages.is_wal_torn == is_torn, (end, extra)


def convert_to_big_endian(wal: Path) -> None:
    """Give a log the checksums of a big-endian machine (https://sqlite.org/fileformat2.html#checksum_algorithm)."""
    data = bytearray(wal.read_bytes())
    first = second = 0

    def add(start: int, end: int) -> bytes:
        nonlocal first, second
        for even, odd in iter_unpack(">II", data[start:end]):
            first = (first + even + second) & 0xFFFFFFFF
            second = (second + odd + first) & 0xFFFFFFFF
        return pack(">II", first, second)

    data[:4] = pack(">I", 0x377F0683)
    data[24:32] = add(0, 24)
    frame_size = 24 + unpack_from(">I", data, 8)[0]
    for start in range(32, len(data), frame_size):
        add(start, start + 8)
        data[start + 16 : start + 24] = add(start + 24, start + frame_size)
    wal.write_bytes(data)


def test_log_of_a_big_endian_machine_is_read(create_database: Callable[[int], sqlite3.Connection]) -> None:
    with closing(create_database(1024)) as conn:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.executemany("INSERT INTO t VALUES (?)", [(f"{number} {'ن' * 300}",) for number in range(20)])
        copy = copied(conn)
        convert_to_big_endian(copy.with_name("copy.db-wal"))
        assert read(copy) == expected(conn)
        rows = expected(conn)
    with closing(sqlite3.connect(copy)) as big_endian:
        assert expected(big_endian) == rows  # SQLite agrees that the log is valid


def test_restarted_log_is_read_up_to_its_old_frames(
    create_database: Callable[[int], sqlite3.Connection],
) -> None:
    with closing(create_database(1024)) as conn:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.executemany("INSERT INTO t VALUES (?)", [("ن" * 300,) for _ in range(40)])
        conn.execute("PRAGMA wal_checkpoint(RESTART)")
        conn.execute("UPDATE t SET v = 'new' WHERE rowid = 1")
        assert path_of(conn).with_name("a.db-wal").stat().st_size > 20 * 1048
        with closing(PageReader(copied(conn))) as pages:
            assert not pages.is_wal_torn
        assert read(copied(conn)) == expected(conn)


def test_missing_page_and_cell_past_the_end_are_corrupt(create_database: Callable[[int], sqlite3.Connection]) -> None:
    with closing(create_database(1024)) as conn:
        conn.executemany("INSERT INTO t VALUES (?)", [(number,) for number in range(5)])
        path = copied(conn)
    with closing(PageReader(path)) as pages:
        for number in (-1, 0, pages.page_count + 1):
            with pytest.raises(CorruptPage):
                pages.read_page(number)
        assert len(pages.read_page(pages.page_count)) == pages.page_size == 1024
    data = bytearray(path.read_bytes())
    for offset in (1024 - 2, 1024 - 3, 1024 + 2, 8 + 2 * 5 - 1):  # past the end, or within the cell pointers
        data[1024 + 8 + 2 * 2 : 1024 + 8 + 2 * 2 + 2] = offset.to_bytes(2, "big")  # the pointer of the third cell
        path.write_bytes(data)
        assert read(path) == [(number + 1, [number]) for number in (0, 1, 3, 4)]


@pytest.mark.parametrize(
    "declared", [b"\x02\x00", b"\x10\x00", b"\x00\x01", b"\x03\x00"], ids=["512", "4096", "65536", "768"]
)
def test_page_size_is_that_at_which_pages_start_whatever_the_header_says(tmp_path: Path, declared: bytes) -> None:
    page = bytes([TABLE_LEAF]).ljust(512, b"\0") + b"\n".ljust(
        3584, b"\0"
    )  # a newline where a smaller page would start
    path = tmp_path / "a.db"
    path.write_bytes(page[:16] + declared + page[18:] + 40 * page)
    with closing(PageReader(path)) as pages:
        assert (pages.page_size, pages.page_count) == (4096, 41)


@pytest.mark.parametrize("size", [512, 1024, 8192, 65536])
def test_page_size_of_the_header_is_taken_if_pages_start_there(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.db"
    page = bytes([TABLE_LEAF]).ljust(size, b"\0")
    path.write_bytes(page[:16] + (size % 65535).to_bytes(2, "big") + page[18:] + 40 * page)
    with closing(PageReader(path)) as pages:
        assert (pages.page_size, pages.page_count) == (size, 41)
