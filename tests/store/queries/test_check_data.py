"""Tests of the data for checks, of dismissals and of statistics."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from builders import apply_edits, build_label_set, create_corpus

from annotator.model import history, operations
from annotator.model.article_builder import build_article
from annotator.model.label_changes import LabelChange
from annotator.model.labels import Label, LabelSet
from annotator.model.records import DONE, Dismissal, Edit, Span, Status, Step
from annotator.store.corpus import Corpus
from annotator.store.label_set import change_labels
from annotator.store.queries.check_data import (
    count_labelled_forms,
    count_span_lengths,
    list_articles_to_check,
    load_dismissals,
    load_edits_since,
)
from annotator.store.queries.statistics import AnnotatorStatistics, collect_statistics
from annotator.store.queries.training_data import last_edit_id
from annotator.store.recovery.integrity import check_integrity

TEXTS: Final = ("قالت وزارة العدل إن لوزارة العدل خطة", "لا شيء هنا", "وزارة العدل")
LABELS: Final = build_label_set("INSTITUTION", "PLAN")
DISMISSAL: Final = ("huge", "INSTITUTION", 5, 16)


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with create_corpus(tmp_path / "a.corpus", *map(build_article, TEXTS), labels=LABELS) as corpus_:
        yield corpus_


def tag(corpus: Corpus, number: int, start: int, end: int, label: str = "INSTITUTION", by: str = "Sanae") -> Span:
    article = corpus.article(number)
    [edit] = operations.add_span(article, [], by, label, start, end)
    apply_edits(corpus, [edit], annotator=by)
    assert isinstance(edit.after, Span)
    return edit.after


def dismiss(corpus: Corpus, number: int = 1) -> Step:
    return apply_edits(corpus, operations.dismiss(corpus.article(number), "Sanae", *DISMISSAL), name="dismiss")


def test_forms_and_lengths_are_counted_over_all_spans(corpus: Corpus) -> None:
    tag(corpus, 1, 5, 16)
    tag(corpus, 1, 21, 32, by="Omar")
    tag(corpus, 3, 0, 11, "PLAN")
    assert sorted(count_labelled_forms(corpus)) == [("وزارة العدل", "INSTITUTION", 2), ("وزارة العدل", "PLAN", 1)]
    assert sorted(count_span_lengths(corpus)) == [("INSTITUTION", 11, 2), ("PLAN", 11, 1)]


def test_forms_and_lengths_are_counted_for_one_annotator(corpus: Corpus) -> None:
    tag(corpus, 1, 5, 16)
    tag(corpus, 3, 0, 11, "PLAN", by="Omar")
    assert count_labelled_forms(corpus, "Sanae") == [("وزارة العدل", "INSTITUTION", 1)]
    assert count_span_lengths(corpus, "Omar") == [("PLAN", 11, 1)]
    assert count_labelled_forms(corpus, "Idris") == []
    assert count_span_lengths(corpus, "Idris") == []


def test_edits_since_another_are_read_in_their_order(corpus: Corpus) -> None:
    tag(corpus, 1, 5, 16)
    last = last_edit_id(corpus)
    spans = [tag(corpus, 1, 21, 32, by="Omar"), tag(corpus, 3, 0, 11)]
    edits, last_read = load_edits_since(corpus, last, 10)
    assert [edit.after for edit in edits] == spans
    assert last_read == last_edit_id(corpus)
    assert [edit.after for edit in load_edits_since(corpus, last, 1)[0]] == spans[:1]
    assert load_edits_since(corpus, last_read, 10) == ([], last_read)


def test_articles_to_check_have_spans_or_are_done(corpus: Corpus) -> None:
    assert list_articles_to_check(corpus, None) == []
    tag(corpus, 3, 0, 11, by="Omar")
    apply_edits(corpus, [Edit(None, Status(corpus.article(2).uid, "Sanae", DONE))])
    assert list_articles_to_check(corpus, None) == [2, 3]
    assert list_articles_to_check(corpus, "Sanae") == [2]
    assert list_articles_to_check(corpus, "Omar") == [3]


def test_dismissal_is_stored_recorded_and_undone(corpus: Corpus) -> None:
    step = dismiss(corpus)
    uid = corpus.article(1).uid
    assert load_dismissals(corpus) == load_dismissals(corpus, uid) == {(uid, "Sanae"): {DISMISSAL}}
    assert load_dismissals(corpus, corpus.article(2).uid) == {}
    [edit] = corpus.step(step.uid).edits
    assert edit == step.edits[0]
    assert isinstance(edit.after, Dismissal)
    assert list(check_integrity(corpus)) == []
    apply_edits(corpus, history.reverse_step(step), undoes=step.uid)
    assert load_dismissals(corpus) == {}


def test_dismissal_is_renamed_and_deleted_with_its_label(corpus: Corpus) -> None:
    step = dismiss(corpus)
    institution, plan = LABELS.labels
    renamed = Label("ORG", institution.title, institution.colour)
    change = LabelChange(LABELS, LabelSet((renamed, plan)), {"INSTITUTION": "ORG", "PLAN": "PLAN"}, {})
    list(change_labels(corpus, change))
    assert [key[1] for keys in load_dismissals(corpus).values() for key in keys] == ["ORG"]
    apply_edits(corpus, history.reverse_step(corpus.step(step.uid)), undoes=step.uid)
    dismiss_again = operations.dismiss(corpus.article(1), "Sanae", "huge", "ORG", 5, 16)
    apply_edits(corpus, dismiss_again, name="dismiss")
    list(change_labels(corpus, LabelChange(corpus.labels(), LabelSet((plan,)), {"PLAN": "PLAN"}, {})))
    assert load_dismissals(corpus) == {}


def test_statistics_count_the_content(corpus: Corpus) -> None:
    span = tag(corpus, 1, 5, 16)
    tag(corpus, 1, 21, 32, "PLAN", by="Omar")
    apply_edits(corpus, [Edit(None, Status(span.article, "Sanae", DONE))], name="state")
    dismiss(corpus)
    statistics = collect_statistics(corpus)
    assert (statistics.articles, statistics.characters) == (3, sum(map(len, TEXTS)))
    assert (statistics.spans, statistics.edits, statistics.labels) == (2, 4, {"INSTITUTION": 1, "PLAN": 1})
    sanae = statistics.annotators["Sanae"]
    assert sanae.states == {"new": 2, "in_progress": 0, "done": 1, "skipped": 0, "flagged": 0}
    assert (sanae.spans, sanae.labels, sanae.accepted) == (1, {"INSTITUTION": 1}, 0)
    assert (sanae.rejected, sanae.dismissed, sanae.edits, sanae.days) == (0, 1, 3, 1)
    assert sanae.first
    assert sanae.last
    assert sanae.first <= sanae.last
    assert statistics.annotators["Omar"].labels == {"PLAN": 1}


def test_statistics_do_not_count_imports_as_edits(corpus: Corpus) -> None:
    annotated = corpus.load_article(2)
    corpus.add(build_article("نص آخر", spans=[Span("s", "", "Omar", "PLAN", 0, 2)]))
    assert collect_statistics(corpus).annotators["Omar"] == AnnotatorStatistics(
        {"new": 4, "in_progress": 0, "done": 0, "skipped": 0, "flagged": 0},
        1,
        {"PLAN": 1},
        0,
        0,
        0,
        0,
        0,
        0,
        None,
        None,
    )
    assert annotated.spans == ()
