"""What is under the pointer: decided here, from geometry, apart from how it is painted."""

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QPointF

from annotator.core.labels import LabelSet
from annotator.core.model import Span
from annotator.ui.page import Page

_GRIP: Final = 9.0  # pixels: how near to an edge of the selected span takes hold of it
_REACH: Final = 26.0  # pixels: how far above an edge's handle, which is beneath the letters


def span_under(offset: int, spans: Iterable[Span], selected: Span | None, labels: LabelSet) -> Span | None:
    """The innermost span at this offset; where that one is selected already, the next one out, and round again."""
    here = [span for span in spans if span.start <= offset < span.end]
    here.sort(key=lambda span: (span.end - span.start, -labels.rank(span.label)))
    if not here:
        return None
    chosen = next((at for at, span in enumerate(here) if selected and span.uid == selected.uid), -1)
    return here[(chosen + 1) % len(here)]


def edges(page: Page, span: Span) -> list[QPointF]:
    """Where the selected span is taken hold of: at its start and at its end; nowhere when it is folded away."""
    segments = page.segments(span.start, span.end)
    if not segments:
        return []
    first, last = segments[0], segments[-1]
    start = first.right if first.line.block.rtl else first.left
    end = last.left if last.line.block.rtl else last.right
    return [QPointF(start, first.line.bottom + 2), QPointF(end, last.line.bottom + 2)]


def edge_at(point: QPointF, page: Page, span: Span | None) -> int | None:
    """Which edge of the span this point takes hold of: 0 its start, 1 its end, None neither."""
    inside = span is not None and any(
        segment.left <= point.x() < segment.right and segment.line.top <= point.y() < segment.line.bottom
        for segment in page.segments(span.start, span.end)
    )
    for which, edge in enumerate(edges(page, span) if span else []):
        # Among the letters only from within: a drag that begins on the next word is a selection of its own.
        handle = abs(edge.y() - point.y()) <= _GRIP
        if abs(edge.x() - point.x()) <= _GRIP and (handle or (inside and edge.y() - _REACH <= point.y() < edge.y())):
            return which
    return None
