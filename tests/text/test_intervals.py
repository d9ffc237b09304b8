"""The interval index against a search of all intervals."""

from hypothesis import given
from hypothesis import strategies as st

from annotator.text.intervals import IntervalIndex

intervals = st.tuples(st.integers(0, 400), st.integers(1, 300)).map(lambda pair: (pair[0], sum(pair)))


@given(st.lists(intervals), intervals)
def test_index_finds_exactly_the_overlapping_intervals(stored: list[tuple[int, int]], query: tuple[int, int]) -> None:
    index = IntervalIndex[int]()
    for number, (start, end) in enumerate(stored):
        index.add(start, end, number)
    expected = [number for number, (start, end) in enumerate(stored) if set(range(start, end)) & set(range(*query))]
    assert sorted(set(index.overlapping(*query))) == expected


def test_adjacent_intervals_do_not_overlap() -> None:
    index = IntervalIndex[str]()
    index.add(10, 20, "a")
    assert [*index.overlapping(20, 21), *index.overlapping(0, 10)] == []
    assert [*index.overlapping(19, 20), *index.overlapping(10, 11)] == ["a", "a"]
