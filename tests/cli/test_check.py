"""`annotator check` and `annotator stats`."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from cli.sample import Run, at

from annotator.model import operations
from annotator.model.records import Step, new_uid
from annotator.store.corpus import Corpus, now

KEYS = {"article", "start", "end", "kind", "message", "uid", "label", "annotator", "text", "remedy"}


@pytest.fixture
def doubtful(corpus: Path) -> Path:
    """Two more spans, each with an edge where none should be."""
    with Corpus.open(corpus) as opened:
        article = opened.article(1)
        for name, label, words in (("سميرة", "PLAN", "«خطة العمل"), ("salma", "INSTITUTION", "أحزاب OECD.")):
            edits = operations.add(article, [], name, label, *at(words))
            opened.apply(Step(new_uid(), name, now(), "tag", tuple(edits)))
    return corpus


def test_nothing_to_ask_is_nothing_listed(run: Run, corpus: Path) -> None:
    done = run("check", corpus, "--json")
    assert (done.code, done.json, done.err) == (0, [], "")
    assert run("check", corpus).text == "0 questions\n"


def test_what_is_doubtful_is_listed_and_no_failure(run: Run, doubtful: Path) -> None:
    done = run("check", doubtful, "--json")
    assert done.code == 0
    assert [set(one) for one in done.json] == [KEYS, KEYS]
    first, second = done.json
    start, end = at("«خطة العمل")
    assert (first["article"], first["start"], first["end"], first["kind"]) == (1, start, end, "punctuation")
    assert (first["label"], first["annotator"], first["text"]) == ("PLAN", "سميرة", "«خطة العمل")
    assert first["remedy"] == {"label": "PLAN", "start": start + 1, "end": end}
    assert second["text"] == "أحزاب OECD."
    listed = run("check", doubtful).text
    assert "2 questions" in listed
    assert "Edge on punctuation: 2  [punctuation]" in listed


def test_it_is_narrowed_by_annotator_state_and_kind(run: Run, doubtful: Path) -> None:
    def texts(*options: str) -> list[str]:
        return [one["text"] for one in run("check", doubtful, "--json", *options).json]

    assert texts("--annotator", "salma") == ["أحزاب OECD."]
    assert texts("--state", "done") == ["«خطة العمل"]
    assert texts("--state", "flagged") == []
    assert texts("--kind", "huge", "--kind", "punctuation") == ["«خطة العمل", "أحزاب OECD."]
    assert texts("--kind", "huge") == []
    assert run("check", doubtful, "--kind", "odd").code == 2


def test_what_was_dismissed_is_not_listed(run: Run, doubtful: Path) -> None:
    [first, _second] = run("check", doubtful, "--json").json
    with Corpus.open(doubtful) as opened:
        place = first["kind"], first["label"], first["start"], first["end"]
        edits = operations.dismiss(opened.article(1), "سميرة", *place)
        opened.apply(Step(new_uid(), "سميرة", now(), "dismiss", tuple(edits)))
    assert [one["annotator"] for one in run("check", doubtful, "--json").json] == ["salma"]


def test_damage_is_listed_and_a_failure(run: Run, corpus: Path) -> None:
    with sqlite3.connect(corpus) as db:
        db.execute("UPDATE span SET value = 'other' WHERE uid = 's1'")
    db.close()
    done = run("check", corpus, "--json")
    assert done.code == 1
    [damaged] = done.json
    assert (damaged["article"], damaged["start"], damaged["end"]) == (None, None, None)
    assert damaged["kind"] == "damaged"
    assert damaged["table"] == "span"
    listed = run("check", corpus)
    assert listed.code == 1
    assert "Damage of the file: 1  [damaged]" in listed.text
    assert run("check", corpus, "--kind", "huge").code == 0


def test_a_span_beyond_the_text_is_a_question(run: Run, corpus: Path) -> None:
    with sqlite3.connect(corpus) as db:
        db.execute("""UPDATE span SET "end" = 999 WHERE uid = 's1'""")
        db.execute("""UPDATE edit SET after = json_set(after, '$.end', 999) WHERE after LIKE '%"s1"%'""")
    db.close()
    done = run("check", corpus, "--json")
    assert [(one["article"], one["end"], one["kind"]) for one in done.json] == [(1, 999, "outside")]


def test_what_cannot_be_read_leaves_what_can(run: Run, corpus: Path) -> None:
    with sqlite3.connect(corpus) as db:
        db.execute("PRAGMA ignore_check_constraints = ON")
        db.execute("UPDATE label SET title = '[1' WHERE name = 'DATE'")
    db.close()
    done = run("check", corpus, "--json")
    assert done.code == 1
    assert {one["kind"] for one in done.json} == {"damaged"}
    assert "\n" not in done.err.strip()
    assert run("check", corpus, "--kind", "huge").code == 2


def test_a_file_that_sqlite_cannot_read_is_one_damage(run: Run, corpus: Path) -> None:
    with corpus.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 400)
    done = run("check", corpus, "--json")
    assert done.code == 1
    [one] = done.json
    assert (one["kind"], one["article"], one["start"], one["end"]) == ("damaged", None, None, None)
    assert str(corpus) in one["message"]


def test_what_there_is_is_counted(run: Run, corpus: Path) -> None:
    done = run("stats", corpus, "--json")
    assert done.code == 0
    assert (done.json["articles"], done.json["spans"]) == (2, 3)
    assert done.json["labels"] == {"DATE": 1, "INSTITUTION": 1, "PLAN": 1}
    assert done.json["annotators"]["سميرة"]["states"]["done"] == 1
    assert done.json["annotators"]["salma"]["labels"] == {"INSTITUTION": 1}
    shown = run("stats", corpus).text
    assert "2 articles, 3 spans, 0 edits" in shown
    assert "سميرة" in shown


def test_a_process_of_its_own_tells_it_in_one_line(corpus: Path) -> None:
    with corpus.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 400)
    words = [sys.executable, "-m", "annotator", "list", str(corpus)]
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert str(corpus) in done.stderr


def test_both_tell_what_is_no_corpus(run: Run, tmp_path: Path) -> None:
    for name in ("check", "stats"):
        done = run(name, tmp_path / "none.corpus")
        assert done.code == 2
        assert done.err.count("\n") == 1


def test_the_help_says_when_it_fails(run: Run) -> None:
    told = " ".join(run("check", "--help").text.split())
    assert "Ends with 1 where the file is damaged" in told
    assert "unlabelled_repeat" in told
