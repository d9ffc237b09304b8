"""Two windows of one person on one corpus, and another program that keeps it locked: what is shown is on disk."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

from e2e.hands import RealInput, require_screen
from e2e.program import Program

from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.store.corpus import Corpus

require_screen()

TEXT = "أعلنت وزارة الصحة بالرباط، أمس الثلاثاء، عن الخطة الوطنية للتلقيح لفائدة الأطفال."


def select(hands: RealInput, program: Program, words: str) -> list[int]:
    start = TEXT.index(words)
    end = start + len(words)
    hands.drag(program.ask("letter", offset=start, after=False), program.ask("letter", offset=end - 1, after=True))
    program.wait(lambda state: state["selection"] == words, f"“{words}” is selected")
    return [start, end]


def test_what_is_done_in_one_window_is_seen_in_the_other_and_what_is_locked_out_in_none(
    hands: RealInput, tmp_path: Path
) -> None:
    path = tmp_path / "work.corpus"
    with Corpus.create(path, default_labels()) as corpus:
        corpus.add(build_article(TEXT))
    other = Program(path)
    program = Program(path)  # above the other one
    ministry = ["INSTITUTION", *select(hands, program, "وزارة الصحة")]
    hands.press("2")
    for window in (program, other):
        window.wait(lambda state: state["spans"] == [ministry], "the span")

    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    plan = ["PLAN", *select(hands, program, "الخطة الوطنية للتلقيح")]
    hands.press("3")
    program.wait(lambda state: "work.corpus" in state["trouble"], "that the corpus is locked")
    for window in (program, other):
        assert window.ask("state")["spans"] == [ministry]
    holder.execute("ROLLBACK")
    holder.close()
    for window in (program, other):
        window.wait(lambda state: state["spans"] == [ministry, plan], "both spans")
    assert program.ask("state")["trouble"] == ""

    hands.press("Control_L", "d")
    other.wait(lambda state: state["state"] == "done", "the article is done")
    other.kill()
    hands.press("Control_L", "q")
    assert program.process.wait(15) == 0
    target = tmp_path / "train.conll"
    words = [sys.executable, "-m", "annotator", "export", str(path), str(target), "--format", "conll2002", "--json"]
    report = json.loads(subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=True).stdout)
    assert (report["spans"], report["written"], report["verified"]) == (2, 2, True)
    assert "الوطنية I-PLAN" in target.read_text(encoding="utf-8")
