"""The selected span: its words, its label, and what is said of it: a value and a note."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from annotator.core.labels import LabelSet
from annotator.core.model import Article, Span
from annotator.i18n import _
from annotator.ui import fonts
from annotator.ui.wording import plain_label, tooltip


class Field(QLineEdit):
    """A line whose text is kept when it is left or Enter is pressed, and put back by Escape."""

    kept = Signal()
    left = Signal()
    """The person goes back to the article."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(title)
        self.setAccessibleName(title)
        self.textChanged.connect(
            lambda text: self.setToolTip(tooltip(text))
        )  # more than fits may be there
        self._kept = ""

    def show_text(self, text: str) -> None:
        """What is kept now."""
        self._kept = text
        self.setText(text)

    def begin(self) -> None:
        """Be ready to be typed in."""
        self.show()
        self.selectAll()
        self.setFocus()

    def leave(self) -> None:
        """Keep what was typed, and go back to the article."""
        if self.hasFocus():
            self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._kept)
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._keep()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._keep()

    def _keep(self) -> None:
        if self.text() != self._kept:
            self._kept = self.text()
            self.kept.emit()


class SpanCard(QFrame):
    """What is selected; with nothing selected, how to begin."""

    described = Signal(object, str, str)
    """A span, its value and its note."""
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._span: Span | None = None
        self._words, self._about = plain_label(), plain_label(name="quiet")
        self._words.setFont(fonts.interface(14, bold=True))
        self.value, self.note = Field(_("Value")), Field(_("Note"))
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(4)
        for label in (self._words, self._about):
            label.setWordWrap(True)
            column.addWidget(label)
        column.addStretch()
        row = QHBoxLayout()
        row.setSpacing(6)
        for field in (self.value, self.note):
            field.kept.connect(self._describe)
            field.left.connect(self.left)
            row.addWidget(field, 1)
            kept = field.sizePolicy()
            kept.setRetainSizeWhenHidden(True)  # what is above stays where it is
            field.setSizePolicy(kept)
        column.addLayout(row)

    def show_choice(self, article: Article | None, span: Span | None, labels: LabelSet, selected: str) -> None:
        """Show the selected span or the selected text."""
        if span is None or self._span is None or span.uid != self._span.uid:
            # What was typed is of the span that was shown, and is kept before another one is.
            self.value.leave()
            self.note.leave()
        self._span = span
        for field, text in ((self.value, span and span.value), (self.note, span and span.note)):
            field.setVisible(span is not None)
            if not field.hasFocus():
                field.show_text(text or "")
        if article and span:
            label = labels.find(span.label)
            self._say(article.text[span.start : span.end], label.shown() if label else span.label)
        elif selected:
            self._say(selected, _("Press a label's key, or click the label."))
        else:
            self._say(_("Nothing is selected"), _("Drag over some words, then press a label's key."))

    def _describe(self) -> None:
        if self._span:
            self.described.emit(self._span, self.value.text(), self.note.text())

    def _say(self, words: str, about: str) -> None:
        self._words.setText(" ".join(words.split()))
        self._about.setText(about)
