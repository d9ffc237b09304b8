"""A button for an action: it says what the action says, and is there when the action is."""

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from annotator.ui import icons
from annotator.ui.theme import Theme

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

    def key(self) -> str:
        """The key of the action, as it is shown; empty when it has none."""
        return self._action.text().partition("\t")[2]

    def _follow(self) -> None:
        text, _tab, key = self._action.text().partition("\t")
        self.setText(f"{self._words}  {key}" if self._words else text)
        self.setToolTip(f"{text}   {key}")
        self.setEnabled(self._action.isEnabled())
