"""Learning from what is done in a corpus: what is kept, when it is due, and that nothing is half written."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from suggest.learning import LABELS, examples

from annotator.device_key import load_or_create_key
from annotator.jobs import learning
from annotator.jobs.learning import Taught, due, learn, teach
from annotator.jobs.suggesting import Suggesting, kept
from annotator.model.label_changes import Change
from annotator.model.labels import LabelSet
from annotator.model.records import (
    BOILERPLATE,
    DONE,
    IN_PROGRESS,
    Article,
    Draft,
    Edit,
    Span,
    Status,
    Step,
    Suggestion,
    Zone,
    article_uid,
    new_uid,
)
from annotator.store.corpus import Corpus, now
from annotator.store.label_set import change_labels
from annotator.store.queries import training_data as stored

SANAE, OMAR = "Sanae", "Omar"
NEW_TEXT = "أعلنت وزارة الفلاحة اليوم عن نتائجها سنة 2015 بالرباط."


def taught(count: int, annotator: str = SANAE, state: str = DONE) -> Iterator[Draft]:
    """So many articles with their spans, in this state."""
    for one in examples()[:count]:
        uid = one.article.uid
        spans = tuple(Span(new_uid(), uid, annotator, label, start, end) for start, end, label in one.spans)
        yield Draft(one.article, spans=spans, states=(Status(uid, annotator, state),))


def article(text: str) -> Draft:
    return Draft(Article(article_uid(text), text))


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Corpus]]:
    made: list[Corpus] = []

    def corpus(*drafts: Draft) -> Corpus:
        made.append(Corpus.create(tmp_path / f"{len(made)}.corpus", LABELS))
        for draft in drafts:
            made[-1].add(draft)
        return made[-1]

    yield corpus
    for one in made:
        one.close()


def drained(corpus: Corpus) -> tuple[list[tuple[int, int]], Taught]:
    work, steps = learn(corpus), []
    while True:
        try:
            steps.append(next(work))
        except StopIteration as end:
            return steps, end.value


def suggested(corpus: Corpus, text: str = NEW_TEXT) -> list[tuple[str, str]]:
    said = Suggesting.of(corpus).ask(Article(article_uid(text), text))
    return [(text[one.start : one.end], one.label) for one in said.get("model", ())]


def test_what_was_learned_is_kept_and_suggests_elsewhere(make: Callable[..., Corpus]) -> None:
    corpus = make(*taught(60), article(NEW_TEXT), article("لا شيء هنا."))
    assert suggested(corpus) == []
    steps, found = drained(corpus)
    assert found.articles == 60
    assert found.spans == sum(len(one.spans) for one in examples()[:60])
    assert steps == sorted(steps)
    assert steps[0][0] == 0
    assert steps[-1][0] == steps[-1][1]
    assert suggested(corpus) == [("وزارة الفلاحة", "INSTITUTION"), ("2015", "DATE")]
    assert sorted(stored.doubtful(corpus, SANAE)) == [61, 62]


def test_too_little_teaches_nothing_and_that_is_kept_too(make: Callable[..., Corpus]) -> None:
    corpus = make(*taught(1), article(NEW_TEXT))
    assert due(corpus)
    _steps, found = drained(corpus)
    assert (found.trained, found.articles) == (None, 1)
    assert kept(corpus, LABELS) is None
    assert stored.doubtful(corpus, SANAE) == []
    assert not due(corpus)


def test_it_is_due_again_after_a_tenth_more(make: Callable[..., Corpus]) -> None:
    corpus = make(article(NEW_TEXT))
    assert not due(corpus)
    drafts = list(taught(23))
    for draft in drafts[:20]:
        corpus.add(draft)
    assert due(corpus)
    drained(corpus)
    assert not due(corpus)
    corpus.add(drafts[20])
    assert not due(corpus)
    corpus.add(drafts[21])
    assert due(corpus)


def test_a_tenth_more_is_rounded_up(make: Callable[..., Corpus]) -> None:
    drafts = list(taught(17))
    corpus = make(*drafts[:15])
    drained(corpus)
    corpus.add(drafts[15])
    assert not due(corpus), "one is less than a tenth of fifteen"
    corpus.add(drafts[16])
    assert due(corpus)


def test_work_at_what_is_not_done_makes_nothing_due(make: Callable[..., Corpus]) -> None:
    corpus = make(*taught(5))
    drained(corpus)
    for draft in taught(12, OMAR, IN_PROGRESS):
        corpus.add(draft)
    assert not due(corpus)


def test_other_labels_and_another_version_make_it_due(
    make: Callable[..., Corpus], monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make(*taught(60))
    drained(corpus)
    with monkeypatch.context() as patch:
        patch.setattr("annotator.suggest.crf.training.VERSION", -1)
        assert due(corpus)
        assert suggested(corpus) == []
    assert not due(corpus)
    date, *others = LABELS.labels
    after = LabelSet((replace(date, name="TIME"), *others))
    names = {"DATE": "TIME", "INSTITUTION": "INSTITUTION", "PLAN": "PLAN"}
    for _done in change_labels(corpus, Change(LABELS, after, names, {})):
        pass
    assert due(corpus)
    assert suggested(corpus) == []
    drained(corpus)
    assert suggested(corpus) == [("وزارة الفلاحة", "INSTITUTION"), ("2015", "TIME")]


def test_a_copy_and_a_renamed_corpus_keep_their_model(make: Callable[..., Corpus], tmp_path: Path) -> None:
    corpus = make(*taught(60))
    drained(corpus)
    corpus.close()
    for path in (shutil.copyfile(corpus.path, tmp_path / "copy.corpus"), corpus.path.rename(tmp_path / "new.corpus")):
        with Corpus.open(path, readonly=True) as opened:
            assert not due(opened)
            assert suggested(opened) != []


def test_a_model_of_another_computer_is_not_used_and_learned_anew(
    make: Callable[..., Corpus], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    corpus = make(*taught(60), article(NEW_TEXT))
    drained(corpus)
    here = suggested(corpus)
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / "elsewhere"))
    for _key in ("none yet", "another one"):
        assert suggested(corpus) == []
        assert due(corpus)
        load_or_create_key()
    drained(corpus)
    assert not due(corpus)
    assert suggested(corpus) == here != []


def test_without_a_place_for_the_key_nothing_is_learned(make: Callable[..., Corpus]) -> None:
    corpus = make(*taught(60))
    Path(os.environ["ANNOTATOR_HOME"], "data").write_bytes(b"")
    with pytest.raises(OSError, match="data"):
        drained(corpus)
    assert stored.learned(corpus, "model") is None


def test_closed_at_any_time_it_leaves_the_corpus_as_it_was(make: Callable[..., Corpus]) -> None:
    corpus = make(*taught(60), article(NEW_TEXT), article("لا شيء هنا."))
    before = stored.last_edit(corpus)
    for steps in range(1, 5):
        work = learn(corpus)
        for _step in range(steps):
            next(work, None)
        with Corpus.open(corpus.path) as other:  # no lock is held
            other.stand(SANAE, other.article(1).uid, steps)
        work.close()
        if steps < 4:
            assert stored.learned(corpus, "model") is None
    assert stored.last_edit(corpus) == before


def test_what_was_done_while_it_learned_is_still_to_be_learned(make: Callable[..., Corpus]) -> None:
    corpus = make(*taught(10), article(NEW_TEXT))
    more = list(taught(12))[10:]
    work = learn(corpus)
    next(work)
    for draft in more:
        corpus.add(draft)
    assert all(step for step in work)
    found = stored.learned(corpus, "model")
    assert found
    assert found.lessons == 10
    assert due(corpus)


def test_nothing_is_kept_where_nothing_is_to_be(make: Callable[..., Corpus]) -> None:
    corpus = make(*taught(60))
    corpus.close()
    with Corpus.open(corpus.path, readonly=True) as opened:
        found = teach(opened)
        assert found.trained
        assert stored.learned(opened, "model") is None
        heard = Suggesting.of(opened, found.trained).ask(Article(article_uid(NEW_TEXT), NEW_TEXT))
        assert [one.label for one in heard["model"]] == ["INSTITUTION", "DATE"]


def test_the_same_corpus_teaches_the_same(make: Callable[..., Corpus]) -> None:
    one, other = make(*taught(40)), make(*taught(40))
    assert teach(one).trained == teach(other).trained


def test_of_an_article_the_layer_that_was_worked_at_last_is_learned(make: Callable[..., Corpus]) -> None:
    corpus = make(*taught(30))
    for draft in taught(30, OMAR):
        corpus.add(Draft(draft.article, states=draft.states))
    assert teach(corpus) == Taught(None, 30, 0, stored.last_edit(corpus)), "Omar found nothing in them"


def test_memory_tells_nothing_of_another_layer_of_what_is_learned(
    make: Callable[..., Corpus], monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make(*taught(1, OMAR), *taught(1))
    asked = []

    def train(lessons: list[object], labels: LabelSet, others: tuple[object, ...]) -> None:
        memory = others[-1]
        [lesson] = lessons
        own = [(words, label, spans // 2, 0) for words, label, spans, _none in stored.known(corpus)]
        asked.append(memory.suggest(lesson.article, labels, own))  # type: ignore[attr-defined]
        asked.append(memory.suggest(lesson.article, labels))  # type: ignore[attr-defined]

    monkeypatch.setattr(learning, "train", train)
    teach(corpus)
    assert asked[0] == []
    assert asked[1] != []


def test_memory_knows_what_it_knew_once_it_is_learned(make: Callable[..., Corpus]) -> None:
    lessons = learning._lessons(make(*taught(20, OMAR), *taught(20)))
    assert lessons.elsewhere
    known = [lessons.memory.suggest(lesson.article, lessons.labels) for lesson in lessons.examples]
    learning._taught(lessons)
    assert [lessons.memory.suggest(lesson.article, lessons.labels) for lesson in lessons.examples] == known


def test_boilerplate_teaches_nothing(make: Callable[..., Corpus], monkeypatch: pytest.MonkeyPatch) -> None:
    text = "اقرأ أيضا\nأعلنت الوزارة عن خطة\nشارك\n"
    uid = article_uid(text)
    zones = (Zone("a", uid, BOILERPLATE, 0, 9), Zone("b", uid, BOILERPLATE, 31, len(text)))
    corpus = make(Draft(Article(uid, text), zones, states=(Status(uid, SANAE, DONE),)))
    found = []
    monkeypatch.setattr(learning, "train", lambda lessons, *_: found.extend(lessons))
    teach(corpus)
    assert [one.labelled for one in found] == [((9, 31),)]


def test_an_article_that_somebody_began_is_not_asked_about(make: Callable[..., Corpus]) -> None:
    corpus = make(*taught(60), article(NEW_TEXT), article("لا شيء هنا."))
    uid = article_uid(NEW_TEXT)
    corpus.apply(Step(new_uid(), OMAR, now(), "state", (Edit(None, Status(uid, OMAR, IN_PROGRESS)),)))
    drained(corpus)
    assert stored.doubtful(corpus, SANAE) == [62]


def test_of_many_open_articles_some_are_asked_about_from_the_first_to_the_last(
    make: Callable[..., Corpus], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "_DOUBTED", 3)
    corpus = make(*taught(60), *(article(f"{NEW_TEXT} {number}") for number in range(7)))
    drained(corpus)
    assert sorted(stored.doubtful(corpus, SANAE)) == [61, 63, 65]


def test_what_is_odd_teaches_more_than_what_is_known(make: Callable[..., Corpus]) -> None:
    known = examples()[0].article.text
    odd = "صرح مصدر من المديرية الجهوية للماء: «برنامج» جديد بين ماي وغشت من كل عام، حسب «وزارة» قديمة."
    corpus = make(*list(taught(60))[1:], article(known), article(odd))
    drained(corpus)
    assert stored.doubtful(corpus, SANAE) == [61, 60]


def test_suggestions_are_those_of_the_suggester_type(make: Callable[..., Corpus]) -> None:
    corpus = make(*taught(60))
    drained(corpus)
    heard = Suggesting.of(corpus).ask(Article(article_uid(NEW_TEXT), NEW_TEXT))
    assert list(heard) == ["dates", "names", "model", "memory"]
    assert all(isinstance(one, Suggestion) and one.source == name for name, said in heard.items() for one in said)


def test_it_learns_from_what_was_done_last_and_from_no_more_words_than_there_is_time_for(
    make: Callable[..., Corpus], monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = make(*taught(10))
    lengths = [len(one.article.text.split()) for one in list(taught(10))[::-1]]  # the last one first
    for most, articles in ((1, 1), (lengths[0], 1), (lengths[0] + 1, 2), (sum(lengths[:4]), 4), (10**6, 10)):
        monkeypatch.setattr("annotator.jobs.learning.MOST", most)
        assert teach(corpus).articles == articles
