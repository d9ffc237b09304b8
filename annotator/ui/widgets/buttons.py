"""A button for an action: it says what the action says, and is there when the action is."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from annotator.ui.widgets import icons
from annotator.ui.widgets.bidi_text import shown_key
from annotator.ui.widgets.theme import Theme

_COMPACT: Final = "padding: 7px 9px"  # of a button without words
_SPACING: Final = 8  # pixels between buttons
_GAP: Final = 3  # pixels on each side of the icon, beside those that Qt leaves


class ActionButton(QPushButton):
    """Does what `action` does and says its key. `icon` is the name of one, `primary` what is done most.

    Where there is little room, it says `words` instead of the action's, and the key.
    """

    def __init__(
        self,
        action: QAction,
        icon: str = "",
        *,
        words: str = "",
        primary: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._action, self._icon, self._words, self._primary = action, icon, words, primary
        self._is_compact = self._is_changing = False
        self._widths: tuple[int, int] | None = None
        self.setObjectName("primary" if primary else "")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click the article keeps the keys
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setIconSize(QSize(icons.SIZE + 2 * _GAP, icons.SIZE))
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def set_theme(self, theme: Theme) -> None:
        """Draw the icon for this theme."""
        if self._icon:
            self.setIcon(icons.icon(self._icon, theme, on_accent=self._primary))

    def set_compact(self, is_compact: bool) -> None:
        """Show the icon without its words, or both; screen readers have the words all the same."""
        if is_compact != self._is_compact:
            self._is_compact = is_compact
            self._show_words(is_compact)

    def widths(self) -> tuple[int, int]:
        """Return how wide the button is with its words, and without them, in pixels."""
        if self._widths is None:
            measured = []
            for is_compact in (False, True):
                self._show_words(is_compact)
                measured.append(self.sizeHint().width())
            self._show_words(self._is_compact)
            self._widths = measured[0], measured[1]
        return self._widths

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and not self._is_changing:
            self._widths = None
        super().changeEvent(event)

    def key(self) -> str:
        """The key of the action, as it is shown; empty when it has none."""
        return shown_key(self._action)

    def _follow(self) -> None:
        text, key = self._action.text().partition("\t")[0], self.key()
        words = self._shown_words()
        if self.accessibleName() != words:
            self.setAccessibleName(words)
            self._widths = None
        self._show_words(self._is_compact)
        self.setToolTip(f"{text}   {key}")
        self.setEnabled(self._action.isEnabled())

    def _show_words(self, is_compact: bool) -> None:
        self.setText("" if is_compact else self._shown_words())
        if is_compact != bool(self.styleSheet()):
            self._is_changing = True
            self.setStyleSheet(_COMPACT if is_compact else "")
            self._is_changing = False

    def _shown_words(self) -> str:
        return f"{self._words}  {self.key()}" if self._words else self._action.text().partition("\t")[0]


class ButtonRow(QWidget):
    """Buttons beside one another, of which the first `leading` stand at the beginning of the line.

    Where there is no room for all their words, the buttons after the first show their icons alone.
    """

    def __init__(self, buttons: Sequence[ActionButton], leading: int) -> None:
        super().__init__()
        self._buttons = buttons
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(_SPACING)
        for button in buttons:
            self._row.addWidget(button)
        self._row.insertStretch(leading)

    def minimumSizeHint(self) -> QSize:
        first, *others = (button.widths() for button in self._buttons)
        width = first[0] + sum(compact + _SPACING for _full, compact in others)
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # the words or the letters are others
            self._fit()
        return super().event(event)

    def _fit(self) -> None:
        needed = sum(button.widths()[0] + _SPACING for button in self._buttons)  # the stretch has a space of its own
        for button in self._buttons[1:]:
            button.set_compact(needed > self.width())
