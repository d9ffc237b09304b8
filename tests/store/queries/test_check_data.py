"""What the checks of a corpus compare with, and what was dismissed in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from annotator.model import history, operations
from annotator.model.article_builder import draft
from annotator.model.label_changes import Change
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import DONE, Dismissal, Edit, Span, Status, Step, new_uid
from annotator.store.corpus import Corpus, now
from annotator.store.label_set import change_labels
from annotator.store.queries.check_data import checked, dismissed, forms, lengths
from annotator.store.queries.statistics import Share, statistics
from annotator.store.recovery.integrity import damage

TEXTS: Final = ("قالت وزارة العدل إن لوزارة العدل خطة", "لا شيء هنا", "وزارة العدل")
LABELS: Final = LabelSet(
    tuple(Label(name, {"ar": name}, Colour("#112233", "#ddeeff")) for name in ("INSTITUTION", "PLAN"))
)
PLACE: Final = ("huge", "INSTITUTION", 5, 16)


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.create(tmp_path / "a.corpus", LABELS) as opened:
        for text in TEXTS:
            opened.add(draft(text))
        yield opened


def do(corpus: Corpus, *edits: Edit, annotator: str = "Sanae", name: str = "tag", undoes: str | None = None) -> Step:
    step = Step(new_uid(), annotator, now(), name, edits, undoes)
    corpus.apply(step)
    return step


def tag(corpus: Corpus, number: int, start: int, end: int, label: str = "INSTITUTION", by: str = "Sanae") -> Span:
    article = corpus.article(number)
    [edit] = operations.add(article, [], by, label, start, end)
    do(corpus, edit, annotator=by)
    assert isinstance(edit.after, Span)
    return edit.after


def dismiss(corpus: Corpus, number: int = 1) -> Step:
    return do(corpus, *operations.dismiss(corpus.article(number), "Sanae", *PLACE), name="dismiss")


def test_forms_and_lengths_are_those_of_all_spans(corpus: Corpus) -> None:
    tag(corpus, 1, 5, 16)
    tag(corpus, 1, 21, 32, by="Omar")
    tag(corpus, 3, 0, 11, "PLAN")
    assert sorted(forms(corpus)) == [("وزارة العدل", "INSTITUTION", 2), ("وزارة العدل", "PLAN", 1)]
    assert sorted(lengths(corpus)) == [("INSTITUTION", 11, 2), ("PLAN", 11, 1)]


def test_articles_with_spans_and_those_that_are_done_are_checked(corpus: Corpus) -> None:
    assert checked(corpus, None) == []
    tag(corpus, 3, 0, 11, by="Omar")
    do(corpus, Edit(None, Status(corpus.article(2).uid, "Sanae", DONE)))
    assert checked(corpus, None) == [2, 3]
    assert checked(corpus, "Sanae") == [2]
    assert checked(corpus, "Omar") == [3]


def test_a_dismissal_is_kept_recorded_and_taken_back(corpus: Corpus) -> None:
    step = dismiss(corpus)
    uid = corpus.article(1).uid
    assert dismissed(corpus) == dismissed(corpus, uid) == {(uid, "Sanae"): {PLACE}}
    assert dismissed(corpus, corpus.article(2).uid) == {}
    [edit] = corpus.step(step.uid).edits
    assert edit == step.edits[0]
    assert isinstance(edit.after, Dismissal)
    assert list(damage(corpus)) == []
    do(corpus, *history.reversal(step), undoes=step.uid)
    assert dismissed(corpus) == {}


def test_a_dismissal_goes_with_its_label(corpus: Corpus) -> None:
    step = dismiss(corpus)
    institution, plan = LABELS.labels
    renamed = Label("ORG", institution.title, institution.colour)
    change = Change(LABELS, LabelSet((renamed, plan)), {"INSTITUTION": "ORG", "PLAN": "PLAN"}, {})
    list(change_labels(corpus, change))
    assert [place[1] for places in dismissed(corpus).values() for place in places] == ["ORG"]
    do(corpus, *history.reversal(corpus.step(step.uid)), undoes=step.uid)
    dismiss_again = operations.dismiss(corpus.article(1), "Sanae", "huge", "ORG", 5, 16)
    do(corpus, *dismiss_again, name="dismiss")
    list(change_labels(corpus, Change(corpus.labels(), LabelSet((plan,)), {"PLAN": "PLAN"}, {})))
    assert dismissed(corpus) == {}


def test_what_there_is_is_counted(corpus: Corpus) -> None:
    span = tag(corpus, 1, 5, 16)
    tag(corpus, 1, 21, 32, "PLAN", by="Omar")
    do(corpus, Edit(None, Status(span.article, "Sanae", DONE)), name="state")
    dismiss(corpus)
    found = statistics(corpus)
    assert (found.articles, found.characters) == (3, sum(map(len, TEXTS)))
    assert (found.spans, found.edits, found.labels) == (2, 4, {"INSTITUTION": 1, "PLAN": 1})
    sanae = found.annotators["Sanae"]
    assert sanae.states == {"new": 2, "in_progress": 0, "done": 1, "skipped": 0, "flagged": 0}
    assert (sanae.spans, sanae.labels, sanae.accepted) == (1, {"INSTITUTION": 1}, 0)
    assert (sanae.rejected, sanae.dismissed, sanae.edits, sanae.days) == (0, 1, 3, 1)
    assert sanae.first
    assert sanae.last
    assert sanae.first <= sanae.last
    assert found.annotators["Omar"].labels == {"PLAN": 1}


def test_an_import_is_no_work(corpus: Corpus) -> None:
    whole = corpus.whole(2)
    corpus.add(draft("نص آخر", spans=[Span("s", "", "Omar", "PLAN", 0, 2)]))
    assert statistics(corpus).annotators["Omar"] == Share(
        {"new": 4, "in_progress": 0, "done": 0, "skipped": 0, "flagged": 0}, 1, {"PLAN": 1}, 0, 0, 0, 0, 0, None, None
    )
    assert whole.spans == ()
