"""Find and skip proclitics: و ف ب ل ك س, attached to the next word but outside spans (by the labels' guidelines).

At most two are recognised: و or ف, then one of ب ل ك س. The ل drops the article's alef: ل + الأمم is للأمم.
"""

import re
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from annotator.text.folding import fold, fold_with_offsets, fold_word
from annotator.text.tokenizer import PLAIN_LETTERS, Token, tokenize

CONJUNCTIONS: Final = "وف"
PREPOSITIONS: Final = "بلك"  # before nouns
FUTURE_PREFIX: Final = "س"  # before verbs
DEFINITE_ARTICLE: Final = "ال"
PROCLITICS: Final = tuple(CONJUNCTIONS + PREPOSITIONS + FUTURE_PREFIX)
LAM_PREFIXES: Final = ("ل", "ول", "فل")  # proclitics before an article that has lost its alef
_LEADING: Final = re.compile(f"[{CONJUNCTIONS}]?[{PREPOSITIONS}{FUTURE_PREFIX}]?")
_PLAIN: Final = re.compile(f"{PLAIN_LETTERS}+")
"""A word that folds letter by letter."""
_MIN_STEM_LENGTH: Final = 2  # letters of a word without its proclitics
_MIN_DEFINITE_LENGTH: Final = 5
"""Letters of a word with its article, behind letters that are proclitics then: not والي or بالغ."""
# Folded words that start with a lam of their own: للجنة is ل + لجنة or ل + اللجنة, but not ل + الجنة.
_LAM: Final = re.compile(
    r"(?:لجن[ةه]|لجان|لقاء|لقاءات|لغ[ةه]|لغات|لواء|لوائح|لائح[ةه]|لاعب\w*|لاجئ\w*|لبنان\w*|ليبي\w*|ليل[ةه]?)(?![^\W_])"
)


class TokenLookup:
    """Finds the token at an offset, tokenizing only between the spaces around it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._start = self._end = 0
        self._tokens: list[Token] = []

    def token_at(self, offset: int) -> Token | None:
        """Return the token at `offset`; None between tokens and outside the text."""
        if not 0 <= offset < len(self._text):
            return None
        if not self._start <= offset < self._end:
            self._tokenize_around(offset)
        index = bisect_right(self._tokens, offset, key=lambda token: token.start) - 1
        return self._tokens[index] if index >= 0 and offset < self._tokens[index].end else None

    def _tokenize_around(self, offset: int) -> None:
        start = end = offset
        while start > 0 and not self._text[start - 1].isspace():
            start -= 1
        while end < len(self._text) and not self._text[end].isspace():
            end += 1
        self._start, self._end, self._tokens = start, end, tokenize(self._text, start, end)


def toggle_proclitic(text: str, start: int, end: int) -> int | None:
    """Return the new start of `text[start:end]` after toggling its proclitic; None without one.

    It cycles behind the first proclitic, the second, and back: وبالرباط, بالرباط, الرباط. Marks and tatweels go with
    the letter before them.
    """
    word = _find_word(text, start)
    starts = [offset for offset in _possible_starts(text, word) if offset < end] if word else []
    if len(starts) < 2 or start not in starts:
        return None
    return starts[(starts.index(start) + 1) % len(starts)]


def has_proclitic(text: str, start: int, end: int, is_word: Callable[[str], bool]) -> bool:
    """Return whether `text[start:end]` begins with a proclitic, or behind one, and not with the letter of a word.

    `is_word` knows folded words, such as وزارة. An article or a number behind a proclitic is proof enough.
    """
    word = _find_word(text, start)
    starts = [offset for offset in _possible_starts(text, word) if offset < end] if word else []
    if word is None or start not in starts:
        return False
    if start > word.start:
        return True
    is_known = is_word(fold(text[word.start : word.end]))
    return not is_known and any(_is_certain(text, word, offset, is_word) for offset in starts[1:])


def skip_known_proclitics(text: str, start: int, end: int, is_known: Callable[[str], bool]) -> int:
    """Return the start of a snapped selection, behind its first word's proclitics if the corpus knows the rest.

    `is_known` says whether a span of the corpus starts with a folded word. The start moves if the word is unknown, but
    known without its first proclitic, else without both; in للأمم it is الأمم.
    """
    word = _find_word(text, start)
    if word is None or word.start != start or word.end > end or is_known(fold(text[start : word.end])):
        return start
    later_starts = _possible_starts(text, word)[1:]
    return next((offset for offset in later_starts if any(map(is_known, _possible_words(text, word, offset)))), start)


def normalise_form(text: str, start: int, end: int, *, taa: bool = False) -> str:
    """Return the words of `text[start:end]`, folded and without the first one's proclitics.

    At the second lam of للأمم the article's alef is restored: الامم. Listed words keep a lam of their own: للجنة gives
    لجنة.
    """
    form = fold(text[start:end], taa=taa).strip()
    word = _find_word(text, start) if form.startswith(DEFINITE_ARTICLE[1]) else None
    return DEFINITE_ARTICLE[0] + form if word and _has_lost_alef(text, word, start) else form


@lru_cache(maxsize=1 << 15)
def find_readings(word: str) -> tuple[tuple[int, str], ...]:
    """Return the folded words that a token may be without its proclitics, each with its offset in `word`.

    First as written, then without the first proclitic, then without both. Where the article has lost its alef, readings
    with it come first: of للأمم (0, للامم), (1, الامم), (1, اللامم), (1, لامم).
    """
    folded = fold_word(word)
    if not folded.startswith(PROCLITICS):
        return ((0, folded),)
    if _PLAIN.fullmatch(word):
        starts = [0, *_proclitic_ends(folded)]
        return tuple(
            (start, reading) for start in starts for reading in _restore_article(folded[:start], folded[start:])
        )
    token = Token(0, len(word))
    return tuple(
        (offset, reading)
        for offset in _possible_starts(word, token)
        for reading in _possible_words(word, token, offset)
    )


def has_own_lam(folded: str) -> bool:
    """Return whether a folded text's initial lam is the word's own, not an article's."""
    return _LAM.match(folded) is not None


def _find_word(text: str, offset: int) -> Token | None:
    """Return the token at `offset`, joined with an adjacent proclitic token: و2024, لـ2030."""
    lookup = TokenLookup(text)
    token = lookup.token_at(offset)
    if token is None:
        return None
    first, last = (
        (token, lookup.token_at(token.end)) if _is_proclitic(text, token) else (lookup.token_at(token.start - 1), token)
    )
    if first and last and _is_proclitic(text, first) and text[last.start].isalnum():
        return Token(first.start, last.end)
    return token


def _is_proclitic(text: str, token: Token) -> bool:
    letters = fold(text[slice(*token)])
    return letters != "" and _LEADING.fullmatch(letters) is not None


def _is_certain(text: str, word: Token, offset: int, is_word: Callable[[str], bool]) -> bool:
    """Return whether the letters of a word before `offset` are proclitics."""
    stem = fold(text[offset : word.end])
    has_article = stem.startswith(DEFINITE_ARTICLE) and len(stem) >= _MIN_DEFINITE_LENGTH
    is_definite = has_article or _has_lost_alef(text, word, offset)
    return is_definite or stem[0].isdigit() or any(map(is_word, _possible_words(text, word, offset)))


def _has_lost_alef(text: str, word: Token, offset: int) -> bool:
    stem = fold(text[offset : word.end])
    may_be_article = stem.startswith(DEFINITE_ARTICLE[1]) and len(stem) > _MIN_STEM_LENGTH and not has_own_lam(stem)
    return may_be_article and fold(text[word.start : offset]) in LAM_PREFIXES


def _possible_words(text: str, word: Token, offset: int) -> list[str]:
    """Return the folded words that `text[offset : word.end]` may be without prior proclitics."""
    return _restore_article(fold(text[word.start : offset]), fold(text[offset : word.end]))


def _restore_article(prefix: str, stem: str) -> list[str]:
    """Return the words that a folded one may be behind these proclitics."""
    if not stem.startswith(DEFINITE_ARTICLE[1]) or prefix not in LAM_PREFIXES:
        return [stem]
    return [DEFINITE_ARTICLE[0] + stem, DEFINITE_ARTICLE + stem, stem]


def _possible_starts(text: str, word: Token) -> list[int]:
    """Return where `word` starts and its first and second proclitic end."""
    folded = fold_with_offsets(text[slice(*word)])
    starts = [word.start]
    for index in _proclitic_ends(folded.text):
        letter_start, offset = folded.source_range(index - 1, index)[0], folded.source_range(index, index)[0]
        if letter_start < offset:  # a ligature is not cut
            starts.append(word.start + offset)
    return starts


def _proclitic_ends(folded: str) -> range:
    """Return how many letters of a folded word may be proclitics."""
    leading = _LEADING.match(folded)
    return range(1, min(leading.end() if leading else 0, len(folded) - _MIN_STEM_LENGTH) + 1)
