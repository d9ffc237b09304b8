"""A damaged row in a corpus too large to check at each start: one line, nothing written, `repair` advised."""

import sqlite3
from pathlib import Path

import pytest
from cli.sample import Run

from annotator.store import verification

COMMANDS = (
    ("export", "{corpus}", "{out}", "--format", "conll2003", "--state", "all", "--annotator", "salma"),
    ("export", "{corpus}", "{out}", "--format", "jsonl", "--state", "all"),
    ("show", "{corpus}", "1"),
    ("suggest", "{corpus}", "--article", "1"),
)


@pytest.fixture(autouse=True)
def _large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verification, "_MAX_CHECKED_SIZE", 0)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join((command[0], *command[3:5])))
@pytest.mark.parametrize("end", [1000, 1 << 62])
def test_a_span_outside_its_text_is_reported_in_one_line_and_nothing_is_written(
    run: Run, corpus: Path, tmp_path: Path, command: tuple[str, ...], end: int
) -> None:
    out = tmp_path / "out.txt"
    with sqlite3.connect(corpus) as db:
        db.execute('UPDATE span SET "end" = ?', [end])
    db.close()
    ended = run(*(word.format(corpus=corpus, out=out) for word in command))
    assert (ended.code, ended.out) == (2, b"")
    [line] = ended.err.splitlines()
    assert line.startswith("annotator: Row ")
    assert line.endswith(f" to {end} is not within the text; run “annotator repair” to recover what is still readable")
    assert not out.exists()
    repaired = run("repair", corpus, tmp_path / "new.corpus")
    assert repaired.code == 0
    assert run("show", tmp_path / "new.corpus", "1").code == 0


def test_repair_of_an_unrecoverable_file_does_not_advise_repair(run: Run, corpus: Path, tmp_path: Path) -> None:
    data = corpus.read_bytes()
    corpus.write_bytes(data[:100] + b"\xa5" * (len(data) - 100))
    ended = run("repair", corpus, tmp_path / "new.corpus")
    assert ended.code == 2
    assert "annotator repair" not in ended.err
