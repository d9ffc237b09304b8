"""What an import would find is shown before it where something is to be decided, and done as decided."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from annotator.cli.terminal import visual
from annotator.formats.registry import FORMATS
from annotator.jobs.imports.importer import Naming
from annotator.ui.dialogs.import_file_preview import format_title
from annotator.ui.dialogs.import_labels import LabelChoices
from annotator.ui.dialogs.import_preview import ImportDialog
from annotator.ui.dialogs.import_result import ImportedDialog
from annotator.ui.window import Window

TEXT = "زار يوسف وجدة يوم الجمعة"
SHOWN = "قالت الوزارة في بلاغ\nيوم الجمعة 5 يوليوز 2024"


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    path = tmp_path / "foreign.jsonl"
    spans = [
        {"start": 4, "end": 8, "label": "PER"},
        {"start": 9, "end": 13, "label": "LOC"},
        {"start": 14, "end": 24, "label": "TIME"},
    ]
    path.write_text(json.dumps({"text": TEXT, "spans": spans}), encoding="utf-8")
    return path


@pytest.fixture
def imported(window: Window, qtbot: QtBot) -> Callable[..., list[str]]:
    """Imports files; `acts` are done to the dialog before it, one whenever nothing is at work. What was shown."""

    def take(*paths: Path, acts: tuple[Callable[[ImportDialog], object], ...] = ()) -> list[str]:
        seen: list[str] = []
        left = list(acts)
        failures: list[BaseException] = []

        def act() -> None:
            dialog = QApplication.activeModalWidget()
            busy = window.corpus_commands.background.busy
            if isinstance(dialog, ImportedDialog):
                seen.append("outcome")
                dialog.reject()
            elif isinstance(dialog, ImportDialog) and not busy:
                seen.extend(["preview"] if "preview" not in seen else [])
                try:
                    (left.pop(0) if left else ImportDialog.accept)(dialog)
                except BaseException as failure:
                    failures.append(failure)
                    dialog.reject()
            elif not dialog and not busy:
                seen.append("end")

        timer = QTimer(window)
        timer.timeout.connect(act)
        timer.start(20)
        window.corpus_commands.take([str(path) for path in paths])
        qtbot.waitUntil(lambda: "end" in seen, timeout=10_000)
        timer.stop()
        if failures:
            raise failures[0]
        return seen[: seen.index("end")]

    return take


def stored(window: Window) -> list[str]:
    corpus = window.session.corpus
    assert corpus
    return [corpus.article(summary.uid).text for summary in window.session.articles][2:]


def test_nothing_is_asked_where_nothing_is_to_be_decided(
    window: Window, tmp_path: Path, imported: Callable[..., list[str]]
) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(json.dumps({"text": "خبر"}), encoding="utf-8")
    assert imported(tmp_path / "a.txt", tmp_path / "b.jsonl") == []
    assert stored(window) == [TEXT, "خبر"]


def test_each_label_becomes_what_was_chosen(window: Window, foreign: Path, imported: Callable[..., list[str]]) -> None:
    def choose(dialog: ImportDialog) -> None:
        dialog.labels.choices["PER"].setCurrentText("Leave these spans out")
        dialog.labels.choices["TIME"].setCurrentText("They are: Date")

    assert imported(foreign, acts=(choose,)) == ["preview", "outcome"]
    session = window.session
    assert session.corpus
    spans = session.corpus.spans(session.corpus.article(3).uid)
    assert [span.label for span in spans] == ["LOC", "DATE"]
    assert [row.label.name for row in window.labels.rows()] == ["DATE", "INSTITUTION", "PLAN", "LOC"]


def test_nothing_is_imported_when_the_dialog_is_cancelled(
    window: Window, foreign: Path, imported: Callable[..., list[str]]
) -> None:
    assert imported(foreign, acts=(ImportDialog.reject,)) == ["preview"]
    assert stored(window) == []
    assert len(window.session.labels.labels) == 3


def test_what_cannot_name_a_label_is_not_offered_to_be_added(window: Window, qtbot: QtBot) -> None:
    labels = LabelChoices(window.session.labels)
    qtbot.addWidget(labels)
    labels.ask({"a place": 3, "PER": 2})
    assert labels.choices["a place"].findText("Add the label") == -1
    assert labels.naming() == Naming({}, frozenset({"PER"}))
    labels.choices["PER"].setCurrentText("They are: Date")
    labels.ask({"PER": 5, "LOC": 1})
    assert labels.naming() == Naming({"PER": "DATE"}, frozenset({"LOC"}))


def test_files_are_shown_with_what_is_in_them(
    tmp_path: Path, foreign: Path, imported: Callable[..., list[str]]
) -> None:
    (tmp_path / "a.conll").write_text("أمس O\nالجمعة I-DATE\nفي O\nوجدة B-DATE\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "c.pdf").write_bytes(b"%PDF-1.4\0")

    def check(dialog: ImportDialog) -> None:
        rows = [dialog.tree.topLevelItem(at) for at in range(dialog.tree.topLevelItemCount())]
        shown = [[row.text(column).strip("\u2068\u2069") for column in range(7)] for row in rows if row]
        assert shown == [
            ["a.conll", "CoNLL", "1", "", "2", "", "1"],
            ["b.txt", "Plain text", "1", "", "", "", ""],
            ["c.pdf", "PDF", "0", "", "", "1", ""],
            ["foreign.jsonl", "JSON Lines", "1", "", "3", "", ""],
        ]
        assert dialog._summary.text() == "4 files · 3 articles · 1 of them here already or twice · 5 spans"
        assert dialog.tree.isColumnHidden(3)
        assert dialog.tree.currentItem() is rows[0]
        assert dialog.file.before.toPlainText() == "أمس الجمعة في وجدة"
        assert dialog.file.remarks.text() == "Line 2: I-DATE after O: read as the beginning of a span."

    assert imported(tmp_path, acts=(check, ImportDialog.reject)) == ["preview"]


# Text as a page shows it


def test_text_as_a_page_shows_it_is_shown_before_and_after_and_put_right(
    window: Window, tmp_path: Path, imported: Callable[..., list[str]]
) -> None:
    (tmp_path / "a.txt").write_text(visual(SHOWN), encoding="utf-8")

    def check(dialog: ImportDialog) -> None:
        assert dialog.logical.isVisible()
        assert dialog.logical.isChecked()
        assert dialog.file.before.toPlainText() == visual(SHOWN)
        assert dialog.file.after.toPlainText() == SHOWN

    assert imported(tmp_path / "a.txt", acts=(check,)) == ["preview", "outcome"]
    assert stored(window) == [SHOWN]


def test_it_stays_as_it_is_where_that_is_chosen(
    window: Window, tmp_path: Path, imported: Callable[..., list[str]]
) -> None:
    (tmp_path / "a.txt").write_text(visual(SHOWN), encoding="utf-8")
    assert imported(tmp_path / "a.txt", acts=(lambda dialog: dialog.logical.click(),)) == ["preview", "outcome"]
    assert stored(window) == [visual(SHOWN)]


# Formats and columns


def pick(dialog: ImportDialog, field: str, text: str) -> None:
    box = dialog.file.columns[field]
    box.setCurrentIndex(next(at for at in range(box.count()) if box.itemText(at).strip("\u2068\u2069") == text))
    box.activated.emit(box.currentIndex())


def test_the_columns_of_a_table_are_asked_for(
    window: Window, tmp_path: Path, imported: Callable[..., list[str]]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("c1;c2\nعنوان أول;قال يوسف\nعنوان ثان;زار وجدة\n", encoding="utf-8")

    def check(dialog: ImportDialog) -> None:
        assert dialog.file.columns["text"].isVisible()
        assert not dialog.file.before.isVisible()
        pick(dialog, "title", "c1")  # without a text there is nothing to read

    def see(dialog: ImportDialog) -> None:
        assert "2 articles" in dialog._summary.text()
        assert dialog.file.before.toPlainText() == "قال يوسف"

    acts = (check, lambda dialog: pick(dialog, "text", "c2"), see)
    assert imported(path, acts=acts) == ["preview"]
    assert stored(window) == ["قال يوسف", "زار وجدة"]
    assert [summary.title for summary in window.session.articles][2:] == ["عنوان أول", "عنوان ثان"]


def test_a_file_of_another_format_can_be_read_as_one(
    window: Window, tmp_path: Path, imported: Callable[..., list[str]]
) -> None:
    (tmp_path / "a.md").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.md").write_text("خبر", encoding="utf-8")
    (tmp_path / "c.bin").write_bytes(b"\0\1\2")

    def choose(dialog: ImportDialog) -> None:
        rows = [dialog.tree.topLevelItem(at) for at in range(3)]
        assert [row.text(1).strip("\u2068\u2069") for row in rows if row] == ["not recognised"] * 3
        dialog.tree.setCurrentItem(rows[2])  # type: ignore[arg-type]
        assert not dialog.file.format.isVisible()
        dialog.tree.setCurrentItem(rows[0])  # type: ignore[arg-type]
        rows[1].setSelected(True)  # type: ignore[union-attr]
        dialog.file.format.setCurrentText("Plain text")
        dialog.file.format.activated.emit(dialog.file.format.currentIndex())

    assert imported(tmp_path, acts=(choose,)) == ["preview", "outcome"]
    assert stored(window) == [TEXT, "خبر"]


def test_every_format_has_a_title() -> None:
    titles = [format_title(format_.NAME) for format_ in FORMATS]
    assert all(titles)
    assert len(set(titles)) == len(titles)


def test_a_binary_file_asks_nothing(window: Window, tmp_path: Path, imported: Callable[..., list[str]]) -> None:
    (tmp_path / "c.bin").write_bytes(b"\0\1\2")
    assert imported(tmp_path / "c.bin") == ["outcome"]


def test_the_dialog_is_closed_with_escape(tmp_path: Path, foreign: Path, imported: Callable[..., list[str]]) -> None:
    assert imported(foreign, acts=(lambda dialog: QTest.keyClick(dialog, Qt.Key.Key_Escape),)) == ["preview"]
