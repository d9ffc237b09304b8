"""Offsets in other units: UTF-16 as Qt counts, and texts whose line ends were normalised."""

from bisect import bisect_left
from typing import Final

import regex

_NEWLINE: Final = regex.compile(r"\r\n|[\r\v\f\u0085\u2028\u2029]")


def normalise_newlines(text: str) -> str:
    """`text` with every kind of line end (CR LF, CR, VT, FF, U+0085, U+2028, U+2029) as one LF."""
    return _NEWLINE.sub("\n", text)


class Newlines:
    """Moves offsets into a text to the same text after `normalise_newlines`, where only CR LF has shrunk."""

    def __init__(self, text: str) -> None:
        self._pairs = [match.start() for match in regex.finditer("\r\n", text)]

    def moved(self, offset: int) -> int:
        """The normalised offset; one between CR and LF goes before the newline."""
        return offset - bisect_left(self._pairs, offset)


class Utf16:
    """Converts between the code points of one text and the UTF-16 units that Qt counts.

    O(1) while every character is in the basic plane, else a search among those that are not.
    """

    def __init__(self, text: str) -> None:
        wide = [] if text.isascii() else [at for at, character in enumerate(text) if character > "\uffff"]
        self._points = wide
        self._units = [at + before for before, at in enumerate(wide)]

    def units(self, offset: int) -> int:
        """The UTF-16 offset of a code point offset."""
        return offset + bisect_left(self._points, offset) if self._points else offset

    def points(self, unit: int) -> int:
        """The code point offset of a UTF-16 offset; one within a surrogate pair goes to its character's start."""
        return unit - bisect_left(self._units, unit) if self._units else unit
