"""A label of one line that ends its text where there is no room."""

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel

from annotator.ui.widgets.bidi_text import tooltip

_ROUNDING: Final = 2  # pixels, so that a text of exactly its width is not elided


class ElidedLabel(QLabel):
    """Elides its text instead of widening the window; tooltip and screen readers get all of it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setObjectName(name)
        self._full_text = ""

    def text(self) -> str:
        """Return the whole text."""
        return self._full_text

    def show_text(self, text: str) -> None:
        """Show another text."""
        if text == self._full_text:
            return
        self._full_text = text
        self.setAccessibleName(text)
        self.setToolTip(tooltip(text) if text else "")
        self.updateGeometry()
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._full_text) + _ROUNDING, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def _elide(self) -> None:
        super().setText(self.fontMetrics().elidedText(self._full_text, Qt.TextElideMode.ElideRight, self.width()))
