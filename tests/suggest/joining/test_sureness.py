"""From which probability on suggestions are sure."""

import random

import pytest

from annotator.suggest.joining.sureness import MAX_WRONG, NEVER, Outcome, expect_wrong_share, find_sure_probability


@pytest.mark.parametrize(
    ("right", "wrong", "is_kept"),
    [(0, 0, False), (40, 0, False), (50, 0, True), (100, 1, False), (149, 1, True), (5000, 60, False)],
)
def test_promise_is_kept_if_enough_was_right(right: int, wrong: int, is_kept: bool) -> None:
    assert (expect_wrong_share(right, wrong) <= MAX_WRONG) is is_kept


def test_promise_holds_on_average() -> None:
    """Draw shares of wrong ones, and look how many are wrong of all that pass."""
    chance, passing = random.Random(1), []
    for _draw in range(4000):
        share = chance.betavariate(0.5, 0.5)
        wrong = sum(chance.random() < share for _ in range(300))
        if expect_wrong_share(300 - wrong, wrong) <= MAX_WRONG:
            passing.append(share)
    assert sum(passing) / len(passing) <= MAX_WRONG


def test_lowest_probability_that_keeps_the_promise_is_chosen() -> None:
    outcomes = [Outcome(0.99, 200, 0), Outcome(0.95, 200, 0), Outcome(0.9, 50, 10), Outcome(0.8, 20, 20)]
    assert find_sure_probability(outcomes) == 0.95
    assert find_sure_probability(reversed(outcomes)) == 0.95


def test_a_wrong_one_at_the_top_is_outweighed_by_many_right_ones() -> None:
    assert find_sure_probability([Outcome(0.99, 20, 1), Outcome(0.95, 400, 0)]) == 0.95


def test_without_outcomes_or_with_too_many_wrong_ones_nothing_is_sure() -> None:
    assert find_sure_probability([]) == NEVER
    assert find_sure_probability([Outcome(0.99, 90, 10), Outcome(0.9, 900, 95)]) == NEVER


def test_outcomes_of_one_probability_are_judged_together() -> None:
    assert find_sure_probability([Outcome(0.99, 200, 0), Outcome(0.99, 0, 100)]) == NEVER
