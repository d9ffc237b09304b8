"""The units in which a file may count offsets, and which of them one does that does not say so.

doccano's window counts as JavaScript does, in UTF-16 units, or in a project with grapheme mode in clusters; programs
that write files for it count code points. All are the same until the first emoji or, in clusters, combining mark.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

import regex

from annotator.i18n import _, ngettext
from annotator.model.reasons import Code, Reason
from annotator.text.offsets import GraphemeOffsets, Utf16Offsets

CODE_POINTS: Final = "codepoints"
UTF16: Final = "utf16"
GRAPHEMES: Final = "graphemes"
UNITS: Final = (CODE_POINTS, UTF16, GRAPHEMES)

_LETTER: Final = regex.compile(r"[\w\p{M}]")
_MAY_DIFFER: Final = regex.compile(rb"[\xf0-\xf4]|\xd9[\x8b-\x9f]|\\u(?:[dD]8|06[45])")
"""A character outside the basic plane or a combining mark of Arabic, in UTF-8 or escaped in JSON."""


def may_differ(encoded: bytes) -> bool:
    """Return whether offsets of a text in this JSON may depend on their unit."""
    return _MAY_DIFFER.search(encoded) is not None


def to_code_points(text: str, unit: str) -> Callable[[int], int]:
    """Return a function that converts offsets of a text in this unit."""
    if unit == UTF16:
        return Utf16Offsets(text).to_code_points
    return GraphemeOffsets(text).to_code_points if unit == GRAPHEMES else int


def from_code_points(text: str, unit: str) -> Callable[[int], int | None]:
    """Return a function that converts offsets of a text to this unit; it returns None for one within a unit."""
    if unit == UTF16:
        return Utf16Offsets(text).to_utf16
    return GraphemeOffsets(text).to_graphemes if unit == GRAPHEMES else int


def describe_unit(unit: str) -> str:
    """Return the name of a unit in the current language."""
    return {CODE_POINTS: _("code points"), UTF16: _("UTF-16 units"), GRAPHEMES: _("graphemes")}[unit]


class UnitEvidence:
    """Counts, of the spans whose place depends on the unit, those that begin and end with a word in each."""

    def __init__(self) -> None:
        self.total = 0
        self.astral_count = 0
        self.fitting = Counter[str]()

    def add(self, text: str, ranges: Iterable[tuple[int, int]]) -> None:
        """Count spans of a text."""
        conversions = {unit: to_code_points(text, unit) for unit in UNITS}
        for start, end in ranges:
            places = {unit: (convert(start), convert(end)) for unit, convert in conversions.items()}
            is_valid = any(0 <= first < last <= len(text) for first, last in places.values())
            if not is_valid or len(set(places.values())) == 1:
                continue
            self.total += 1
            self.astral_count += places[UTF16] != places[CODE_POINTS]
            self.fitting.update(unit for unit, place in places.items() if _fits_words(text, *place))

    def best_unit(self) -> str:
        """Return the unit that fits most spans, code points where another fits no more."""
        return max(UNITS, key=lambda unit: self.fitting[unit])

    def describe(self, unit: str) -> Reason | None:
        """Return the notice that offsets were read in this unit, None if hardly any other could be meant."""
        if not self.astral_count and unit == CODE_POINTS:
            return None
        message = ngettext(
            "{count} span lies behind an emoji or a mark that programs count differently: its offsets were read as "
            "{unit}, by which {fitting} of them begins and ends with a word.",
            "{count} spans lie behind an emoji or a mark that programs count differently: their offsets were read as "
            "{unit}, by which {fitting} of them begin and end with a word.",
            self.total,
        )
        return Reason(
            Code.OFFSET_UNIT_GUESSED,
            message.format(count=self.total, unit=describe_unit(unit), fitting=self.fitting[unit]),
        )


def _fits_words(text: str, start: int, end: int) -> bool:
    return 0 <= start < end <= len(text) and _is_edge(text, start, text[start]) and _is_edge(text, end, text[end - 1])


def _is_edge(text: str, offset: int, inner: str) -> bool:
    """Return whether a span with this first or last character may begin or end here: neither at space nor in a word."""
    if inner.isspace():
        return False
    around = text[max(0, offset - 1) : offset + 1]
    return len(around) < 2 or not all(map(_LETTER.match, around))
