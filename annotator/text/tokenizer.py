"""Tokenize Arabic text with one regular expression."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import regex

# Classes of characters, as V1 sets of the `regex` module.
_VISIBLE_FORMAT = r"\p{Prepended_Concatenation_Mark}"  # visible although in Cf, such as the end-of-ayah sign
INVISIBLE_FORMAT = rf"[\p{{Cf}}--{_VISIBLE_FORMAT}]"
# U+200B stands between words (UAX 29, WB4); U+FEFF, the byte order mark, forbids a break like U+2060.
_WITHIN_WORD = rf"[{INVISIBLE_FORMAT}--\u200b]"
BLANK = rf"[\s\p{{Z}}\p{{Cc}}\p{{Cs}}\p{{Default_Ignorable_Code_Point}}{INVISIBLE_FORMAT}]"
ARABIC = r"[[\p{L}&&\p{Script=Arabic}]\u0640]"  # the tatweel is of no script
EMOJI_TAG = r"[\U000E0020-\U000E007F]"  # end the flags of England, Scotland and Wales
LETTER = rf"[\p{{L}}--{ARABIC}--\p{{Default_Ignorable_Code_Point}}]"


class Token(NamedTuple):
    """A token's range, with visible characters at both ends and no space."""

    start: int
    end: int


def _run(first: str, following: str) -> str:
    """Return a pattern of `first` and any `following`; direction marks and joiners only within."""
    return rf"{first}{following}*+(?:{_WITHIN_WORD}++{following}++)*+"


_LATIN = _run(LETTER, rf"[{LETTER}\p{{N}}\p{{M}}]")
_DIGITS = _run(r"\p{Nd}", r"[\p{Nd}\p{M}]")
LONE_MARKS: Final = '،؛؟«»“”"'
"""Marks that belong to no token with others before them, and with marks of \\p{M} alone after them."""

_PICTURE = rf"\p{{Extended_Pictographic}}[\p{{M}}\p{{Emoji_Modifier}}{EMOJI_TAG}]*+"
_URL = r"(?:(?:https?|ftp)://|www\.)"
_URL_CHARACTER = r"[^\s\p{Z}\p{C}\p{Default_Ignorable_Code_Point}\p{Extended_Pictographic}<>\"«»“”،؛؟]"
# Bounded like names in RFC 1035 and 5321, so that a long run is not searched to its end from each letter.
_DOMAIN = r"(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}+\.){1,5}[a-z]{2,6}(?![\p{L}\p{N}\p{M}])"
TOKEN_PATTERN: Final = "|".join(
    (
        rf"{_URL}{_URL_CHARACTER}*[{_URL_CHARACTER}--\p{{P}}]/?\p{{M}}*+",
        rf"[A-Za-z0-9][A-Za-z0-9._%+-]{{0,63}}+@{_DOMAIN}",
        rf"{_DOMAIN}(?:/(?:{_URL_CHARACTER}*[{_URL_CHARACTER}--\p{{P}}]/?\p{{M}}*+)?)?",
        rf"(?!{BLANK})\p{{M}}*+" + _run(ARABIC, rf"[{ARABIC}\p{{M}}]"),
        # Digits belong to a letter that follows (5G, 19h30), but not to an Arabic one (1445هـ).
        rf"\p{{Nd}}*{_LATIN}(?:{_WITHIN_WORD}*['’‐‑-]{_WITHIN_WORD}*\p{{Nd}}*(?:{_LATIN}|(?<=\p{{Nd}})\p{{M}}*+))*",
        rf"{_DIGITS}(?:{_WITHIN_WORD}*[-‐‑–/:.,٫٬]{_WITHIN_WORD}*{_DIGITS})*+",
        rf"[.…](?:{_WITHIN_WORD}*[.…])*+\p{{M}}*+",
        r"\p{Regional_Indicator}{2}\p{M}*+",
        rf"{_PICTURE}(?:\u200D{_PICTURE})*+",
        _run(rf"[^{BLANK}]", r"\p{M}"),
    )
)
"""What a token is, for `regex` in V1."""
PLAIN_LETTERS: Final = "[ء-غف-ي]"
"""A class of regular expressions: the letters that most words consist of. No mark is among them."""
# Ranges find such words faster than properties do.
_TOKEN: Final = regex.compile(rf"{PLAIN_LETTERS}++(?=[ \n،.])|{TOKEN_PATTERN}", regex.V1)


def tokenize(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Return the tokens of `text[start:end]`, in order.

    A punctuation mark, run of dots, URL, e-mail address or emoji is one token; numbers keep signs between digits, words
    their diacritics and tatweel. Invisible characters may lie within a token, not at its edges, but a zero width space
    separates; spaces and control characters belong to none.
    """
    return [Token._make(match.span()) for match in _TOKEN.finditer(text, start, len(text) if end is None else end)]


def token_starts(text: str, start: int, end: int) -> Iterator[int]:
    """Iterate over the starts of the tokens of `text[start:end]`."""
    return (match.start() for match in _TOKEN.finditer(text, start, end))


def word_start(text: str, offset: int, start: int = 0) -> int:
    """Return the start of the word at `offset`: behind the last space or newline, not before `start`.

    No token contains a space, so tokenizing word by word gives the same tokens.
    """
    space = text.rfind(" ", start, offset) + 1 or start
    return text.rfind("\n", space, offset) + 1 or space


def word_end(text: str, offset: int, end: int) -> int:
    """Return the end of the word at `offset`: the next space or newline, at most `end`."""
    space = text.find(" ", offset, end)
    newline = text.find("\n", offset, space if space >= 0 else end)
    return newline if newline >= 0 else space if space >= 0 else end
