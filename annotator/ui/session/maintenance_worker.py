"""What is done for the file while somebody works in it: a large one is looked through once it is open, and a backup is
made when the last one is old. In a thread of its own, with connections of its own: no key waits for it."""

from pathlib import Path
from threading import Event, Thread
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from annotator.i18n import _
from annotator.store.errors import CorpusError, Damaged
from annotator.store.open_connections import interrupt_until
from annotator.ui.session.session import Session

_OPENED: Final = 4000  # milliseconds after which a corpus that was opened is on the screen, and worked in
_AGAIN: Final = 30 * 60 * 1000  # milliseconds
_PATIENCE: Final = 5.0  # seconds, in which any stretch of the work has ended


class Keeper(QObject):
    """Starts by itself when the session opens a corpus."""

    damaged = Signal(str, str)
    """The path of the open corpus, and a sentence: its file is damaged."""
    rested = Signal()
    """What there was to be done is done, or could not be."""
    _failed = Signal(str)
    _broke = Signal(object)
    _ended = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._stop = Event()
        self._thread: Thread | None = None
        self._path = Path()  # of the corpus that the thread works on
        self._told = ""  # the last failure: it may come again each time
        self._looked = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self.look)
        session.corpus_opened.connect(self._begin)
        session.displaced.connect(self._begin)
        session.corpus_closing.connect(self.stop)
        self._failed.connect(self._fail)
        self._broke.connect(self._raise)
        self._ended.connect(self._end)

    def stop(self) -> None:
        """Have nothing done any more; a backup that was being made is given up."""
        self._soon.stop()
        self._stop.set()
        thread, self._thread = self._thread, None
        if thread:

            def has_ended(seconds: float) -> bool:
                thread.join(seconds)
                return not thread.is_alive()

            interrupt_until(self._path, has_ended, _PATIENCE)

    def look(self) -> None:
        """Do what is to be done now, and look again later."""
        corpus = self._session.corpus
        if not corpus or self._thread:
            return
        self._stop, self._path = Event(), corpus.path
        self._thread = Thread(target=self._work, args=(corpus.path, self._stop, self._looked), daemon=True)
        self._looked = True
        self._thread.start()
        self._soon.start(_AGAIN)

    def _begin(self) -> None:
        self.stop()
        self._told, self._looked = "", False
        if self._session.corpus:
            self._soon.start(_OPENED)

    def _work(self, path: Path, stop: Event, looked: bool) -> None:
        """In the thread."""
        try:
            from annotator.store import restoring, verification

            if not looked and not verification.is_checked(path):
                verification.verify_file(path)
            steps = restoring.keep_if_due(path)
            while not stop.is_set() and next(steps, None):
                pass
            steps.close()
        except Damaged as error:
            self.damaged.emit(str(path), str(error))
        except (CorpusError, OSError) as error:
            if not stop.is_set():  # else it was interrupted
                self._failed.emit((error.strerror if isinstance(error, OSError) else None) or str(error))
        except Exception as error:
            self._broke.emit(error)
        self._ended.emit(stop)

    def _end(self, stop: Event) -> None:
        if stop is self._stop:
            self._thread = None
            self.rested.emit()

    def _fail(self, reason: str) -> None:
        if reason != self._told:
            self._told = reason
            self._session.failed.emit(_("No backup could be made: {reason}").format(reason=reason))

    def _raise(self, error: Exception) -> None:
        raise error
