"""A few words around a place of a text, for a list of places."""

from typing import Final, NamedTuple

_BEFORE: Final = 18  # code points
_AFTER: Final = 60
_CUT: Final = "…"


class Snippet(NamedTuple):
    """A piece of a text, in one line; `start` to `end` of it is the place that it was taken for."""

    text: str
    start: int
    end: int


def snippet(text: str, start: int, end: int) -> Snippet:
    """`text[start:end]` with the words around it, those of its line, `…` where some of them are left out."""
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    last = last if last >= 0 else len(text)
    left, right = max(first, start - _BEFORE), min(last, end + _AFTER)
    if left > first:
        space = text.find(" ", left, start)
        left = space + 1 if space >= 0 else start
    if right < last:
        space = text.rfind(" ", end, right)
        right = space if space >= 0 else end
    head = _CUT if text[first:left].strip() else ""
    tail = _CUT if text[right:last].strip() else ""
    moved = len(head) - left
    piece = text[left:right].replace("\n", " ")  # words that were sought may stand in two lines
    return Snippet(head + piece + tail, start + moved, end + moved)
