"""Painting of invisible characters: a thin tick with a short name, beneath the letters.

Nothing is inserted into the text, so letters keep their shapes and positions. Bidi controls (`invisible.BIDI_CONTROL`)
can falsify text up to the end of their paragraph (UAX #9) and are shown if it contains a span or suggestion; others, on
request.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from annotator.text.invisible import BIDI_CONTROL
from annotator.ui.article.block import Line, Tick
from annotator.ui.article.marks import Marks
from annotator.ui.widgets import fonts
from annotator.ui.widgets.theme import Theme

_NAME_SIZE: Final = 9.0  # pixels
_NAME_RISE: Final = 4  # pixels: how far a name reaches above the letters of the line
_GAP: Final = 2.0  # pixels between two names
_MAX_SHIFT: Final = 24.0  # pixels between a tick and its name; a name farther away is left out


def has_bidi_control(line: Line) -> bool:
    """Return whether this line contains a bidi control."""
    return any(tick.character.kind == BIDI_CONTROL for tick in line.ticks)


def visible_ticks(line: Line, marks: Marks) -> list[Tick]:
    """Return the ticks to show in a line."""
    if marks.show_invisible or not line.ticks:
        return list(line.ticks)
    block = line.block
    ranges = ((item.start, item.end) for items in (marks.spans, marks.suggestions) for item in items)
    if not any(start < block.end and block.start < end for start, end in ranges):
        return []
    return [tick for tick in line.ticks if tick.character.kind == BIDI_CONTROL]


def paint(painter: QPainter, lines: Iterable[Line], marks: Marks, theme: Theme) -> None:
    """Paint the ticks of these lines."""
    marked_lines = [(line, ticks) for line in lines if (ticks := visible_ticks(line, marks))]
    if not marked_lines:
        return
    font = fonts.interface_font(_NAME_SIZE)
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    for line, ticks in marked_lines:
        for tick in ticks:
            painter.fillRect(QRectF(round(tick.x), line.top, 1, line.bottom - line.top), _colour(tick, theme))
        for x, name, tick in _place_names(ticks, metrics):
            chip = QRectF(x, line.top - _NAME_RISE, metrics.horizontalAdvance(name), metrics.ascent() - 1)
            painter.fillRect(chip, QColor(theme.paper))
            painter.setPen(_colour(tick, theme))
            painter.drawText(QPointF(x, chip.bottom() - 1), name)
    painter.setPen(Qt.PenStyle.NoPen)


def _place_names(ticks: Sequence[Tick], metrics: QFontMetricsF) -> list[tuple[float, str, Tick]]:
    """Place names without overlaps, bidi controls first; return x, name and tick of each."""
    placed: list[tuple[float, str, Tick]] = []
    occupied: list[tuple[float, float]] = []
    for tick in sorted(ticks, key=lambda tick: (tick.character.kind != BIDI_CONTROL, tick.x)):
        width = metrics.horizontalAdvance(tick.character.name)
        x = tick.x - width / 2
        for start, end in occupied:
            if start - _GAP < x + width and x < end + _GAP:
                x = end + _GAP
        if x - tick.x < _MAX_SHIFT:
            placed.append((x, tick.character.name, tick))
            occupied = sorted([*occupied, (x, x + width)])
    return placed


def _colour(tick: Tick, theme: Theme) -> QColor:
    return QColor(theme.warning if tick.character.kind == BIDI_CONTROL else theme.faint)
