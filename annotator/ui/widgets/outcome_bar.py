"""A bar of what becomes of the spans in an export, above a legend with the numbers."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from annotator.i18n import _, format_number, is_rtl
from annotator.ui.widgets import fonts
from annotator.ui.widgets.theme import current_theme

_BAR_HEIGHT: Final = 12  # pixels
_LEGEND_HEIGHT: Final = 26  # pixels of a line of the legend
_DOT: Final = 10  # pixels
_GAP: Final = 18  # pixels between two entries of the legend
_FONT_SIZE: Final = 13.0


class Outcome(Struct, frozen=True):
    """A number of spans and what becomes of them; `kind` is kept, changed or dropped."""

    kind: str
    title: str
    count: int


class OutcomeBar(QWidget):
    """Paints the outcomes, distinct without colours too: filled, hatched, and an empty frame."""

    def __init__(self) -> None:
        super().__init__()
        self._outcomes: list[Outcome] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Show those that are not zero; without any, hide."""
        self._outcomes = [outcome for outcome in outcomes if outcome.count]
        self.setAccessibleName(_(", ").join(self._texts()))
        self.setVisible(bool(self._outcomes))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, _BAR_HEIGHT + _LEGEND_HEIGHT + 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        total = sum(outcome.count for outcome in self._outcomes)
        if not total:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_bar(painter, total)
            self._paint_legend(painter)

    def _texts(self) -> list[str]:
        template = _("{name}: {fact}")
        return [template.format(name=outcome.title, fact=format_number(outcome.count)) for outcome in self._outcomes]

    def _paint_bar(self, painter: QPainter, total: int) -> None:
        area = QRectF(0.5, 0.5, self.width() - 1, _BAR_HEIGHT)
        shape = QPainterPath()
        shape.addRoundedRect(area, 4, 4)
        painter.save()
        painter.setClipPath(shape)
        start = 0.0
        for outcome in self._outcomes:
            width = area.width() * outcome.count / total
            left = area.right() - start - width if is_rtl() else area.left() + start
            painter.fillRect(QRectF(left, area.top(), width, area.height()), _brush(outcome.kind))
            start += width
        painter.restore()
        painter.setPen(QColor(current_theme().edge))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(shape)

    def _paint_legend(self, painter: QPainter) -> None:
        theme, font = current_theme(), fonts.interface_font(_FONT_SIZE)
        painter.setFont(font)
        metrics, start = QFontMetricsF(font), 0.0
        top = float(_BAR_HEIGHT + 4)
        for outcome, text in zip(self._outcomes, self._texts(), strict=True):
            width = metrics.horizontalAdvance(text)
            dot_left = self.width() - start - _DOT if is_rtl() else start
            dot = QRectF(dot_left, top + (_LEGEND_HEIGHT - _DOT) / 2, _DOT - 1, _DOT - 1)
            painter.setPen(QColor(theme.edge))
            painter.setBrush(_brush(outcome.kind))
            painter.drawRoundedRect(dot, 2, 2)
            painter.setPen(QColor(theme.ink))
            text_left = dot_left - 6 - width if is_rtl() else dot_left + _DOT + 6
            painter.drawText(QRectF(text_left, top, width + 1, _LEGEND_HEIGHT), Qt.AlignmentFlag.AlignVCenter, text)
            start += _DOT + 6 + width + _GAP


def _brush(kind: str) -> QBrush:
    theme = current_theme()
    if kind == "kept":
        return QBrush(QColor(theme.accent))
    return (
        QBrush(QColor(theme.accent), Qt.BrushStyle.Dense5Pattern) if kind == "changed" else QBrush(QColor(theme.paper))
    )
