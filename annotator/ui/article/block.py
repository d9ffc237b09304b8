"""Layout of one line of an article's text: the positions of its characters. Nothing is painted here.

Each block has its own QTextLayout without formats, because a format over a part of a word would change its shaping.
Offsets are code points of the article's text; Qt's UTF-16 offsets stay inside this module. Coordinates are pixels from
the top left corner of the text column.
"""

from bisect import bisect_left, bisect_right
from operator import attrgetter
from typing import Final, NamedTuple

import regex
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QGlyphRun, QTextLayout, QTextLine, QTextOption

from annotator.text.invisible import InvisibleCharacter, find_invisible
from annotator.text.offsets import Utf16Offsets

SPACE_BELOW: Final = 21.0  # pixels below the letters for the lines and captions of spans
MARKS_ABOVE: Final = 6.0  # pixels: how far the marks of a line reach above its letters
MARKS_BELOW: Final = SPACE_BELOW + 32  # pixels: how far they reach below them with deeply nested spans
_ASCENT, _DESCENT = 0.98, 0.52  # of the font size: room for Arabic letters with diacritics above and below the baseline
# A byte order mark at the start of a string is lost on its way to Qt, or swaps its bytes: show an equivalent.
QT_REPLACEMENTS: Final = {0xFEFF: 0x2060, 0xFFFE: 0xFFFD}
_GRAPHEME: Final = regex.compile(r"\X")
# Characters that combine with another one into a grapheme cluster, or have no width of their own (UAX #29).
_JOINING: Final = regex.compile(r"[\P{GCB=Other}\p{C}]")
_APART: Final = regex.compile(r"(?![\P{GCB=Other}\p{C}])(?:(?<=[\s\p{P}])|(?=[\s\p{P}]))")
_IGNORABLE: Final = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{C}]+")
_RTL: Final = regex.compile(r"[\p{bidi_class=R}\p{bidi_class=AL}]|(\p{bidi_class=L})")


class Box(NamedTuple):
    """The box of a grapheme cluster: `start` to `end` in the text, `left` to `right` on the screen."""

    start: int
    end: int
    left: float
    right: float
    is_rtl: bool


class Tick(NamedTuple):
    """The position of an invisible character, which has no width."""

    x: float
    character: InvisibleCharacter


class Line:
    """A line on the screen with code points `start` to `end`, whose letters lie between `top` and `bottom`."""

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
        """The boxes of its characters in logical order, computed on first use."""
        if self._boxes is None:
            self._boxes = self._measure()
        return self._boxes

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """Its invisible characters in logical order, computed on first use."""
        if self._ticks is None:
            base, text = self.block.start, self.block.text
            characters = find_invisible(text, self.start - base, self.end - base)
            self._ticks = tuple(Tick(self._x_of(base + character.offset), character) for character in characters)
        return self._ticks

    def x_ranges(self, start: int, end: int) -> list[tuple[float, float]]:
        """Return the left and right edges of the gapless runs that show code points `start` to `end`, from the left.

        For whole words of plain letters, all glyphs are queried at once and no single character is measured.
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
        """Return whether no glyph of the characters from `start` to `end` is shared with one outside."""
        text, base = self.block.text, self.block.start
        return not _JOINING.search(text, start - base, end - base) and all(
            offset in (self.start, self.end) or _APART.match(text, offset - base) for offset in (start, end)
        )

    def _x_of(self, offset: int) -> float:
        """Return where a character begins, or where its grapheme cluster ends if it is not the first in it."""
        box = self.boxes[bisect_right(self.boxes, offset, key=attrgetter("start")) - 1]
        return box.right if box.is_rtl == (offset == box.start) else box.left

    def _measure(self) -> list[Box]:
        """Compute the box of each character from its glyphs, sharing ligatures between their letters.

        Qt's cursorToX returns the edge of a neighbour where the direction changes, and the second letter of a ligature
        has no glyph of its own. Invisible characters have no glyph either, but take no width from the letter before.
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
    """Split the box of a ligature between its first letters and the one from `start` to `end`."""
    middle = (box.left + box.right) / 2
    if box.is_rtl:
        return box._replace(left=middle), Box(start, end, box.left, middle, True)
    return box._replace(right=middle), Box(start, end, middle, box.right, False)


class Block:
    """The layout of one line of the article's text. `kind` is that of its zone, or None outside all zones."""

    def __init__(self, text: str, start: int, kind: str | None) -> None:
        self.text, self.start, self.end, self.kind = text, start, start + len(text), kind
        first = _RTL.search(text)
        self.is_rtl = first is None or first[1] is None
        self.lines: list[Line] = []
        self.top = self.height = 0.0
        self._units = Utf16Offsets("")
        self.layout = QTextLayout()

    def utf16_offset(self, offset: int) -> int:
        """Convert a code point offset of the article to a UTF-16 offset in this block's text."""
        return self._units.to_utf16(offset - self.start)

    def lay_out(self, top: float, width: float, font: QFont) -> None:
        """Break the text into lines of at most `width` pixels, from `top` on."""
        self.top, self._units = top, Utf16Offsets(self.text)
        size = font.pixelSize()
        option = QTextOption(Qt.AlignmentFlag.AlignRight if self.is_rtl else Qt.AlignmentFlag.AlignLeft)
        option.setTextDirection(Qt.LayoutDirection.RightToLeft if self.is_rtl else Qt.LayoutDirection.LeftToRight)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.layout = QTextLayout(self.text.translate(QT_REPLACEMENTS), font)
        self.layout.setTextOption(option)
        self.layout.setCacheEnabled(True)
        self.layout.beginLayout()
        pitch = (_ASCENT + _DESCENT) * size + SPACE_BELOW
        while (line := self.layout.createLine()).isValid():
            line.setLineWidth(width)
            baseline = top + len(self.lines) * pitch + _ASCENT * size
            line.setPosition(QPointF(0, baseline - line.ascent()))
            start = self.start + self._units.to_code_points(line.textStart())
            end = self.start + self._units.to_code_points(line.textStart() + line.textLength())
            self.lines.append(Line(self, line, start, end, baseline, size))
        self.layout.endLayout()
        self.height = len(self.lines) * pitch
