"""Fields that save what is typed in them by themselves."""

from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from annotator.i18n import _
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import format_keys, isolate, set_direction, tooltip
from annotator.ui.widgets.controls import ENTER_KEYS
from annotator.ui.widgets.text_menu import set_text_menu
from annotator.ui.widgets.wrapped_label import text_direction

MAX_NOTE_LINES: Final = 6
"""Lines of a note that are shown; more scroll."""

if TYPE_CHECKING:

    class _Field(QWidget):
        """The methods of a text field that both of Qt's have, or get below."""

        def text(self) -> str: ...
        def setText(self, text: str | None, /) -> None: ...  # noqa: N802
        def selectAll(self) -> None: ...  # noqa: N802
        def setReadOnly(self, is_read_only: bool, /) -> None: ...  # noqa: N802

else:
    _Field = object


class Autosave(_Field):
    """Makes a text field save its text on Enter or when it loses the focus; Escape reverts it.

    Unsaved text stays for the next `commit`, until the field gets another owner.
    """

    commit_requested: ClassVar[Signal]
    """Asks to save the text; `show_text` then confirms what was saved."""
    focus_released: ClassVar[Signal]
    """The focus belongs to the article again."""

    def attach(self, title: str, session: Session) -> None:
        """Name the field, and save its text before another article is opened."""
        self._session = session
        self.setAccessibleName(title)
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
        return self.is_saved

    @property
    def is_saved(self) -> bool:
        """Whether the text is the saved one."""
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
        elif event.key() in ENTER_KEYS:
            if self.commit():
                self.focus_released.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.commit()


class AutosaveField(Autosave, QLineEdit):
    """A line that saves itself."""

    commit_requested = Signal()
    focus_released = Signal()

    def __init__(self, title: str, session: Session) -> None:
        super().__init__()
        self.attach(title, session)
        self.setPlaceholderText(title)
        set_text_menu(self)
        self.textChanged.connect(lambda text: self.setToolTip(tooltip(text)))  # the text may not fit


class NoteEdit(Autosave, QPlainTextEdit):
    """A note that saves itself: Enter saves, Shift+Enter begins a new line. It is as high as its lines."""

    commit_requested = Signal()
    focus_released = Signal()
    focus_changed = Signal(bool)

    def __init__(self, title: str, session: Session) -> None:
        super().__init__()
        self.attach(title, session)
        self.setPlaceholderText(title)
        text = _("{key} saves, {other} begins a new line.")
        self.hint = text.format(key=format_keys(["Return"]), other=format_keys(["Shift+Return"]))
        """What the keys do."""
        self._max_lines = MAX_NOTE_LINES
        set_text_menu(self)
        self.setToolTip(tooltip(self.hint))
        self.setTabChangesFocus(True)
        self.setAcceptDrops(False)  # the window imports files
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # lines are wrapped
        self.document().setDocumentMargin(0)
        self.textChanged.connect(self._fit_text)
        self._fit_text()

    def set_max_lines(self, count: int) -> None:
        """Be as high as so many lines at most, and scroll the others."""
        self._max_lines = count
        self._fit_height()

    def text(self) -> str:
        return self.toPlainText()

    def setText(self, text: str | None, /) -> None:  # noqa: N802 - as QLineEdit has it
        self.setPlainText(text or "")
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def sizeHint(self) -> QSize:
        frame = self.height() - self.contentsRect().height()
        lines = max(1, min(self._max_lines, self._line_count()))
        return QSize(super().sizeHint().width(), lines * self.fontMetrics().lineSpacing() + frame)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER_KEYS and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.insertPlainText("\n")
            self.ensureCursorVisible()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit_height()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            cursor = self.textCursor()
            cursor.clearSelection()  # Qt would show it still
            self.setTextCursor(cursor)
        self.focus_changed.emit(False)

    def _fit_text(self) -> None:
        default = QGuiApplication.layoutDirection()
        set_direction(self, text_direction(self.text(), default))
        self._fit_height()

    def _fit_height(self) -> None:
        is_long = self._line_count() > self._max_lines
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if is_long else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        self.updateGeometry()

    def _line_count(self) -> int:
        """Return the number of lines, more than those that are shown counted in part."""
        block, count = self.document().begin(), 0
        while block.isValid() and count <= self._max_lines:
            self.document().documentLayout().blockBoundingRect(block)  # lays it out, which Qt does when it is seen
            count += block.lineCount()
            block = block.next()
        return count


class NoteField(NoteEdit):
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
