"""Cut a short excerpt around a range of a text, for lists of places."""

from typing import Final, NamedTuple

_MAX_BEFORE: Final = 18  # code points
_MAX_AFTER: Final = 60
_ELLIPSIS: Final = "…"


class Snippet(NamedTuple):
    """An excerpt in one line; `start` to `end` is the range that it was made for."""

    text: str
    start: int
    end: int


def make_snippet(text: str, start: int, end: int) -> Snippet:
    """Return `text[start:end]` with nearby words of its line, and `…` where words are left out."""
    line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    line_end = line_end if line_end >= 0 else len(text)
    excerpt_start, excerpt_end = max(line_start, start - _MAX_BEFORE), min(line_end, end + _MAX_AFTER)
    if excerpt_start > line_start:
        space = text.find(" ", excerpt_start, start)
        excerpt_start = space + 1 if space >= 0 else start
    if excerpt_end < line_end:
        space = text.rfind(" ", end, excerpt_end)
        excerpt_end = space if space >= 0 else end
    head = _ELLIPSIS if text[line_start:excerpt_start].strip() else ""
    tail = _ELLIPSIS if text[excerpt_end:line_end].strip() else ""
    shift = len(head) - excerpt_start
    excerpt = text[excerpt_start:excerpt_end].replace("\n", " ")  # the range may cross lines
    return Snippet(head + excerpt + tail, start + shift, end + shift)
