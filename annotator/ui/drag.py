"""What a held mouse button means: a stretch of text to select, or a new edge for a span. No widgets, no painting."""

from msgspec import Struct

from annotator.core.model import Span
from annotator.core.text import snap, visible


class Drag(Struct, frozen=True):
    """Begun at the place `anchor` of the text; where it took hold of `span`, at its start (`edge` 0) or its end (1)."""

    anchor: int
    span: Span | None = None
    edge: int = 0

    def reach(self, text: str, boundary: int, *, exact: bool) -> tuple[int, int] | None:
        """The stretch of `text` that is meant when the mouse is at the place `boundary`; None where there is none.

        Of a span only the edge in hand moves: the other one may stand inside a word on purpose.
        """
        if self.span is None:
            return meant(text, *sorted((self.anchor, boundary)), exact=exact)
        if self.edge == 0:
            found = meant(text, boundary, self.span.end, exact=exact)
            return (found[0], self.span.end) if found else None
        found = meant(text, self.span.start, boundary, exact=exact)
        return (self.span.start, found[1]) if found else None


def meant(text: str, start: int, end: int, *, exact: bool) -> tuple[int, int] | None:
    """A raw stretch as whole words, or `exact` to the letter; None where nothing of it can be seen."""
    if start >= end:
        return None
    found = visible(text, start, end) if exact else snap(text, start, end)
    return found if found[0] < found[1] else None
