"""Undo and redo of the recorded steps, and how they skip a step that others have made impossible to revert."""

from typing import Final, Protocol

from annotator.i18n import _
from annotator.model.operations import InvalidEdit
from annotator.model.records import StepInfo
from annotator.store.errors import Conflict, CorpusError
from annotator.ui.session.state import HasState

_MAX_SYNCHRONOUS_EDITS: Final = 2000
"""Edits reversed while a key waits: a tenth of a second."""


class RevertingSession(HasState, Protocol):
    """What undo needs of a session."""

    def revert(self, step_info: StepInfo) -> bool:
        """Write the reverse of this step and return whether it is on disk. Raises CorpusError, InvalidEdit."""
        ...

    def reload(self) -> None:
        """Read everything shown again."""
        ...

    def report_error(self, error: CorpusError) -> None:
        """Report an error."""
        ...


class UndoManager:
    """Chooses the next step of a stack to revert."""

    def __init__(self, session: RevertingSession) -> None:
        self._session = session
        self._conflicting: set[str] = set()  # uids of steps whose conflict was reported

    def revert_last(self, stack: list[StepInfo]) -> bool:
        """Revert the last step of a stack, and return whether that is on disk; report an error."""
        for step_info in reversed(stack):
            try:
                if step_info.uid not in self._conflicting or not self._is_long(step_info):
                    return self._session.revert(step_info)
            except (Conflict, InvalidEdit):
                if step_info.uid not in self._conflicting:  # else it was reported, and may no longer conflict
                    self.skip_conflict(step_info)
                    return False
            except CorpusError as error:
                self._session.report_error(error)
                return False
        self.skip_conflict(stack[-1])
        return False

    def next_long_step(self, stack: list[StepInfo]) -> StepInfo | None:
        """Return the next step to revert if no key can wait for it, so `jobs.undo` must do it."""
        step_info = next((step_info for step_info in reversed(stack) if step_info.uid not in self._conflicting), None)
        try:
            return step_info if step_info and self._is_long(step_info) else None
        except CorpusError as error:
            self._session.report_error(error)
            return None

    def skip_conflict(self, step_info: StepInfo) -> None:
        """Report a step that conflicts with changes of others; the next undo or redo skips it."""
        session = self._session
        self._conflicting.add(step_info.uid)
        session.reload()
        is_redo = step_info in session.current.redoable
        message = (
            _("Cannot redo: the annotation was changed in another window or on another computer.")
            if is_redo
            else _("Cannot undo: the annotation was changed in another window or on another computer.")
        )
        stack = session.current.redoable if is_redo else session.current.undoable
        if any(remaining.uid not in self._conflicting for remaining in stack):
            message += " " + _("Press the same key again to skip it.")
        session.report_error(Conflict(message))

    def _is_long(self, step_info: StepInfo) -> bool:
        corpus = self._session.current.corpus
        return corpus is not None and corpus.edit_count(step_info.uid) > _MAX_SYNCHRONOUS_EDITS
