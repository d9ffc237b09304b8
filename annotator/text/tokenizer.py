"""Tokens and words of Arabic text, found by one regular expression.

Offsets are code points, end exclusive.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import regex

from annotator.text.characters import ARABIC, BLANK, EMOJI_TAG, HIDDEN, LETTER


class Token(NamedTuple):
    """A stretch of the text that is one token: it starts and ends on something visible and holds no space."""

    start: int
    end: int


def _run(first: str, more: str) -> str:
    """A pattern of `first` and then `more`, direction marks and joiners within but never at the end."""
    return rf"{first}{more}*+(?:{HIDDEN}++{more}++)*+"


_LATIN = _run(LETTER, rf"[{LETTER}\p{{N}}\p{{M}}]")
_DIGITS = _run(r"\p{Nd}", r"[\p{Nd}\p{M}]")
_PICTURE = rf"\p{{Extended_Pictographic}}[\p{{M}}\p{{Emoji_Modifier}}{EMOJI_TAG}]*+"
_URL = r"(?:(?:https?|ftp)://|www\.)"
_URL_CHARACTER = r"[^\s\p{Z}\p{C}\p{Default_Ignorable_Code_Point}\p{Extended_Pictographic}<>\"«»“”،؛؟]"
# Bounded, as RFC 1035 and 5321 bound names, so that a long run is not searched to its end from each of its letters.
_DOMAIN = r"(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}+\.){1,5}[a-z]{2,6}(?![\p{L}\p{N}\p{M}])"
_TOKEN: Final = regex.compile(
    "|".join(
        (
            rf"{_URL}{_URL_CHARACTER}*[{_URL_CHARACTER}--\p{{P}}]/?\p{{M}}*+",
            rf"[A-Za-z0-9][A-Za-z0-9._%+-]{{0,63}}+@{_DOMAIN}",
            rf"{_DOMAIN}(?:/(?:{_URL_CHARACTER}*[{_URL_CHARACTER}--\p{{P}}]/?\p{{M}}*+)?)?",
            rf"(?!{BLANK})\p{{M}}*+" + _run(ARABIC, rf"[{ARABIC}\p{{M}}]"),
            # Digits before a letter belong to it (5G, 19h30); those before an Arabic letter do not (1445هـ).
            rf"\p{{Nd}}*{_LATIN}(?:{HIDDEN}*['’‐‑-]{HIDDEN}*\p{{Nd}}*(?:{_LATIN}|(?<=\p{{Nd}})\p{{M}}*+))*",
            rf"{_DIGITS}(?:{HIDDEN}*[-‐‑–/:.,٫٬]{HIDDEN}*{_DIGITS})*+",
            rf"[.…](?:{HIDDEN}*[.…])*+\p{{M}}*+",
            r"\p{Regional_Indicator}{2}\p{M}*+",
            rf"{_PICTURE}(?:\u200D{_PICTURE})*+",
            _run(rf"[^{BLANK}]", r"\p{M}"),
        )
    ),
    regex.V1,
)


def tokens(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """The tokens of `text[start:end]`, in order.

    Punctuation marks are tokens of their own, a run of dots one; numbers keep what joins their digits; diacritics
    and the tatweel stay in the word; URLs, e-mail addresses and emoji are one. Invisible characters may lie within
    a token, never at its edges. Spaces and control characters are in none.
    """
    return [Token(*match.span()) for match in _TOKEN.finditer(text, start, len(text) if end is None else end)]


def token_starts(text: str, start: int, end: int) -> Iterator[int]:
    """The offsets at which the tokens of `text[start:end]` begin, found one by one."""
    return (match.start() for match in _TOKEN.finditer(text, start, end))


def word_start(text: str, at: int, start: int = 0) -> int:
    """Where the word that `text[at]` is in begins: behind the last space or newline before it, not before `start`.

    No token holds a space, so the tokens of a text are those of its words, each cut by itself.
    """
    space = text.rfind(" ", start, at) + 1 or start
    return text.rfind("\n", space, at) + 1 or space


def word_end(text: str, at: int, end: int) -> int:
    """Where that word ends: at the first space or newline from `at` on, `end` if there is none before that."""
    space = text.find(" ", at, end)
    newline = text.find("\n", at, space if space >= 0 else end)
    return newline if newline >= 0 else space if space >= 0 else end
