"""The articles of a corpus as a list shows them."""

from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.model import operations
from annotator.model.article_builder import draft
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import DONE, FLAGGED, IN_PROGRESS, NEW, SKIPPED, STATES, Step, new_uid
from annotator.store.corpus import Corpus, now
from annotator.store.queries import article_list
from annotator.store.queries.article_list import Choice, Listing, articles, counts, first_open, numbers, summaries
from annotator.store.queries.search import matching

LABELS: Final = LabelSet((Label("DATE", {"ar": "تاريخ"}, Colour("#112233", "#ddeeff")),))
MANY: Final = 130  # more than two pages
SANAE: Final = "Sanae"


def put(corpus: Corpus, number: int, state: str, annotator: str = SANAE) -> None:
    """Say how far the annotator is with an article."""
    article = corpus.article(number)
    edits = operations.set_state(corpus.status(article.uid, annotator), article, annotator, state)
    if edits:
        corpus.apply(Step(new_uid(), annotator, now(), "state", tuple(edits)))


def fill(corpus: Corpus, count: int) -> None:
    with corpus.transaction():
        for number in range(1, count + 1):
            kind = "خطة" if number % 3 else "وزارة"
            corpus.add(draft(f"عنوان {number}\n\nهذا نص المقال رقم {number} عن {kind} ما، وهو طويل بما يكفي."))


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.create(tmp_path / "a.corpus", LABELS) as opened:
        yield opened


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """MANY articles that no test changes: for Sanae, some in each state, and all done for Omar."""
    with Corpus.create(tmp_path_factory.mktemp("listing") / "a.corpus", LABELS) as opened:
        fill(opened, MANY)
        for number in range(1, MANY + 1):
            put(opened, number, DONE, "Omar")
        for number in range(1, 61):
            put(opened, number, (DONE, SKIPPED, FLAGGED)[number % 3])
        put(opened, 61, NEW)
        put(opened, 70, IN_PROGRESS)
        yield opened


def test_every_article_in_the_order_in_which_they_came(large: Corpus) -> None:
    assert numbers(large, SANAE, Choice()) == list(range(1, MANY + 1))
    found = list(articles(large))
    assert [one.id for one in found] == list(range(1, MANY + 1))
    assert [one.title for one in found[:2]] == ["عنوان 1", "عنوان 2"]
    assert found[0].states == {"Omar": DONE, SANAE: SKIPPED}
    assert found[-1].states == {"Omar": DONE}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (DONE, list(range(3, 61, 3))),
        (SKIPPED, list(range(1, 61, 3))),
        (FLAGGED, list(range(2, 61, 3))),
        (IN_PROGRESS, [70]),
        (NEW, [*range(61, 70), *range(71, MANY + 1)]),
    ],
)
def test_the_articles_in_a_state(large: Corpus, state: str, expected: list[int]) -> None:
    assert numbers(large, SANAE, Choice(state)) == expected
    assert counts(large, SANAE)[state] == len(expected)
    assert numbers(large, SANAE, Choice(state, "وزاره")) == [number for number in expected if number % 3 == 0]
    assert numbers(large, "nobody", Choice(state)) == ([] if state != NEW else list(range(1, MANY + 1)))


def test_the_articles_that_hold_words(large: Corpus) -> None:
    held = numbers(large, SANAE, Choice(words=" وزارة "))
    assert held == matching(large, "وزارة") == list(range(3, MANY + 1, 3))
    assert numbers(large, SANAE, Choice(words="زرافة")) == []
    assert numbers(large, SANAE, Choice(words=" \n")) == list(range(1, MANY + 1))


def test_counts_of_an_annotator_who_did_nothing(large: Corpus, corpus: Corpus) -> None:
    assert counts(large, "nobody") == dict.fromkeys(STATES, 0) | {NEW: MANY}
    assert counts(large, "Omar") == dict.fromkeys(STATES, 0) | {DONE: MANY}
    assert counts(corpus, SANAE) == dict.fromkeys(STATES, 0)


def test_what_a_list_says_of_an_article(corpus: Corpus) -> None:
    text = "عنوان المقال\nالثلاثاء 09 يوليوز 2024 - 09:00\n\nأعلنت وزارة الصحة أن الخطة الجديدة جاهزة للتنفيذ."
    corpus.add(draft(text, source="وكالة"))
    corpus.add(draft("جملة واحدة لا عنوان لها."))
    first, second = summaries(corpus, [2, 1])
    assert (first.id, first.title, first.published, first.source) == (1, "عنوان المقال", "2024-07-09T09:00", "وكالة")
    assert (first.states, first.spans, first.uid) == ({}, 0, corpus.article(1).uid)
    assert (second.id, second.title, second.source) == (2, "جملة واحدة لا عنوان لها.", None)
    for annotator in (SANAE, "Omar"):
        article = corpus.article(1)
        edits = operations.add(article, [], annotator, "DATE", 0, 5)
        corpus.apply(Step(new_uid(), annotator, now(), "tag", tuple(edits)))
    assert [one.spans for one in summaries(corpus, [1, 2])] == [2, 0]
    assert list(summaries(corpus, [])) == list(summaries(corpus, [7])) == []


def test_more_articles_than_one_query_may_name(large: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(article_list, "_AT_ONCE", 7)
    wanted = list(range(1, MANY + 1))
    Random(1).shuffle(wanted)
    assert [one.id for one in summaries(large, wanted)] == list(range(1, MANY + 1))


# Listing


def test_a_listing_reads_a_page_at_a_time(large: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[int]] = []

    def watched(corpus: Corpus, wanted: list[int]) -> Iterator[article_list.Summary]:
        asked.append(list(wanted))
        return summaries(corpus, wanted)

    monkeypatch.setattr(article_list, "summaries", watched)
    shown = Listing(large, SANAE, Choice(words="خطة"))
    plans = [number for number in range(1, MANY + 1) if number % 3]
    assert shown.numbers == plans
    assert len(shown) == len(plans)
    assert asked == []
    assert shown[60].id == plans[60]
    assert [one.id for one in shown[52:58]] == plans[52:58]
    assert asked == [plans[50:]]
    assert shown[-1].id == plans[-1]
    assert shown[0].id == plans[0]
    assert asked == [plans[50:], plans[:50]]
    assert [one.id for one in shown] == plans
    assert len(asked) == 2
    shown.forget(plans[3])
    assert shown[3].id == plans[3]
    assert asked[2:] == [[plans[3]]]
    shown.forget(999)
    shown.forget()
    assert shown[3].id == plans[3]
    assert asked[3:] == [plans[:50]]
    with pytest.raises(IndexError):
        shown[len(plans)]


def test_a_listing_reads_again_what_it_forgets(corpus: Corpus) -> None:
    fill(corpus, 3)
    shown = Listing(corpus, SANAE)
    assert [one.states for one in shown] == [{}, {}, {}]
    put(corpus, 2, DONE)
    assert shown[1].states == {}
    shown.forget(2)
    assert shown[1].states == {SANAE: DONE}


def test_a_listing_without_a_corpus_is_empty() -> None:
    shown = Listing()
    assert (len(shown), list(shown), shown.numbers, shown.place(1)) == (0, [], [], -1)
    with pytest.raises(IndexError):
        shown[0]


@given(st.sets(st.integers(1, 40)), st.integers(0, 41))
def test_the_place_of_an_article(among: set[int], number: int) -> None:
    shown = Listing()
    shown.numbers = sorted(among)
    place = shown.place(number)
    if number in among:
        assert shown.numbers[place] == number
    else:
        assert place < 0
        assert -1 - place == bisect_left(shown.numbers, number)


# What is next


@settings(max_examples=40)
@given(st.lists(st.sampled_from([None, *STATES]), max_size=8), st.integers(1, 3), st.randoms(use_true_random=False))
def test_the_first_open_article_is_the_first_not_done_or_put_aside(
    states: list[str | None], near: int, dice: Random
) -> None:
    with (
        TemporaryDirectory() as folder,
        Corpus.create(Path(folder) / "a.corpus", LABELS) as corpus,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(article_list, "_PAGE", near)
        fill(corpus, len(states))
        with corpus.transaction():
            for number, state in enumerate(states, 1):
                put(corpus, number, DONE, "Omar")
                if state:
                    put(corpus, number, state)
        among = list(range(1, len(states) + 1))
        dice.shuffle(among)
        among = among[: dice.randint(0, len(among))]
        waiting = [number for number in among if states[number - 1] in (None, NEW, IN_PROGRESS)]
        assert first_open(corpus, SANAE, among) == (waiting[0] if waiting else None)
        assert first_open(corpus, "Omar", among) is None
        counted = counts(corpus, SANAE)
        assert sum(counted.values()) == len(states)
        assert counted == {state: sum((one or NEW) == state for one in states) for state in STATES}
        assert {state: len(numbers(corpus, SANAE, Choice(state))) for state in STATES} == counted


def test_the_first_open_article_may_be_far(large: Corpus) -> None:
    assert first_open(large, SANAE, range(1, MANY + 1)) == 61
    assert first_open(large, SANAE, list(range(60, 0, -1))) is None
    assert first_open(large, SANAE, [*range(1, 61), 70]) == 70
    assert first_open(large, "Omar", range(1, MANY + 1)) is None
    assert first_open(large, "nobody", [5, 4]) == 5
    assert first_open(large, SANAE, []) is None
