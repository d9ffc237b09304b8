"""Work beside the window: tasks that run in a thread, with a cancellable progress dialog or quietly.

A task is a function, called in the thread, that returns its result or a generator, which yields (done, total) and
returns the result. A generator is closed when it is cancelled, also in the thread, for clean-up.
"""

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any, Final, NamedTuple, TypeAlias

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QProgressBar, QProgressDialog, QPushButton, QWidget
from shiboken6 import Shiboken

from annotator.i18n import _
from annotator.store.connections import interrupt_until
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.ui.widgets.modal import warn

Task: TypeAlias = Callable[[], Any]
_PROGRESS_DELAY: Final = 400  # milliseconds until the dialog appears
_BAR_HEIGHT: Final = 6  # pixels
_MIN_WIDTH: Final = 420  # pixels of the dialog
_MARGINS: Final = 60  # pixels beside the title
_PROGRESS_INTERVAL: Final = 0.05  # seconds between two updates of it


class Cancelled(Exception):
    """The task was cancelled."""


class TaskRunner(QObject):
    """Runs one task at a time, and reports its errors.

    A CorpusError is shown, any other exception is raised in the window's thread.
    """

    finished = Signal()
    """A task ended, and its callback has returned."""
    notified = Signal(str)
    """A message that is not an error."""

    def __init__(self, parent: QObject, name: str = "task") -> None:
        """`name` is that of the threads; the dialogs belong to `parent`, if it is a widget."""
        super().__init__(parent)
        self._name = name
        self._title = ""
        self._run: _Run | None = None

    @property
    def is_busy(self) -> bool:
        """Whether a task is running."""
        return self._run is not None

    def run(
        self,
        title: str,
        task: Task,
        done: Callable[[Any], object],
        *,
        failed: Callable[[str], object] | None = None,
        aborted: Callable[[], object] = lambda: None,
        cancelled_text: str = "",
        owner: QObject | None = None,
    ) -> None:
        """Run `task` with a progress dialog, then call `done` with its result.

        Without a result, call `aborted`, then `failed` with the error's message; by default it is shown in a message
        box. If cancelled, announce `cancelled_text` instead. None of these happen if `owner`, the dialog that started
        the task, is gone. While another task is running, it fails at once.
        """
        window = self.parent()
        assert isinstance(window, QWidget)
        failed = failed or partial(warn, window)
        if self.is_busy:
            aborted()
            failed(self.busy_message())
            return
        progress = _ProgressDialog(title, _("Cancel"), window)
        progress.setWindowModality(Qt.WindowModality.WindowModal)
        progress.setWindowTitle(_("Annotator"))
        bar = QProgressBar(progress)
        bar.setTextVisible(False)
        bar.setFixedHeight(_BAR_HEIGHT)
        bar.setAccessibleName(title)
        progress.setBar(bar)
        progress.setMinimumWidth(max(_MIN_WIDTH, progress.fontMetrics().horizontalAdvance(title) + _MARGINS))
        progress.setMinimumDuration(_PROGRESS_DELAY)
        progress.setAutoClose(False)
        progress.setAutoReset(False)
        progress.canceled.connect(self.stop)
        self._title = title

        def show_progress(count: tuple[int, int]) -> None:
            if Shiboken.isValid(progress):  # else the window is gone
                progress.setMaximum(count[1])
                progress.setValue(count[0])

        def finish(outcome: _Outcome) -> None:
            progress.canceled.disconnect()
            progress.reset()  # else it would appear after its minimum duration, over a dialog that `done` opens
            progress.close()
            progress.deleteLater()
            if owner and not Shiboken.isValid(owner):
                return  # the dialog was closed
            if isinstance(outcome.error, Cancelled) and cancelled_text:
                aborted()
                self.notified.emit(cancelled_text)
            else:
                outcome.deliver(done, failed, aborted)

        self._start(_Run(task, self._name, self._on_ended(finish), show_progress))

    def run_on_corpus(
        self,
        title: str,
        path: Path,
        task: Callable[[Corpus], Any],
        done: Callable[[Any], object],
        *,
        readonly: bool = False,
        **options: Any,
    ) -> None:
        """Run `task` on the corpus at `path`, opened in the thread; see `run` for the `options`.

        The result of a `readonly` one is dropped if it was cancelled too late to stop: nobody waits for it any more.
        """

        def run_task() -> Generator[tuple[int, int], None, Any]:
            with Corpus.open(path, readonly=readonly) as corpus:
                result = task(corpus)
                if isinstance(result, Generator):
                    result = yield from result
            if readonly:
                yield 1, 1
            return result

        self.run(title, run_task, done, **options)

    def run_quietly(
        self,
        task: Task,
        done: Callable[[Any], object],
        *,
        failed: Callable[[str], object],
        aborted: Callable[[], object] = lambda: None,
        is_using_files: bool = True,
    ) -> None:
        """Run `task` as `run` does, but without a dialog.

        Unless `is_using_files`, closing a corpus waits only for those parts of the task that call `using_files`.
        """
        assert not self.is_busy
        finish = self._on_ended(lambda outcome: outcome.deliver(done, failed, aborted))
        self._start(_Run(task, self._name, finish, is_using_files=is_using_files))

    def using_files(self) -> AbstractContextManager[None]:
        """Return a context, for the running task, in which it may open a corpus. Raises Cancelled."""
        assert self._run
        return self._run.using_files()

    def busy_message(self) -> str:
        """Return a sentence that names the running task."""
        return _("“{job}” is still running. Wait until it finishes, or cancel it.").format(job=self._title)

    def stop(self) -> None:
        """Ask the running task to stop at its next yield."""
        if self._run:
            self._run.stop_event.set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end of the running task, at most so long; return whether none runs. Its outcome comes later."""
        return self._run is None or self._run.has_ended(seconds)

    def release_corpus(self, path: Path) -> None:
        """Stop the task, interrupt its queries on the corpus at `path`, and wait until it has no file open.

        Its result is handed over later.
        """
        if self._run:
            self._run.stop_event.set()
            files_lock = self._run.files_lock
            if interrupt_until(path, lambda seconds: files_lock.acquire(timeout=seconds)):
                files_lock.release()

    def cancel(self, path: Path | None = None) -> None:
        """Stop the task, interrupt its queries on the corpus at `path`, wait for its end, and drop its result."""
        run, self._run = self._run, None
        if run:
            run.stop_event.set()
            run.is_dropped = True
            if path:
                interrupt_until(path, run.has_ended)
            else:
                run.worker.join()

    def _start(self, run: "_Run") -> None:
        self._run = run
        run.worker.start()

    def _on_ended(self, deliver: "Callable[[_Outcome], None]") -> "Callable[[_Outcome], None]":
        """Return a function that ends the run and has its outcome delivered."""

        def end(outcome: _Outcome) -> None:
            self._run = None
            if not Shiboken.isValid(self):  # the window is gone
                return
            try:
                deliver(outcome)
            finally:  # a window that waits to close does so after an unforeseen error too
                self.finished.emit()

        return end


class _ProgressDialog(QProgressDialog):
    """A progress dialog that Enter, which accepts suggestions, does not cancel.

    Its button is at the end of the line in Arabic too: Qt has it on the right.
    """

    def __init__(self, title: str, cancel_text: str, parent: QWidget) -> None:
        super().__init__(title, cancel_text, 0, 0, parent)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_button()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._place_button()

    def _place_button(self) -> None:
        button, bar = self.findChild(QPushButton), self.findChild(QProgressBar)
        if button and bar and self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            button.move(bar.x(), button.y())


class _Outcome(NamedTuple):
    """The result of a task, or its error."""

    value: Any = None
    error: Exception | None = None

    def deliver(
        self, done: Callable[[Any], object], failed: Callable[[str], object], aborted: Callable[[], object]
    ) -> None:
        """Call the functions that the outcome concerns. Raises an unforeseen error of the task."""
        if self.error is None:
            done(self.value)
            return
        aborted()
        if isinstance(self.error, CorpusError):
            failed(str(self.error))
        elif not isinstance(self.error, Cancelled):
            raise self.error


class _Run(QObject):
    """One run of a task in its own thread; its signals bring progress and outcome into the window's thread."""

    _progressed = Signal(object)
    _ended = Signal(object)

    def __init__(
        self,
        task: Task,
        name: str,
        end: Callable[[_Outcome], None],
        show_progress: Callable[[tuple[int, int]], None] = lambda _count: None,
        *,
        is_using_files: bool = True,
    ) -> None:
        super().__init__()  # without a parent: it outlives a window that is closed
        self._task, self._is_using_files = task, is_using_files
        self._end, self._show_progress = end, show_progress
        self.stop_event, self.files_lock = Event(), Lock()
        self.is_dropped = False
        """Whether nobody waits for the outcome any more."""
        self.worker = Thread(target=self._work, name=name, daemon=True)
        self._progressed.connect(self._on_progressed)
        self._ended.connect(self._on_ended)

    def has_ended(self, timeout: float) -> bool:
        """Wait for the thread's end at most this long, in seconds, and return whether it has ended."""
        self.worker.join(timeout)
        return not self.worker.is_alive()

    @contextmanager
    def using_files(self) -> Iterator[None]:
        """Hold the lock of the files. Raises Cancelled if the task is to stop."""
        with self.files_lock:
            if self.stop_event.is_set():
                raise Cancelled
            yield

    def _on_progressed(self, count: tuple[int, int]) -> None:
        self._show_progress(count)

    def _on_ended(self, outcome: _Outcome) -> None:
        self.worker.join()
        if not self.is_dropped:
            self._end(outcome)

    def _work(self) -> None:
        """Run the task in the thread."""
        try:
            with self.using_files() if self._is_using_files else nullcontext():
                outcome = _Outcome(self._run_until_stopped())
        except Exception as error:
            was_interrupted = self.stop_event.is_set() and isinstance(error, CorpusError)
            outcome = _Outcome(error=Cancelled() if was_interrupted else error)
        self._ended.emit(outcome)

    def _run_until_stopped(self) -> Any:
        """Run the task until its first yield after it was stopped. Raises Cancelled."""
        result = self._task()
        if not isinstance(result, Generator):
            return result
        last_progress = 0.0
        try:
            while not self.stop_event.is_set():
                count = next(result)
                if time.monotonic() - last_progress >= _PROGRESS_INTERVAL:
                    last_progress = time.monotonic()
                    self._progressed.emit(count)
        except StopIteration as end:
            return end.value
        finally:
            result.close()  # in this thread, to which an open corpus belongs, also where the window is gone
        raise Cancelled
