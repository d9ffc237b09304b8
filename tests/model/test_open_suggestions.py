"""Selection of open suggestions."""

from itertools import combinations
from typing import Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from annotator.model.open_suggestions import RejectionFilter, drop_decided, select_open_suggestions
from annotator.model.records import Rejection, Span, Suggestion, Zone

TEXT: Final = "قالت وزارة العدل إن وزارة العدل تعمل، وقال وزير العدل إن وزارة العدل تعمل"


def suggestion(start: int, end: int, label: str = "A", score: float = 0.5, source: str = "names") -> Suggestion:
    return Suggestion(start, end, label, source, score)


def span(start: int, end: int, label: str = "A") -> Span:
    return Span(f"s{start}", "article", "Sanae", label, start, end)


def ranges_and_labels(suggestions: tuple[Suggestion, ...]) -> list[tuple[int, int, str]]:
    return [(item.start, item.end, item.label) for item in suggestions]


@pytest.mark.parametrize(
    ("layer", "is_open"),
    [
        ([], True),
        ([span(10, 20)], True),
        ([span(0, 10)], False),
        ([span(0, 10, "B")], False),
        ([span(0, 5, "B")], True),
        ([span(0, 5)], False),
        ([span(0, 15, "B")], True),
        ([span(0, 15)], False),
        ([span(5, 15, "B")], False),
    ],
    ids=["none", "beside", "same", "same place", "other within", "within", "other around", "around", "crossing"],
)
def test_decided_suggestion_is_not_open(layer: list[Span], is_open: bool) -> None:
    assert bool(select_open_suggestions([[suggestion(0, 10)]], layer)) is is_open


def test_source_may_suggest_one_within_another() -> None:
    both = [suggestion(0, 20), suggestion(10, 20)]
    assert ranges_and_labels(select_open_suggestions([both], [])) == [(0, 20, "A"), (10, 20, "A")]
    assert ranges_and_labels(select_open_suggestions([both], [span(0, 20)])) == [(10, 20, "A")]
    assert ranges_and_labels(select_open_suggestions([both], [span(10, 20)])) == [(0, 20, "A")]
    assert ranges_and_labels(select_open_suggestions([both[:1], both[1:]], [])) == [(0, 20, "A")]
    assert ranges_and_labels(select_open_suggestions([[suggestion(0, 10), suggestion(0, 20)]], [])) == [
        (0, 20, "A"),
        (0, 10, "A"),
    ]


def test_highest_score_goes_first() -> None:
    sure, doubtful = suggestion(0, 10, score=0.9), suggestion(5, 15, score=0.3)
    assert ranges_and_labels(select_open_suggestions([[doubtful], [sure]], [])) == [(0, 10, "A")]
    assert ranges_and_labels(select_open_suggestions([[sure], [doubtful]], [])) == [(0, 10, "A")]


@pytest.mark.parametrize(
    ("score", "expected"),
    [(0.9, [(0, 20, "A")]), (0.7, [(0, 8, "A"), (10, 20, "A")]), (0.4, [(0, 8, "A"), (10, 20, "A")])],
    ids=["longer promises more", "both parts promise more", "parts of little promise"],
)
def test_suggestions_that_together_promise_most_are_open(score: float, expected: list[tuple[int, int, str]]) -> None:
    longer, shorter = suggestion(0, 20, score=score), [suggestion(0, 8, score=0.5), suggestion(10, 20, score=0.6)]
    assert ranges_and_labels(select_open_suggestions([[longer], shorter], [])) == expected


def test_suggestion_of_another_label_may_lie_within() -> None:
    longer, inner = suggestion(0, 20, score=0.5), suggestion(10, 20, "B", score=0.9)
    assert ranges_and_labels(select_open_suggestions([[longer], [inner]], [])) == [(0, 20, "A"), (10, 20, "B")]


def test_of_many_in_conflict_the_best_stays() -> None:
    crossing = [suggestion(start, start + 50, score=0.4 + start / 100) for start in range(40)]
    assert ranges_and_labels(select_open_suggestions([crossing], [])) == [(39, 89, "A")]


@pytest.mark.parametrize("order", [1, -1])
def test_longer_of_equal_scores_and_starts_is_open(order: int) -> None:
    sources = [[suggestion(0, 20)], [suggestion(0, 10)]]
    assert ranges_and_labels(select_open_suggestions(sources[::order], [])) == [(0, 20, "A")]


@pytest.mark.parametrize(("second", "expected"), [(0.5, "dates"), (0.8, "model"), (0.3, "dates")])
def test_source_of_equal_suggestions_is_that_of_the_higher_score_or_the_first(second: float, expected: str) -> None:
    sources = [[suggestion(0, 10, score=0.5, source="dates")], [suggestion(0, 10, score=second, source="model")]]
    [selected] = select_open_suggestions(sources, [])
    assert (selected.source, selected.score) == (expected, max(0.5, second))


def test_no_suggestion_is_open_in_boilerplate() -> None:
    zones = [Zone("z", "article", "boilerplate", 0, 5), Zone("y", "article", "body", 5, 30)]
    assert ranges_and_labels(
        select_open_suggestions([[suggestion(3, 8), suggestion(5, 8), suggestion(0, 5)]], [], zones)
    ) == [(5, 8, "A")]


SUGGESTIONS = st.lists(
    st.builds(
        lambda start, length, label, score: suggestion(start, start + length, label, score),
        st.integers(0, 20),
        st.integers(1, 10),
        st.sampled_from("AB"),
        st.floats(0, 1),
    ),
    max_size=8,
)


@given(st.lists(SUGGESTIONS, max_size=3), st.sets(st.tuples(st.integers(0, 20), st.integers(1, 10)), max_size=4))
def test_open_suggestions_neither_cross_nor_share_a_range(
    sources: list[list[Suggestion]], layer_ranges: set[tuple[int, int]]
) -> None:
    layer = [span(start, start + length) for start, length in sorted(layer_ranges)]
    selected = select_open_suggestions(sources, layer)
    suggested = {(item.start, item.end, item.label) for source in sources for item in source}
    assert set(ranges_and_labels(selected)) <= suggested
    ranges = [(item.start, item.end) for item in selected]
    for first, second in [*combinations(ranges, 2), *((a, (b.start, b.end)) for a in ranges for b in layer)]:
        is_separate = first[1] <= second[0] or second[1] <= first[0]
        is_nested = (first[0] <= second[0] and second[1] <= first[1]) or (
            second[0] <= first[0] and first[1] <= second[1]
        )
        assert first != second
        assert is_separate or is_nested


@given(
    st.lists(SUGGESTIONS, max_size=3),
    st.sets(st.tuples(st.integers(0, 20), st.integers(1, 10)), max_size=4),
    st.data(),
)
def test_accepting_keeps_the_other_suggestions_open(
    sources: list[list[Suggestion]], layer_ranges: set[tuple[int, int]], data: st.DataObject
) -> None:
    layer = [span(start, start + length) for start, length in sorted(layer_ranges)]
    selected = select_open_suggestions(sources, layer)
    accepted = data.draw(st.sets(st.sampled_from(selected))) if selected else set()
    spans = [Span(str(item), "article", "Sanae", item.label, item.start, item.end) for item in accepted]
    assert set(drop_decided(selected, spans)) == set(selected) - accepted


@given(st.lists(SUGGESTIONS, min_size=2, max_size=2), st.lists(SUGGESTIONS, min_size=2, max_size=2), st.booleans())
def test_suggestions_are_selected_by_what_overlaps_them_alone(
    here: list[list[Suggestion]], there: list[list[Suggestion]], has_boilerplate: bool
) -> None:
    there = [[replace(item, start=item.start + 30, end=item.end + 30) for item in source] for source in there]
    layer = [span(3, 9), span(33, 40, "B")]
    zones = [Zone("z", "article", "boilerplate", 5, 12), Zone("y", "article", "boilerplate", 45, 48)][
        : 2 * has_boilerplate
    ]
    together = select_open_suggestions([a + b for a, b in zip(here, there, strict=True)], layer, zones)
    assert together == (
        *select_open_suggestions(here, layer[:1], zones[:1]),
        *select_open_suggestions(there, layer[1:], zones[1:]),
    )


@given(SUGGESTIONS, st.tuples(st.integers(0, 20), st.integers(1, 10)))
def test_labelling_drops_conflicting_suggestions(
    suggestions: list[Suggestion], start_and_length: tuple[int, int]
) -> None:
    selected = select_open_suggestions([suggestions], [])
    labelled = span(start_and_length[0], sum(start_and_length))
    assume((labelled.start, labelled.end, labelled.label) not in ranges_and_labels(selected))  # that would be accepting
    remaining = drop_decided(selected, [labelled])
    assert remaining == tuple(item for item in selected if item in remaining)
    assert {item for item in selected if item not in remaining} == {
        item for item in selected if not select_open_suggestions([[item]], [labelled])
    }


def test_rejecting_drops_only_the_rejected_suggestion() -> None:
    selected = select_open_suggestions([[suggestion(0, 10), suggestion(3, 6, "B"), suggestion(20, 25)]], [])
    rejection = Rejection("r", "article", "Sanae", "A", 0, 10, "names")
    assert ranges_and_labels(drop_decided(selected, [rejection])) == [(3, 6, "B"), (20, 25, "A")]


def test_rejection_applies_in_the_same_context_only() -> None:
    first, second, third = (TEXT.index("وزارة العدل", offset) for offset in (0, 10, 40))
    rejection_filter = RejectionFilter()
    rejection_filter.add(TEXT, Rejection("r", "article", "Sanae", "A", second, second + 11, "names"))
    assert rejection_filter.rejects(TEXT, suggestion(second, second + 11))
    assert rejection_filter.rejects(TEXT, suggestion(third, third + 11))
    assert not rejection_filter.rejects(TEXT, suggestion(first, first + 11))
    assert not rejection_filter.rejects(TEXT, suggestion(second, second + 11, "B"))
    rejection_filter.add(TEXT, Rejection("r", "article", "Sanae", "A", second, second + 11, "names"), -1)
    assert not rejection_filter.rejects(TEXT, suggestion(second, second + 11))
