"""Which suggestions stand."""

from itertools import combinations
from typing import Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from annotator.model.open_suggestions import Rejected, standing, undecided
from annotator.model.records import Rejection, Span, Suggestion, Zone

TEXT: Final = "قالت وزارة العدل إن وزارة العدل تعمل، وقال وزير العدل إن وزارة العدل تعمل"


def suggestion(start: int, end: int, label: str = "A", score: float = 0.5, source: str = "names") -> Suggestion:
    return Suggestion(start, end, label, source, score)


def span(start: int, end: int, label: str = "A") -> Span:
    return Span(f"s{start}", "article", "Sanae", label, start, end)


def places(found: tuple[Suggestion, ...]) -> list[tuple[int, int, str]]:
    return [(one.start, one.end, one.label) for one in found]


@pytest.mark.parametrize(
    ("layer", "stands"),
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
def test_what_is_decided_is_suggested_no_more(layer: list[Span], stands: bool) -> None:
    assert bool(standing([[suggestion(0, 10)]], layer)) is stands


def test_a_source_may_suggest_one_within_another() -> None:
    both = [suggestion(0, 20), suggestion(10, 20)]
    assert places(standing([both], [])) == [(0, 20, "A"), (10, 20, "A")]
    assert places(standing([both], [span(0, 20)])) == [(10, 20, "A")]
    assert places(standing([both], [span(10, 20)])) == [(0, 20, "A")]
    assert places(standing([both[:1], both[1:]], [])) == [(0, 20, "A")]
    assert places(standing([[suggestion(0, 10), suggestion(0, 20)]], [])) == [(0, 20, "A"), (0, 10, "A")]


def test_the_surest_is_heard_before_the_others() -> None:
    sure, doubtful = suggestion(0, 10, score=0.9), suggestion(5, 15, score=0.3)
    assert places(standing([[doubtful], [sure]], [])) == [(0, 10, "A")]
    assert places(standing([[sure], [doubtful]], [])) == [(0, 10, "A")]


@pytest.mark.parametrize(
    ("score", "stands"), [(0.7, (0, 20, "A")), (0.5, (10, 20, "A"))], ids=["credible", "hardly credible"]
)
def test_the_longer_of_two_stands_if_it_is_credible(score: float, stands: tuple[int, int, str]) -> None:
    longer, shorter = suggestion(0, 20, score=score), suggestion(10, 20, score=0.9)
    assert places(standing([[longer], [shorter]], [])) == [stands]
    other = suggestion(10, 20, "B", score=0.9)
    assert places(standing([[longer], [other]], [])) == [(0, 20, "A"), (10, 20, "B")]


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_as_sure_that_begin_together_the_longer_stands(order: int) -> None:
    sources = [[suggestion(0, 20)], [suggestion(0, 10)]]
    assert places(standing(sources[::order], [])) == [(0, 20, "A")]


@pytest.mark.parametrize(("second", "named"), [(0.5, "dates"), (0.8, "model"), (0.3, "dates")])
def test_of_two_sources_that_agree_the_surer_one_is_named_or_else_the_first(second: float, named: str) -> None:
    sources = [[suggestion(0, 10, score=0.5, source="dates")], [suggestion(0, 10, score=second, source="model")]]
    [one] = standing(sources, [])
    assert (one.source, one.score) == (named, max(0.5, second))


def test_nothing_is_suggested_in_boilerplate() -> None:
    zones = [Zone("z", "article", "boilerplate", 0, 5), Zone("y", "article", "body", 5, 30)]
    assert places(standing([[suggestion(3, 8), suggestion(5, 8), suggestion(0, 5)]], [], zones)) == [(5, 8, "A")]


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
def test_no_two_that_stand_cross_or_are_on_one_stretch(
    sources: list[list[Suggestion]], stretches: set[tuple[int, int]]
) -> None:
    layer = [span(start, start + length) for start, length in sorted(stretches)]
    found = standing(sources, layer)
    said = {(one.start, one.end, one.label) for source in sources for one in source}
    assert set(places(found)) <= said
    taken = [(one.start, one.end) for one in found]
    for one, other in [*combinations(taken, 2), *((a, (b.start, b.end)) for a in taken for b in layer)]:
        apart = one[1] <= other[0] or other[1] <= one[0]
        within = (one[0] <= other[0] and other[1] <= one[1]) or (other[0] <= one[0] and one[1] <= other[1])
        assert one != other
        assert apart or within


@given(
    st.lists(SUGGESTIONS, max_size=3),
    st.sets(st.tuples(st.integers(0, 20), st.integers(1, 10)), max_size=4),
    st.data(),
)
def test_what_is_accepted_leaves_the_others_as_they_are(
    sources: list[list[Suggestion]], stretches: set[tuple[int, int]], data: st.DataObject
) -> None:
    layer = [span(start, start + length) for start, length in sorted(stretches)]
    found = standing(sources, layer)
    accepted = data.draw(st.sets(st.sampled_from(found))) if found else set()
    spans = [Span(str(one), "article", "Sanae", one.label, one.start, one.end) for one in accepted]
    assert set(undecided(found, spans)) == set(found) - accepted


@given(SUGGESTIONS, st.tuples(st.integers(0, 20), st.integers(1, 10)))
def test_what_is_labelled_otherwise_takes_what_is_in_its_way(said: list[Suggestion], place: tuple[int, int]) -> None:
    found = standing([said], [])
    labelled = span(place[0], sum(place))
    assume((labelled.start, labelled.end, labelled.label) not in places(found))  # that would be accepting
    left = undecided(found, [labelled])
    assert left == tuple(one for one in found if one in left)
    assert {one for one in found if one not in left} == {one for one in found if not standing([[one]], [labelled])}


def test_what_is_rejected_stands_no_more_and_nothing_else_changes() -> None:
    found = standing([[suggestion(0, 10), suggestion(3, 6, "B"), suggestion(20, 25)]], [])
    rejected = Rejection("r", "article", "Sanae", "A", 0, 10, "names")
    assert places(undecided(found, [rejected])) == [(3, 6, "B"), (20, 25, "A")]


def test_what_was_rejected_is_known_in_the_same_context_and_no_other() -> None:
    first, second, third = (TEXT.index("وزارة العدل", at) for at in (0, 10, 40))
    known = Rejected()
    known.learn(TEXT, Rejection("r", "article", "Sanae", "A", second, second + 11, "names"))
    assert known.holds(TEXT, suggestion(second, second + 11))
    assert known.holds(TEXT, suggestion(third, third + 11))
    assert not known.holds(TEXT, suggestion(first, first + 11))
    assert not known.holds(TEXT, suggestion(second, second + 11, "B"))
    known.learn(TEXT, Rejection("r", "article", "Sanae", "A", second, second + 11, "names"), -1)
    assert not known.holds(TEXT, suggestion(second, second + 11))
