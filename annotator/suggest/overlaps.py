"""Resolution of overlaps between a suggester's suggestions."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from annotator.model.records import Suggestion
from annotator.text.intervals import IntervalIndex

MayNest: TypeAlias = Callable[[Suggestion, Suggestion], bool]
"""Says whether an inner and an outer suggestion may both stay."""


def have_different_labels(inner: Suggestion, outer: Suggestion) -> bool:
    """Return whether the labels differ."""
    return inner.label != outer.label


def resolve_overlaps(suggestions: Iterable[Suggestion], may_nest: MayNest = have_different_labels) -> list[Suggestion]:
    """Drop suggestions that conflict with a longer one and return the rest, by start.

    A conflict is crossing it, or lying inside it where `may_nest(inner, outer)` is false. Of equal lengths the first by
    start, then by order, wins.
    """
    index = IntervalIndex[Suggestion]()
    accepted: list[Suggestion] = []
    for suggestion in sorted(suggestions, key=lambda s: (s.start - s.end, s.start)):  # longest first
        longer = index.overlapping(suggestion.start, suggestion.end)
        if all(_lies_inside(suggestion, other) and may_nest(suggestion, other) for other in longer):
            index.add(suggestion.start, suggestion.end, suggestion)
            accepted.append(suggestion)
    return sorted(accepted, key=lambda s: (s.start, -s.end))


def _lies_inside(inner: Suggestion, outer: Suggestion) -> bool:
    is_shorter = inner.end - inner.start < outer.end - outer.start
    return is_shorter and outer.start <= inner.start and inner.end <= outer.end
