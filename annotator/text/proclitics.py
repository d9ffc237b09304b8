"""Proclitics: و ف ب ل ك س, written onto the word that follows; a span leaves them out (the labels' guidelines).

At most two are taken for such: و or ف, and then one of ب ل ك س. The ل swallows the alef of the article ال: ل + الأمم is
written للأمم.
"""

import re
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from annotator.text.folding import fold, folded
from annotator.text.tokenizer import Token, tokens

JOINING: Final = "وف"
BOUND: Final = "بلك"  # to nouns
FUTURE: Final = "س"  # to verbs
ARTICLE: Final = "ال"
SWALLOWING: Final = ("ل", "ول", "فل")  # what stands before an article without its alef
_LEADING: Final = re.compile(f"[{JOINING}]?[{BOUND}{FUTURE}]?")
_FEWEST: Final = 2  # letters of what is left of a word without its proclitic
# Folded words with a lam of their own: للجنة is ل + لجنة or ل + اللجنة, but not ل + الجنة.
_LAM: Final = re.compile(
    r"(?:لجن[ةه]|لجان|لقاء|لقاءات|لغ[ةه]|لغات|لواء|لوائح|لائح[ةه]|لاعب\w*|لاجئ\w*|لبنان\w*|ليبي\w*|ليل[ةه]?)(?![^\W_])"
)


class Words:
    """The tokens of a text, by offset; each stretch between two spaces is cut once while it is asked about."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._start = self._end = 0
        self._tokens: list[Token] = []

    def at(self, offset: int) -> Token | None:
        """The token that the character at `offset` is in; None between tokens and beyond the text."""
        if not 0 <= offset < len(self._text):
            return None
        if not self._start <= offset < self._end:
            self._cut(offset)
        at = bisect_right(self._tokens, offset, key=lambda token: token.start) - 1
        return self._tokens[at] if at >= 0 and offset < self._tokens[at].end else None

    def _cut(self, offset: int) -> None:
        start = end = offset
        while start > 0 and not self._text[start - 1].isspace():
            start -= 1
        while end < len(self._text) and not self._text[end].isspace():
            end += 1
        self._start, self._end, self._tokens = start, end, tokens(self._text, start, end)


def toggled(text: str, start: int, end: int) -> int | None:
    """Where the start of `text[start:end]` goes when the proclitic there is toggled; None if there is none.

    From the start of a word it goes behind the first proclitic, then behind the second, then back: وبالرباط,
    بالرباط, الرباط. Marks and tatweels go with the letter before them.
    """
    word = _word(text, start)
    starts = [place for place in _starts(text, word) if place < end] if word else []
    if len(starts) < 2 or start not in starts:
        return None
    return starts[(starts.index(start) + 1) % len(starts)]


def known_start(text: str, start: int, end: int, knows: Callable[[str], bool]) -> int:
    """The start of a snapped selection without the proclitic of its first word, where the corpus knows better.

    `knows` says of a folded word whether a span begins with it. The start is moved if it knows the word without its
    first proclitic, or else without both, and does not know the word as it is; in للأمم the word is الأمم.
    """
    word = _word(text, start)
    if word is None or word.start != start or word.end > end or knows(fold(text[start : word.end])):
        return start
    without = _starts(text, word)[1:]
    return next((place for place in without if any(map(knows, _readings(text, word, place)))), start)


def form(text: str, start: int, end: int, *, taa: bool = False) -> str:
    """The words of `text[start:end]` as they are folded and written without a proclitic.

    At the second lam of للأمم the alef of the article is put back: الامم. Words that are known to begin with a lam
    stay as they are written: للجنة gives لجنة.
    """
    found = fold(text[start:end], taa=taa).strip()
    word = _word(text, start) if found.startswith(ARTICLE[1]) else None
    return ARTICLE[0] + found if word and _has_lost_alef(text, word, start) else found


@lru_cache(maxsize=1 << 15)
def readings(word: str) -> tuple[tuple[int, str], ...]:
    """The folded words that a token may be without its proclitics, each with the offset in `word` at which it begins.

    As it is written comes first, then without the first proclitic, then without both; where the alef of an article is
    lost, the readings with it come before the one without: of للأمم (0, للامم), (1, الامم), (1, اللامم), (1, لامم).
    """
    token = Token(0, len(word))
    return tuple((place, shape) for place in _starts(word, token) for shape in _readings(word, token, place))


def begins_with_lam(folded: str) -> bool:
    """Whether the lam that begins this folded stretch is the word's own, and not of an article without its alef."""
    return _LAM.match(folded) is not None


def _word(text: str, at: int) -> Token | None:
    """The token at `at`, with a proclitic that touches it but is a token of its own: و2024, لـ2030."""
    words = Words(text)
    here = words.at(at)
    if here is None:
        return None
    first, last = (here, words.at(here.end)) if _is_proclitic(text, here) else (words.at(here.start - 1), here)
    if first and last and _is_proclitic(text, first) and text[last.start].isalnum():
        return Token(first.start, last.end)
    return here


def _is_proclitic(text: str, token: Token) -> bool:
    letters = fold(text[slice(*token)])
    return letters != "" and _LEADING.fullmatch(letters) is not None


def _has_lost_alef(text: str, word: Token, place: int) -> bool:
    rest = fold(text[place : word.end])
    swallowed = rest.startswith(ARTICLE[1]) and len(rest) > _FEWEST and not begins_with_lam(rest)
    return swallowed and fold(text[word.start : place]) in SWALLOWING


def _readings(text: str, word: Token, place: int) -> list[str]:
    """The folded words that `text[place : word.end]` may be, once the proclitics in front of it are gone."""
    rest = fold(text[place : word.end])
    if not rest.startswith(ARTICLE[1]) or fold(text[word.start : place]) not in SWALLOWING:
        return [rest]
    return [ARTICLE[0] + rest, ARTICLE + rest, rest]


def _starts(text: str, word: Token) -> list[int]:
    """The start of `word`, and the places where its first proclitic ends and its second."""
    letters = folded(text[slice(*word)])
    leading = _LEADING.match(letters.text)
    starts = [word.start]
    for at in range(1, 1 + leading.end() if leading else 1):
        before, place = letters.source(at - 1, at)[0], letters.source(at, at)[0]
        if len(letters.text) - at >= _FEWEST and before < place:  # a ligature is not cut
            starts.append(word.start + place)
    return starts
