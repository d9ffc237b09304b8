"""The story in which an afternoon was lost: a dialog for files, then the process that learns, then more labels.

The dialog took the window's locks away, the process that learns then took itself for the last one and deleted the log,
and what was labelled afterwards went into a log without a name.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from e2e.hands import RealInput, require_screen
from e2e.program import Program
from file_states import standing_locks

from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.store.corpus import Corpus
from annotator.store.database_files import wal_path

require_screen()
if sys.platform != "linux":
    pytest.skip("/proc/locks is Linux's", allow_module_level=True)

TEXT = "أعلنت وزارة الصحة بالرباط، أمس الثلاثاء، عن الخطة الوطنية للتلقيح لفائدة الأطفال."
OTHER = "وصل القطار إلى وجدة يوم الجمعة 3 ماي 2024 بعد سنتين من الأشغال."


def label(hands: RealInput, program: Program, words: str, key: str) -> None:
    start = TEXT.index(words)
    end = start + len(words)
    hands.drag(program.ask("letter", offset=start, after=False), program.ask("letter", offset=end - 1, after=True))
    program.wait(lambda state: state["selection"] == words, f"“{words}” is selected")
    hands.press(key)
    program.wait(lambda state: [start, end] in [span[1:] for span in state["spans"]], f"the span “{words}”")


def test_nothing_is_lost_after_a_dialog_for_files_and_the_process_that_learns(hands: RealInput, tmp_path: Path) -> None:
    path = tmp_path / "work.corpus"
    with Corpus.create(path, default_labels()) as corpus:
        corpus.add(build_article(TEXT))
        corpus.add(build_article(OTHER))
    program = Program(path)
    label(hands, program, "وزارة الصحة", "2")
    before, log = standing_locks(path, program.process.pid), wal_path(path).stat().st_ino
    assert len(before) == 2

    for keys in ("i", "o"):
        hands.press("Control_L", keys)
        program.wait(lambda _state: program.ask("dialog"), "a dialog for files")
        assert standing_locks(path, program.process.pid) == before
        hands.press("Escape")
        program.wait(lambda _state: not program.ask("dialog"), "the dialog is left")
        hands.click(program.ask("paper"))  # no window manager gives the keys back here
        program.wait(lambda state: state["focus"], "the article has the keys")
        assert standing_locks(path, program.process.pid) == before

    hands.press("Control_L", "d")
    program.wait(lambda state: state["learning"], "that it learns from what is done")
    program.wait(lambda state: not state["learning"], "the end of learning", patience=120)
    assert standing_locks(path, program.process.pid) == before
    assert wal_path(path).stat().st_ino == log

    label(hands, program, "الخطة الوطنية للتلقيح", "3")
    label(hands, program, "أمس الثلاثاء", "1")
    hands.press("Control_L", "q")
    assert program.process.wait(15) == 0

    program = Program(path)
    spans = program.wait(lambda state: state["text"] == TEXT, "the article")["spans"]
    assert sorted(TEXT[start:end] for _label, start, end in spans) == [
        "أمس الثلاثاء",
        "الخطة الوطنية للتلقيح",
        "وزارة الصحة",
    ]
    hands.press("Control_L", "q")
    assert program.process.wait(15) == 0
    target = tmp_path / "train.conll"
    words = [sys.executable, "-m", "annotator", "export", str(path), str(target), "--format", "conll2002", "--json"]
    report = json.loads(subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=True).stdout)
    assert (report["spans"], report["written"], report["verified"]) == (3, 3, True)
    text = target.read_text(encoding="utf-8")
    assert all(line in text for line in ("الوطنية I-PLAN\n", "أمس B-DATE\n", "وزارة B-INSTITUTION\n"))
