"""A registry of the connections of this process to corpus files, in all threads.

A corpus is closed only when nothing in this process has its file open. The last connection to close writes the log
into the file, and that must not happen after the corpus was reported as closed.
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
from annotator.store.uri import sqlite_uri

FileIdentity: TypeAlias = tuple[int, int]
"""The device and inode of a file, which distinguish it from any other file at its path."""

IMMUTABLE: Final = "immutable=1"
"""The part of a mode with which SQLite ignores the log of a file and creates no side files."""
_log = logging.getLogger(__name__)
_INTERRUPT_INTERVAL: Final = 0.02
"""Seconds between two interruptions, as a thread may start another statement in between."""
TIMEOUT: Final = 10.0
"""Seconds to wait for other threads, whose statements are interrupted."""


class TrackedConnection(sqlite3.Connection):
    """A registered connection whose file is closed when `close` returns, even if a cursor has rows left.

    SQLite itself keeps the file open until the last statement is finalised, and a traceback may hold one.
    """

    def __init__(self, *args: Any, path: Path, **keywords: Any) -> None:
        self.path = path
        """The path of the file, links resolved."""
        self.identity: FileIdentity | None = None
        self.thread = threading.get_ident()
        self.is_awaited = True
        """False if its owner closes it in time, so that `wait_until_closed` need not wait for it."""
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()
        with _lock:
            _connections.add(self)  # before the file is open, so that a concurrent close waits for it
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


def connect(path: Path, mode: str, **keywords: Any) -> TrackedConnection:
    """Connect to the file at `path`; `mode` is the query part of the URI.

    Raises sqlite3.Error, SQLITE_BUSY if the log beside the file belongs to another file (see `locks`).
    """
    # The type stubs demand a class, but any function that returns a connection will do.
    factory: Any = partial(TrackedConnection, path=resolve_path(path))
    with _connecting:
        current_identity = None if is_immutable(mode) else file_identity(path)
        is_first = current_identity and not _is_open_in_process(path)
        connection: TrackedConnection = sqlite3.connect(
            sqlite_uri(path.absolute(), mode), uri=True, factory=factory, **keywords
        )
        # The file is open and its log is not before the first read, so check that the two belong together.
        if is_first and (file_identity(path) != current_identity or locks.is_foreign_wal(path)):
            connection.close()
            _log.warning("the log beside %s is in use for another file", path)
            locked = sqlite3.OperationalError("database is locked")
            locked.sqlite_errorname = "SQLITE_BUSY"
            raise locked
        connection.identity = current_identity
    return connection


def is_immutable(mode: str) -> bool:
    """Return whether a connection with this mode ignores the log of the file."""
    return IMMUTABLE in mode


def file_identity(path: Path) -> FileIdentity | None:
    """Return the identity of the file at `path`, or None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_open_in_process(path: Path) -> bool:
    """Return whether this process has the file at `path`, or its log, open."""
    resolved, current_identity = resolve_path(path), file_identity(path)
    with _lock:
        return any(
            connection.identity and (connection.path == resolved or connection.identity == current_identity)
            for connection in _connections
        )


def is_displaced(path: Path) -> bool:
    """Return whether the file at `path` is not the one that this process has open under that path.

    SQLite finds a log by the name of its file: a new file opened beside the log of the old one would be read through
    that log and overwritten from it (https://sqlite.org/howtocorrupt.html#_mispairing).
    """
    resolved = resolve_path(path)
    with _lock:
        open_identities = {
            connection.identity for connection in _connections if connection.path == resolved and connection.identity
        }
    return bool(open_identities) and file_identity(path) not in open_identities


def interrupt(path: Path) -> bool:
    """Interrupt the statements of other threads on the file at `path`; return whether any thread has it open."""
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
    """Interrupt the statements of other threads on the file at `path` until `has_ended` is true.

    `has_ended` waits for the given seconds. Return False if it is not true after `timeout` seconds.
    """
    end = time.monotonic() + timeout
    while not has_ended(_INTERRUPT_INTERVAL):
        if time.monotonic() > end:
            _log.warning("a thread does not release %s", path)
            return False
        interrupt(path)
    return True


def wait_until_closed(path: Path, timeout: float = TIMEOUT) -> bool:
    """Wait until no other thread has the file at `path` open, interrupting them; return False on a timeout."""

    def has_ended(seconds: float) -> bool:
        if not interrupt(path):
            return True
        time.sleep(seconds)
        return False

    return interrupt_until(path, has_ended, timeout)
