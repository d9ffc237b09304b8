"""Find invisible characters that may make a text mean other than what a reader sees.

Ordinary uses are not reported: line feeds and tabs, joiners beside Arabic letters, and parts of emoji. UAX #9 (2.1 to
2.6) defines the direction controls, Unicode's technical reports 36 and 55 their abuse; fonts show nothing for
Default_Ignorable_Code_Point.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import regex

from annotator.text.offsets import line_range

BIDI_CONTROL: Final = "order"
"""Embeddings, overrides and isolates, which can reorder text on screen up to the line's end."""
DIRECTION_MARK: Final = "mark"
"""Direction marks, frequent in Arabic: they place a neighbouring sign on a side."""
ZERO_WIDTH: Final = "blank"
"""All else without width: zero-width spaces, soft hyphens, selectors, fillers, control characters."""

_NAMES: Final = {
    "\u00ad": "SHY",
    "\u061c": "ALM",
    "\u200b": "ZWSP",
    "\u200c": "ZWNJ",
    "\u200d": "ZWJ",
    "\u200e": "LRM",
    "\u200f": "RLM",
    "\u202a": "LRE",
    "\u202b": "RLE",
    "\u202c": "PDF",
    "\u202d": "LRO",
    "\u202e": "RLO",
    "\u2060": "WJ",
    "\u2066": "LRI",
    "\u2067": "RLI",
    "\u2068": "FSI",
    "\u2069": "PDI",
    "\ufeff": "BOM",
}
"""Unicode's abbreviations (NameAliases.txt)."""
_BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_DIRECTION_MARKS: Final = frozenset("\u061c\u200e\u200f")

_ARABIC = r"[\p{L}\p{M}&&\p{Script_Extensions=Arabic}]|\u0640"
_PICTURE = r"\p{Extended_Pictographic}[\uFE0E\uFE0F\p{Emoji_Modifier}]*(?:[\U000E0020-\U000E007E]+\U000E007F)?"
_ORDINARY = rf"""
    {_PICTURE}(?:\u200D{_PICTURE})*+ | [0-9\#*]\uFE0F\u20E3?
    | (?<={_ARABIC})\u200C(?={_ARABIC}) | (?<={_ARABIC})\u200D | \u200D(?={_ARABIC})
"""
_INVISIBLE = r"[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}--\p{Prepended_Concatenation_Mark}--[\n\t]]"
_PATTERN: Final = regex.compile(rf"(?:{_ORDINARY})(*SKIP)(*FAIL) | {_INVISIBLE}", regex.V1 | regex.VERBOSE)


class InvisibleCharacter(NamedTuple):
    """An invisible character of a text.

    `kind` is BIDI_CONTROL, DIRECTION_MARK or ZERO_WIDTH, `name` the short name (`RLO`, `U+206A`).
    """

    offset: int
    kind: str
    name: str


def find_invisible(text: str, start: int = 0, end: int | None = None) -> Iterator[InvisibleCharacter]:
    """Yield the invisible characters of `text[start:end]` in order, judged by their neighbours."""
    if text.isascii() and text.isprintable():
        return
    end = len(text) if end is None else end
    for match in _PATTERN.finditer(text, *line_range(text, start, end)):  # whole lines, so that no emoji is cut
        if match.start() >= end:
            return
        if match.start() >= start:
            character = match[0]
            kind = (
                BIDI_CONTROL
                if character in _BIDI_CONTROLS
                else DIRECTION_MARK
                if character in _DIRECTION_MARKS
                else ZERO_WIDTH
            )
            yield InvisibleCharacter(match.start(), kind, _NAMES.get(character) or f"U+{ord(character):04X}")
