"""Tests of all measures together: by pair, label, article and week."""

import random
from collections.abc import Sequence
from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from strategies import examples
from team.layer_strategies import LABELS, TEXT, shared_articles

from annotator.team.agreement import Agreement, AgreementCounter, Confusion, EmptyLayer
from annotator.team.layers import LabelledRange, Layer, SharedArticle

SANAE, OMAR, HIND = "Sanae", "Omar", "Hind"
FIRST, SECOND = (5, 16, "PLAN"), (20, 29, "PLAN")


def measure(articles: Sequence[SharedArticle]) -> Agreement:
    counter = AgreementCounter(UTC)
    for article in articles:
        counter.add(article)
    return counter.measure()


def share_article(number: int, done: str | None = None, **layers: set[LabelledRange]) -> SharedArticle:
    """Build an article with these annotators' spans, all done at one time."""
    return SharedArticle(
        f"uid{number}",
        number,
        TEXT,
        [(0, len(TEXT))],
        {name: Layer(frozenset(spans), done=done) for name, spans in layers.items()},
    )


def test_articles_of_three_annotators() -> None:
    agreement = measure(
        [
            share_article(1, Sanae={FIRST, SECOND}, Omar={FIRST}, Hind={FIRST}),
            share_article(2, Sanae={FIRST}, Omar={(5, 16, "DATE")}),
        ]
    )
    assert (agreement.articles, agreement.spans, agreement.scores.articles) == (2, 6, 2)
    assert agreement.scores.spans == 3 + 3 + 2 + 2  # in each pair
    assert agreement.scores.exact.value == (2 + 2 + 2 + 0) / 10
    pairs = {(pair.first, pair.second): pair for pair in agreement.pairs}
    assert {key: pair.scores.articles for key, pair in pairs.items()} == {
        (OMAR, SANAE): 2,
        (HIND, SANAE): 1,
        (HIND, OMAR): 1,
    }
    pair = pairs[OMAR, SANAE]
    assert (pair.scores.exact.value, pair.scores.position.value) == (2 / 5, 4 / 5)
    assert (pair.matched, pair.main_label, pair.main_share) == (2, "PLAN", 3 / 4)
    assert pairs[HIND, SANAE].kappa.value is None
    assert {label: item.spans for label, item in agreement.labels.items()} == {"DATE": 1, "PLAN": 5}
    assert agreement.labels["DATE"].scores.exact.value == 0
    assert agreement.confusions == (
        Confusion(None, "PLAN", 2, (1,)),
        Confusion("DATE", "PLAN", 1, (2,)),
    )
    assert [article.scores.exact.value for article in agreement.by_article] == [6 / 8, 0]
    assert [article.annotators for article in agreement.by_article] == [(HIND, OMAR, SANAE), (OMAR, SANAE)]


def test_nothing_to_compare() -> None:
    agreement = measure([])
    assert (agreement.articles, agreement.pairs, agreement.scores.exact.value, agreement.alpha.value) == (
        *(0, (), None, None),
    )


def test_an_article_that_an_annotator_left_empty_is_named() -> None:
    agreement = measure([share_article(7, Sanae={FIRST}, Omar=set()), share_article(8, Sanae=set(), Omar=set())])
    assert agreement.empty_layers == (EmptyLayer(OMAR, 7),)
    assert agreement.scores.exact.value == 0


def test_weeks_are_those_in_which_the_second_of_a_pair_was_done() -> None:
    article = share_article(1, "2026-11-23T08:00:00.000+00:00", Sanae={FIRST}, Omar={FIRST}, Hind={SECOND})
    late = replace(article.layers[HIND], done="2027-01-03T22:00:00.000+00:00")  # a Sunday, of the last week of 2026
    article = replace(article, layers={**article.layers, HIND: late})
    unfinished = share_article(2, None, Sanae={FIRST}, Omar={FIRST})
    agreement = measure([article, unfinished])
    assert {week: scores.exact.value for week, scores in agreement.weeks.items()} == {
        "": 1,
        "2026-W48": 1,
        "2026-W53": 0,
    }
    east = AgreementCounter(timezone(timedelta(hours=3)))
    east.add(article)
    assert list(east.measure().weeks) == ["2026-W48", "2027-W01"]


def test_labels_at_random_agree_by_chance_alone() -> None:
    dice = random.Random(11)
    text = "ا" * 400

    def label_at_random() -> Layer:
        spans = ((start, start + 4, dice.choice((*LABELS, None, None))) for start in range(0, 400, 4))
        return Layer(frozenset((start, end, label) for start, end, label in spans if label))

    agreement = measure(
        [
            SharedArticle(str(number), number, text, [(0, 400)], {name: label_at_random() for name in (SANAE, OMAR)})
            for number in range(30)
        ]
    )
    estimates = [agreement.alpha, agreement.pairs[0].kappa, *(label.alpha for label in agreement.labels.values())]
    for score in estimates:
        assert score.value == pytest.approx(0, abs=0.05)
        assert score.low is not None
        assert score.high is not None
        assert score.low - 0.02 < 0 < score.high + 0.02
    assert agreement.scores.exact.value is not None
    assert agreement.scores.exact.value > 0.15  # which is why F1 alone does not do


few = examples(15)


@few
@given(shared_articles(min_size=1), st.randoms(use_true_random=False))
def test_the_order_of_articles_and_spans_means_nothing(articles: list[SharedArticle], dice: random.Random) -> None:
    shuffled = dice.sample(articles, len(articles))
    shuffled = [
        replace(
            article,
            layers={
                name: replace(layer, spans=frozenset(dice.sample(sorted(layer.spans), len(layer.spans))))
                for name, layer in article.layers.items()
            },
        )
        for article in shuffled
    ]
    assert measure(shuffled) == measure(articles)


@few
@given(shared_articles(min_size=1))
def test_names_mean_nothing(articles: list[SharedArticle]) -> None:
    names = {SANAE: "a", OMAR: "z", HIND: "m"}
    renamed = [
        replace(article, layers={names[name]: layer for name, layer in [*article.layers.items()][::-1]})
        for article in articles
    ]
    before, after = measure(articles), measure(renamed)
    for field in ("scores", "alpha", "labels", "weeks", "confusions"):
        assert getattr(before, field) == getattr(after, field)
    before_pairs = {frozenset((names[pair.first], names[pair.second])): pair for pair in before.pairs}
    for pair in after.pairs:
        same = before_pairs[frozenset((pair.first, pair.second))]
        for field in ("scores", "matched", "kappa", "token_kappa", "labelled_token_kappa", "main_label"):
            assert getattr(pair, field) == getattr(same, field)


@few
@given(shared_articles(names=(SANAE, OMAR), min_size=1))
def test_annotators_who_label_alike_agree_in_all(articles: list[SharedArticle]) -> None:
    alike = [
        replace(article, layers=dict.fromkeys((SANAE, OMAR), article.layers[SANAE]))
        for article in articles
        if article.layers[SANAE].spans
    ]
    agreement = measure(alike)
    for pair in agreement.pairs:
        for score in (pair.scores.exact, pair.scores.position, pair.scores.overlap):
            assert {score.value, score.low, score.high} <= {1, None}
            assert score.value == 1
        assert pair.kappa.value in (1, None)
        assert pair.token_kappa.value in (1, None)
    assert agreement.alpha.value in (1, None)
    assert [confusion.count for confusion in agreement.confusions] == []
