"""Connections to corpus files: in the mode that file and folder allow, with SQLite's defences, known to this process.

A corpus is closed only when nothing here has its file open, in any thread: the last connection writes the log into the
file, never after the corpus was reported as closed.
"""

import logging
import sqlite3
import stat
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from os import W_OK, access, stat_result
from pathlib import Path
from typing import Any, Final
from weakref import WeakSet

from annotator import open_databases
from annotator.i18n import _
from annotator.open_databases import FileIdentity, file_identity, is_open_as_other, is_side_file_here
from annotator.paths import resolve_path
from annotator.store import locks, shared_memory
from annotator.store.database_files import has_pending_writes, is_in_use, side_files, sqlite_uri
from annotator.store.errors import MissingCorpus, NotACorpus, is_disk_full, translating_file_errors
from annotator.store.sqlite_library import Database

READ_WRITE: Final = "mode=rw"
READ_ONLY: Final = "mode=ro"
IMMUTABLE: Final = "mode=ro&immutable=1"
"""The mode in which SQLite ignores the log and creates no side files."""

_log = logging.getLogger(__name__)
_BUSY_TIMEOUT = 5.0  # seconds to wait for another connection's lock
_INTERRUPT_INTERVAL: Final = 0.02
"""Seconds between interruptions; a thread may start another statement meanwhile."""
TIMEOUT: Final = 10.0
"""Seconds to wait for other, interrupted threads."""
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


class TrackedConnection(sqlite3.Connection):
    """A registered connection whose file is closed after `close`, even with rows left in a cursor.

    SQLite keeps it open for any unfinalised statement, and a traceback may hold one.
    """

    def __init__(self, *args: Any, path: Path, is_awaited: bool, **keywords: Any) -> None:
        self.path = path
        """The path of the file, links resolved."""
        self.identity: FileIdentity | None = None
        self.thread = threading.get_ident()
        self.is_awaited = is_awaited
        """False if its owner closes it in time without `wait_until_closed`."""
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()
        with _lock:
            _connections.add(self)  # before the file opens, so that a concurrent close waits for it
        open_databases.register(self, path, side_files(path))
        try:
            super().__init__(*args, **keywords)
        except BaseException:
            self._unregister()
            raise

    def cursor(self, factory: Any = sqlite3.Cursor) -> Any:
        cursor = super().cursor(factory)
        self._cursors.add(cursor)
        return cursor

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Execute a statement on a new cursor; the inherited method bypasses `cursor`."""
        cursor: sqlite3.Cursor = self.cursor()
        return cursor.execute(sql, parameters)

    def close(self) -> None:
        """Close it, if it is open."""
        for cursor in list(self._cursors):
            cursor.close()
        self._cursors.clear()  # one cannot be closed again later
        super().close()
        self._unregister()

    def _unregister(self) -> None:
        open_databases.unregister(self)
        with _lock:
            _connections.discard(self)


_connecting: Final = threading.Lock()
_lock: Final = threading.Lock()
_connections: Final[WeakSet[TrackedConnection]] = WeakSet()


def connect_tracked(path: Path, mode: str, *, is_awaited: bool = True) -> TrackedConnection:
    """Connect to the file at `path`, without defences (see `connect`).

    Raises MissingCorpus if another file was there while this process opened it: SQLite finds a log by its name, so the
    new file would be read through the old one's log and overwritten from it
    (https://sqlite.org/howtocorrupt.html#_mispairing), NotACorpus for a side file of a corpus that is open here. Raises
    sqlite3.Error, SQLITE_BUSY if the log belongs to another process's file (see `locks`), or to another one here.
    """
    if is_side_file_here(path):
        message = _("“{path}” is a part of a corpus that is open: open the corpus itself.")
        raise NotACorpus(message.format(path=path))
    resolved = resolve_path(path)
    # The type stubs demand a class, but any function will do.
    factory: Any = partial(TrackedConnection, path=resolved, is_awaited=is_awaited)
    with _connecting:
        identity = None if mode == IMMUTABLE else file_identity(path)
        with _lock:
            open_files = {(connection.path, connection.identity) for connection in _connections if connection.identity}
        open_here = {open_identity for open_path, open_identity in open_files if open_path == resolved}
        if mode != IMMUTABLE and open_here and identity not in open_here:
            raise MissingCorpus(_("“{path}” was moved or deleted while it was open.").format(path=path))
        is_first = identity and not open_here and all(identity != open_identity for _path, open_identity in open_files)
        # Not even `locks` may open what belongs to a database that is open here.
        if is_first and any(is_open_as_other(side_file, resolved) for side_file in side_files(path)):
            raise _foreign_wal(path)
        connection: TrackedConnection = sqlite3.connect(
            sqlite_uri(path.absolute(), mode), uri=True, timeout=_BUSY_TIMEOUT, isolation_level=None, factory=factory
        )
        # Before the first read only the file is open, so check that its log belongs to it.
        if is_first and (file_identity(path) != identity or locks.is_foreign_wal(path)):
            connection.close()
            raise _foreign_wal(path)
        connection.identity = identity
    return connection


def _foreign_wal(path: Path) -> sqlite3.OperationalError:
    _log.warning("the log beside %s is in use for another file", path)
    locked = sqlite3.OperationalError("database is locked")
    locked.sqlite_errorname = "SQLITE_BUSY"
    return locked


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
    if is_writable(path):
        if not has_shared_memory:
            disable_wal(path)
        # Read-write for readers too, as only a writer deletes SQLite's side files at the end. On a full disk they
        # cannot be made; if there are none, nobody is writing, and the file can be read without them.
        must_be_immutable = readonly and is_disk_full(path) and not has_pending_writes(path) and not is_in_use(path)
        mode = IMMUTABLE if must_be_immutable else READ_WRITE
    elif (has_shared_memory and access(path.absolute().parent, W_OK)) or has_pending_writes(path):
        mode = READ_ONLY
    else:
        # A WAL file cannot be read without its -shm, except as immutable if nobody can write.
        mode = IMMUTABLE
    return connect(path, mode, readonly=readonly)


def prepare_writing(db: Database, *, has_shared_memory: bool) -> None:
    """Have every commit reach the disk, and keep a log if processes can share memory there. Raises sqlite3.Error."""
    if has_shared_memory:
        db.enable_wal()
        db.execute("SELECT 1 FROM sqlite_schema").fetchone()  # creates the log, which is part of the file
    db.execute("PRAGMA synchronous = FULL")


def disable_wal(path: Path) -> None:
    """Move the log into the file at `path` and switch to a rollback journal.

    That needs no shared memory, but readers and writers block one another. Without a log, nothing changes. Raises
    sqlite3.OperationalError (locked) if another process has the log open.
    """
    with closing(connect_tracked(path, READ_WRITE)) as connection:
        # Before the first read, so that the WAL index is in the memory of this process
        # (https://sqlite.org/wal.html#use_of_wal_without_shared_memory).
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = DELETE")


def connect(path: Path, mode: str, *, readonly: bool, is_awaited: bool = True) -> Database:
    """Connect to the file at `path` in this mode, so that nothing in it can run (see `connect_tracked`)."""
    connection = connect_tracked(path, mode, is_awaited=is_awaited)
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


def interrupt(path: Path) -> bool:
    """Interrupt other threads' statements on the file at `path`; return whether any has it open."""
    path, current_thread = resolve_path(path), threading.get_ident()
    with _lock:
        other_connections = [
            connection
            for connection in _connections
            if connection.is_awaited and connection.path == path and connection.thread != current_thread
        ]
    for connection in other_connections:
        try:
            connection.interrupt()
        except sqlite3.ProgrammingError:  # it was closed meanwhile
            continue
    return bool(other_connections)


def interrupt_until(path: Path, has_ended: Callable[[float], object], timeout: float = TIMEOUT) -> bool:
    """Interrupt other threads' statements on the file at `path` until `has_ended` is true.

    `has_ended` waits for the given seconds. Return False after `timeout` seconds.
    """
    end = time.monotonic() + timeout
    while not has_ended(_INTERRUPT_INTERVAL):
        if time.monotonic() > end:
            _log.warning("a thread does not release %s", path)
            return False
        interrupt(path)
    return True


def wait_until_closed(path: Path, timeout: float = TIMEOUT) -> bool:
    """Interrupt other threads until none has the file open; return False on a timeout."""

    def has_ended(seconds: float) -> bool:
        if not interrupt(path):
            return True
        time.sleep(seconds)
        return False

    return interrupt_until(path, has_ended, timeout)
