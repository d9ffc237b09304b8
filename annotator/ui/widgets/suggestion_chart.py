"""A chart of the quality of a label's suggestions over time."""

from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Final

from msgspec.structs import astuple
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from annotator.i18n import _, count_phrase, format_number, is_rtl
from annotator.model.labels import Label
from annotator.store.queries.suggestion_statistics import SuggestionCounts
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import elide, format_percent
from annotator.ui.widgets.chart_parts import AXIS_WIDTH, COLUMN_GAP, paint_value_axis, reading_side, show_tooltip
from annotator.ui.widgets.theme import current_theme

_HEIGHT: Final = 104  # pixels
_TITLE_WIDTH: Final = 150  # pixels for the label's title and the latest result
_MARGIN_TOP: Final = 12  # pixels
_MARGIN_BOTTOM: Final = 22  # pixels
_MAX_COLUMN: Final = 60  # pixels
_MIN_COLUMNS: Final = 3  # with fewer, a bar shows all articles together
_BAR_HEIGHT: Final = 22  # pixels
_FIGURES_HEIGHT: Final = 30  # pixels below a bar
_TINT: Final = 0.4  # opacity of what was corrected
_GRID_LINES: Final = (0, 50, 100)  # per cent


def percentages(tally: SuggestionCounts) -> tuple[int, ...]:
    """Return the counts in per cent, 100 in total or all zero: the largest remainders are rounded up."""
    if not tally.total:
        return (0,) * len(astuple(tally))
    shares = [divmod(100 * count, tally.total) for count in astuple(tally)]
    missing = 100 - sum(share for share, _remainder in shares)
    by_remainder = sorted(range(len(shares)), key=lambda index: (shares[index][1], index), reverse=True)
    return tuple(share + (index in by_remainder[:missing]) for index, (share, _remainder) in enumerate(shares))


def format_tally(tally: SuggestionCounts) -> str:
    """Format a tally in per cent."""
    accepted, corrected, rejected, missed = (format_percent(share / 100) for share in percentages(tally))
    text = _("{accepted} accepted, {corrected} corrected, {rejected} rejected, {missed} missed")
    return text.format(accepted=accepted, corrected=corrected, rejected=rejected, missed=missed)


def brushes(colour: QColor) -> tuple[QBrush, ...]:
    """Return the fills of accepted, corrected, rejected and missed, distinct without colours too."""
    tint = QColor(colour)
    tint.setAlphaF(_TINT)
    return QBrush(colour), QBrush(tint), QBrush(colour, Qt.BrushStyle.BDiagPattern), QBrush(Qt.BrushStyle.NoBrush)


class SuggestionChart(QWidget):
    """A stacked column chart of a label's `tallies`, one per group of `sizes` articles.

    Columns run in the direction of reading. Of few groups, one bar shows the sum.
    """

    def __init__(self, label: Label, sizes: Sequence[int], tallies: Sequence[SuggestionCounts]) -> None:
        super().__init__()
        self._label, self._sizes, self._tallies = label, sizes, tallies
        self._total = reduce(SuggestionCounts.plus, tallies)
        self.has_columns = len(tallies) >= _MIN_COLUMNS
        """Whether it shows the course of time."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName(label.localised_title())
        self.setAccessibleDescription(format_tally(tallies[-1] if self.has_columns else self._total))

    def sizeHint(self) -> QSize:
        return QSize(640, _HEIGHT if self.has_columns else _MARGIN_TOP + _BAR_HEIGHT + _FIGURES_HEIGHT)

    def column_rect(self, index: int) -> QRectF:
        """Return a column's rectangle, from 0 to 100 per cent."""
        plot = self._plot_rect()
        slot = plot.width() / len(self._tallies)
        centre = plot.right() - (index + 0.5) * slot if is_rtl() else plot.left() + (index + 0.5) * slot
        width = min(_MAX_COLUMN, slot * (1 - COLUMN_GAP))
        return QRectF(centre - width / 2, plot.top(), width, plot.height())

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
            if self.has_columns:
                self._paint_axes(painter)
                for index, tally in enumerate(self._tallies):
                    self._paint_column(painter, self.column_rect(index), tally)
            else:
                self._paint_bar(painter)
            self._paint_title(painter)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            columns = range(len(self._tallies)) if self.has_columns else ()
            show_tooltip(self, event, map(self.column_rect, columns), self.describe_column)
            return True
        return super().event(event)

    def _plot_rect(self) -> QRectF:
        before, after = _TITLE_WIDTH + AXIS_WIDTH, 8
        left_margin, right_margin = (after, before) if is_rtl() else (before, after)
        return QRectF(self.rect()).adjusted(left_margin, _MARGIN_TOP, -right_margin, -_MARGIN_BOTTOM)

    def _paint_axes(self, painter: QPainter) -> None:
        plot = self._plot_rect()
        paint_value_axis(painter, plot, _GRID_LINES, 100)
        for index, value in {0: 1, len(self._sizes) - 1: sum(self._sizes)}.items():
            rect = QRectF(self.column_rect(index).center().x() - 40, plot.bottom() + 4, 80, 16)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, format_number(value))

    def _paint_column(self, painter: QPainter, column: QRectF, tally: SuggestionCounts) -> None:
        y = column.bottom()
        for height, brush in self._stack(painter, tally, column.height()):
            painter.setBrush(brush)
            painter.drawRect(QRectF(column.left(), y - height, column.width(), height))
            y -= height

    def _paint_bar(self, painter: QPainter) -> None:
        """Paint the sum as a bar in the direction of reading, with its figures below."""
        plot = self._plot_rect()
        x = plot.right() if is_rtl() else plot.left()
        for width, brush in self._stack(painter, self._total, plot.width()):
            painter.setBrush(brush)
            painter.drawRect(QRectF(x - width if is_rtl() else x, plot.top(), width, _BAR_HEIGHT))
            x += -width if is_rtl() else width
        painter.setFont(fonts.interface_font(12))
        painter.setPen(QColor(current_theme().dim))
        rect = QRectF(plot.left(), plot.top() + _BAR_HEIGHT + 6, plot.width(), _FIGURES_HEIGHT)
        painter.drawText(rect, reading_side() | Qt.TextFlag.TextWordWrap, format_tally(self._total))

    def _stack(self, painter: QPainter, tally: SuggestionCounts, length: float) -> Iterator[tuple[float, QBrush]]:
        """Set the pen, and yield the share of `length` and the fill of each count that is not zero."""
        colour = current_theme().line_colour(self._label)
        painter.setPen(QPen(colour, 1))
        for count, brush in zip(astuple(tally), brushes(colour), strict=True):
            if count:
                yield length * count / tally.total, brush

    def _paint_title(self, painter: QPainter) -> None:
        theme = current_theme()
        x = self.width() - _TITLE_WIDTH if is_rtl() else 0
        painter.setFont(fonts.interface_font(14, bold=True))
        painter.setPen(theme.name_colour(self._label, 0))
        name = elide(self._label.localised_title(), QFontMetricsF(painter.font()), _TITLE_WIDTH - 8)
        painter.drawText(
            QRectF(x, _MARGIN_TOP - 4, _TITLE_WIDTH, 24), reading_side() | Qt.AlignmentFlag.AlignVCenter, name
        )
        if not self.has_columns or not self._tallies[-1].total:
            return
        painter.setFont(fonts.interface_font(12))
        painter.setPen(QColor(theme.dim))
        accepted = format_percent(percentages(self._tallies[-1])[0] / 100)
        text = _("{share} accepted recently").format(share=accepted)
        rect = QRectF(x + 6 * is_rtl(), _MARGIN_TOP + 22, _TITLE_WIDTH - 6, 44)
        painter.drawText(rect, reading_side() | Qt.TextFlag.TextWordWrap, text)
