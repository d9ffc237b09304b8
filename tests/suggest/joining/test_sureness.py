"""From which probability on suggestions are sure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.suggest.joining.sureness import NEVER, Outcome, find_sure_probability, keep_promise

OUTCOMES = st.lists(
    st.builds(Outcome, st.floats(0, 1), st.integers(0, 200).map(float), st.integers(0, 3).map(float)), max_size=12
)


@pytest.mark.parametrize(
    ("right", "wrong", "is_kept"),
    [(0, 0, False), (197, 0, False), (198, 0, True), (296, 1, False), (297, 1, True), (5000, 60, False)],
)
def test_promise_is_kept_if_one_in_a_hundred_was_wrong_and_two_more(right: int, wrong: int, is_kept: bool) -> None:
    assert keep_promise(right, wrong) is is_kept


@given(OUTCOMES)
def test_what_is_sure_kept_the_promise_and_no_lower_limit_did(outcomes: list[Outcome]) -> None:
    def kept(limit: float) -> bool:
        above = [outcome for outcome in outcomes if outcome.probability >= limit]
        return keep_promise(sum(outcome.right for outcome in above), sum(outcome.wrong for outcome in above))

    sure_from = find_sure_probability(outcomes)
    assert sure_from == NEVER or kept(sure_from)
    assert not any(kept(outcome.probability) for outcome in outcomes if outcome.probability < sure_from)


def test_lowest_probability_that_keeps_the_promise_is_chosen() -> None:
    outcomes = [Outcome(0.99, 200, 0), Outcome(0.95, 200, 0), Outcome(0.9, 50, 10), Outcome(0.8, 20, 20)]
    assert find_sure_probability(outcomes) == 0.95
    assert find_sure_probability(reversed(outcomes)) == 0.95


def test_a_wrong_one_at_the_top_is_outweighed_by_many_right_ones() -> None:
    assert find_sure_probability([Outcome(0.99, 20, 1), Outcome(0.95, 400, 0)]) == 0.95


def test_without_outcomes_or_with_too_many_wrong_ones_nothing_is_sure() -> None:
    assert find_sure_probability([]) == NEVER
    assert find_sure_probability([Outcome(0.99, 90, 10), Outcome(0.9, 900, 95)]) == NEVER
