"""A line of an article's text, laid out: where each of its letters stands. Nothing is painted here.

It has a QTextLayout of its own, without any format: a format over a part of a word would shape it anew. Offsets are
code points of the article's text throughout; Qt's UTF-16 units stay inside this module. Coordinates are pixels from
the top left corner of the column of text.
"""

from bisect import bisect_left, bisect_right
from operator import attrgetter
from typing import Final, NamedTuple

import regex
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QGlyphRun, QTextLayout, QTextLine, QTextOption

from annotator.text.invisible import Hidden, hidden
from annotator.text.offsets import Utf16

UNDER: Final = 21.0  # pixels beneath the letters for the lines and names of spans
ABOVE: Final = 6.0  # pixels: how far above a line's letters its marks reach
BENEATH: Final = UNDER + 32  # pixels: how far beneath them, where spans are nested deep
_ASCENT, _DESCENT = 0.98, 0.52  # of a face's size: what Arabic letters with their marks take above and below the line
# A byte order mark at the start of a string is lost on its way to Qt, or turns its bytes: show its like.
NOT_FOR_QT: Final = {0xFEFF: 0x2060, 0xFFFE: 0xFFFD}
_GRAPHEME: Final = regex.compile(r"\X")
# Joins another character in what a reader sees as one, or has no place of its own (UAX #29).
_JOINING: Final = regex.compile(r"[\P{GCB=Other}\p{C}]")
_APART: Final = regex.compile(r"(?![\P{GCB=Other}\p{C}])(?:(?<=[\s\p{P}])|(?=[\s\p{P}]))")
_IGNORABLE: Final = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{C}]+")
_RTL: Final = regex.compile(r"[\p{bidi_class=R}\p{bidi_class=AL}]|(\p{bidi_class=L})")


class Box(NamedTuple):
    """One character as a reader sees it: `start` to `end` in the text, `left` to `right` on the screen."""

    start: int
    end: int
    left: float
    right: float
    rtl: bool


class Tick(NamedTuple):
    """Where a character stands that nobody sees, which takes no room there."""

    x: float
    hidden: Hidden


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
        self._ticks: tuple[Tick, ...] | None = None

    @property
    def boxes(self) -> list[Box]:
        """Its characters in logical order; found out when first asked for."""
        if self._boxes is None:
            self._boxes = self._measure()
        return self._boxes

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """Its invisible characters in logical order; found out when first asked for."""
        if self._ticks is None:
            base, text = self.block.start, self.block.text
            found = hidden(text, self.start - base, self.end - base)
            self._ticks = tuple(Tick(self._place(base + one.at), one) for one in found)
        return self._ticks

    def stretches(self, start: int, end: int) -> list[tuple[float, float]]:
        """The left and right sides of what shows its code points `start` to `end`, without gaps within, from the left.

        Of whole words in plain letters all glyphs are asked for at once, and no single character is measured.
        """
        start, end = max(start, self.start), min(end, self.end)
        if self._boxes is None and self._is_plain(start, end):
            unit = self.block.unit(start)
            sides = _sides(self._line.glyphRuns(unit, self.block.unit(end) - unit))
        else:
            first = bisect_right(self.boxes, start, key=attrgetter("end"))
            last = bisect_left(self.boxes, end, key=attrgetter("start"))
            sides = [(box.left, box.right) for box in self.boxes[first:last] if box.right > box.left]
        merged: list[tuple[float, float]] = []
        for left, right in sorted(sides):
            if merged and left <= merged[-1][1] + 1.0:
                merged[-1] = (merged[-1][0], max(merged[-1][1], right))
            else:
                merged.append((left, right))
        return merged

    def _is_plain(self, start: int, end: int) -> bool:
        """Whether each character from `start` to `end` has a glyph of its own or shares one within."""
        text, base = self.block.text, self.block.start
        return not _JOINING.search(text, start - base, end - base) and all(
            at in (self.start, self.end) or _APART.match(text, at - base) for at in (start, end)
        )

    def _place(self, offset: int) -> float:
        """Where a character begins; one that is a part of what a reader sees as one, where that ends."""
        box = self.boxes[bisect_right(self.boxes, offset, key=attrgetter("start")) - 1]
        return box.right if box.rtl == (offset == box.start) else box.left

    def _measure(self) -> list[Box]:
        """Where each character stands.

        Qt's cursorToX names the edge of a neighbour where the direction changes, and a ligature's second letter has
        no glyph of its own: so ask for each character's glyphs, and share out a ligature between its letters. What
        nobody sees has no glyph either, and takes nothing from the letter before it.
        """
        block, glyph_runs = self.block, self._line.glyphRuns
        boxes: list[Box] = []
        edge = self._line.naturalTextRect().right() if block.rtl else self._line.naturalTextRect().left()
        unit = block.unit(self.start)
        for found in _GRAPHEME.finditer(block.text, self.start - block.start, self.end - block.start):
            start, end = block.start + found.start(), block.start + found.end()
            first, unit = unit, block.unit(end)
            runs = glyph_runs(first, unit - first)
            sides = _sides(runs)
            if sides:
                left, right = min(sides)[0], max(right for _left, right in sides)
                rtl = runs[0].isRightToLeft()
                boxes.append(Box(start, end, left, right, rtl))
                edge = left if rtl else right
            elif runs and boxes and boxes[-1].right > boxes[-1].left and not _IGNORABLE.fullmatch(found[0]):
                boxes[-1], box = _shared(boxes[-1], start, end)
                boxes.append(box)
            else:
                boxes.append(Box(start, end, edge, edge, block.rtl))
        return boxes


def _sides(runs: list[QGlyphRun]) -> list[tuple[float, float]]:
    return [(rect.left(), rect.right()) for run in runs if (rect := run.boundingRect()).width() > 0]


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
        self._units = Utf16("")
        self.layout = QTextLayout()

    def unit(self, offset: int) -> int:
        """The UTF-16 offset within its own text of a code point offset of the article."""
        return self._units.units(offset - self.start)

    def lay_out(self, top: float, width: float, font: QFont) -> None:
        """Break into lines of `width` pixels at most, from `top` on."""
        self.top, self._units = top, Utf16(self.text)
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
            start = self.start + self._units.points(line.textStart())
            end = self.start + self._units.points(line.textStart() + line.textLength())
            self.lines.append(Line(self, line, start, end, baseline, size))
        self.layout.endLayout()
        self.height = len(self.lines) * pitch
