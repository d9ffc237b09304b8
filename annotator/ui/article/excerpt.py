"""A line of a text with a stretch of it marked, as lists of places show it. The mark lies beneath the letters."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from annotator.ui.article.page import Page
from annotator.ui.widgets import fonts

_ENDLESS = 20_000.0  # pixels: nothing is broken into lines


def paint_excerpt(
    painter: QPainter, room: QRectF, text: str, marked: tuple[int, int], size: float, ink: QColor, mark: QColor
) -> None:
    """Write `text`, one line, into `room` from its own beginning on, in letters of `size` pixels; code points `marked`
    lie on the colour `mark`. Where not all has room, its end is left out: let the marked stretch stand near the
    beginning."""
    shown = QFontMetricsF(fonts.reading(size)).elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    page = Page(shown, [], _ENDLESS, size)
    if not page.lines:
        return
    line = page.lines[0]
    painter.save()
    painter.setClipRect(room)
    left = room.right() - _ENDLESS if line.block.rtl else room.left()
    painter.translate(left, room.center().y() - (line.top + line.bottom) / 2)
    for segment in page.segments(marked[0], min(marked[1], len(shown))):
        rect = QRectF(segment.left, line.top, segment.right - segment.left, line.bottom - line.top)
        painter.fillRect(rect.adjusted(-1, 1, 1, -1), mark)
    painter.setPen(ink)
    line.block.layout.draw(painter, QPointF(0, 0))
    painter.restore()
