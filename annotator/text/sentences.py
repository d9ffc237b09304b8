"""Sentence boundaries of Arabic text.

Offsets are code points, end exclusive.
"""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import regex

from annotator.text.punctuation import OPENING_BRACKETS, PAIRED, QUOTES, partners
from annotator.text.tokenizer import Token, token_starts, tokens, word_end, word_start

_STOPS: Final = ".…!؟?"
_LETTERS_BEFORE: Final = 3  # in a word that is no abbreviation
# As most sentences end, with what is between a word and another; or any other stop, which has to be looked at.
_STOP: Final = regex.compile(rf"(?<=[ء-غف-ي]{{{_LETTERS_BEFORE}}})[{_STOPS}] ++(?=[ء-غف-ي])|[{_STOPS}]")
_PAIR: Final = regex.compile(f"[{regex.escape(''.join(sorted(PAIRED)))}]")
_PAUSE: Final = ".."  # in Arabic headlines what a dash is in English ones
_NO_START: Final = "،؛,;:"


def sentences(text: str, tokens: list[Token]) -> list[list[Token]]:
    """`tokens`, the tokens of a stretch of `text`, as its sentences (see `breaks`); none is empty."""
    if not tokens:
        return []
    found = breaks(text, tokens[0].start, tokens[-1].end)
    firsts = [bisect_left(tokens, offset, key=lambda token: token.start) for offset in found]
    return [tokens[first:last] for first, last in pairwise([0, *firsts, len(tokens)]) if first < last]


def breaks(text: str, start: int, end: int) -> list[int]:
    """Where one sentence of `text[start:end]` ends and another begins: offsets that no token has within it, in order.

    A sentence ends at a newline, and after . ! ؟ ? … with the closing quotes and brackets that follow, unless a
    comma, semicolon or colon comes next. Two dots end none: Arabic headlines have them for a dash. Nor does the dot
    after a word of one letter (م. د. ص. and ود.), which is an abbreviation's. Cut into tokens are only the words with
    a stop in them, and what follows: what reads a whole corpus has no time for more.
    """
    found: list[int] = []
    newline = text.find("\n", start, end)
    while newline >= 0:
        found += (*_stops(text, start, newline), newline)
        start = newline + 1
        newline = text.find("\n", start, end)
    return [*found, *_stops(text, start, end)]


def _stops(text: str, start: int, end: int) -> Iterator[int]:
    """Where in a line a sentence begins after another."""
    closing: set[int] | None = None

    def goes_on(at: int) -> bool:
        """Whether the token at this offset belongs to the sentence that was stopped before it."""
        nonlocal closing
        if text[at] not in QUOTES:
            return text[at] in _STOPS or text[at] in OPENING_BRACKETS
        if closing is None:  # found when the first is met, once a line
            closing = _closing_quotes(text, start, end)
        return at in closing

    reached = start
    for match in _STOP.finditer(text, start, end):
        first, last = match.span()
        if first < reached or last == end:
            continue
        if last > first + 1 and first - start >= _LETTERS_BEFORE:
            reached = last
            yield reached
            continue
        word = tokens(text, word_start(text, first, start), word_end(text, first, end))
        for at, (first, last) in enumerate(word):
            stops = text[first] in _STOPS and text[first:last] != _PAUSE and not abbreviates(text, word, at)
            if stops and first >= reached:
                reached = next((at for at in token_starts(text, last, end) if not goes_on(at)), end)
                if reached < end and text[reached] not in _NO_START:
                    yield reached
        reached = max(reached, word[-1].end)


def _closing_quotes(text: str, start: int, end: int) -> set[int]:
    """The offsets of the quotation marks in a line that close what another one opens."""
    marks: list[Token] = []
    reached = start
    for match in _PAIR.finditer(text, start, end):
        if match.start() >= reached:
            reached = word_end(text, match.start(), end)
            word = tokens(text, word_start(text, match.start(), start), reached)
            marks += (token for token in word if text[token.start] in PAIRED)
    return {marks[at].start for at, partner in partners(text, marks).items() if partner < at}


def abbreviates(text: str, tokens: list[Token], at: int) -> bool:
    """Whether token `at` is the dot that follows a word of one letter, or such a one after و, at once."""
    if not at or text[slice(*tokens[at])] != "." or tokens[at - 1].end != tokens[at].start:
        return False
    letters = [character for character in text[slice(*tokens[at - 1])] if character.isalpha()]
    return len(letters) == 1 or (len(letters) == 2 and letters[0] == "و")
