"""Layout of one line of an article's text: the positions of its characters.

Each block has its own QTextLayout without formats: one over part of a word would change its shaping. Offsets and
coordinates are as in `page`; Qt's UTF-16 offsets stay in this module.
"""

from bisect import bisect_left, bisect_right
from operator import attrgetter
from typing import Final, NamedTuple

import regex
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QGlyphRun, QTextLayout, QTextLine, QTextOption

from annotator.text.invisible import InvisibleCharacter, find_invisible
from annotator.text.offsets import Utf16Offsets
from annotator.ui.article.spacing import ASCENT, DESCENT, Spacing

MARKS_ABOVE: Final = 6.0  # pixels: how far the marks of a line reach above its letters
# A byte order mark at the start of a string is lost on its way to Qt or swaps its bytes: show an equivalent.
QT_REPLACEMENTS: Final = {0xFEFF: 0x2060, 0xFFFE: 0xFFFD}
_GRAPHEME: Final = regex.compile(r"\X")
# Characters that join others in a grapheme cluster, or have no width (UAX #29).
_JOINING: Final = regex.compile(r"[\P{GCB=Other}\p{C}]")
_APART: Final = regex.compile(r"(?![\P{GCB=Other}\p{C}])(?:(?<=[\s\p{P}])|(?=[\s\p{P}]))")
_IGNORABLE: Final = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{C}]+")
_RTL: Final = regex.compile(r"[\p{bidi_class=R}\p{bidi_class=AL}]|(\p{bidi_class=L})")


class Box(NamedTuple):
    """A grapheme cluster, `start` to `end` in the text and `left` to `right` on the screen."""

    start: int
    end: int
    left: float
    right: float
    is_rtl: bool


class Tick(NamedTuple):
    """The position of an invisible character."""

    x: float
    character: InvisibleCharacter


class Line:
    """A line on the screen: code points `start` to `end`, letters between `top` and `bottom`."""

    def __init__(self, block: "Block", line: QTextLine, start: int, end: int, baseline: float, size: float) -> None:
        self.block = block
        self.start, self.end = start, end
        self.top = baseline - ASCENT * size
        self.bottom = baseline + DESCENT * size
        self._line = line
        self._boxes: list[Box] | None = None
        self._ticks: tuple[Tick, ...] | None = None

    @property
    def boxes(self) -> list[Box]:
        """The boxes of its characters in logical order."""
        if self._boxes is None:
            self._boxes = self._measure()
        return self._boxes

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """Its invisible characters in logical order."""
        if self._ticks is None:
            base, text = self.block.start, self.block.text
            characters = find_invisible(text, self.start - base, self.end - base)
            self._ticks = tuple(Tick(self._x_of(base + character.offset), character) for character in characters)
        return self._ticks

    def x_ranges(self, start: int, end: int) -> list[tuple[float, float]]:
        """Return (left, right) of the gapless runs that show code points `start` to `end`, leftmost first.

        Whole words of plain letters are measured at once, not by character.
        """
        start, end = max(start, self.start), min(end, self.end)
        if self._boxes is None and self._is_plain(start, end):
            unit = self.block.utf16_offset(start)
            sides = _glyph_extents(self._line.glyphRuns(unit, self.block.utf16_offset(end) - unit))
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
        """Return whether the characters from `start` to `end` share no glyph with others."""
        text, base = self.block.text, self.block.start
        return (
            (start == self.start or _APART.match(text, start - base) is not None)
            and (end == self.end or _APART.match(text, end - base) is not None)
            and _JOINING.search(text, start - base, end - base) is None
        )

    def _x_of(self, offset: int) -> float:
        """Return where a character begins, or where its grapheme cluster ends if it is not the first of it."""
        box = self.boxes[bisect_right(self.boxes, offset, key=attrgetter("start")) - 1]
        return box.right if box.is_rtl == (offset == box.start) else box.left

    def _measure(self) -> list[Box]:
        """Compute each character's box from its glyphs, sharing ligatures between letters.

        Qt's cursorToX returns a neighbour's edge where the direction changes. Neither the second letter of a ligature
        nor an invisible character has a glyph; the latter takes no width from the letter before.
        """
        block, glyph_runs = self.block, self._line.glyphRuns
        boxes: list[Box] = []
        edge = self._line.naturalTextRect().right() if block.is_rtl else self._line.naturalTextRect().left()
        unit = block.utf16_offset(self.start)
        for grapheme in _GRAPHEME.finditer(block.text, self.start - block.start, self.end - block.start):
            start, end = block.start + grapheme.start(), block.start + grapheme.end()
            first, unit = unit, block.utf16_offset(end)
            runs = glyph_runs(first, unit - first)
            sides = _glyph_extents(runs)
            if sides:
                left, right = min(sides)[0], max(right for _left, right in sides)
                is_rtl = runs[0].isRightToLeft()
                boxes.append(Box(start, end, left, right, is_rtl))
                edge = left if is_rtl else right
            elif runs and boxes and boxes[-1].right > boxes[-1].left and not _IGNORABLE.fullmatch(grapheme[0]):
                boxes[-1], box = _split_ligature(boxes[-1], start, end)
                boxes.append(box)
            else:
                boxes.append(Box(start, end, edge, edge, block.is_rtl))
        return boxes


def _glyph_extents(runs: list[QGlyphRun]) -> list[tuple[float, float]]:
    return [(rect.left(), rect.right()) for run in runs if (rect := run.boundingRect()).width() > 0]


def _split_ligature(box: Box, start: int, end: int) -> tuple[Box, Box]:
    """Split a ligature's box before the letter from `start` to `end`."""
    middle = (box.left + box.right) / 2
    if box.is_rtl:
        return box._replace(left=middle), Box(start, end, box.left, middle, True)
    return box._replace(right=middle), Box(start, end, middle, box.right, False)


class Block:
    """The layout of a line of text; `kind` is that of its zone, or None outside all zones."""

    def __init__(self, text: str, start: int, kind: str | None) -> None:
        self.text, self.start, self.end, self.kind = text, start, start + len(text), kind
        first = _RTL.search(text)
        self.is_rtl = first is None or first[1] is None
        self.lines: list[Line] = []
        self.height = 0.0
        self._units = Utf16Offsets("")
        self.layout = QTextLayout()

    def utf16_offset(self, offset: int) -> int:
        """Convert an offset in the article to UTF-16 in this block."""
        return self._units.to_utf16(offset - self.start)

    def lay_out(self, top: float, width: float, font: QFont, spacing: Spacing) -> None:
        """Break the text into lines of at most `width` pixels, from `top` on."""
        self._units = Utf16Offsets(self.text)
        size = font.pixelSize()
        option = QTextOption(Qt.AlignmentFlag.AlignRight if self.is_rtl else Qt.AlignmentFlag.AlignLeft)
        option.setTextDirection(Qt.LayoutDirection.RightToLeft if self.is_rtl else Qt.LayoutDirection.LeftToRight)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.layout = QTextLayout(self.text.translate(QT_REPLACEMENTS), font)
        self.layout.setTextOption(option)
        self.layout.setCacheEnabled(True)
        self.layout.beginLayout()
        pitch = (ASCENT + DESCENT) * size + spacing.lane
        while (line := self.layout.createLine()).isValid():
            line.setLineWidth(width)
            baseline = top + len(self.lines) * pitch + ASCENT * size
            line.setPosition(QPointF(0, baseline - line.ascent()))
            start = self.start + self._units.to_code_points(line.textStart())
            end = self.start + self._units.to_code_points(line.textStart() + line.textLength())
            self.lines.append(Line(self, line, start, end, baseline, size))
        self.layout.endLayout()
        self.height = len(self.lines) * pitch
