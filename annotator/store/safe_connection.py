"""Connections with SQLite's own defences on, in the mode that the file and its folder allow."""

import sqlite3
import stat
import sys
from contextlib import closing
from os import W_OK, access, stat_result
from pathlib import Path

from annotator.i18n import _
from annotator.store import open_connections, shared_memory
from annotator.store.errors import MissingCorpus
from annotator.store.side_files import has_pending_writes, is_in_use
from annotator.store.sqlite_errors import is_disk_full, translating_file_errors
from annotator.store.sqlite_utils_import import Database

_WAIT = 5.0  # seconds for another process's lock
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 1 << 28,  # bytes of a text or a row: no article and no model comes near it
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 10,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 100_000,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 10,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
}
"""What this program's own SQL keeps far below, as https://www.sqlite.org/security.html advises."""


def connect_readonly(path: Path) -> sqlite3.Connection:
    """A connection that only reads the file at `path`, whatever it is: for a copy of it."""
    return connect_to_file(path, readonly=True, has_memory=shared_memory.is_usable(path.absolute().parent)).conn


def connect_to_checkpoint(path: Path) -> sqlite3.Connection:
    """A connection to a corpus that is open in this process already, which waits for nobody."""
    connection = connect_safely(path, "mode=rw", readonly=False).conn
    assert isinstance(connection, open_connections.Handle)
    connection.is_awaited = False  # its Checkpointer closes it before the corpus is closed
    connection.execute("PRAGMA busy_timeout = 0")
    return connection


def checkpoint(connection: sqlite3.Connection, kind: str) -> tuple[int, int, int]:
    """Return whether others were in the way, the pages in the log, and how many of them are in the file.

    https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
    """
    [row] = connection.execute(f"PRAGMA wal_checkpoint({kind})").fetchall()
    busy, pages, done = row
    return int(busy), int(pages), int(done)


def set_defensive(connection: sqlite3.Connection, on: bool) -> None:
    """Set SQLITE_DBCONFIG_DEFENSIVE, which Python 3.11 cannot."""
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, on)


def stat_file(path: Path) -> stat_result:
    """What the system says of a file that was there a moment ago. Raises MissingCorpus, CorpusError."""
    with translating_file_errors(path):
        try:
            return path.stat()
        except FileNotFoundError as gone:
            raise MissingCorpus(_("There is no file “{path}”.").format(path=path)) from gone


def is_writable(path: Path) -> bool:
    """Whether the file and its folder may be written to; a write-protected file is not, even to the superuser."""
    bits = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
    return bool(stat_file(path).st_mode & bits) and access(path, W_OK) and access(path.absolute().parent, W_OK)


def connect_to_file(path: Path, *, readonly: bool, has_memory: bool) -> Database:
    """Connect to the file at `path`; it keeps no log where its users share no memory. Raises sqlite3.Error."""
    immutable = f"mode=ro&{open_connections.IMMUTABLE}"
    if is_writable(path):
        if not has_memory:
            leave_log(path)
        # For reading too: only who may write clears the files away that SQLite puts beside this one. On a full disk it
        # cannot make them; where nobody has made them, nobody writes, and the file can be read without.
        is_stuck = readonly and is_disk_full(path) and not has_pending_writes(path) and not is_in_use(path)
        mode = immutable if is_stuck else "mode=rw"
    elif (has_memory and access(path.absolute().parent, W_OK)) or has_pending_writes(path):
        mode = "mode=ro"
    else:
        # A WAL file cannot be read without a -shm beside it, unless nobody can write: then there is no WAL to miss.
        mode = immutable
    return connect_safely(path, mode, readonly=readonly)


def lock(connection: sqlite3.Connection) -> None:
    """Keep a file without a log for this connection alone, in all of its transactions, until it is closed. Raises
    sqlite3.OperationalError: locked."""
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("BEGIN EXCLUSIVE")  # the mode alone waits for the next write
    connection.execute("COMMIT")


def leave_log(path: Path) -> None:
    """Bring what a log holds into the file at `path`, and have SQLite keep a rollback journal instead: it needs no
    shared memory, and whoever reads and whoever writes wait for one another. Nothing, where the file has no log.

    Raises sqlite3.OperationalError: locked, where another process has the log open.
    """
    with closing(open_connections.connect(path, "mode=rw", timeout=_WAIT, isolation_level=None)) as connection:
        # Before anything is read: what a log's users share is then in this process alone
        # (https://sqlite.org/wal.html#use_of_wal_without_shared_memory).
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = DELETE")


def connect_safely(path: Path, mode: str, *, readonly: bool) -> Database:
    if not open_connections.is_immutable(mode) and open_connections.is_displaced(path):
        raise MissingCorpus(_("“{path}” was moved or deleted while it was open.").format(path=path))
    connection = open_connections.connect(path, mode, timeout=_WAIT, isolation_level=None)
    try:
        _defend(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        if readonly:
            connection.execute("PRAGMA query_only = ON")
        return Database(connection, execute_plugins=False)
    except BaseException:
        connection.close()  # Windows lets nobody delete or replace a file that is open
        raise


def _defend(connection: sqlite3.Connection) -> None:
    """SQLite's own defences against a file that was made to do harm: https://www.sqlite.org/security.html.

    Python 3.12 and later can also set DEFENSIVE, which keeps SQL from breaking the file. 3.11 cannot: there, that no
    SQL is run but this program's own stands in for it, which `shape.strange` sees to. No extension is ever loaded:
    SQLite refuses to until it is told otherwise, and nothing here does.
    """
    for limit, most in _LIMITS.items():
        connection.setlimit(limit, most)
    set_defensive(connection, True)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA mmap_size = 0")
