"""Says so when a step changes values that the annotator did not type: by a publication, or by a label for dates."""

from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from annotator.i18n import _, format_number, ngettext
from annotator.model.date_values import is_date_value
from annotator.model.label_roles import is_date_label
from annotator.model.records import Edit, Publication, Span, Step
from annotator.ui.session.notice import Notice
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import elide_middle, isolate

_MAX_VALUE: Final = 40  # letters that a message shows


class ValueNotifier(QObject):
    """Announces, with a button that undoes the step, what it did to values.

    That is how many changed with the publication, or which one became a note (see `operations.with_label`).
    """

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self._session = session
        session.corpus_changed.connect(self._on_step)

    def _on_step(self, step: Step | None) -> None:
        text = _describe(step.edits) if step and not step.undoes else ""
        if text:
            self._session.announced.emit(Notice(text, is_undoable=True))


def _describe(edits: tuple[Edit, ...]) -> str:
    """Return what the edits of a step did to values; "" for nothing."""
    count = sum(isinstance(edit.after, Span) for edit in edits)
    if count and any(isinstance(edit.after, Publication) for edit in edits):
        text = ngettext(
            "{count} date was resolved against the day of publication.",
            "{count} dates were resolved against the day of publication.",
            count,
        )
        return text.format(count=format_number(count))
    value = next(filter(None, map(_moved_value, edits)), None)
    if value is None:
        return ""
    text = _("“{value}” is not a date: it is in the note of the span now.")
    return text.format(value=isolate(elide_middle(" ".join(value.split()), _MAX_VALUE)))


def _moved_value(edit: Edit) -> str | None:
    """Return the value that became a note with the label of a span."""
    before, after = edit.before, edit.after
    if not isinstance(before, Span) or not isinstance(after, Span) or before.label == after.label:
        return None
    is_moved = before.value is not None and not is_date_value(before.value) and after.value != before.value
    return before.value if is_moved and is_date_label(after.label) else None
