"""Fields that save what is typed in them by themselves."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from annotator.i18n import _
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import isolate, tooltip


class AutosaveField(QLineEdit):
    """A line edit that saves its text on Enter or when it loses the focus; Escape reverts it.

    Unsaved text stays for the next `commit`, until the field gets another owner.
    """

    commit_requested = Signal()
    """Asks to save the text; `show_text` then confirms what was saved."""
    focus_released = Signal()
    """The focus belongs to the article again."""

    def __init__(self, title: str, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setPlaceholderText(title)
        self.setAccessibleName(title)
        self.textChanged.connect(lambda text: self.setToolTip(tooltip(text)))  # the text may not fit
        self._saved_text = ""
        self._owner: object = None
        self._is_committing = False
        session.article_closing.connect(self.finish_editing)
        session.change_discarded.connect(self.revert)

    def show_text(self, text: str, owner: object) -> None:
        """Show the saved text of `owner`, a value that identifies a span or article.

        Text typed but unsaved stays for the same owner.
        """
        unsaved_text = self.text() if self.text().strip() != self._saved_text.strip() else ""
        is_typing = owner == self._owner and self.text() != self._saved_text and self.text().strip() != text
        if unsaved_text.strip() and owner != self._owner and not self._session.pending_step:  # else that has it
            message = _("What you typed could not be saved: “{text}”")
            self._session.failed.emit(message.format(text=isolate(unsaved_text)))
        self._saved_text, self._owner = text, owner
        if not is_typing and self.text() != text:
            self.setText(text)

    def start_editing(self) -> None:
        """Show and focus the field, selecting its text."""
        self.show()
        self.selectAll()
        self.setFocus()

    def commit(self) -> bool:
        """Save the text; return whether it is saved."""
        if self.text() != self._saved_text and not self._is_committing:
            self._is_committing = True  # saving may move the focus, which calls this again
            self.commit_requested.emit()
            self._is_committing = False
        return self.text().strip() == self._saved_text.strip()

    def revert(self) -> None:
        """Restore the saved text."""
        self.setText(self._saved_text)

    def finish_editing(self) -> None:
        """Save the text and release the focus."""
        self.commit()
        if self.hasFocus():
            self.focus_released.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.revert()
            self.focus_released.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.commit():
                self.focus_released.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.commit()


class NoteField(AutosaveField):
    """The note on the article, visible if there is one."""

    def __init__(self, session: Session) -> None:
        super().__init__(_("Edit article note"), session)
        self.commit_requested.connect(lambda: session.write_note(self.text()))
        session.on_change(self._update, "article", "annotator", "note")
        self._update()

    def revert(self) -> None:
        super().revert()
        self._update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._update()

    def _update(self) -> None:
        article, note = self._session.article, self._session.note
        self.show_text(note.text if note else "", (article.uid, self._session.annotator) if article else None)
        self.setVisible(bool(note or self.text()) or self.hasFocus())
