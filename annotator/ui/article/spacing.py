"""Vertical measures of an article's lines: the letters, and the lane below them for the lines and captions of spans.

The lane of the normal density holds three nested spans; deeper ones share its last row.
"""

from typing import Final

from msgspec import Struct

ASCENT: Final = 0.93  # of the font size: room for the highest letters with their diacritics
DESCENT: Final = 0.46  # of the font size: room for the lowest letters
_BODY_SIZE: Final = 22.0  # pixels: the font size for which the measures below are given
_CAPTION_SIZE: Final = 11.0  # pixels
_CAPTION_GROWTH: Final = 0.3  # pixels for each pixel of the body's font: a large text needs no captions as large
_MIN_CAPTION_SIZE: Final = 10.0  # pixels: the smallest that is legible
_CAPTION_ASCENT: Final = 0.95  # of the caption's font size: the highest Arabic letters
_CAPTION_DESCENT: Final = 0.4
_LEVELS: Final = 3  # nested spans for which the lane has room


class Spacing(Struct, frozen=True):
    """The measures of a page in pixels."""

    caption_size: float
    line_width: int
    """The thickness of the line under a span."""
    line_step: int
    """The distance of the lines of nested spans."""
    lane: float
    """The room below the letters."""
    paragraph_gap: float
    """The room between two paragraphs."""

    @property
    def caption_ascent(self) -> float:
        """The height of a caption above its baseline."""
        return _CAPTION_ASCENT * self.caption_size

    @property
    def caption_height(self) -> float:
        """The height of a caption."""
        return (_CAPTION_ASCENT + _CAPTION_DESCENT) * self.caption_size

    def lines_height(self, line_count: int) -> float:
        """Return the height of the lines of so many nested items."""
        return self.line_step * (line_count - 1) + self.line_width

    def caption_top(self, line_count: int) -> float:
        """Return how far below the letters a caption under this many lines begins; it never leaves the lane."""
        return min(self.lines_height(line_count) + 1.0, self.lane - self.caption_height)


def compute_spacing(size: float, *, is_compact: bool = False) -> Spacing:
    """Return the measures for a body of this font size in pixels."""
    caption_size = max(_MIN_CAPTION_SIZE, _CAPTION_SIZE + _CAPTION_GROWTH * (size - _BODY_SIZE) - is_compact)
    scale = caption_size / _CAPTION_SIZE
    line_width, line_step = max(2, round(2 * scale)), max(3, round(3 * scale))
    levels = 1 if is_compact else _LEVELS
    lane = line_step * (levels - 1) + line_width + 1.0 + (_CAPTION_ASCENT + _CAPTION_DESCENT) * caption_size
    return Spacing(caption_size, line_width, line_step, lane, (0.25 if is_compact else 0.5) * size)
