"""Which of a suggester's overlapping proposals stay."""

from collections.abc import Callable, Iterable

from annotator.model.records import Suggestion
from annotator.text.intervals import Taken


def of_other_labels(inner: Suggestion, outer: Suggestion) -> bool:
    """Whether the two have different labels."""
    return inner.label != outer.label


def apart(
    proposed: Iterable[Suggestion], may_nest: Callable[[Suggestion, Suggestion], bool] = of_other_labels
) -> list[Suggestion]:
    """`proposed` by start, without what a longer one crosses, or holds although `may_nest(inner, outer)` is false.

    Of two that are equally long the first stays.
    """
    runs: list[list[Suggestion]] = []  # what overlaps, and what stands between two gaps
    reach = -1
    for one in sorted(proposed, key=lambda one: (one.start, -one.end)):
        if one.start >= reach:
            runs.append([])
        runs[-1].append(one)
        reach = max(reach, one.end)
    return [one for run in runs for one in (_kept(run, may_nest) if len(run) > 1 else run)]


def _kept(run: list[Suggestion], may_nest: Callable[[Suggestion, Suggestion], bool]) -> list[Suggestion]:
    kept: list[Suggestion] = []
    taken = Taken[Suggestion]()
    for one in sorted(run, key=lambda one: one.start - one.end):
        if all(_may_stay(one, longer, may_nest) for longer in taken.overlapping(one.start, one.end)):
            kept.append(one)
            taken.add(one.start, one.end, one)
    return sorted(kept, key=lambda one: (one.start, -one.end))


def _may_stay(one: Suggestion, longer: Suggestion, may_nest: Callable[[Suggestion, Suggestion], bool]) -> bool:
    """Of two that overlap."""
    within = longer.start <= one.start and one.end <= longer.end and one.end - one.start < longer.end - longer.start
    return within and may_nest(one, longer)
