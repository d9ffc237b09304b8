"""Interpretation of a mouse drag as a selection or a new edge of an item."""

from msgspec import Struct

from annotator.model.records import Span, Suggestion
from annotator.text.selection import snap_to_words
from annotator.text.visible import trim_invisible


class Drag(Struct, frozen=True):
    """A drag from offset `anchor`; `edge` is 0 if it moves the start of `item`, 1 for its end."""

    anchor: int
    item: Span | Suggestion | None = None
    edge: int = 0

    def range_to(self, text: str, boundary: int, *, exact: bool) -> tuple[int, int] | None:
        """Return the range of `text` dragged over up to offset `boundary`, None if empty.

        Only the dragged edge of an item moves: the other may lie inside a word on purpose.
        """
        if self.item is None:
            return snap_range(text, *sorted((self.anchor, boundary)), exact=exact)
        if self.edge == 0:
            snapped = snap_range(text, boundary, self.item.end, exact=exact)
            return (snapped[0], self.item.end) if snapped else None
        snapped = snap_range(text, self.item.start, boundary, exact=exact)
        return (self.item.start, snapped[1]) if snapped else None


def snap_range(text: str, start: int, end: int, *, exact: bool) -> tuple[int, int] | None:
    """Extend a range to whole words, or only trim it if `exact`; return None if nothing is visible."""
    if start >= end:
        return None
    snapped = trim_invisible(text, start, end) if exact else snap_to_words(text, start, end)
    return snapped if snapped[0] < snapped[1] else None
