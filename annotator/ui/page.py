"""The geometry of an article on the screen: where each letter stands. Nothing is painted here.

Each line of the article's text is a block with a QTextLayout of its own, without any format: a format over a
part of a word would shape it anew. Offsets are code points of the article's text throughout; Qt's UTF-16 units stay
inside this module. Coordinates are pixels from the top left corner of the column of text.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

import regex
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QTextLayout, QTextLine, QTextOption

from annotator.core.model import BOILERPLATE, DATELINE, HEADLINE, Zone
from annotator.core.text import Utf16
from annotator.ui import fonts

_SIZES: Final = {HEADLINE: 1.22, DATELINE: 0.8, BOILERPLATE: 0.75}  # of the body's size
_ASCENT, _DESCENT = 0.98, 0.52  # of a face's size: what Arabic letters with their marks take above and below the line
_UNDER: Final = 21.0  # pixels beneath the letters for the lines and names of spans
_SAMPLE: Final = "وأبرزت اللجنة أن التقرير أشار إلى ارتفاع عدد المتابعات القضائية"
_MEASURE: Final = 72  # letters in a line: what reads comfortably
# A byte order mark at the start of a string is lost on its way to Qt, or turns its bytes: show its like.
_NOT_FOR_QT: Final = {0xFEFF: 0x2060, 0xFFFE: 0xFFFD}
_GRAPHEME: Final = regex.compile(r"\X")
_RTL: Final = regex.compile(r"[\p{bidi_class=R}\p{bidi_class=AL}]|(\p{bidi_class=L})")


class Box(NamedTuple):
    """One character as a reader sees it: `start` to `end` in the text, `left` to `right` on the screen."""

    start: int
    end: int
    left: float
    right: float
    rtl: bool


class Segment(NamedTuple):
    """A stretch of a line without a gap, and the line that it is on."""

    line: "Line"
    left: float
    right: float


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
        text, block = self.block.text, self.block
        boxes: list[Box] = []
        edge = self._line.naturalTextRect().right() if block.rtl else self._line.naturalTextRect().left()
        for found in _GRAPHEME.finditer(text, self.start - block.start, self.end - block.start):
            start, end = found.span()
            unit = block.units.units(start)
            runs = self._line.glyphRuns(unit, block.units.units(end) - unit)
            rects = [run.boundingRect() for run in runs]
            rects = [rect for rect in rects if rect.width() > 0]
            if rects:
                left, right = min(rect.left() for rect in rects), max(rect.right() for rect in rects)
                rtl = runs[0].isRightToLeft()
                boxes.append(Box(block.start + start, block.start + end, left, right, rtl))
                edge = left if rtl else right
            elif runs and boxes and boxes[-1].right > boxes[-1].left:
                boxes[-1], box = _shared(boxes[-1], block.start + start, block.start + end)
                boxes.append(box)
            else:
                boxes.append(Box(block.start + start, block.start + end, edge, edge, block.rtl))
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
        self.units = Utf16(text)
        first = _RTL.search(text)
        self.rtl = first is None or first[1] is None
        self.lines: list[Line] = []
        self.top = self.height = 0.0
        self.layout = QTextLayout()

    def lay_out(self, top: float, width: float, font: QFont) -> None:
        """Break into lines of `width` pixels at most, from `top` on."""
        self.top = top
        size = font.pixelSize()
        option = QTextOption(Qt.AlignmentFlag.AlignRight if self.rtl else Qt.AlignmentFlag.AlignLeft)
        option.setTextDirection(Qt.LayoutDirection.RightToLeft if self.rtl else Qt.LayoutDirection.LeftToRight)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.layout = QTextLayout(self.text.translate(_NOT_FOR_QT), font)
        self.layout.setTextOption(option)
        self.layout.setCacheEnabled(True)
        self.layout.beginLayout()
        pitch = (_ASCENT + _DESCENT) * size + _UNDER
        while (line := self.layout.createLine()).isValid():
            line.setLineWidth(width)
            baseline = top + len(self.lines) * pitch + _ASCENT * size
            line.setPosition(QPointF(0, baseline - line.ascent()))
            start = self.start + self.units.points(line.textStart())
            end = self.start + self.units.points(line.textStart() + line.textLength())
            self.lines.append(Line(self, line, start, end, baseline, size))
        self.layout.endLayout()
        self.height = len(self.lines) * pitch


class Fold:
    """A run of boilerplate lines, put away into one quiet line or open beneath it."""

    def __init__(self, blocks: Sequence[Block], top: float, height: float, *, opened: bool) -> None:
        self.start, self.end = blocks[0].start, blocks[-1].end
        self.count = len(blocks)
        self.top, self.height = top, height
        self.opened = opened


class Page:
    """An article laid out in a column of `width` pixels, as high as `height`; `size` is the body's letters in pixels.

    `opened` holds the starts of those folds that are open.
    """

    def __init__(self, text: str, zones: Iterable[Zone], width: float, size: float, opened: Iterable[int] = ()) -> None:
        self.text, self.width, self.size = text, width, size
        self.blocks: list[Block] = []
        self.folds: list[Fold] = []
        self.height = 0.0
        blocks = [block for block in _blocks(text, zones) if block.text.strip()]
        for boilerplate, run in groupby(blocks, lambda block: block.kind == BOILERPLATE):
            if boilerplate:
                self._fold(list(run), set(opened))
            else:
                self._stack(run)
        self.lines = [line for block in self.blocks for line in block.lines]
        self._tops = [line.top for line in self.lines]
        self._starts = [line.start for line in self.lines]
        self._segments: dict[tuple[int, int], list[Segment]] = {}

    def lines_between(self, top: float, bottom: float) -> Iterator[Line]:
        """The lines of which something, spans' names included, lies between these heights."""
        first = max(0, bisect_right(self._tops, top - 4 * self.size) - 1)
        for line in self.lines[first:]:
            if line.top > bottom:
                return
            yield line

    def line_at(self, y: float) -> Line | None:
        """The line at this height, or the one before it; the first above all; None on an empty page."""
        if not self.lines:
            return None
        return self.lines[max(0, bisect_right(self._tops, y) - 1)]

    def line_of(self, offset: int) -> Line | None:
        """The line on which this offset stands; None when it is folded away or blank."""
        at = bisect_right(self._starts, offset) - 1
        if at < 0 or offset > self.lines[at].end:
            return None
        return self.lines[at]

    def fold_at(self, y: float) -> Fold | None:
        """The fold whose quiet line is at this height."""
        return next((fold for fold in self.folds if fold.top <= y < fold.top + fold.height), None)

    def fold_of(self, offset: int) -> Fold | None:
        """The closed fold that hides this offset."""
        return next((fold for fold in self.folds if not fold.opened and fold.start <= offset < fold.end), None)

    def box_at(self, x: float, y: float) -> Box | None:
        """The character under this point, or None beside the letters."""
        line = self.line_at(y)
        if line is None or not line.top <= y <= line.bottom + _UNDER:
            return None
        return next((box for box in line.boxes if box.left <= x < box.right), None)

    def boundary_at(self, x: float, y: float) -> int | None:
        """The place between two characters that is nearest to this point; None on an empty page."""
        line = self.line_at(y)
        if line is None or not line.boxes:
            return None
        box = min(line.boxes, key=lambda box: max(box.left - x, x - box.right, 0.0))
        after_middle = x < (box.left + box.right) / 2 if box.rtl else x > (box.left + box.right) / 2
        return box.end if after_middle else box.start

    def segments(self, start: int, end: int) -> list[Segment]:
        """The stretches of the screen that show code points `start` to `end`, in the order of their lines."""
        known = self._segments.get((start, end))
        if known is None:
            known = self._segments[start, end] = self._find_segments(start, end)
        return known

    def _find_segments(self, start: int, end: int) -> list[Segment]:
        segments = []
        first = max(0, bisect_right(self._starts, start) - 1)
        for line in self.lines[first:]:
            if line.start >= end:
                break
            shown = sorted((box.left, box.right) for box in line.boxes if box.start < end and start < box.end)
            merged: list[list[float]] = []
            for left, right in shown:
                if right - left <= 0:
                    continue
                if merged and left <= merged[-1][1] + 1.0:
                    merged[-1][1] = max(merged[-1][1], right)
                else:
                    merged.append([left, right])
            segments += [Segment(line, left, right) for left, right in merged]
        return segments

    def _stack(self, blocks: Iterable[Block]) -> None:
        for block in blocks:
            scale = _SIZES.get(block.kind or "", 1.0)
            font = fonts.reading(self.size * scale, bold=block.kind == HEADLINE)
            block.lay_out(self.height, self.width, font)
            self.blocks.append(block)
            self.height += block.height + self.size * (0.15 if block.kind == BOILERPLATE else 0.5)

    def _fold(self, run: list[Block], opened: set[int]) -> None:
        fold = Fold(run, self.height, 1.7 * self.size, opened=run[0].start in opened)
        self.folds.append(fold)
        self.height += fold.height + self.size * 0.3
        if fold.opened:
            self._stack(run)


def measure(size: float) -> float:
    """The width in pixels of a comfortable line whose letters are `size` pixels."""
    metrics = QFontMetricsF(fonts.reading(size))
    return metrics.horizontalAdvance(_SAMPLE) / len(_SAMPLE) * _MEASURE


def _blocks(text: str, zones: Iterable[Zone]) -> Iterator[Block]:
    ordered = sorted(zones, key=lambda zone: zone.start)
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        at = bisect_right(ordered, start, key=lambda zone: zone.end)
        kind = ordered[at].kind if at < len(ordered) and ordered[at].start < end else None
        yield Block(line, start, kind)
        start = end + 1
