"""The words beside a stretch: by them a rejected suggestion is known again elsewhere."""

from typing import NamedTuple

from annotator.text.folding import fold
from annotator.text.proclitics import Words, form


class Context(NamedTuple):
    """Folded: the word before a stretch, its own words without a proclitic (see proclitics.form), the word after it.

    A proclitic that is written onto the first word counts to the word before. Both are empty at the edges of a line.
    """

    before: str
    words: str
    after: str


def context(text: str, start: int, end: int) -> Context:
    """The context of `text[start:end]`, in code points."""
    words = Words(text)
    first, last = words.at(start), words.at(end - 1)
    opened = first.start if first else start
    closed = last.end if last else end
    return Context(
        fold(text[_word_before(text, opened) : start]).strip(),
        form(text, start, end),
        fold(text[end : _word_after(text, closed)]).strip(),
    )


def _word_before(text: str, at: int) -> int:
    """Where the word before an offset begins, in its line; the offset itself where there is none."""
    words, line = Words(text), text.rfind("\n", 0, at) + 1
    place = at - 1
    while place >= line:
        if token := words.at(place):
            return max(line, token.start)
        place -= 1
    return at


def _word_after(text: str, at: int) -> int:
    """Where the word after an offset ends, in its line; the offset itself where there is none."""
    words, line = Words(text), text.find("\n", at)
    for place in range(at, len(text) if line < 0 else line):
        if token := words.at(place):
            return token.end
    return at
