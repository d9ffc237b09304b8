"""The model: what it has learned it proposes elsewhere."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from suggest.learning import LABELS, example, examples
from text.texts import PIECES

from annotator.model.labels import LabelSet
from annotator.model.records import Article, article_uid
from annotator.suggest.crf.suggester import Model
from annotator.suggest.crf.tags import places
from annotator.suggest.crf.training import decoded, encoded, train
from annotator.text.tokenizer import tokens


@pytest.fixture(scope="module")
def model() -> Model:
    trained = train(examples(), LABELS)
    assert trained
    return Model(trained)


def proposed(model: Model, text: str, labels: LabelSet = LABELS) -> list[tuple[str, str]]:
    found = model.suggest(Article(article_uid(text), text), labels)
    return [(text[one.start : one.end], one.label) for one in found]


def test_what_was_learned_is_proposed_of_words_that_are_new(model: Model) -> None:
    text = "أعلنت وزارة الفلاحة اليوم عن نتائجها سنة 2022 بالرباط."
    assert proposed(model, text) == [("وزارة الفلاحة", "INSTITUTION"), ("2022", "DATE")]


def test_a_proclitic_is_left_out_as_it_was_in_what_was_learned(model: Model) -> None:
    assert proposed(model, "سلمت الرسالة لوزارة الفلاحة في 2022 دون تأخير.") == [
        ("وزارة الفلاحة", "INSTITUTION"),
        ("2022", "DATE"),
    ]


def test_labels_nest_as_they_did(model: Model) -> None:
    text = "أطلقت وزارة الفلاحة برنامج التنمية القروية 2022 قبل أيام."
    assert proposed(model, text) == [
        ("وزارة الفلاحة", "INSTITUTION"),
        ("برنامج التنمية القروية 2022", "PLAN"),
        ("2022", "DATE"),
    ]


def test_a_label_that_the_corpus_has_no_more_is_not_proposed(model: Model) -> None:
    dates = LabelSet(LABELS.labels[:1])
    assert proposed(model, "أعلنت وزارة الفلاحة اليوم عن نتائجها سنة 2022 بالرباط.", dates) == [("2022", "DATE")]


def test_it_is_surer_of_what_it_has_seen_often(model: Model) -> None:
    known, other = (
        Article(article_uid(text), text)
        for text in (
            "أعلنت وزارة الفلاحة اليوم عن نتائجها سنة 2022 بالرباط.",
            "تحاورت وزارة فرق 2022 ماي جامعة يناير شركة",
        )
    )
    assert 0 < model.uncertainty(known, LABELS) < model.uncertainty(other, LABELS)
    assert all(0 <= one.score <= 1 for one in model.suggest(other, LABELS))


def test_the_same_examples_give_the_same(model: Model) -> None:
    one, other = train(examples(), LABELS), train(examples(), LABELS)
    assert one == other
    assert one
    kept = decoded(encoded(one, b"key"), b"key")
    assert kept == one
    text = "قال متحدث باسم جامعة محمد الأول إن الأشغال بدأت في 7 ماي 2022 كما كان مقررا."
    assert proposed(Model(one), text) == proposed(model, text) != []


@pytest.fixture(scope="module")
def nesting() -> Model:
    marked = "زار [مختبر {} ب[جامعة {}|INSTITUTION]|INSTITUTION] أمس."
    trained = train([example(marked.format(who, where)) for who in "أبجدهوز" for where in "ستث"], LABELS)
    assert trained
    return Model(trained)


def test_spans_within_spans_of_their_own_label_are_learned(nesting: Model) -> None:
    assert proposed(nesting, "زار مختبر ف بجامعة ق أمس.") == [
        ("مختبر ف بجامعة ق", "INSTITUTION"),
        ("جامعة ق", "INSTITUTION"),
    ]


@given(st.lists(st.sampled_from(("زار", "مختبر", "أ", "س", "بجامعة", "جامعة", "أمس", "لمختبر", ".")), max_size=12))
def test_spans_of_one_label_nest_or_are_apart(nesting: Model, words: list[str]) -> None:
    text = " ".join(words)
    found = nesting.suggest(Article(article_uid(text), text), LABELS)
    for one, other in combinations(found, 2):
        assert (one.start, one.end) != (other.start, other.end)
        assert other.start >= one.end or other.end <= one.end


_WORDS = ("وزارة الثقافة", "لوزارة", "ول‏وزارة", "2024", "برنامج", "في", "3 غشت", "وَلِجَامِعَةِ", "وبشركة", ". ", "\n")


@given(st.lists(st.sampled_from((*PIECES, *_WORDS)), max_size=30).map(" ".join))
def test_suggestions_lie_within_the_text_on_the_edges_of_words(model: Model, text: str) -> None:
    found = tokens(text)
    starts = {token.start + place for token in found for place in places(text[slice(*token)])}
    ends = {token.end for token in found}
    for one in model.suggest(Article(article_uid(text), text), LABELS):
        assert one.start in starts
        assert one.end in ends
        assert one.start < one.end
        assert one.source == "model"
        assert 0 <= one.score <= 1
