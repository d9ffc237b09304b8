"""Consistent copies of a corpus file in use.

SQLite's backup API (https://www.sqlite.org/backup.html) copies pages without blocking writers.
"""

import os
import sqlite3
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from os import link
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Semaphore, Thread, main_thread
from typing import Final

from annotator.file_ops import discard_file, rename_file
from annotator.i18n import _
from annotator.paths import explain_invalid_name, hidden_path
from annotator.store import verification
from annotator.store.connections import connect_readonly, create_database
from annotator.store.errors import (
    CorpusError,
    ExistingCorpus,
    MissingCorpus,
    translating_file_errors,
    translating_sqlite_errors,
)
from annotator.store.sqlite_library import Database

_PAGES_PER_STEP: Final = 1000  # 4 MB, some milliseconds: a copy can be cancelled between steps
_POLL_INTERVAL: Final = 0.1  # seconds between checks for the program's exit
_STEPS_PER_FSYNC: Final = 4  # limits the data that an annotator's write waits for


class _CopyCancelled(Exception):
    """The copy was cancelled."""


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Yield a hidden path beside `path`, where no file may exist, and rename the file made there to `path`.

    It is flushed to the disk first, so `path` never leads to a part; an error deletes it. Raises ExistingCorpus,
    MissingCorpus, CorpusError.
    """
    if problem := explain_invalid_name(path):
        raise CorpusError(problem)
    if path.exists():
        raise ExistingCorpus(_("“{path}” already exists.").format(path=path))
    folder = path.absolute().parent
    if not folder.is_dir():
        raise MissingCorpus(_("The folder “{folder}” does not exist.").format(folder=folder))
    temporary = hidden_path(path, "part")
    try:
        yield temporary
        with translating_file_errors(path):
            _fsync(temporary)
            rename_without_overwriting(temporary, path)
            _fsync(folder)
    finally:
        discard_file(temporary)


def copy_corpus(path: Path, target: Path) -> Generator[tuple[int, int], None, int]:
    """Copy the corpus at `path` to `target` (see `new_file`); return the size in bytes.

    Yields (pages copied, total pages); closed early, it leaves nothing behind. Writes meanwhile are not copied. The
    copy is verified (see `verify_copy`). Raises ExistingCorpus, MissingCorpus, DamagedCorpus, CorpusError.
    """
    with new_file(target) as temporary:
        yield from transfer(lambda: connect_readonly(path), lambda: _create_database(temporary), target, temporary)
        verification.verify_copy(path, temporary)
    with translating_file_errors(target):
        return target.stat().st_size


def copy_open_corpus(path: Path, copy_into: Callable[[Database], None], target: Path) -> None:
    """Copy an open connection's database like `copy_corpus`, but in one go. Raises CorpusError.

    Its file may no longer have a path.
    """
    with new_file(target) as temporary:
        with translating_sqlite_errors(target), closing(_create_database(temporary)) as copy:
            copy_into(copy)
        verification.verify_copy(path, temporary)


def rename_without_overwriting(temporary: Path, path: Path) -> None:
    """Rename a file unless another process has created the target. Raises ExistingCorpus, OSError."""
    try:
        link(temporary, path)  # unlike a rename, a link never replaces an existing file
    except FileExistsError as error:
        raise ExistingCorpus(_("“{path}” already exists.").format(path=path)) from error
    except OSError:  # a file system without links
        rename_file(temporary, path)


def transfer(
    source: Callable[[], Database],
    target: Callable[[], Database],
    path: Path,
    flushed_path: Path | None = None,
    check: Callable[[], None] = lambda: None,
    page_limit: int | None = None,
) -> Generator[tuple[int, int], None, None]:
    """Overwrite the database `target` with `source` in one transaction; yield (pages copied, total pages).

    A thread opens and uses both connections, as Python's `backup` blocks its caller. Errors name the file at `path`;
    that at `flushed_path` is flushed to the disk as it grows. The thread calls `check` once nobody else can write to
    `target`; an error in it rolls back if there are more pages than `page_limit`, the number written at once.
    """
    messages: SimpleQueue[tuple[int, int] | Exception | None] = SimpleQueue()  # the last one has no numbers
    stop, resume = Event(), Semaphore(0)
    is_checked = False

    def progress(status: int, remaining: int, total: int) -> None:
        nonlocal is_checked
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):  # after the connection's own busy timeout
            locked = sqlite3.OperationalError("database is locked")
            locked.sqlite_errorname = "SQLITE_BUSY"
            raise locked
        if not is_checked:
            check()
            is_checked = True
        copied_pages = total - remaining
        if flushed_path and copied_pages // _PAGES_PER_STEP % _STEPS_PER_FSYNC == 0:
            _fsync(flushed_path)
        if remaining:  # else all is written and cannot be cancelled
            messages.put((copied_pages, total))
            while not resume.acquire(timeout=_POLL_INTERVAL):
                if not main_thread().is_alive():  # at exit, this thread must end before the generator is closed
                    raise _CopyCancelled
        if stop.is_set():
            raise _CopyCancelled

    def work() -> None:
        pages = min(_PAGES_PER_STEP, page_limit or _PAGES_PER_STEP)
        try:
            with closing(source()) as source_db, closing(target()) as target_db:
                source_db.execute("BEGIN")  # one snapshot, so that no write restarts the backup
                source_db.execute("PRAGMA user_version").fetchone()
                source_db.conn.backup(target_db.conn, pages=pages, progress=progress)
            messages.put(None)
        except Exception as error:
            messages.put(error)

    thread = Thread(target=work, name="copy")
    thread.start()
    try:
        while isinstance(message := messages.get(), tuple):
            yield message
            resume.release()
        if message:
            with translating_sqlite_errors(path), translating_file_errors(path):
                raise message
    finally:
        stop.set()
        resume.release()
        thread.join()


def _create_database(path: Path) -> Database:
    db = create_database(path)
    try:
        db.execute("PRAGMA journal_mode = OFF")  # nobody sees the file before it is complete
        db.execute("PRAGMA synchronous = OFF")
    except BaseException:
        db.close()
        raise
    return db


def _fsync(path: Path) -> None:
    """Flush a file, or a folder's entries, to the disk. Systems that cannot flush folders have flushed them already."""
    is_folder = path.is_dir()
    try:
        handle = os.open(path, os.O_RDONLY if is_folder else os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError:
        if not is_folder:
            raise
