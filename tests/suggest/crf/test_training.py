"""What the model learns from, and how that is kept."""

import hashlib
import hmac
from typing import Final

import msgspec
import pytest
from msgspec.structs import replace
from suggest.learning import LABELS, example, examples

from annotator.model.labels import LabelSet
from annotator.model.records import Article, Suggestion
from annotator.suggest.crf import training
from annotator.suggest.crf.stacking import heard
from annotator.suggest.crf.suggester import Model
from annotator.suggest.crf.training import Example, Trained, decoded, encoded, train
from annotator.suggest.memory import Memory
from annotator.text.proclitics import form

KEY: Final = b"the key of this computer"


@pytest.fixture(scope="module")
def trained() -> Trained:
    found = train(examples(), LABELS)
    assert found
    return found


def memory_of(some: list[Example]) -> Memory:
    taught = [(form(one.article.text, start, end), label, 1, 0) for one in some for start, end, label in one.spans]
    return Memory(taught)


def test_few_spans_teach_nothing() -> None:
    assert train([], LABELS) is None
    assert train(examples()[:3], LABELS) is None
    assert train([Example(one.article, one.spans, ()) for one in examples()], LABELS) is None
    assert train(examples(), LabelSet(())) is None


def test_labels_that_overlap_are_learned_apart(trained: Trained) -> None:
    assert len(trained.fields) == 2
    flat = [Example(one.article, tuple(span for span in one.spans if span[2] != "PLAN")) for one in examples()]
    alone = train(flat, LABELS)
    assert alone
    assert len(alone.fields) == 1


def test_what_was_not_labelled_yet_is_not_learned(trained: Trained) -> None:
    more = "\nلم تعلن وزارة التجهيز سنة 2019 عن شيء."
    begun = [
        Example(Article("", one.article.text + more), one.spans, ((0, len(one.article.text)),)) for one in examples()
    ]
    assert train(begun, LABELS) == trained
    assert train([Example(one.article, one.spans) for one in begun], LABELS) != trained


def test_a_sentence_that_a_span_runs_out_of_is_not_learned(trained: Trained) -> None:
    more = example("بدأ [العمل. وقال|PLAN] إنه يستمر.")
    assert train([*examples(), more], LABELS) == trained


def test_labels_that_the_corpus_lacks_are_not_learned() -> None:
    dates = LabelSet(LABELS.labels[:1])
    found = train(examples(), dates)
    assert found
    text = "أعلنت وزارة الفلاحة اليوم عن نتائجها سنة 2022 بالرباط."
    assert {one.label for one in Model(found).suggest(Article("", text), LABELS)} == {"DATE"}


def test_of_too_much_the_last_is_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    last = [example("سنة ".join(["[2019|DATE] كلمة"] * 15)), example("قبل ".join(["[2021|DATE] كلمة"] * 15))]
    alone = train(last, LABELS)
    assert alone
    monkeypatch.setattr(training, "MOST", 65)
    assert train([*examples(), *last], LABELS) == alone


def test_a_memory_tells_nothing_of_what_it_knows_from_the_example_alone() -> None:
    once = [
        example(f"زار الوفد {word * 3} [مؤسسة {word * 4}|INSTITUTION] أمس.") for word in "أبتثجحخدذرزسشصضطظعغفقكلمن"
    ]
    assert train(once, LABELS, [memory_of(once)]) == train(once, LABELS)
    twice = [*once, *(example(f"{one.article.text[:8]} [{one.article.text[13:-5]}|INSTITUTION] غدا.") for one in once)]
    assert train(twice, LABELS, [memory_of(twice)]) != train(twice, LABELS)


def test_others_are_heard_but_not_a_memory_of_dates() -> None:
    said = [Suggestion(0, 4, label, source, 0.9) for label in ("DATE", "PLAN") for source in ("dates", "memory")]
    assert [(one.label, one.source) for one in heard(said, LABELS)] == [
        ("DATE", "dates"),
        ("PLAN", "dates"),
        ("PLAN", "memory"),
    ]


def test_an_opinion_is_learned_from() -> None:
    class Oracle:
        name = "oracle"

        def suggest(self, article: Article, labels: LabelSet) -> list[Suggestion]:
            start = article.text.find("«")
            return [Suggestion(start + 1, article.text.find("»"), "PLAN", self.name, 0.9)] if start >= 0 else []

    letters = "أبتثجحخدذرزسشصضطظعغفقكلمن"
    some = [example(f"{word * 2} {word * 3} «[{word * 4} {word * 5}|PLAN]» {word * 6}") for word in letters]
    found = train(some, LABELS, [Oracle()])
    assert found
    article = Article("", "هه ههه «هههه وو» ووو")
    assert [(one.start, one.end, one.label) for one in Model(found, [Oracle()]).suggest(article, LABELS)] == [
        (8, 15, "PLAN")
    ]
    said = Oracle().suggest(article, LABELS)
    assert Model(found).suggest(article, LABELS, said) == Model(found, [Oracle()]).suggest(article, LABELS)


def test_it_is_kept_as_bytes_and_known_when_it_does_not_fit(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded(trained, KEY)
    assert decoded(data, KEY) == trained
    assert trained.fits(LABELS)
    assert trained.fits(LabelSet(LABELS.labels[::-1]))
    assert not trained.fits(LabelSet(LABELS.labels[1:]))
    for broken in (b"", data[:-1], data[:40], data[:100] + b"?" + data[101:], data[32:]):
        assert decoded(broken, KEY) is None
    monkeypatch.setattr(training, "VERSION", training.VERSION + 1)
    assert decoded(data, KEY) is None
    assert not trained.fits(LABELS)


def test_a_model_that_this_computer_has_not_signed_is_not_decoded(trained: Trained) -> None:
    data = msgspec.msgpack.encode(trained)
    forged = (
        hashlib.sha256(data).digest(),  # as it was marked before it was signed
        hmac.digest(b"", data, "sha256"),
        hmac.digest(KEY, data, "sha256"),  # signed, but not as a model
        encoded(trained, b"the key of another computer")[:32],
        encoded(replace(trained, fields=()), KEY)[:32],  # another model's
    )
    for signature in forged:
        assert decoded(signature + data, KEY) is None
    assert decoded(encoded(trained, KEY)[:32] + data, KEY) == trained
