"""Snap a raw selection to the words that were meant."""

from bisect import bisect_left, bisect_right

from annotator.text.punctuation import is_punctuation, partners
from annotator.text.tokenizer import Token, tokens


def snap(text: str, start: int, end: int) -> tuple[int, int]:
    """A raw selection as the stretch that was meant: whole words, without space and punctuation at its edges.

    Of a pair of quotation marks or brackets it holds both or neither: a mark at an edge is left out unless its
    partner is within, and a partner that is missing is taken in. A selection of punctuation alone stays, one of
    space alone is (start, start).
    """
    if start >= end:
        return start, start
    # No token and no pair runs over a newline, so only the lines that the selection touches need be looked at.
    after = text.find("\n", end)
    line = tokens(text, text.rfind("\n", 0, start) + 1, len(text) if after < 0 else after)
    first = bisect_right(line, start, key=lambda token: token.end)
    last = bisect_left(line, end, key=lambda token: token.start) - 1
    if first > last:
        return start, start
    if not all(is_punctuation(text, token) for token in line[first : last + 1]):
        first, last = _balance(text, line, first, last)
    return line[first].start, line[last].end


def _balance(text: str, line: list[Token], first: int, last: int) -> tuple[int, int]:
    """The tokens `first` to `last` without punctuation at the edges, and with both marks of each pair within."""
    pairs = partners(text, line)
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
        reached = [pairs[at] for at in range(first, last + 1) if at in pairs]
        first, last = min([first, *reached]), max([last, *reached])
    return first, last
