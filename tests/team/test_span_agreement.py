"""Tests of the F1 of spans."""

from collections import Counter
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples
from team.layer_strategies import ranges, spans

from annotator.team.layers import LabelledRange, Range, flatten_outermost, list_touched
from annotator.team.span_agreement import SpanCounts, compare_spans, count_overlapping_pairs, f1_score

DATE, PLAN = "DATE", "PLAN"


def compare(first: set[LabelledRange], second: set[LabelledRange]) -> SpanCounts:
    return compare_spans(frozenset(first), frozenset(second)).total


@pytest.mark.parametrize(
    ("first", "second", "exact", "position", "overlap"),
    [
        ({(0, 4, DATE)}, {(0, 4, DATE)}, 1, 1, 1),
        ({(0, 4, DATE)}, {(0, 4, PLAN)}, 0, 1, 0),
        ({(0, 4, DATE)}, {(0, 5, DATE)}, 0, 0, 1),
        ({(0, 4, DATE)}, {(4, 5, DATE)}, 0, 0, 0),
        ({(0, 4, DATE)}, set[LabelledRange](), 0, 0, 0),
        # nested: the inner one is missing
        ({(0, 9, PLAN), (2, 4, DATE)}, {(0, 9, PLAN)}, 2 / 3, 2 / 3, 2 / 3),
        # crossing: both have both
        ({(0, 5, PLAN), (3, 9, PLAN)}, {(0, 5, PLAN), (3, 9, PLAN)}, 1, 1, 1),
        # stacked: of two labels of one range one is missing; the range is there
        ({(0, 5, PLAN), (0, 5, DATE)}, {(0, 5, PLAN)}, 2 / 3, 1, 2 / 3),
        # one long span cannot be the partner of two
        ({(0, 9, DATE)}, {(0, 4, DATE), (5, 9, DATE)}, 0, 0, 2 / 3),
    ],
)
def test_scores_of_small_layers(
    first: set[LabelledRange], second: set[LabelledRange], exact: float, position: float, overlap: float
) -> None:
    counts = compare(first, second)
    assert f1_score(counts.exact, counts.spans) == exact
    assert f1_score(counts.position, counts.positions) == position
    assert f1_score(counts.overlap, counts.spans) == overlap


def test_two_empty_layers_have_no_score() -> None:
    counts = compare(set(), set())
    assert f1_score(counts.exact, counts.spans) is None


def test_labels_of_one_range_are_paired() -> None:
    first = frozenset({(0, 4, DATE), (0, 4, PLAN), (5, 9, DATE), (10, 12, PLAN)})
    second = frozenset({(0, 4, PLAN), (0, 4, "PERSON"), (5, 9, DATE), (20, 22, PLAN)})
    assert compare_spans(first, second).label_pairs == Counter(
        {(PLAN, PLAN): 1, (DATE, "PERSON"): 1, (DATE, DATE): 1, (PLAN, None): 1, (None, PLAN): 1}
    )


@given(spans, spans)
def test_the_order_of_annotators_means_nothing(
    first: frozenset[LabelledRange], second: frozenset[LabelledRange]
) -> None:
    one_way, other_way = compare_spans(first, second), compare_spans(second, first)
    assert (one_way.total, one_way.labels) == (other_way.total, other_way.labels)
    assert one_way.label_pairs == {(b, a): count for (a, b), count in other_way.label_pairs.items()}


@given(spans, spans)
def test_scores_are_1_only_for_equal_layers(first: frozenset[LabelledRange], second: frozenset[LabelledRange]) -> None:
    counts = compare_spans(first, second).total
    assert (counts.exact == counts.spans) == (first == second)
    assert (counts.position == counts.positions) == ({span[:2] for span in first} == {span[:2] for span in second})
    assert counts.exact <= counts.overlap <= counts.spans
    assert counts.position <= counts.positions


@given(spans, spans)
def test_labels_add_up_to_the_total(first: frozenset[LabelledRange], second: frozenset[LabelledRange]) -> None:
    comparison = compare_spans(first, second)
    for field in ("exact", "overlap", "spans"):
        assert sum(getattr(counts, field) for counts in comparison.labels.values()) == getattr(comparison.total, field)
    agreed = sum(count for (a, b), count in comparison.label_pairs.items() if a == b)
    assert 2 * agreed == comparison.total.exact
    both = [a for pair, count in comparison.label_pairs.items() for a in pair if a for _index in range(count)]
    assert len(both) == comparison.total.spans


@given(spans, spans, ranges)
def test_what_both_add_to_a_labelled_range_changes_no_position(
    first: frozenset[LabelledRange], second: frozenset[LabelledRange], text_range: Range
) -> None:
    stacked = (*text_range, "STACKED")
    base = frozenset({(*text_range, DATE)})
    before, after = (
        compare_spans(first | base, second | base),
        compare_spans(first | base | {stacked}, second | base | {stacked}),
    )
    assert before.total.position == after.total.position
    assert after.total.exact == before.total.exact + 2


@examples(200)
@given(st.sets(ranges, max_size=6), st.sets(ranges, max_size=6))
def test_no_pairing_by_overlap_has_more_pairs(first: set[Range], second: set[Range]) -> None:
    assert count_overlapping_pairs(first, second) == _augment_pairs(sorted(first), sorted(second))


def _augment_pairs(first: list[Range], second: list[Range]) -> int:
    """Return the size of the largest pairing, found by augmenting paths."""
    partners: dict[int, int] = {}

    def find_partner(index: int, tried: set[int]) -> bool:
        for other, (start, end) in enumerate(second):
            if start < first[index][1] and first[index][0] < end and other not in tried:
                tried.add(other)
                if other not in partners or find_partner(partners[other], tried):
                    partners[other] = index
                    return True
        return False

    return sum(find_partner(index, set()) for index in range(len(first)))


@given(spans)
def test_outermost_spans_do_not_overlap_and_leave_none_out_without_need(layer: frozenset[LabelledRange]) -> None:
    outermost = flatten_outermost(layer)
    assert all(a[1] <= b[0] for a, b in pairwise(outermost))
    for span in layer - set(outermost):
        rivals = [other for other in outermost if other[0] < span[1] and span[0] < other[1]]
        assert max(end - start for start, end, _label in rivals) >= span[1] - span[0]


@given(st.lists(ranges, max_size=3), ranges)
def test_the_ranges_that_a_span_touches_share_a_character_with_it(parts: list[Range], span: Range) -> None:
    characters = {offset for part in parts for offset in range(*part)}
    edges = sorted({edge for part in parts for edge in part})
    apart = [(a, b) for a, b in pairwise(edges) if a in characters]
    assert list_touched(apart, *span) == [part for part in apart if set(range(*part)) & set(range(*span))]


def test_every_pair_of_small_sets_of_ranges() -> None:
    """All layers of up to two of these ranges, against the largest pairing."""
    pool = [(0, 2), (1, 3), (2, 4), (0, 4)]
    layers = [set(pair) for pair in product(pool, repeat=2)]
    for first, second in product(layers, layers):
        assert count_overlapping_pairs(first, second) == _augment_pairs(sorted(first), sorted(second))
