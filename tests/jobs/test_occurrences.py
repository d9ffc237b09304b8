"""Where else the words of a span stand, and labelling all those places in one step."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final, TypeVar

import pytest

from annotator.jobs import occurrences
from annotator.jobs.occurrences import Occurrence, in_article, in_corpus, tag_each
from annotator.model import history, operations
from annotator.model.article_builder import draft
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import DONE, IN_PROGRESS, Edit, Span, Status, Step, new_uid
from annotator.store.corpus import Corpus, now
from annotator.store.errors import Conflict, CorpusError

LABELS: Final = LabelSet(
    tuple(Label(name, {"ar": name}, Colour("#112233", "#ddeeff")) for name in ("INSTITUTION", "PLAN"))
)
TEXTS: Final = (
    "أعلنت وزارة الصحة عن خطة. ورحبت بها نقابة، حسب وِزَارَة الصحة.\nانتهى",
    "لا شيء هنا عن الصحة ولا عن وزارة.",
    "قال بلاغ لوزارة الصحة إن الأمر جيد؛ ولوزاره الصحه رأي آخر 😀 في وزارة\nالصحة",
)
FORM: Final = "وزارة الصحة"
SANAE: Final = "Sanae"
_Result = TypeVar("_Result")


@pytest.fixture(autouse=True)
def _one_edit_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.store.corpus._AT_ONCE", 1)


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.create(tmp_path / "a.corpus", LABELS) as opened:
        for text in TEXTS:
            opened.add(draft(text))
        yield opened


def done(job: Generator[tuple[int, int], None, _Result]) -> tuple[list[tuple[int, int]], _Result]:
    """What a job yields and what it returns."""
    seen = []
    while True:
        try:
            seen.append(next(job))
        except StopIteration as end:
            return seen, end.value


def tag(corpus: Corpus, number: int, label: str, start: int, end: int, annotator: str = SANAE) -> Span:
    article = corpus.article(number)
    edits = operations.add(article, corpus.spans(article.uid, annotator), annotator, label, start, end)
    corpus.apply(Step(new_uid(), annotator, now(), "tag", tuple(edits)))
    assert isinstance(edits[0].after, Span)
    return edits[0].after


def uid(corpus: Corpus, number: int) -> str:
    return corpus.article(number).uid


def everything(corpus: Corpus) -> list[Span]:
    return [span for number in (1, 2, 3) for span in corpus.spans(uid(corpus, number))]


def labelled(corpus: Corpus, label: str) -> list[tuple[int, str]]:
    return [
        (number, TEXTS[number - 1][span.start : span.end])
        for number in (1, 2, 3)
        for span in corpus.spans(uid(corpus, number), SANAE)
        if span.label == label
    ]


def test_each_place_of_an_article_in_its_sentence(corpus: Corpus) -> None:
    article = corpus.article(1)
    tag(corpus, 1, "PLAN", 6, 17)
    tag(corpus, 1, "INSTITUTION", 6, 17)
    tag(corpus, 1, "PLAN", 6, 11)
    layer = corpus.spans(article.uid, SANAE)
    first, second = in_article(article, "عنوان", layer, FORM)
    assert first == Occurrence(
        1, "عنوان", 6, 17, "أعلنت ", "وزارة الصحة", " عن خطة.", True, frozenset({"PLAN", "INSTITUTION"})
    )
    assert (second.before, second.words, second.after) == ("ورحبت بها نقابة، حسب ", "وِزَارَة الصحة", ".")
    assert second.labels == frozenset()
    assert in_article(article, "عنوان", layer, "زرافة") == []


def test_a_place_that_may_be_another_word_is_not_sure(corpus: Corpus) -> None:
    corpus.add(draft("سافر إلى جدة وجدة بعيدة."))
    assert [one.sure for one in in_article(corpus.article(4), "", [], "جدة")] == [True, False]


def test_every_place_of_the_corpus_in_the_order_of_the_articles(corpus: Corpus) -> None:
    seen, found = done(in_corpus(corpus, SANAE, FORM))
    assert [(one.number, one.words) for one in found] == [
        (1, "وزارة الصحة"),
        (1, "وِزَارَة الصحة"),
        (3, "وزارة الصحة"),
    ]
    assert [one.title for one in found][::2] == [TEXTS[0].partition("\n")[0], TEXTS[2].partition("\n")[0]]
    assert seen == [(1, 2), (2, 2)]
    _seen, folded = done(in_corpus(corpus, SANAE, FORM, taa=True))
    assert [one.words for one in folded if one.number == 3] == ["وزارة الصحة", "وزاره الصحه"]
    assert done(in_corpus(corpus, SANAE, "زرافة")) == ([], [])


def test_the_labels_are_those_of_the_annotator(corpus: Corpus) -> None:
    tag(corpus, 1, "PLAN", 6, 17, "Omar")
    tag(corpus, 3, "PLAN", 10, 21)
    _seen, found = done(in_corpus(corpus, SANAE, FORM))
    assert [set(one.labels) for one in found] == [set(), set(), {"PLAN"}]


def test_words_that_touch_a_number_are_found_in_the_corpus_as_in_the_article(corpus: Corpus) -> None:
    corpus.add(draft("انعقد يوم 20فبراير2024 بالرباط"))
    for form in ("20", "فبراير", "2024"):
        _seen, found = done(in_corpus(corpus, SANAE, form))
        assert [(one.number, one.words) for one in found] == [(4, form)]


def test_all_of_them_are_labelled_in_one_step_and_taken_back_in_one(corpus: Corpus) -> None:
    own = tag(corpus, 1, "INSTITUTION", 6, 17)
    _seen, found = done(in_corpus(corpus, SANAE, FORM))
    seen, count = done(tag_each(corpus, SANAE, "INSTITUTION", found, uid(corpus, 1)))
    assert (seen, count) == ([(2, 6), (3, 6), (4, 6), (5, 6)], 2)
    assert labelled(corpus, "INSTITUTION") == [
        (1, "وزارة الصحة"),
        (1, "وِزَارَة الصحة"),
        (3, "وزارة الصحة"),
    ]
    tops = [history.stacks(corpus.history(uid(corpus, number), SANAE))[0][-1] for number in (1, 3)]
    assert tops[0] == tops[1]
    assert tops[0].name == occurrences.STEP == "tag_each"
    step = corpus.step(tops[0].uid)
    corpus.apply(Step(new_uid(), SANAE, now(), step.name, history.reversal(step), step.uid))
    assert everything(corpus) == [own]


@pytest.mark.parametrize("state", [None, DONE])
def test_it_can_be_taken_back_where_the_annotator_is_though_no_place_is_there(
    corpus: Corpus, state: str | None
) -> None:
    here = uid(corpus, 2)
    before = Status(here, SANAE, state) if state else None
    if before:
        corpus.apply(Step(new_uid(), SANAE, now(), "state", (Edit(None, before),)))
    _seen, found = done(in_corpus(corpus, SANAE, FORM))
    assert done(tag_each(corpus, SANAE, "PLAN", found, here))[1] == 3
    assert corpus.status(here, SANAE) == (before or Status(here, SANAE, IN_PROGRESS))
    step = corpus.step(history.stacks(corpus.history(here, SANAE))[0][-1].uid)
    corpus.apply(Step(new_uid(), SANAE, now(), step.name, history.reversal(step), step.uid))
    assert everything(corpus) == []
    assert corpus.status(here, SANAE) == before


def test_places_that_have_the_label_make_no_step(corpus: Corpus) -> None:
    _seen, found = done(in_corpus(corpus, SANAE, FORM))
    done(tag_each(corpus, SANAE, "PLAN", found, uid(corpus, 1)))
    before = corpus.history(uid(corpus, 1), SANAE)
    assert done(tag_each(corpus, SANAE, "PLAN", found, uid(corpus, 1)))[1] == 0
    assert done(tag_each(corpus, SANAE, "PLAN", [], uid(corpus, 1))) == ([], 0)
    assert corpus.history(uid(corpus, 1), SANAE) == before
    assert done(tag_each(corpus, SANAE, "INSTITUTION", found[:1], uid(corpus, 1)))[1] == 1


@pytest.mark.parametrize("steps", [1, 2, 3, 5])
def test_a_job_that_is_closed_changes_nothing(corpus: Corpus, steps: int) -> None:
    _seen, found = done(in_corpus(corpus, SANAE, FORM))
    job = tag_each(corpus, SANAE, "PLAN", found, uid(corpus, 1))
    for _ in range(steps):
        next(job)
    job.close()
    assert everything(corpus) == []
    looking = in_corpus(corpus, SANAE, FORM)
    next(looking)
    looking.close()


def test_what_cannot_be_labelled_leaves_all_as_it_was(corpus: Corpus) -> None:
    _seen, found = done(in_corpus(corpus, SANAE, FORM))
    with pytest.raises(CorpusError):
        done(tag_each(corpus, SANAE, "NONE", found, uid(corpus, 1)))
    assert everything(corpus) == []
    with Corpus.open(corpus.path) as other:  # labels the last place once the job has read what is labelled
        job = tag_each(corpus, SANAE, "PLAN", found, uid(corpus, 1))
        next(job), next(job)
        tag(other, 3, "PLAN", found[-1].start, found[-1].end)
        with pytest.raises(Conflict):
            done(job)
    assert labelled(corpus, "PLAN") == [(3, "وزارة الصحة")]


def test_many_places_in_one_line_are_shown_without_looking_at_the_line_for_each(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.add(draft("قالت وزارة الصحة كذا، ثم كذا. " * 300))
    article = corpus.article(len(TEXTS) + 1)
    looked: list[int] = []
    sentences = occurrences.sentences
    monkeypatch.setattr(occurrences, "sentences", lambda text, found: looked.append(0) or sentences(text, found))
    found = in_article(article, "", [], FORM)
    assert len(found) == 300
    assert {(one.before, one.after) for one in found} == {("قالت ", " كذا، ثم كذا.")}
    assert len(looked) == 1
