"""Where a suggestion may begin and end: on what can be seen, and with a letter whole."""

from typing import Final

import regex

from annotator.text.visible import visible

_JOINERS: Final = "\u200c\u200d"
_MARK: Final = regex.compile(r"\p{M}")
_LETTER: Final = regex.compile(
    rf"[[\p{{L}}\p{{N}}]--\p{{Default_Ignorable_Code_Point}}](?:[{_JOINERS}]*+\p{{M}})*+", regex.V1
)


def whole(text: str, start: int, end: int) -> tuple[int, int]:
    """`text[start:end]` without spaces and invisible characters at its edges, and with all marks of its first and its
    last letter: what was cut off is taken in. (start, start) if nothing that can be seen is in it."""
    start, end = visible(text, start, end)
    return (start, end) if start == end else (_around(text, start)[0], _around(text, end)[1])


def _around(text: str, at: int) -> tuple[int, int]:
    """The letter or digit with its marks that an offset lies within; (at, at) for an offset between two."""
    first = at
    while first and (text[first - 1] in _JOINERS or _MARK.match(text[first - 1])):
        first -= 1
    letter = _LETTER.match(text, first - 1) if first else None
    return letter.span() if letter and letter.end() > at else (at, at)
