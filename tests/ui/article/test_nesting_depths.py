"""Nesting depths of spans in any layer."""

import random

from builders import build_label_set
from hypothesis import given
from hypothesis import strategies as st

from annotator.model.records import Span
from annotator.ui.article.nesting_depths import Depth, compute_depths

LABELS = build_label_set("DATE", "PLAN")


def layer(*ranges: tuple[int, int]) -> list[Span]:
    return [Span(f"{index}", "x", "a", "DATE", *text_range) for index, text_range in enumerate(ranges)]


def test_nested_and_crossing_spans_have_different_depths() -> None:
    spans = layer((0, 30), (5, 20), (6, 9), (25, 40))
    depths = compute_depths(spans, LABELS)
    assert [depths[span].outer for span in spans] == [0, 1, 2, 1]
    assert [depths[span].inner for span in spans] == [2, 1, 0, 0]
    same = [*layer((0, 5)), Span("other", "x", "a", "PLAN", 0, 5)]
    depths = compute_depths(same, LABELS)
    assert {depths[span].outer for span in same} == {0, 1}


def test_the_deepest_span_need_not_lie_in_the_longest() -> None:
    spans = layer((0, 10), (9, 11), (10, 19), (11, 18), (12, 17))
    depths = compute_depths(spans, LABELS)
    assert [depths[span].inner for span in spans] == [1, 0, 2, 1, 0]
    assert {depths[span].deepest for span in spans} == {2}


@given(
    st.lists(
        st.builds(
            lambda start, length, label: (start, start + length, label),
            st.integers(0, 40),
            st.integers(1, 12),
            st.sampled_from(("DATE", "PLAN")),
        ),
        unique=True,
        max_size=12,
    ),
    st.randoms(use_true_random=False),
)
def test_depths_agree_with_their_definition_in_any_layer(
    ranges: list[tuple[int, int, str]], order: random.Random
) -> None:
    spans = [Span(f"{index}", "x", "a", label, start, end) for index, (start, end, label) in enumerate(ranges)]
    order.shuffle(spans)
    depths = compute_depths(spans, LABELS)
    longest_first = sorted(
        spans, key=lambda span: (span.start - span.end, span.start, LABELS.rank(span.label), span.uid)
    )
    outer, inner = compute_levels(longest_first), compute_levels(longest_first[::-1])
    for span in spans:
        group = {span.uid}
        while (
            added := {
                candidate.uid
                for candidate in spans
                for member in spans
                if member.uid in group and overlap(candidate, member)
            }
            - group
        ):
            group |= added
        deepest = max(inner[uid] for uid in group)
        assert depths[span] == Depth(outer[span.uid], inner[span.uid], deepest)
        members = [candidate for candidate in spans if candidate.uid in group]
        assert depths.group_range(span) == (
            min(candidate.start for candidate in members),
            max(candidate.end for candidate in members),
        )


def compute_levels(ordered: list[Span]) -> dict[str, int]:
    levels_by_uid: dict[str, int] = {}
    for span in ordered:
        overlapping_levels = [
            levels_by_uid[earlier.uid] for earlier in ordered if earlier.uid in levels_by_uid and overlap(earlier, span)
        ]
        levels_by_uid[span.uid] = min(3, max(overlapping_levels, default=-1) + 1)
    return levels_by_uid


def overlap(first: Span, second: Span) -> bool:
    return bool(set(range(first.start, first.end)) & set(range(second.start, second.end)))
