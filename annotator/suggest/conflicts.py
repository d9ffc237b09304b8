"""Resolution of conflicts between a suggester's overlapping suggestions."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from annotator.model.records import Suggestion
from annotator.text.intervals import IntervalIndex

MayNest: TypeAlias = Callable[[Suggestion, Suggestion], bool]
"""Says of an inner and an outer suggestion whether both may stay."""


def have_different_labels(inner: Suggestion, outer: Suggestion) -> bool:
    """Return whether the two have different labels."""
    return inner.label != outer.label


def resolve_overlaps(suggestions: Iterable[Suggestion], may_nest: MayNest = have_different_labels) -> list[Suggestion]:
    """Drop suggestions that conflict with a longer one and return the rest, sorted by start.

    A suggestion conflicts with a longer one if it crosses it, or if it lies inside it and `may_nest(inner, outer)` is
    false. Of two equally long ones that overlap, the one that starts first wins, then the one that comes first.
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
