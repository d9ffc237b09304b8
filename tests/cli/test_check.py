"""`annotator check` and `annotator stats`."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from builders import apply_edits
from cli.sample import Run, locate

from annotator.model import operations
from annotator.store.corpus import Corpus

KEYS = {"article", "start", "end", "kind", "message", "code", "uid", "label", "annotator", "text", "remedy", "members"}


@pytest.fixture
def doubtful(corpus: Path) -> Path:
    """Add two spans, each with a doubtful boundary."""
    with Corpus.open(corpus) as opened:
        article = opened.article(1)
        for name, label, words in (("سميرة", "PLAN", "«خطة العمل"), ("salma", "INSTITUTION", "أحزاب OECD.")):
            edits = operations.add_span(article, [], name, label, *locate(words))
            apply_edits(opened, edits, name)
    return corpus


def test_a_corpus_without_issues_lists_nothing(run: Run, corpus: Path) -> None:
    completed = run("check", corpus, "--json")
    assert (completed.code, completed.json, completed.err) == (0, [], "")
    assert run("check", corpus).text == "0 issues\n"


def test_issues_are_listed_with_exit_code_0(run: Run, doubtful: Path) -> None:
    completed = run("check", doubtful, "--json")
    assert completed.code == 0
    assert [set(record) for record in completed.json] == [KEYS, KEYS]
    first, second = completed.json
    start, end = locate("«خطة العمل")
    assert (first["article"], first["start"], first["end"], first["kind"]) == (1, start, end, "punctuation")
    assert [record["code"] for record in completed.json] == ["punctuation", "punctuation"]
    assert (first["label"], first["annotator"], first["text"]) == ("PLAN", "سميرة", "«خطة العمل")
    assert first["remedy"] == {"label": "PLAN", "start": start + 1, "end": end}
    assert second["text"] == "أحزاب OECD."
    listed = run("check", doubtful).text
    assert "2 issues" in listed
    assert "Punctuation at the edge: 2  [punctuation]" in listed


def test_issues_are_filtered_by_annotator_state_and_kind(run: Run, doubtful: Path) -> None:
    def texts(*options: str) -> list[str]:
        return [record["text"] for record in run("check", doubtful, "--json", *options).json]

    assert texts("--annotator", "salma") == ["أحزاب OECD."]
    assert texts("--state", "done") == ["«خطة العمل"]
    assert texts("--state", "flagged") == []
    assert texts("--kind", "huge", "--kind", "punctuation") == ["«خطة العمل", "أحزاب OECD."]
    assert texts("--kind", "huge") == []
    assert run("check", doubtful, "--kind", "odd").code == 2
    unknown = run("check", doubtful, "--annotator", "nobody")
    assert (unknown.code, unknown.err) == (2, "annotator: The corpus has no annotator “nobody”.\n")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--fail-on", "punctuation"], 1),
        (["--fail-on", "huge", "--fail-on", "punctuation"], 1),
        (["--fail-on", "any"], 1),
        (["--fail-on", "any", "--kind", "huge"], 1),
        (["--fail-on", "punctuation", "--limit", "0"], 1),
        (["--fail-on", "huge"], 0),
        (["--fail-on", "damaged"], 0),
        (["--fail-on", "punctuation", "--annotator", "nobody"], 2),
        (["--fail-on", "odd"], 2),
    ],
)
def test_issues_of_a_kind_end_with_exit_code_1(run: Run, doubtful: Path, options: list[str], code: int) -> None:
    for json in ([], ["--json"]):
        assert run("check", doubtful, *options, *json).code == code


def test_damage_fails_though_other_kinds_are_listed(run: Run, corpus: Path) -> None:
    with sqlite3.connect(corpus) as db:
        db.execute("UPDATE span SET value = 'other' WHERE uid = 's1'")
    db.close()
    for kind in ("damaged", "any"):
        completed = run("check", corpus, "--kind", "huge", "--fail-on", kind)
        assert (completed.code, completed.text) == (1, "0 issues\n")


def test_a_limit_lists_less_and_counts_all(run: Run, doubtful: Path) -> None:
    assert [record["text"] for record in run("check", doubtful, "--limit", 1, "--json").json] == ["«خطة العمل"]
    lines = run("check", doubtful, "--limit", 1).text.splitlines()
    assert (lines[0], lines[2], lines[-1]) == ("2 issues", "Punctuation at the edge: 2  [punctuation]", "  …")
    assert len(lines) == 5
    assert run("check", doubtful, "--limit", 2).text == run("check", doubtful).text


def test_dismissed_issues_are_not_listed(run: Run, doubtful: Path) -> None:
    [first, _second] = run("check", doubtful, "--json").json
    with Corpus.open(doubtful) as opened:
        place = first["kind"], first["label"], first["start"], first["end"]
        edits = operations.dismiss(opened.article(1), "سميرة", *place)
        apply_edits(opened, edits, "سميرة", name="dismiss")
    assert [record["annotator"] for record in run("check", doubtful, "--json").json] == ["salma"]


def test_damage_is_listed_with_exit_code_1(run: Run, corpus: Path) -> None:
    with sqlite3.connect(corpus) as db:
        db.execute("UPDATE span SET value = 'other' WHERE uid = 's1'")
    db.close()
    completed = run("check", corpus, "--json")
    assert completed.code == 1
    [damaged] = completed.json
    assert (damaged["article"], damaged["start"], damaged["end"]) == (None, None, None)
    assert (damaged["kind"], damaged["code"]) == ("damaged", "contradicts_steps")
    assert damaged["table"] == "span"
    listed = run("check", corpus)
    assert listed.code == 1
    assert "Damaged file: 1  [damaged]" in listed.text
    assert run("check", corpus, "--kind", "huge").code == 0


def test_a_span_beyond_the_text_is_an_issue(run: Run, corpus: Path) -> None:
    with sqlite3.connect(corpus) as db:
        db.execute("""UPDATE span SET "end" = 999 WHERE uid = 's1'""")
        db.execute("""UPDATE edit SET after = json_set(after, '$.end', 999) WHERE after LIKE '%"s1"%'""")
    db.close()
    completed = run("check", corpus, "--json")
    assert [(record["article"], record["end"], record["kind"]) for record in completed.json] == [(1, 999, "outside")]


def test_damage_is_listed_even_if_the_labels_cannot_be_read(run: Run, corpus: Path) -> None:
    with sqlite3.connect(corpus) as db:
        db.execute("PRAGMA ignore_check_constraints = ON")
        db.execute("UPDATE label SET title = '[1' WHERE name = 'DATE'")
    db.close()
    completed = run("check", corpus, "--json")
    assert completed.code == 1
    assert {record["kind"] for record in completed.json} == {"damaged"}
    assert "\n" not in completed.err.strip()
    assert run("check", corpus, "--kind", "huge").code == 2


def test_an_unreadable_file_is_one_damage_record(run: Run, corpus: Path) -> None:
    with corpus.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 400)
    completed = run("check", corpus, "--json")
    assert completed.code == 1
    [record] = completed.json
    assert (record["kind"], record["article"], record["start"], record["end"]) == ("damaged", None, None, None)
    assert str(corpus) in record["message"]


def test_stats_counts_articles_spans_and_edits(run: Run, corpus: Path) -> None:
    completed = run("stats", corpus, "--json")
    assert completed.code == 0
    assert (completed.json["articles"], completed.json["spans"]) == (2, 3)
    assert completed.json["labels"] == {"DATE": 1, "INSTITUTION": 1, "PLAN": 1}
    assert completed.json["annotators"]["سميرة"]["states"]["done"] == 1
    assert completed.json["annotators"]["salma"]["labels"] == {"INSTITUTION": 1}
    output = run("stats", corpus).text
    assert "2 articles, 3 spans, 0 edits" in output
    assert "سميرة" in output


def test_damage_is_reported_by_a_real_process_in_one_line(corpus: Path) -> None:
    with corpus.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 400)
    words = [sys.executable, "-m", "annotator", "list", str(corpus)]
    completed = subprocess.run(words, capture_output=True, text=True, encoding="utf-8")
    assert (completed.returncode, completed.stdout) == (2, "")
    assert completed.stderr.count("\n") == 1
    assert str(corpus) in completed.stderr


def test_check_and_stats_report_a_file_that_is_no_corpus(run: Run, tmp_path: Path) -> None:
    for name in ("check", "stats"):
        completed = run(name, tmp_path / "none.corpus")
        assert completed.code == 2
        assert completed.err.count("\n") == 1


def test_the_help_explains_the_exit_code(run: Run) -> None:
    help_text = " ".join(run("check", "--help").text.split())
    assert "The exit code is 1 if the file is damaged" in help_text
    assert "unlabelled_repeat" in help_text
