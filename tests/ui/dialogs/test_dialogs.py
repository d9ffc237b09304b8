"""The dialogs: an export with its account, refusals."""

import json
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QMessageBox, QProgressDialog, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from annotator.jobs.imports.importer import Imported
from annotator.model.article_builder import draft
from annotator.model.records import DONE, Refusal, Repair
from annotator.store.queries import article_list
from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.dialogs.import_result import ImportedDialog
from annotator.ui.session.background import Background
from annotator.ui.widgets import file_dialogs
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


def test_an_export_in_parts_makes_a_folder_and_counts_each(
    window: Window, stretch: Stretch, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = window.session
    session.tag("DATE", *stretch("2024-2030"))
    background = window.corpus_commands.background
    dialog = ExportDialog(window, session, background)
    qtbot.addWidget(dialog)
    dialog.show()
    choose(dialog, "All articles")
    parts = dialog._parts
    assert (dialog.options().split, parts.seed.isVisible()) == (None, False)
    height = dialog.height()
    parts.divided.click()
    assert parts.seed.isVisible()
    qtbot.waitUntil(lambda: dialog.height() > height)  # what is beneath stays where it is seen
    assert dialog.options().split == {"train": 80, "dev": 10, "test": 10}
    parts.dev.setValue(0)
    parts.test.setValue(50)
    parts.seed.setValue(7)
    assert (dialog.options().split, dialog.options().seed) == ({"train": 50, "test": 50}, 7)
    assert parts._train.text() == "50 %"
    dialog.show_account()
    with qtbot.waitSignal(background.ended):
        pass
    lines = [line.replace("\u2068", "").replace("\u2069", "") for line in dialog._summary.text().split("\n")]
    assert [line.partition(":")[0] for line in lines[2:]] == ["Training", "Test"]
    assert sum("1 span exactly as here · Date 1" in line for line in lines[2:]) == 1
    monkeypatch.setattr(file_dialogs, "choose_folder", lambda *_: str(tmp_path))
    with qtbot.waitSignal(background.ended):
        QTest.mouseClick(dialog._go, Qt.MouseButton.LeftButton)
    assert dialog.report
    assert session.corpus
    folder = tmp_path / f"{session.corpus.path.stem}-conll2003"
    assert sorted(path.name for path in folder.iterdir()) == ["test.conll", "train.conll"]


def test_something_is_always_left_for_training(window: Window, qtbot: QtBot) -> None:
    dialog = ExportDialog(window, window.session, window.corpus_commands.background)
    qtbot.addWidget(dialog)
    parts = dialog._parts
    parts.divided.click()
    parts.dev.setValue(100)
    parts.test.setValue(100)
    assert dialog.options().split == {"train": 1, "dev": 89, "test": 10}


def test_nothing_done_is_said_and_not_taken_for_success(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = export(window, qtbot, tmp_path / "out.conll")
    assert dialog.report is None
    assert "mark articles as done first" in dialog._said.text()
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize("answer", ["Replace it", "Cancel"])
def test_what_is_no_export_is_replaced_only_if_a_person_says_so(
    window: Window, stretch: Stretch, qtbot: QtBot, tmp_path: Path, answer: str
) -> None:
    window.session.tag("DATE", *stretch("2024-2030"))
    path = tmp_path / "notes.conll"
    path.write_text("mine")
    dialog = ExportDialog(window, window.session, window.corpus_commands.background)
    qtbot.addWidget(dialog)
    dialog.show()
    choose(dialog, "All articles")
    asked: list[str] = []

    def press() -> None:
        box = dialog.findChild(QMessageBox)
        if box is None:
            QTimer.singleShot(20, press)
            return
        asked.append(box.text())
        [button] = [button for button in box.buttons() if button.text().replace("&", "") == answer]
        button.click()

    press()
    dialog.write(path)
    qtbot.waitUntil(lambda: bool(asked) and not window.corpus_commands.background.busy)
    assert "is there already and is no export" in asked[0]
    assert (dialog.report is not None) == (answer == "Replace it")
    assert (path.read_text(encoding="utf-8") == "mine") == (answer == "Cancel")
    assert dialog._on.isEnabled()


@pytest.mark.parametrize("there", [True, False])
def test_a_format_is_offered_where_what_it_needs_is_installed(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    monkeypatch.setattr("annotator.ui.dialogs.export.installed", lambda package: there)
    dialog = ExportDialog(window, window.session, window.corpus_commands.background)
    qtbot.addWidget(dialog)
    boxes = dialog.findChildren(QComboBox)
    assert any(box.findText("spaCy: documents for training (DocBin)") >= 0 for box in boxes) == there
    (formats,) = (box for box in boxes if box.findData("doccano") >= 0)
    (schemes,) = (box for box in boxes if box.findData("iobes") >= 0)
    assert schemes.isEnabled()
    if there:
        formats.setCurrentIndex(formats.findData("spacy"))
        assert not schemes.isEnabled()
        formats.setCurrentIndex(formats.findData("huggingface"))
        assert schemes.isEnabled()


def test_an_export_that_cannot_be_is_one_sentence(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = export(window, qtbot, tmp_path / "none" / "out.conll")
    assert dialog.report is None
    assert "none" in dialog._said.text()
    assert dialog._go.isEnabled()
    assert not (tmp_path / "none").exists()


def test_refusals_and_repairs_are_shown_with_file_line_and_reason(window: Window, qtbot: QtBot) -> None:
    refused = [Refusal("/news/2024/a.jsonl", 3, "not JSON"), Refusal("b.txt", 0, "empty")]
    dialog = ImportedDialog(window, "1 article", Imported(1, 0, 0, refused, [Repair("c.conll", 7, "I-A after O")]))
    qtbot.addWidget(dialog)
    rows = items(dialog.tree.invisibleRootItem())
    assert [[row.text(column).strip("\u2066\u2069") for column in range(3)] for row in rows] == [
        ["This was not taken: 2", "", ""],
        ["a.jsonl", "3", "not JSON"],
        ["b.txt", "", "empty"],
        ["This was put right and taken: 1", "", ""],
        ["c.conll", "7", "I-A after O"],
    ]
    assert "/news/2024/a.jsonl" in dialog.tree.topLevelItem(0).child(0).toolTip(0)


def test_the_progress_of_a_job_that_has_ended_is_not_shown_over_what_comes_next(window: Window, qtbot: QtBot) -> None:
    seen: list[bool] = []

    def quick() -> Generator[tuple[int, int], None, None]:
        yield 0, 3
        yield 2, 3

    def ask(_outcome: object) -> None:
        """As a dialog does, which has the window wait for an answer."""
        qtbot.wait(700)  # longer than a job has to take for its progress to be shown
        seen.extend(progress.isVisible() for progress in window.findChildren(QProgressDialog))

    background = Background(window)
    with qtbot.waitSignal(background.ended):
        background.run("Working", quick, ask, ask)
    assert seen
    assert not any(seen)


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
    monkeypatch.setattr(file_dialogs, "choose_target", lambda *_: str(path))
    with qtbot.waitSignal(background.ended):
        QTest.mouseClick(dialog._go, Qt.MouseButton.LeftButton)
    assert "is written, read back" in dialog._summary.text()
    assert len(items(dialog.tree.invisibleRootItem())) == 2
    assert path.exists()
    assert not any(button.isVisible() for button in (dialog._on, dialog._go, dialog._back))


def test_a_format_with_a_file_an_article_asks_for_the_place_of_its_folder(
    window: Window, stretch: Stretch, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, background = window.session, window.corpus_commands.background
    assert session.corpus
    session.tag("DATE", *stretch("أمس"))
    name = f"{session.corpus.path.stem}-brat"
    place = tmp_path / "place"
    place.mkdir()
    asked: list[str] = []
    for chosen in (place, place / name, None):
        dialog = ExportDialog(window, session, background)
        qtbot.addWidget(dialog)
        dialog.show()
        choose(dialog, "brat: a folder with two files for each article")
        choose(dialog, "All articles")
        assert not any(box.isEnabled() for box in (dialog._scheme, dialog._zones, dialog._flatten, dialog._boundary))
        with qtbot.waitSignal(background.ended):
            QTest.mouseClick(dialog._on, Qt.MouseButton.LeftButton)

        def answer(_parent: object, title: str, _at: str, chosen: Path | None = chosen) -> str:
            asked.append(title)
            return str(chosen) if chosen else ""

        monkeypatch.setattr(file_dialogs, "choose_folder", answer)
        if not chosen:
            QTest.mouseClick(dialog._go, Qt.MouseButton.LeftButton)
            assert not background.busy
            assert dialog.report is None
            break
        with qtbot.waitSignal(background.ended):
            QTest.mouseClick(dialog._go, Qt.MouseButton.LeftButton)
        assert dialog.report
        assert (dialog.report.written, dialog.report.verified) == (1, True)
        assert {path.name for path in place.iterdir()} == {name, f"{name}.report.json"}
    assert asked == [f"Choose the place of the folder “{name}”"] * 3
    assert (place / name / "annotation.conf").exists()
    assert len(list((place / name).glob("*.ann"))) == len(list((place / name).glob("*.txt"))) > 0


def test_an_article_that_is_left_out_is_shown_and_led_to(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    session = window.session
    assert session.corpus
    session.corpus.add(draft("مقال فيه \x1f محرف"))
    number = max(summary.id for summary in article_list.articles(session.corpus))
    dialog = export(
        window, qtbot, tmp_path / "out", "UIMA CAS (XMI): a folder with a file for each article", "All articles"
    )
    head, row = items(dialog.tree.invisibleRootItem())
    assert head.text(0) == "Articles left out (1)"
    assert [row.text(column) for column in range(4)] == [
        f"Article {number}",
        "",
        "The text has a character that XML cannot hold: U+001F.",
        "—",
    ]
    dialog.tree.itemActivated.emit(row, 0)
    assert session.article
    assert session.article.id == number


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
