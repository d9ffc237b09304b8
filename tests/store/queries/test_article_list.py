"""Tests of the article list."""

from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from builders import apply_edits, build_plain_article
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples

from annotator.model import operations
from annotator.model.article_builder import build_article
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import (
    DONE,
    FLAGGED,
    IN_PROGRESS,
    NEW,
    SKIPPED,
    STATES,
)
from annotator.store.corpus import Corpus
from annotator.store.queries import article_list
from annotator.store.queries.article_list import (
    ArticleFilter,
    LazyArticleList,
    count_by_state,
    find_by_title,
    find_first_open,
    list_article_numbers,
    load_all_summaries,
    load_summaries,
)
from annotator.store.queries.search import find_article_numbers

LABELS: Final = LabelSet((Label("DATE", {"ar": "تاريخ"}, Colour("#112233", "#ddeeff")),))
COUNT: Final = 130  # more than two pages
SANAE: Final = "Sanae"


def set_state(corpus: Corpus, number: int, state: str, annotator: str = SANAE) -> None:
    """Set the annotator's state of an article."""
    article = corpus.article(number)
    edits = operations.set_state(corpus.status(article.uid, annotator), article, annotator, state)
    if edits:
        apply_edits(corpus, edits, annotator, name="state")


def add_articles(corpus: Corpus, count: int) -> None:
    with corpus.transaction():
        for number in range(1, count + 1):
            kind = "خطة" if number % 3 else "وزارة"
            corpus.add(build_article(f"عنوان {number}\n\nهذا نص المقال رقم {number} عن {kind} ما، وهو طويل بما يكفي."))


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.create(tmp_path / "a.corpus", LABELS) as corpus_:
        yield corpus_


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    """Create COUNT articles that no test changes, some in each state for Sanae and all done for Omar."""
    with Corpus.create(tmp_path_factory.mktemp("listing") / "a.corpus", LABELS) as corpus_:
        add_articles(corpus_, COUNT)
        for number in range(1, COUNT + 1):
            set_state(corpus_, number, DONE, "Omar")
        for number in range(1, 61):
            set_state(corpus_, number, (DONE, SKIPPED, FLAGGED)[number % 3])
        set_state(corpus_, 61, NEW)
        set_state(corpus_, 70, IN_PROGRESS)
        yield corpus_


def test_all_articles_are_listed_in_order(large: Corpus) -> None:
    assert list_article_numbers(large, SANAE, ArticleFilter()) == list(range(1, COUNT + 1))
    summaries = list(load_all_summaries(large))
    assert [summary.id for summary in summaries] == list(range(1, COUNT + 1))
    assert [summary.title for summary in summaries[:2]] == ["عنوان 1", "عنوان 2"]
    assert summaries[0].states == {"Omar": DONE, SANAE: SKIPPED}
    assert summaries[-1].states == {"Omar": DONE}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (DONE, list(range(3, 61, 3))),
        (SKIPPED, list(range(1, 61, 3))),
        (FLAGGED, list(range(2, 61, 3))),
        (IN_PROGRESS, [70]),
        (NEW, [*range(61, 70), *range(71, COUNT + 1)]),
    ],
)
def test_articles_are_filtered_by_state(large: Corpus, state: str, expected: list[int]) -> None:
    assert list_article_numbers(large, SANAE, ArticleFilter(state)) == expected
    assert count_by_state(large, SANAE)[state] == len(expected)
    assert list_article_numbers(large, SANAE, ArticleFilter(state, "وزاره")) == [
        number for number in expected if number % 3 == 0
    ]
    assert list_article_numbers(large, "nobody", ArticleFilter(state)) == (
        [] if state != NEW else list(range(1, COUNT + 1))
    )


def test_articles_are_filtered_by_words(large: Corpus) -> None:
    numbers = list_article_numbers(large, SANAE, ArticleFilter(words=" وزارة "))
    assert numbers == find_article_numbers(large, "وزارة") == list(range(3, COUNT + 1, 3))
    assert list_article_numbers(large, SANAE, ArticleFilter(words="زرافة")) == []
    assert list_article_numbers(large, SANAE, ArticleFilter(words=" \n")) == list(range(1, COUNT + 1))


def test_counts_by_state_include_untouched_articles(large: Corpus, corpus: Corpus) -> None:
    assert count_by_state(large, "nobody") == dict.fromkeys(STATES, 0) | {NEW: COUNT}
    assert count_by_state(large, "Omar") == dict.fromkeys(STATES, 0) | {DONE: COUNT}
    assert count_by_state(corpus, SANAE) == dict.fromkeys(STATES, 0)


def test_summary_of_an_article(corpus: Corpus) -> None:
    text = "عنوان المقال\nالثلاثاء 09 يوليوز 2024 - 09:00\n\nأعلنت وزارة الصحة أن الخطة الجديدة جاهزة للتنفيذ."
    corpus.add(build_article(text, source="وكالة"))
    corpus.add(build_article("جملة واحدة لا عنوان لها."))
    first, second = load_summaries(corpus, [2, 1])
    assert (first.id, first.title, first.published, first.source) == (1, "عنوان المقال", "2024-07-09T09:00", "وكالة")
    assert (first.states, first.spans, first.uid) == ({}, 0, corpus.article(1).uid)
    assert (second.id, second.title, second.source) == (2, "جملة واحدة لا عنوان لها.", None)
    for annotator in (SANAE, "Omar"):
        article = corpus.article(1)
        edits = operations.add_span(article, [], annotator, "DATE", 0, 5)
        apply_edits(corpus, edits, annotator)
    assert [summary.spans for summary in load_summaries(corpus, [1, 2])] == [2, 0]
    assert list(load_summaries(corpus, [])) == list(load_summaries(corpus, [7])) == []


def test_summaries_are_loaded_in_batches(large: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(article_list, "_BATCH_SIZE", 7)
    numbers = list(range(1, COUNT + 1))
    Random(1).shuffle(numbers)
    assert [summary.id for summary in load_summaries(large, numbers)] == list(range(1, COUNT + 1))


# Lazy list
def test_lazy_list_loads_a_page_at_a_time(large: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[list[int]] = []

    def load_and_record(corpus: Corpus, numbers: list[int]) -> Iterator[article_list.ArticleSummary]:
        loaded.append(list(numbers))
        return load_summaries(corpus, numbers)

    monkeypatch.setattr(article_list, "load_summaries", load_and_record)
    summaries = LazyArticleList(large, SANAE, ArticleFilter(words="خطة"))
    plans = [number for number in range(1, COUNT + 1) if number % 3]
    assert summaries.numbers == plans
    assert len(summaries) == len(plans)
    assert loaded == []
    assert summaries[60].id == plans[60]
    assert [summary.id for summary in summaries[52:58]] == plans[52:58]
    assert loaded == [plans[50:]]
    assert summaries[-1].id == plans[-1]
    assert summaries[0].id == plans[0]
    assert loaded == [plans[50:], plans[:50]]
    assert [summary.id for summary in summaries] == plans
    assert len(loaded) == 2
    summaries.invalidate(plans[3])
    assert summaries[3].id == plans[3]
    assert loaded[2:] == [[plans[3]]]
    summaries.invalidate(999)
    summaries.invalidate()
    assert summaries[3].id == plans[3]
    assert loaded[3:] == [plans[:50]]
    with pytest.raises(IndexError):
        summaries[len(plans)]


def test_lazy_list_reloads_invalidated_articles(corpus: Corpus) -> None:
    add_articles(corpus, 3)
    summaries = LazyArticleList(corpus, SANAE)
    assert [summary.states for summary in summaries] == [{}, {}, {}]
    set_state(corpus, 2, DONE)
    assert summaries[1].states == {}
    summaries.invalidate(2)
    assert summaries[1].states == {SANAE: DONE}


def test_lazy_list_without_a_corpus_is_empty() -> None:
    summaries = LazyArticleList()
    assert (len(summaries), list(summaries), summaries.numbers, summaries.find_index(1)) == (0, [], [], -1)
    with pytest.raises(IndexError):
        summaries[0]


@given(
    st.sets(st.integers(1, 40)), st.integers(0, 41), st.dictionaries(st.integers(1, 40), st.integers(0, 3), min_size=1)
)
def test_index_of_an_article_where_those_with_a_higher_count_come_first(
    numbers: set[int], number: int, counts: dict[int, int]
) -> None:
    summaries = LazyArticleList(counts=counts)
    summaries.numbers = sorted(numbers, key=lambda other: (-counts.get(other, 0), other))
    index, after = summaries.find_index(number), summaries.find_after(number)
    if number in numbers:
        assert summaries.numbers[index] == number
        assert after == index + 1
    else:
        assert index == -1 - after
        wanted = sorted({*numbers, number}, key=lambda other: (other > 0, -counts.get(other, 0), other))
        assert after == wanted.index(number)


@given(st.sets(st.integers(1, 40)), st.integers(0, 41))
def test_index_of_an_article(numbers: set[int], number: int) -> None:
    summaries = LazyArticleList()
    summaries.numbers = sorted(numbers)
    index = summaries.find_index(number)
    if number in numbers:
        assert summaries.numbers[index] == number
    else:
        assert index < 0
        assert -1 - index == bisect_left(summaries.numbers, number)


# First open article
@examples(40)
@given(st.lists(st.sampled_from([None, *STATES]), max_size=8), st.integers(1, 3), st.randoms(use_true_random=False))
def test_first_open_article_is_new_or_in_progress(states: list[str | None], page_size: int, random: Random) -> None:
    with (
        TemporaryDirectory() as folder,
        Corpus.create(Path(folder) / "a.corpus", LABELS) as corpus,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(article_list, "_PAGE_SIZE", page_size)
        add_articles(corpus, len(states))
        with corpus.transaction():
            for number, state in enumerate(states, 1):
                set_state(corpus, number, DONE, "Omar")
                if state:
                    set_state(corpus, number, state)
        numbers = list(range(1, len(states) + 1))
        random.shuffle(numbers)
        numbers = numbers[: random.randint(0, len(numbers))]
        open_numbers = [number for number in numbers if states[number - 1] in (None, NEW, IN_PROGRESS)]
        assert find_first_open(corpus, SANAE, numbers) == (open_numbers[0] if open_numbers else None)
        assert find_first_open(corpus, "Omar", numbers) is None
        counts = count_by_state(corpus, SANAE)
        assert sum(counts.values()) == len(states)
        assert counts == {state: sum((state_ or NEW) == state for state_ in states) for state in STATES}
        assert {state: len(list_article_numbers(corpus, SANAE, ArticleFilter(state))) for state in STATES} == counts


def test_first_open_article_may_be_beyond_the_first_page(large: Corpus) -> None:
    assert find_first_open(large, SANAE, range(1, COUNT + 1)) == 61
    assert find_first_open(large, SANAE, list(range(60, 0, -1))) is None
    assert find_first_open(large, SANAE, [*range(1, 61), 70]) == 70
    assert find_first_open(large, "Omar", range(1, COUNT + 1)) is None
    assert find_first_open(large, "nobody", [5, 4]) == 5
    assert find_first_open(large, SANAE, []) is None


def test_title_is_searched_in_the_first_four_hundred_characters(corpus: Corpus) -> None:
    for blanks in (399, 400):
        text = "\n" * blanks + "خبر"
        corpus.add(build_plain_article(text))
    assert [summary.title for summary in load_summaries(corpus, [1, 2])] == ["خ", ""]


def test_articles_are_found_by_words_of_their_titles_alone(corpus: Corpus) -> None:
    for title, text in (("قطار وجدة", "وصل"), ("خبر", "وصل القطار"), ("القطارات", "تسير ليلا"), ("قطار", "يصل نهارا")):
        corpus.add(build_article(f"{title}\n\n{text}."))
    assert [summary.title for summary in find_by_title(corpus, SANAE, "قطار", 5)] == ["قطار وجدة", "القطارات", "قطار"]
    assert [summary.title for summary in find_by_title(corpus, SANAE, "قطار", 2)] == ["قطار وجدة", "القطارات"]
    assert find_by_title(corpus, SANAE, "نهارا", 5) == find_by_title(corpus, SANAE, " ", 5) == []
