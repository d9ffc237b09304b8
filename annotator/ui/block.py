"""A line of an article's text, laid out: where each of its letters stands. Nothing is painted here.

It has a QTextLayout of its own, without any format: a format over a part of a word would shape it anew. Offsets are
code points of the article's text throughout; Qt's UTF-16 units stay inside this module. Coordinates are pixels from
the top left corner of the column of text.
"""

from typing import Final, NamedTuple

import regex
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QTextLayout, QTextLine, QTextOption

from annotator.core.text import Utf16

UNDER: Final = 21.0  # pixels beneath the letters for the lines and names of spans
_ASCENT, _DESCENT = 0.98, 0.52  # of a face's size: what Arabic letters with their marks take above and below the line
# A byte order mark at the start of a string is lost on its way to Qt, or turns its bytes: show its like.
NOT_FOR_QT: Final = {0xFEFF: 0x2060, 0xFFFE: 0xFFFD}
_GRAPHEME: Final = regex.compile(r"\X")
_RTL: Final = regex.compile(r"[\p{bidi_class=R}\p{bidi_class=AL}]|(\p{bidi_class=L})")


class Box(NamedTuple):
    """One character as a reader sees it: `start` to `end` in the text, `left` to `right` on the screen."""

    start: int
    end: int
    left: float
    right: float
    rtl: bool


class Line:
    """A line on the screen: code points `start` to `end`, its letters between `top` and `bottom`."""

    def __init__(self, block: "Block", line: QTextLine, start: int, end: int, baseline: float, size: float) -> None:
        self.block = block
        self.start, self.end = start, end
        self.baseline = baseline
        self.top = baseline - _ASCENT * size
        self.bottom = baseline + _DESCENT * size
        self._line = line
        self._boxes: list[Box] | None = None

    @property
    def boxes(self) -> list[Box]:
        """Its characters in logical order; found out when first asked for."""
        if self._boxes is None:
            self._boxes = self._measure()
        return self._boxes

    def _measure(self) -> list[Box]:
        """Where each character stands.

        Qt's cursorToX names the edge of a neighbour where the direction changes, and a ligature's second letter has
        no glyph of its own: so ask for each character's glyphs, and share out a ligature between its letters.
        """
        block, base, units, glyph_runs = self.block, self.block.start, self.block.units.units, self._line.glyphRuns
        boxes: list[Box] = []
        edge = self._line.naturalTextRect().right() if block.rtl else self._line.naturalTextRect().left()
        unit = units(self.start - base)
        for found in _GRAPHEME.finditer(block.text, self.start - base, self.end - base):
            start, end = found.span()
            first, unit = unit, units(end)
            runs = glyph_runs(first, unit - first)
            sides = [(rect.left(), rect.right()) for run in runs if (rect := run.boundingRect()).width() > 0]
            if sides:
                left, right = min(sides)[0], max(right for _left, right in sides)
                rtl = runs[0].isRightToLeft()
                boxes.append(Box(base + start, base + end, left, right, rtl))
                edge = left if rtl else right
            elif runs and boxes and boxes[-1].right > boxes[-1].left:
                boxes[-1], box = _shared(boxes[-1], base + start, base + end)
                boxes.append(box)
            else:
                boxes.append(Box(base + start, base + end, edge, edge, block.rtl))
        return boxes


def _shared(box: Box, start: int, end: int) -> tuple[Box, Box]:
    """A ligature's box, shared between its first letters and the one from `start` to `end`."""
    middle = (box.left + box.right) / 2
    if box.rtl:
        return box._replace(left=middle), Box(start, end, box.left, middle, True)
    return box._replace(right=middle), Box(start, end, middle, box.right, False)


class Block:
    """A line of the article's text, laid out: `kind` is that of its zone, None in no zone."""

    def __init__(self, text: str, start: int, kind: str | None) -> None:
        self.text, self.start, self.end, self.kind = text, start, start + len(text), kind
        first = _RTL.search(text)
        self.rtl = first is None or first[1] is None
        self.lines: list[Line] = []
        self.top = self.height = 0.0
        self.units = Utf16("")
        self.layout = QTextLayout()

    def lay_out(self, top: float, width: float, font: QFont) -> None:
        """Break into lines of `width` pixels at most, from `top` on."""
        self.top, self.units = top, Utf16(self.text)
        size = font.pixelSize()
        option = QTextOption(Qt.AlignmentFlag.AlignRight if self.rtl else Qt.AlignmentFlag.AlignLeft)
        option.setTextDirection(Qt.LayoutDirection.RightToLeft if self.rtl else Qt.LayoutDirection.LeftToRight)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.layout = QTextLayout(self.text.translate(NOT_FOR_QT), font)
        self.layout.setTextOption(option)
        self.layout.setCacheEnabled(True)
        self.layout.beginLayout()
        pitch = (_ASCENT + _DESCENT) * size + UNDER
        while (line := self.layout.createLine()).isValid():
            line.setLineWidth(width)
            baseline = top + len(self.lines) * pitch + _ASCENT * size
            line.setPosition(QPointF(0, baseline - line.ascent()))
            start = self.start + self.units.points(line.textStart())
            end = self.start + self.units.points(line.textStart() + line.textLength())
            self.lines.append(Line(self, line, start, end, baseline, size))
        self.layout.endLayout()
        self.height = len(self.lines) * pitch
