"""From which probability on suggestions are sure: of those one in a hundred at most is expected to be wrong.

The probabilities are a model's, and models err most where they claim most. So what they are worth there is counted on
suggestions whose outcome was not learned from: the limit is the lowest above which the expected share of wrong ones
keeps the promise. With no outcomes nothing is sure; a few right ones are not enough (Jeffreys' prior of the share).
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

MAX_WRONG: Final = 0.01
"""The share of sure suggestions that may be wrong."""
NEVER: Final = 1.01
"""A probability that no suggestion has."""

_PRIOR_OUTCOMES: Final = 0.5
"""Right ones and wrong ones before any (Jeffreys)."""


class Outcome(NamedTuple):
    """How many suggestions of a probability were right, and how many wrong; parts count too."""

    probability: float
    right: float
    wrong: float


def find_sure_probability(outcomes: Iterable[Outcome]) -> float:
    """Return the lowest probability from which on suggestions are sure, NEVER without any."""
    sure_from, right, wrong = NEVER, 0.0, 0.0
    descending = sorted(outcomes, key=lambda outcome: -outcome.probability)
    for index, outcome in enumerate(descending):
        right, wrong = right + outcome.right, wrong + outcome.wrong
        is_last = index + 1 == len(descending) or descending[index + 1].probability < outcome.probability
        if is_last and expect_wrong_share(right, wrong) <= MAX_WRONG:
            sure_from = outcome.probability
    return sure_from


def expect_wrong_share(right: float, wrong: float) -> float:
    """Return the share of wrong ones to expect after these outcomes."""
    return (wrong + _PRIOR_OUTCOMES) / (right + wrong + 2 * _PRIOR_OUTCOMES)
