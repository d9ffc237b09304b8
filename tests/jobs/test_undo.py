"""Undoing a step of many edits: all of it, or nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from builders import apply_edits

from annotator.jobs.undo import undo_step
from annotator.model import history
from annotator.model.article_builder import build_article
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import Edit, Span, StepInfo, new_uid
from annotator.store.corpus import Corpus
from annotator.store.errors import Conflict, CorpusError

LABELS: Final = LabelSet((Label("DATE", {"ar": "تاريخ"}, Colour("#112233", "#ddeeff")),))
SANAE: Final = "Sanae"

pytestmark = pytest.mark.usefixtures("one_edit_per_batch")


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    """Create three articles, each with two spans, all from one step."""
    with Corpus.create(tmp_path / "a.corpus", LABELS) as opened:
        edits = []
        for number in range(1, 4):
            opened.add(build_article(f"{number} يوليوز و{number} غشت"))
            uid = opened.article(number).uid
            edits += [Edit(None, Span(new_uid(), uid, SANAE, "DATE", *place)) for place in ((0, 8), (10, 15))]
        apply_edits(opened, edits, SANAE, name="tag_each")
        yield opened


def spans(corpus: Corpus) -> list[Span]:
    return [span for number in range(1, 4) for span in corpus.spans(corpus.article(number).uid)]


def stacks(corpus: Corpus, number: int) -> tuple[list[StepInfo], list[StepInfo]]:
    return history.build_stacks(corpus.history(corpus.article(number).uid, SANAE))


def test_who_undoes_a_step_of_anothers_layer_is_recorded(corpus: Corpus) -> None:
    [step] = stacks(corpus, 1)[0]
    list(undo_step(corpus, SANAE, step.uid, actor="Lead"))
    _undo, [redo] = stacks(corpus, 1)
    assert corpus.step(redo.uid).actor == "Lead"


def test_undo_reverts_a_step_in_all_its_articles_and_redo_repeats_it(corpus: Corpus) -> None:
    before, [step] = spans(corpus), stacks(corpus, 1)[0]
    assert list(undo_step(corpus, SANAE, step.uid)) == [(position, 6) for position in range(1, 7)]
    assert spans(corpus) == []
    for number in range(1, 4):
        undo, [redo] = stacks(corpus, number)
        assert (undo, redo.undoes) == ([], step.uid)
    list(undo_step(corpus, SANAE, redo.uid))
    assert spans(corpus) == before
    assert stacks(corpus, 3)[1] == []


@pytest.mark.parametrize("steps", [1, 5])
def test_undo_closed_early_changes_nothing(corpus: Corpus, steps: int) -> None:
    before, [step] = spans(corpus), stacks(corpus, 1)[0]
    job = undo_step(corpus, SANAE, step.uid)
    for _ in range(steps):
        next(job)
    job.close()
    assert spans(corpus) == before
    assert stacks(corpus, 2) == ([step], [])


def test_undo_of_a_step_with_later_changes_changes_nothing(corpus: Corpus) -> None:
    last, [step] = spans(corpus)[0], stacks(corpus, 1)[0]
    apply_edits(corpus, [Edit(last, None)], SANAE, name="remove")
    with pytest.raises(Conflict):
        list(undo_step(corpus, SANAE, step.uid))
    assert len(spans(corpus)) == 5


def test_undo_of_an_unknown_step_raises(corpus: Corpus) -> None:
    with pytest.raises(CorpusError, match="no step"):
        list(undo_step(corpus, SANAE, "none"))
