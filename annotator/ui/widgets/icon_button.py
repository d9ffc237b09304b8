"""A small button that is only an icon, in the colour of secondary text."""

from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QToolButton, QWidget

from annotator.ui.widgets import icons
from annotator.ui.widgets.bidi_text import tooltip
from annotator.ui.widgets.theme import Theme, current_theme

_SIDE: Final = 28  # pixels
_ICON_SIDE: Final = 18  # pixels


class IconButton(QToolButton):
    """A button with an icon's name, and a text as tooltip and for screen readers.

    It does not take the focus: what it does must have a key too.
    """

    def __init__(self, icon: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self._theme: Theme | None = None  # that of the icon
        self.setFixedSize(_SIDE, _SIDE)
        self.setIconSize(QSize(_ICON_SIDE, _ICON_SIDE))
        self.setToolTip(tooltip(text))
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
        super().changeEvent(event)

    def _draw(self) -> None:
        if self._theme is not current_theme():
            self._theme = current_theme()
            ratio = self.devicePixelRatioF()
            self.setIcon(QIcon(icons.draw_pixmap(self._icon, self._theme.dim, _ICON_SIDE, max(2.0, ratio))))
