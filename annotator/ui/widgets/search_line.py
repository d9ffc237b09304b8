"""A line for words to look for, with a button of the program's own icons that empties it."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction, QIcon, QPalette
from PySide6.QtWidgets import QLineEdit, QWidget

from annotator.i18n import _
from annotator.ui.widgets import icons


class SearchLine(QLineEdit):
    """A QLineEdit that says `title` while it is empty, and to screen readers.

    Not Qt's own button: it searches the system's icon themes, which takes a tenth of a start.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(title)
        self.setAccessibleName(title)
        self.clearing = QAction(_("Clear"), self)
        """What the button does; there is one while there is something to clear."""
        self.clearing.triggered.connect(self.clear)
        self.addAction(self.clearing, QLineEdit.ActionPosition.TrailingPosition)
        self.clearing.setVisible(False)  # now: the line shows an action that it is given, hidden or not
        self.textChanged.connect(self._follow)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange and self.text():  # a screen of another scaling
            self._draw()
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.text():  # another theme
            self._draw()

    def _follow(self, text: str) -> None:
        if text and not self.clearing.isVisible():
            self._draw()
        self.clearing.setVisible(bool(text))

    def _draw(self) -> None:
        ink, ratio = self.palette().color(QPalette.ColorRole.Text).name(), self.devicePixelRatioF()
        self.clearing.setIcon(QIcon(icons.picture("close", ink, icons.SIZE, ratio)))
