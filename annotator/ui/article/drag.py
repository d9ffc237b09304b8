"""What a held mouse button means: a stretch to select, or a new edge for a span. No widgets, no painting."""

from msgspec import Struct

from annotator.model.records import Span, Suggestion
from annotator.text.selection import snap
from annotator.text.visible import visible


class Drag(Struct, frozen=True):
    """Begun at the place `anchor` of the text; where it took hold of `held`, at its start (`edge` 0) or its end (1)."""

    anchor: int
    held: Span | Suggestion | None = None
    edge: int = 0

    def reach(self, text: str, boundary: int, *, exact: bool) -> tuple[int, int] | None:
        """The stretch of `text` that is meant when the mouse is at the place `boundary`; None where there is none.

        Of what is held only the edge in hand moves: the other one may stand inside a word on purpose.
        """
        if self.held is None:
            return meant(text, *sorted((self.anchor, boundary)), exact=exact)
        if self.edge == 0:
            found = meant(text, boundary, self.held.end, exact=exact)
            return (found[0], self.held.end) if found else None
        found = meant(text, self.held.start, boundary, exact=exact)
        return (self.held.start, found[1]) if found else None


def meant(text: str, start: int, end: int, *, exact: bool) -> tuple[int, int] | None:
    """A raw stretch as whole words, or `exact` to the letter; None where nothing of it can be seen."""
    if start >= end:
        return None
    found = visible(text, start, end) if exact else snap(text, start, end)
    return found if found[0] < found[1] else None
