"""Painting of a line of text with a mark beneath a range, for search results."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from annotator.ui.article.page import Page
from annotator.ui.widgets import fonts

_UNLIMITED_WIDTH = 20_000.0  # pixels: the text stays on one line


def paint_excerpt(
    painter: QPainter, area: QRectF, text: str, marked_range: tuple[int, int], size: float, ink: QColor, mark: QColor
) -> None:
    """Paint one line of text into `area`, aligned by its own direction, in letters of `size` pixels.

    The colour `mark` lies under the code points `marked_range`, best near the beginning: the end may be elided.
    """
    elided = QFontMetricsF(fonts.reading_font(size)).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    page = Page(elided, [], _UNLIMITED_WIDTH, size)
    if not page.lines:
        return
    line = page.lines[0]
    painter.save()
    painter.setClipRect(area)
    x = area.right() - _UNLIMITED_WIDTH if line.block.is_rtl else area.left()
    painter.translate(x, area.center().y() - (line.top + line.bottom) / 2)
    for segment in page.segments(marked_range[0], min(marked_range[1], len(elided))):
        rect = QRectF(segment.left, line.top, segment.right - segment.left, line.bottom - line.top)
        painter.fillRect(rect.adjusted(-1, 1, 1, -1), mark)
    painter.setPen(ink)
    line.block.layout.draw(painter, QPointF(0, 0))
    painter.restore()
