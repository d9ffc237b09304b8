"""A registry of this process's connections to corpus files, in all threads.

A corpus is closed only when nothing here has its file open: the last connection writes the log into the file, never
after the corpus was reported as closed.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias
from weakref import WeakSet

from annotator.paths import resolve_path
from annotator.store import locks
from annotator.store.database_files import sqlite_uri

FileIdentity: TypeAlias = tuple[int, int]
"""A file's device and inode, which tell it from others at its path."""

IMMUTABLE: Final = "immutable=1"
"""The part of a mode for which SQLite ignores the log and creates no side files."""
_log = logging.getLogger(__name__)
_INTERRUPT_INTERVAL: Final = 0.02
"""Seconds between interruptions; a thread may start another statement meanwhile."""
TIMEOUT: Final = 10.0
"""Seconds to wait for other, interrupted threads."""


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
        for cursor in list(self._cursors):
            cursor.close()
        super().close()
        self._unregister()

    def _unregister(self) -> None:
        with _lock:
            _connections.discard(self)


_connecting: Final = threading.Lock()
_lock: Final = threading.Lock()
_connections: Final[WeakSet[TrackedConnection]] = WeakSet()


def connect(path: Path, mode: str, timeout: float = 5.0, *, is_awaited: bool = True) -> TrackedConnection:
    """Connect to the file at `path`; `mode` is the URI's query, `timeout` the seconds to wait for locks.

    Raises sqlite3.Error, SQLITE_BUSY if the log beside the file belongs to another (see `locks`).
    """
    # The type stubs demand a class, but any function will do.
    factory: Any = partial(TrackedConnection, path=resolve_path(path), is_awaited=is_awaited)
    with _connecting:
        current_identity = None if is_immutable(mode) else file_identity(path)
        is_first = current_identity and not _is_open_in_process(path)
        connection: TrackedConnection = sqlite3.connect(
            sqlite_uri(path.absolute(), mode), uri=True, timeout=timeout, isolation_level=None, factory=factory
        )
        # Before the first read only the file is open, so check that its log belongs to it.
        if is_first and (file_identity(path) != current_identity or locks.is_foreign_wal(path)):
            connection.close()
            _log.warning("the log beside %s is in use for another file", path)
            locked = sqlite3.OperationalError("database is locked")
            locked.sqlite_errorname = "SQLITE_BUSY"
            raise locked
        connection.identity = current_identity
    return connection


def is_immutable(mode: str) -> bool:
    """Return whether a connection with this mode ignores the file's log."""
    return IMMUTABLE in mode


def file_identity(path: Path) -> FileIdentity | None:
    """Return the file's identity, or None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_open_in_process(path: Path) -> bool:
    """Return whether this process has the file or its log open."""
    resolved, current_identity = resolve_path(path), file_identity(path)
    with _lock:
        return any(
            connection.identity and (connection.path == resolved or connection.identity == current_identity)
            for connection in _connections
        )


def is_displaced(path: Path) -> bool:
    """Return whether this process has another file open under this path than the one that is there now.

    SQLite finds a log by its name: the new file would be read through the old one's log and overwritten from it
    (https://sqlite.org/howtocorrupt.html#_mispairing).
    """
    resolved = resolve_path(path)
    with _lock:
        open_identities = {
            connection.identity for connection in _connections if connection.path == resolved and connection.identity
        }
    return bool(open_identities) and file_identity(path) not in open_identities


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
