"""The corpus of a session: every step is read back from its file, which is followed wherever others move it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from PySide6.QtCore import QObject, Signal

from annotator.i18n import _
from annotator.model.records import Step
from annotator.store.checkpoints import Checkpointer
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, LostWal, MissingCorpus
from annotator.store.recovery.rescue import Displacement, rescue_displaced
from annotator.store.write_check import WriteCheck
from annotator.ui.widgets.bidi_text import isolate_ltr

_BUSY_TIMEOUT: Final = 250
"""Milliseconds that a key waits at most while another program writes."""


@contextmanager
def closing_on_error(corpus: Corpus) -> Iterator[None]:
    """Close a corpus that cannot be read: what recovers it may not share its file with a connection of this process."""
    try:
        yield
    except CorpusError:
        corpus.close()
        raise


class SessionCorpus(QObject):
    """A corpus with checkpoints of its WAL and read-back of every step, each with its own connection."""

    displacing = Signal()
    """The file is no longer in its place: this window's other processes on it must end."""
    displaced = Signal(object)
    """The file was renamed, deleted or replaced; carries the Displacement, with the file now in use."""
    continued = Signal(object)
    """What was read must be read again, from this Corpus."""
    checkpointed = Signal()
    """`checkpoint_error` may have changed."""
    _checkpoint_reported = Signal(object, object)
    """A Checkpointer, and the CorpusError that keeps the last steps out of the file, if any."""

    def __init__(self, corpus: Corpus, is_shown: Callable[[Corpus], bool]) -> None:
        """Take ownership of `corpus`; `is_shown` returns whether another one holds what is shown of it."""
        super().__init__()
        self.corpus = corpus
        self.checkpoint_error = ""
        """Why the last steps are in the WAL only, in a sentence; "" if they are in the file."""
        self._is_shown = is_shown
        self._displacement: Displacement | None = None  # detected, but its file is not open yet
        self._checkpointer: Checkpointer | None = None
        self._write_check: WriteCheck | None = None
        self._checkpoint_reported.connect(self._receive_checkpoint_report)
        corpus.set_busy_timeout(_BUSY_TIMEOUT)
        self._open_helpers()

    def explain_slowness(self) -> str:
        """Say why saving is slow; "" where it is not."""
        if self.corpus.is_in_wal_mode():
            return ""
        text = _("“{name}” is on a network drive: saving is slower, and has to wait during exports and backups.")
        return text.format(name=isolate_ltr(self.corpus.path.name))

    def close_helpers(self) -> None:
        """Stop checkpoints and read-back."""
        if self._checkpointer:
            self._checkpointer.close()
        if self._write_check:
            self._write_check.close()
        self._checkpointer, self._write_check, self.checkpoint_error = None, None, ""

    def write(self, step: Step, position: tuple[str, str, int] | None, *, is_retry: bool) -> bool:
        """Write a step, with the position (annotator, article's uid, offset), and read it back.

        Return whether it is new.

        One that is written again is in the file already if a disk failed after the write. Raises CorpusError,
        InvalidEdit.
        """
        with self.corpus.transaction():
            is_new = not is_retry or not self.corpus.edit_count(step.uid)
            if is_new:
                self.corpus.apply(step)
                if position:
                    self.corpus.save_position(*position)
        if self._write_check:
            self._write_check.verify_step(step)
        return is_new

    def follow(self) -> None:
        """Follow the corpus file if it is not in its place or not as it was.

        Creates a removed WAL again, follows a renamed file, copies a deleted or replaced one beside it, and resumes on
        a removable drive plugged in again. Raises CorpusError if none of this is possible.
        """
        try:
            if not self._displacement:
                self.corpus.check_file_identity()
        except LostWal:
            self.close_helpers()
            self.corpus.reconnect()
            self.continued.emit(self.corpus)
        except MissingCorpus as missing:
            self.close_helpers()
            self.displacing.emit()
            try:
                self._displacement = rescue_displaced(self.corpus)
            except MissingCorpus:
                self._resume_reconnected(missing)
        if self._displacement:
            self._switch_to(Corpus.open(self._displacement.current))  # not before others have closed the old one
            displacement, self._displacement = self._displacement, None
            self.displaced.emit(displacement)
        if not self._checkpointer:
            self._open_helpers()

    def _resume_reconnected(self, missing: MissingCorpus) -> None:
        """Resume on a reconnected removable drive if its file holds what is shown.

        Raises CorpusError.
        """
        path = self.corpus.path
        if not path.exists():
            raise missing
        self.corpus.close_preserving_wal()
        reopened = Corpus.open(path)
        try:
            if not self._is_shown(reopened):
                raise missing
        except BaseException:
            reopened.close()
            raise
        self._switch_to(reopened)

    def _switch_to(self, corpus: Corpus) -> None:
        """Continue in this corpus, as the previous one is closed."""
        self.corpus = corpus
        corpus.set_busy_timeout(_BUSY_TIMEOUT)
        self.continued.emit(corpus)

    def _open_helpers(self) -> None:
        self._checkpointer = Checkpointer(self.corpus.path, self._checkpoint_reported.emit)
        self._write_check = WriteCheck(self.corpus.path)

    def _receive_checkpoint_report(self, checkpointer: Checkpointer, error: CorpusError | None) -> None:
        if checkpointer is self._checkpointer:
            self.checkpoint_error = str(error or "")
            self.checkpointed.emit()
