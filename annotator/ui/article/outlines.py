"""How suggestions look: a dashed outline in the label's colour and never a fill, so that none is taken for a span.

Nothing is decided here. A line that is broken leaves the outline open where it goes on.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen

from annotator.model.open_suggestions import CREDIBLE, SURE
from annotator.model.records import Span, Suggestion
from annotator.ui.article.page import Segment

_RADIUS: Final = 4.0  # pixels
_BESIDE: Final = (3.0, 1.0, -0.5, -1.5)  # pixels between an outline and the letters at its sides, by its level
_INSET: Final = 3.0  # pixels by which each further one within lies farther inside, above and beneath
_DEEPEST: Final = len(_BESIDE) - 1
_SURE: Final = (1.8, [5.0, 1.4])  # pixels, and the dash and the gap in widths of the line
_USUAL: Final = (1.4, [4.0, 2.5])
_DOUBTFUL: Final = (1.1, [1.6, 2.6])
_CHOSEN: Final = (2.2, [4.0, 1.8])


def is_sure(suggestion: Suggestion) -> bool:
    """Whether it is accepted with all the others that are sure."""
    return suggestion.score >= SURE


def is_doubtful(suggestion: Suggestion) -> bool:
    """Whether it is hardly more likely to be right than wrong."""
    return suggestion.score < CREDIBLE


def levels(suggestions: Iterable[Suggestion], spans: Iterable[Span]) -> Iterator[tuple[Suggestion, int]]:
    """Each suggestion with how many spans and other suggestions enclose it, up to a few."""
    shown = list(suggestions)
    around = [(span.start, span.end) for span in spans] + [(one.start, one.end) for one in shown]
    for one in shown:
        enclosing = sum(start <= one.start and one.end <= end for start, end in around) - 1
        yield one, min(enclosing, _DEEPEST)


def pen(suggestion: Suggestion, colour: QColor, *, chosen: bool) -> QPen:
    """What its outline is drawn with: what is sure is firmer, what is doubtful finer, what is chosen firmest."""
    look = _SURE if is_sure(suggestion) else _DOUBTFUL if is_doubtful(suggestion) else _USUAL
    width, dashes = _CHOSEN if chosen else look
    made = QPen(colour, width)
    made.setDashPattern(dashes)
    made.setCapStyle(Qt.PenCapStyle.FlatCap)
    return made


def outline(segments: Sequence[Segment], at: int, level: int) -> QPainterPath:
    """Around this one of the segments of a suggestion."""
    segment = segments[at]
    line, inside = segment.line, _INSET * level
    rect = QRectF(segment.left, line.top, segment.right - segment.left, line.bottom - line.top)
    rect.adjust(-_BESIDE[level], inside, _BESIDE[level], 2 - inside)
    goes_on = at + 1 < len(segments) and segments[at + 1].line is not line
    came_on = at > 0 and segments[at - 1].line is not line
    rtl = line.block.rtl
    return _path(rect, left=goes_on if rtl else came_on, right=came_on if rtl else goes_on)


def _path(rect: QRectF, *, left: bool, right: bool) -> QPainterPath:
    """A rectangle with round corners, open at its left or right side or at both."""
    path = QPainterPath()
    if not left and not right:
        path.addRoundedRect(rect, _RADIUS, _RADIUS)
        return path
    if left and right:
        path.moveTo(rect.topLeft())
        path.lineTo(rect.topRight())
        path.moveTo(rect.bottomLeft())
        path.lineTo(rect.bottomRight())
        return path
    away, near = (rect.left(), rect.right()) if left else (rect.right(), rect.left())
    corner = near - _RADIUS if left else near + _RADIUS
    path.moveTo(away, rect.top())
    path.lineTo(corner, rect.top())
    path.quadTo(near, rect.top(), near, rect.top() + _RADIUS)
    path.lineTo(near, rect.bottom() - _RADIUS)
    path.quadTo(near, rect.bottom(), corner, rect.bottom())
    path.lineTo(away, rect.bottom())
    return path
