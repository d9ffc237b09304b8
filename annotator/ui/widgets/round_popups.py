"""Popups with round corners: their windows have the shape that the style sheet draws.

Not every screen shows what is behind a window that is transparent there.
"""

from PySide6.QtGui import QPainterPath, QRegion, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QMenu, QWidget

from annotator.ui.widgets.theme import MENU_RADIUS


def round_corners(popup: QWidget) -> None:
    """Cut off the corners of a popup, of the size that it has now."""
    shape = QPainterPath()
    shape.addRoundedRect(popup.rect().toRectF(), MENU_RADIUS, MENU_RADIUS)
    popup.setMask(QRegion(shape.toFillPolygon().toPolygon()))


class RoundMenu(QMenu):
    """A menu with round corners."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        round_corners(self)


class RoundComboBox(QComboBox):
    """A combo box whose list has round corners. The wheel scrolls what it stands in and chooses nothing."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        super().showPopup()
        round_corners(self.view().window())
