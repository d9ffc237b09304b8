"""A chart of the quality of a label's suggestions over time."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from annotator.i18n import _, count_phrase, format_number, is_rtl
from annotator.model.labels import Label
from annotator.store.queries.suggestion_statistics import SuggestionCounts
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import elide, isolate, tooltip
from annotator.ui.widgets.theme import current_theme

_HEIGHT: Final = 104  # pixels
_TITLE_WIDTH: Final = 150  # pixels for the label's title and the latest result
_AXIS_WIDTH: Final = 34  # pixels for the numbers of the vertical axis
_MARGIN_TOP: Final = 12  # pixels
_MARGIN_BOTTOM: Final = 22  # pixels
_MAX_SLOT: Final = 60  # pixels
_GAP: Final = 0.22  # share of a slot between its column and the next
_GRID_LINES: Final = (0, 50, 100)  # per cent


def percentages(tally: SuggestionCounts) -> tuple[int, int, int]:
    """Return accepted, rejected and missed in per cent, 100 in total or all zero."""
    if not tally.total:
        return 0, 0, 0
    accepted, rejected = (round(100 * count / tally.total) for count in (tally.accepted, tally.rejected))
    rejected = min(rejected, 100 - accepted)
    return (accepted, rejected, 100 - accepted - rejected) if tally.missed else (accepted, 100 - accepted, 0)


def format_tally(tally: SuggestionCounts) -> str:
    """Format a tally in per cent."""
    accepted, rejected, missed = map(format_number, percentages(tally))
    text = _("{accepted} % accepted, {rejected} % rejected, {missed} % missed")
    return text.format(accepted=accepted, rejected=rejected, missed=missed)


def brushes(colour: QColor) -> tuple[QBrush, QBrush, QBrush]:
    """Return the fills of accepted, rejected and missed, distinct without colours too."""
    return QBrush(colour), QBrush(colour, Qt.BrushStyle.BDiagPattern), QBrush(Qt.BrushStyle.NoBrush)


class SuggestionChart(QWidget):
    """A stacked column chart of a label's `tallies`, one per group of `sizes` articles.

    Columns run in the direction of reading.
    """

    def __init__(self, label: Label, sizes: Sequence[int], tallies: Sequence[SuggestionCounts]) -> None:
        super().__init__()
        self._label, self._sizes, self._tallies = label, sizes, tallies
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName(label.localised_title())
        self.setAccessibleDescription(format_tally(tallies[-1]))

    def sizeHint(self) -> QSize:
        return QSize(640, _HEIGHT)

    def column_rect(self, index: int) -> QRectF:
        """Return a column's rectangle, from 0 to 100 per cent."""
        plot = self._plot_rect()
        slot = min(_MAX_SLOT, plot.width() / len(self._tallies))
        x = plot.right() - (index + 1) * slot if is_rtl() else plot.left() + index * slot
        return QRectF(x + slot * _GAP / 2, plot.top(), slot * (1 - _GAP), plot.height())

    def describe_column(self, index: int) -> str:
        """Describe a column for a tooltip."""
        first, last = sum(self._sizes[:index]) + 1, sum(self._sizes[: index + 1])
        tally = self._tallies[index]
        position = _("Article {first}") if first == last else _("Articles {first} to {last}")
        position = position.format(first=format_number(first), last=format_number(last))
        facts = [_("no suggestions or labels")]
        if tally.total:
            facts = [count_phrase("{count} decision", "{count} decisions", tally.total), format_tally(tally)]
        return _("{name}: {fact}").format(name=position, fact=_(", ").join(facts))

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_axes(painter)
            colour = current_theme().line_colour(self._label)
            for index, tally in enumerate(self._tallies):
                if tally.total:
                    self._paint_column(painter, self.column_rect(index), tally, colour)
            self._paint_title(painter)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            point = QPointF(event.pos())
            indices = [index for index in range(len(self._tallies)) if self.column_rect(index).contains(point)]
            QToolTip.showText(event.globalPos(), tooltip(self.describe_column(indices[0])) if indices else "", self)
            return True
        return super().event(event)

    def _plot_rect(self) -> QRectF:
        before, after = _TITLE_WIDTH + _AXIS_WIDTH, 8
        left_margin, right_margin = (after, before) if is_rtl() else (before, after)
        return QRectF(self.rect()).adjusted(left_margin, _MARGIN_TOP, -right_margin, -_MARGIN_BOTTOM)

    def _paint_axes(self, painter: QPainter) -> None:
        plot, theme = self._plot_rect(), current_theme()
        painter.setFont(fonts.interface_font(11))
        side = Qt.AlignmentFlag.AlignLeft if is_rtl() else Qt.AlignmentFlag.AlignRight
        absolute = Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        for value in _GRID_LINES:
            y = plot.bottom() - plot.height() * value / 100
            painter.setPen(QPen(QColor(theme.rule), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(QColor(theme.faint))
            x = plot.right() + 6 if is_rtl() else plot.left() - _AXIS_WIDTH
            painter.drawText(QRectF(x, y - 8, _AXIS_WIDTH - 6, 16), side | absolute, format_number(value))
        for index, value in {0: 1, len(self._sizes) - 1: sum(self._sizes)}.items():
            rect = QRectF(self.column_rect(index).center().x() - 40, plot.bottom() + 4, 80, 16)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, format_number(value))

    def _paint_column(self, painter: QPainter, column: QRectF, tally: SuggestionCounts, colour: QColor) -> None:
        painter.setPen(QPen(colour, 1))
        bottom = column.bottom()
        for count, brush in zip((tally.accepted, tally.rejected, tally.missed), brushes(colour), strict=True):
            height = column.height() * count / tally.total
            if count:
                painter.setBrush(brush)
                painter.drawRect(QRectF(column.left(), bottom - height, column.width(), height))
            bottom -= height

    def _paint_title(self, painter: QPainter) -> None:
        theme = current_theme()
        x = self.width() - _TITLE_WIDTH if is_rtl() else 0
        side = (
            Qt.AlignmentFlag.AlignRight if is_rtl() else Qt.AlignmentFlag.AlignLeft
        ) | Qt.AlignmentFlag.AlignAbsolute
        painter.setFont(fonts.interface_font(14, bold=True))
        painter.setPen(theme.name_colour(self._label, 0))
        name = elide(self._label.localised_title(), QFontMetricsF(painter.font()), _TITLE_WIDTH - 8)
        painter.drawText(QRectF(x, _MARGIN_TOP - 4, _TITLE_WIDTH, 24), side | Qt.AlignmentFlag.AlignVCenter, name)
        if not self._tallies[-1].total:
            return
        painter.setFont(fonts.interface_font(12))
        painter.setPen(QColor(theme.dim))
        accepted = isolate(format_number(percentages(self._tallies[-1])[0]))
        text = _("{count} % accepted recently").format(count=accepted)
        rect = QRectF(x, _MARGIN_TOP + 22, _TITLE_WIDTH - 6, 44)
        painter.drawText(rect, side | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, text)
