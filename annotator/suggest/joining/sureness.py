"""From which probability on suggestions are sure: of those one in a hundred at most was wrong.

The probabilities are a model's, and models err most where they claim most. So what they are worth there is counted on
suggestions whose outcome was not learned from: the limit is the lowest above which they keep the promise, if two more
were wrong.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

MAX_WRONG: Final = 0.01
"""The share of sure suggestions that may be wrong."""
_MORE_WRONG: Final = 2
"""How many more may be wrong without breaking the promise: one as the next may be, one as the lowest limit is taken.

With one alone, 10 in 772 were wrong in three corpora after 24 and 60 articles, with two 1 in 162.
"""
NEVER: Final = 1.01
"""A probability that no suggestion has."""


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
        if is_last and keep_promise(right, wrong):
            sure_from = outcome.probability
    return sure_from


def keep_promise(right: float, wrong: float) -> bool:
    """Return whether outcomes show that suggestions are sure: the promise holds even if more are wrong.

    If one more is, that bounds the chance that the next one is, as in conformal risk control (Angelopoulos et al.,
    2022). It takes two hundred outcomes without a wrong one, three hundred with one.
    """
    return wrong + _MORE_WRONG <= MAX_WRONG * (right + wrong + _MORE_WRONG)
