"""Outlines of suggestions, dashed and never filled so that none is mistaken for a span.

Where an outline continues on another line, it is open.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen

from annotator.model.open_suggestions import CREDIBLE_SCORE, SURE_SCORE
from annotator.model.records import Span, Suggestion
from annotator.ui.article.page import Segment

_RADIUS: Final = 4.0  # pixels
_SIDE_MARGINS: Final = (3.0, 1.0, -0.5, -1.5)  # pixels between an outline and the letters at its sides, by level
_INSET: Final = 3.0  # pixels by which each level moves an outline inwards above and below
_DEEPEST: Final = len(_SIDE_MARGINS) - 1
_SURE: Final = (1.8, [5.0, 1.4])  # width in pixels; dash and gap in widths
_NORMAL: Final = (1.4, [4.0, 2.5])
_DOUBTFUL: Final = (1.1, [1.6, 2.6])
_CURRENT: Final = (2.2, [4.0, 1.8])


def is_sure(suggestion: Suggestion) -> bool:
    """Return whether “Accept the sure ones” would accept it."""
    return suggestion.score >= SURE_SCORE


def is_doubtful(suggestion: Suggestion) -> bool:
    """Return whether it is hardly more likely right than wrong."""
    return suggestion.score < CREDIBLE_SCORE


def nesting_levels(suggestions: Iterable[Suggestion], spans: Iterable[Span]) -> Iterator[tuple[Suggestion, int]]:
    """Yield each suggestion with the number of items around it, up to _DEEPEST."""
    ordered = list(suggestions)
    ranges = [(span.start, span.end) for span in spans] + [(suggestion.start, suggestion.end) for suggestion in ordered]
    for suggestion in ordered:
        enclosing = sum(start <= suggestion.start and suggestion.end <= end for start, end in ranges) - 1
        yield suggestion, min(enclosing, _DEEPEST)


def outline_pen(suggestion: Suggestion, colour: QColor, *, is_current: bool) -> QPen:
    """Return a pen: thin for doubtful, thick for sure, thickest for the current suggestion."""
    style = _SURE if is_sure(suggestion) else _DOUBTFUL if is_doubtful(suggestion) else _NORMAL
    width, dashes = _CURRENT if is_current else style
    pen = QPen(colour, width)
    pen.setDashPattern(dashes)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def outline_path(segments: Sequence[Segment], index: int, level: int) -> QPainterPath:
    """Return the outline of one segment."""
    segment = segments[index]
    line, inset = segment.line, _INSET * level
    rect = QRectF(segment.left, line.top, segment.right - segment.left, line.bottom - line.top)
    rect.adjust(-_SIDE_MARGINS[level], inset, _SIDE_MARGINS[level], 2 - inset)
    continues = index + 1 < len(segments) and segments[index + 1].line is not line
    is_continued = index > 0 and segments[index - 1].line is not line
    is_rtl = line.block.is_rtl
    return _rounded_path(
        rect,
        is_open_left=continues if is_rtl else is_continued,
        is_open_right=is_continued if is_rtl else continues,
    )


def _rounded_path(rect: QRectF, *, is_open_left: bool, is_open_right: bool) -> QPainterPath:
    """Return a rounded rectangle, open at the given sides."""
    path = QPainterPath()
    if not is_open_left and not is_open_right:
        path.addRoundedRect(rect, _RADIUS, _RADIUS)
        return path
    if is_open_left and is_open_right:
        path.moveTo(rect.topLeft())
        path.lineTo(rect.topRight())
        path.moveTo(rect.bottomLeft())
        path.lineTo(rect.bottomRight())
        return path
    open_x, closed_x = (rect.left(), rect.right()) if is_open_left else (rect.right(), rect.left())
    corner_x = closed_x - _RADIUS if is_open_left else closed_x + _RADIUS
    path.moveTo(open_x, rect.top())
    path.lineTo(corner_x, rect.top())
    path.quadTo(closed_x, rect.top(), closed_x, rect.top() + _RADIUS)
    path.lineTo(closed_x, rect.bottom() - _RADIUS)
    path.quadTo(closed_x, rect.bottom(), corner_x, rect.bottom())
    path.lineTo(open_x, rect.bottom())
    return path
