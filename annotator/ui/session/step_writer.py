"""How steps reach the corpus file: one after the other, and one that cannot be written now is retried until it is."""

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from annotator.i18n import _
from annotator.model.operations import InvalidEdit
from annotator.model.records import Step
from annotator.store.errors import CorpusError, WriteError
from annotator.ui.session.position_saver import PositionSaver
from annotator.ui.session.session_corpus import SessionCorpus

_RETRY_INTERVAL: Final = 500
"""Milliseconds between two attempts to write a pending step."""


class StepWriter(QObject):
    """Writes steps to a corpus file, each with the annotator's position.

    A step that the file cannot take now is pending. No other is written before it is on disk or discarded.
    """

    changed = Signal()
    """`pending_step` or `save_error` may have changed."""
    written = Signal(object)
    """A step is on disk; carries it, or None if it was already, so that it may have been read."""
    dropped = Signal()
    """A step that the corpus does not accept was dropped: what it was made from is out of date."""
    failed = Signal(str)
    notified = Signal(str)
    """A message that is not an error."""

    def __init__(self, position: PositionSaver, parent: QObject) -> None:
        super().__init__(parent)
        self.pending_step: Step | None = None
        """The step that is not on disk yet."""
        self._position = position
        self._file: SessionCorpus | None = None
        self._error = ""  # why the file cannot be written
        self._retry_timer = QTimer(self, interval=_RETRY_INTERVAL)
        self._retry_timer.timeout.connect(self.retry)

    @property
    def save_error(self) -> str:
        """Why the last steps are not in the file, in a sentence; "" if no error is known."""
        return self._error or (self._file.checkpoint_error if self._file else "")

    def open(self, file: SessionCorpus) -> None:
        """Write to this file."""
        self._file = file
        file.checkpointed.connect(self.changed)

    def close(self) -> None:
        """Write to no file, and discard the pending step."""
        self._file = None
        self.discard()

    def set_error(self, error: str) -> None:
        """Set why the file cannot be written now, in a sentence; "" if it can."""
        self._error = error
        self.changed.emit()

    def write(self, step: Step) -> bool:
        """Write the step and return whether it is on disk; on a WriteError make it pending.

        Raises CorpusError, InvalidEdit.
        """
        if not self._file:
            return False
        try:
            is_new = self._file.write(step, self._position.current, is_retry=step is self.pending_step)
        except WriteError as error:
            self._set_pending(step, str(error))
            return False
        self._set_pending(None)
        self.written.emit(step if is_new else None)  # the layer may have been read with it meanwhile
        return True

    def write_or_drop(self, step: Step) -> bool:
        """Write the step as `write` does, but report its errors and drop the step."""
        try:
            return self.write(step)
        except (CorpusError, InvalidEdit) as error:
            self._set_pending(None)
            self.failed.emit(str(error))
            self.dropped.emit()
            return False

    def retry(self) -> bool:
        """Write the pending step; return whether none is pending now."""
        step = self.pending_step
        if step is None or not self._file:
            return True
        try:
            self._file.follow()
        except CorpusError as error:
            self._set_pending(step, str(error))
            return False
        if self.write_or_drop(step):
            self.notified.emit(_("The pending change was saved."))
        return self.pending_step is None

    def check_none_pending(self) -> bool:
        """Return whether no step was pending; retry one that was.

        False even if that succeeds: the saved step may void the new change.
        """
        if not self.pending_step:
            return True
        if not self.retry():
            self.failed.emit(_("The previous change is not saved yet."))
        return False

    def discard(self) -> None:
        """Drop the pending step, if any."""
        self._set_pending(None)

    def _set_pending(self, step: Step | None, error: str = "") -> None:
        self.pending_step, self._error = step, error
        if step:
            self._retry_timer.start()
        else:
            self._retry_timer.stop()
        self.changed.emit()
