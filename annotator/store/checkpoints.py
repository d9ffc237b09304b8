"""Checkpoints of the write-ahead log while the corpus is idle, so that the file alone holds everything.

SQLite appends each commit to a log beside the file (`NAME-wal`) and moves it into the file now and then. A user who
copies, mails, renames or replaces the file in between does not know about the log: the copy lacks the last steps, or
another file ends up beside a log that is not its own (https://sqlite.org/howtocorrupt.html#_mispairing). An empty log
causes neither. See docs/adr/0013-everything-in-one-file-at-rest.md.
"""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import Final, TypeAlias

from annotator.store import safe_connection, side_files, sqlite_errors
from annotator.store.errors import CorpusError, LockedCorpus

_log = logging.getLogger(__name__)
_IDLE_TIME: Final = 0.25  # seconds without a write after which the corpus is idle
_TIMEOUT: Final = 5.0  # seconds within which any checkpoint ends

_LogState: TypeAlias = tuple[int, int]
"""The size in bytes and the modification time (ns) of a log, which change with each commit."""


class Checkpointer:
    """A thread with its own connection that checkpoints the log until it is closed; no keystroke waits for it.

    `report` is called in that thread with the checkpointer and the error that keeps the last steps out of the file,
    once for each error, and with None when the file is complete again.
    """

    def __init__(self, path: Path, report: Callable[["Checkpointer", CorpusError | None], None]) -> None:
        self._path, self._report = path, report
        self._wal_path = side_files.wal_path(path)
        self._problem = ""
        self._stop = Event()
        self._thread = Thread(target=self._run, name="checkpoints", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the thread and close its connection to the file."""
        self._stop.set()
        self._thread.join(_TIMEOUT)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with (
                    sqlite_errors.translating_sqlite_errors(self._path),
                    closing(safe_connection.connect_for_checkpoint(self._path)) as connection,
                ):
                    # Stays open: later, another file may lie at the path, beside the log of this one.
                    self._checkpoint_when_idle(connection)
            except CorpusError as error:  # for example too many open files: retry later
                self._report_problem(error)
                self._stop.wait(_TIMEOUT)

    def _checkpoint_when_idle(self, connection: sqlite3.Connection) -> None:
        self._report_problem(None)
        previous: _LogState | None = None
        while not self._stop.wait(_IDLE_TIME):
            state = self._read_log_state()
            if state and state == previous:
                try:
                    with sqlite_errors.translating_sqlite_errors(self._path):
                        is_empty = _truncate_log(connection)
                except LockedCorpus:  # a writer, or a reader of an older snapshot: retry later
                    continue
                except CorpusError as error:
                    self._report_problem(error)
                    continue
                if is_empty:
                    self._report_problem(None)
            previous = state

    def _read_log_state(self) -> _LogState | None:
        """Return the state of the log, or None if it is empty or missing."""
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


def _truncate_log(connection: sqlite3.Connection) -> bool:
    """Move the log into the file and truncate it; return whether it is empty. Raises sqlite3.Error.

    The passive checkpoint does the work while others write; the second one then blocks them for a moment only.
    """
    _busy, pages, checkpointed = safe_connection.checkpoint(connection, "PASSIVE")
    if pages != checkpointed:
        return False
    busy, _pages, _checkpointed = safe_connection.checkpoint(connection, "TRUNCATE")
    return not busy
