"""Split Arabic text into sentences."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final

import regex

from annotator.text.punctuation import OPENING_BRACKETS, PAIRED_MARKS, QUOTES, match_pairs
from annotator.text.tokenizer import Token, token_starts, tokenize, word_end, word_start

_STOPS: Final = ".…!؟?"
_LETTERS_BEFORE: Final = 3  # in a word that cannot be an abbreviation
# Any stop; with the space up to the next word where it certainly ends a sentence, and the others need a closer look.
_STOP: Final = re.compile(rf"[{_STOPS}](?:(?<=[ء-غف-ي]{{{_LETTERS_BEFORE}}}.) +(?=[ء-غف-ي]))?")
_SPACE_BEFORE_LETTER: Final = re.compile(" +(?=[ء-غف-ي])")
_PAIR: Final = regex.compile(f"[{regex.escape(''.join(sorted(PAIRED_MARKS)))}]")
_MAX_CACHED_LENGTH: Final = 64  # code points of a word that may come again
_PAUSE: Final = ".."  # Arabic headlines use it like a dash
_NO_START: Final = "،؛,;:"


def split_sentences(text: str, tokens: list[Token]) -> list[list[Token]]:
    """Group `tokens`, those of a range of `text`, into non-empty sentences."""
    if not tokens:
        return []
    breaks = sentence_breaks(text, tokens[0].start, tokens[-1].end)
    starts = [bisect_left(tokens, offset, key=lambda token: token.start) for offset in breaks]
    return [tokens[first:last] for first, last in pairwise([0, *starts, len(tokens)]) if first < last]


def sentence_breaks(text: str, start: int, end: int) -> list[int]:
    """Return the offsets in `text[start:end]` between two sentences, in order and within no token.

    A sentence ends at a newline, and after . ! ؟ ? … with the closing quotes and brackets that follow, unless a comma,
    semicolon or colon is next. Two dots end none, being a dash in Arabic headlines, nor does an abbreviation's dot
    after a word of one letter (م. د. ص. and ود.). For speed, only words with a stop and what follows are tokenized.
    """
    breaks: list[int] = []
    newline = text.find("\n", start, end)
    while newline >= 0:
        breaks += (*_line_breaks(text, start, newline), newline)
        start = newline + 1
        newline = text.find("\n", start, end)
    return [*breaks, *_line_breaks(text, start, end)]


def _line_breaks(text: str, start: int, end: int) -> Iterator[int]:
    """Yield the offsets between sentences of a line."""
    closing_quotes: set[int] | None = None

    def continues_sentence(offset: int) -> bool:
        """Return whether the token at this offset belongs to the stopped sentence."""
        nonlocal closing_quotes
        if text[offset] not in QUOTES:
            return text[offset] in _STOPS or text[offset] in OPENING_BRACKETS
        if closing_quotes is None:  # once per line with a quotation mark
            closing_quotes = _closing_quotes(text, start, end)
        return offset in closing_quotes

    position = start
    for match in _STOP.finditer(text, start, end):
        first, last = match.span()
        if first < position or last == end:
            continue
        if last > first + 1 and first - start >= _LETTERS_BEFORE:
            position = last
            yield position
            continue
        word_offset, word_limit = word_start(text, first, start), word_end(text, first, end)
        for first, last in _find_stops(text[word_offset:word_limit]):
            if word_offset + first >= position:
                last += word_offset
                if space := _SPACE_BEFORE_LETTER.match(text, last, end):
                    position = space.end()
                else:
                    position = next(
                        (offset for offset in token_starts(text, last, end) if not continues_sentence(offset)), end
                    )
                if position < end and text[position] not in _NO_START:
                    yield position
        position = max(position, word_limit)


def _find_stops(word: str) -> tuple[Token, ...]:
    """Return the tokens of a text without spaces that may end a sentence."""
    return _find_stops_cached(word) if len(word) <= _MAX_CACHED_LENGTH else _find_stops_cached.__wrapped__(word)


@lru_cache(maxsize=1 << 12)
def _find_stops_cached(word: str) -> tuple[Token, ...]:
    tokens = tokenize(word)
    return tuple(
        token
        for index, token in enumerate(tokens)
        if word[token.start] in _STOPS
        and word[slice(*token)] != _PAUSE
        and not is_abbreviation_dot(word, tokens, index)
    )


def _closing_quotes(text: str, start: int, end: int) -> set[int]:
    """Return the offsets of a line's closing quotation marks."""
    marks: list[Token] = []
    position = start
    for match in _PAIR.finditer(text, start, end):
        if match.start() >= position:
            position = word_end(text, match.start(), end)
            word = tokenize(text, word_start(text, match.start(), start), position)
            marks += (token for token in word if text[token.start] in PAIRED_MARKS)
    return {marks[index].start for index, partner in match_pairs(text, marks).items() if partner < index}


def is_abbreviation_dot(text: str, tokens: list[Token], index: int) -> bool:
    """Return whether token `index` is a dot directly after a word of one letter, possibly with a و before it."""
    if not index or text[slice(*tokens[index])] != "." or tokens[index - 1].end != tokens[index].start:
        return False
    letters = [character for character in text[slice(*tokens[index - 1])] if character.isalpha()]
    return len(letters) == 1 or (len(letters) == 2 and letters[0] == "و")
