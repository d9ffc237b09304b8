"""store/recovery/page_reader.py beside SQLite itself: what one writes, the other reads the same."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from annotator.store.recovery.page_reader import TABLE_INTERIOR, Broken, Pages, Value

SIZES = (512, 1024, 4096)
"""Bytes of a page."""
NUMBERS = [
    0,
    1,
    2,
    *(sign * ((1 << bits) + more) for bits in (7, 15, 23, 31, 47, 62) for sign in (1, -1) for more in (-1, 0, 1)),
]
ROWIDS = [-(1 << 63), -1, 0, *((1 << bits) + more for bits in range(7, 63, 7) for more in (-1, 0)), (1 << 63) - 1]
"""Numbers of each length that a rowid may have, from one byte to nine."""


@pytest.fixture
def made(tmp_path: Path) -> Callable[[int], sqlite3.Connection]:
    """Make a file with pages of so many bytes, and one table `t` of one column without a type."""

    def make(size: int) -> sqlite3.Connection:
        conn = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
        conn.execute(f"PRAGMA page_size = {size}")
        conn.execute("CREATE TABLE t (v)")
        return conn

    return make


def path_of(conn: sqlite3.Connection) -> Path:
    return Path(conn.execute("PRAGMA database_list").fetchone()[2])


def copied(conn: sqlite3.Connection, name: str = "copy.db") -> Path:
    """Copy the file and its log: no connection may have a file open that Pages reads."""
    path = path_of(conn)
    for end in ("", "-wal"):
        if path.with_name(path.name + end).exists():
            shutil.copyfile(path.with_name(path.name + end), path.with_name(name + end))
    return path.with_name(name)


def leaves(pages: Pages, number: int) -> Iterator[int]:
    if pages.kind(number) == TABLE_INTERIOR:
        for child in pages.children(number):
            yield from leaves(pages, child)
    else:
        yield number


def read(path: Path, root: int = 2) -> list[tuple[int, list[Value]] | None]:
    with closing(Pages(path)) as pages:
        return [row for leaf in leaves(pages, root) for row in pages.rows(leaf)]


def expected(conn: sqlite3.Connection) -> list[tuple[int, list[Value]]]:
    return [(rowid, [value]) for rowid, value in conn.execute("SELECT rowid, v FROM t ORDER BY rowid")]


@pytest.mark.parametrize("size", SIZES)
def test_values_of_every_type_and_length_are_read_as_sqlite_wrote_them(
    made: Callable[[int], sqlite3.Connection], size: int
) -> None:
    with closing(made(size)) as conn:
        values: list[Value] = [None, *NUMBERS, 0.5, -1e300, "", "وزارة", b"", b"\x00\xff"]
        conn.executemany("INSERT INTO t VALUES (?)", [(value,) for value in values])
        found = read(copied(conn))
        assert found == expected(conn)
        assert [row and type(row[1][0]) for row in found] == [type(value) for value in values]


def test_rowids_of_every_length_are_read_the_negative_ones_too(made: Callable[[int], sqlite3.Connection]) -> None:
    with closing(made(512)) as conn:
        conn.executemany("INSERT INTO t (rowid, v) VALUES (?, ?)", [(rowid, str(rowid)) for rowid in ROWIDS])
        assert read(copied(conn)) == expected(conn)
        assert len(expected(conn)) == len(ROWIDS)


@pytest.mark.parametrize("size", SIZES)
def test_a_row_of_any_length_is_read_from_its_page_and_from_those_it_flows_over_to(
    made: Callable[[int], sqlite3.Connection], size: int
) -> None:
    least, most, page = (size - 12) * 32 // 255 - 23, size - 35, size - 4
    lengths = {
        length + more
        for length in (0, 127, least, most, page, most + page, least + page, least + 2 * page, 3 * page)
        for more in range(-6, 7)
        if length + more >= 0
    }
    with closing(made(size)) as conn:
        rows = [(bytes([length % 251]) * length,) for length in sorted(lengths)]
        conn.executemany("INSERT INTO t VALUES (?)", rows)
        assert read(copied(conn)) == expected(conn)


def test_a_row_that_flows_over_to_where_it_has_been_is_broken(made: Callable[[int], sqlite3.Connection]) -> None:
    with closing(made(1024)) as conn:
        conn.execute("INSERT INTO t VALUES (?)", (b"x" * 5000,))
        path = copied(conn)
    data = bytearray(path.read_bytes())
    assert data[3 * 1024 : 3 * 1024 + 4] == (5).to_bytes(4, "big")  # page 4 goes on in page 5
    data[3 * 1024 : 3 * 1024 + 4] = (3).to_bytes(4, "big")
    path.write_bytes(data)
    assert read(path) == [None]


@pytest.mark.parametrize("size", SIZES)
def test_pages_in_no_use_are_those_that_were_deleted(made: Callable[[int], sqlite3.Connection], size: int) -> None:
    with closing(made(size)) as conn:
        with closing(Pages(copied(conn, "before.db"))) as pages:
            assert pages.free() == set()
            used = pages.count
        # More pages than one trunk of the list has room for, at 512 bytes.
        conn.executemany("INSERT INTO t VALUES (?)", [(b"x" * size,) for _ in range(200)])
        conn.execute("DELETE FROM t")
        with closing(Pages(copied(conn))) as pages:
            free = pages.free()
            assert free == set(range(used + 1, pages.count + 1))
            assert len(free) == conn.execute("PRAGMA freelist_count").fetchone()[0] > 200


def test_the_log_is_read_over_the_file_up_to_its_last_whole_transaction(
    made: Callable[[int], sqlite3.Connection],
) -> None:
    with closing(made(1024)) as conn:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("PRAGMA wal_autocheckpoint = 0")
        conn.execute("PRAGMA cache_size = 5")  # what is not committed yet goes to the log
        states = []
        for number in range(4):
            conn.executemany("INSERT INTO t VALUES (?)", [(f"{number} {'ن' * 300}",) for _ in range(20)])
            states.append((expected(conn), path_of(conn).with_name("a.db-wal").stat().st_size))
        assert read(copied(conn)) == states[-1][0]
        log = path_of(conn).with_name("copy.db-wal")
        whole = log.read_bytes()
        for wanted, end in states[1:]:
            for cut, torn in ((0, False), (25, True), (1047, True), (1048, True), (1048 + 500, True)):
                if end + cut > len(whole):
                    continue
                log.write_bytes(whole[: end + cut])
                with closing(Pages(path_of(conn).with_name("copy.db"))) as pages:
                    assert [row for leaf in leaves(pages, 2) for row in pages.rows(leaf)][: len(wanted)] == wanted
                    assert pages.torn == torn, (end, cut)


def test_a_log_that_was_begun_anew_is_read_to_where_the_older_writes_begin(
    made: Callable[[int], sqlite3.Connection],
) -> None:
    with closing(made(1024)) as conn:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.executemany("INSERT INTO t VALUES (?)", [("ن" * 300,) for _ in range(40)])
        conn.execute("PRAGMA wal_checkpoint(RESTART)")
        conn.execute("UPDATE t SET v = 'new' WHERE rowid = 1")
        assert path_of(conn).with_name("a.db-wal").stat().st_size > 20 * 1048
        with closing(Pages(copied(conn))) as pages:
            assert not pages.torn
        assert read(copied(conn)) == expected(conn)


def test_a_page_that_there_is_not_and_a_cell_past_the_end_are_broken(made: Callable[[int], sqlite3.Connection]) -> None:
    with closing(made(1024)) as conn:
        conn.executemany("INSERT INTO t VALUES (?)", [(number,) for number in range(5)])
        path = copied(conn)
    with closing(Pages(path)) as pages:
        for number in (-1, 0, pages.count + 1):
            with pytest.raises(Broken):
                pages.page(number)
        assert len(pages.page(pages.count)) == pages.size == 1024
    data = bytearray(path.read_bytes())
    for wrong in (1024 - 2, 1024 - 3, 1024 + 2, 8 + 2 * 5 - 1):  # past the end, or among the places of the cells
        data[1024 + 8 + 2 * 2 : 1024 + 8 + 2 * 2 + 2] = wrong.to_bytes(2, "big")  # the place of the third cell
        path.write_bytes(data)
        assert read(path) == [(number + 1, [number]) for number in (0, 1, 3, 4)]
