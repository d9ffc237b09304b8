"""Files with labels that the corpus lacks: asked once, and done as answered."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from annotator.jobs.importing import Naming
from annotator.ui.dialogs.import_labels import ImportLabelsDialog
from annotator.ui.dialogs.imported import ImportedDialog
from annotator.ui.window import Window


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    path = tmp_path / "foreign.jsonl"
    spans = [
        {"start": 4, "end": 8, "label": "PER"},
        {"start": 9, "end": 13, "label": "LOC"},
        {"start": 14, "end": 24, "label": "TIME"},
    ]
    path.write_text(json.dumps({"text": "زار يوسف وجدة يوم الجمعة", "spans": spans}), encoding="utf-8")
    return path


def answer(window: Window, choices: dict[str, str], *, accept: bool = True) -> list[str]:
    """Answer the dialogs that are opened; what they were."""
    seen: list[str] = []

    def act() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, ImportLabelsDialog):
            seen.append("labels")
            for name, text in choices.items():
                dialog.choices[name].setCurrentText(text)
            dialog.accept() if accept else dialog.reject()
        elif isinstance(dialog, ImportedDialog):
            seen.append("refusals")
            dialog.reject()
        elif isinstance(dialog, QDialog):
            return  # progress

    timer = QTimer(window)
    timer.timeout.connect(act)
    timer.start(20)
    return seen


def test_each_label_becomes_what_was_chosen(window: Window, foreign: Path, qtbot: QtBot) -> None:
    seen = answer(window, {"PER": "Leave these spans out", "TIME": "They are: Date"})
    window.corpus_commands.take([str(foreign)])
    qtbot.waitUntil(lambda: "refusals" in seen, timeout=8000)
    session = window.session
    assert session.corpus
    spans = session.corpus.spans(session.corpus.article(3).uid)
    assert [span.label for span in spans] == ["LOC", "DATE"]
    assert seen == ["labels", "refusals"]
    assert [row.label.name for row in window.labels.rows()] == ["DATE", "INSTITUTION", "PLAN", "LOC"]


def test_nothing_is_imported_when_nothing_is_chosen(window: Window, foreign: Path, qtbot: QtBot) -> None:
    seen = answer(window, {}, accept=False)
    window.corpus_commands.take([str(foreign)])
    qtbot.waitUntil(lambda: seen == ["labels"], timeout=8000)
    qtbot.wait(200)
    assert window.session.corpus
    assert len(window.session.articles) == 2
    assert len(window.session.labels.labels) == 3


def test_what_cannot_name_a_label_is_not_offered_to_be_added(window: Window, qtbot: QtBot) -> None:
    dialog = ImportLabelsDialog(window, {"a place": 3, "PER": 2}, window.session.labels)
    qtbot.addWidget(dialog)
    assert dialog.choices["a place"].findText("Add the label") == -1
    assert dialog.naming() == Naming({}, frozenset({"PER"}))
