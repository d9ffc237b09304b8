"""Tests of the suggestion statistics."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from builders import apply_edits, build_label_set, create_corpus

from annotator.model import operations
from annotator.model.history import reverse_step
from annotator.model.records import (
    DONE,
    IN_PROGRESS,
    AnnotatedArticle,
    Article,
    Note,
    Span,
    Status,
    Step,
    Suggestion,
    article_uid,
    new_uid,
)
from annotator.store.corpus import Corpus
from annotator.store.queries.suggestion_statistics import (
    SuggestionCounts,
    SuggestionStatistics,
    collect_suggestion_statistics,
)

TEXTS: Final = [f"كلمة وأخرى وثالثة ورابعة رقم {number}" for number in range(6)]
UIDS: Final = [article_uid(text) for text in TEXTS]
LABELS: Final = build_label_set("A", "B")
SANAE, OMAR = "Sanae", "Omar"


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with create_corpus(tmp_path / "a.corpus", *TEXTS, labels=LABELS) as corpus_:
        yield corpus_


def suggestion(label: str, start: int) -> Suggestion:
    return Suggestion(start, start + 3, label, "memory", 0.5)


def tag(corpus: Corpus, index: int, label: str, start: int, annotator: str = SANAE) -> None:
    article = corpus.article(UIDS[index])
    apply_edits(
        corpus,
        operations.add_span(article, corpus.spans(UIDS[index], annotator), annotator, label, start, start + 3),
        annotator,
    )


def accept(corpus: Corpus, index: int, label: str, start: int) -> Step:
    accepted, article = suggestion(label, start), corpus.article(UIDS[index])
    return apply_edits(corpus, operations.accept(article, corpus.spans(UIDS[index], SANAE), SANAE, accepted, accepted))


def reject(corpus: Corpus, index: int, label: str, start: int, annotator: str = SANAE) -> None:
    apply_edits(corpus, operations.reject(corpus.article(UIDS[index]), annotator, suggestion(label, start)), annotator)


def set_state(corpus: Corpus, index: int, state: str = DONE, annotator: str = SANAE) -> None:
    before = corpus.status(UIDS[index], annotator)
    apply_edits(corpus, operations.set_state(before, corpus.article(UIDS[index]), annotator, state), annotator)


def test_statistics_are_empty_without_done_articles(corpus: Corpus) -> None:
    tag(corpus, 0, "A", 0)
    set_state(corpus, 0, IN_PROGRESS)
    assert collect_suggestion_statistics(corpus, SANAE) == SuggestionStatistics([], {})


def test_suggestions_in_done_articles_are_counted_by_label(corpus: Corpus) -> None:
    accept(corpus, 0, "A", 0)
    accept(corpus, 0, "A", 5)
    reject(corpus, 0, "A", 9)
    tag(corpus, 0, "B", 0)
    tag(corpus, 1, "B", 0)
    set_state(corpus, 0)
    tag(corpus, 0, "A", 0, OMAR)
    reject(corpus, 0, "A", 0, OMAR)
    set_state(corpus, 1, DONE, OMAR)
    assert collect_suggestion_statistics(corpus, SANAE) == SuggestionStatistics(
        [1], {"A": [SuggestionCounts(2, 1, 0)], "B": [SuggestionCounts(0, 0, 1)]}
    )


def test_bins_are_equal_and_in_the_order_of_completion(corpus: Corpus) -> None:
    for index in (4, 2, 0, 1):
        tag(corpus, index, "A", 0)
        set_state(corpus, index)
    accept(corpus, 4, "A", 5)
    reject(corpus, 1, "B", 0)
    statistics = collect_suggestion_statistics(corpus, SANAE, 2)
    assert statistics == SuggestionStatistics(
        [2, 2],
        {
            "A": [SuggestionCounts(1, 0, 2), SuggestionCounts(0, 0, 2)],
            "B": [SuggestionCounts(), SuggestionCounts(0, 1, 0)],
        },
    ), "a later correction does not move an article"
    set_state(corpus, 4, IN_PROGRESS)
    set_state(corpus, 4)
    assert collect_suggestion_statistics(corpus, SANAE, 4).counts_by_label["A"] == [
        SuggestionCounts(0, 0, 1),
        SuggestionCounts(0, 0, 1),
        SuggestionCounts(0, 0, 1),
        SuggestionCounts(1, 0, 1),
    ]
    assert collect_suggestion_statistics(corpus, SANAE, 3).bin_sizes == [2, 1, 1]


def test_imported_spans_are_not_missed(corpus: Corpus) -> None:
    span = Span(new_uid(), UIDS[0], SANAE, "A", 0, 3)
    note, status = Note(UIDS[0], SANAE, "ملاحظة"), Status(UIDS[0], SANAE, DONE)
    corpus.add(AnnotatedArticle(Article(UIDS[0], TEXTS[0]), spans=(span,), notes=(note,), states=(status,)))
    assert collect_suggestion_statistics(corpus, SANAE) == SuggestionStatistics([1], {})
    apply_edits(corpus, operations.relabel(corpus.article(UIDS[0]), [span], span, "B"))
    tag(corpus, 0, "B", 5)
    assert collect_suggestion_statistics(corpus, SANAE) == SuggestionStatistics([1], {"B": [SuggestionCounts(0, 0, 1)]})


def test_changed_suggestion_counts_as_rejected_and_missed(corpus: Corpus) -> None:
    accept(corpus, 0, "A", 0)
    [span] = corpus.spans(UIDS[0], SANAE)
    apply_edits(corpus, operations.relabel(corpus.article(UIDS[0]), [span], span, "B"))
    set_state(corpus, 0)
    assert collect_suggestion_statistics(corpus, SANAE) == SuggestionStatistics(
        [1], {"A": [SuggestionCounts(0, 1, 0)], "B": [SuggestionCounts(0, 0, 1)]}
    )


def test_undone_steps_are_not_counted(corpus: Corpus) -> None:
    step = accept(corpus, 0, "A", 0)
    set_state(corpus, 0)
    apply_edits(corpus, list(reverse_step(step)), undoes=step.uid)
    assert collect_suggestion_statistics(corpus, SANAE) == SuggestionStatistics([1], {})


def test_counts_can_be_added() -> None:
    assert SuggestionCounts(1, 2, 3).plus(SuggestionCounts(4, 5, 6)) == SuggestionCounts(5, 7, 9)
    assert SuggestionCounts(1, 2, 3).total == 6


def test_label_missing_in_a_bin_has_zero_counts_there(corpus: Corpus) -> None:
    tag(corpus, 0, "A", 0)
    accept(corpus, 1, "B", 0)
    for index in (0, 1):
        set_state(corpus, index)
    counts = collect_suggestion_statistics(corpus, SANAE).counts_by_label
    assert [(bin_.accepted, bin_.rejected, bin_.missed, bin_.total) for bin_ in counts["A"]] == [
        (0, 0, 1, 1),
        (0, 0, 0, 0),
    ]


def test_many_articles_are_divided_into_twenty_bins(tmp_path: Path) -> None:
    with Corpus.create(tmp_path / "many.corpus", LABELS) as corpus:
        for number in range(41):
            text = f"خبر {number}"
            uid = article_uid(text)
            corpus.add(AnnotatedArticle(Article(uid, text), states=(Status(uid, SANAE, DONE),)))
        assert collect_suggestion_statistics(corpus, SANAE).bin_sizes == [3, *[2] * 19]
