"""Menus with round corners."""

from PySide6.QtGui import QPainterPath, QRegion, QResizeEvent
from PySide6.QtWidgets import QMenu

from annotator.ui.widgets.theme import MENU_RADIUS


class RoundMenu(QMenu):
    """A menu whose window has the shape that the style sheet draws: not every screen shows what is behind a window."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        shape = QPainterPath()
        shape.addRoundedRect(self.rect().toRectF(), MENU_RADIUS, MENU_RADIUS)
        self.setMask(QRegion(shape.toFillPolygon().toPolygon()))
