"""Training on the articles that are done: what is stored, when it is needed, and that nothing is half written."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from builders import apply_edits, build_plain_article
from msgspec.structs import replace
from suggest.learning import examples
from suggest.suggesting import LABELS

from annotator import settings
from annotator.device_key import load_or_create_key
from annotator.jobs import learning
from annotator.jobs.learning import LearningResult, learn, learn_unsaved, needs_training
from annotator.jobs.suggesting import SuggesterPool, load_model
from annotator.model.label_changes import LabelChange
from annotator.model.labels import LabelSet
from annotator.model.records import (
    BOILERPLATE,
    DONE,
    IN_PROGRESS,
    AnnotatedArticle,
    Article,
    Edit,
    Span,
    Status,
    Suggestion,
    Zone,
    article_uid,
    new_uid,
)
from annotator.store.corpus import Corpus
from annotator.store.label_set import change_labels
from annotator.store.queries import training_data as stored
from annotator.suggest.base import Suggester

SANAE, OMAR = "Sanae", "Omar"
NEW_TEXT = "أعلنت وزارة الفلاحة اليوم عن نتائجها سنة 2015 بالرباط."


def taught(count: int, annotator: str = SANAE, state: str = DONE) -> Iterator[AnnotatedArticle]:
    """Yield `count` articles with their spans, in this state."""
    for example in examples()[:count]:
        uid = example.article.uid
        spans = tuple(Span(new_uid(), uid, annotator, label, start, end) for start, end, label in example.spans)
        yield AnnotatedArticle(example.article, spans=spans, states=(Status(uid, annotator, state),))


@pytest.fixture
def labels() -> LabelSet:
    return LABELS


def drained(corpus: Corpus) -> tuple[list[tuple[int, int]], LearningResult]:
    work, steps = learn(corpus), []
    while True:
        try:
            steps.append(next(work))
        except StopIteration as end:
            return steps, end.value


def suggested(corpus: Corpus, text: str = NEW_TEXT) -> list[tuple[str, str]]:
    by_source = SuggesterPool.from_corpus(corpus).suggest(Article(article_uid(text), text))
    return [(text[suggestion.start : suggestion.end], suggestion.label) for suggestion in by_source.get("model", ())]


def test_learn_stores_a_model_that_suggests_in_other_articles(make: Callable[..., Corpus]) -> None:
    corpus = make(*taught(60), build_plain_article(NEW_TEXT), build_plain_article("لا شيء هنا."))
    assert suggested(corpus) == []
    steps, result = drained(corpus)
    assert result.articles == 60
    assert result.spans == sum(len(example.spans) for example in examples()[:60])
    assert steps == sorted(steps)
    assert steps[0][0] == 0
    assert steps[-1][0] == steps[-1][1]
    assert len(repr(result)) < 200, "a notebook prints it"
    assert suggested(corpus) == [("وزارة الفلاحة", "INSTITUTION"), ("2015", "DATE")]
    assert sorted(stored.list_uncertain_articles(corpus, SANAE)) == [61, 62]


def test_learn_with_too_few_examples_stores_that_there_is_no_model(make: Callable[..., Corpus]) -> None:
    corpus = make(*taught(1), build_plain_article(NEW_TEXT))
    assert needs_training(corpus)
    _steps, result = drained(corpus)
    assert (result.trained, result.articles) == (None, 1)
    assert load_model(corpus, LABELS) is None
    assert stored.list_uncertain_articles(corpus, SANAE) == []
    assert not needs_training(corpus)


def test_training_is_needed_again_after_a_tenth_more_layers(make: Callable[..., Corpus]) -> None:
    corpus = make(build_plain_article(NEW_TEXT))
    assert not needs_training(corpus)
    drafts = list(taught(23))
    for draft in drafts[:20]:
        corpus.add(draft)
    assert needs_training(corpus)
    drained(corpus)
    assert not needs_training(corpus)
    corpus.add(drafts[20])
    assert not needs_training(corpus)
    corpus.add(drafts[21])
    assert needs_training(corpus)


def test_the_tenth_is_rounded_up(make: Callable[..., Corpus]) -> None:
    drafts = list(taught(17))
    corpus = make(*drafts[:15])
    drained(corpus)
    corpus.add(drafts[15])
    assert not needs_training(corpus), "one is less than a tenth of fifteen"
    corpus.add(drafts[16])
    assert needs_training(corpus)


def test_unfinished_articles_need_no_training(make: Callable[..., Corpus]) -> None:
    corpus = make(*taught(5))
    drained(corpus)
    for draft in taught(12, OMAR, IN_PROGRESS):
        corpus.add(draft)
    assert not needs_training(corpus)


def test_other_labels_or_another_features_version_need_training(
    make: Callable[..., Corpus], monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make(*taught(60))
    drained(corpus)
    with monkeypatch.context() as patch:
        patch.setattr("annotator.suggest.crf.training.FEATURES_VERSION", -1)
        assert needs_training(corpus)
        assert suggested(corpus) == []
    assert not needs_training(corpus)
    date, *others = LABELS.labels
    after = LabelSet((replace(date, name="TIME"), *others))
    names = {"DATE": "TIME", "INSTITUTION": "INSTITUTION", "PLAN": "PLAN"}
    for _progress in change_labels(corpus, LabelChange(LABELS, after, names, {})):
        pass
    assert needs_training(corpus)
    assert suggested(corpus) == []
    drained(corpus)
    assert suggested(corpus) == [("وزارة الفلاحة", "INSTITUTION"), ("2015", "TIME")]


def test_a_copied_or_renamed_corpus_keeps_its_model(make: Callable[..., Corpus], tmp_path: Path) -> None:
    corpus = make(*taught(60))
    drained(corpus)
    corpus.close()
    for path in (shutil.copyfile(corpus.path, tmp_path / "copy.corpus"), corpus.path.rename(tmp_path / "new.corpus")):
        with Corpus.open(path, readonly=True) as opened:
            assert not needs_training(opened)
            assert suggested(opened) != []


def test_a_model_from_another_computer_is_not_used_but_trained_again(
    make: Callable[..., Corpus], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    corpus = make(*taught(60), build_plain_article(NEW_TEXT))
    drained(corpus)
    suggestions = suggested(corpus)
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / "elsewhere"))
    for _key in ("none yet", "another one"):
        assert suggested(corpus) == []
        assert needs_training(corpus)
        load_or_create_key()
    drained(corpus)
    assert not needs_training(corpus)
    assert suggested(corpus) == suggestions != []


def test_learn_fails_if_the_key_cannot_be_stored(make: Callable[..., Corpus]) -> None:
    corpus = make(*taught(60))
    shutil.rmtree(settings.data_dir())
    settings.data_dir().write_bytes(b"")
    with pytest.raises(OSError, match="data"):
        drained(corpus)
    assert stored.load_stored_model(corpus, "model") is None


def test_learn_closed_early_leaves_the_corpus_unchanged(make: Callable[..., Corpus]) -> None:
    corpus = make(*taught(60), build_plain_article(NEW_TEXT), build_plain_article("لا شيء هنا."))
    before = stored.last_edit_id(corpus)
    for steps in range(1, 5):
        work = learn(corpus)
        for _step in range(steps):
            next(work, None)
        with Corpus.open(corpus.path) as other:  # no lock is held
            other.save_position(SANAE, other.article(1).uid, steps)
        work.close()
        if steps < 4:
            assert stored.load_stored_model(corpus, "model") is None
    assert stored.last_edit_id(corpus) == before


def test_work_during_training_counts_for_the_next_training(make: Callable[..., Corpus]) -> None:
    corpus = make(*taught(10), build_plain_article(NEW_TEXT))
    more = list(taught(12))[10:]
    work = learn(corpus)
    next(work)
    for draft in more:
        corpus.add(draft)
    assert all(step for step in work)
    model = stored.load_stored_model(corpus, "model")
    assert model
    assert model.lessons == 10
    assert needs_training(corpus)


def test_learn_unsaved_stores_nothing(make: Callable[..., Corpus]) -> None:
    corpus = make(*taught(60))
    corpus.close()
    with Corpus.open(corpus.path, readonly=True) as opened:
        result = learn_unsaved(opened)
        assert result.trained
        assert stored.load_stored_model(opened, "model") is None
        by_source = SuggesterPool.from_corpus(opened, result.trained).suggest(Article(article_uid(NEW_TEXT), NEW_TEXT))
        assert [suggestion.label for suggestion in by_source["model"]] == ["INSTITUTION", "DATE"]


def test_the_same_corpus_trains_the_same_model(make: Callable[..., Corpus]) -> None:
    first, second = make(*taught(40)), make(*taught(40))
    assert learn_unsaved(first).trained == learn_unsaved(second).trained


def test_learn_uses_the_layer_of_an_article_that_was_edited_last(make: Callable[..., Corpus]) -> None:
    corpus = make(*taught(30))
    for draft in taught(30, OMAR):
        corpus.add(AnnotatedArticle(draft.article, states=draft.states))
    assert learn_unsaved(corpus) == LearningResult(None, 30, 0, stored.last_edit_id(corpus)), (
        "Omar found nothing in them"
    )


def test_memory_does_not_know_other_layers_during_training(
    make: Callable[..., Corpus], monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make(*taught(1, OMAR), *taught(1))
    suggestions = []

    def train(lessons: list[object], labels: LabelSet, others: tuple[object, ...]) -> None:
        memory = others[-1]
        [lesson] = lessons
        own = [(words, label, spans // 2, 0) for words, label, spans, _none in stored.count_mentions(corpus)]
        suggestions.append(memory.suggest(lesson.article, labels, own))  # type: ignore[attr-defined]
        suggestions.append(memory.suggest(lesson.article, labels))  # type: ignore[attr-defined]

    monkeypatch.setattr(learning, "learn_from_examples", train)
    learn_unsaved(corpus)
    assert suggestions[0] == []
    assert suggestions[1] != []


def test_memory_forgets_other_layers_but_not_the_training_layer(
    make: Callable[..., Corpus], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "أعلنت وزارة الفلاحة عن خطة"
    uid = article_uid(text)
    spans = (Span(new_uid(), uid, OMAR, "PLAN", 23, 26), Span(new_uid(), uid, SANAE, "INSTITUTION", 6, 19))
    states = (Status(uid, OMAR, DONE), Status(uid, SANAE, DONE))
    corpus = make(AnnotatedArticle(Article(uid, text), spans=spans, states=states))
    labels: list[str] = []

    def train(_examples: object, label_set: LabelSet, suggesters: tuple[Suggester, ...]) -> None:
        labels.extend(each.label for each in suggesters[-1].suggest(Article(uid, text), label_set))

    monkeypatch.setattr(learning, "learn_from_examples", train)
    learn_unsaved(corpus)
    assert labels == ["INSTITUTION"]


def test_memory_is_restored_after_training(make: Callable[..., Corpus]) -> None:
    lessons = learning._load_training_data(make(*taught(20, OMAR), *taught(20)))
    assert lessons.other_layers
    suggestions = [lessons.memory.suggest(lesson.article, lessons.labels) for lesson in lessons.examples]
    learning._train(lessons)
    assert [lessons.memory.suggest(lesson.article, lessons.labels) for lesson in lessons.examples] == suggestions


def test_boilerplate_is_not_used_for_training(make: Callable[..., Corpus], monkeypatch: pytest.MonkeyPatch) -> None:
    text = "اقرأ أيضا\nأعلنت الوزارة عن خطة\nشارك\n"
    uid = article_uid(text)
    zones = (Zone("a", uid, BOILERPLATE, 0, 9), Zone("b", uid, BOILERPLATE, 31, len(text)))
    corpus = make(AnnotatedArticle(Article(uid, text), zones, states=(Status(uid, SANAE, DONE),)))
    examples = []
    monkeypatch.setattr(learning, "learn_from_examples", lambda lessons, *_: examples.extend(lessons))
    learn_unsaved(corpus)
    assert [example.labelled_ranges for example in examples] == [((9, 31),)]


def test_started_articles_are_not_ranked_by_uncertainty(make: Callable[..., Corpus]) -> None:
    corpus = make(*taught(60), build_plain_article(NEW_TEXT), build_plain_article("لا شيء هنا."))
    uid = article_uid(NEW_TEXT)
    apply_edits(corpus, [Edit(None, Status(uid, OMAR, IN_PROGRESS))], OMAR, name="state")
    drained(corpus)
    assert stored.list_uncertain_articles(corpus, SANAE) == [62]


def test_of_many_untouched_articles_an_even_sample_is_ranked(
    make: Callable[..., Corpus], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "_MAX_RANKED_ARTICLES", 3)
    corpus = make(*taught(60), *(build_plain_article(f"{NEW_TEXT} {number}") for number in range(7)))
    drained(corpus)
    assert sorted(stored.list_uncertain_articles(corpus, SANAE)) == [61, 63, 65]


def test_an_unusual_article_is_more_uncertain_than_a_familiar_one(make: Callable[..., Corpus]) -> None:
    familiar = examples()[0].article.text
    odd = "صرح مصدر من المديرية الجهوية للماء: «برنامج» جديد بين ماي وغشت من كل عام، حسب «وزارة» قديمة."
    corpus = make(*list(taught(60))[1:], build_plain_article(familiar), build_plain_article(odd))
    drained(corpus)
    assert stored.list_uncertain_articles(corpus, SANAE) == [61, 60]


def test_a_rare_label_chooses_articles_as_much_as_a_frequent_one() -> None:
    doubts = [
        learning._Doubt(uid, 100, {"DATE": dates, "PLAN": plans, "ORG": 0.0})
        for uid, dates, plans in (("many dates", 5.0, 0.0), ("a plan", 2.0, 1.0), ("dates", 3.0, 0.0))
    ]
    values = learning._weigh_labels(doubts)
    assert sorted(values, key=lambda uid: -values[uid]) == ["a plan", "many dates", "dates"]
    assert learning._weigh_labels([learning._Doubt("sure", 100, {"DATE": 0.0})]) == {"sure": 0.0}


def test_a_label_that_is_hardly_in_doubt_does_not_choose() -> None:
    rows = (("dates", 5.0, 0.0), ("plan", 0.0, 0.01))
    values = learning._weigh_labels([learning._Doubt(uid, 100, {"DATE": d, "PLAN": p}) for uid, d, p in rows])
    assert values["dates"] > 10 * values["plan"] > 0


def test_suggestions_have_the_type_and_source_of_their_suggester(make: Callable[..., Corpus]) -> None:
    corpus = make(*taught(60))
    drained(corpus)
    by_source = SuggesterPool.from_corpus(corpus).suggest(Article(article_uid(NEW_TEXT), NEW_TEXT))
    assert list(by_source) == ["dates", "names", "model", "memory"]
    assert all(
        isinstance(suggestion, Suggestion) and suggestion.source == name
        for name, suggestions in by_source.items()
        for suggestion in suggestions
    )


def test_learn_uses_the_latest_layers_up_to_a_limit_of_words(
    make: Callable[..., Corpus], monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make(*taught(10))
    lengths = [len(annotated.article.text.split()) for annotated in list(taught(10))[::-1]]  # the last one first
    for most, articles in ((1, 1), (lengths[0], 1), (lengths[0] + 1, 2), (sum(lengths[:4]), 4), (10**6, 10)):
        monkeypatch.setattr("annotator.jobs.training_layers.MAX_TOKENS", most)
        assert learn_unsaved(corpus).articles == articles
