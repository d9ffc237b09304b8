"""The trained model and its suggestions."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import PIECES
from suggest.learning import example, examples
from suggest.suggesting import LABELS

from annotator.model.labels import LabelSet
from annotator.model.records import Article, article_uid, labelled_range
from annotator.suggest.crf.suggester import CrfSuggester
from annotator.suggest.crf.tags import span_starts
from annotator.suggest.crf.training import TrainedModel, decode_model, encode_model, train
from annotator.suggest.joining.candidates import is_alternative
from annotator.text.tokenizer import tokenize


@pytest.fixture(scope="module")
def model() -> CrfSuggester:
    trained = train(examples(), LABELS)
    assert trained
    return CrfSuggester(trained)


def suggested_texts(model: CrfSuggester, text: str, labels: LabelSet = LABELS) -> list[tuple[str, str]]:
    suggestions = model.suggest(Article(article_uid(text), text), labels)
    return [(text[suggestion.start : suggestion.end], suggestion.label) for suggestion in suggestions]


def test_model_suggests_spans_of_new_words(model: CrfSuggester) -> None:
    text = "أعلنت وزارة الفلاحة اليوم عن نتائجها سنة 2022 بالرباط."
    assert suggested_texts(model, text) == [("وزارة الفلاحة", "INSTITUTION"), ("2022", "DATE")]


def test_model_leaves_out_proclitics_as_its_examples_do(model: CrfSuggester) -> None:
    assert suggested_texts(model, "سلمت الرسالة لوزارة الفلاحة في 2022 دون تأخير.") == [
        ("وزارة الفلاحة", "INSTITUTION"),
        ("2022", "DATE"),
    ]


def test_model_nests_labels_as_its_examples_do(model: CrfSuggester) -> None:
    text = "أطلقت وزارة الفلاحة برنامج التنمية القروية 2022 قبل أيام."
    assert suggested_texts(model, text) == [
        ("وزارة الفلاحة", "INSTITUTION"),
        ("برنامج التنمية القروية 2022", "PLAN"),
        ("2022", "DATE"),
    ]


def test_label_that_the_corpus_lacks_is_not_suggested(model: CrfSuggester) -> None:
    dates = LabelSet(LABELS.labels[:1])
    assert suggested_texts(model, "أعلنت وزارة الفلاحة اليوم عن نتائجها سنة 2022 بالرباط.", dates) == [("2022", "DATE")]


def test_uncertainty_is_lower_for_familiar_text(model: CrfSuggester) -> None:
    familiar, other = (
        Article(article_uid(text), text)
        for text in (
            "أعلنت وزارة الفلاحة اليوم عن نتائجها سنة 2022 بالرباط.",
            "تحاورت وزارة فرق 2022 ماي جامعة يناير شركة",
        )
    )
    assert 0 <= sum(model.uncertainty(familiar, LABELS).values()) < sum(model.uncertainty(other, LABELS).values())
    assert all(0 <= suggestion.score <= 1 for suggestion in model.suggest(other, LABELS))


@pytest.mark.parametrize(("text", "doubtful"), [("زار وزارة فرق جامعة", "INSTITUTION"), ("برنامج فرق", "PLAN")])
def test_uncertainty_is_that_of_each_label(model: CrfSuggester, text: str, doubtful: str) -> None:
    uncertainty = model.uncertainty(Article(article_uid(text), text), LABELS)
    assert set(uncertainty) == {"DATE", "INSTITUTION", "PLAN"}
    assert all(uncertainty[doubtful] > value >= 0 for label, value in uncertainty.items() if label != doubtful)


def test_training_is_deterministic(model: CrfSuggester) -> None:
    first, other = train(examples(), LABELS), train(examples(), LABELS)
    assert first == other
    assert first
    decoded = decode_model(encode_model(first, b"key"), b"key")
    assert decoded == first
    text = "قال متحدث باسم جامعة محمد الأول إن الأشغال بدأت في 7 ماي 2022 كما كان مقررا."
    assert suggested_texts(CrfSuggester(first), text) == suggested_texts(model, text) != []


@pytest.fixture(scope="module")
def trained_on_nested() -> TrainedModel:
    marked = "زار [مختبر {} ب[جامعة {}|INSTITUTION]|INSTITUTION] أمس."
    trained = train([example(marked.format(who, where)) for who in "أبجدهوز" for where in "ستث"], LABELS)
    assert trained
    return trained


@pytest.fixture(scope="module")
def nesting(trained_on_nested: TrainedModel) -> CrfSuggester:
    return CrfSuggester(trained_on_nested)


@pytest.fixture(scope="module")
def nesting_or_not(trained_on_nested: TrainedModel) -> CrfSuggester:
    return CrfSuggester(trained_on_nested, has_alternatives=True)


def test_nested_spans_of_one_label_are_learned(nesting: CrfSuggester) -> None:
    assert suggested_texts(nesting, "زار مختبر ف بجامعة ق أمس.") == [
        ("مختبر ف بجامعة ق", "INSTITUTION"),
        ("جامعة ق", "INSTITUTION"),
    ]


@given(st.lists(st.sampled_from(("زار", "مختبر", "أ", "س", "بجامعة", "جامعة", "أمس", "لمختبر", ".")), max_size=12))
def test_suggestions_of_one_label_nest_or_do_not_overlap(nesting: CrfSuggester, words: list[str]) -> None:
    text = " ".join(words)
    suggestions = nesting.suggest(Article(article_uid(text), text), LABELS)
    for first, other in combinations(suggestions, 2):
        assert (first.start, first.end) != (other.start, other.end)
        assert other.start >= first.end or other.end <= first.end


@given(st.lists(st.sampled_from(("زار", "مختبر", "أ", "س", "بجامعة", "جامعة", "أمس", "لمختبر", ".")), max_size=12))
def test_alternatives_are_added_to_what_is_most_probable(
    nesting: CrfSuggester, nesting_or_not: CrfSuggester, words: list[str]
) -> None:
    text = " ".join(words)
    article = Article(article_uid(text), text)
    suggestions = nesting_or_not.suggest(article, LABELS)
    assert [each for each in suggestions if not is_alternative(each)] == nesting.suggest(article, LABELS)
    assert len({labelled_range(each) for each in suggestions}) == len(suggestions)
    assert all(each.score >= 0.05 for each in suggestions if is_alternative(each))


@pytest.mark.parametrize("labelled", [25, 75])
def test_what_is_less_probable_is_an_alternative(labelled: int) -> None:
    marked = ["زار [مختبر ب|INSTITUTION] أمس."] * labelled + ["زار [مختبر|INSTITUTION] ب أمس."] * (100 - labelled)
    trained = train([example(text) for text in marked], LABELS)
    assert trained
    article = Article("", "زار مختبر ب أمس.")
    for suggestion in CrfSuggester(trained, has_alternatives=True).suggest(article, LABELS):
        share = (labelled if suggestion.end == 11 else 100 - labelled) / 100
        assert is_alternative(suggestion) == (share < 0.5)
        assert not is_alternative(suggestion) or suggestion.score == pytest.approx(share, abs=0.1)
    assert len(CrfSuggester(trained, has_alternatives=True).suggest(article, LABELS)) == 2
    assert len(CrfSuggester(trained).suggest(article, LABELS)) == 1


_WORDS = ("وزارة الثقافة", "لوزارة", "ول‏وزارة", "2024", "برنامج", "في", "3 غشت", "وَلِجَامِعَةِ", "وبشركة", ". ", "\n")


@given(st.lists(st.sampled_from((*PIECES, *_WORDS)), max_size=30).map(" ".join))
def test_suggestions_lie_within_the_text_at_word_edges(model: CrfSuggester, text: str) -> None:
    tokens = tokenize(text)
    starts = {token.start + place for token in tokens for place in span_starts(text[slice(*token)])}
    ends = {token.end for token in tokens}
    for suggestion in model.suggest(Article(article_uid(text), text), LABELS):
        assert suggestion.start in starts
        assert suggestion.end in ends
        assert suggestion.start < suggestion.end
        assert suggestion.source == "model"
        assert 0 <= suggestion.score <= 1
