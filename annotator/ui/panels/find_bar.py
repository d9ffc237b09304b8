"""Finding words in the open article: a line above it, hits while typing, no dialog."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from annotator.i18n import _, number
from annotator.text.search import found
from annotator.ui.widgets import icons
from annotator.ui.widgets.bidi_text import plain_label, tooltip
from annotator.ui.widgets.search_line import SearchLine
from annotator.ui.widgets.theme import Theme

Hit = tuple[int, int]


class FindBar(QFrame):
    """Words to find. `hits` are the places in the article, in order; `current` is the one that was gone to."""

    changed = Signal()
    """Other hits, or another current one."""
    left = Signal()
    """The person goes back to the article."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.hits: list[Hit] = []
        self.current: Hit | None = None
        self.where: Callable[[], int] = int
        """Asked for the place in the article from which to look for the first hit."""
        self._text = ""
        self.line = SearchLine(_("Find in the article"))
        self.line.textChanged.connect(self._typed)
        self._count = plain_label(name="quiet")
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(10, 6, 10, 6)
        row.setSpacing(8)
        row.addWidget(self.line, 1)
        row.addWidget(self._count)
        self._buttons = {
            _button(_("Find the one before"), lambda: self.step(-1)): "up",
            _button(_("Find the next one"), lambda: self.step(1)): "down",
            _button(_("Close"), self.hide): "close",
        }
        for button in self._buttons:
            row.addWidget(button)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Draw the buttons for this theme."""
        for button, icon in self._buttons.items():
            button.setIcon(icons.icon(icon, theme))

    def show_text(self, text: str) -> None:
        """Look into this article from now on; what is being looked for stays."""
        self._text = text
        self._find()

    def begin(self, words: str = "") -> None:
        """Come into sight, with these words if there are any, ready to be typed in."""
        self.show()
        self._find()
        if words:
            self.line.setText(words)
        self.line.selectAll()
        self.line.setFocus()

    def look_for(self, words: str) -> None:
        """Show where these words are, without asking for the keyboard; none puts the line away."""
        self.line.setText(words)
        self.setVisible(bool(words))
        self._find()

    def step(self, step: int) -> None:
        """Go to the next hit (1) or the one before (-1), round again at the end."""
        if not self.hits:
            return
        if self.current in self.hits:
            at = self.hits.index(self.current) + step
        else:
            after = sum(start < self.where() for start, _end in self.hits)
            at = after if step > 0 else after - 1
        self.current = self.hits[at % len(self.hits)]
        self._say()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self._find()
            self.left.emit()

    def _typed(self) -> None:
        self._find()
        if self.line.hasFocus():
            self.step(1)

    def _find(self) -> None:
        self.hits = found(self._text, self.line.text()) if not self.isHidden() else []
        self.current = None
        self._say()

    def _say(self) -> None:
        if not self.line.text().strip():
            said = ""
        elif not self.hits:
            said = _("Not in this article")
        elif self.current in self.hits:
            place = self.hits.index(self.current) + 1
            said = _("{place} of {count}").format(place=number(place), count=number(len(self.hits)))
        else:
            said = number(len(self.hits))
        self._count.setText(said)
        self.changed.emit()


def _button(title: str, do: Callable[[], None]) -> QToolButton:
    button = QToolButton()
    button.setToolTip(tooltip(title))
    button.setAccessibleName(title)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(lambda _checked=False: do())
    return button
