"""Charts of numbers over time, and bars of numbers by name.

Time runs in the direction of reading (see chart_parts).
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from annotator.i18n import _, format_number, is_rtl
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import elide, isolate
from annotator.ui.widgets.chart_parts import (
    AXIS_WIDTH,
    COLUMN_GAP,
    mirrored,
    paint_value_axis,
    reading_side,
    show_tooltip,
)
from annotator.ui.widgets.theme import current_theme

_HEIGHT: Final = 176  # pixels
_TITLE_HEIGHT: Final = 26  # pixels
_LEGEND_HEIGHT: Final = 22  # pixels
_AXIS_HEIGHT: Final = 24  # pixels for the names of periods
_MARGIN: Final = 8  # pixels
_MAX_COLUMN: Final = 40  # pixels
_SWATCH: Final = 12  # pixels
_STEPS: Final = (10, 12, 16, 20, 30, 40, 60, 80)
"""Ends of an axis, in tenths of a power of ten."""
_DOT: Final = 3  # pixels, the radius of a point of a line
_BAR_ROW: Final = 30  # pixels
_BAR_HEIGHT: Final = 14  # pixels
_NAME_SHARE: Final = 0.34  # of the width, for the names of bars

GetBrush = Callable[[], QBrush]
"""Returns a fill in the current theme."""


class Series(NamedTuple):
    """Numbers by period, None where there is none, with a title and a fill.

    A line has `intervals`, if any: the lowest and the highest number by period, in which the true one lies.
    """

    title: str
    values: Sequence[float | None]
    brush: GetBrush
    intervals: Sequence[tuple[float, float] | None] = ()


class Bar(NamedTuple):
    """A number with a name and a colour."""

    title: str
    value: int
    brush: GetBrush


def nice_ceiling(value: float) -> int:
    """Return the smallest round number that is not less than `value`, such that half of it is whole, too."""
    power = max(0, math.floor(math.log10(value)) if value > 0 else 0)
    steps = (tenths * int(10**exponent) // 10 for exponent in range(power, power + 2) for tenths in _STEPS)
    return next(step for step in steps if step >= value and step > 0 and step % 2 == 0)


class PeriodChart(QWidget):
    """Columns over periods, one series stacked on another, or lines if `is_line`.

    `names` are the periods' names, of which a few stand below the axis; `describe` returns what a tooltip says of one.
    """

    def __init__(
        self,
        title: str,
        names: Sequence[str],
        series: Sequence[Series],
        describe: Callable[[int], str],
        *,
        is_line: bool = False,
        has_legend: bool = False,
    ) -> None:
        super().__init__()
        self.series = series
        self._title, self._names, self._describe = title, names, describe
        self._is_line, self._has_legend = is_line, has_legend
        columns = zip(*(entry.values for entry in series), strict=True)
        highest = [interval[1] for entry in series for interval in entry.intervals if interval]
        self._ceiling = nice_ceiling(max((*(sum(filter(None, column)) for column in columns), *highest), default=0))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName(title)
        self.setAccessibleDescription(_("; ").join(describe(index) for index in range(len(names))))

    def sizeHint(self) -> QSize:
        return QSize(380, _HEIGHT + (_LEGEND_HEIGHT if self._has_legend else 0))

    def slot_rect(self, index: int) -> QRectF:
        """Return the part of the chart that belongs to a period."""
        plot = self._plot_rect()
        width = plot.width() / len(self._names)
        x = plot.right() - (index + 1) * width if is_rtl() else plot.left() + index * width
        return QRectF(x, plot.top(), width, plot.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_title(painter)
            if self._has_legend:
                self._paint_legend(painter)
            self._paint_axes(painter)
            if self._is_line:
                for entry in self.series:
                    self._paint_line(painter, entry)
            else:
                for index in range(len(self._names)):
                    self._paint_column(painter, index)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            show_tooltip(self, event, map(self.slot_rect, range(len(self._names))), self._describe)
            return True
        return super().event(event)

    def _plot_rect(self) -> QRectF:
        left, right = (_MARGIN, AXIS_WIDTH) if is_rtl() else (AXIS_WIDTH, _MARGIN)
        top = _TITLE_HEIGHT + _MARGIN + (_LEGEND_HEIGHT if self._has_legend else 0)
        return QRectF(self.rect()).adjusted(left, top, -right, -_AXIS_HEIGHT)

    def _height_of(self, value: float) -> float:
        return self._plot_rect().height() * value / self._ceiling

    def _paint_title(self, painter: QPainter) -> None:
        painter.setFont(fonts.interface_font(14, bold=True))
        painter.setPen(QColor(current_theme().ink))
        rect = QRectF(self.rect()).adjusted(_MARGIN, 0, -_MARGIN, 0)
        rect.setHeight(_TITLE_HEIGHT)
        title = elide(self._title, QFontMetricsF(painter.font()), rect.width())
        painter.drawText(rect, reading_side() | Qt.AlignmentFlag.AlignVCenter, title)

    def _paint_legend(self, painter: QPainter) -> None:
        theme = current_theme()
        painter.setFont(fonts.interface_font(12))
        metrics = QFontMetricsF(painter.font())
        offset = float(_MARGIN)
        for entry in self.series:
            width = metrics.horizontalAdvance(entry.title)
            top = _TITLE_HEIGHT + (_LEGEND_HEIGHT - _SWATCH) / 2
            swatch = mirrored(QRectF(offset, top, _SWATCH, _SWATCH), self.width())
            painter.setPen(QPen(QColor(theme.dim), 1))
            painter.setBrush(entry.brush())
            painter.drawRect(swatch)
            painter.setPen(QColor(theme.dim))
            text = mirrored(QRectF(offset + _SWATCH + 6, _TITLE_HEIGHT, width + 2, _LEGEND_HEIGHT), self.width())
            painter.drawText(text, reading_side() | Qt.AlignmentFlag.AlignVCenter, isolate(entry.title))
            offset += _SWATCH + width + 24

    def _paint_axes(self, painter: QPainter) -> None:
        paint_value_axis(painter, self._plot_rect(), (0, self._ceiling // 2, self._ceiling), self._ceiling)
        for index, rect in self._name_rects(QFontMetricsF(painter.font())):
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, isolate(self._names[index]))

    def _name_rects(self, metrics: QFontMetricsF) -> Iterator[tuple[int, QRectF]]:
        """Yield the periods whose names stand below the axis, as many as fit, with their places."""
        plot, count = self._plot_rect(), len(self._names)
        width = max(metrics.horizontalAdvance(name) for name in self._names) + 14
        previous: QRectF | None = None
        for index in range(count - 1, -1, -1):  # the last one has its name
            centre = self.slot_rect(index).center().x()
            left = max(0.0, min(centre - width / 2, self.width() - width))
            rect = QRectF(left, plot.bottom() + 4, width, _AXIS_HEIGHT - 4)
            if not (previous and previous.intersects(rect)):  # the first and last were moved inside
                yield index, rect
                previous = rect

    def _paint_column(self, painter: QPainter, index: int) -> None:
        slot = self.slot_rect(index)
        width = min(_MAX_COLUMN, slot.width() * (1 - COLUMN_GAP))
        y = slot.bottom()
        for entry in self.series:
            value = entry.values[index]
            if value:
                height = self._height_of(value)
                brush = entry.brush()
                painter.setPen(
                    QPen(brush.color(), 1) if brush.style() != Qt.BrushStyle.SolidPattern else Qt.PenStyle.NoPen
                )
                painter.setBrush(brush)
                painter.drawRect(QRectF(slot.center().x() - width / 2, y - height, width, height))
                y -= height

    def _paint_line(self, painter: QPainter, series: Series) -> None:
        """Paint points, and lines between those of successive periods."""
        colour = series.brush().color()
        previous: QPointF | None = None
        for index, value in enumerate(series.values):
            if value is None:
                previous = None
                continue
            slot = self.slot_rect(index)
            point = QPointF(slot.center().x(), slot.bottom() - self._height_of(value))
            if series.intervals and (interval := series.intervals[index]):
                self._paint_interval(painter, slot, interval)
            painter.setPen(QPen(colour, 2))
            if previous is not None:
                painter.drawLine(previous, point)
            painter.setBrush(colour)
            painter.drawEllipse(point, _DOT, _DOT)
            previous = point

    def _paint_interval(self, painter: QPainter, slot: QRectF, interval: tuple[float, float]) -> None:
        """Paint a line from the lowest to the highest number, with a dash at each end."""
        painter.setPen(QPen(QColor(current_theme().dim), 1))
        x, ends = slot.center().x(), [slot.bottom() - self._height_of(value) for value in interval]
        painter.drawLine(QPointF(x, ends[0]), QPointF(x, ends[1]))
        for y in ends:
            painter.drawLine(QPointF(x - _DOT, y), QPointF(x + _DOT, y))


class BarList(QWidget):
    """Horizontal bars with names and numbers, in the direction of reading."""

    def __init__(self, title: str, bars: Sequence[Bar]) -> None:
        super().__init__()
        self.bars = bars
        self._title = title
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(title)
        described = (_("{name}: {fact}").format(name=bar.title, fact=format_number(bar.value)) for bar in bars)
        self.setAccessibleDescription(_("; ").join(described))

    def sizeHint(self) -> QSize:
        return QSize(380, _TITLE_HEIGHT + _MARGIN + _BAR_ROW * len(self.bars))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        largest = max((bar.value for bar in self.bars), default=0) or 1
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(fonts.interface_font(14, bold=True))
            painter.setPen(QColor(theme.ink))
            self._paint_text(painter, QRectF(_MARGIN, 0, self.width() - 2 * _MARGIN, _TITLE_HEIGHT), self._title)
            painter.setFont(fonts.interface_font(13))
            name_width = self.width() * _NAME_SHARE
            number_width = QFontMetricsF(painter.font()).horizontalAdvance(format_number(largest)) + 8
            room = self.width() - name_width - number_width - 3 * _MARGIN
            for index, bar in enumerate(self.bars):
                top = _TITLE_HEIGHT + _MARGIN + index * _BAR_ROW
                painter.setPen(QColor(theme.ink))
                self._paint_text(painter, QRectF(_MARGIN, top, name_width - _MARGIN, _BAR_ROW), bar.title)
                length = room * bar.value / largest
                rect = QRectF(name_width + _MARGIN, top + (_BAR_ROW - _BAR_HEIGHT) / 2, length, _BAR_HEIGHT)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(bar.brush())
                painter.drawRoundedRect(mirrored(rect, self.width()), 3, 3)
                painter.setPen(QColor(theme.dim))
                number = QRectF(name_width + 2 * _MARGIN + length, top, number_width, _BAR_ROW)
                self._paint_text(painter, number, format_number(bar.value))

    def _paint_text(self, painter: QPainter, rect: QRectF, text: str) -> None:
        """Paint a text in a rectangle that is measured from where reading begins."""
        text = elide(text, QFontMetricsF(painter.font()), rect.width())
        painter.drawText(mirrored(rect, self.width()), reading_side() | Qt.AlignmentFlag.AlignVCenter, text)
