"""Maintenance of the open corpus: verifies a large file after opening and makes backups when due.

Its own thread and connections keep keys from waiting.
"""

from collections.abc import Generator
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from annotator.file_ops import explain_os_error
from annotator.i18n import _
from annotator.store.errors import CorpusError, DamagedCorpus
from annotator.ui.session.session import Session
from annotator.ui.session.tasks import TaskRunner

_OPENING_TIME: Final = 4000  # milliseconds after which an opened corpus is on the screen and in use
_INTERVAL: Final = 30 * 60 * 1000  # milliseconds


class MaintenanceWorker(QObject):
    """Starts its task after a corpus is opened."""

    damaged = Signal(str, str)
    """The file is damaged; carries its path and a message."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.tasks = TaskRunner(self, "maintenance")
        self._path = Path()  # of the corpus that the task works on
        self._last_failure = ""  # a recurring failure is reported once
        self._is_verified = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.run_now)
        session.corpus_opened.connect(self._on_corpus_opened)
        session.displaced.connect(self._on_corpus_opened)
        session.corpus_closing.connect(self.stop)

    def stop(self) -> None:
        """Stop the work and discard an unfinished backup."""
        self._timer.stop()
        self.tasks.cancel(self._path)

    def run_now(self) -> None:
        """Start what is due and schedule the next run."""
        corpus = self._session.corpus
        if not corpus or self.tasks.is_busy:
            return
        self._path = corpus.path
        task = partial(_maintain, corpus.path, verifies=not self._is_verified)
        self._is_verified = True
        self.tasks.run_quietly(task, self._on_maintained, failed=self._report_failure)
        self._timer.start(_INTERVAL)

    def _on_corpus_opened(self) -> None:
        self.stop()
        self._last_failure, self._is_verified = "", False
        if self._session.corpus:
            self._timer.start(_OPENING_TIME)

    def _on_maintained(self, damage: DamagedCorpus | None) -> None:
        if damage:
            self.damaged.emit(str(self._path), str(damage))

    def _report_failure(self, reason: str) -> None:
        if reason != self._last_failure:
            self._last_failure = reason
            self._session.failed.emit(_("The backup failed: {reason}").format(reason=reason))


def _maintain(path: Path, *, verifies: bool) -> Generator[tuple[int, int], None, DamagedCorpus | None]:
    """Verify a large corpus if asked to, make a backup if one is due, and return the damage, if any.

    Raises CorpusError.
    """
    from annotator.store import restoring, verification

    try:
        if verifies and not verification.is_checked_on_opening(path):
            verification.verify_file(path)
        yield from restoring.create_backup_if_due(path)
    except DamagedCorpus as damage:
        return damage
    except OSError as error:
        raise CorpusError(explain_os_error(error)) from error
    return None
