"""The file dialogs: what they list and return, and that they open none of the files (the locks would be lost)."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from file_states import standing_locks
from PySide6.QtCore import QLocale, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QStyledItemDelegate,
    QTreeView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from annotator.store.corpus import Corpus
from annotator.ui.widgets import file_dialogs
from annotator.ui.widgets.file_facts import format_size

Ask = Callable[[QWidget, Path], object]
pytestmark = pytest.mark.skipif(file_dialogs._NATIVE, reason="the system's own dialog is asked here")
DIALOGS: dict[str, Ask] = {
    "file": lambda parent, folder: file_dialogs.choose_file(parent, "title", str(folder)),
    "files": lambda parent, folder: file_dialogs.choose_files(parent, "title", str(folder)),
    "folder": lambda parent, folder: file_dialogs.choose_folder(parent, "title", str(folder)),
    "target": lambda parent, folder: file_dialogs.choose_save_path(parent, "title", str(folder / "new.conll")),
}


@pytest.fixture
def corpus(corpus_path: Path) -> Iterator[Corpus]:
    """Open a corpus and write to it, so that all side files exist."""
    with Corpus.open(corpus_path) as opened:
        opened.save_position("sana", opened.article(1).uid, 0)
        yield opened


def listed_names(dialog: QFileDialog) -> set[str]:
    view = dialog.findChild(QTreeView, "treeView")
    assert isinstance(view, QTreeView)
    model, root = view.model(), view.rootIndex()
    return {model.index(row, 0, root).data() for row in range(model.rowCount(root))}


def run_dialog(qtbot: QtBot, ask: Callable[[], object], act: Callable[[QFileDialog], None]) -> object:
    """Open a dialog, act on it when it lists the folder, and return its result."""

    def act_on_it() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QFileDialog)
        try:
            qtbot.waitUntil(lambda: bool(listed_names(dialog)))
            qtbot.wait(300)  # a thread of Qt's reads the files one by one
            act(dialog)
        finally:
            if dialog.isVisible():
                dialog.reject()

    QTimer.singleShot(100, act_on_it)
    return ask()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc/locks is Linux's")
@pytest.mark.parametrize("name", DIALOGS)
def test_file_dialogs_keep_the_locks_of_an_open_corpus(
    name: str, qtbot: QtBot, parent: QWidget, corpus: Corpus
) -> None:
    before = standing_locks(corpus.path, os.getpid())
    assert len(before) == 2
    seen: list[set[str]] = []
    (corpus.path.parent / "folder").mkdir()
    run_dialog(
        qtbot, lambda: DIALOGS[name](parent, corpus.path.parent), lambda dialog: seen.append(listed_names(dialog))
    )
    assert seen
    assert standing_locks(corpus.path, os.getpid()) == before


def test_sqlite_files_beside_a_corpus_are_not_listed(qtbot: QtBot, parent: QWidget, corpus: Corpus) -> None:
    folder, seen = corpus.path.parent, list[set[str]]()
    for name in ("folder", "news.txt", "old.corpus-journal"):
        (folder / name).mkdir() if name == "folder" else (folder / name).touch()
    run_dialog(qtbot, lambda: DIALOGS["file"](parent, folder), lambda dialog: seen.append(listed_names(dialog)))
    assert (folder / f"{corpus.path.name}-wal").exists()
    assert seen[0] & {path.name for path in folder.iterdir()} == {"folder", "news.txt", corpus.path.name}


def test_folders_come_first_and_sizes_are_compared_as_numbers(qtbot: QtBot, parent: QWidget, tmp_path: Path) -> None:
    for name, size in (("a.txt", 900), ("b.txt", 20_000), ("c.txt", 3)):
        (tmp_path / name).write_bytes(bytes(size))
    (tmp_path / "folder").mkdir()
    rows: list[list[str]] = []

    def sort(dialog: QFileDialog) -> None:
        view = dialog.findChild(QTreeView, "treeView")
        assert isinstance(view, QTreeView)
        for column in (0, 1):
            view.sortByColumn(column, view.header().sortIndicatorOrder().AscendingOrder)
            model, root = view.model(), view.rootIndex()
            rows.append([model.index(row, 0, root).data() for row in range(model.rowCount(root))])

    run_dialog(qtbot, lambda: DIALOGS["files"](parent, tmp_path), sort)
    assert rows == [["folder", "a.txt", "b.txt", "c.txt"], ["folder", "c.txt", "a.txt", "b.txt"]]


def test_choose_file_returns_the_selection_or_nothing(qtbot: QtBot, parent: QWidget, tmp_path: Path) -> None:
    path = tmp_path / "خبر.txt"
    path.touch()

    def choose(dialog: QFileDialog) -> None:
        field = dialog.findChild(QLineEdit, "fileNameEdit")
        assert isinstance(field, QLineEdit)
        field.setText(path.name)
        dialog.accept()

    assert run_dialog(qtbot, lambda: file_dialogs.choose_file(parent, "t", str(tmp_path)), choose) == str(path)
    assert run_dialog(qtbot, lambda: file_dialogs.choose_files(parent, "t", str(tmp_path)), choose) == [str(path)]
    assert run_dialog(qtbot, lambda: file_dialogs.choose_file(parent, "t", str(tmp_path)), lambda _: None) == ""
    assert run_dialog(qtbot, lambda: file_dialogs.choose_files(parent, "t", str(tmp_path)), lambda _: None) == []


def test_patterns_of_file_types_are_marked_and_still_filter(qtbot: QtBot, parent: QWidget, tmp_path: Path) -> None:
    for name in ("a.corpus", "b.txt"):
        (tmp_path / name).touch()
    shown: list[object] = []

    def read(dialog: QFileDialog) -> None:
        box = dialog.findChild(QComboBox, "fileTypeCombo")
        assert isinstance(box, QComboBox)
        qtbot.waitUntil(lambda: "b.txt" not in listed_names(dialog))
        shown.extend([box.currentText(), listed_names(dialog)])

    run_dialog(qtbot, lambda: file_dialogs.choose_file(parent, "t", str(tmp_path), "المدونات (*.corpus)"), read)
    assert shown == ["المدونات \u200e(*.corpus)", {"a.corpus"}]


def test_choose_save_path_proposes_the_path(qtbot: QtBot, parent: QWidget, tmp_path: Path) -> None:
    (tmp_path / "خبر.txt").touch()
    wanted = tmp_path / "تدريب.conll"
    assert run_dialog(
        qtbot, lambda: file_dialogs.choose_save_path(parent, "t", str(wanted)), QFileDialog.accept
    ) == str(wanted)


def test_names_that_begin_with_a_number_are_isolated_and_still_found_by_keys(
    qtbot: QtBot, parent: QWidget, tmp_path: Path
) -> None:
    for name in ("12.txt", "13.txt"):
        (tmp_path / name).touch()
    names: list[str] = []

    def read(dialog: QFileDialog) -> None:
        view = dialog.findChild(QTreeView, "treeView")
        assert isinstance(view, QTreeView)
        delegate = view.itemDelegateForColumn(0)
        assert isinstance(delegate, QStyledItemDelegate)
        view.keyboardSearch("13")
        index = view.currentIndex().siblingAtColumn(0)
        names.extend([index.data(), delegate.displayText(index.data(), QLocale())])

    run_dialog(qtbot, lambda: file_dialogs.choose_file(parent, "t", str(tmp_path)), read)
    assert names == ["13.txt", "\u206813.txt\u2069"]


def test_paths_are_isolated_and_sizes_and_times_are_said_as_people_do(
    qtbot: QtBot, parent: QWidget, tmp_path: Path
) -> None:
    (tmp_path / "خبر.txt").write_bytes(bytes(376_400))
    (tmp_path / "folder").mkdir()
    cells: list[list[str]] = []
    paths: list[str] = []

    def read(dialog: QFileDialog) -> None:
        view, box = dialog.findChild(QTreeView, "treeView"), dialog.findChild(QComboBox, "lookInCombo")
        assert isinstance(view, QTreeView)
        assert isinstance(box, QComboBox)
        model, root = view.model(), view.rootIndex()
        rows = range(model.rowCount(root))
        cells.extend([str(model.index(row, column, root).data()) for column in (0, 1, 3)] for row in rows)
        paths.append(box.currentText())
        box.showPopup()
        paths.extend(box.itemText(row) for row in range(box.count()))
        box.hidePopup()

    run_dialog(qtbot, lambda: file_dialogs.choose_file(parent, "t", str(tmp_path)), read)
    assert [[name, size] for name, size, _time in cells] == [["folder", ""], ["خبر.txt", "377 KB"]]
    assert all(time.startswith("today, ") for _name, _size, time in cells)
    assert paths[0] == paths[1] == f"\u2066{tmp_path}\u2069"
    assert f"\u2066{tmp_path.parent}\u2069" in paths


def test_completions_of_a_file_name_have_the_look_of_a_popup(qtbot: QtBot, parent: QWidget, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    names: list[str] = []

    def read(dialog: QFileDialog) -> None:
        field = dialog.findChild(QLineEdit, "fileNameEdit")
        assert isinstance(field, QLineEdit)
        popup = field.completer().popup()
        assert popup
        names.append(popup.objectName())

    run_dialog(qtbot, lambda: file_dialogs.choose_file(parent, "t", str(tmp_path)), read)
    assert names == ["popup"]  # without a ground of its own, it would be black in the dark theme


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 KB"), (1, "1 KB"), (9_999_000, "9999 KB"), (9_999_001, "10 MB"), (12_600_000, "13 MB")],
)
def test_size_is_said_in_kilobytes_or_megabytes(size: int, text: str) -> None:
    assert format_size(size) == text
