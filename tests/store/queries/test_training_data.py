"""Tests of the training data and the stored models."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from builders import apply_edits, build_label_set, create_corpus

from annotator.model import operations
from annotator.model.history import build_stacks, reverse_step
from annotator.model.label_changes import LabelChange
from annotator.model.records import (
    DONE,
    FLAGGED,
    IN_PROGRESS,
    NEW,
    SKIPPED,
    AnnotatedArticle,
    Article,
    Edit,
    Rejection,
    Span,
    Status,
    Step,
    Suggestion,
    article_uid,
    new_uid,
)
from annotator.store.corpus import Corpus
from annotator.store.errors import Conflict
from annotator.store.label_set import change_labels
from annotator.store.queries import training_data
from annotator.store.queries.training_data import MentionCounts, StoredModel
from annotator.text.word_context import WordContext

TEXTS: Final = (
    "أعلنت وزارة الصحة عن خطة 2024",
    "لوزارة الصحة رأي آخر في كتابها",
    "قالت وزارة الصحّة إن خطة أخرى ستأتي",
    "لا شيء هنا",
)
UIDS: Final = [article_uid(text) for text in TEXTS]
SANAE, OMAR = "Sanae", "Omar"


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with create_corpus(tmp_path / "a.corpus", *TEXTS, labels=build_label_set("A", "B")) as corpus_:
        yield corpus_


def tag(corpus: Corpus, label: str, words: str, index: int = 0, annotator: str = SANAE) -> Span:
    start = TEXTS[index].index(words)
    span = Span(new_uid(), UIDS[index], annotator, label, start, start + len(words))
    apply_edits(corpus, [Edit(None, span)], annotator=annotator)
    return span


def reject(corpus: Corpus, label: str, words: str, index: int = 0, annotator: str = SANAE) -> Step:
    start = TEXTS[index].index(words)
    suggestion = Suggestion(start, start + len(words), label, "memory", 0.5)
    return apply_edits(
        corpus, operations.reject(corpus.article(UIDS[index]), annotator, suggestion), annotator=annotator
    )


def set_state(corpus: Corpus, state: str, index: int = 0, annotator: str = SANAE) -> None:
    status = corpus.status(UIDS[index], annotator)
    apply_edits(
        corpus, operations.set_state(status, corpus.article(UIDS[index]), annotator, state), annotator=annotator
    )


def sum_counts(corpus: Corpus) -> dict[tuple[str, str], tuple[int, int]]:
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for words, label, spans, rejections in training_data.count_mentions(corpus):
        before = counts.get((words, label), (0, 0))
        counts[words, label] = before[0] + spans, before[1] + rejections
    return counts


def test_mentions_are_counted_by_form_and_label_over_all_annotators(corpus: Corpus) -> None:
    assert training_data.count_mentions(corpus) == []
    tag(corpus, "A", "وزارة الصحة")
    tag(corpus, "A", "وزارة الصحة", 1, OMAR)
    tag(corpus, "A", "وزارة الصحّة", 2)
    tag(corpus, "B", "وزارة الصحة", annotator=OMAR)
    reject(corpus, "A", "وزارة الصحة", 1)
    reject(corpus, "B", "خطة", 2)
    assert sum_counts(corpus) == {
        ("وزارة الصحة", "A"): (3, 1),
        ("وزارة الصحة", "B"): (1, 0),
        ("خطة", "B"): (0, 1),
    }
    assert all(isinstance(counts, MentionCounts) for counts in training_data.count_mentions(corpus))


def test_mentions_of_one_annotator_are_counted_apart(corpus: Corpus) -> None:
    tag(corpus, "A", "وزارة الصحة")
    tag(corpus, "B", "وزارة الصحة", 1, OMAR)
    reject(corpus, "B", "خطة", 2)
    reject(corpus, "A", "خطة", 2, OMAR)
    form, plan = "وزارة الصحة", "خطة"
    assert training_data.count_mentions(corpus, SANAE) == [(form, "A", 1, 0), (plan, "B", 0, 1)]
    assert training_data.count_mentions(corpus, OMAR) == [(form, "B", 1, 0), (plan, "A", 0, 1)]
    assert training_data.count_mentions(corpus, "Idris") == []


def test_deleted_and_undone_mentions_are_not_counted(corpus: Corpus) -> None:
    span, step = tag(corpus, "A", "خطة"), reject(corpus, "B", "خطة")
    apply_edits(corpus, operations.remove_span(span))
    assert sum_counts(corpus) == {("خطة", "B"): (0, 1)}
    apply_edits(corpus, reverse_step(step), undoes=step.uid)
    assert sum_counts(corpus) == {}
    assert training_data.load_rejections(corpus, SANAE) == set()


def test_rejections_belong_to_an_annotator_and_a_context(corpus: Corpus) -> None:
    reject(corpus, "A", "وزارة الصحة", 1)
    reject(corpus, "B", "خطة", 2, OMAR)
    assert training_data.load_rejections(corpus, SANAE) == {(WordContext("ل", "وزارة الصحة", "راي"), "A")}
    assert training_data.load_rejections(corpus, OMAR) == {(WordContext("ان", "خطة", "اخري"), "B")}
    assert training_data.load_rejections(corpus, "Nobody") == set()


def test_undone_rejection_can_be_redone(corpus: Corpus) -> None:
    step = reject(corpus, "A", "خطة")
    before = training_data.load_rejections(corpus, SANAE)
    undo_step = apply_edits(corpus, reverse_step(step), undoes=step.uid)
    redo_step = apply_edits(corpus, reverse_step(corpus.step(undo_step.uid)), undoes=undo_step.uid)
    assert training_data.load_rejections(corpus, SANAE) == before != set()
    undo, redo = build_stacks(corpus.history(UIDS[0], SANAE))
    assert [step_.uid for step_ in undo] == [redo_step.uid]
    assert redo == []


def test_rejection_follows_the_renaming_of_its_label(corpus: Corpus) -> None:
    reject(corpus, "A", "خطة")
    for _progress in change_labels(
        corpus, LabelChange(corpus.labels(), build_label_set("X", "B"), {"A": "X", "B": "B"}, {})
    ):
        pass
    assert sum_counts(corpus) == {("خطة", "X"): (0, 1)}
    assert {label for _context, label in training_data.load_rejections(corpus, SANAE)} == {"X"}
    step = corpus.step(build_stacks(corpus.history(UIDS[0], SANAE))[0][-1].uid)
    assert [edit.after.label for edit in step.edits if isinstance(edit.after, Rejection)] == ["X"]
    apply_edits(corpus, reverse_step(step), undoes=step.uid)
    assert sum_counts(corpus) == {}


def test_swapped_label_names_are_swapped_in_rejections(corpus: Corpus) -> None:
    reject(corpus, "A", "خطة")
    reject(corpus, "B", "2024")
    for _progress in change_labels(
        corpus, LabelChange(corpus.labels(), build_label_set("A", "B"), {"A": "B", "B": "A"}, {})
    ):
        pass
    assert sum_counts(corpus) == {("خطة", "B"): (0, 1), ("2024", "A"): (0, 1)}


def test_rejections_of_a_deleted_label_are_gone_for_good(corpus: Corpus) -> None:
    reject(corpus, "A", "خطة")
    remaining = reject(corpus, "B", "خطة", annotator=OMAR)
    for _progress in change_labels(corpus, LabelChange(corpus.labels(), build_label_set("B"), {"B": "B"}, {})):
        pass
    assert sum_counts(corpus) == {("خطة", "B"): (0, 1)}
    assert training_data.load_rejections(corpus, SANAE) == set()
    assert build_stacks(corpus.history(UIDS[0], SANAE)) == ([], [])
    assert [step_.uid for step_ in build_stacks(corpus.history(UIDS[0], OMAR))[0]] == [remaining.uid]


def test_training_layers_are_done_or_imported_and_new(corpus: Corpus) -> None:
    assert training_data.list_training_layers(corpus) == []
    tag(corpus, "A", "خطة", 2)
    set_state(corpus, IN_PROGRESS, 2)
    assert training_data.list_training_layers(corpus) == []
    corpus.add(AnnotatedArticle(Article(UIDS[1], TEXTS[1]), spans=(Span("i", UIDS[1], OMAR, "A", 1, 6),)))
    assert training_data.list_training_layers(corpus) == [(2, OMAR)]
    set_state(corpus, DONE, 3)
    set_state(corpus, DONE, 2)
    assert training_data.list_training_layers(corpus) == [(2, OMAR), (4, SANAE), (3, SANAE)], (
        "a layer without spans is done, too"
    )
    for state in (SKIPPED, FLAGGED, IN_PROGRESS):
        set_state(corpus, state, 2)
        set_state(corpus, state, 1, OMAR)
        assert training_data.list_training_layers(corpus) == [(4, SANAE)]
    set_state(corpus, NEW, 3)
    assert training_data.list_training_layers(corpus) == []


def test_most_recently_edited_training_layer_is_last(corpus: Corpus) -> None:
    for index in (0, 1, 2):
        set_state(corpus, DONE, index)
    tag(corpus, "A", "خطة")
    assert training_data.list_training_layers(corpus) == [(2, SANAE), (3, SANAE), (1, SANAE)]


def test_training_layers_since_an_edit_are_counted_up_to_a_limit(corpus: Corpus) -> None:
    assert training_data.last_edit_id(corpus) == 0
    for index in (0, 1):
        set_state(corpus, DONE, index)
    assert training_data.count_training_layers_since(corpus, 0, 9) == 2
    assert training_data.count_training_layers_since(corpus, 0, 1) == 1, "at most the limit"
    last = training_data.last_edit_id(corpus)
    assert training_data.count_training_layers_since(corpus, last, 9) == 0
    tag(corpus, "A", "خطة")
    tag(corpus, "A", "2024")
    tag(corpus, "A", "خطة", 2)
    assert training_data.last_edit_id(corpus) > last
    assert training_data.count_training_layers_since(corpus, last, 9) == 2, "one layer is done and one is new"


def test_saved_model_replaces_the_previous_one(corpus: Corpus) -> None:
    assert training_data.load_stored_model(corpus, "model") is None
    training_data.save_model(corpus, "model", StoredModel(b"\x00one", 3, 7), {UIDS[0]: 1.0, UIDS[1]: 2.0})
    assert training_data.load_stored_model(corpus, "model") == StoredModel(b"\x00one", 3, 7)
    training_data.save_model(corpus, "model", StoredModel(None, 1, 8), {UIDS[2]: 0.5})
    assert training_data.load_stored_model(corpus, "model") == StoredModel(None, 1, 8)
    assert training_data.load_stored_model(corpus, "other") is None
    assert training_data.list_uncertain_articles(corpus, SANAE) == [3]


def test_uncertain_articles_are_new_and_sorted_by_uncertainty(corpus: Corpus) -> None:
    assert training_data.list_uncertain_articles(corpus, SANAE) == []
    training_data.save_model(
        corpus, "model", StoredModel(b"", 1, 1), {uid: float(index % 3) for index, uid in enumerate(UIDS)}
    )
    assert training_data.list_uncertain_articles(corpus, SANAE) == [3, 2, 1, 4]
    set_state(corpus, IN_PROGRESS, 2)
    set_state(corpus, SKIPPED, 1)
    assert training_data.list_uncertain_articles(corpus, SANAE) == [1, 4]
    assert training_data.list_uncertain_articles(corpus, OMAR) == [3, 2, 1, 4]


def test_untouched_articles_have_no_edits(corpus: Corpus) -> None:
    assert training_data.list_untouched_articles(corpus) == [1, 2, 3, 4]
    tag(corpus, "A", "خطة", annotator=OMAR)
    set_state(corpus, SKIPPED, 3)
    reject(corpus, "A", "خطة", 2)
    assert training_data.list_untouched_articles(corpus) == [2]


def test_failed_save_keeps_the_previous_model(corpus: Corpus) -> None:
    training_data.save_model(corpus, "model", StoredModel(b"one", 3, 7), {UIDS[0]: 1.0})
    with pytest.raises(Conflict):
        training_data.save_model(corpus, "model", StoredModel(b"two", 4, 8), {"no article": 1.0})
    assert training_data.load_stored_model(corpus, "model") == StoredModel(b"one", 3, 7)
    assert training_data.list_uncertain_articles(corpus, SANAE) == [1]


def test_layer_without_spans_is_trained_on_if_done(corpus: Corpus) -> None:
    tag(corpus, "A", "خطة", annotator=OMAR)
    apply_edits(corpus, [Edit(None, Status(UIDS[0], SANAE, DONE))])
    assert training_data.list_training_layers(corpus) == [(1, OMAR), (1, SANAE)]
