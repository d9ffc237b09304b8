"""Long jobs in a worker thread, with a cancellable progress dialog."""

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
"""Called in the worker thread; its generator yields (done, total) and returns the result."""


class Cancelled(Exception):
    """The job was cancelled."""


class Busy(CorpusError):
    """Another job is running."""


class BackgroundJobs(QObject):
    """Run one job at a time, during which no other action may start and the corpus may not be closed."""

    finished = Signal()
    """A job ended, and its callback has returned."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._worker: Any = None
        self._title = ""
        self._stop_event, self._files_lock = Event(), Lock()

    @property
    def is_busy(self) -> bool:
        """Whether a job is running."""
        return self._worker is not None

    def run(
        self,
        title: str,
        job: Job,
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
        owner: QObject | None = None,
    ) -> None:
        """Run `job` with a progress dialog, then call `done` with its result or `failed` with its exception.

        Neither is called if `owner`, the dialog that started the job, is gone. Cancelling closes the job's generator
        in the worker thread, for clean-up. The exception is then Cancelled; it is Busy if another job is running.
        """
        if self.is_busy:
            failed(Busy(self.busy_message()))
            return
        from superqt.utils import create_worker  # a fifth of a second to load, and no start waits for a job

        progress = QProgressDialog(title, _("Cancel"), 0, 0, self._parent)
        progress.setWindowModality(Qt.WindowModality.WindowModal)
        progress.setWindowTitle(title)
        progress.setMinimumDuration(400)
        progress.setAutoClose(False)
        progress.setAutoReset(False)
        self._stop_event, self._files_lock = Event(), Lock()
        worker = create_worker(_run_until_stopped, job, self._stop_event, self._files_lock, _start_thread=False)
        self._worker, self._title = worker, title

        def show_progress(count: tuple[int, int]) -> None:
            if Shiboken.isValid(progress):  # else the window is gone
                progress.setMaximum(count[1])
                progress.setValue(count[0])

        def hand_over(result: _JobResult) -> None:
            self._worker = None
            if not Shiboken.isValid(progress):  # the window is gone
                return
            progress.canceled.disconnect()
            progress.reset()  # else it would appear after its minimum duration, over a dialog that `done` opens
            progress.close()
            progress.deleteLater()
            try:
                if owner and not Shiboken.isValid(owner):
                    pass  # the dialog was closed
                elif result.error:
                    failed(result.error)
                else:
                    done(result.value)
            finally:  # a window that waits to close does so after an unforeseen error too
                self.finished.emit()

        progress.canceled.connect(self.stop)
        worker.yielded.connect(show_progress)
        worker.returned.connect(hand_over)
        worker.start()

    def busy_message(self) -> str:
        """Return a sentence that names the running job."""
        return _("“{job}” is still running. Wait until it finishes, or cancel it.").format(job=self._title)

    def stop(self) -> None:
        """Ask the running job to stop at its next yield."""
        self._stop_event.set()

    def release_corpus(self, path: Path) -> None:
        """Stop the job, interrupt its queries on the corpus at `path`, and wait until it has no file open.

        Its result is handed over later.
        """
        self._stop_event.set()
        files_lock = self._files_lock
        if interrupt_until(path, lambda seconds: files_lock.acquire(timeout=seconds)):
            files_lock.release()


class _JobResult(NamedTuple):
    """A job's result; exceptions are values, as superqt handles raised ones itself."""

    value: Any = None
    error: Exception | None = None


def _run_until_stopped(job: Job, stop: Event, files_lock: Lock) -> Generator[tuple[int, int], None, _JobResult]:
    """Run the job until its first yield after `stop`; hold `files_lock` while it may have files open."""
    with files_lock:
        try:
            work = job()
            while not stop.is_set():
                yield next(work)
            work.close()
            return _JobResult(error=Cancelled())
        except StopIteration as end:
            return _JobResult(end.value)
        except CorpusError as error:
            return _JobResult(error=Cancelled() if stop.is_set() else error)  # its query was interrupted
        except Exception as error:
            return _JobResult(error=error)
