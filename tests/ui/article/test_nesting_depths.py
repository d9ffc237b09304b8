"""Which spans lie in which: told by lines beneath them, so it must hold for any layer."""

import random

from hypothesis import given
from hypothesis import strategies as st

from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import Span
from annotator.ui.article.nesting_depths import Depth, depths

LABELS = LabelSet(tuple(Label(name, {}, Colour("#8f6a0a", "#ecc04c")) for name in ("DATE", "PLAN")))


def layer(*stretches: tuple[int, int]) -> list[Span]:
    return [Span(f"{at}", "x", "a", "DATE", *stretch) for at, stretch in enumerate(stretches)]


def test_depths_tell_nested_and_crossing_spans_apart() -> None:
    spans = layer((0, 30), (5, 20), (6, 9), (25, 40))
    found = depths(spans, LABELS)
    assert [found[span].outer for span in spans] == [0, 1, 2, 1]
    assert [found[span].inner for span in spans] == [2, 1, 0, 0]
    same = [*layer((0, 5)), Span("other", "x", "a", "PLAN", 0, 5)]
    found = depths(same, LABELS)
    assert {found[span].outer for span in same} == {0, 1}


def test_the_deepest_need_not_lie_in_the_longest() -> None:
    spans = layer((0, 10), (9, 11), (10, 19), (11, 18), (12, 17))
    found = depths(spans, LABELS)
    assert [found[span].inner for span in spans] == [1, 0, 2, 1, 0]
    assert {found[span].deepest for span in spans} == {2}


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
def test_depths_are_as_defined_whatever_else_is_in_the_layer(
    stretches: list[tuple[int, int, str]], order: random.Random
) -> None:
    spans = [Span(f"{at}", "x", "a", label, start, end) for at, (start, end, label) in enumerate(stretches)]
    order.shuffle(spans)
    found = depths(spans, LABELS)
    longest_first = sorted(
        spans, key=lambda span: (span.start - span.end, span.start, LABELS.rank(span.label), span.uid)
    )
    outer, inner = levels(longest_first), levels(longest_first[::-1])
    for span in spans:
        together = {span.uid}
        while (
            more := {one.uid for one in spans for other in spans if other.uid in together and share(one, other)}
            - together
        ):
            together |= more
        deepest = max(inner[uid] for uid in together)
        assert found[span] == Depth(outer[span.uid], inner[span.uid], deepest)
        covered = [one for one in spans if one.uid in together]
        assert found.group(span) == (min(one.start for one in covered), max(one.end for one in covered))


def levels(ordered: list[Span]) -> dict[str, int]:
    found: dict[str, int] = {}
    for span in ordered:
        before = [found[one.uid] for one in ordered if one.uid in found and share(one, span)]
        found[span.uid] = min(3, max(before, default=-1) + 1)
    return found


def share(one: Span, other: Span) -> bool:
    return bool(set(range(one.start, one.end)) & set(range(other.start, other.end)))
