"""The connections of this process to corpus files, in all of its threads.

A corpus is closed when nothing of this process has its file open any more. Whoever closes last writes what the log
holds into the file, and that must not happen after somebody was told that the corpus is closed.
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

Identity: TypeAlias = tuple[int, int]
"""The device and the inode of a file, which tell it from any other that may come to lie at its path."""

IMMUTABLE: Final = "immutable=1"
"""The part of a mode with which SQLite reads a file without its log, and leaves nothing beside it."""
_log = logging.getLogger(__name__)
_STEP: Final = 0.02
"""Seconds from one interruption to the next: a thread may begin another statement meanwhile."""
PATIENCE: Final = 10.0
"""Seconds to wait for other threads; each statement of theirs is interrupted."""


class Handle(sqlite3.Connection):
    """A connection that lets go of the file when `close` returns, even where a cursor has rows left: SQLite itself
    keeps the file open until the last statement is finalized, and a traceback may hold one."""

    def __init__(self, *args: Any, path: Path, **keywords: Any) -> None:
        self.path = path
        """Of the file, links resolved."""
        self.identity: Identity | None = None
        self.thread = threading.get_ident()
        self.is_awaited = True
        """Whether `wait_until_closed` is to wait for it: not for one that its owner closes in time."""
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()
        with _lock:
            _handles.add(self)  # before the file is open: whoever closes it meanwhile waits for this one too
        try:
            super().__init__(*args, **keywords)
        except BaseException:
            self._forget()
            raise

    def cursor(self, factory: Any = sqlite3.Cursor) -> Any:
        cursor = super().cursor(factory)
        self._cursors.add(cursor)
        return cursor

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Execute one statement on a cursor of its own. (sqlite3's makes one without asking `cursor`.)"""
        cursor: sqlite3.Cursor = self.cursor()
        return cursor.execute(sql, parameters)

    def close(self) -> None:
        for cursor in list(self._cursors):
            cursor.close()
        super().close()
        self._forget()

    def _forget(self) -> None:
        with _lock:
            _handles.discard(self)


_connecting: Final = threading.Lock()
_lock: Final = threading.Lock()
_handles: Final[WeakSet[Handle]] = WeakSet()


def connect(path: Path, mode: str, **keywords: Any) -> Handle:
    """Connect to the file at `path`; `mode` is the query of the URI. Raises sqlite3.Error: as for a locked file where
    the log beside it serves another one (see `locks`)."""
    # What `factory` says is not as it is: any function that returns a connection will do.
    factory: Any = partial(Handle, path=resolve_path(path))
    with _connecting:
        found = None if is_immutable(mode) else identity(path)
        is_first = found and not _is_ours(path)
        handle: Handle = sqlite3.connect(sqlite_uri(path.absolute(), mode), uri=True, factory=factory, **keywords)
        # The file is open, its log is not before the first read: whatever comes to lie there, the two belong together.
        if is_first and (identity(path) != found or locks.is_log_of_another(path)):
            handle.close()
            _log.warning("the log beside %s is in use for another file", path)
            locked = sqlite3.OperationalError("database is locked")
            locked.sqlite_errorname = "SQLITE_BUSY"
            raise locked
        handle.identity = found
    return handle


def is_immutable(mode: str) -> bool:
    """Return whether a connection of this mode has nothing to do with the log of the file."""
    return IMMUTABLE in mode


def identity(path: Path) -> Identity | None:
    """Return what tells the file at `path` from any other; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _is_ours(path: Path) -> bool:
    """Return whether this process has the file at `path`, or its log, open."""
    resolved, found = resolve_path(path), identity(path)
    with _lock:
        return any(handle.identity and (handle.path == resolved or handle.identity == found) for handle in _handles)


def is_displaced(path: Path) -> bool:
    """Return whether another file lies at `path` than one that this process has open there.

    SQLite finds the log of a file by its name: the new file, opened while the log of the old one lies beside it, would
    be read through that log and written over from it (https://sqlite.org/howtocorrupt.html#_mispairing).
    """
    resolved = resolve_path(path)
    with _lock:
        opened = {handle.identity for handle in _handles if handle.path == resolved and handle.identity}
    return bool(opened) and identity(path) not in opened


def interrupt(path: Path) -> bool:
    """Interrupt what other threads do with the file at `path`; return whether any has it open."""
    path, here = resolve_path(path), threading.get_ident()
    with _lock:
        others = [handle for handle in _handles if handle.is_awaited and handle.path == path and handle.thread != here]
    for handle in others:
        try:
            handle.interrupt()
        except sqlite3.ProgrammingError:  # it was closed meanwhile
            continue
    return bool(others)


def interrupt_until(path: Path, has_ended: Callable[[float], object], patience: float = PATIENCE) -> bool:
    """Interrupt what other threads do with the file at `path` until `has_ended`, which waits for so many seconds, is
    true; return whether it is. It is not where `patience` seconds were not enough."""
    end = time.monotonic() + patience
    while not has_ended(_STEP):
        if time.monotonic() > end:
            _log.warning("a thread does not let go of %s", path)
            return False
        interrupt(path)
    return True


def wait_until_closed(path: Path, patience: float = PATIENCE) -> bool:
    """Wait until no other thread has the file at `path` open; return whether none has. What they do is interrupted."""

    def has_ended(seconds: float) -> bool:
        if not interrupt(path):
            return True
        time.sleep(seconds)
        return False

    return interrupt_until(path, has_ended, patience)
