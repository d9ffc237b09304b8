"""What lies where in a text, by the plain definition."""

from hypothesis import given
from hypothesis import strategies as st

from annotator.text.intervals import Taken

stretches = st.tuples(st.integers(0, 400), st.integers(1, 300)).map(lambda pair: (pair[0], sum(pair)))


@given(st.lists(stretches), stretches)
def test_those_that_overlap_are_found_and_no_others(known: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    taken = Taken[int]()
    for number, (start, end) in enumerate(known):
        taken.add(start, end, number)
    shared = [number for number, (start, end) in enumerate(known) if set(range(start, end)) & set(range(*asked))]
    assert sorted(set(taken.overlapping(*asked))) == shared


def test_what_touches_does_not_overlap() -> None:
    taken = Taken[str]()
    taken.add(10, 20, "a")
    assert [*taken.overlapping(20, 21), *taken.overlapping(0, 10)] == []
    assert [*taken.overlapping(19, 20), *taken.overlapping(10, 11)] == ["a", "a"]
