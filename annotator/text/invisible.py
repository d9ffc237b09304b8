"""What of a text cannot be seen, and may make it mean something other than what is seen.

Offsets are code points, end exclusive. What does its ordinary work is not counted: line feeds and tabs, joiners beside
Arabic letters, and what an emoji is made of. UAX #9 (2.1 to 2.6) has the controls of direction, and Unicode's technical
reports 36 and 55 tell how they are abused; Default_Ignorable_Code_Point is all that a font shows nothing of.
"""

import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

import regex

ORDER: Final = "order"
"""Embeddings, overrides and isolates: they can show a text in an order that is not its own. Closed at the latest by the
end of the line."""
MARK: Final = "mark"
"""Direction marks, of which texts in Arabic have many: they say where a sign beside them belongs."""
BLANK: Final = "blank"
"""Whatever else takes no room: spaces of no width, soft hyphens, selectors, fillers, control characters."""

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
"""As Unicode abbreviates them (NameAliases.txt)."""
_ORDER: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_MARKS: Final = frozenset("\u061c\u200e\u200f")

_ARABIC = r"[\p{L}\p{M}&&\p{Script_Extensions=Arabic}]|\u0640"
_PICTURE = r"\p{Extended_Pictographic}[\uFE0E\uFE0F\p{Emoji_Modifier}]*(?:[\U000E0020-\U000E007E]+\U000E007F)?"
_ORDINARY = rf"""
    {_PICTURE}(?:\u200D{_PICTURE})*+ | [0-9\#*]\uFE0F\u20E3?
    | (?<={_ARABIC})\u200C(?={_ARABIC}) | (?<={_ARABIC})\u200D | \u200D(?={_ARABIC})
"""
_INVISIBLE = r"[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cc}--\p{Prepended_Concatenation_Mark}--[\n\t]]"
_FOUND: Final = regex.compile(rf"(?:{_ORDINARY})(*SKIP)(*FAIL) | {_INVISIBLE}", regex.V1 | regex.VERBOSE)


class Hidden(NamedTuple):
    """One invisible character of a text: where it is, ORDER, MARK or BLANK, and its short name (`RLO`, `U+206A`)."""

    at: int
    kind: str
    name: str


def hidden(text: str, start: int = 0, end: int | None = None) -> Iterator[Hidden]:
    """The invisible characters of `text[start:end]`, in order, each judged by what stands beside it in the text."""
    if text.isascii() and text.isprintable():
        return
    end = len(text) if end is None else end
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)  # no emoji is cut, and no other line looked at
    for match in _FOUND.finditer(text, first, len(text) if last < 0 else last):
        if match.start() >= end:
            return
        if match.start() >= start:
            character = match[0]
            kind = ORDER if character in _ORDER else MARK if character in _MARKS else BLANK
            yield Hidden(match.start(), kind, _NAMES.get(character) or f"U+{ord(character):04X}")


def described(character: str) -> str:
    """The short name of an invisible character and, where Unicode has one, its long name: `RLO RIGHT-TO-LEFT
    OVERRIDE`."""
    short = _NAMES.get(character) or f"U+{ord(character):04X}"
    return f"{short} {unicodedata.name(character, '')}".strip()
