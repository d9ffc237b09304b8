"""Maintenance of the open corpus: verifies a large file after opening and makes backups when due.

Its own thread and connections keep keys from waiting.
"""

from pathlib import Path
from threading import Event, Thread
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from annotator.i18n import _
from annotator.store.errors import CorpusError, DamagedCorpus
from annotator.store.open_connections import interrupt_until
from annotator.ui.session.session import Session

_OPENING_TIME: Final = 4000  # milliseconds after which an opened corpus is on the screen and in use
_INTERVAL: Final = 30 * 60 * 1000  # milliseconds
_STOP_TIMEOUT: Final = 5.0  # seconds; no step of the work takes longer


class MaintenanceWorker(QObject):
    """Starts its thread after a corpus is opened."""

    damaged = Signal(str, str)
    """The file is damaged; carries its path and a message."""
    finished = Signal()
    """All that was due is done or has failed."""
    _failed = Signal(str)
    _crashed = Signal(object)
    _ended = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._stop_event = Event()
        self._thread: Thread | None = None
        self._path = Path()  # of the corpus that the thread works on
        self._last_failure = ""  # a recurring failure is reported once
        self._is_verified = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.run_now)
        session.corpus_opened.connect(self._on_corpus_opened)
        session.displaced.connect(self._on_corpus_opened)
        session.corpus_closing.connect(self.stop)
        self._failed.connect(self._report_failure)
        self._crashed.connect(self._raise)
        self._ended.connect(self._on_ended)

    def stop(self) -> None:
        """Stop the work and discard an unfinished backup."""
        self._timer.stop()
        self._stop_event.set()
        thread, self._thread = self._thread, None
        if thread:

            def has_ended(seconds: float) -> bool:
                thread.join(seconds)
                return not thread.is_alive()

            interrupt_until(self._path, has_ended, _STOP_TIMEOUT)

    def run_now(self) -> None:
        """Start what is due and schedule the next run."""
        corpus = self._session.corpus
        if not corpus or self._thread:
            return
        self._stop_event, self._path = Event(), corpus.path
        self._thread = Thread(target=self._work, args=(corpus.path, self._stop_event, self._is_verified), daemon=True)
        self._is_verified = True
        self._thread.start()
        self._timer.start(_INTERVAL)

    def _on_corpus_opened(self) -> None:
        self.stop()
        self._last_failure, self._is_verified = "", False
        if self._session.corpus:
            self._timer.start(_OPENING_TIME)

    def _work(self, path: Path, stop: Event, is_verified: bool) -> None:
        """Do the work in the thread."""
        try:
            from annotator.store import restoring, verification

            if not is_verified and not verification.is_checked_on_opening(path):
                verification.verify_file(path)
            steps = restoring.create_backup_if_due(path)
            while not stop.is_set() and next(steps, None):
                pass
            steps.close()
        except DamagedCorpus as error:
            self.damaged.emit(str(path), str(error))
        except (CorpusError, OSError) as error:
            if not stop.is_set():  # else the query was interrupted
                self._failed.emit((error.strerror if isinstance(error, OSError) else None) or str(error))
        except Exception as error:
            self._crashed.emit(error)
        self._ended.emit(stop)

    def _on_ended(self, stop: Event) -> None:
        if stop is self._stop_event:
            self._thread = None
            self.finished.emit()

    def _report_failure(self, reason: str) -> None:
        if reason != self._last_failure:
            self._last_failure = reason
            self._session.failed.emit(_("The backup failed: {reason}").format(reason=reason))

    def _raise(self, error: Exception) -> None:
        raise error
