"""Snap a raw selection to words, and say which marks may stand at a span's edge."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from annotator.text.offsets import line_range
from annotator.text.punctuation import PAIRED_MARKS, is_punctuation, match_pairs
from annotator.text.sentences import is_abbreviation_dot
from annotator.text.tokenizer import Token, tokenize

NAME_PREFIXES: Final = "#@"
"""Marks that belong to the name after them."""
_NUMBER_SUFFIXES: Final = "%٪‰"


def snap_to_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the whole words of a raw selection, without space and punctuation at its edges.

    Paired quotation marks or brackets are kept or dropped together: one at an edge is dropped unless its partner is
    within, and a missing partner is added. A selection of only punctuation stays, one of only space gives (start,
    start).
    """
    if start >= end:
        return start, start
    # No token and no pair crosses a newline, so the lines that the selection touches are enough.
    line, pairs = _tokenize_lines(text, *line_range(text, start, end))
    first = bisect_right(line, start, key=lambda token: token.end)
    last = bisect_left(line, end, key=lambda token: token.start) - 1
    if first > last:
        return start, start
    if not all(is_punctuation(text, token) for token in line[first : last + 1]):
        first, last = _balance_pairs(text, line, pairs, first, last)
    return line[first].start, line[last].end


def phrase_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the words of a line around those of a range, up to the next marks that stand between words.

    Such a mark is a comma, a quotation mark or a bracket, but not what joins two words or follows a number, as in
    2023-2030, 09:00 or 5%.
    """
    line, _pairs = _tokenize_lines(text, *line_range(text, start, end))
    first = bisect_right(line, start, key=lambda token: token.end)
    last = bisect_left(line, end, key=lambda token: token.start) - 1
    if first > last:
        return start, end
    while first > 0 and not _divides_words(text, line, first - 1):
        first -= 1
    while last + 1 < len(line) and not _divides_words(text, line, last + 1):
        last += 1
    return line[first].start, line[last].end


def may_begin_span(text: str, token: Token) -> bool:
    """Return whether a span may begin with a token: a word, a quotation mark or bracket, # or @."""
    return not is_punctuation(text, token) or text[token.start] in PAIRED_MARKS or text[token.start] in NAME_PREFIXES


def may_end_span(text: str, tokens: Sequence[Token], index: int) -> bool:
    """Return whether a span may end with a token: a word, a quotation mark or bracket, %, or an abbreviation's dot."""
    token = tokens[index]
    return (
        not is_punctuation(text, token)
        or text[token.start] in PAIRED_MARKS
        or belongs_to_word_before(text, tokens, index)
    )


def belongs_to_word_before(text: str, tokens: Sequence[Token], index: int) -> bool:
    """Return whether a mark belongs to the word or number before it, as % or an abbreviation's dot."""
    return text[tokens[index].start] in _NUMBER_SUFFIXES or is_abbreviation_dot(text, tokens, index)


def _divides_words(text: str, tokens: Sequence[Token], index: int) -> bool:
    token = tokens[index]
    if not is_punctuation(text, token) or belongs_to_word_before(text, tokens, index):
        return False
    joins = text[token.start - 1 : token.start].isalnum() and text[token.end : token.end + 1].isalnum()
    return text[token.start] in PAIRED_MARKS or not joins


@lru_cache(maxsize=1)  # the next selection is often in the same line
def _tokenize_lines(text: str, start: int, end: int) -> tuple[list[Token], dict[int, int]]:
    """Return the tokens of these lines and the pairs of their marks."""
    tokens = tokenize(text, start, end)
    return tokens, match_pairs(text, tokens)


def _balance_pairs(text: str, line: list[Token], pairs: dict[int, int], first: int, last: int) -> tuple[int, int]:
    """Trim punctuation at the edges of tokens `first` to `last`, then add missing partners."""
    trimmed = None
    while trimmed != (first, last):
        trimmed = (first, last)
        if pairs.get(first) == last:
            first, last = first + 1, last - 1
        elif is_punctuation(text, line[first]) and not first < pairs.get(first, first) <= last:
            first += 1
        elif is_punctuation(text, line[last]) and not first <= pairs.get(last, last) < last:
            last -= 1
    widened = None
    while widened != (first, last):
        widened = (first, last)
        partners = [pairs[index] for index in range(first, last + 1) if index in pairs]
        first, last = min([first, *partners]), max([last, *partners])
    return first, last
