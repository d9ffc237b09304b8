"""Which of overlapping proposals stay, by the plain definition."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from annotator.model.records import Suggestion
from annotator.suggest.conflicts import apart, of_other_labels


def proposal(start: int, length: int, label: str) -> Suggestion:
    return Suggestion(start, start + length, label, "told", 1.0)


def plain(proposed: Sequence[Suggestion]) -> list[Suggestion]:
    """The longest first, each compared with all that are kept."""
    kept: list[Suggestion] = []
    for one in sorted(proposed, key=lambda one: (one.start - one.end, one.start)):
        if all(stays(one, longer) for longer in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: (one.start, -one.end))


def stays(one: Suggestion, longer: Suggestion) -> bool:
    if one.end <= longer.start or longer.end <= one.start:
        return True
    within = longer.start <= one.start and one.end <= longer.end and (one.start, one.end) != (longer.start, longer.end)
    return within and of_other_labels(one, longer)


# Long ones and short ones, near enough to overlap in runs of any length, and longer than what is looked at at once.
some = st.builds(proposal, st.integers(0, 400), st.integers(1, 8) | st.integers(1, 200), st.sampled_from("ABC"))


@given(st.lists(some, max_size=60))
def test_what_stays_is_neither_crossed_nor_held_by_a_longer_one_of_its_label(
    proposed: list[Suggestion],
) -> None:
    assert apart(proposed) == plain(proposed)


def test_of_two_that_are_equally_long_the_first_stays() -> None:
    one, other = proposal(3, 4, "B"), proposal(3, 4, "A")
    assert apart([one, other]) == [one]
    assert apart([proposal(5, 4, "A"), one]) == [one]
