"""The dialogs: an export with its account, refusals."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from annotator.core.model import DONE, Refusal
from annotator.ui.background import Background
from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.dialogs.refusals import RefusalsDialog
from annotator.ui.window import Window

Stretch = Callable[..., tuple[int, int]]


def choose(dialog: ExportDialog, text: str) -> None:
    """Choose this text in the one list that offers it."""
    [box] = [box for box in dialog.findChildren(QComboBox) if box.findText(text) >= 0]
    box.setCurrentText(text)


def items(root: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    children = [root.child(at) for at in range(root.childCount())]
    return [item for child in children for item in (child, *items(child))]


def export(window: Window, qtbot: QtBot, path: Path, *choices: str) -> ExportDialog:
    dialog = ExportDialog(window, window.session, window.corpus_commands.background)
    qtbot.addWidget(dialog)
    dialog.show()
    for choice in choices:
        choose(dialog, choice)
    dialog.write(path)
    with qtbot.waitSignal(window.corpus_commands.background.ended):
        pass
    return dialog


def test_an_export_shows_what_became_of_each_span(
    window: Window, stretch: Stretch, qtbot: QtBot, tmp_path: Path
) -> None:
    session = window.session
    session.tag("PLAN", *stretch("الخطة الوطنية للتلقيح 2024-2030"))
    session.tag("DATE", *stretch("2024-2030"))
    start, end = stretch("لأحزاب")
    session.tag("INSTITUTION", start + 1, end)
    session.set_state(DONE)
    path = tmp_path / "out.conll"
    dialog = export(window, qtbot, path)
    assert dialog.report
    report = json.loads((tmp_path / "out.conll.report.json").read_text(encoding="utf-8"))
    assert (report["spans"], report["written"], report["verified"]) == (3, 1, True)
    rows = [item.text(0).strip("\u2068\u2069\u061c") for item in items(dialog.tree.invisibleRootItem())]
    assert rows == ["Widened to the whole word (1)", "أحزاب", "Left out because others overlap (1)", "2024-2030"]
    assert "لأحزاب _ _ B-INSTITUTION\n" in path.read_text(encoding="utf-8")


def test_a_row_of_the_account_leads_to_its_span(window: Window, stretch: Stretch, qtbot: QtBot, tmp_path: Path) -> None:
    session = window.session
    session.tag("PLAN", *stretch("الخطة الوطنية للتلقيح 2024-2030"))
    session.tag("DATE", *stretch("2024-2030"))
    session.open_article(1)
    dialog = export(window, qtbot, tmp_path / "out.conll", "All articles")
    row = items(dialog.tree.invisibleRootItem())[-1]
    dialog.tree.itemActivated.emit(row, 0)
    assert session.place() == 0
    assert session.selection
    assert session.selection.label == "DATE"


def test_the_choices_reach_the_file(window: Window, stretch: Stretch, qtbot: QtBot, tmp_path: Path) -> None:
    session = window.session
    session.tag("PLAN", *stretch("الخطة الوطنية للتلقيح 2024-2030"))
    session.tag("DATE", *stretch("2024-2030"))
    path = tmp_path / "out.conll"
    export(window, qtbot, path, "All articles", "Keep the shortest", "CoNLL 2002: two columns, the tag in the second")
    text = path.read_text(encoding="utf-8")
    assert "2024-2030 B-DATE\n" in text
    assert "PLAN" not in text


def test_nothing_done_is_said_and_not_taken_for_success(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = export(window, qtbot, tmp_path / "out.conll")
    assert dialog.report
    assert dialog.report.articles == 0
    assert "mark articles as done first" in dialog._summary.text()


def test_an_export_that_cannot_be_is_one_sentence(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = export(window, qtbot, tmp_path / "none" / "out.conll")
    assert dialog.report is None
    assert "none" in dialog._said.text()
    assert dialog._go.isEnabled()
    assert not (tmp_path / "none").exists()


def test_refusals_are_shown_with_file_line_and_reason(window: Window, qtbot: QtBot) -> None:
    dialog = RefusalsDialog(window, "1 article", [Refusal("a.jsonl", 3, "not JSON"), Refusal("b.txt", 0, "empty")])
    qtbot.addWidget(dialog)
    rows = items(dialog.tree.invisibleRootItem())
    assert [[row.text(column) for column in range(3)] for row in rows] == [
        ["a.jsonl", "3", "not JSON"],
        ["b.txt", "", "empty"],
    ]


def test_a_job_reports_its_end_its_failure_and_being_stopped(window: Window, qtbot: QtBot) -> None:
    background = Background(window)
    said: list[object] = []
    closed: list[bool] = []

    def fine():  # type: ignore[no-untyped-def]
        yield 1, 2
        return "done"

    def broken():  # type: ignore[no-untyped-def]
        yield 0, 1
        raise RuntimeError("broken")

    def endless():  # type: ignore[no-untyped-def]
        try:
            while True:
                yield 0, 0
        finally:
            closed.append(True)

    for job in (fine, broken):
        with qtbot.waitSignal(background.ended):
            background.run("Working", job, said.append, said.append)
    assert said[0] == "done"
    assert isinstance(said[1], RuntimeError)
    with qtbot.waitSignal(background.ended):
        background.run("Working", endless, said.append, said.append)
        assert background.busy
        QTimer.singleShot(100, background.stop)
    assert type(said[2]).__name__ == "Cancelled"
    assert closed == [True]
    assert not background.busy


def test_a_stopped_export_leaves_no_file(window: Window, stretch: Stretch, qtbot: QtBot, tmp_path: Path) -> None:
    window.session.tag("DATE", *stretch("أمس"))
    dialog = ExportDialog(window, window.session, window.corpus_commands.background)
    qtbot.addWidget(dialog)
    choose(dialog, "All articles")
    target = tmp_path / "folder"
    target.mkdir()
    with qtbot.waitSignal(window.corpus_commands.background.ended):
        dialog.write(target / "out.conll")
        window.corpus_commands.background.stop()
    assert dialog.report is None
    assert list(target.iterdir()) == []


def test_an_export_that_is_left_while_it_is_at_work_is_stopped_first(
    window: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    background = window.corpus_commands.background
    dialog = ExportDialog(window, window.session, background)
    qtbot.addWidget(dialog)
    dialog.show()
    with qtbot.waitSignal(background.ended):
        dialog.write(tmp_path / "out.conll")
        dialog.reject()
        assert dialog.isVisible()
    dialog.reject()
    assert not dialog.isVisible()


def test_a_format_of_whole_articles_leaves_less_to_ask(
    window: Window, stretch: Stretch, qtbot: QtBot, tmp_path: Path
) -> None:
    window.session.tag("DATE", *stretch("أمس"))
    background = window.corpus_commands.background
    dialog = ExportDialog(window, window.session, background)
    qtbot.addWidget(dialog)
    dialog.show()
    fields = (dialog._scheme, dialog._zones, dialog._flatten, dialog._boundary)
    assert all(field.isEnabled() for field in fields)
    assert dialog._annotator.findText("Everyone") == -1
    dialog._format.setCurrentIndex(dialog._format.findData("jsonl"))
    assert not any(field.isEnabled() for field in fields)
    assert dialog._annotator.currentData() == "Sanae"
    dialog._annotator.setCurrentIndex(dialog._annotator.findText("Everyone"))
    dialog._state.setCurrentIndex(1)
    with qtbot.waitSignal(background.ended):
        dialog.write(tmp_path / "out.jsonl")
    assert dialog.report
    assert (dialog.report.spans, dialog.report.written, dialog.report.annotator) == (1, 1, None)
    assert '"label":"DATE"' in (tmp_path / "out.jsonl").read_text(encoding="utf-8")
    dialog._format.setCurrentIndex(0)
    assert all(field.isEnabled() for field in fields)
    assert dialog._annotator.currentData() == "Sanae"


def test_what_becomes_of_each_span_is_shown_before_anything_is_written(
    window: Window, stretch: Stretch, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, background = window.session, window.corpus_commands.background
    session.tag("PLAN", *stretch("الخطة الوطنية للتلقيح 2024-2030"))
    session.tag("DATE", *stretch("2024-2030"))
    dialog = ExportDialog(window, session, background)
    qtbot.addWidget(dialog)
    dialog.show()
    with qtbot.waitSignal(background.ended):
        QTest.mouseClick(dialog._on, Qt.MouseButton.LeftButton)
    assert "mark articles as done first" in dialog._summary.text()
    assert not dialog._go.isVisible()
    QTest.mouseClick(dialog._back, Qt.MouseButton.LeftButton)
    choose(dialog, "All articles")
    with qtbot.waitSignal(background.ended):
        QTest.mouseClick(dialog._on, Qt.MouseButton.LeftButton)
    assert "Nothing is written yet" in dialog._summary.text()
    assert "1 span exactly as here" in dialog._summary.text()
    rows = [item.text(0).strip("\u2068\u2069\u061c") for item in items(dialog.tree.invisibleRootItem())]
    assert rows == ["Left out because others overlap (1)", "2024-2030"]
    assert dialog.report is None
    path = tmp_path / "out.conll"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    with qtbot.waitSignal(background.ended):
        QTest.mouseClick(dialog._go, Qt.MouseButton.LeftButton)
    assert "is written, read back" in dialog._summary.text()
    assert len(items(dialog.tree.invisibleRootItem())) == 2
    assert path.exists()
    assert not any(button.isVisible() for button in (dialog._on, dialog._go, dialog._back))


def test_of_very_many_entries_the_first_are_shown_and_the_others_counted(
    window: Window, stretch: Stretch, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.ui.dialogs.export._SHOWN", 1)
    session = window.session
    session.tag("PLAN", *stretch("الخطة الوطنية للتلقيح 2024-2030"))
    for part in ("2024-2030", "الخطة"):
        session.tag("DATE", *stretch(part))
    dialog = export(window, qtbot, tmp_path / "out.conll", "All articles")
    rows = [row.text(0).strip("\u2068\u2069") for row in items(dialog.tree.invisibleRootItem())]
    assert rows == ["Left out because others overlap (2)", "الخطة", "and 1 more"]
