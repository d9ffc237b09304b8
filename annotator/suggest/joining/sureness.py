"""From which probability on suggestions are sure: of those at most one in a hundred is wrong, with a stated confidence.

The probabilities are a model's, and models err most where they claim most. So what they are worth there is counted on
suggestions whose outcome was not learned from: the share of wrong ones above a limit has, with a uniform prior, a beta
distribution, and the limit is the lowest that keeps the promise.
"""

from collections.abc import Iterable
from math import exp, lgamma, log
from typing import Final, NamedTuple

MAX_WRONG: Final = 0.01
"""The share of sure suggestions that may be wrong."""
CONFIDENCE: Final = 0.8
"""How likely the share is kept."""
NEVER: Final = 1.01
"""A probability that no suggestion has."""

_MAX_WRONG_COUNT: Final = 100  # bounds the cost


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
        if wrong > _MAX_WRONG_COUNT:
            break
        is_last = index + 1 == len(descending) or descending[index + 1].probability < outcome.probability
        if is_last and keeps_promise(right, wrong):
            sure_from = outcome.probability
    return sure_from


def keeps_promise(right: float, wrong: float) -> bool:
    """Return whether such outcomes show, with CONFIDENCE, that at most MAX_WRONG of the suggestions are wrong.

    Parts of a wrong one are rounded up. The beta distribution's tail is a sum of binomial terms.
    """
    wrong_count = -int(-wrong // 1)
    trials = int(right + wrong) + 1
    more_wrong = 1 - sum(_binomial(trials, count, MAX_WRONG) for count in range(min(wrong_count, trials) + 1))
    return more_wrong >= CONFIDENCE


def _binomial(trials: int, count: int, probability: float) -> float:
    """Return the probability of `count` successes."""
    ways = lgamma(trials + 1) - lgamma(count + 1) - lgamma(trials - count + 1)
    return exp(ways + count * log(probability) + (trials - count) * log(1 - probability))
