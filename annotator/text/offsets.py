"""Convert offsets: to Qt's UTF-16, to texts with normalised line ends, and to lines."""

from bisect import bisect_left
from functools import lru_cache
from typing import Final

import regex

_NEWLINE: Final = regex.compile(r"\r\n|[\r\v\f\u0085\u2028\u2029]")


def normalise_newlines(text: str) -> str:
    """Replace any line end (CR LF, CR, VT, FF, U+0085, U+2028, U+2029) by LF."""
    return text if text.replace("\n", " ").isprintable() else _NEWLINE.sub("\n", text)  # as nearly all are


def line_range(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range of the lines that `text[start:end]` touches, without the last one's newline.

    A line of an article may have thousands of spans, so its ends are not searched for each.
    """
    newlines = _newlines(text)
    first, last = bisect_left(newlines, start), bisect_left(newlines, end)
    return newlines[first - 1] + 1 if first else 0, newlines[last] if last < len(newlines) else len(text)


@lru_cache(maxsize=1)
def _newlines(text: str) -> list[int]:
    return [match.start() for match in regex.finditer("\n", text)]


class NewlineOffsets:
    """Maps offsets of a text to `normalise_newlines` of it, which only shortens CR LF."""

    def __init__(self, text: str) -> None:
        self._pairs = [match.start() for match in regex.finditer("\r\n", text)] if "\r" in text else []

    def to_normalised(self, offset: int) -> int:
        """Return the normalised offset; between CR and LF, that of the newline."""
        return offset - bisect_left(self._pairs, offset)


def has_astral(text: str) -> bool:
    """Return whether a text has a character outside the basic plane, which is two units of UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) > 2 * len(text)


class Utf16Offsets:
    """Converts between a text's code points and Qt's UTF-16 units.

    O(1) if all characters are in the basic plane, else a binary search among those outside.
    """

    def __init__(self, text: str) -> None:
        astral = [index for index, character in enumerate(text) if character > "\uffff"] if has_astral(text) else []
        self._points = astral
        self._units = [index + before for before, index in enumerate(astral)]

    def to_utf16(self, offset: int) -> int:
        """Return the UTF-16 offset of a code point offset."""
        return offset + bisect_left(self._points, offset) if self._points else offset

    def to_code_points(self, unit: int) -> int:
        """Return the code point offset of a UTF-16 offset; within a surrogate pair, that of its start."""
        return unit - bisect_left(self._units, unit) if self._units else unit


class GraphemeOffsets:
    """Converts between a text's code points and its extended grapheme clusters, what a reader sees as one letter."""

    def __init__(self, text: str) -> None:
        self._bounds = [*(match.start() for match in regex.finditer(r"\X", text)), len(text)]

    def to_graphemes(self, offset: int) -> int | None:
        """Return the offset in clusters of a code point offset of the text, None within a cluster."""
        index = bisect_left(self._bounds, offset)
        return index if self._bounds[index] == offset else None

    def to_code_points(self, cluster: int) -> int:
        """Return the code point offset of an offset in clusters; beyond the end, as if others followed."""
        last = len(self._bounds) - 1
        return self._bounds[cluster] if 0 <= cluster <= last else self._bounds[last] + cluster - last
