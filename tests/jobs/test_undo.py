"""Taking back a step of many edits: all of it, or nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from annotator.jobs.undo import take_back
from annotator.model import history
from annotator.model.article_builder import draft
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import Edit, Past, Span, Step, new_uid
from annotator.store.corpus import Corpus, now
from annotator.store.errors import Conflict, CorpusError

LABELS: Final = LabelSet((Label("DATE", {"ar": "تاريخ"}, Colour("#112233", "#ddeeff")),))
SANAE: Final = "Sanae"


@pytest.fixture(autouse=True)
def _one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.store.corpus._AT_ONCE", 1)


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    """Three articles, each with two spans that one step made."""
    with Corpus.create(tmp_path / "a.corpus", LABELS) as opened:
        edits = []
        for number in range(1, 4):
            opened.add(draft(f"{number} يوليوز و{number} غشت"))
            uid = opened.article(number).uid
            edits += [Edit(None, Span(new_uid(), uid, SANAE, "DATE", *place)) for place in ((0, 8), (10, 15))]
        opened.apply(Step(new_uid(), SANAE, now(), "tag_each", tuple(edits)))
        yield opened


def spans(corpus: Corpus) -> list[Span]:
    return [span for number in range(1, 4) for span in corpus.spans(corpus.article(number).uid)]


def stacks(corpus: Corpus, number: int) -> tuple[list[Past], list[Past]]:
    return history.stacks(corpus.history(corpus.article(number).uid, SANAE))


def test_a_step_is_taken_back_in_all_its_articles_and_done_again(corpus: Corpus) -> None:
    before, [made] = spans(corpus), stacks(corpus, 1)[0]
    assert list(take_back(corpus, SANAE, made.uid)) == [(done, 6) for done in range(1, 7)]
    assert spans(corpus) == []
    for number in range(1, 4):
        undo, [redo] = stacks(corpus, number)
        assert (undo, redo.undoes) == ([], made.uid)
    list(take_back(corpus, SANAE, redo.uid))
    assert spans(corpus) == before
    assert stacks(corpus, 3)[1] == []


@pytest.mark.parametrize("steps", [1, 5])
def test_closed_before_the_end_it_leaves_all_as_it_was(corpus: Corpus, steps: int) -> None:
    before, [made] = spans(corpus), stacks(corpus, 1)[0]
    job = take_back(corpus, SANAE, made.uid)
    for _ in range(steps):
        next(job)
    job.close()
    assert spans(corpus) == before
    assert stacks(corpus, 2) == ([made], [])


def test_what_somebody_changed_meanwhile_is_taken_back_nowhere(corpus: Corpus) -> None:
    last, [made] = spans(corpus)[0], stacks(corpus, 1)[0]
    corpus.apply(Step(new_uid(), SANAE, now(), "remove", (Edit(last, None),)))
    with pytest.raises(Conflict):
        list(take_back(corpus, SANAE, made.uid))
    assert len(spans(corpus)) == 5


def test_a_step_that_is_not_there(corpus: Corpus) -> None:
    with pytest.raises(CorpusError, match="no step"):
        list(take_back(corpus, SANAE, "none"))
