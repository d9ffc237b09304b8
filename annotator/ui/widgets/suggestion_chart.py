"""The picture of how good the suggestions for one label have become: a column for each part of the articles."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from annotator.i18n import _, is_rtl, ngettext, number
from annotator.model.labels import Label
from annotator.store.queries.suggestion_statistics import Tally
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import elided, isolated, tooltip
from annotator.ui.widgets.theme import Theme

_HEIGHT: Final = 104
_TITLE: Final = 150  # pixels for the label's name and what was decided last
_AXIS: Final = 34  # beside the columns, for the numbers of the axis
_ABOVE: Final = 12
_BELOW: Final = 22
_WIDEST: Final = 60
_GAP: Final = 0.22  # of a column's room
_LINES: Final = (0, 50, 100)


def hundredths(tally: Tally) -> tuple[int, int, int]:
    """Accepted, rejected and missed of a hundred, which they add up to; zeros where there is nothing."""
    if not tally.total:
        return 0, 0, 0
    accepted, rejected = (round(100 * count / tally.total) for count in (tally.accepted, tally.rejected))
    rejected = min(rejected, 100 - accepted)
    return (accepted, rejected, 100 - accepted - rejected) if tally.missed else (accepted, 100 - accepted, 0)


def figures(tally: Tally) -> str:
    """A tally in words, of a hundred."""
    accepted, rejected, missed = map(number, hundredths(tally))
    said = _("of a hundred {accepted} accepted, {rejected} rejected, {missed} missed")
    return said.format(accepted=accepted, rejected=rejected, missed=missed)


def brushes(colour: QColor) -> tuple[QBrush, QBrush, QBrush]:
    """What accepted, rejected and missed ones are filled with: they differ without colours too."""
    return QBrush(colour), QBrush(colour, Qt.BrushStyle.BDiagPattern), QBrush(Qt.BrushStyle.NoBrush)


class QualityChart(QWidget):
    """`tallies` are those of the label in each part of the articles, which hold `sizes` of them; from the side where
    reading begins."""

    def __init__(self, label: Label, sizes: Sequence[int], tallies: Sequence[Tally], theme: Theme) -> None:
        super().__init__()
        self._label, self._sizes, self._tallies, self._theme = label, sizes, tallies, theme
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName(label.shown())
        self.setAccessibleDescription(figures(tallies[-1]))

    def sizeHint(self) -> QSize:
        return QSize(640, _HEIGHT)

    def column(self, at: int) -> QRectF:
        """Where the column of this part stands, from 0 to 100."""
        ground = self._ground()
        room = min(_WIDEST, ground.width() / len(self._tallies))
        left = ground.right() - (at + 1) * room if is_rtl() else ground.left() + at * room
        return QRectF(left + room * _GAP / 2, ground.top(), room * (1 - _GAP), ground.height())

    def told(self, at: int) -> str:
        """What is to be known of this part, in words."""
        first, last = sum(self._sizes[:at]) + 1, sum(self._sizes[: at + 1])
        tally = self._tallies[at]
        where = _("Article {first}") if first == last else _("Articles {first} to {last}")
        where = where.format(first=number(first), last=number(last))
        facts = [_("nothing was suggested or labelled")]
        if tally.total:
            count = ngettext("{count} decision", "{count} decisions", tally.total)
            facts = [count.format(count=number(tally.total)), figures(tally)]
        return _("{name}: {fact}").format(name=where, fact=_(", ").join(facts))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_axes(painter)
        colour = self._theme.firm(self._label)
        for at, tally in enumerate(self._tallies):
            if tally.total:
                self._paint_column(painter, self.column(at), tally, colour)
        self._paint_title(painter)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            where = QPointF(event.pos())
            found = [at for at in range(len(self._tallies)) if self.column(at).contains(where)]
            QToolTip.showText(event.globalPos(), tooltip(self.told(found[0])) if found else "", self)
            return True
        return super().event(event)

    def _ground(self) -> QRectF:
        before, behind = _TITLE + _AXIS, 8
        left, right = (behind, before) if is_rtl() else (before, behind)
        return QRectF(self.rect()).adjusted(left, _ABOVE, -right, -_BELOW)

    def _paint_axes(self, painter: QPainter) -> None:
        ground, theme = self._ground(), self._theme
        painter.setFont(fonts.interface(11))
        side = Qt.AlignmentFlag.AlignLeft if is_rtl() else Qt.AlignmentFlag.AlignRight
        absolute = Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
        for value in _LINES:
            y = ground.bottom() - ground.height() * value / 100
            painter.setPen(QPen(QColor(theme.rule), 1))
            painter.drawLine(QPointF(ground.left(), y), QPointF(ground.right(), y))
            painter.setPen(QColor(theme.faint))
            left = ground.right() + 6 if is_rtl() else ground.left() - _AXIS
            painter.drawText(QRectF(left, y - 8, _AXIS - 6, 16), side | absolute, number(value))
        for at, value in {0: 1, len(self._sizes) - 1: sum(self._sizes)}.items():
            below = QRectF(self.column(at).center().x() - 40, ground.bottom() + 4, 80, 16)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, number(value))

    def _paint_column(self, painter: QPainter, column: QRectF, tally: Tally, colour: QColor) -> None:
        painter.setPen(QPen(colour, 1))
        bottom = column.bottom()
        for count, brush in zip((tally.accepted, tally.rejected, tally.missed), brushes(colour), strict=True):
            height = column.height() * count / tally.total
            if count:
                painter.setBrush(brush)
                painter.drawRect(QRectF(column.left(), bottom - height, column.width(), height))
            bottom -= height

    def _paint_title(self, painter: QPainter) -> None:
        theme = self._theme
        left = self.width() - _TITLE if is_rtl() else 0
        side = (
            Qt.AlignmentFlag.AlignRight if is_rtl() else Qt.AlignmentFlag.AlignLeft
        ) | Qt.AlignmentFlag.AlignAbsolute
        painter.setFont(fonts.interface(14, bold=True))
        painter.setPen(theme.name(self._label, 0))
        name = elided(self._label.shown(), QFontMetricsF(painter.font()), _TITLE - 8)
        painter.drawText(QRectF(left, _ABOVE - 4, _TITLE, 24), side | Qt.AlignmentFlag.AlignVCenter, name)
        if not self._tallies[-1].total:
            return
        painter.setFont(fonts.interface(12))
        painter.setPen(QColor(theme.dim))
        accepted = isolated(number(hundredths(self._tallies[-1])[0]))
        said = _("{count} of a hundred accepted of late").format(count=accepted)
        room = QRectF(left, _ABOVE + 22, _TITLE - 6, 44)
        painter.drawText(room, side | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap, said)
