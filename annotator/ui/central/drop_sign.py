"""A sign over the window while files are dragged there: they may be dropped."""

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from annotator.i18n import _
from annotator.ui.widgets import fonts
from annotator.ui.widgets.theme import current_theme

_INSET, _CORNER, _FRAME = 14, 10, 2  # pixels
_TEXT_SIZE: Final = 20  # pixels
_OPACITY: Final = 0.88  # of the ground: what it covers is still seen


class DropSign(QWidget):
    """Covers its parent, which takes the drops, with a frame and a sentence while it is visible."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self.hide()

    def cover(self) -> None:
        """Show it over all of the parent."""
        self.setGeometry(self._parent.rect())
        self.raise_()
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            theme = current_theme()
            ground = QColor(theme.paper)
            ground.setAlphaF(_OPACITY)
            painter.fillRect(self.rect(), ground)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.accent), _FRAME, Qt.PenStyle.DashLine))
            frame = QRectF(self.rect()).adjusted(_INSET, _INSET, -_INSET, -_INSET)
            painter.drawRoundedRect(frame, _CORNER, _CORNER)
            painter.setFont(fonts.interface_font(_TEXT_SIZE, bold=True))
            painter.setPen(QColor(theme.ink))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            text = _("Drop the files here to import or open them.")
            painter.drawText(frame.adjusted(_INSET, _INSET, -_INSET, -_INSET), flags, text)
