"""Tests of the full-text search."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from builders import create_corpus
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import PIECES, examples, texts

from annotator.model.labels import LabelSet
from annotator.store.corpus import Corpus
from annotator.store.queries.search import find_article_numbers, find_excerpt, search
from annotator.store.word_index import search_tokens
from annotator.text.folding import fold
from annotator.text.search import find_occurrences, find_query

TEXTS: Final = (
    "أعلنت وزارة الصحة، أمس، عن خطة 2024-2030.",
    "لِوِزَارَةِ الصِّحّةِ رأي آخر: «وزاره الصحه»",
    "قالت الوزارة إن الصحة أولا للأمم المتحدة",
    "Covid-19 et la santé: 5G, l'État",
    "وزارة - الصحة\nوزارة\nالصحة 😀 #صحة_القلب",
    "لأحزاب وبالمغرب وسيعلن ٢٠٢٤",
)
LEADS: Final = ["", "و", "ف", "ب", "ل", "ك", "س", "ال", "وال", "لل", "ولل", "وب", "وبال"]
WORDS: Final = ["وزارة", "وِزَارَه", "الأمم", "امم", "لجنة", "اللجنة", "الجنة", "الله", "جدة", "ا", "2024", "٢٠٢٤", "5G"]
OPERATORS: Final = [
    '"',
    "'",
    "*",
    "^",
    "AND",
    "OR",
    "NOT",
    "NEAR(",
    ")",
    "words:",
    "-",
    "+",
    "{",
    "}",
    "search",
    "--",
    ";",
    "%",
]
WORD: Final = st.builds(str.__add__, st.sampled_from(LEADS), st.sampled_from(WORDS))
PART: Final = WORD | st.sampled_from(
    [" ", " ", " ", "،", "«", "\n", "_", ".", "ـ", "َ", "\u200f", "ﷲ", "ß", *OPERATORS, *PIECES]
)
QUERY: Final = st.lists(PART, max_size=6).map("".join) | texts
WORD_QUERY: Final = st.lists(WORD, min_size=1, max_size=3).map(" ".join)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with create_corpus(tmp_path_factory.mktemp("search") / "a.corpus", *TEXTS, labels=LabelSet(())) as corpus_:
        yield corpus_


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("وزارة", [1, 2, 3, 5]),
        ("وزاره الصحه", [1, 2, 5]),
        ("وزارة الص", [1, 2, 5]),
        ("وزار", [1, 2, 3, 5]),
        ("وزارة، الصحة", []),
        ("وزارة - الصحة", [5]),
        ("الامم", [3]),
        ("الأ", [3]),
        ("ص", [1, 2, 3, 5]),
        ("ا", [1, 2, 3, 5, 6]),
        ("2024", [1, 6]),
        ("۲۰۲", [1, 6]),
        ("2030", [1]),
        ("COVID", [4]),
        ("covid-1", [4]),
        ("19", [4]),
        ("etat", [4]),
        ("😀", [5]),
        ("#صحه", [5]),
        ("القلب", [5]),
        ("يعلن", [6]),
        ("غرب", []),
        ("مغرب", [6]),
        ("", []),
        (" \u200f\n", []),
        ('"', []),
        ("وزارة OR خطة", []),
        ("«وزاره", [2]),
        ("زارة", [1, 2, 5]),  # as if و + زارة
        ("ارة", []),
    ],
)
def test_articles_with_the_words_are_found(corpus: Corpus, words: str, expected: list[int]) -> None:
    assert find_article_numbers(corpus, words) == sorted(expected)


def test_search_returns_the_first_match_of_each_article(corpus: Corpus) -> None:
    matches = [
        (result.article.id, result.article.text[result.start : result.end]) for result in search(corpus, "وزاره الصحه")
    ]
    assert matches == [(1, "وزارة الصحة"), (2, "وِزَارَةِ الصِّحّةِ"), (5, "وزارة\nالصحة")]
    assert list(search(corpus, "وزارة، الصحة")) == []


def test_excerpt_contains_the_words_around_the_first_match(corpus: Corpus) -> None:
    snippet = find_excerpt(corpus, 6, "مغرب")
    assert snippet
    assert snippet.text == TEXTS[5]
    assert snippet.text[snippet.start : snippet.end] == "مغرب"
    assert find_excerpt(corpus, 6, "وزارة") is None


@examples(150)
@example(["وزارة،العدل وزارة العدل"], "وزارة العدل")
@example(["\ue000وزارة", "𞤀وزارة"], "وزارة")
@example(["a\x00b"], 'a"b')
@example(["للجنة"], "الجنة")
@given(st.lists(QUERY, min_size=1, max_size=4, unique=True), QUERY | WORD_QUERY)
def test_index_misses_no_match_and_accepts_any_query(corpus_texts: list[str], words: str) -> None:
    corpus_texts = list(dict.fromkeys(text for text in corpus_texts if text.strip()))
    with (
        TemporaryDirectory() as folder,
        create_corpus(Path(folder) / "a.corpus", *tuple(corpus_texts), labels=LabelSet(())) as corpus,
    ):
        queries = {words, *(fold(words, taa=True).strip()[:length] for length in range(1, 5))}
        for query in queries:
            expected = [number for number, text in enumerate(corpus_texts, 1) if find_query(text, query)]
            numbers = find_article_numbers(corpus, query)
            assert numbers == sorted(set(numbers))
            assert set(expected) <= set(numbers)
            if fold(query, taa=True).split() == search_tokens(query) and all(map(str.isalnum, search_tokens(query))):
                assert expected == numbers
            assert [result.article.id for result in search(corpus, query)] == expected


@examples(100)
@example(["كوفيد19"], "19")
@given(st.lists(QUERY, min_size=1, max_size=4, unique=True), QUERY | WORD_QUERY)
def test_index_misses_no_occurrence_of_a_form(corpus_texts: list[str], form: str) -> None:
    corpus_texts = list(dict.fromkeys(text for text in corpus_texts if text.strip()))
    with (
        TemporaryDirectory() as folder,
        create_corpus(Path(folder) / "a.corpus", *tuple(corpus_texts), labels=LabelSet(())) as corpus,
    ):
        expected = {number for number, text in enumerate(corpus_texts, 1) if find_occurrences(text, form)}
        assert expected <= set(find_article_numbers(corpus, form))
