"""The geometry of an article on the screen.

Offsets are code points of the article's text; coordinates are pixels from the top left corner of the text column.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import Final, NamedTuple, Self

from PySide6.QtGui import QFontMetricsF

from annotator.model.records import BOILERPLATE, DATELINE, HEADLINE, Zone
from annotator.ui.article.block import MARKS_ABOVE, Block, Box, Line
from annotator.ui.article.spacing import compute_spacing
from annotator.ui.widgets import fonts

_SIZES: Final = {HEADLINE: 1.22, DATELINE: 0.8, BOILERPLATE: 0.75}  # of the body's size
_SAMPLE: Final = "وأبرزت اللجنة أن التقرير أشار إلى ارتفاع عدد المتابعات القضائية"
_MEASURE: Final = 72  # letters in a line that reads comfortably


class Segment(NamedTuple):
    """A gapless part of a line."""

    line: Line
    left: float
    right: float


class Fold:
    """A run of boilerplate lines, collapsed into one line or open below it."""

    def __init__(self, blocks: Sequence[Block], top: float, height: float, *, is_open: bool) -> None:
        self.start, self.end = blocks[0].start, blocks[-1].end
        self.count = len(blocks)
        self.top, self.height = top, height
        self.is_open = is_open


class Page:
    """An article laid out in a column of `width` pixels; `size` is the body's font size in pixels.

    `is_compact` chooses the density, whose measures are in `spacing`.

    `open_folds` holds the starts of open folds. Lines are laid out lazily from the top down, as in QTextEdit, and never
    move. `lines`, `blocks`, `folds` and `height` lay out the whole page.
    """

    def __init__(
        self,
        text: str,
        zones: Iterable[Zone],
        width: float,
        size: float,
        open_folds: Iterable[int] = (),
        *,
        is_compact: bool = False,
    ) -> None:
        self.text, self.width, self.size = text, width, size
        self.spacing = compute_spacing(size, is_compact=is_compact)
        self._folds: list[Fold] = []
        self._lines: list[Line] = []
        self._tops: list[float] = []
        self._starts: list[int] = []
        self._height = 0.0
        self._laid_out_to = 0  # all lines that begin before this offset are laid out
        self._layout_steps = self._lay_out_blocks(list(zones), set(open_folds))
        self._segments: dict[tuple[int, int], list[Segment]] = {}

    def lay_out_next(self) -> bool:
        """Lay out the next line of text; return False at the end."""
        return next(self._layout_steps, False)

    @property
    def folds(self) -> list[Fold]:
        """The runs of boilerplate, top down."""
        return self._lay_out_all()._folds

    @property
    def lines(self) -> list[Line]:
        """The lines on the screen, top down."""
        return self._lay_out_all()._lines

    @property
    def height(self) -> float:
        """The height of the page in pixels."""
        return self._lay_out_all()._height

    def estimated_height(self, top: float) -> float:
        """Lay out the page above `top` and estimate its height from that."""
        self._lay_out_to_height(top)
        remaining = len(self.text) - self._laid_out_to
        return self._height if remaining <= 0 else self._height * (1 + remaining / max(1, self._laid_out_to))

    def lines_between(self, top: float, bottom: float) -> Iterator[Line]:
        """Yield the lines at least partly between these heights, captions included."""
        self._lay_out_to_height(bottom + MARKS_ABOVE)
        first = max(0, bisect_right(self._tops, top - 4 * self.size) - 1)
        for line in self._lines[first:]:
            if line.top - MARKS_ABOVE > bottom:
                return
            if line.bottom + self.spacing.lane >= top:
                yield line

    def folds_between(self, top: float, bottom: float) -> list[Fold]:
        """Return the folds whose own line lies between these heights."""
        self._lay_out_to_height(bottom)
        return [fold for fold in self._folds if fold.top < bottom and top < fold.top + fold.height]

    def line_at(self, y: float) -> Line | None:
        """Return the line at this height, else the one above, else the first; None on an empty page."""
        self._lay_out_to_height(y)
        while not self._lines and self.lay_out_next():
            pass
        return self._lines[max(0, bisect_right(self._tops, y) - 1)] if self._lines else None

    def line_of(self, offset: int) -> Line | None:
        """Return the line of this offset, None if folded away or blank."""
        self._lay_out_to_offset(offset)
        index = bisect_right(self._starts, offset) - 1
        if index < 0 or offset > self._lines[index].end:
            return None
        return self._lines[index]

    def adjacent_line(self, line: Line, step: int) -> Line | None:
        """Return the line below (1) or above (-1), or None."""
        index = bisect_right(self._starts, line.start) - 1 + step
        while index >= len(self._lines) and self.lay_out_next():
            pass
        return self._lines[index] if 0 <= index < len(self._lines) else None

    def fold_at(self, y: float) -> Fold | None:
        """Return the fold whose own line is at this height, or None."""
        self._lay_out_to_height(y)
        return next((fold for fold in self._folds if fold.top <= y < fold.top + fold.height), None)

    def fold_of(self, offset: int) -> Fold | None:
        """Return the closed fold that hides this offset, or None."""
        self._lay_out_to_offset(offset)
        return next((fold for fold in self._folds if not fold.is_open and fold.start <= offset < fold.end), None)

    def box_at(self, x: float, y: float) -> Box | None:
        """Return the character at this point, or None beside the letters."""
        line = self.line_at(y)
        if line is None or not line.top <= y <= line.bottom + self.spacing.lane:
            return None
        return next((box for box in line.boxes if box.left <= x < box.right), None)

    def lane_at(self, y: float) -> Line | None:
        """Return the line above the lane at this height, None between the lanes."""
        line = self.line_at(y)
        return line if line and line.bottom <= y <= line.bottom + self.spacing.lane else None

    def boundary_at(self, x: float, y: float) -> int | None:
        """Return the character boundary nearest to this point, None on an empty page."""
        line = self.line_at(y)
        if line is None or not line.boxes:
            return None
        box = _nearest_box(line, x)
        after_middle = x < (box.left + box.right) / 2 if box.is_rtl else x > (box.left + box.right) / 2
        return box.end if after_middle else box.start

    def opposite_word_at(self, x: float, y: float) -> tuple[int, int] | None:
        """Return the range of the word nearest to this point if it runs against its line, as a number does in Arabic.

        Its first letter is on the side where the reader leaves it. None for several words, whose order is theirs.
        """
        line = self.line_at(y)
        if line is None or not line.boxes or _nearest_box(line, x).is_rtl == line.block.is_rtl:
            return None
        boxes = sorted(line.boxes)
        first = last = boxes.index(_nearest_box(line, x))
        while first and boxes[first - 1].is_rtl != line.block.is_rtl:
            first -= 1
        while last + 1 < len(boxes) and boxes[last + 1].is_rtl != line.block.is_rtl:
            last += 1
        start, end = boxes[first].start, boxes[last].end
        return None if any(map(str.isspace, self.text[start:end])) else (start, end)

    def segments(self, start: int, end: int) -> list[Segment]:
        """Return the parts of lines that show code points `start` to `end`, top down."""
        segments = self._segments.get((start, end))
        if segments is None:
            segments = self._segments[start, end] = self._find_segments(start, end)
        return segments

    def _find_segments(self, start: int, end: int) -> list[Segment]:
        self._lay_out_to_offset(end)
        segments = []
        first = max(0, bisect_right(self._starts, start) - 1)
        for line in self._lines[first:]:
            if line.start >= end:
                break
            segments += [Segment(line, left, right) for left, right in line.x_ranges(start, end)]
        return segments

    def _lay_out_all(self) -> Self:
        while self.lay_out_next():
            pass
        return self

    def _lay_out_to_height(self, y: float) -> None:
        while self._height <= y and self.lay_out_next():
            pass

    def _lay_out_to_offset(self, offset: int) -> None:
        while self._laid_out_to <= offset and self.lay_out_next():
            pass

    def _lay_out_blocks(self, zones: list[Zone], open_folds: set[int]) -> Iterator[bool]:
        visible = (block for block in _blocks(self.text, zones) if block.text.strip())
        for is_boilerplate, run in groupby(visible, lambda block: block.kind == BOILERPLATE):
            if is_boilerplate:
                run = iter(self._add_fold(list(run), open_folds))
            for block in run:
                self._add_block(block)
                yield True
        self._laid_out_to = len(self.text) + 1

    def _add_block(self, block: Block) -> None:
        scale = _SIZES.get(block.kind or "", 1.0)
        block.lay_out(
            self._height, self.width, fonts.reading_font(self.size * scale, bold=block.kind == HEADLINE), self.spacing
        )
        self._lines += block.lines
        self._tops += [line.top for line in block.lines]
        self._starts += [line.start for line in block.lines]
        self._height += block.height + (0.15 * self.size if block.kind == BOILERPLATE else self.spacing.paragraph_gap)
        self._laid_out_to = block.end + 1

    def _add_fold(self, run: list[Block], open_folds: set[int]) -> list[Block]:
        """Add a fold for a run of boilerplate; return its visible blocks."""
        fold = Fold(run, self._height, 1.7 * self.size, is_open=run[0].start in open_folds)
        self._folds.append(fold)
        self._height += fold.height + self.size * 0.3
        self._laid_out_to = fold.end + 1
        return run if fold.is_open else []


def _nearest_box(line: Line, x: float) -> Box:
    return min(line.boxes, key=lambda box: max(box.left - x, x - box.right, 0.0))


@cache
def column_width(size: float) -> float:
    """Return the width of a comfortable line in this font size, in pixels."""
    metrics = QFontMetricsF(fonts.reading_font(size))
    return metrics.horizontalAdvance(_SAMPLE) / len(_SAMPLE) * _MEASURE


def _blocks(text: str, zones: Iterable[Zone]) -> Iterator[Block]:
    ordered = sorted(zones, key=lambda zone: zone.start)
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        index = bisect_right(ordered, start, key=lambda zone: zone.end)
        kind = ordered[index].kind if index < len(ordered) and ordered[index].start < end else None
        yield Block(line, start, kind)
        start = end + 1
