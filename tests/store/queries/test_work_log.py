"""Tests of reading what annotators did."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest
from builders import apply_edits, build_label_set, create_corpus

from annotator.generators import finish
from annotator.model import operations
from annotator.model.history import reverse_step
from annotator.model.progress import Origin, WorkLog
from annotator.model.records import (
    DONE,
    IN_PROGRESS,
    AnnotatedArticle,
    Article,
    Edit,
    Span,
    Status,
    Step,
    Suggestion,
    article_uid,
    new_uid,
)
from annotator.store.corpus import Corpus
from annotator.store.queries.work_log import load_work_log

TEXT: Final = "كلمة وأخرى وثالثة ورابعة"
UID: Final = article_uid(TEXT)
SANAE, OMAR = "Sanae", "Omar"
SUGGESTION: Final = Suggestion(0, 4, "A", "memory", 0.5)


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with create_corpus(tmp_path / "a.corpus", TEXT, labels=build_label_set("A", "B")) as corpus_:
        yield corpus_


def apply_at(corpus: Corpus, minute: int, edits: list[Edit], undoes: str | None = None) -> Step:
    """Apply edits as Sanae's step at this minute of a day."""
    step = Step(new_uid(), SANAE, f"2026-03-02T09:{minute:02}:00.000+00:00", "tag", tuple(edits), undoes)
    corpus.apply(step)
    return step


def accept(corpus: Corpus, edited: Suggestion = SUGGESTION) -> list[Edit]:
    return operations.accept(corpus.article(UID), corpus.spans(UID, SANAE), SANAE, SUGGESTION, edited)


def read_minutes(log: WorkLog) -> list[tuple[int, str, Origin]]:
    """Return the minute, label and origin of each span."""
    return sorted((int(span.time[14:16]), span.label, span.origin) for span in log.spans)


def test_log_has_spans_rejections_done_articles_and_steps(corpus: Corpus) -> None:
    article = corpus.article(UID)
    apply_at(corpus, 1, accept(corpus))
    apply_at(corpus, 2, operations.add_span(article, corpus.spans(UID, SANAE), SANAE, "B", 5, 9))
    apply_at(corpus, 3, operations.reject(article, SANAE, Suggestion(5, 9, "A", "memory", 0.5)))
    apply_at(corpus, 4, [Edit(None, Status(UID, SANAE, DONE))])
    log = finish(load_work_log(corpus))
    assert read_minutes(log) == [(1, "A", Origin.ACCEPTED), (2, "B", Origin.BY_HAND)]
    assert [(moment.annotator, moment.time[14:16]) for moment in log.rejections] == [(SANAE, "03")]
    assert [(moment.annotator, moment.time[14:16]) for moment in log.done] == [(SANAE, "04")]
    assert sorted(moment.time[14:16] for moment in log.steps) == ["01", "02", "03", "04"]


def test_corrected_suggestion_is_a_span_and_no_rejection(corpus: Corpus) -> None:
    step = apply_at(corpus, 1, accept(corpus, Suggestion(0, 10, "B", "memory", 0.5)))
    log = finish(load_work_log(corpus))
    assert (read_minutes(log), log.rejections) == ([(1, "B", Origin.CORRECTED)], [])
    undone = apply_at(corpus, 2, [*reverse_step(step)], undoes=step.uid)
    assert finish(load_work_log(corpus)).spans == []
    apply_at(corpus, 3, [*reverse_step(undone)], undoes=undone.uid)
    log = finish(load_work_log(corpus))
    assert (read_minutes(log), log.rejections) == ([(1, "B", Origin.CORRECTED)], []), "labelled at the first time"


def test_span_changed_later_counts_when_it_was_labelled(corpus: Corpus) -> None:
    apply_at(corpus, 1, accept(corpus))
    layer = corpus.spans(UID, SANAE)
    apply_at(corpus, 2, operations.relabel(corpus.article(UID), layer, layer[0], "B"))
    assert read_minutes(finish(load_work_log(corpus))) == [(1, "B", Origin.CORRECTED)]
    step = apply_at(corpus, 3, operations.remove_span(corpus.spans(UID, SANAE)[0]))
    assert finish(load_work_log(corpus)).spans == []
    apply_at(corpus, 4, [*reverse_step(step)], undoes=step.uid)
    assert read_minutes(finish(load_work_log(corpus))) == [(1, "B", Origin.CORRECTED)]


def test_article_is_done_when_it_was_done_last(corpus: Corpus) -> None:
    states = [None, *(Status(UID, SANAE, state) for state in (DONE, IN_PROGRESS, DONE))]
    for minute, (before, after) in enumerate(pairwise(states)):
        apply_at(corpus, minute, [Edit(before, after)])
    assert [moment.time[14:16] for moment in finish(load_work_log(corpus)).done] == ["02"]
    apply_at(corpus, 5, [Edit(states[-1], Status(UID, SANAE, IN_PROGRESS))])
    assert finish(load_work_log(corpus)).done == []


def test_imports_are_no_work(corpus: Corpus) -> None:
    text = "خبر مستورد"
    uid = article_uid(text)
    span, status = Span(new_uid(), uid, OMAR, "A", 0, 3), Status(uid, OMAR, DONE)
    corpus.add(AnnotatedArticle(Article(uid, text), spans=(span,), states=(status,)))
    assert finish(load_work_log(corpus)) == WorkLog([], [], [], [])
    apply_edits(corpus, operations.relabel(corpus.article(uid), [span], span, "B"), OMAR)
    log = finish(load_work_log(corpus))
    assert (log.spans, [moment.annotator for moment in log.steps]) == ([], [OMAR])
