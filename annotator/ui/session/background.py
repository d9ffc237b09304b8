"""Long work in a thread of its own, with its progress shown and a way to cancel it."""

from collections.abc import Callable, Generator
from pathlib import Path
from threading import Event, Lock
from typing import Any, NamedTuple, TypeAlias

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QProgressDialog, QWidget
from shiboken6 import Shiboken

from annotator.i18n import _
from annotator.store.errors import CorpusError
from annotator.store.open_connections import interrupt_until

Job: TypeAlias = Callable[[], Generator[tuple[int, int], None, Any]]
"""Made in the thread that runs it: yields how much of how much is done, and returns the outcome."""


class Cancelled(Exception):
    """The person said stop."""


class Busy(CorpusError):
    """Another job is running."""


class Background(QObject):
    """Runs one job at a time: while it does, nothing else is to start, nor the corpus to be left."""

    ended = Signal()
    """After the outcome was handed over."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._worker: Any = None
        self._title = ""
        self._stop, self._working = Event(), Lock()

    @property
    def busy(self) -> bool:
        """Whether a job is running."""
        return self._worker is not None

    def run(
        self,
        title: str,
        job: Job,
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
        asker: QObject | None = None,
    ) -> None:
        """Run `job` under the words `title`; then call `done` with its outcome or `failed` with its exception, unless
        the dialog that asked for it is gone by then.

        Cancelling closes the job's generator in its own thread, so that it can put things back, and calls `failed`
        with Cancelled. While another job is running, this one is not run, and `failed` is called with Busy.
        """
        if self.busy:
            failed(Busy(self.refusal()))
            return
        from superqt.utils import create_worker  # a fifth of a second to load, and no start waits for a job

        progress = QProgressDialog(title, _("Cancel"), 0, 0, self._parent)
        progress.setWindowModality(Qt.WindowModality.WindowModal)
        progress.setWindowTitle(title)
        progress.setMinimumDuration(400)
        progress.setAutoClose(False)
        progress.setAutoReset(False)
        self._stop, self._working = Event(), Lock()
        worker = create_worker(_stoppable, job, self._stop, self._working, _start_thread=False)
        self._worker, self._title = worker, title

        def shown(count: tuple[int, int]) -> None:
            if Shiboken.isValid(progress):  # else the window is gone
                progress.setMaximum(count[1])
                progress.setValue(count[0])

        def ended(end: _End) -> None:
            self._worker = None
            if not Shiboken.isValid(progress):  # the window is gone
                return
            progress.canceled.disconnect()
            progress.reset()  # or it would still show itself when its time has come, over a dialog that `done` opens
            progress.close()
            progress.deleteLater()
            if asker and not Shiboken.isValid(asker):
                pass  # it was left
            elif end.error:
                failed(end.error)
            else:
                done(end.outcome)
            self.ended.emit()

        progress.canceled.connect(self.stop)
        worker.yielded.connect(shown)
        worker.returned.connect(ended)
        worker.start()

    def refusal(self) -> str:
        """Return why nothing else can be done while a job is running, in a sentence."""
        return _("“{job}” is not done yet: wait until it is, or cancel it.").format(job=self._title)

    def stop(self) -> None:
        """Ask the running job to stop where it next can."""
        self._stop.set()

    def let_go(self, path: Path) -> None:
        """Stop the running job, and wait until it has nothing open; what it does with the corpus at `path` is
        interrupted. How it ended is handed over later, as ever."""
        self._stop.set()
        working = self._working
        if interrupt_until(path, lambda seconds: working.acquire(timeout=seconds)):
            working.release()


class _End(NamedTuple):
    """How a job ended. superqt has ways of its own with exceptions, so they come back as values."""

    outcome: Any = None
    error: Exception | None = None


def _stoppable(job: Job, stop: Event, working: Lock) -> Generator[tuple[int, int], None, _End]:
    """The job, stopped where it yields. It holds `working` as long as it may have files open."""
    with working:
        try:
            work = job()
            while not stop.is_set():
                yield next(work)
            work.close()
            return _End(error=Cancelled())
        except StopIteration as end:
            return _End(end.value)
        except CorpusError as error:
            return _End(error=Cancelled() if stop.is_set() else error)  # it was interrupted
        except Exception as error:
            return _End(error=error)
