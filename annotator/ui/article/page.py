"""The geometry of an article on the screen: its lines from the top down, and what is where. Nothing is painted here.

Offsets are code points of the article's text. Coordinates are pixels from the top left corner of the column of text.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import Final, NamedTuple, Self

from PySide6.QtGui import QFontMetricsF

from annotator.model.records import BOILERPLATE, DATELINE, HEADLINE, Zone
from annotator.ui.article.block import ABOVE, BENEATH, UNDER, Block, Box, Line
from annotator.ui.widgets import fonts

_SIZES: Final = {HEADLINE: 1.22, DATELINE: 0.8, BOILERPLATE: 0.75}  # of the body's size
_SAMPLE: Final = "وأبرزت اللجنة أن التقرير أشار إلى ارتفاع عدد المتابعات القضائية"
_MEASURE: Final = 72  # letters in a line: what reads comfortably


class Segment(NamedTuple):
    """A stretch of a line without a gap, and the line that it is on."""

    line: Line
    left: float
    right: float


class Fold:
    """A run of boilerplate lines, put away into one quiet line or open beneath it."""

    def __init__(self, blocks: Sequence[Block], top: float, height: float, *, opened: bool) -> None:
        self.start, self.end = blocks[0].start, blocks[-1].end
        self.count = len(blocks)
        self.top, self.height = top, height
        self.opened = opened


class Page:
    """An article laid out in a column of `width` pixels, as high as `height`; `size` is the body's letters in pixels.

    `opened` holds the starts of those folds that are open. Lines are laid out from the top down and only as far as
    something is asked of them, as QTextEdit does it: a place, once known, stays. What is about the page as a whole
    (`lines`, `blocks`, `folds`, `height`) lays out all of it.
    """

    def __init__(self, text: str, zones: Iterable[Zone], width: float, size: float, opened: Iterable[int] = ()) -> None:
        self.text, self.width, self.size = text, width, size
        self._blocks: list[Block] = []
        self._folds: list[Fold] = []
        self._lines: list[Line] = []
        self._tops: list[float] = []
        self._starts: list[int] = []
        self._height = 0.0
        self._reached = 0  # every line that begins before this offset is laid out
        self._rest = self._lay_out(list(zones), set(opened))
        self._segments: dict[tuple[int, int], list[Segment]] = {}

    def grow(self) -> bool:
        """Lay out the next line of the text; False where none is left."""
        return next(self._rest, False)

    @property
    def blocks(self) -> list[Block]:
        """The lines of the text that are shown, from the top down."""
        return self._whole()._blocks

    @property
    def folds(self) -> list[Fold]:
        """The runs of boilerplate, from the top down."""
        return self._whole()._folds

    @property
    def lines(self) -> list[Line]:
        """The lines on the screen, from the top down."""
        return self._whole()._lines

    @property
    def height(self) -> float:
        """The whole page's, in pixels."""
        return self._whole()._height

    def likely_height(self, top: float) -> float:
        """The page's height, as far as it is known once everything above `top` is laid out; the rest is guessed."""
        self._to_height(top)
        rest = len(self.text) - self._reached
        return self._height if rest <= 0 else self._height * (1 + rest / max(1, self._reached))

    def lines_between(self, top: float, bottom: float) -> Iterator[Line]:
        """The lines of which something, spans' names included, lies between these heights."""
        self._to_height(bottom + ABOVE)
        first = max(0, bisect_right(self._tops, top - 4 * self.size) - 1)
        for line in self._lines[first:]:
            if line.top - ABOVE > bottom:
                return
            if line.bottom + BENEATH >= top:
                yield line

    def folds_between(self, top: float, bottom: float) -> list[Fold]:
        """The folds whose quiet line is between these heights."""
        self._to_height(bottom)
        return [fold for fold in self._folds if fold.top < bottom and top < fold.top + fold.height]

    def line_at(self, y: float) -> Line | None:
        """The line at this height, or the one before it; the first above all; None on an empty page."""
        self._to_height(y)
        while not self._lines and self.grow():
            pass
        return self._lines[max(0, bisect_right(self._tops, y) - 1)] if self._lines else None

    def line_of(self, offset: int) -> Line | None:
        """The line on which this offset stands; None when it is folded away or blank."""
        self._to_offset(offset)
        at = bisect_right(self._starts, offset) - 1
        if at < 0 or offset > self._lines[at].end:
            return None
        return self._lines[at]

    def line_beside(self, line: Line, step: int) -> Line | None:
        """The line below (1) or above (-1) one of this page's; None where there is none."""
        at = bisect_right(self._starts, line.start) - 1 + step
        while at >= len(self._lines) and self.grow():
            pass
        return self._lines[at] if 0 <= at < len(self._lines) else None

    def fold_at(self, y: float) -> Fold | None:
        """The fold whose quiet line is at this height."""
        self._to_height(y)
        return next((fold for fold in self._folds if fold.top <= y < fold.top + fold.height), None)

    def fold_of(self, offset: int) -> Fold | None:
        """The closed fold that hides this offset."""
        self._to_offset(offset)
        return next((fold for fold in self._folds if not fold.opened and fold.start <= offset < fold.end), None)

    def box_at(self, x: float, y: float) -> Box | None:
        """The character under this point, or None beside the letters."""
        line = self.line_at(y)
        if line is None or not line.top <= y <= line.bottom + UNDER:
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
        self._to_offset(end)
        segments = []
        at = max(0, bisect_right(self._starts, start) - 1)
        for line in self._lines[at:]:
            if line.start >= end:
                break
            segments += [Segment(line, left, right) for left, right in line.stretches(start, end)]
        return segments

    def _whole(self) -> Self:
        while self.grow():
            pass
        return self

    def _to_height(self, y: float) -> None:
        while self._height <= y and self.grow():
            pass

    def _to_offset(self, offset: int) -> None:
        while self._reached <= offset and self.grow():
            pass

    def _lay_out(self, zones: list[Zone], opened: set[int]) -> Iterator[bool]:
        shown = (block for block in _blocks(self.text, zones) if block.text.strip())
        for boilerplate, run in groupby(shown, lambda block: block.kind == BOILERPLATE):
            if boilerplate:
                run = iter(self._fold(list(run), opened))
            for block in run:
                self._stack(block)
                yield True
        self._reached = len(self.text) + 1

    def _stack(self, block: Block) -> None:
        scale = _SIZES.get(block.kind or "", 1.0)
        block.lay_out(self._height, self.width, fonts.reading(self.size * scale, bold=block.kind == HEADLINE))
        self._blocks.append(block)
        self._lines += block.lines
        self._tops += [line.top for line in block.lines]
        self._starts += [line.start for line in block.lines]
        self._height += block.height + self.size * (0.15 if block.kind == BOILERPLATE else 0.5)
        self._reached = block.end + 1

    def _fold(self, run: list[Block], opened: set[int]) -> list[Block]:
        """Put a run of boilerplate away; what of it is to be shown even so."""
        fold = Fold(run, self._height, 1.7 * self.size, opened=run[0].start in opened)
        self._folds.append(fold)
        self._height += fold.height + self.size * 0.3
        self._reached = fold.end + 1
        return run if fold.opened else []


@cache
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
