"""The card of the selected span (words, label, value, note) or current suggestion."""

from typing import Final, TypeAlias

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from annotator.i18n import _
from annotator.model.display_names import source_title
from annotator.model.labels import LabelSet
from annotator.model.records import Article, Span, Suggestion
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import (
    add_arabic_mark,
    describe_invisible,
    describe_value,
    format_percent,
    isolate,
    plain_label,
    tooltip,
)

Hint: TypeAlias = tuple[str, str]
"""A title and a sentence of advice."""
_UNLIMITED: Final = 100_000  # pixels
_LINES: Final = 3  # of the words and the facts about them


class AutosaveField(QLineEdit):
    """A line edit that saves its text on Enter or when it loses the focus; Escape reverts it.

    Unsaved text stays for the next `commit`, until the field gets another owner.
    """

    commit_requested = Signal()
    """Asks to save the text; `show_text` then confirms what was saved."""
    focus_released = Signal()
    """The focus belongs to the article again."""
    focus_lost = Signal()
    """The field lost the focus."""
    discarded = Signal(str)
    """A text was lost: it could not be saved before the field got another owner."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(title)
        self.setAccessibleName(title)
        self.textChanged.connect(lambda text: self.setToolTip(tooltip(text)))  # the text may not fit
        self._saved_text = ""
        self._owner: object = None
        self._is_committing = False

    def show_text(self, text: str, owner: object) -> None:
        """Show the saved text of `owner`, a value that identifies a span or article.

        Text typed but unsaved stays for the same owner.
        """
        unsaved_text = self.text() if self.text().strip() != self._saved_text.strip() else ""
        is_typing = owner == self._owner and self.text() != self._saved_text and self.text().strip() != text
        if unsaved_text.strip() and owner != self._owner:
            self.discarded.emit(unsaved_text)
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
        self.focus_lost.emit()


class SpanCard(QFrame):
    """Shows the selection, or a hint."""

    details_edited = Signal(object, str, str)
    """A span, its value and its note."""
    focus_released = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._span: Span | None = None
        self._shown_selection: object = None
        self._words_label, self._about_label = plain_label(), plain_label(name="quiet")
        self._words_label.setFont(fonts.interface_font(14, bold=True))
        self.value_field, self.note_field = AutosaveField(_("Value")), AutosaveField(_("Note"))
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(4)
        text_column = QVBoxLayout()
        text_column.setSpacing(0)
        for label in (self._words_label, self._about_label):
            label.setWordWrap(True)
            text_column.addWidget(label)
        text_column.addStretch()
        # A fixed height: a selection must neither move the widgets around the card nor cost a layout.
        text_area = QWidget()
        text_area.setLayout(text_column)
        text_column.setContentsMargins(0, 0, 0, 0)
        text_area.setFixedHeight(
            _LINES * max(label.fontMetrics().lineSpacing() for label in (self._words_label, self._about_label))
        )
        column.addWidget(text_area)
        for field in (self.value_field, self.note_field):
            field.commit_requested.connect(self._emit_details)
            field.focus_released.connect(self.focus_released)
        self._footer = QStackedWidget()
        self._footer.addWidget(_create_row(self.value_field, self.note_field))
        column.addWidget(self._footer)

    def add_buttons(self, *buttons: QPushButton) -> None:
        """Add a row of buttons below suggestions."""
        self._footer.addWidget(_create_row(*buttons))

    def show_selection(
        self,
        article: Article | None,
        item: Span | Suggestion | None,
        labels: LabelSet,
        selected_text: str,
        hint: Hint | None = None,
    ) -> None:
        """Show the selected span, current suggestion or selected text, else a hint."""
        selection = (article and article.uid, item, labels, selected_text, hint)
        if selection == self._shown_selection:
            return
        self._shown_selection = selection
        span = item if isinstance(item, Span) else None
        if span is None or self._span is None or span.uid != self._span.uid:
            # First save what was typed for the previous span.
            self.value_field.finish_editing()
            self.note_field.finish_editing()
        self._span = span
        for field, text in ((self.value_field, span and span.value), (self.note_field, span and span.note)):
            field.setEnabled(span is not None)
            field.show_text(text or "", span and span.uid)
        self._footer.setCurrentIndex(isinstance(item, Suggestion))
        if article and item:
            label = labels.find(item.label)
            about = [label.localised_title() if label else item.label]
            if isinstance(item, Suggestion):
                about += [isolate(describe_value(item))] if item.value else []
                about += [source_title(item.source), format_percent(item.score)]
            about += filter(None, [describe_invisible(article.text, item.start, item.end)])
            self._show_text(article.text[item.start : item.end], " · ".join(about))
        elif selected_text:
            self._show_text(selected_text, _("Press a label's key."))
        elif hint:
            self._show_text(*hint)
        else:
            self._show_text(_("Nothing is selected"), _("Select some words, then press a label's key."))

    def _emit_details(self) -> None:
        if self._span:
            self.details_edited.emit(self._span, self.value_field.text(), self.note_field.text())

    def _show_text(self, words: str, about: str) -> None:
        text = add_arabic_mark(" ".join(words.split()))
        # The lines that `about` leaves free; lines break before their end, hence less than twice the width.
        width = self._words_label.width() if self._words_label.isVisible() else _UNLIMITED
        max_width = round(width * (1.8 if self._about_label.fontMetrics().horizontalAdvance(about) < width else 0.95))
        # Not `elide`: a label takes its direction from the first letter, and an isolate would look left to right.
        self._words_label.setText(
            self._words_label.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max_width)
        )
        self._words_label.setToolTip(tooltip(text))
        self._about_label.setText(about)


def _create_row(*widgets: QWidget) -> QWidget:
    widget = QWidget()
    row = QHBoxLayout(widget)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    for child in widgets:
        row.addWidget(child, 1)
    return widget
