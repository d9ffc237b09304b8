"""Training of the model and its serialisation."""

import hashlib
import hmac
from typing import Final

import msgspec
import pytest
from msgspec.structs import replace
from suggest.learning import example, examples
from suggest.suggesting import LABELS

from annotator.model.labels import LabelSet
from annotator.model.records import Article, Suggestion
from annotator.suggest.crf import training
from annotator.suggest.crf.features import FEATURES_VERSION, suggester_features
from annotator.suggest.crf.suggester import CrfSuggester
from annotator.suggest.crf.training import TrainedModel, TrainingExample, decode_model, encode_model, train
from annotator.suggest.memory import MemorySuggester
from annotator.text.proclitics import normalise_form

KEY: Final = b"the key of this computer"


@pytest.fixture(scope="module")
def trained() -> TrainedModel:
    model = train(examples(), LABELS)
    assert model
    return model


def train_memory(learned: list[TrainingExample]) -> MemorySuggester:
    counts = [
        (normalise_form(ex.article.text, start, end), label, 1, 0) for ex in learned for start, end, label in ex.spans
    ]
    return MemorySuggester(counts)


def test_train_returns_none_for_too_few_spans() -> None:
    assert train([], LABELS) is None
    assert train(examples()[:3], LABELS) is None
    assert train([TrainingExample(ex.article, ex.spans, ()) for ex in examples()], LABELS) is None
    assert train(examples(), LabelSet(())) is None


def test_overlapping_labels_get_fields_of_their_own(trained: TrainedModel) -> None:
    assert len(trained.fields) == 2
    flat = [TrainingExample(ex.article, tuple(span for span in ex.spans if span[2] != "PLAN")) for ex in examples()]
    alone = train(flat, LABELS)
    assert alone
    assert len(alone.fields) == 1


def test_unlabelled_ranges_are_not_learned_from(trained: TrainedModel) -> None:
    addition = "\nلم تعلن وزارة التجهيز سنة 2019 عن شيء."
    partly_labelled = [
        TrainingExample(Article("", ex.article.text + addition), ex.spans, ((0, len(ex.article.text)),))
        for ex in examples()
    ]
    assert train(partly_labelled, LABELS) == trained
    assert train([TrainingExample(ex.article, ex.spans) for ex in partly_labelled], LABELS) != trained


def test_sentence_with_a_crossing_span_is_not_learned_from(trained: TrainedModel) -> None:
    crossing = example("بدأ [العمل. وقال|PLAN] إنه يستمر.")
    assert train([*examples(), crossing], LABELS) == trained


def test_labels_missing_from_the_corpus_are_not_learned() -> None:
    dates = LabelSet(LABELS.labels[:1])
    model = train(examples(), dates)
    assert model
    text = "أعلنت وزارة الفلاحة اليوم عن نتائجها سنة 2022 بالرباط."
    assert {suggestion.label for suggestion in CrfSuggester(model).suggest(Article("", text), LABELS)} == {"DATE"}


def test_of_too_many_examples_the_last_are_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    last = [example("سنة ".join(["[2019|DATE] كلمة"] * 15)), example("قبل ".join(["[2021|DATE] كلمة"] * 15))]
    alone = train(last, LABELS)
    assert alone
    monkeypatch.setattr(training, "MAX_TOKENS", 65)
    assert train([*examples(), *last], LABELS) == alone


def test_memory_ignores_what_it_learned_from_the_example() -> None:
    once = [
        example(f"زار الوفد {word * 3} [مؤسسة {word * 4}|INSTITUTION] أمس.") for word in "أبتثجحخدذرزسشصضطظعغفقكلمن"
    ]
    assert train(once, LABELS, [train_memory(once)]) == train(once, LABELS)
    twice = [*once, *(example(f"{ex.article.text[:8]} [{ex.article.text[13:-5]}|INSTITUTION] غدا.") for ex in once)]
    assert train(twice, LABELS, [train_memory(twice)]) != train(twice, LABELS)


def test_suggester_features_exclude_dates_from_memory() -> None:
    suggestions = [Suggestion(0, 4, label, source, 0.9) for label in ("DATE", "PLAN") for source in ("dates", "memory")]
    assert [(suggestion.label, suggestion.source) for suggestion in suggester_features(suggestions, LABELS)] == [
        ("DATE", "dates"),
        ("PLAN", "dates"),
        ("PLAN", "memory"),
    ]


def test_suggestions_of_base_suggesters_are_learned_from() -> None:
    class Oracle:
        name = "oracle"

        def suggest(self, article: Article, labels: LabelSet) -> list[Suggestion]:
            start = article.text.find("«")
            return [Suggestion(start + 1, article.text.find("»"), "PLAN", self.name, 0.9)] if start >= 0 else []

    letters = "أبتثجحخدذرزسشصضطظعغفقكلمن"
    taught = [example(f"{word * 2} {word * 3} «[{word * 4} {word * 5}|PLAN]» {word * 6}") for word in letters]
    model = train(taught, LABELS, [Oracle()])
    assert model
    article = Article("", "هه ههه «هههه وو» ووو")
    assert [
        (suggestion.start, suggestion.end, suggestion.label)
        for suggestion in CrfSuggester(model, [Oracle()]).suggest(article, LABELS)
    ] == [(8, 15, "PLAN")]
    suggestions = Oracle().suggest(article, LABELS)
    assert CrfSuggester(model).suggest(article, LABELS, suggestions) == CrfSuggester(model, [Oracle()]).suggest(
        article, LABELS
    )


def test_model_round_trips_and_detects_damage_and_other_versions(
    trained: TrainedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = encode_model(trained, KEY)
    assert decode_model(data, KEY) == trained
    assert trained.fits(LABELS)
    assert trained.fits(LabelSet(LABELS.labels[::-1]))
    assert not trained.fits(LabelSet(LABELS.labels[1:]))
    for broken in (b"", data[:-1], data[:40], data[:100] + b"?" + data[101:], data[32:]):
        assert decode_model(broken, KEY) is None
    monkeypatch.setattr(training, "FEATURES_VERSION", FEATURES_VERSION + 1)
    assert decode_model(data, KEY) is None
    assert not trained.fits(LABELS)


def test_model_not_signed_by_this_computer_is_not_decoded(trained: TrainedModel) -> None:
    data = msgspec.msgpack.encode(trained)
    forged = (
        hashlib.sha256(data).digest(),  # as it was marked before it was signed
        hmac.digest(b"", data, "sha256"),
        hmac.digest(KEY, data, "sha256"),  # signed, but not as a model
        encode_model(trained, b"the key of another computer")[:32],
        encode_model(replace(trained, fields=()), KEY)[:32],  # another model's
    )
    for signature in forged:
        assert decode_model(signature + data, KEY) is None
    assert decode_model(encode_model(trained, KEY)[:32] + data, KEY) == trained
