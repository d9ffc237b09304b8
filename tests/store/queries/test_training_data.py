"""What the corpus holds for suggestions to learn from, and what they have learned."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from annotator.model import operations
from annotator.model.history import reversal, stacks
from annotator.model.label_changes import Change
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import (
    DONE,
    FLAGGED,
    IN_PROGRESS,
    NEW,
    SKIPPED,
    Article,
    Draft,
    Edit,
    Rejection,
    Span,
    Status,
    Step,
    Suggestion,
    article_uid,
    new_uid,
)
from annotator.store.corpus import Corpus, now
from annotator.store.errors import Conflict
from annotator.store.label_set import change_labels
from annotator.store.queries import training_data
from annotator.store.queries.training_data import Known, Learned
from annotator.text.word_context import Context

TEXTS: Final = (
    "أعلنت وزارة الصحة عن خطة 2024",
    "لوزارة الصحة رأي آخر في كتابها",
    "قالت وزارة الصحّة إن خطة أخرى ستأتي",
    "لا شيء هنا",
)
UIDS: Final = [article_uid(text) for text in TEXTS]
SANAE, OMAR = "Sanae", "Omar"


def labels(*names: str) -> LabelSet:
    return LabelSet(tuple(Label(name, {"ar": name}, Colour("#8f6a0a", "#ecc04c")) for name in names))


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.create(tmp_path / "a.corpus", labels("A", "B")) as opened:
        for uid, text in zip(UIDS, TEXTS, strict=True):
            opened.add(Draft(Article(uid, text)))
        yield opened


def apply(corpus: Corpus, *edits: Edit, annotator: str = SANAE, undoes: str | None = None) -> Step:
    step = Step(new_uid(), annotator, now(), "tag", edits, undoes)
    corpus.apply(step)
    return step


def tag(corpus: Corpus, label: str, words: str, at: int = 0, annotator: str = SANAE) -> Span:
    start = TEXTS[at].index(words)
    span = Span(new_uid(), UIDS[at], annotator, label, start, start + len(words))
    apply(corpus, Edit(None, span), annotator=annotator)
    return span


def reject(corpus: Corpus, label: str, words: str, at: int = 0, annotator: str = SANAE) -> Step:
    start = TEXTS[at].index(words)
    proposed = Suggestion(start, start + len(words), label, "memory", 0.5)
    return apply(corpus, *operations.reject(corpus.article(UIDS[at]), annotator, proposed), annotator=annotator)


def say(corpus: Corpus, state: str, at: int = 0, annotator: str = SANAE) -> None:
    status = corpus.status(UIDS[at], annotator)
    apply(corpus, *operations.set_state(status, corpus.article(UIDS[at]), annotator, state), annotator=annotator)


def known(corpus: Corpus) -> dict[tuple[str, str], tuple[int, int]]:
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for words, label, spans, rejections in training_data.known(corpus):
        before = found.get((words, label), (0, 0))
        found[words, label] = before[0] + spans, before[1] + rejections
    return found


def test_what_is_known_is_counted_by_form_and_label_over_all_annotators(corpus: Corpus) -> None:
    assert training_data.known(corpus) == []
    tag(corpus, "A", "وزارة الصحة")
    tag(corpus, "A", "وزارة الصحة", 1, OMAR)
    tag(corpus, "A", "وزارة الصحّة", 2)
    tag(corpus, "B", "وزارة الصحة", annotator=OMAR)
    reject(corpus, "A", "وزارة الصحة", 1)
    reject(corpus, "B", "خطة", 2)
    assert known(corpus) == {
        ("وزارة الصحة", "A"): (3, 1),
        ("وزارة الصحة", "B"): (1, 0),
        ("خطة", "B"): (0, 1),
    }
    assert all(isinstance(one, Known) for one in training_data.known(corpus))


def test_what_is_removed_or_undone_is_known_no_longer(corpus: Corpus) -> None:
    span, step = tag(corpus, "A", "خطة"), reject(corpus, "B", "خطة")
    apply(corpus, *operations.remove(span))
    assert known(corpus) == {("خطة", "B"): (0, 1)}
    apply(corpus, *reversal(step), undoes=step.uid)
    assert known(corpus) == {}
    assert training_data.rejected(corpus, SANAE) == set()


def test_each_has_rejected_for_themselves_in_a_context(corpus: Corpus) -> None:
    reject(corpus, "A", "وزارة الصحة", 1)
    reject(corpus, "B", "خطة", 2, OMAR)
    assert training_data.rejected(corpus, SANAE) == {(Context("ل", "وزارة الصحة", "راي"), "A")}
    assert training_data.rejected(corpus, OMAR) == {(Context("ان", "خطة", "اخري"), "B")}
    assert training_data.rejected(corpus, "Nobody") == set()


def test_an_undone_rejection_can_be_redone(corpus: Corpus) -> None:
    step = reject(corpus, "A", "خطة")
    before = training_data.rejected(corpus, SANAE)
    undone = apply(corpus, *reversal(step), undoes=step.uid)
    redone = apply(corpus, *reversal(corpus.step(undone.uid)), undoes=undone.uid)
    assert training_data.rejected(corpus, SANAE) == before != set()
    undo, redo = stacks(corpus.history(UIDS[0], SANAE))
    assert [past.uid for past in undo] == [redone.uid]
    assert redo == []


def test_a_rejection_goes_with_the_name_of_its_label_and_is_undone_under_the_new_one(corpus: Corpus) -> None:
    reject(corpus, "A", "خطة")
    for _done in change_labels(corpus, Change(corpus.labels(), labels("X", "B"), {"A": "X", "B": "B"}, {})):
        pass
    assert known(corpus) == {("خطة", "X"): (0, 1)}
    assert {label for _context, label in training_data.rejected(corpus, SANAE)} == {"X"}
    step = corpus.step(stacks(corpus.history(UIDS[0], SANAE))[0][-1].uid)
    assert [edit.after.label for edit in step.edits if isinstance(edit.after, Rejection)] == ["X"]
    apply(corpus, *reversal(step), undoes=step.uid)
    assert known(corpus) == {}


def test_labels_that_change_names_change_them_in_rejections_too(corpus: Corpus) -> None:
    reject(corpus, "A", "خطة")
    reject(corpus, "B", "2024")
    for _done in change_labels(corpus, Change(corpus.labels(), labels("A", "B"), {"A": "B", "B": "A"}, {})):
        pass
    assert known(corpus) == {("خطة", "B"): (0, 1), ("2024", "A"): (0, 1)}


def test_rejections_of_a_deleted_label_go_and_nothing_brings_them_back(corpus: Corpus) -> None:
    reject(corpus, "A", "خطة")
    kept = reject(corpus, "B", "خطة", annotator=OMAR)
    for _done in change_labels(corpus, Change(corpus.labels(), labels("B"), {"B": "B"}, {})):
        pass
    assert known(corpus) == {("خطة", "B"): (0, 1)}
    assert training_data.rejected(corpus, SANAE) == set()
    assert stacks(corpus.history(UIDS[0], SANAE)) == ([], [])
    assert [past.uid for past in stacks(corpus.history(UIDS[0], OMAR))[0]] == [kept.uid]


def test_a_layer_teaches_once_it_is_done_and_one_that_was_imported_until_it_is_begun(corpus: Corpus) -> None:
    assert training_data.lessons(corpus) == []
    tag(corpus, "A", "خطة", 2)
    say(corpus, IN_PROGRESS, 2)
    assert training_data.lessons(corpus) == []
    corpus.add(Draft(Article(UIDS[1], TEXTS[1]), spans=(Span("i", UIDS[1], OMAR, "A", 1, 6),)))
    assert training_data.lessons(corpus) == [(2, OMAR)]
    say(corpus, DONE, 3)
    say(corpus, DONE, 2)
    assert training_data.lessons(corpus) == [(2, OMAR), (4, SANAE), (3, SANAE)], "done without a span is done too"
    for state in (SKIPPED, FLAGGED, IN_PROGRESS):
        say(corpus, state, 2)
        say(corpus, state, 1, OMAR)
        assert training_data.lessons(corpus) == [(4, SANAE)]
    say(corpus, NEW, 3)
    assert training_data.lessons(corpus) == []


def test_what_was_worked_at_last_is_the_last_lesson(corpus: Corpus) -> None:
    for at in (0, 1, 2):
        say(corpus, DONE, at)
    tag(corpus, "A", "خطة")
    assert training_data.lessons(corpus) == [(2, SANAE), (3, SANAE), (1, SANAE)]


def test_lessons_since_an_edit_are_those_that_were_worked_at(corpus: Corpus) -> None:
    assert training_data.last_edit(corpus) == 0
    for at in (0, 1):
        say(corpus, DONE, at)
    assert training_data.lessons_since(corpus, 0, 9) == 2
    assert training_data.lessons_since(corpus, 0, 1) == 1, "no more than are asked about"
    last = training_data.last_edit(corpus)
    assert training_data.lessons_since(corpus, last, 9) == 0
    tag(corpus, "A", "خطة")
    tag(corpus, "A", "2024")
    tag(corpus, "A", "خطة", 2)
    assert training_data.last_edit(corpus) > last
    assert training_data.lessons_since(corpus, last, 9) == 2, "one was done, and one nobody said to have begun"


def test_what_was_learned_is_kept_in_place_of_what_was_before(corpus: Corpus) -> None:
    assert training_data.learned(corpus, "model") is None
    training_data.keep(corpus, "model", Learned(b"\x00one", 3, 7), {UIDS[0]: 1.0, UIDS[1]: 2.0})
    assert training_data.learned(corpus, "model") == Learned(b"\x00one", 3, 7)
    training_data.keep(corpus, "model", Learned(None, 1, 8), {UIDS[2]: 0.5})
    assert training_data.learned(corpus, "model") == Learned(None, 1, 8)
    assert training_data.learned(corpus, "other") is None
    assert training_data.doubtful(corpus, SANAE) == [3]


def test_the_doubtful_are_those_that_the_annotator_has_not_begun_the_most_doubtful_first(corpus: Corpus) -> None:
    assert training_data.doubtful(corpus, SANAE) == []
    training_data.keep(corpus, "model", Learned(b"", 1, 1), {uid: float(at % 3) for at, uid in enumerate(UIDS)})
    assert training_data.doubtful(corpus, SANAE) == [3, 2, 1, 4]
    say(corpus, IN_PROGRESS, 2)
    say(corpus, SKIPPED, 1)
    assert training_data.doubtful(corpus, SANAE) == [1, 4]
    assert training_data.doubtful(corpus, OMAR) == [3, 2, 1, 4]


def test_an_article_is_untouched_until_anybody_does_anything_in_it(corpus: Corpus) -> None:
    assert training_data.untouched(corpus) == [1, 2, 3, 4]
    tag(corpus, "A", "خطة", annotator=OMAR)
    say(corpus, SKIPPED, 3)
    reject(corpus, "A", "خطة", 2)
    assert training_data.untouched(corpus) == [2]


def test_a_failure_while_it_is_kept_leaves_what_was_there(corpus: Corpus) -> None:
    training_data.keep(corpus, "model", Learned(b"one", 3, 7), {UIDS[0]: 1.0})
    with pytest.raises(Conflict):
        training_data.keep(corpus, "model", Learned(b"two", 4, 8), {"no article": 1.0})
    assert training_data.learned(corpus, "model") == Learned(b"one", 3, 7)
    assert training_data.doubtful(corpus, SANAE) == [1]


def test_status_of_another_is_no_matter(corpus: Corpus) -> None:
    tag(corpus, "A", "خطة", annotator=OMAR)
    apply(corpus, Edit(None, Status(UIDS[0], SANAE, DONE)))
    assert training_data.lessons(corpus) == [(1, OMAR), (1, SANAE)]
