"""Reads what was written through a connection of its own, so that “saved” is said of what is in the file.

The connection that wrote sees its own writes wherever they went: into a log that has no name any more, or one whose
other users do not see them. Another connection sees what the next start of the program will.
"""

import sqlite3
from pathlib import Path

from annotator.i18n import _
from annotator.model.records import Step
from annotator.store import safe_connection, sqlite_errors
from annotator.store.errors import Unreachable


class Witness:
    """A second connection to the corpus at `path`, made when it is first asked."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def require(self, step: Step) -> None:
        """Raise Unreachable unless every edit of a step is in the file, CorpusError where it cannot be read."""
        with sqlite_errors.translating_sqlite_errors(self._path):
            if self._connection is None:
                self._connection = safe_connection.connect_readonly(self._path)
            query = "SELECT count(*) FROM edit WHERE step = ?"
            [count] = self._connection.execute(query, (step.uid,)).fetchone()
        if count != len(step.edits):
            reason = _("“{path}” was written to, but the change is not there when it is read again.")
            raise Unreachable(reason.format(path=self._path))

    def close(self) -> None:
        """Let go of the file."""
        if self._connection:
            self._connection.close()
            self._connection = None
