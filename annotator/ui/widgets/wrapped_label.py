"""A label of several lines with a straight edge in Arabic too."""

from typing import Final

import regex
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QTextLayout
from PySide6.QtWidgets import QLabel

_STRONG: Final = regex.compile(r"[\p{bidi_class=L}\p{bidi_class=R}\p{bidi_class=AL}]")
_LATIN: Final = regex.compile(r"\p{bidi_class=L}")
_BETWEEN: Final = " ·"
"""What stands between two facts, and at no end of a line."""


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
        lines: list[str] = []
        for paragraph in self.text().split("\n"):
            layout = QTextLayout(paragraph, self.font())
            layout.beginLayout()
            # QTextLine's offsets are UTF-16.
            units = paragraph.encode("utf-16-le")
            while (line := layout.createLine()).isValid():
                line.setLineWidth(width)
                start, stop = 2 * line.textStart(), 2 * (line.textStart() + line.textLength())
                lines.append(units[start:stop].decode("utf-16-le").strip(_BETWEEN))
            layout.endLayout()
        return lines

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


def text_direction(text: str, default: Qt.LayoutDirection) -> Qt.LayoutDirection:
    """Return the direction of the first letter of a text that has one."""
    first = _STRONG.search(text)
    if first is None:
        return default
    return Qt.LayoutDirection.LeftToRight if _LATIN.match(first[0]) else Qt.LayoutDirection.RightToLeft
