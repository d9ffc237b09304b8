"""The search of a corpus: it names the articles that hold the words, and says where."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from text.texts import PIECES, texts

from annotator.model.labels import LabelSet
from annotator.model.records import Article, Draft, article_uid
from annotator.store.corpus import Corpus
from annotator.store.index import parts
from annotator.store.queries.search import excerpt, matching, search
from annotator.text.folding import fold
from annotator.text.search import found, occurrences

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


def make(path: Path, some: tuple[str, ...]) -> Corpus:
    corpus = Corpus.create(path, LabelSet(()))
    for text in some:
        corpus.add(Draft(Article(article_uid(text), text)))
    return corpus


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corpus]:
    with make(tmp_path_factory.mktemp("search") / "a.corpus", TEXTS) as opened:
        yield opened


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
def test_the_articles_that_hold_the_words(corpus: Corpus, words: str, expected: list[int]) -> None:
    assert matching(corpus, words) == sorted(expected)


def test_the_first_place_of_each_article(corpus: Corpus) -> None:
    places = [(hit.article.id, hit.article.text[hit.start : hit.end]) for hit in search(corpus, "وزاره الصحه")]
    assert places == [(1, "وزارة الصحة"), (2, "وِزَارَةِ الصِّحّةِ"), (5, "وزارة\nالصحة")]
    assert list(search(corpus, "وزارة، الصحة")) == []


def test_the_words_around_the_first_place(corpus: Corpus) -> None:
    made = excerpt(corpus, 6, "مغرب")
    assert made
    assert made.text == TEXTS[5]
    assert made.text[made.start : made.end] == "مغرب"
    assert excerpt(corpus, 6, "وزارة") is None


@settings(max_examples=150)
@example(["وزارة،العدل وزارة العدل"], "وزارة العدل")
@example(["\ue000وزارة", "𞤀وزارة"], "وزارة")
@example(["a\x00b"], 'a"b')
@example(["للجنة"], "الجنة")
@given(st.lists(QUERY, min_size=1, max_size=4, unique=True), QUERY | WORD_QUERY)
def test_no_article_that_holds_the_words_is_left_out_and_no_query_is_an_error(some: list[str], words: str) -> None:
    some = list(dict.fromkeys(text for text in some if text.strip()))
    with TemporaryDirectory() as folder, make(Path(folder) / "a.corpus", tuple(some)) as corpus:
        asked = {words, *(fold(words, taa=True).strip()[:length] for length in range(1, 5))}
        for query in asked:
            hits = [number for number, text in enumerate(some, 1) if found(text, query)]
            named = matching(corpus, query)
            assert named == sorted(set(named))
            assert set(hits) <= set(named)
            if fold(query, taa=True).split() == parts(query) and all(map(str.isalnum, parts(query))):
                assert hits == named
            assert [hit.article.id for hit in search(corpus, query)] == hits


@settings(max_examples=100)
@example(["كوفيد19"], "19")
@given(st.lists(QUERY, min_size=1, max_size=4, unique=True), QUERY | WORD_QUERY)
def test_no_article_where_a_form_occurs_is_left_out(some: list[str], form: str) -> None:
    some = list(dict.fromkeys(text for text in some if text.strip()))
    with TemporaryDirectory() as folder, make(Path(folder) / "a.corpus", tuple(some)) as corpus:
        hits = {number for number, text in enumerate(some, 1) if occurrences(text, form)}
        assert hits <= set(matching(corpus, form))
