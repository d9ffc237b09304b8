"""`annotator adjudicate`."""

from pathlib import Path

import pytest
from builders import apply_edits, create_corpus, label_words
from cli.sample import Run

from annotator import settings
from annotator.model.records import DONE, Edit, Status, article_uid
from annotator.settings import Settings
from annotator.store.corpus import Corpus

TEXT = "أعلنت وزارة الصحة بالرباط عن الخطة الوطنية للتلقيح."


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """Create a corpus of an article that three annotators have done."""
    path = tmp_path / "shared.corpus"
    with create_corpus(path, TEXT) as corpus:
        for name, words in (("منى", "وزارة الصحة"), ("سلمى", "وزارة الصحة بالرباط"), ("Sanae", "وزارة الصحة")):
            spans = label_words(TEXT, [(words, "INSTITUTION"), ("الخطة الوطنية للتلقيح", "PLAN")], name)
            status = Edit(None, Status(article_uid(TEXT), name, DONE))
            apply_edits(corpus, [*(Edit(None, span) for span in spans), status], name)
    return path


def test_disagreements_are_listed_with_their_candidates(run: Run, shared: Path) -> None:
    ended = run("adjudicate", shared, "--json")
    assert (ended.code, ended.json["agreed"], ended.json["decided"]) == (0, 0, 0)
    [disagreement] = ended.json["disagreements"]
    assert (disagreement["article"], disagreement["start"], disagreement["end"]) == (1, 6, 25)
    first, second = disagreement["candidates"]
    assert (first["label"], first["start"], first["end"], first["annotators"]) == (
        *("INSTITUTION", 6, 17),
        ["منى", "Sanae"],
    )
    assert (second["end"], second["annotators"]) == (25, ["سلمى"])
    assert run("adjudicate", shared, "--json").json == ended.json


def test_what_is_agreed_and_what_most_have_goes_into_gold(run: Run, shared: Path) -> None:
    agreed = run("adjudicate", shared, "--agreed", "--json").json
    assert (agreed["agreed"], agreed["decided"], len(agreed["disagreements"])) == (1, 0, 1)
    decided = run("adjudicate", shared, "--majority", "--json").json
    assert decided == {"agreed": 0, "decided": 1, "disagreements": []}
    spans = run("show", shared, 1, "--json").json["spans"]
    assert [(span["label"], span["start"], span["end"]) for span in spans if span["annotator"] == "gold"] == [
        ("INSTITUTION", 6, 17),
        ("PLAN", 29, 50),
    ]


def test_for_people_each_candidate_is_a_line(run: Run, shared: Path) -> None:
    lines = run("adjudicate", shared).out.decode().splitlines()
    assert lines[0] == "1 disagreement to decide"
    assert ["وزارة الصحة" in line for line in lines[1:]] == [True, True]
    assert "منى, Sanae" in lines[1]
    ended = run("adjudicate", shared, "--majority")
    assert ended.out.decode().splitlines() == [
        "1 agreed span added",
        "1 disagreement decided",
        "0 disagreements to decide",
    ]


def test_who_adjudicates_is_not_taken_for_another_person_of_the_same_name(
    run: Run, tmp_path: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the corpus of a colleague of the same name, a merge has called us otherwise."""
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / "our home"))
    settings.save(Settings(annotator="Sanae"))
    with create_corpus(tmp_path / "ours.corpus", TEXT) as corpus:
        apply_edits(corpus, [Edit(None, Status(article_uid(TEXT), "Sanae", "flagged"))], "Sanae")
    called = run("merge", shared, corpus.path, "--json").json["annotators"]["Sanae"]
    assert called != "Sanae"
    run("adjudicate", shared, "--agreed")
    with Corpus.open(shared, readonly=True) as opened:
        steps = [opened.step(info.uid) for info in opened.history(article_uid(TEXT), "gold")]
    assert {step.actor for step in steps} == {called}
