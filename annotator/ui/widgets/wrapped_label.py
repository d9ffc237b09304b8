"""A label of several lines with a straight edge in Arabic too, and without a lone word at its end."""

from functools import lru_cache
from typing import Final

import regex
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette, QTextLayout
from PySide6.QtWidgets import QLabel

_STRONG: Final = regex.compile(r"[\p{bidi_class=L}\p{bidi_class=R}\p{bidi_class=AL}]")
_LATIN: Final = regex.compile(r"\p{bidi_class=L}")
_BETWEEN: Final = " ·"
"""What stands between two facts, and at no end of a line."""
_STEP: Final = 8  # pixels: lines are made narrower by as little as is needed, but for so much
_MIN_LAST_LINE: Final = 1 / 3
"""The least width of the last line as a part of the widest one, where the words allow it."""


class WrappedLabel(QLabel):
    """A QLabel with literal text that breaks lines and lines them up.

    Qt counts the space at which it breaks a line, and moves lines from right to left by that. `pitch` is the distance
    of the lines in pixels, by default the font's, which in Arabic leaves room for marks that the interface has not.
    """

    def __init__(self, text: str = "", *, pitch: int | None = None) -> None:
        super().__init__(text)
        self._pitch = pitch
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)

    def set_pitch(self, pitch: int) -> None:
        """Set the distance of the lines in pixels."""
        self._pitch = pitch
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        return super().hasHeightForWidth() and self.minimumHeight() < self.maximumHeight()  # else layouts still ask

    def heightForWidth(self, width: int) -> int:
        return super().heightForWidth(width) if self._pitch is None else self._pitch * len(self.lines(width))

    def lines(self, width: int) -> list[str]:
        """Return the lines in a label of this width."""
        font = self.font()
        return [line for paragraph in self.text().split("\n") for line in _break_well(paragraph, font, width)]

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse:
            super().paintEvent(event)  # which shows the selection
            return
        rect = QRectF(self.contentsRect())
        lines, pitch = self.lines(self.contentsRect().width()), self._pitch or self.fontMetrics().lineSpacing()
        height = pitch * len(lines)
        direction = Qt.TextFlag.TextForceRightToLeft if self._is_rtl() else Qt.TextFlag.TextForceLeftToRight
        flags = direction.value | Qt.TextFlag.TextDontClip.value | Qt.AlignmentFlag.AlignVCenter.value | self._side()
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            top = rect.top()
            if self.alignment() & Qt.AlignmentFlag.AlignVCenter:
                top += max(0.0, (rect.height() - height) / 2)
            for line in lines:
                painter.drawText(QRectF(rect.left(), top, rect.width(), pitch), flags, line)
                top += pitch

    def _side(self) -> int:
        if self.alignment() & Qt.AlignmentFlag.AlignHCenter:
            side = Qt.AlignmentFlag.AlignHCenter
        else:
            side = Qt.AlignmentFlag.AlignRight if self._is_rtl() else Qt.AlignmentFlag.AlignLeft
        return (side | Qt.AlignmentFlag.AlignAbsolute).value

    def _is_rtl(self) -> bool:
        return text_direction(self.text(), self.layoutDirection()) == Qt.LayoutDirection.RightToLeft


def fitting_width(text: str, font: QFont, width: int) -> int:
    """Return the most of `width` pixels at which no paragraph ends in a lone word: less only where one would."""
    return min(_widest_good_width(paragraph, font, width) for paragraph in text.split("\n"))


@lru_cache(maxsize=256)  # a label is painted more often than its text changes
def _break_well(paragraph: str, font: QFont, width: int) -> tuple[str, ...]:
    """Return the lines of a paragraph in `width` pixels, the last one of which has some length."""
    return tuple(line for line, _width in _break_lines(paragraph, font, _widest_good_width(paragraph, font, width)))


def _widest_good_width(paragraph: str, font: QFont, width: int) -> int:
    """Return about the most of `width` pixels at which the last line has some length and there are no more lines.

    It halves the range: the narrower the lines, the longer is the last one, until there is another.
    """
    lines = _break_lines(paragraph, font, width)
    count, too_narrow, too_wide, best = len(lines), 0, width, width
    if count == 1 or _has_good_end(lines):
        return width
    while too_wide - too_narrow > _STEP:
        middle = (too_narrow + too_wide) // 2
        lines = _break_lines(paragraph, font, middle)
        if len(lines) <= count and not _has_good_end(lines):
            too_wide = middle
        else:
            best = middle if len(lines) <= count else best
            too_narrow = middle
    return best


def _has_good_end(lines: list[tuple[str, float]]) -> bool:
    return lines[-1][1] >= _MIN_LAST_LINE * max(line_width for _line, line_width in lines)


def _break_lines(paragraph: str, font: QFont, width: int) -> list[tuple[str, float]]:
    """Return the lines of a paragraph, each with the pixels that it takes."""
    layout = QTextLayout(paragraph, font)
    layout.beginLayout()
    lines = []
    # QTextLine's offsets are UTF-16.
    units = paragraph.encode("utf-16-le")
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        start, stop = 2 * line.textStart(), 2 * (line.textStart() + line.textLength())
        lines.append((units[start:stop].decode("utf-16-le").strip(_BETWEEN), line.naturalTextWidth()))
    layout.endLayout()
    return lines


def text_direction(text: str, default: Qt.LayoutDirection) -> Qt.LayoutDirection:
    """Return the direction of the first letter of a text that has one."""
    first = _STRONG.search(text)
    if first is None:
        return default
    return Qt.LayoutDirection.LeftToRight if _LATIN.match(first[0]) else Qt.LayoutDirection.RightToLeft
