"""A copy of a corpus file as it is at one moment, while it is in use: by SQLite's backup API
(https://www.sqlite.org/backup.html), page by page, and not in the way of whoever writes meanwhile."""

import os
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing
from os import link
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Semaphore, Thread, main_thread
from typing import Final
from uuid import uuid4

from msgspec import Struct

from annotator.file_ops import discard_file, rename_file
from annotator.i18n import _
from annotator.paths import refused_name
from annotator.store import safe_connection, sqlite_errors, verification
from annotator.store.errors import CorpusError, ExistingCorpus, MissingCorpus
from annotator.store.uri import sqlite_uri

_PAGES: Final = 1000  # four megabytes at once: some milliseconds, after which it can be stopped
_PATIENCE: Final = 0.1  # seconds between two looks whether the program ends meanwhile
_FLUSHED: Final = 4  # times as many are brought to the disk at once, so that a tag's own write never waits for more


class _Stopped(Exception):
    """Nobody wants the copy any more."""


class _End(Struct):
    """How the copying ended."""

    error: Exception | None = None


def copy(path: Path, target: Path) -> Generator[tuple[int, int], None, int]:
    """Copy the corpus at `path` to `target`, where there must be no file yet; its bytes.

    Yields how many of how many pages are copied; closed before its end, it leaves nothing. What others write meanwhile
    is not in it. It is made beside its place under another name, checked (see `check_copy`), brought to the disk
    and only then moved there. Raises ExistingCorpus, MissingCorpus, Damaged, CorpusError.
    """
    if refusal := refused_name(target):
        raise CorpusError(refusal)
    if target.exists():
        raise ExistingCorpus(_("“{path}” is there already.").format(path=target))
    folder = target.absolute().parent
    if not folder.is_dir():
        raise MissingCorpus(_("There is no folder “{folder}”.").format(folder=folder))
    making = target.with_name(f".{uuid4().hex}.part")
    try:
        yield from transfer(lambda: safe_connection.connect_readonly(path), lambda: _new(making), target, making)
        return _finish(path, making, target)
    finally:
        discard_file(making)


def copy_open(path: Path, copy_into: Callable[[sqlite3.Connection], None], target: Path) -> None:
    """Copy all that an open connection sees to `target`, where there must be no file yet: what it has opened may have
    no path any more. Made and checked as `copy` does it, at once. Raises CorpusError."""
    making = target.with_name(f".{uuid4().hex}.part")
    try:
        with sqlite_errors.translating_sqlite_errors(target), closing(_new(making)) as connection:
            copy_into(connection)
        _finish(path, making, target)
    finally:
        discard_file(making)


def _finish(path: Path, making: Path, target: Path) -> int:
    """Give a copy of the corpus at `path` its name once it is checked and on the disk; its bytes. Raises Damaged,
    ExistingCorpus, CorpusError."""
    verification.check_copy(path, making)
    with sqlite_errors.translating_file_errors(target):
        _flush(making)
        name_file(making, target)
        _flush(target.absolute().parent)
        return target.stat().st_size


def name_file(making: Path, path: Path) -> None:
    """Give a new file its name, unless another process was faster. Raises ExistingCorpus, OSError."""
    try:
        link(making, path)  # which a rename is not: it would take the place of what is there
    except FileExistsError as error:
        raise ExistingCorpus(_("“{path}” is there already.").format(path=path)) from error
    except OSError:  # a file system that has no links
        rename_file(making, path)


def transfer(
    source: Callable[[], sqlite3.Connection],
    into: Callable[[], sqlite3.Connection],
    said: Path,
    flushed: Path | None = None,
    check: Callable[[], None] = lambda: None,
    most: int | None = None,
) -> Generator[tuple[int, int], None, None]:
    """Make the database `into` what `source` is, in one transaction of its own; yields how far it is.

    Both are made in the thread that uses them: Python's `backup` keeps the thread that calls it until it is done.
    `said` is the file that an error is about; `flushed` one that is brought to the disk as it grows. `check` is called
    in that thread once nobody else can write to `into` any more; what it raises ends the transaction, if there are more
    pages than `most`: so many are written at once.
    """
    told: SimpleQueue[tuple[int, int] | _End] = SimpleQueue()
    stop, go = Event(), Semaphore(0)
    is_checked = False

    def progress(status: int, remaining: int, total: int) -> None:
        nonlocal is_checked
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):  # for as long as a connection waits, already
            locked = sqlite3.OperationalError("database is locked")
            locked.sqlite_errorname = "SQLITE_BUSY"
            raise locked
        if not is_checked:
            check()
            is_checked = True
        done = total - remaining
        if flushed and done // _PAGES % _FLUSHED == 0:
            _flush(flushed)
        if remaining:  # else all is written already, and cannot be stopped any more
            told.put((done, total))
            while not go.acquire(timeout=_PATIENCE):
                if not main_thread().is_alive():  # the interpreter waits for this thread before it closes the generator
                    raise _Stopped
        if stop.is_set():
            raise _Stopped

    def work() -> None:
        connections = []
        try:
            connections.append(source())
            connections.append(into())
            one, other = connections
            one.execute("BEGIN")  # all its pages are of the moment of this read, and no write begins it anew
            one.execute("PRAGMA user_version").fetchone()
            one.backup(other, pages=min(_PAGES, most or _PAGES), progress=progress)
            told.put(_End())
        except Exception as error:
            told.put(_End(error))
        finally:
            for connection in connections:
                connection.close()

    thread = Thread(target=work, name="copy")
    thread.start()
    try:
        while not isinstance(step := told.get(), _End):
            yield step
            go.release()
        if step.error:
            with sqlite_errors.translating_sqlite_errors(said), sqlite_errors.translating_file_errors(said):
                raise step.error
    finally:
        stop.set()
        go.release()
        thread.join()


def _new(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(sqlite_uri(path.absolute(), "mode=rwc"), uri=True, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = OFF")  # nobody sees it before it is whole
        connection.execute("PRAGMA synchronous = OFF")
    except BaseException:
        connection.close()
        raise
    return connection


def _flush(path: Path) -> None:
    """Bring the file, or the names in a folder, to the disk. Where folders cannot be opened, the names are there."""
    try:
        handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    except PermissionError:
        if path.is_dir():
            return
        raise
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
