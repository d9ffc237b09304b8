"""Verification through a second connection that a write is in the file, before it is reported as saved.

The writing one sees its writes even in a log without a name, or one unseen by others; the second sees what the next
start will.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from annotator.i18n import _
from annotator.model.records import Step
from annotator.store.connections import connect_readonly
from annotator.store.errors import Unreachable, translating_sqlite_errors

if TYPE_CHECKING:
    from annotator.store.sqlite_library import Database


class WriteCheck:
    """A second connection to the corpus at `path`, opened at first use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db: Database | None = None

    def verify_step(self, step: Step) -> None:
        """Raise Unreachable unless the file has every edit of a step, CorpusError if it cannot be read."""
        with translating_sqlite_errors(self._path):
            if self._db is None:
                self._db = connect_readonly(self._path)
            query = "SELECT count(*) FROM stored_edit WHERE step = (SELECT id FROM stored_step WHERE uid = ?)"
            [count] = self._db.execute(query, (step.uid,)).fetchone()
        if count != len(step.edits):
            message = _("A change was written to “{path}”, but it is missing when the file is read back.")
            raise Unreachable(message.format(path=self._path))

    def close(self) -> None:
        """Close the connection."""
        if self._db:
            self._db.close()
            self._db = None
