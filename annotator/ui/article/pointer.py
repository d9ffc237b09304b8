"""What is under the pointer, and what a drag means: a selection, or a new edge. No widgets, no painting."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from PySide6.QtCore import QPointF

from annotator.model.labels import LabelSet
from annotator.model.records import Span, Suggestion
from annotator.text.selection import snap_to_words
from annotator.text.visible import trim_invisible
from annotator.ui.article.page import Page

_GRIP: Final = 9.0  # pixels: distance from an edge's handle at which it can be grabbed
_BELOW: Final = 6.0  # pixels between the letters and the middle of a handle, which covers none
_REACH: Final = 26.0  # pixels: the same above the handle, which is below the letters


def item_at(
    offset: int, items: Iterable[Span | Suggestion], active: Span | Suggestion | None, labels: LabelSet
) -> Span | Suggestion | None:
    """Return the innermost item at this offset, or the next around `active`, cyclically."""
    stacked = [item for item in items if item.start <= offset < item.end]
    stacked.sort(key=lambda item: (item.end - item.start, -labels.rank(item.label)))
    if not stacked:
        return None
    index = next((index for index, item in enumerate(stacked) if active and _is_same(item, active)), -1)
    return stacked[(index + 1) % len(stacked)]


def handle_points(page: Page, item: Span | Suggestion) -> list[QPointF]:
    """Return the handles at the item's start and end, none if folded away."""
    segments = page.segments(item.start, item.end)
    if not segments:
        return []
    first, last = segments[0], segments[-1]
    start = first.right if first.line.block.is_rtl else first.left
    end = last.left if last.line.block.is_rtl else last.right
    return [QPointF(start, first.line.bottom + _BELOW), QPointF(end, last.line.bottom + _BELOW)]


def edge_at(point: QPointF, page: Page, item: Span | Suggestion | None) -> int | None:
    """Return the edge of the item to grab here: 0 (start), 1 (end) or None."""
    is_inside = item is not None and any(
        segment.left <= point.x() < segment.right and segment.line.top <= point.y() < segment.line.bottom
        for segment in page.segments(item.start, item.end)
    )
    for index, edge in enumerate(handle_points(page, item) if item else []):
        # At the height of the letters only from inside: a drag that begins on the next word is a new selection.
        is_near_handle = abs(edge.y() - point.y()) <= _GRIP
        is_beside_letters = is_inside and edge.y() - _REACH <= point.y() < edge.y()
        if abs(edge.x() - point.x()) <= _GRIP and (is_near_handle or is_beside_letters):
            return index
    return None


def _is_same(first: Span | Suggestion, second: Span | Suggestion) -> bool:
    if isinstance(first, Span) and isinstance(second, Span):
        return first.uid == second.uid
    return first == second


class Drag(Struct, frozen=True):
    """A drag from offset `anchor`; `edge` is 0 if it moves the start of `item`, 1 for its end.

    `word` is the one it begins on if that runs against its line (see `Page.opposite_word_at`).
    """

    anchor: int
    item: Span | Suggestion | None = None
    edge: int = 0
    word: tuple[int, int] | None = None

    def range_to(
        self, text: str, boundary: int, word: tuple[int, int] | None = None, *, exact: bool
    ) -> tuple[int, int] | None:
        """Return the range of `text` dragged over up to offset `boundary`, None if empty.

        A number that the drag begins or ends on (`word`) is part of it, as its sides are the wrong way round. Only the
        dragged edge of an item moves: the other may lie inside a word on purpose.
        """
        ends = (boundary,) if exact else (boundary, *(word or ()))
        if self.item is None:
            anchors = (self.anchor,) if exact else (self.anchor, *(self.word or ()))
            return snap_range(text, min(*anchors, *ends), max(*anchors, *ends), exact=exact)
        if self.edge == 0:
            snapped = snap_range(text, min(ends), self.item.end, exact=exact)
            return (snapped[0], self.item.end) if snapped else None
        snapped = snap_range(text, self.item.start, max(ends), exact=exact)
        return (self.item.start, snapped[1]) if snapped else None


def snap_range(text: str, start: int, end: int, *, exact: bool) -> tuple[int, int] | None:
    """Extend a range to whole words, or only trim it if `exact`; return None if nothing is visible."""
    if start >= end:
        return None
    snapped = trim_invisible(text, start, end) if exact else snap_to_words(text, start, end)
    return snapped if snapped[0] < snapped[1] else None
