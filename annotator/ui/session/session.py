"""The widgets' only access to the corpus: its state as last read (see `opened`), and every change.

An invalid change only emits `failed`. One that cannot be written now is pending: not shown, retried until it is on disk
or discarded, and overtaken by no other.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from annotator.checks.issue import Issue
from annotator.i18n import _
from annotator.model import history, operations
from annotator.model.records import Article, Edit, Span, Step, StepInfo, Suggestion, new_uid
from annotator.store.checkpoints import Checkpointer
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.errors import Conflict, CorpusError, LostWal, MissingCorpus, WriteError
from annotator.store.recovery.rescue import Displacement, rescue_displaced
from annotator.store.witness import Witness
from annotator.ui.session.opened import DESCRIBE, DISMISS, REJECT, BaseSession
from annotator.ui.widgets.bidi_text import isolate_ltr

_MAX_SYNCHRONOUS_EDITS: Final = 2000
"""Edits reversed while a key waits: a tenth of a second."""
_BUSY_TIMEOUT: Final = 250
"""Milliseconds that a key waits at most while another program writes."""
_RETRY_INTERVAL: Final = 500
"""Milliseconds between two attempts to write a pending step."""
_STATE_KEEPING_STEPS: Final = frozenset(["state", "note", DISMISS])
"""Names of steps that do not set a new article to "in progress"."""


class Session(BaseSession):
    """An annotator working on a corpus."""

    save_error_changed = Signal()
    """`save_error` or `pending_step` changed."""
    displaced = Signal(object)
    """The corpus file was renamed, deleted or replaced; carries the Displacement, with the file now in use."""
    displacing = Signal()
    """The corpus file is no longer in its place: this window's other processes on it must end."""
    change_discarded = Signal()
    """The pending step will not be written; text typed for it is void."""
    _checkpoint_reported = Signal(object, object)
    """A Checkpointer, and the CorpusError that keeps the last steps out of the file, if any."""

    def __init__(self, annotator: str, parent: QObject | None = None) -> None:
        super().__init__(annotator, parent)
        self.pending_step: Step | None = None
        """A change that is not on disk yet."""
        self.save_error = ""
        """Why the file cannot be written, in a sentence; "" if no error is known."""
        self._displacement: Displacement | None = None  # detected, but its file is not open yet
        self._checkpointer: Checkpointer | None = None
        self._witness: Witness | None = None
        self._checkpoint_error = ""
        self._checkpoint_reported.connect(self._receive_checkpoint_report)
        self._conflicting: set[str] = set()  # uids of steps whose conflict was reported
        self._retry_timer = QTimer(self)
        self._retry_timer.setInterval(_RETRY_INTERVAL)
        self._retry_timer.timeout.connect(self.retry_save)

    # The file

    def open(self, corpus: Corpus) -> None:
        corpus.set_busy_timeout(_BUSY_TIMEOUT)
        super().open(corpus)
        self._open_helpers()
        if not corpus.is_in_wal_mode():
            text = _("“{name}” is on a network drive: saving is slower, and has to wait during exports and backups.")
            self.notified.emit(text.format(name=isolate_ltr(corpus.path.name)))

    def close_silently(self) -> None:
        self.retry_save()
        self._close_helpers()
        self._set_pending(None)
        self._displacement = None
        super().close_silently()

    def check_file(self) -> None:
        """Check that the file exists, and show what others wrote."""
        if not self.corpus or self.pending_step:
            return
        try:
            self._follow_file()
            version = self.corpus.data_version()
        except CorpusError as error:
            self._set_pending(None, str(error))
            return
        self._set_pending(None, self._checkpoint_error)
        if version == self._version:
            return
        self._version = version  # reload() sets it only with an open article
        spans, articles = self.spans, sum(self.counts.values())
        self.reload()
        if sum(self.counts.values()) != articles:
            self.reload_articles()
        if self.spans != spans:
            self.notified.emit(_("This article was changed in another window. You now see the current version."))

    def retry_save(self) -> bool:
        """Write the pending step; return whether none is pending now."""
        step = self.pending_step
        if step is None:
            return True
        try:
            self._follow_file()
        except CorpusError as error:
            self._set_pending(step, str(error))
            return False
        if self._write(step):
            self.notified.emit(_("The pending change was saved."))
        return self.pending_step is None

    def discard_pending(self) -> None:
        """Drop the pending step and show the state on disk."""
        self._set_pending(None)
        self.change_discarded.emit()
        self.reload()

    # Changes; all return whether the change is on disk

    def tag(self, label: str, start: int, end: int) -> bool:
        """Tag code points `start` to `end` and select the span."""
        return self._apply(
            "tag", lambda article: operations.add_span(article, self.spans, self.annotator, label, start, end)
        )

    def relabel(self, span: Span, label: str) -> bool:
        """Give a span another label."""
        return self._apply("relabel", lambda article: operations.relabel(article, self.spans, span, label))

    def resize(self, span: Span, start: int, end: int) -> bool:
        """Move a span's edges."""
        return self._apply("resize", lambda article: operations.resize(article, self.spans, span, start, end))

    def describe(self, span: Span, value: str, note: str) -> bool:
        """Set a span's value and note."""
        return self._apply(DESCRIBE, lambda _article: operations.describe_span(span, value, note))

    def write_note(self, text: str) -> bool:
        """Set the note on the article."""
        return self._apply("note", lambda article: operations.set_note(self.note, article, self.annotator, text))

    def tag_all(self, label: str, ranges: Sequence[tuple[int, int]]) -> bool:
        """Tag these ranges in one step."""
        return self._apply(
            "tag_each", lambda article: operations.add_spans(article, self.spans, self.annotator, label, ranges)
        )

    def accept(self, suggestion: Suggestion, edited: Suggestion) -> bool:
        """Tag a suggestion as `edited` by the annotator (see operations.accept)."""
        return self._apply(
            history.ACCEPT_STEP,
            lambda article: operations.accept(article, self.spans, self.annotator, suggestion, edited),
        )

    def accept_all(self, suggestions: Sequence[Suggestion]) -> bool:
        """Accept these suggestions in one step."""
        return self._apply(
            history.ACCEPT_STEP, lambda article: operations.accept_all(article, self.spans, self.annotator, suggestions)
        )

    def reject(self, suggestion: Suggestion) -> bool:
        """Reject a suggestion."""
        return self._apply(REJECT, lambda article: operations.reject(article, self.annotator, suggestion))

    def remove(self, span: Span) -> bool:
        """Remove a span."""
        return self._apply("remove", lambda _article: operations.remove_span(span))

    def apply_fix(self, issue: Issue) -> bool:
        """Apply an issue's fix, if any (see checks.issue.Fix)."""
        target = next((span for span in self.spans if span.uid == issue.span), None)
        fix = issue.fix
        if fix is None or (target is None and issue.span is not None):
            return False
        replacement = fix.label, fix.start, fix.end
        return self._apply(
            "put_right",
            lambda article: operations.replace_span(article, self.spans, self.annotator, target, *replacement),
        )

    def dismiss(self, issue: Issue) -> bool:
        """Dismiss an issue for good."""
        return self._apply(DISMISS, lambda article: operations.dismiss(article, self.annotator, *issue.key))

    def mark_zone(self, kind: str, start: int, end: int) -> bool:
        """Mark a range as a zone of this kind."""
        return self._apply("zone", lambda article: operations.mark_zone(article, self.zones, kind, start, end))

    def set_state(self, state: str) -> bool:
        """Set the annotator's state of the article."""
        return self._apply("state", lambda article: operations.set_state(self.status, article, self.annotator, state))

    def undo(self) -> bool:
        """Undo the annotator's last step on the article."""
        return self._revert_last(self.undoable)

    def redo(self) -> bool:
        """Redo the step undone last."""
        return self._revert_last(self.redoable)

    def next_long_step(self, stack: list[StepInfo]) -> StepInfo | None:
        """Return the next step to revert if no key can wait for it, so `jobs.undo` must do it."""
        step_info = next((step_info for step_info in reversed(stack) if step_info.uid not in self._conflicting), None)
        if step_info is None:
            return None
        long = False
        with self._reporting_errors():
            long = self._is_long(step_info)
        return step_info if long else None

    def skip_conflict(self, step_info: StepInfo) -> None:
        """Report a step that conflicts with changes of others; the next undo or redo skips it."""
        self._conflicting.add(step_info.uid)
        self.reload()
        is_redo = step_info in self.redoable
        message = (
            _("Cannot redo: the annotation was changed in another window in the meantime.")
            if is_redo
            else _("Cannot undo: the annotation was changed in another window in the meantime.")
        )
        if any(remaining.uid not in self._conflicting for remaining in (self.redoable if is_redo else self.undoable)):
            message += " " + _("Press the same key again to skip it.")
        self.failed.emit(message)

    def _apply(self, name: str, operation: Callable[[Article], list[Edit]]) -> bool:
        if not self.article or not self._check_no_pending():
            return False
        try:
            edits = operation(self.article)
        except operations.InvalidEdit as error:
            self.failed.emit(str(error))
            return False
        if edits and name not in _STATE_KEEPING_STEPS:
            edits += operations.begin_article(self.status, self.article, self.annotator)
        return not edits or self._write(self._step(name, edits))

    def _revert_last(self, stack: list[StepInfo]) -> bool:
        if not stack or not self._check_no_pending():
            return False
        for step_info in reversed(stack):
            try:
                if step_info.uid not in self._conflicting or not self._is_long(step_info):
                    return self._revert(step_info)
            except (Conflict, operations.InvalidEdit):
                if step_info.uid not in self._conflicting:  # else it was reported, and may no longer conflict
                    self.skip_conflict(step_info)
                    return False
            except CorpusError as error:
                self.report_error(error)
                return False
        self.skip_conflict(stack[-1])
        return False

    def _revert(self, step_info: StepInfo) -> bool:
        """Write the reverse of this step. Raises CorpusError, InvalidEdit."""
        if not self.corpus:
            return False
        step = self.corpus.step(step_info.uid)
        return self._store(self._step(step.name, history.reverse_step(step), step.uid))

    def _is_long(self, step_info: StepInfo) -> bool:
        return self.corpus is not None and self.corpus.edit_count(step_info.uid) > _MAX_SYNCHRONOUS_EDITS

    def _step(self, name: str, edits: Iterable[Edit], undoes: str | None = None) -> Step:
        return Step(new_uid(), self.annotator, utc_timestamp(), name, tuple(edits), undoes)

    def _check_no_pending(self) -> bool:
        """Return whether no step was pending; retry one that was.

        False even if that succeeds: the saved step may void the new change.
        """
        if not self.pending_step:
            return True
        if not self.retry_save():
            self.failed.emit(_("The previous change is not saved yet."))
        return False

    def _write(self, step: Step) -> bool:
        """Write the step as `_store` does, but report its errors."""
        try:
            return self._store(step)
        except (CorpusError, operations.InvalidEdit) as error:
            self._set_pending(None)
            self.failed.emit(str(error))
            self.reload()
            return False

    def _store(self, step: Step) -> bool:
        """Write the step and return whether it is on disk; on a WriteError make it pending.

        Raises CorpusError, InvalidEdit.
        """
        if not self.corpus:
            return False
        try:
            with self.corpus.transaction():
                if not self.corpus.edit_count(step.uid):  # a disk may fail after the write succeeded
                    self.corpus.apply(step)
                    if self.article:
                        self.corpus.save_position(self.annotator, self.article.uid, self.get_offset())
            if self._witness:
                self._witness.verify_step(step)
        except WriteError as error:
            self._set_pending(step, str(error))
            return False
        self._set_pending(None, self._checkpoint_error)
        self._has_moved = True
        self._reload_after(step)
        self._position_timer.stop()
        return True

    def _set_pending(self, step: Step | None, save_error: str = "") -> None:
        """Set the pending step, if any, and the error that prevents saving."""
        if (step, save_error) == (self.pending_step, self.save_error):
            return
        self.pending_step, self.save_error = step, save_error
        if step:
            self._retry_timer.start()
        else:
            self._retry_timer.stop()
        self.save_error_changed.emit()

    def _open_helpers(self) -> None:
        """Start checkpoints of the WAL and read-back of every step, each with its own connection."""
        if self.corpus:
            self._checkpointer = Checkpointer(self.corpus.path, self._checkpoint_reported.emit)
            self._witness = Witness(self.corpus.path)

    def _close_helpers(self) -> None:
        if self._checkpointer:
            self._checkpointer.close()
        if self._witness:
            self._witness.close()
        self._checkpointer, self._witness, self._checkpoint_error = None, None, ""

    def _receive_checkpoint_report(self, checkpointer: Checkpointer, error: CorpusError | None) -> None:
        if checkpointer is self._checkpointer:
            self._checkpoint_error = str(error or "")
            if not self.pending_step:
                self._set_pending(None, self._checkpoint_error)

    def _follow_file(self) -> None:
        """Follow the corpus file if it is not in its place or not as it was.

        Creates a removed WAL again, follows a renamed file, copies a deleted or replaced one beside it, and resumes on
        a removable drive plugged in again. Raises CorpusError if none of this is possible.
        """
        if not self.corpus:
            return
        try:
            if not self._displacement:
                self.corpus.check_file_identity()
        except LostWal:
            self._close_helpers()
            self.corpus.reconnect()
            self.reload()
        except MissingCorpus as missing:
            self._close_helpers()
            self.displacing.emit()
            try:
                self._displacement = rescue_displaced(self.corpus)
            except MissingCorpus:
                self._resume_reconnected(self.corpus, missing)
        if self._displacement:
            self._switch_to(Corpus.open(self._displacement.current))  # not before others have closed the old one
            displacement, self._displacement = self._displacement, None
            self.displaced.emit(displacement)
        if not self._checkpointer:
            self._open_helpers()

    def _resume_reconnected(self, corpus: Corpus, missing: MissingCorpus) -> None:
        """Resume on a reconnected removable drive if its file holds what is shown.

        Raises CorpusError.
        """
        if not corpus.path.exists():
            raise missing
        corpus.close_preserving_wal()
        reopened = Corpus.open(corpus.path)
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
        self.reload_articles()

    def _is_shown(self, corpus: Corpus) -> bool:
        """Return whether this corpus holds what is shown."""
        if not self.article:
            return corpus.labels() == self.labels
        uid = self.article.uid
        return not self._is_gone(corpus, uid) and corpus.spans(uid, self.annotator) == self.spans
