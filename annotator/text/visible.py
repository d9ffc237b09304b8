"""Trim spaces and invisible characters at a text's edges, or remove invisible marks inside."""

from typing import Final

import regex

from annotator.text.tokenizer import BLANK, EMOJI_TAG, INVISIBLE_FORMAT, tokenize, word_start

INVISIBLE: Final = regex.compile(rf"[{INVISIBLE_FORMAT}--[\u200C\u200D]--{EMOJI_TAG}]+", regex.V1)
"""Direction marks and the like, left out by exports, but not joiners."""
_LEADING: Final = regex.compile(rf"{BLANK}*+", regex.V1)
_TRAILING: Final = regex.compile(rf"[{BLANK}--\p{{M}}--{EMOJI_TAG}]*+", regex.V1 | regex.REVERSE)
_BLANK_MARK: Final = regex.compile(rf"[{BLANK}&&[\p{{M}}{EMOJI_TAG}]]", regex.V1)
"""Variation selectors and the like: part of the token around them, if any."""
_FILLERS: Final = "\u115f\u1160\u3164\uffa0"  # blank letters of Hangul, alphanumeric nevertheless


def remove_invisible(text: str) -> str:
    """Return `text` as exports write it: without invisible characters other than joiners."""
    return text if text.isprintable() else INVISIBLE.sub("", text)  # true of most texts, not of those marks


def trim_invisible(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range of `text[start:end]` without spaces and invisible characters at its edges.

    It is (start, start) if nothing is left. It ends at a token's end if nothing visible follows there: a variation
    selector counts with its character, else is blank.
    """
    if start < end:
        edges = text[start] + text[end - 1]
        if edges.isalnum() and edges[0] not in _FILLERS and edges[1] not in _FILLERS:
            return start, end
    leading = _LEADING.match(text, start, end)
    first, last = leading.end() if leading else start, end
    while True:
        trailing = _TRAILING.match(text, first, last)
        last = trailing.start() if trailing else last
        if first == last or not _BLANK_MARK.match(text, last - 1):
            break
        word_offset = word_start(text, last - 1, first)
        token_ends = [token.end for token in tokenize(text, word_offset, last)] or [word_offset]
        if token_ends[-1] == last:
            break
        last = token_ends[-1]
    return (first, last) if first < last else (start, start)


def skip_invisible(text: str, start: int) -> int:
    """Return the offset of the first visible character of `text[start:]`, else its end."""
    leading = _LEADING.match(text, start)
    return leading.end() if leading else start
