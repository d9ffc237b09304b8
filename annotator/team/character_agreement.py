"""Krippendorff's alpha by characters: each character is a unit, and each annotator gives it a label or none.

A phrase whose edges differ by a word then counts as nearly agreed. Of all labels together the outermost span counts;
each label by itself is a line of yes and no, on which its spans that overlap are one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

from annotator.team.krippendorff_alpha import UnitCounts
from annotator.team.layers import LabelledRange, Range, flatten_outermost, list_touched

CharacterCounts: TypeAlias = UnitCounts[str | None]


class CharacterComparison(Struct, frozen=True):
    """What alpha is computed from: of all labels, and of each label that an annotator used."""

    total: CharacterCounts
    labels: Mapping[str, CharacterCounts]


def compare_characters(layers: Sequence[Iterable[LabelledRange]], ranges: Sequence[Range]) -> CharacterComparison:
    """Count the characters of these ranges by what the annotators of the layers label them."""
    size = sum(end - start for start, end in ranges)
    clipped = [_clip(layer, ranges) for layer in layers]
    total = _count_lines([flatten_outermost(layer) for layer in clipped], size)
    labels = sorted({label for layer in clipped for _start, _end, label in layer})
    return CharacterComparison(
        total, {label: _count_lines([_join(layer, label) for layer in clipped], size) for label in labels}
    )


def _clip(spans: Iterable[LabelledRange], ranges: Sequence[Range]) -> list[LabelledRange]:
    """Return the parts of the spans that lie in the ranges, by start."""
    return sorted(
        (max(start, first), min(end, last), label)
        for start, end, label in spans
        for first, last in list_touched(ranges, start, end)
    )


def _join(spans: Iterable[LabelledRange], label: str) -> list[LabelledRange]:
    """Return the ranges of a label's spans, sorted by start; those that overlap or touch as one."""
    joined: list[LabelledRange] = []
    for start, end, span_label in spans:
        if span_label != label:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1]), label
        else:
            joined.append((start, end, label))
    return joined


def _count_lines(lines: Sequence[Sequence[LabelledRange]], size: int) -> CharacterCounts:
    """Count `size` characters by the values on each annotator's line of ranges that do not overlap."""
    edges = sorted(
        edge
        for number, line in enumerate(lines)
        for start, end, label in line
        for edge in ((start, True, number, label), (end, False, number, label))
    )
    values: list[str | None] = [None] * len(lines)
    nobody = tuple(values)
    sizes: Counter[tuple[str | None, ...]] = Counter()
    position = 0
    for edge, is_start, number, label in edges:  # of one offset, ends come first
        if edge > position:
            sizes[tuple(values)] += edge - position
            position = edge
        values[number] = label if is_start else None
    del sizes[nobody]  # counters allow that without a count, too
    sizes[nobody] = size - sizes.total()
    counts = CharacterCounts()
    for combination, count in sizes.items():
        counts.add(combination, count)
    return counts
