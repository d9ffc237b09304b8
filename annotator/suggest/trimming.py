"""Valid edges of suggestions: visible characters, complete letters."""

from typing import Final

import regex

from annotator.text.visible import trim_invisible

_JOINERS: Final = "\u200c\u200d"
_MARK: Final = regex.compile(r"\p{M}")
_LETTER: Final = regex.compile(
    rf"[[\p{{L}}\p{{N}}]--\p{{Default_Ignorable_Code_Point}}](?:[{_JOINERS}]*+\p{{M}})*+", regex.V1
)


def trim_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the bounds of `text[start:end]` without spaces and invisible characters at its edges.

    The edge letters keep all marks, even outside. Returns (start, start) if nothing is visible.
    """
    start, end = trim_invisible(text, start, end)
    return (start, end) if start == end else (_letter_at(text, start)[0], _letter_at(text, end)[1])


def _letter_at(text: str, offset: int) -> tuple[int, int]:
    """Return the bounds of the letter or digit, with marks, around `offset`; (offset, offset) between two."""
    start = offset
    while start and (text[start - 1] in _JOINERS or _MARK.match(text[start - 1])):
        start -= 1
    letter = _LETTER.match(text, start - 1) if start else None
    return letter.span() if letter and letter.end() > offset else (offset, offset)
