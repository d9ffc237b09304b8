"""The marks on an article's text, and their changes."""

from collections.abc import Iterator
from itertools import compress, count
from operator import ne
from typing import TypeVar

from msgspec import Struct

from annotator.model.records import Span, Suggestion
from annotator.ui.article.nesting_depths import Item, NestingDepths

_Item = TypeVar("_Item", Span, Suggestion)


class Marks(Struct, frozen=True):
    """Everything painted besides the text. Ranges are code points of the article."""

    spans: tuple[Span, ...] = ()
    depths: NestingDepths = NestingDepths((), {})
    """Of the spans and suggestions together."""
    active: Item | None = None
    """The span or suggestion with handles, on which the next key acts."""
    selection: tuple[int, int] | None = None
    word: tuple[int, int] | None = None
    """The word under the caret, shown while nothing is selected."""
    hits: tuple[tuple[int, int], ...] = ()
    """The ranges of the search hits."""
    current_hit: tuple[int, int] | None = None
    """The hit that the search went to last."""
    suggestions: tuple[Suggestion, ...] = ()
    """Sorted by start, longer ones first."""
    show_invisible: bool = False
    """Whether to show all invisible characters, not only those that may mislead about a span or suggestion."""


def changed_ranges(before: Marks, after: Marks) -> Iterator[tuple[int, int]]:
    """Yield at least the ranges of text that look different in two states."""
    for marks, reference in ((before, after), (after, before)):
        for text_range, reference_range in (
            (marks.selection, reference.selection),
            (marks.word, reference.word),
            (marks.current_hit, reference.current_hit),
        ):
            if text_range and text_range != reference_range:
                yield text_range
        if marks.active and marks.active != reference.active:
            yield marks.active.start, marks.active.end
    if before.hits != after.hits:
        yield from before.hits
        yield from after.hits
    if before.spans is not after.spans:
        for marks, spans in zip((before, after), _strip_common_ends(before.spans, after.spans), strict=True):
            for span in spans:
                yield marks.depths.group_range(span)  # the depths of the whole group depend on it
    if before.suggestions is not after.suggestions:
        stripped = _strip_common_ends(before.suggestions, after.suggestions)
        for marks, suggestions in zip((before, after), stripped, strict=True):
            for suggestion in suggestions:
                yield marks.depths.group_range(suggestion)


def _strip_common_ends(before: tuple[_Item, ...], after: tuple[_Item, ...]) -> tuple[tuple[_Item, ...], ...]:
    """Remove the common prefix and suffix, in C: a key changes one of perhaps a thousand."""
    prefix = _common_prefix_length(before, after)
    remaining = min(len(before), len(after)) - prefix
    suffix = min(remaining, _common_prefix_length(before[::-1], after[::-1]))
    return before[prefix : len(before) - suffix], after[prefix : len(after) - suffix]


def _common_prefix_length(first: tuple[_Item, ...], second: tuple[_Item, ...]) -> int:
    """Return the length of the common prefix."""
    return next(compress(count(), map(ne, first, second)), min(len(first), len(second)))
