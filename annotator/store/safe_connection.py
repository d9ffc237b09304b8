"""Connections with SQLite's defences, in the mode that the file and folder allow."""

import sqlite3
import stat
import sys
from contextlib import closing
from os import W_OK, access, stat_result
from pathlib import Path

from annotator.i18n import _
from annotator.store import open_connections, shared_memory
from annotator.store.database_files import has_pending_writes, is_in_use, sqlite_uri
from annotator.store.errors import MissingCorpus, is_disk_full, translating_file_errors
from annotator.store.sqlite_library import Database

_BUSY_TIMEOUT = 5.0  # seconds to wait for another connection's lock
_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 1 << 28,  # bytes of a text or row
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 10,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 100_000,
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 10,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
}
"""Limits far above the program's own needs, as advised by https://www.sqlite.org/security.html."""


def connect_readonly(path: Path) -> Database:
    """Connect read-only to the file at `path`, whatever it contains, to copy it."""
    return connect_to_file(path, readonly=True, has_shared_memory=shared_memory.is_usable(path.absolute().parent))


def set_defensive(connection: sqlite3.Connection, on: bool) -> None:
    """Set SQLITE_DBCONFIG_DEFENSIVE, which needs Python 3.12."""
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, on)


def stat_file(path: Path) -> stat_result:
    """Return the status of a file that existed a moment ago. Raises MissingCorpus, CorpusError."""
    with translating_file_errors(path):
        try:
            return path.stat()
        except FileNotFoundError as error:
            raise MissingCorpus(_("The file “{path}” does not exist.").format(path=path)) from error


def is_writable(path: Path) -> bool:
    """Return whether the file and its folder are writable; a write-protected file is not, even for root."""
    bits = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH
    return bool(stat_file(path).st_mode & bits) and access(path, W_OK) and access(path.absolute().parent, W_OK)


def connect_to_file(path: Path, *, readonly: bool, has_shared_memory: bool) -> Database:
    """Connect to the file at `path`, without a log if processes cannot share memory there. Raises sqlite3.Error."""
    immutable = f"mode=ro&{open_connections.IMMUTABLE}"
    if is_writable(path):
        if not has_shared_memory:
            disable_wal(path)
        # Read-write for readers too, as only a writer deletes SQLite's side files at the end. On a full disk they
        # cannot be made; if there are none, nobody is writing, and the file can be read without them.
        must_be_immutable = readonly and is_disk_full(path) and not has_pending_writes(path) and not is_in_use(path)
        mode = immutable if must_be_immutable else "mode=rw"
    elif (has_shared_memory and access(path.absolute().parent, W_OK)) or has_pending_writes(path):
        mode = "mode=ro"
    else:
        # A WAL file cannot be read without its -shm, except as immutable if nobody can write.
        mode = immutable
    return connect_safely(path, mode, readonly=readonly)


def disable_wal(path: Path) -> None:
    """Move the log into the file at `path` and switch to a rollback journal.

    That needs no shared memory, but readers and writers block one another. Without a log, nothing changes. Raises
    sqlite3.OperationalError (locked) if another process has the log open.
    """
    with closing(open_connections.connect(path, "mode=rw", _BUSY_TIMEOUT)) as connection:
        # Before the first read, so that the WAL index is in the memory of this process
        # (https://sqlite.org/wal.html#use_of_wal_without_shared_memory).
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = DELETE")


def connect_safely(path: Path, mode: str, *, readonly: bool, is_awaited: bool = True) -> Database:
    """Open the file by a URI of this mode, such as `mode=rw`, so that nothing in it can run.

    Raises MissingCorpus if the file was moved or deleted while this process has it open.
    """
    if not open_connections.is_immutable(mode) and open_connections.is_displaced(path):
        raise MissingCorpus(_("“{path}” was moved or deleted while it was open.").format(path=path))
    connection = open_connections.connect(path, mode, _BUSY_TIMEOUT, is_awaited=is_awaited)
    try:
        _harden(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        if readonly:
            connection.execute("PRAGMA query_only = ON")
        return Database(connection, execute_plugins=False)
    except BaseException:
        connection.close()  # Windows cannot delete or replace an open file
        raise


def create_database(path: Path) -> Database:
    """Create the file at `path`, which nobody else knows yet. Raises sqlite3.Error."""
    uri = sqlite_uri(path.absolute(), "mode=rwc")
    return Database(sqlite3.connect(uri, uri=True, isolation_level=None), execute_plugins=False)


def _harden(connection: sqlite3.Connection) -> None:
    """Enable SQLite's defences against malicious files: https://www.sqlite.org/security.html.

    DEFENSIVE, which keeps SQL from corrupting the file, needs Python 3.12; on 3.11, `schema_mismatch` ensures that only
    this program's SQL runs. SQLite refuses extensions anyway.
    """
    for limit, value in _LIMITS.items():
        connection.setlimit(limit, value)
    set_defensive(connection, True)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.execute("PRAGMA mmap_size = 0")
