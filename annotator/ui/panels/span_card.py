"""The selected span: its words, its label, and what is said of it: a value and a note. Or the chosen suggestion."""

from typing import Final, TypeAlias

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from annotator.i18n import _
from annotator.model.display_names import source_title
from annotator.model.labels import LabelSet
from annotator.model.records import Article, Span, Suggestion
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import as_read, invisible, isolated, percent, plain_label, proposed_value, tooltip

Hint: TypeAlias = tuple[str, str]
"""How things are, and what to do."""
_ENDLESS: Final = 100_000  # pixels
_LINES: Final = 3  # of words and what is said about them


class Field(QLineEdit):
    """A line whose text is kept when it is left or Enter is pressed, and put back by Escape.

    What could not be kept stays there, and is tried again whenever `keep` is called, until the field is of something
    else.
    """

    kept = Signal()
    """The text is to be kept: what is kept then is told by `show_text`."""
    left = Signal()
    """The person goes back to the article."""
    ended = Signal()
    """The keyboard is elsewhere now."""
    dropped = Signal(str)
    """What was typed and could not be kept: the field is of something else now."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(title)
        self.setAccessibleName(title)
        self.textChanged.connect(lambda text: self.setToolTip(tooltip(text)))  # more than fits may be there
        self._kept = ""
        self._about: object = None
        self._keeping = False

    def show_text(self, text: str, about: object) -> None:
        """What is kept now of `about`, which is anything that tells it from others. What is being typed about the same
        stays until it is kept."""
        typed = self.text() if self.text().strip() != self._kept.strip() else ""
        typing = about == self._about and self.text() != self._kept and self.text().strip() != text
        if typed.strip() and about != self._about:
            self.dropped.emit(typed)
        self._kept, self._about = text, about
        if not typing and self.text() != text:
            self.setText(text)

    def begin(self) -> None:
        """Be ready to be typed in."""
        self.show()
        self.selectAll()
        self.setFocus()

    def keep(self) -> bool:
        """Keep what was typed; whether it is kept."""
        if self.text() != self._kept and not self._keeping:
            self._keeping = True  # a change may take the keyboard away, which keeps too
            self.kept.emit()
            self._keeping = False
        return self.text().strip() == self._kept.strip()

    def drop(self) -> None:
        """Put back what is kept."""
        self.setText(self._kept)

    def leave(self) -> None:
        """Keep what was typed, and go back to the article."""
        self.keep()
        if self.hasFocus():
            self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.drop()
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.keep():
                self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.keep()
        self.ended.emit()


class SpanCard(QFrame):
    """What is selected; with nothing selected, how to begin."""

    described = Signal(object, str, str)
    """A span, its value and its note."""
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._span: Span | None = None
        self._choice: object = None
        self._words, self._about = plain_label(), plain_label(name="quiet")
        self._words.setFont(fonts.interface(14, bold=True))
        self.value, self.note = Field(_("Value")), Field(_("Note"))
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(4)
        said = QVBoxLayout()
        said.setSpacing(0)
        for label in (self._words, self._about):
            label.setWordWrap(True)
            said.addWidget(label)
        said.addStretch()
        # Whatever is selected, what is around the card stays in its place, and no key waits for it to be laid out.
        room = QWidget()
        room.setLayout(said)
        said.setContentsMargins(0, 0, 0, 0)
        room.setFixedHeight(_LINES * max(label.fontMetrics().lineSpacing() for label in (self._words, self._about)))
        column.addWidget(room)
        for field in (self.value, self.note):
            field.kept.connect(self._describe)
            field.left.connect(self.left)
        self._foot = QStackedWidget()
        self._foot.addWidget(_row(self.value, self.note))
        column.addWidget(self._foot)

    def add_buttons(self, *buttons: QPushButton) -> None:
        """Have these beneath a suggestion."""
        self._foot.addWidget(_row(*buttons))

    def show_choice(
        self,
        article: Article | None,
        held: Span | Suggestion | None,
        labels: LabelSet,
        selected: str,
        hint: Hint | None = None,
    ) -> None:
        """Show the selected span, the chosen suggestion or the selected text; with nothing selected, a hint."""
        choice = (article and article.uid, held, labels, selected, hint)
        if choice == self._choice:
            return
        self._choice = choice
        span = held if isinstance(held, Span) else None
        if span is None or self._span is None or span.uid != self._span.uid:
            # What was typed is of the span that was shown, and is kept before another one is.
            self.value.leave()
            self.note.leave()
        self._span = span
        for field, text in ((self.value, span and span.value), (self.note, span and span.note)):
            field.setEnabled(span is not None)
            field.show_text(text or "", span and span.uid)
        self._foot.setCurrentIndex(isinstance(held, Suggestion))
        if article and held:
            label = labels.find(held.label)
            about = [label.shown() if label else held.label]
            if isinstance(held, Suggestion):
                about += [isolated(proposed_value(held))] if held.value else []
                about += [source_title(held.source), percent(held.score)]
            about += filter(None, [invisible(article.text, held.start, held.end)])
            self._say(article.text[held.start : held.end], " · ".join(about))
        elif selected:
            self._say(selected, _("Press a label's key."))
        elif hint:
            self._say(*hint)
        else:
            self._say(_("Nothing is selected"), _("Drag over some words, then press a label's key."))

    def _describe(self) -> None:
        if self._span:
            self.described.emit(self._span, self.value.text(), self.note.text())

    def _say(self, words: str, about: str) -> None:
        shown = as_read(" ".join(words.split()))
        # As many lines as `about` leaves; a line ends before its end, hence not twice the width.
        width = self._words.width() if self._words.isVisible() else _ENDLESS
        room = round(width * (1.8 if self._about.fontMetrics().horizontalAdvance(about) < width else 0.95))
        # Not `elided`: a label goes by its text's first letter, and would take an isolate for one from left to right.
        self._words.setText(self._words.fontMetrics().elidedText(shown, Qt.TextElideMode.ElideRight, room))
        self._words.setToolTip(tooltip(shown))
        self._about.setText(about)


def _row(*parts: QWidget) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    for part in parts:
        row.addWidget(part, 1)
    return made
