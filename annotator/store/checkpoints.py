"""Brings the last steps into the corpus file while nobody writes, so that this one file holds everything.

SQLite appends each commit to a log beside the file (`NAME-wal`) and brings it into the file now and then. Whoever
copies, mails, renames or replaces the file meanwhile knows nothing of the log: the last steps are missing from the
copy, or another file comes to lie beside a log that is not its own
(https://sqlite.org/howtocorrupt.html#_mispairing). A log that is empty can do neither harm. See
docs/adr/0013-everything-in-one-file-at-rest.md.
"""

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import Final, TypeAlias

from annotator.store import safe_connection, side_files, sqlite_errors
from annotator.store.errors import CorpusError, Locked

_log = logging.getLogger(__name__)
_PAUSE: Final = 0.25  # seconds without a write, after which the corpus is at rest
_PATIENCE: Final = 5.0  # seconds, in which any checkpoint has ended

_State: TypeAlias = tuple[int, int]
"""The bytes of a log and its time, which change with each commit."""


class Checkpointer:
    """Works in a thread of its own, with a connection of its own, until it is closed: no key waits for it.

    `report` is called in that thread with the checkpointer and what keeps the last steps out of the file, once for each
    reason, and with None when they are in it again.
    """

    def __init__(self, path: Path, report: Callable[["Checkpointer", CorpusError | None], None]) -> None:
        self._path, self._report = path, report
        self._log_path = side_files.log_path(path)
        self._problem = ""
        self._stop = Event()
        self._thread = Thread(target=self._run, name="checkpoints", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; when this returns, nothing of it has the file open."""
        self._stop.set()
        self._thread.join(_PATIENCE)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with (
                    sqlite_errors.translating_sqlite_errors(self._path),
                    closing(safe_connection.connect_to_checkpoint(self._path)) as connection,
                ):
                    # Kept open: later, another file might lie there, beside the log of this one.
                    self._work(connection)
            except CorpusError as error:  # too many open files, say: the next time will do
                self._tell(error)
                self._stop.wait(_PATIENCE)

    def _work(self, connection: sqlite3.Connection) -> None:
        self._tell(None)
        last: _State | None = None
        while not self._stop.wait(_PAUSE):
            state = self._state()
            if state and state == last:
                try:
                    with sqlite_errors.translating_sqlite_errors(self._path):
                        is_empty = _empty_log(connection)
                except Locked:  # somebody writes, or reads what they began to read before: the next time will do
                    continue
                except CorpusError as error:
                    self._tell(error)
                    continue
                if is_empty:
                    self._tell(None)
            last = state

    def _state(self) -> _State | None:
        """Return the state of the log; None where there is nothing in it."""
        try:
            log = self._log_path.stat()
        except OSError:
            return None
        return (log.st_size, log.st_mtime_ns) if log.st_size else None

    def _tell(self, error: CorpusError | None) -> None:
        problem = str(error or "")
        if problem != self._problem:
            self._problem = problem
            if error:
                _log.warning("the last steps are not in the file yet", exc_info=error)
            self._report(self, error)


def _empty_log(connection: sqlite3.Connection) -> bool:
    """Bring the log into the file and empty it; return whether it is empty. Raises sqlite3.Error.

    The first round does the work while others write, the second one keeps them away for a moment only.
    """
    _busy, pages, done = safe_connection.checkpoint(connection, "PASSIVE")
    if pages != done:
        return False
    busy, _pages, _done = safe_connection.checkpoint(connection, "TRUNCATE")
    return not busy
