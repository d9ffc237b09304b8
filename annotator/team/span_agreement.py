"""F1 of two annotators' spans: by exact range and label, by range alone, and by overlap.

Phrases have no countable negatives, so F1, the share of spans that the other one has too, is the first measure; it is
what kappa approaches as negatives grow (Hripcsak & Rothschild 2005). No span is left out: nested, crossing and stacked
spans are elements of a set.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from annotator.team.layers import LabelledRange, Range

LabelPair: TypeAlias = tuple[str | None, str | None]
"""What the first and the second annotator call one range; None is no span with these edges."""


class SpanCounts(NamedTuple):
    """Spans of two annotators together, and how many of them the other one has too.

    `exact` has the same range and label. `position` counts ranges, out of `positions`, that the other one labelled in
    any way. `overlap` is in pairs of one label that share a character.
    """

    exact: int = 0
    position: int = 0
    overlap: int = 0
    spans: int = 0
    positions: int = 0


class LayerComparison(Struct, frozen=True):
    """What two annotators have in common in an article: of all labels, and of each label that one of them used."""

    total: SpanCounts
    labels: Mapping[str, SpanCounts]
    label_pairs: Mapping[LabelPair, int]


def compare_spans(first: frozenset[LabelledRange], second: frozenset[LabelledRange]) -> LayerComparison:
    """Count what two annotators have in common in an article."""
    first_positions, second_positions = _group_by_position(first), _group_by_position(second)
    first_labels, second_labels = _group_by_label(first), _group_by_label(second)
    by_label = {}
    for label in sorted(first_labels.keys() | second_labels.keys()):
        first_ranges, second_ranges = first_labels.get(label, set()), second_labels.get(label, set())
        size = len(first_ranges) + len(second_ranges)
        by_label[label] = SpanCounts(
            exact=2 * len(first_ranges & second_ranges),
            position=len(first_ranges & second_positions.keys()) + len(second_ranges & first_positions.keys()),
            overlap=2 * count_overlapping_pairs(first_ranges, second_ranges),
            spans=size,
            positions=size,
        )
    total = SpanCounts(
        exact=sum(counts.exact for counts in by_label.values()),
        position=2 * len(first_positions.keys() & second_positions.keys()),
        overlap=sum(counts.overlap for counts in by_label.values()),
        spans=len(first) + len(second),
        positions=len(first_positions) + len(second_positions),
    )
    return LayerComparison(total, by_label, _count_label_pairs(first_positions, second_positions))


def f1_score(matches: int, total: int) -> float | None:
    """Return the share of spans that the other annotator has too; None without spans."""
    return matches / total if total else None


def count_overlapping_pairs(first: Iterable[Range], second: Iterable[Range]) -> int:
    """Return the most pairs, one of each side and none twice, whose two ranges share a character.

    Ranges are taken by their end, and each is paired with that of the other side, of those without a partner that it
    overlaps, which ends first. It is always one that overlaps the fewest later ranges, so that no other choice can lead
    to more pairs.
    """
    pairs = 0
    unpaired_ends: tuple[list[int], list[int]] = ([], [])  # sorted, since ranges come by their end
    by_end = sorted((end, start, side) for side, ranges in enumerate((first, second)) for start, end in ranges)
    for end, start, side in by_end:
        candidates = unpaired_ends[1 - side]
        index = bisect_right(candidates, start)
        if index < len(candidates):
            del candidates[index]
            pairs += 1
        else:
            unpaired_ends[side].append(end)
    return pairs


def _group_by_position(spans: Iterable[LabelledRange]) -> dict[Range, set[str]]:
    labels: defaultdict[Range, set[str]] = defaultdict(set)
    for start, end, label in spans:
        labels[start, end].add(label)
    return labels


def _group_by_label(spans: Iterable[LabelledRange]) -> dict[str, set[Range]]:
    ranges: defaultdict[str, set[Range]] = defaultdict(set)
    for start, end, label in spans:
        ranges[label].add((start, end))
    return ranges


def _count_label_pairs(first: Mapping[Range, set[str]], second: Mapping[Range, set[str]]) -> Counter[LabelPair]:
    """Count how the two label each range that one of them has.

    Labels that both give a range agree; what is left of several is paired by the alphabet.
    """
    pairs: Counter[LabelPair] = Counter()
    for position in first.keys() | second.keys():
        first_labels, second_labels = first.get(position, set()), second.get(position, set())
        common = first_labels & second_labels
        for label in common:
            pairs[label, label] += 1
        if first_labels != second_labels:
            for pair in zip_longest(sorted(first_labels - common), sorted(second_labels - common)):
                pairs[pair] += 1
    return pairs
