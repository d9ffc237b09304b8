"""Long work in a thread of its own, with its progress shown and a way to cancel it."""

from collections.abc import Callable, Generator
from typing import Any, TypeAlias

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QProgressDialog, QWidget
from superqt.utils import create_worker

from annotator.i18n import _

Job: TypeAlias = Callable[[], Generator[tuple[int, int], None, Any]]
"""Made in the thread that runs it: yields how much of how much is done, and returns the outcome."""


class Cancelled(Exception):
    """The person said stop."""


class Background(QObject):
    """Runs one job at a time."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self._worker: Any = None

    @property
    def busy(self) -> bool:
        """Whether a job is running."""
        return self._worker is not None

    def run(self, title: str, job: Job, done: Callable[[Any], None], failed: Callable[[Exception], None]) -> None:
        """Run `job` under the words `title`; then call `done` with its outcome or `failed` with its exception.

        Cancelling closes the job's generator in its own thread, so that it can put things back, and calls `failed`
        with Cancelled.
        """
        progress = QProgressDialog(title, _("Cancel"), 0, 0, self._parent)
        progress.setWindowModality(Qt.WindowModality.WindowModal)
        progress.setWindowTitle(title)
        progress.setMinimumDuration(400)
        progress.setAutoClose(False)
        progress.setAutoReset(False)
        worker = create_worker(_stoppable, job, _start_thread=False)
        self._worker = worker

        def shown(count: tuple[int, int]) -> None:
            progress.setMaximum(count[1])
            progress.setValue(count[0])

        def ended(outcome: object) -> None:
            self._worker = None
            progress.canceled.disconnect()
            progress.close()
            progress.deleteLater()
            # superqt returns a RuntimeError as if it were the outcome.
            if isinstance(outcome, Exception):
                failed(outcome)
            else:
                done(outcome)

        progress.canceled.connect(lambda: worker.send(True))
        worker.yielded.connect(shown)
        worker.returned.connect(ended)
        worker.errored.connect(ended)
        worker.start()


def _stoppable(job: Job) -> Generator[tuple[int, int], bool | None, object]:
    work = job()
    while True:
        try:
            count = next(work)
        except StopIteration as stop:
            return stop.value
        if (yield count):
            work.close()
            return Cancelled()
