"""What charts share: the axis of values, tooltips of periods, and the direction of reading.

Time runs in the direction of reading: from right to left in Arabic (docs/adr/0017).
"""

from collections.abc import Callable, Iterable
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from annotator.i18n import format_number, is_rtl
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import leading_side, tooltip
from annotator.ui.widgets.theme import current_theme

AXIS_WIDTH: Final = 34  # pixels for the numbers of the vertical axis
COLUMN_GAP: Final = 0.22  # share of a slot between its column and the next


def reading_side() -> Qt.AlignmentFlag:
    """Return the alignment to the side where reading begins."""
    return leading_side(is_rtl=is_rtl())


def mirrored(rect: QRectF, width: float) -> QRectF:
    """Return a rectangle, measured from where reading begins, in the coordinates of a widget of this width."""
    return QRectF(width - rect.right(), rect.top(), rect.width(), rect.height()) if is_rtl() else rect


def paint_value_axis(painter: QPainter, plot: QRectF, values: Iterable[int], ceiling: float) -> None:
    """Paint a line over the plot and a number beside it for each value; `ceiling` is that of the plot's upper edge.

    The painter then has the axis's font and pen.
    """
    theme = current_theme()
    painter.setFont(fonts.interface_font(11))
    x = plot.right() + 6 if is_rtl() else plot.left() - AXIS_WIDTH
    flags = leading_side(is_rtl=not is_rtl()) | Qt.AlignmentFlag.AlignVCenter
    for value in values:
        y = plot.bottom() - plot.height() * value / ceiling
        painter.setPen(QPen(QColor(theme.rule), 1))
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        painter.setPen(QColor(theme.faint))
        painter.drawText(QRectF(x, y - 8, AXIS_WIDTH - 6, 16), flags, format_number(value))


def show_tooltip(chart: QWidget, event: QHelpEvent, rects: Iterable[QRectF], describe: Callable[[int], str]) -> None:
    """Show what `describe` says of the period whose rectangle is under the mouse, nothing elsewhere."""
    point = QPointF(event.pos())
    index = next((index for index, rect in enumerate(rects) if rect.contains(point)), None)
    QToolTip.showText(event.globalPos(), tooltip(describe(index)) if index is not None else "", chart)
