"""A key painted beside what it does: a letter or digit in a rounded frame."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from annotator.ui.widgets.theme import current_theme


def paint_key_cap(painter: QPainter, area: QRectF, key: str, font: QFont, ink: str, *, radius: float = 5) -> None:
    """Paint a key into `area`, whose edges are best on the centres of pixels; `radius` is that of the corners."""
    theme = current_theme()
    painter.setBrush(QColor(theme.paper))
    painter.setPen(QPen(QColor(theme.rule), 1))
    painter.drawRoundedRect(area, radius, radius)
    painter.setPen(QColor(ink))
    painter.setFont(font)
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, key)
