"""Tests of the intervals of scores."""

import random
from collections.abc import Sequence
from math import sqrt
from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from annotator.team import bootstrap
from annotator.team.bootstrap import Estimate, Measure, estimate, estimate_all


def share(sums: Sequence[int]) -> list[float | None]:
    return [sums[0] / sums[1] if sums[1] else None]


def test_the_interval_of_a_mean_is_that_of_the_normal_distribution() -> None:
    dice = random.Random(3)
    rows = [(dice.randrange(0, 100), 1) for _index in range(200)]
    [mean] = estimate(rows, share)
    values = [row[0] for row in rows]
    half = 1.96 * pstdev(values) / sqrt(len(values))
    assert mean.value == fmean(values)
    assert mean.low == pytest.approx(fmean(values) - half, abs=half / 8)
    assert mean.high == pytest.approx(fmean(values) + half, abs=half / 8)


def test_an_interval_of_19_in_20_samples_holds_the_true_value() -> None:
    dice = random.Random(4)
    hits = 0
    for _sample in range(60):
        [rate] = estimate([(dice.random() < 0.7, 1) for _index in range(80)], share)
        assert rate.low is not None
        assert rate.high is not None
        hits += rate.low <= 0.7 <= rate.high
    assert hits >= 52  # of 60; at a chance of 0.95 each, fewer come once in 200 times


def test_many_articles_have_the_interval_that_all_of_them_would_give(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(5)
    rows = [(dice.randrange(0, 30), 30) for _index in range(1200)]
    [dealt] = estimate(rows, share)
    monkeypatch.setattr(bootstrap, "_MAX_ROWS", len(rows))
    [full] = estimate(rows, share)
    assert dealt.value == full.value
    for edge, other in ((dealt.low, full.low), (dealt.high, full.high)):
        assert edge is not None
        assert other is not None
        assert abs(edge - other) < 0.003


def test_too_little_for_an_interval() -> None:
    assert estimate([], lambda sums: [None, float(len(sums))]) == [Estimate(), Estimate(0.0)]
    assert estimate([(3, 4)], share) == [Estimate(0.75)]
    assert estimate([(0, 0), (0, 0)], share) == [Estimate()]
    # Most resamples lack the one article that has anything to say.
    assert estimate([(1, 1), *[(0, 0)] * 60], lambda sums: [1.0 if sums[0] > 2 else None])[0].low is None


rows_of_counts = st.lists(st.tuples(st.integers(0, 2**40), st.integers(0, 2**40)), min_size=2, max_size=5)


@examples(25)
@given(rows_of_counts)
def test_sums_are_exact_and_the_same_each_time(rows: list[tuple[int, int]]) -> None:
    seen: list[Sequence[int]] = []

    def record(sums: Sequence[int]) -> list[float | None]:
        seen.append(tuple(sums))
        return [None]

    assert estimate(rows, record) == estimate(rows, record)
    assert seen[: len(seen) // 2] == seen[len(seen) // 2 :]
    assert seen[0] == tuple(map(sum, zip(*rows, strict=True)))
    assert len(seen) == 2 * (bootstrap.RESAMPLES + 1)
    largest = [len(rows) * max(column) for column in zip(*rows, strict=True)]
    assert all(a <= b for sums in seen for a, b in zip(sums, largest, strict=True))


@examples(25)
@given(rows_of_counts, st.integers(1, 2**60 // 5))
def test_measures_of_the_same_articles_are_estimated_as_each_by_itself(rows: list[tuple[int, int]], much: int) -> None:
    first = Measure(rows, share)
    second = Measure([(row[1], much, row[0]) for row in rows], lambda sums: [sums[0] / sums[1], sums[2] / sums[1]])
    assert estimate_all([first, second, first]) == [estimate(*first), estimate(*second), estimate(*first)]


@examples(25)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(10, 20)), min_size=2, max_size=9))
def test_the_interval_is_that_of_possible_scores(rows: list[tuple[int, int]]) -> None:
    [score] = estimate(rows, share)
    assert score.low is not None
    assert score.high is not None
    assert min(a / b for a, b in rows) - 1e-9 <= score.low <= score.high <= max(a / b for a, b in rows) + 1e-9
