"""Extract the words next to a range, to recognise a rejected suggestion elsewhere."""

from typing import NamedTuple

from annotator.text.folding import fold
from annotator.text.offsets import line_range
from annotator.text.proclitics import TokenLookup, normalise_form


class WordContext(NamedTuple):
    """The folded words before, in and after a range.

    A proclitic of `words` belongs to `before` instead. `before` and `after` are empty at a line's edges.
    """

    before: str
    words: str
    after: str


def extract_context(text: str, start: int, end: int) -> WordContext:
    """Return the context of `text[start:end]`, in code points."""
    lookup = TokenLookup(text)
    first, last = lookup.token_at(start), lookup.token_at(end - 1)
    first_start = first.start if first else start
    last_end = last.end if last else end
    return WordContext(
        fold(text[_word_before(text, first_start) : start]).strip(),
        normalise_form(text, start, end),
        fold(text[end : _word_after(text, last_end)]).strip(),
    )


def _word_before(text: str, offset: int) -> int:
    """Return the start of the word before an offset in its line, else the offset."""
    lookup, (line_start, _line_end) = TokenLookup(text), line_range(text, offset, offset)
    position = offset - 1
    while position >= line_start:
        if token := lookup.token_at(position):
            return max(line_start, token.start)
        position -= 1
    return offset


def _word_after(text: str, offset: int) -> int:
    """Return the end of the word after an offset in its line, else the offset."""
    lookup, (_line_start, line_end) = TokenLookup(text), line_range(text, offset, offset)
    for position in range(offset, line_end):
        if token := lookup.token_at(position):
            return token.end
    return offset
