"""Finding all occurrences of a span's words, and labelling them in one step."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final, TypeVar

import pytest
from builders import apply_edits, build_label_set, create_corpus

from annotator.jobs import occurrences
from annotator.jobs.occurrences import Occurrence, find_in_article, find_in_corpus, label_occurrences
from annotator.model import history, operations
from annotator.model.article_builder import build_article
from annotator.model.records import DONE, IN_PROGRESS, Edit, Span, Status, Suggestion
from annotator.store.corpus import Corpus
from annotator.store.errors import Conflict, CorpusError
from annotator.text.sentences import split_sentences
from annotator.text.tokenizer import Token

LABELS: Final = build_label_set("INSTITUTION", "PLAN")
TEXTS: Final = (
    "أعلنت وزارة الصحة عن خطة. ورحبت بها نقابة، حسب وِزَارَة الصحة.\nانتهى",
    "لا شيء هنا عن الصحة ولا عن وزارة.",
    "قال بلاغ لوزارة الصحة إن الأمر جيد؛ ولوزاره الصحه رأي آخر 😀 في وزارة\nالصحة",
)
FORM: Final = "وزارة الصحة"
SANAE: Final = "Sanae"
_Result = TypeVar("_Result")

pytestmark = pytest.mark.usefixtures("one_edit_per_batch")


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with create_corpus(tmp_path / "a.corpus", *map(build_article, TEXTS), labels=LABELS) as opened:
        yield opened


def done(job: Generator[tuple[int, int], None, _Result]) -> tuple[list[tuple[int, int]], _Result]:
    """Run a job and return what it yields and its result."""
    seen = []
    while True:
        try:
            seen.append(next(job))
        except StopIteration as end:
            return seen, end.value


def tag(corpus: Corpus, number: int, label: str, start: int, end: int, annotator: str = SANAE) -> Span:
    article = corpus.article(number)
    edits = operations.add_span(article, corpus.spans(article.uid, annotator), annotator, label, start, end)
    apply_edits(corpus, edits, annotator)
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


def test_occurrences_in_an_article_have_their_sentence(corpus: Corpus) -> None:
    article = corpus.article(1)
    tag(corpus, 1, "PLAN", 6, 17)
    tag(corpus, 1, "INSTITUTION", 6, 17)
    tag(corpus, 1, "PLAN", 6, 11)
    layer = corpus.spans(article.uid, SANAE)
    first, second = find_in_article(article, "عنوان", layer, FORM)
    assert first == Occurrence(
        1, "عنوان", 6, 17, "أعلنت ", "وزارة الصحة", " عن خطة.", True, frozenset({"PLAN", "INSTITUTION"})
    )
    assert (second.before, second.words, second.after) == ("ورحبت بها نقابة، حسب ", "وِزَارَة الصحة", ".")
    assert second.labels == frozenset()
    assert find_in_article(article, "عنوان", layer, "زرافة") == []


def test_an_occurrence_that_may_be_another_word_is_not_certain(corpus: Corpus) -> None:
    corpus.add(build_article("سافر إلى جدة وجدة بعيدة."))
    assert [occurrence.is_certain for occurrence in find_in_article(corpus.article(4), "", [], "جدة")] == [True, False]


def test_an_occurrence_inside_a_longer_name_knows_it(corpus: Corpus) -> None:
    article = corpus.article(1)
    end = 6 + len("وزارة الصحة عن")
    tag(corpus, 1, "INSTITUTION", 6, end)
    layer = corpus.spans(article.uid, SANAE)
    [inside, alone] = find_in_article(article, "", layer, FORM, label="INSTITUTION")
    assert (inside.longer_name, alone.longer_name) == ("وزارة الصحة عن", "")
    [nested, _alone] = find_in_article(article, "", layer, FORM, label="PLAN")
    assert nested.longer_name == ""  # a plan may lie inside an institution
    suggestion = Suggestion(0, end, "PLAN", "names", 0.9)
    [suggested, _alone] = find_in_article(article, "", layer, FORM, label="PLAN", suggestions=[suggestion])
    assert suggested.longer_name == "أعلنت وزارة الصحة عن"
    [equal, _alone] = find_in_article(
        article, "", layer, FORM, label="PLAN", suggestions=[Suggestion(6, 17, "PLAN", "names", 0.9)]
    )
    assert equal.longer_name == ""
    _seen, everywhere = done(find_in_corpus(corpus, SANAE, FORM, label="PLAN", suggestions={1: [suggestion]}))
    assert [occurrence.longer_name for occurrence in everywhere] == ["أعلنت وزارة الصحة عن", "", ""]


def test_occurrences_in_the_corpus_are_sorted_by_article(corpus: Corpus) -> None:
    seen, occurrences_found = done(find_in_corpus(corpus, SANAE, FORM))
    assert [(occurrence.number, occurrence.words) for occurrence in occurrences_found] == [
        (1, "وزارة الصحة"),
        (1, "وِزَارَة الصحة"),
        (3, "وزارة الصحة"),
    ]
    assert [occurrence.title for occurrence in occurrences_found][::2] == [
        TEXTS[0].partition("\n")[0],
        TEXTS[2].partition("\n")[0],
    ]
    assert seen == [(1, 2), (2, 2)]
    _seen, folded = done(find_in_corpus(corpus, SANAE, FORM, taa=True))
    assert [occurrence.words for occurrence in folded if occurrence.number == 3] == ["وزارة الصحة", "وزاره الصحه"]
    assert done(find_in_corpus(corpus, SANAE, "زرافة")) == ([], [])


def test_occurrences_have_the_annotators_labels(corpus: Corpus) -> None:
    tag(corpus, 1, "PLAN", 6, 17, "Omar")
    tag(corpus, 3, "PLAN", 10, 21)
    _seen, occurrences_found = done(find_in_corpus(corpus, SANAE, FORM))
    assert [set(occurrence.labels) for occurrence in occurrences_found] == [set(), set(), {"PLAN"}]


def test_words_next_to_a_number_are_found_in_the_corpus(corpus: Corpus) -> None:
    corpus.add(build_article("انعقد يوم 20فبراير2024 بالرباط"))
    for form in ("20", "فبراير", "2024"):
        _seen, occurrences_found = done(find_in_corpus(corpus, SANAE, form))
        assert [(occurrence.number, occurrence.words) for occurrence in occurrences_found] == [(4, form)]


def test_all_occurrences_are_labelled_in_one_step_and_undone_in_one(corpus: Corpus) -> None:
    own = tag(corpus, 1, "INSTITUTION", 6, 17)
    _seen, occurrences_found = done(find_in_corpus(corpus, SANAE, FORM))
    seen, count = done(label_occurrences(corpus, SANAE, "INSTITUTION", occurrences_found, uid(corpus, 1)))
    assert (seen, count) == ([(2, 6), (3, 6), (4, 6), (5, 6)], 2)
    assert labelled(corpus, "INSTITUTION") == [
        (1, "وزارة الصحة"),
        (1, "وِزَارَة الصحة"),
        (3, "وزارة الصحة"),
    ]
    tops = [history.build_stacks(corpus.history(uid(corpus, number), SANAE))[0][-1] for number in (1, 3)]
    assert tops[0] == tops[1]
    assert tops[0].name == occurrences.STEP_NAME == "tag_each"
    step = corpus.step(tops[0].uid)
    apply_edits(corpus, history.reverse_step(step), SANAE, undoes=step.uid, name=step.name)
    assert everything(corpus) == [own]


@pytest.mark.parametrize("state", [None, DONE])
def test_the_step_can_be_undone_in_the_open_article_without_an_occurrence(corpus: Corpus, state: str | None) -> None:
    open_uid = uid(corpus, 2)
    before = Status(open_uid, SANAE, state) if state else None
    if before:
        apply_edits(corpus, [Edit(None, before)], SANAE, name="state")
    _seen, occurrences_found = done(find_in_corpus(corpus, SANAE, FORM))
    assert done(label_occurrences(corpus, SANAE, "PLAN", occurrences_found, open_uid, actor="Lead"))[1] == 3
    assert corpus.status(open_uid, SANAE) == (before or Status(open_uid, SANAE, IN_PROGRESS))
    step = corpus.step(history.build_stacks(corpus.history(open_uid, SANAE))[0][-1].uid)
    assert step.actor == "Lead"
    apply_edits(corpus, history.reverse_step(step), SANAE, undoes=step.uid, name=step.name)
    assert everything(corpus) == []
    assert corpus.status(open_uid, SANAE) == before


def test_occurrences_with_the_label_create_no_step(corpus: Corpus) -> None:
    _seen, occurrences_found = done(find_in_corpus(corpus, SANAE, FORM))
    done(label_occurrences(corpus, SANAE, "PLAN", occurrences_found, uid(corpus, 1)))
    before = corpus.history(uid(corpus, 1), SANAE)
    assert done(label_occurrences(corpus, SANAE, "PLAN", occurrences_found, uid(corpus, 1)))[1] == 0
    assert done(label_occurrences(corpus, SANAE, "PLAN", [], uid(corpus, 1))) == ([], 0)
    assert corpus.history(uid(corpus, 1), SANAE) == before
    assert done(label_occurrences(corpus, SANAE, "INSTITUTION", occurrences_found[:1], uid(corpus, 1)))[1] == 1


@pytest.mark.parametrize("steps", [1, 2, 3, 5])
def test_a_job_that_is_closed_changes_nothing(corpus: Corpus, steps: int) -> None:
    _seen, occurrences_found = done(find_in_corpus(corpus, SANAE, FORM))
    job = label_occurrences(corpus, SANAE, "PLAN", occurrences_found, uid(corpus, 1))
    for _ in range(steps):
        next(job)
    job.close()
    assert everything(corpus) == []
    looking = find_in_corpus(corpus, SANAE, FORM)
    next(looking)
    looking.close()


def test_a_failure_to_label_changes_nothing(corpus: Corpus) -> None:
    _seen, occurrences_found = done(find_in_corpus(corpus, SANAE, FORM))
    with pytest.raises(CorpusError):
        done(label_occurrences(corpus, SANAE, "NONE", occurrences_found, uid(corpus, 1)))
    assert everything(corpus) == []
    with Corpus.open(corpus.path) as other:  # labels the last place once the job has read what is labelled
        job = label_occurrences(corpus, SANAE, "PLAN", occurrences_found, uid(corpus, 1))
        next(job), next(job)
        tag(other, 3, "PLAN", occurrences_found[-1].start, occurrences_found[-1].end)
        with pytest.raises(Conflict):
            done(job)
    assert labelled(corpus, "PLAN") == [(3, "وزارة الصحة")]


def test_sentences_of_a_line_are_split_once_for_many_occurrences(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus.add(build_article("قالت وزارة الصحة كذا، ثم كذا. " * 300))
    article = corpus.article(len(TEXTS) + 1)
    looked: list[int] = []

    def look(text: str, tokens: list[Token]) -> list[list[Token]]:
        looked.append(0)
        return split_sentences(text, tokens)

    monkeypatch.setattr(occurrences, "split_sentences", look)
    occurrences_found = find_in_article(article, "", [], FORM)
    assert len(occurrences_found) == 300
    assert {(occurrence.before, occurrence.after) for occurrence in occurrences_found} == {("قالت ", " كذا، ثم كذا.")}
    assert len(looked) == 1
