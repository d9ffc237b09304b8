"""Where in an article's lines characters stand that nobody sees: a thin tick with a short name, beneath the letters.

Nothing is put into the text: its letters keep their shapes and places. Controls of direction (`invisible.ORDER`) are
shown wherever their paragraph holds a span or a suggestion, which they can make look other than it is; they work up
to the paragraph's end at most (UAX #9). All others are shown on request.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from annotator.text.invisible import ORDER
from annotator.ui.article.block import Line, Tick
from annotator.ui.article.marks import Marks
from annotator.ui.widgets import fonts
from annotator.ui.widgets.theme import Theme

_NAME: Final = 9.0  # pixels: the letters of a name
_RISE: Final = 4  # pixels: how far above the line's letters a name reaches
_GAP: Final = 2.0  # pixels between two names
_ASIDE: Final = 24.0  # pixels that a name may stand beside its tick: where they are many, not each has room


def has_order(line: Line) -> bool:
    """Whether a control of direction stands on this line."""
    return any(tick.hidden.kind == ORDER for tick in line.ticks)


def shown(line: Line, marks: Marks) -> list[Tick]:
    """What of a line's invisible characters is to be seen."""
    if marks.invisible or not line.ticks:
        return list(line.ticks)
    block = line.block
    stretches = ((one.start, one.end) for some in (marks.spans, marks.suggestions) for one in some)
    if not any(start < block.end and block.start < end for start, end in stretches):
        return []
    return [tick for tick in line.ticks if tick.hidden.kind == ORDER]


def paint(painter: QPainter, lines: Iterable[Line], marks: Marks, theme: Theme) -> None:
    """Paint the ticks of these lines."""
    found = [(line, ticks) for line in lines if (ticks := shown(line, marks))]
    if not found:
        return
    font = fonts.interface(_NAME)
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    for line, ticks in found:
        for tick in ticks:
            painter.fillRect(QRectF(round(tick.x), line.top, 1, line.bottom - line.top), _colour(tick, theme))
        for left, name, tick in _names(ticks, metrics):
            chip = QRectF(left, line.top - _RISE, metrics.horizontalAdvance(name), metrics.ascent() - 1)
            painter.fillRect(chip, QColor(theme.paper))
            painter.setPen(_colour(tick, theme))
            painter.drawText(QPointF(left, chip.bottom() - 1), name)
    painter.setPen(Qt.PenStyle.NoPen)


def _names(ticks: Sequence[Tick], metrics: QFontMetricsF) -> list[tuple[float, str, Tick]]:
    """Where each name begins: about its tick, the controls of direction first, and none on another."""
    placed: list[tuple[float, str, Tick]] = []
    taken: list[tuple[float, float]] = []
    for tick in sorted(ticks, key=lambda tick: (tick.hidden.kind != ORDER, tick.x)):
        width = metrics.horizontalAdvance(tick.hidden.name)
        left = tick.x - width / 2
        for start, end in taken:
            if start - _GAP < left + width and left < end + _GAP:
                left = end + _GAP
        if left - tick.x < _ASIDE:
            placed.append((left, tick.hidden.name, tick))
            taken = sorted([*taken, (left, left + width)])
    return placed


def _colour(tick: Tick, theme: Theme) -> QColor:
    return QColor(theme.warning if tick.hidden.kind == ORDER else theme.faint)
