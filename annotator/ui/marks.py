"""What lies on an article's page beside its text, and where it came to differ."""

from collections.abc import Iterator
from itertools import compress, count
from operator import ne

from msgspec import Struct

from annotator.core.model import Span
from annotator.ui.depths import Depths


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
        if one.selected and one.selected != other.selected:
            yield one.selected.start, one.selected.end
    if before.hits != after.hits:
        yield from before.hits
        yield from after.hits
    if before.spans is not after.spans:
        yield from _changed_spans(before, after)


def _changed_spans(before: Marks, after: Marks) -> Iterator[tuple[int, int]]:
    """A key changes one span of perhaps a thousand: those before it and after it are compared in C."""
    first = _alike(before.spans, after.spans)
    rest = min(len(before.spans), len(after.spans)) - first
    last = min(rest, _alike(before.spans[::-1], after.spans[::-1]))
    for marks in (before, after):
        for span in marks.spans[first : len(marks.spans) - last]:
            yield marks.depths.group(span)  # how deep the others lie depends on it


def _alike(some: tuple[Span, ...], others: tuple[Span, ...]) -> int:
    """With how many equal spans both begin."""
    return next(compress(count(), map(ne, some, others)), min(len(some), len(others)))
