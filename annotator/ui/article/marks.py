"""What lies on an article's page beside its text, and where it came to differ."""

from collections.abc import Iterator
from itertools import compress, count
from operator import ne
from typing import TypeVar

from msgspec import Struct

from annotator.model.records import Span, Suggestion
from annotator.ui.article.nesting_depths import Depths

_Marked = TypeVar("_Marked", Span, Suggestion)


class Marks(Struct, frozen=True):
    """What is painted besides the text. Stretches are code points of the article."""

    spans: tuple[Span, ...] = ()
    depths: Depths = Depths((), {})
    selected: Span | None = None
    selection: tuple[int, int] | None = None
    word: tuple[int, int] | None = None
    """The word under the caret, shown while nothing is selected."""
    hits: tuple[tuple[int, int], ...] = ()
    """The places that a search found."""
    current_hit: tuple[int, int] | None = None
    """The one of `hits` that the person was taken to."""
    suggestions: tuple[Suggestion, ...] = ()
    """By start, the longer first."""
    chosen: Suggestion | None = None
    """The one of `suggestions` that the next key is about."""
    invisible: bool = False
    """Whether every invisible character is shown; else those that may mislead, where something is marked."""


def changes(before: Marks, after: Marks) -> Iterator[tuple[int, int]]:
    """The stretches of the text that look otherwise after than before, and perhaps a few more."""
    for one, other in ((before, after), (after, before)):
        for stretch, was in (
            (one.selection, other.selection),
            (one.word, other.word),
            (one.current_hit, other.current_hit),
        ):
            if stretch and stretch != was:
                yield stretch
        for marked, before_that in ((one.selected, other.selected), (one.chosen, other.chosen)):
            if marked and marked != before_that:
                yield marked.start, marked.end
    if before.hits != after.hits:
        yield from before.hits
        yield from after.hits
    if before.spans is not after.spans:
        for marks, spans in zip((before, after), _differing(before.spans, after.spans), strict=True):
            for span in spans:
                yield marks.depths.group(span)  # how deep the others lie depends on it
    if before.suggestions is not after.suggestions:
        for suggestions in _differing(before.suggestions, after.suggestions):
            yield from ((suggestion.start, suggestion.end) for suggestion in suggestions)


def _differing(before: tuple[_Marked, ...], after: tuple[_Marked, ...]) -> tuple[tuple[_Marked, ...], ...]:
    """A key changes one of perhaps a thousand: those before it and after it are compared in C, and left out of both."""
    first = _alike(before, after)
    rest = min(len(before), len(after)) - first
    last = min(rest, _alike(before[::-1], after[::-1]))
    return before[first : len(before) - last], after[first : len(after) - last]


def _alike(some: tuple[_Marked, ...], others: tuple[_Marked, ...]) -> int:
    """With how many equal ones both begin."""
    return next(compress(count(), map(ne, some, others)), min(len(some), len(others)))
