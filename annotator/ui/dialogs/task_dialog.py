"""A dialog that runs tasks on a corpus."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QDialog, QWidget

from annotator.store.corpus import Corpus
from annotator.ui.session.tasks import Task, TaskRunner
from annotator.ui.widgets.bidi_text import plain_label


class TaskDialog(QDialog):
    """Disables `task_widgets` during a task; closing the dialog then stops the task instead.

    `warning_label` has the error of the last task, if any.
    """

    def __init__(self, parent: QWidget, tasks: TaskRunner) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self.task_widgets: Sequence[QWidget] = ()
        self.warning_label = plain_label(name="warning", wraps=True)
        self.warning_label.setParent(self)  # hidden where the dialog shows warnings elsewhere
        self.warning_label.hide()

    def reject(self) -> None:
        """Close the dialog without accepting it; during a task, stop that instead."""
        if self._tasks.is_busy:
            self._tasks.stop()
        else:
            super().reject()

    def run_on_corpus(
        self,
        title: str,
        path: Path,
        task: Callable[[Corpus], Any],
        done: Callable[[Any], object],
        aborted: Callable[[], object] = lambda: None,
    ) -> None:
        """Run a task as `TaskRunner.run_on_corpus` does."""
        self._tasks.run_on_corpus(title, path, task, **self._start_task(done, aborted))

    def run_task(self, title: str, task: Task, done: Callable[[Any], object]) -> None:
        """Run a task as `TaskRunner.run` does."""
        self._tasks.run(title, task, **self._start_task(done, lambda: None))

    def _start_task(self, done: Callable[[Any], object], aborted: Callable[[], object]) -> dict[str, Any]:
        """Disable what a task needs at rest until its end, and return the options of the task."""

        def finish(callback: Callable[..., object], *result: Any) -> None:
            for widget in self.task_widgets:
                widget.setEnabled(True)
            callback(*result)

        for widget in self.task_widgets:
            widget.setEnabled(False)
        self.warning_label.hide()
        return {
            "done": partial(finish, done),
            "failed": self.show_warning,
            "aborted": partial(finish, aborted),
            "owner": self,
        }

    def show_warning(self, text: str) -> None:
        """Show a warning until the next task."""
        self.warning_label.setText(text)
        self.warning_label.show()
