"""What was rejected does not come back: neither here nor where the same words stand between the same words."""

from bisect import bisect_left, bisect_right
from collections.abc import Container, Iterable
from typing import NamedTuple

from annotator.core.model import Suggestion
from annotator.core.proclitics import form
from annotator.suggest.analysis import analysed


class Context(NamedTuple):
    """What a stretch says (see core.proclitics.form), and the folded words before and after it.

    These are tokens, so a mark of punctuation is one too; empty where the sentence begins or ends.
    """

    words: str
    before: str
    after: str


def context(text: str, start: int, end: int) -> Context:
    """The context of `text[start:end]`, which has a token within it or lies within one."""
    found = analysed(text)
    first = bisect_right(found.tokens, start, key=lambda token: token.end)
    last = bisect_left(found.tokens, end, key=lambda token: token.start)
    opening, closing = {at for at, _last in found.sentences}, {at for _first, at in found.sentences}
    before = "" if not first or first in opening else found.folded[first - 1]
    after = "" if last == len(found.tokens) or last in closing else found.folded[last]
    return Context(form(text, start, end), before, after)


def unrejected(
    text: str, suggestions: Iterable[Suggestion], rejected: Container[tuple[str, str, str, str]]
) -> list[Suggestion]:
    """`suggestions` for the text, without those whose context was rejected with their label.

    `rejected` holds the three strings of a context and then the label.
    """
    return [
        suggestion
        for suggestion in suggestions
        if (*context(text, suggestion.start, suggestion.end), suggestion.label) not in rejected
    ]
