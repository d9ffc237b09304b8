"""Lines under spans and suggestions: solid for a span, dashed for a suggestion, shorter the less certain it is."""

from typing import Final

from PySide6.QtCore import QRect

from annotator.model.open_suggestions import CREDIBLE_SCORE, SURE_SCORE
from annotator.model.records import Span, Suggestion
from annotator.ui.article.nesting_depths import Item

_GAP: Final = 3  # pixels between dashes
_SURE_DASH: Final = 14  # pixels
_DASH: Final = 6
_DOUBTFUL_DASH: Final = 2


def is_sure(suggestion: Suggestion) -> bool:
    """Return whether “Accept the sure ones” would accept it."""
    return suggestion.score >= SURE_SCORE


def is_doubtful(suggestion: Suggestion) -> bool:
    """Return whether it is hardly more likely right than wrong."""
    return suggestion.score < CREDIBLE_SCORE


def underline_rects(item: Item, left: int, right: int, top: int, thickness: int) -> list[QRect]:
    """Return the rectangles of the line under an item's text between these pixels.

    Each segment begins with a dash: the dashes of a pen would depend on the area that is painted again.
    """
    if isinstance(item, Span):
        return [QRect(left, top, right - left, thickness)]
    dash = _SURE_DASH if is_sure(item) else _DOUBTFUL_DASH if is_doubtful(item) else _DASH
    return [QRect(x, top, min(dash, right - x), thickness) for x in range(left, right, dash + _GAP)]
