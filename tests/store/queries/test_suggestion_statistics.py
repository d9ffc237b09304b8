"""Tests of the suggestion statistics."""

from collections.abc import Iterable, Iterator
from functools import reduce
from pathlib import Path
from typing import Final

import pytest
from builders import apply_edits, build_label_set, create_corpus
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple
from strategies import examples

from annotator.model import operations
from annotator.model.history import reverse_step
from annotator.model.records import (
    DONE,
    IN_PROGRESS,
    AnnotatedArticle,
    Article,
    Edit,
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
    count_decisions,
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
        [1], {"A": [SuggestionCounts(2, 0, 1, 0)], "B": [SuggestionCounts(0, 0, 0, 1)]}
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
            "A": [SuggestionCounts(1, 0, 0, 2), SuggestionCounts(0, 0, 0, 2)],
            "B": [SuggestionCounts(), SuggestionCounts(0, 0, 1, 0)],
        },
    ), "a later correction does not move an article"
    set_state(corpus, 4, IN_PROGRESS)
    set_state(corpus, 4)
    assert collect_suggestion_statistics(corpus, SANAE, 4).counts_by_label["A"] == [
        SuggestionCounts(0, 0, 0, 1),
        SuggestionCounts(0, 0, 0, 1),
        SuggestionCounts(0, 0, 0, 1),
        SuggestionCounts(1, 0, 0, 1),
    ]
    assert collect_suggestion_statistics(corpus, SANAE, 3).bin_sizes == [2, 1, 1]


def test_imported_spans_are_not_missed(corpus: Corpus) -> None:
    span = Span(new_uid(), UIDS[0], SANAE, "A", 0, 3)
    note, status = Note(UIDS[0], SANAE, "ملاحظة"), Status(UIDS[0], SANAE, DONE)
    corpus.add(AnnotatedArticle(Article(UIDS[0], TEXTS[0]), spans=(span,), notes=(note,), states=(status,)))
    assert collect_suggestion_statistics(corpus, SANAE) == SuggestionStatistics([1], {})
    apply_edits(corpus, operations.relabel(corpus.article(UIDS[0]), [span], span, "B"))
    tag(corpus, 0, "B", 5)
    assert collect_suggestion_statistics(corpus, SANAE) == SuggestionStatistics(
        [1], {"B": [SuggestionCounts(0, 0, 0, 1)]}
    )


def relabel(corpus: Corpus, index: int, label: str) -> Step:
    layer = corpus.spans(UIDS[index], SANAE)
    return apply_edits(corpus, operations.relabel(corpus.article(UIDS[index]), layer, layer[0], label))


def accept_edited(corpus: Corpus, label: str, start: int, end: int) -> Step:
    """Accept the suggestion A at 0 as this one."""
    original, article = suggestion("A", 0), corpus.article(UIDS[0])
    edited = Suggestion(start, end, label, original.source, original.score)
    return apply_edits(corpus, operations.accept(article, corpus.spans(UIDS[0], SANAE), SANAE, original, edited))


def undo(corpus: Corpus, step: Step) -> Step:
    return apply_edits(corpus, reverse_step(step), undoes=step.uid)


def collect_counts(corpus: Corpus) -> dict[str, SuggestionCounts]:
    """Return the counts by label of Sanae's only bin."""
    by_label = collect_suggestion_statistics(corpus, SANAE, 1).counts_by_label
    return {label: counts for label, [counts] in by_label.items()}


CORRECTED: Final = {"A": SuggestionCounts(corrected=1)}


@pytest.mark.parametrize("edited", [("B", 0, 3), ("A", 0, 4), ("A", 5, 9), ("B", 0, 9)])
def test_suggestion_accepted_with_changes_counts_once_as_corrected(
    corpus: Corpus, edited: tuple[str, int, int]
) -> None:
    step = accept_edited(corpus, *edited)
    set_state(corpus, 0)
    assert collect_counts(corpus) == CORRECTED
    undone = undo(corpus, step)
    assert collect_counts(corpus) == {}
    undo(corpus, undone)
    assert collect_counts(corpus) == CORRECTED
    assert count_decisions(corpus) == {SANAE: SuggestionCounts(corrected=1)}


def test_suggestion_changed_after_it_was_accepted_counts_as_corrected(corpus: Corpus) -> None:
    accept(corpus, 0, "A", 0)
    set_state(corpus, 0)
    relabel(corpus, 0, "B")
    assert collect_counts(corpus) == CORRECTED
    relabel(corpus, 0, "A")
    assert collect_counts(corpus) == {"A": SuggestionCounts(accepted=1)}, "it was right after all"
    layer = corpus.spans(UIDS[0], SANAE)
    apply_edits(corpus, operations.resize(corpus.article(UIDS[0]), layer, layer[0], 0, 9))
    assert collect_counts(corpus) == CORRECTED
    assert count_decisions(corpus) == {SANAE: SuggestionCounts(corrected=1)}
    apply_edits(corpus, operations.remove_span(corpus.spans(UIDS[0], SANAE)[0]))
    assert collect_counts(corpus) == {"A": SuggestionCounts(rejected=1)}


def test_span_tagged_elsewhere_corrects_no_rejection(corpus: Corpus) -> None:
    reject(corpus, 0, "A", 0)
    tag(corpus, 0, "B", 0)
    set_state(corpus, 0)
    assert collect_counts(corpus) == {"A": SuggestionCounts(rejected=1), "B": SuggestionCounts(missed=1)}


class Work:
    """A person's work on one article, and what should be counted of it."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.suggested: dict[str, tuple[str, int] | None] = {}
        """The suggestion of which each span was made, by the span's uid."""
        self.rejected: list[str] = []
        self.undoable: list[tuple[Step, dict[str, tuple[str, int] | None], list[str]]] = []

    def apply(self, edits: Iterable[Edit]) -> Step:
        return apply_edits(self.corpus, edits)

    def spans(self) -> list[Span]:
        return self.corpus.spans(UIDS[0], SANAE)

    def act(self, action: str, label: str, start: int, other: int) -> None:
        article, layer = self.corpus.article(UIDS[0]), self.spans()
        remembered = dict(self.suggested), list(self.rejected)
        original = suggestion(label, start)
        span = layer[other % len(layer)] if layer else None
        try:
            if action == "tag":
                edits = operations.add_span(article, layer, SANAE, label, start, start + 3)
            elif action == "accept":
                end = start + 3 + other % 2
                edited = Suggestion(start, end, "AB"[other // 2 % 2], original.source, original.score)
                edits = operations.accept(article, layer, SANAE, original, edited)
            elif action == "reject":
                edits = operations.reject(article, SANAE, original)
            elif not span:
                return
            elif action == "remove":
                edits = operations.remove_span(span)
            else:
                edits = operations.replace_span(article, layer, SANAE, span, label, start, start + 3 + other % 2)
        except operations.InvalidEdit:
            return
        if edits:
            step = self.apply(edits)
            self.undoable.append((step, *remembered))
        present = {span.uid for span in self.spans()}
        self.rejected += [key[0] for uid, key in self.suggested.items() if uid not in present and key]
        self.suggested = {
            uid: self.suggested.get(uid, (label, start) if action == "accept" else None) for uid in present
        }
        if action == "reject":
            self.rejected.append(label)

    def undo(self, *, redo: bool) -> None:
        if self.undoable:
            step, suggested, rejected = self.undoable.pop()
            undone = undo(self.corpus, step)
            if redo:
                self.undoable.append((undo(self.corpus, undone), suggested, rejected))
            else:
                self.suggested, self.rejected = suggested, rejected

    def expected(self) -> dict[str, SuggestionCounts]:
        counts: dict[str, SuggestionCounts] = {}
        for span in self.spans():
            key = self.suggested[span.uid]
            if key is None:
                label, count = span.label, SuggestionCounts(missed=1)
            elif (span.label, span.start, span.end) == (*key, key[1] + 3):
                label, count = key[0], SuggestionCounts(accepted=1)
            else:
                label, count = key[0], SuggestionCounts(corrected=1)
            counts[label] = counts.get(label, SuggestionCounts()).plus(count)
        for label in self.rejected:
            counts[label] = counts.get(label, SuggestionCounts()).plus(SuggestionCounts(rejected=1))
        return counts


ACTIONS: Final = st.tuples(
    st.sampled_from(["tag", "accept", "accept", "reject", "remove", "change", "change", "undo", "redo"]),
    st.sampled_from("AB"),
    st.integers(0, 8),
    st.integers(0, 7),
)


@examples(25)
@given(st.lists(ACTIONS, max_size=14))
def test_every_suggestion_counts_once_whatever_was_done(
    tmp_path_factory: pytest.TempPathFactory, actions: list[tuple[str, str, int, int]]
) -> None:
    path = tmp_path_factory.mktemp("work") / "a.corpus"
    with create_corpus(path, *TEXTS[:1], labels=LABELS) as corpus:
        set_state(corpus, 0)
        work = Work(corpus)
        for action, label, start, other in actions:
            if action in ("undo", "redo"):
                work.undo(redo=action == "redo")
            else:
                work.act(action, label, start, other)
            assert collect_counts(corpus) == work.expected()
        total = reduce(SuggestionCounts.plus, collect_counts(corpus).values(), SuggestionCounts())
        decided = count_decisions(corpus).get(SANAE, SuggestionCounts())
        assert (decided.accepted, decided.corrected, decided.rejected) == astuple(total)[:3]


def test_undone_steps_are_not_counted(corpus: Corpus) -> None:
    step = accept(corpus, 0, "A", 0)
    set_state(corpus, 0)
    apply_edits(corpus, list(reverse_step(step)), undoes=step.uid)
    assert collect_suggestion_statistics(corpus, SANAE) == SuggestionStatistics([1], {})


def test_counts_can_be_added() -> None:
    assert SuggestionCounts(1, 2, 3, 4).plus(SuggestionCounts(5, 6, 7, 8)) == SuggestionCounts(6, 8, 10, 12)
    assert SuggestionCounts(1, 2, 3, 4).total == 10


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
