"""Says so when dates get new values by a new day of publication."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from annotator.i18n import format_number, ngettext
from annotator.model.records import Publication, Span, Step
from annotator.ui.session.notice import Notice
from annotator.ui.session.session import Session


class ValueNotifier(QObject):
    """Announces, with a button that undoes the step, how many values a step has changed with the publication."""

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self._session = session
        session.corpus_changed.connect(self._on_step)

    def _on_step(self, step: Step | None) -> None:
        if not step or step.undoes or not any(isinstance(edit.after, Publication) for edit in step.edits):
            return
        count = sum(isinstance(edit.after, Span) for edit in step.edits)
        if count:
            text = ngettext(
                "{count} date was resolved against the day of publication.",
                "{count} dates were resolved against the day of publication.",
                count,
            )
            self._session.announced.emit(Notice(text.format(count=format_number(count)), is_undoable=True))
