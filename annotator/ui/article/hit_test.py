"""What is under the pointer: decided here, from geometry, apart from how it is painted."""

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QPointF

from annotator.model.labels import LabelSet
from annotator.model.records import Span, Suggestion
from annotator.ui.article.page import Page

_GRIP: Final = 9.0  # pixels: how near to an edge of what is selected takes hold of it
_REACH: Final = 26.0  # pixels: how far above an edge's handle, which is beneath the letters


def under(
    offset: int, marked: Iterable[Span | Suggestion], held: Span | Suggestion | None, labels: LabelSet
) -> Span | Suggestion | None:
    """The innermost of these at this offset; where that one is `held` already, the next one out, and round again."""
    here = [one for one in marked if one.start <= offset < one.end]
    here.sort(key=lambda one: (one.end - one.start, -labels.rank(one.label)))
    if not here:
        return None
    at = next((at for at, one in enumerate(here) if held and _same(one, held)), -1)
    return here[(at + 1) % len(here)]


def edges(page: Page, held: Span | Suggestion) -> list[QPointF]:
    """Where what is selected is taken hold of: at its start and at its end; nowhere when it is folded away."""
    segments = page.segments(held.start, held.end)
    if not segments:
        return []
    first, last = segments[0], segments[-1]
    start = first.right if first.line.block.rtl else first.left
    end = last.left if last.line.block.rtl else last.right
    return [QPointF(start, first.line.bottom + 2), QPointF(end, last.line.bottom + 2)]


def edge_at(point: QPointF, page: Page, held: Span | Suggestion | None) -> int | None:
    """Which edge of what is selected this point takes hold of: 0 its start, 1 its end, None neither."""
    inside = held is not None and any(
        segment.left <= point.x() < segment.right and segment.line.top <= point.y() < segment.line.bottom
        for segment in page.segments(held.start, held.end)
    )
    for which, edge in enumerate(edges(page, held) if held else []):
        # Among the letters only from within: a drag that begins on the next word is a selection of its own.
        handle = abs(edge.y() - point.y()) <= _GRIP
        if abs(edge.x() - point.x()) <= _GRIP and (handle or (inside and edge.y() - _REACH <= point.y() < edge.y())):
            return which
    return None


def _same(one: Span | Suggestion, other: Span | Suggestion) -> bool:
    if isinstance(one, Span) and isinstance(other, Span):
        return one.uid == other.uid
    return one == other
