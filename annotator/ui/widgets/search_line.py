"""A search field with a clear button."""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction, QIcon, QPalette
from PySide6.QtWidgets import QLineEdit

from annotator.i18n import _
from annotator.ui.widgets import icons
from annotator.ui.widgets.text_menu import set_text_menu


class SearchLine(QLineEdit):
    """A QLineEdit with `title` as placeholder and accessible name.

    Qt's own clear button would search the system's icon themes: a tenth of the start-up time.
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setPlaceholderText(title)
        self.setAccessibleName(title)
        set_text_menu(self)
        self.clear_action = QAction(_("Clear"), self)
        """The action of the clear button, visible while there is text."""
        self.clear_action.triggered.connect(self.clear)
        self.addAction(self.clear_action, QLineEdit.ActionPosition.TrailingPosition)
        self.clear_action.setVisible(False)  # after adding it: addAction shows it even if it is hidden
        self.textChanged.connect(self._update_clear_action)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange and self.text():  # moved to a screen of another scaling
            self._draw_icon()
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.text():  # the theme changed
            self._draw_icon()

    def _update_clear_action(self, text: str) -> None:
        if text and not self.clear_action.isVisible():
            self._draw_icon()
        self.clear_action.setVisible(bool(text))

    def _draw_icon(self) -> None:
        ink, ratio = self.palette().color(QPalette.ColorRole.Text).name(), self.devicePixelRatioF()
        self.clear_action.setIcon(QIcon(icons.draw_pixmap("close", ink, icons.SIZE, ratio)))
