"""The visible part of a text: without spaces and invisible characters at its edges, or without any inside."""

from typing import Final

import regex

from annotator.text.characters import BLANK, EMOJI_TAG, HIDDEN
from annotator.text.tokenizer import tokens, word_start

INVISIBLE: Final = regex.compile(rf"[{HIDDEN}--[\u200C\u200D]--{EMOJI_TAG}]+", regex.V1)
"""What no file shows: direction marks and the like, but not joiners."""
_LEADING: Final = regex.compile(rf"{BLANK}*+", regex.V1)
_TRAILING: Final = regex.compile(rf"[{BLANK}--\p{{M}}--{EMOJI_TAG}]*+", regex.V1 | regex.REVERSE)
_BLANK_MARK: Final = regex.compile(rf"[{BLANK}&&[\p{{M}}{EMOJI_TAG}]]", regex.V1)
"""Variation selectors and the like: part of the token that they are in, if they are in any."""
_FILLERS: Final = "\u115f\u1160\u3164\uffa0"  # letters of Hangul that are blank


def written(text: str) -> str:
    """`text` as a file shows it: without direction marks and other invisible characters, joiners kept."""
    return text if text.isalnum() else INVISIBLE.sub("", text)  # most words are, and none of those marks is


def visible(text: str, start: int, end: int) -> tuple[int, int]:
    """`text[start:end]` without the spaces and invisible characters at its edges; (start, start) if none is left.

    It ends where a token ends, if nothing follows in that token: a variation selector counts with the character that it
    belongs to, and is blank elsewhere, such as after a space.
    """
    if start < end and _is_seen(text[start]) and _is_seen(text[end - 1]):
        return start, end
    leading = _LEADING.match(text, start, end)
    first, last = leading.end() if leading else start, end
    while True:
        trailing = _TRAILING.match(text, first, last)
        last = trailing.start() if trailing else last
        if first == last or not _BLANK_MARK.match(text, last - 1):
            break
        word = word_start(text, last - 1, first)
        ends = [token.end for token in tokens(text, word, last)] or [word]
        if ends[-1] == last:
            break
        last = ends[-1]
    return (first, last) if first < last else (start, start)


def seen_from(text: str, start: int) -> int:
    """Where what is seen of `text[start:]` begins; its end where nothing is."""
    leading = _LEADING.match(text, start)
    return leading.end() if leading else start


def _is_seen(character: str) -> bool:
    """Whether a character is a letter or a digit that can be seen; many that are neither can be seen too."""
    return character.isalnum() and character not in _FILLERS
