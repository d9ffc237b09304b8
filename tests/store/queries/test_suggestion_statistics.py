"""How good suggestions were, by label and over the articles as they were done."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from annotator.model import operations
from annotator.model.history import reversal
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import (
    DONE,
    IN_PROGRESS,
    Article,
    Draft,
    Edit,
    Note,
    Span,
    Status,
    Step,
    Suggestion,
    article_uid,
    new_uid,
)
from annotator.store.corpus import Corpus, now
from annotator.store.queries.suggestion_statistics import Quality, Tally, quality

TEXTS: Final = [f"كلمة وأخرى وثالثة ورابعة رقم {number}" for number in range(6)]
UIDS: Final = [article_uid(text) for text in TEXTS]
LABELS: Final = LabelSet(tuple(Label(name, {"ar": name}, Colour("#8f6a0a", "#ecc04c")) for name in "AB"))
SANAE, OMAR = "Sanae", "Omar"


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.create(tmp_path / "a.corpus", LABELS) as opened:
        for uid, text in zip(UIDS, TEXTS, strict=True):
            opened.add(Draft(Article(uid, text)))
        yield opened


def apply(corpus: Corpus, edits: list[Edit], annotator: str = SANAE, undoes: str | None = None) -> Step:
    step = Step(new_uid(), annotator, now(), "tag", tuple(edits), undoes)
    corpus.apply(step)
    return step


def suggestion(label: str, start: int) -> Suggestion:
    return Suggestion(start, start + 3, label, "memory", 0.5)


def tag(corpus: Corpus, at: int, label: str, start: int, annotator: str = SANAE) -> None:
    article = corpus.article(UIDS[at])
    apply(
        corpus,
        operations.add(article, corpus.spans(UIDS[at], annotator), annotator, label, start, start + 3),
        annotator,
    )


def accept(corpus: Corpus, at: int, label: str, start: int) -> Step:
    one, article = suggestion(label, start), corpus.article(UIDS[at])
    return apply(corpus, operations.accept(article, corpus.spans(UIDS[at], SANAE), SANAE, one, one))


def reject(corpus: Corpus, at: int, label: str, start: int, annotator: str = SANAE) -> None:
    apply(corpus, operations.reject(corpus.article(UIDS[at]), annotator, suggestion(label, start)), annotator)


def say(corpus: Corpus, at: int, state: str = DONE, annotator: str = SANAE) -> None:
    before = corpus.status(UIDS[at], annotator)
    apply(corpus, operations.set_state(before, corpus.article(UIDS[at]), annotator, state), annotator)


def test_nothing_is_done_nothing_is_known(corpus: Corpus) -> None:
    tag(corpus, 0, "A", 0)
    say(corpus, 0, IN_PROGRESS)
    assert quality(corpus, SANAE) == Quality([], {})


def test_what_was_accepted_rejected_and_missed_is_counted_by_label_in_what_is_done(corpus: Corpus) -> None:
    accept(corpus, 0, "A", 0)
    accept(corpus, 0, "A", 5)
    reject(corpus, 0, "A", 9)
    tag(corpus, 0, "B", 0)
    tag(corpus, 1, "B", 0)
    say(corpus, 0)
    tag(corpus, 0, "A", 0, OMAR)
    reject(corpus, 0, "A", 0, OMAR)
    say(corpus, 1, DONE, OMAR)
    assert quality(corpus, SANAE) == Quality([1], {"A": [Tally(2, 1, 0)], "B": [Tally(0, 0, 1)]})


def test_the_articles_are_in_the_order_in_which_they_were_done_in_equal_parts(corpus: Corpus) -> None:
    for at in (4, 2, 0, 1):
        tag(corpus, at, "A", 0)
        say(corpus, at)
    accept(corpus, 4, "A", 5)
    reject(corpus, 1, "B", 0)
    found = quality(corpus, SANAE, 2)
    assert found == Quality([2, 2], {"A": [Tally(1, 0, 2), Tally(0, 0, 2)], "B": [Tally(), Tally(0, 1, 0)]}), (
        "a later correction moves no article"
    )
    say(corpus, 4, IN_PROGRESS)
    say(corpus, 4)
    assert quality(corpus, SANAE, 4).tallies["A"] == [Tally(0, 0, 1), Tally(0, 0, 1), Tally(0, 0, 1), Tally(1, 0, 1)]
    assert quality(corpus, SANAE, 3).sizes == [2, 1, 1]


def test_what_was_imported_is_nobody_s_miss(corpus: Corpus) -> None:
    span = Span(new_uid(), UIDS[0], SANAE, "A", 0, 3)
    note, status = Note(UIDS[0], SANAE, "ملاحظة"), Status(UIDS[0], SANAE, DONE)
    corpus.add(Draft(Article(UIDS[0], TEXTS[0]), spans=(span,), notes=(note,), states=(status,)))
    assert quality(corpus, SANAE) == Quality([1], {})
    apply(corpus, operations.relabel(corpus.article(UIDS[0]), [span], span, "B"))
    tag(corpus, 0, "B", 5)
    assert quality(corpus, SANAE) == Quality([1], {"B": [Tally(0, 0, 1)]})


def test_a_suggestion_that_was_changed_is_rejected_and_the_span_missed(corpus: Corpus) -> None:
    accept(corpus, 0, "A", 0)
    [span] = corpus.spans(UIDS[0], SANAE)
    apply(corpus, operations.relabel(corpus.article(UIDS[0]), [span], span, "B"))
    say(corpus, 0)
    assert quality(corpus, SANAE) == Quality([1], {"A": [Tally(0, 1, 0)], "B": [Tally(0, 0, 1)]})


def test_what_is_undone_is_counted_no_more(corpus: Corpus) -> None:
    step = accept(corpus, 0, "A", 0)
    say(corpus, 0)
    apply(corpus, list(reversal(step)), undoes=step.uid)
    assert quality(corpus, SANAE) == Quality([1], {})


def test_tallies_add_up() -> None:
    assert Tally(1, 2, 3).plus(Tally(4, 5, 6)) == Tally(5, 7, 9)
    assert Tally(1, 2, 3).total == 6
