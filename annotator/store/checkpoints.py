"""Checkpoints of the write-ahead log while the corpus is idle, so that the file alone holds everything.

SQLite appends each commit to a log beside the file (`NAME-wal`) and moves it into the file now and then. Meanwhile a
copy of the file lacks the last steps, and a file that replaces it gets a foreign log
(https://sqlite.org/howtocorrupt.html#_mispairing). An empty log does no harm. See
docs/adr/0013-everything-in-one-file-at-rest.md.
"""

import logging
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import Final, TypeAlias

from annotator.store import database_files
from annotator.store.connections import READ_WRITE, connect
from annotator.store.errors import CorpusError, LockedCorpus, translating_sqlite_errors
from annotator.store.sqlite_library import Database

_log = logging.getLogger(__name__)
_IDLE_TIME: Final = 0.25  # seconds without a write, then the corpus is idle
_TIMEOUT: Final = 5.0  # seconds within which any checkpoint ends

_LogState: TypeAlias = tuple[int, int]
"""A log's size (bytes) and modification time (ns), which each commit changes."""


class Checkpointer:
    """A thread with its own connection that checkpoints the log until closed; no keystroke waits for it.

    It is no task of the window's TaskRunner, whose tasks end. This one lasts as long as the file is open, for its
    connection must (see `_run`), and it looks at the log four times a second: were that done by a timer of the window,
    the window would stop with a disk that does not answer.

    It calls `report` with itself and, once each, an error that keeps the last steps out of the file, or None when the
    file is complete again.
    """

    def __init__(self, path: Path, report: Callable[["Checkpointer", CorpusError | None], None]) -> None:
        self._path, self._report = path, report
        self._wal_path = database_files.wal_path(path)
        self._problem = ""
        self._stop = Event()
        self._thread = Thread(target=self._run, name="checkpoints", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the thread and close its connection."""
        self._stop.set()
        self._thread.join(_TIMEOUT)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with (
                    translating_sqlite_errors(self._path),
                    # Not awaited, since `close` ends it before the corpus is closed.
                    closing(connect(self._path, READ_WRITE, readonly=False, is_awaited=False)) as db,
                ):
                    db.execute("PRAGMA busy_timeout = 0")
                    # Stays open: later, another file may lie beside this one's log.
                    self._checkpoint_when_idle(db)
            except CorpusError as error:  # for example too many open files: retry later
                self._report_problem(error)
                self._stop.wait(_TIMEOUT)

    def _checkpoint_when_idle(self, db: Database) -> None:
        self._report_problem(None)
        previous: _LogState | None = None
        while not self._stop.wait(_IDLE_TIME):
            state = self._read_log_state()
            if state and state == previous:
                try:
                    with translating_sqlite_errors(self._path):
                        is_empty = _truncate_log(db)
                except LockedCorpus:  # a writer, or a reader of an older snapshot: retry later
                    continue
                except CorpusError as error:
                    self._report_problem(error)
                    continue
                if is_empty:
                    self._report_problem(None)
            previous = state

    def _read_log_state(self) -> _LogState | None:
        """Return the state of the log; None if it is empty or missing."""
        try:
            status = self._wal_path.stat()
        except OSError:
            return None
        return (status.st_size, status.st_mtime_ns) if status.st_size else None

    def _report_problem(self, error: CorpusError | None) -> None:
        problem = str(error or "")
        if problem != self._problem:
            self._problem = problem
            if error:
                _log.warning("the last steps are not yet in the file", exc_info=error)
            self._report(self, error)


def _truncate_log(db: Database) -> bool:
    """Move the log into the file and truncate it; return whether it is empty. Raises sqlite3.Error.

    The passive checkpoint works while others write; the second blocks them only briefly
    (https://www.sqlite.org/pragma.html#pragma_wal_checkpoint).
    """
    _busy, pages, checkpointed = db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    if pages != checkpointed:
        return False
    busy, _pages, _checkpointed = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy
