"""The most probable weights."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.suggest.joining.logistic_regression import Example, Prior, fit, predict_margin, sigmoid

FEATURES = st.dictionaries(st.sampled_from("abc"), st.floats(-2, 2), max_size=3)
EXAMPLES = st.lists(st.builds(Example, FEATURES, st.booleans(), st.floats(0.1, 2)), max_size=12)
WEAK, STRONG = Prior(0.0, 0.01), Prior(1.0, 1e6)


def test_weight_of_a_feature_is_the_log_odds_of_its_share() -> None:
    examples = [Example({"a": 1.0}, index < 30) for index in range(40)]
    assert sigmoid(fit(examples, lambda _feature: WEAK)["a"]) == pytest.approx(0.75, abs=0.01)


def test_weights_stay_at_a_strong_prior_and_leave_a_weak_one() -> None:
    examples = [Example({"a": 1.0, "b": 1.0}, is_right=False)] * 20
    weights = fit(examples, lambda feature: STRONG if feature == "a" else WEAK)
    assert weights["a"] == pytest.approx(1.0, abs=1e-3)
    assert weights["b"] < -3


def test_initial_weights_change_the_way_but_not_the_result() -> None:
    examples = [Example({"a": 1.0, "b": float(index % 2)}, index % 3 > 0) for index in range(60)]
    weights = fit(examples, lambda _feature: Prior(0.0, 1.0))
    assert fit(examples, lambda _feature: Prior(0.0, 1.0), {"a": 3.0, "b": -3.0}) == pytest.approx(weights, abs=0.02)


def test_weighty_examples_count_more() -> None:
    examples = [Example({"a": 1.0}, is_right=True, weight=3.0), Example({"a": 1.0}, is_right=False)]
    assert sigmoid(fit(examples, lambda _feature: WEAK)["a"]) == pytest.approx(0.75, abs=0.01)


@given(EXAMPLES)
def test_no_weight_alone_could_be_better(examples: list[Example]) -> None:
    def loss(weights: dict[str, float]) -> float:
        fit_ = sum(
            example.weight * -_log(sigmoid(predict_margin(example.features, weights) * (1 if example.is_right else -1)))
            for example in examples
        )
        return fit_ + sum(0.5 * (weight - 0.3) ** 2 for weight in weights.values())

    weights = fit(examples, lambda _feature: Prior(0.3, 1.0))
    for feature in weights:
        for change in (-0.05, 0.05):
            assert loss(weights) <= loss({**weights, feature: weights[feature] + change}) + 1e-6


def _log(probability: float) -> float:
    from math import log

    return log(max(probability, 1e-300))


@pytest.mark.parametrize(("margin", "expected"), [(0, 0.5), (1000, 1), (-1000, 0)])
def test_sigmoid_is_right_at_the_extremes(margin: float, expected: float) -> None:
    assert sigmoid(margin) == pytest.approx(expected)
