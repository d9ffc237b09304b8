"""Giving out articles in the window: what is shown before is what is given out."""

import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from builders import build_plain_article, give_articles
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot
from ui.inspection import strip_isolates

from annotator.jobs import assignment
from annotator.model.records import DONE
from annotator.store.corpus import Corpus
from annotator.store.errors import FullDisk
from annotator.store.queries.annotators import list_people
from annotator.store.queries.assignments import list_assignments, list_batches, list_queue
from annotator.ui.dialogs.team.assignment import AssignmentDialog
from annotator.ui.widgets import file_dialogs
from annotator.ui.widgets.controls import top_rows
from annotator.ui.window import Window

ARTICLES = 20
OpenDialog = Callable[[], AssignmentDialog]


@pytest.fixture
def corpus_path(corpus_path: Path) -> Path:
    """Add articles to have twenty."""
    with Corpus.open(corpus_path) as corpus:
        for number in range(3, ARTICLES + 1):
            corpus.add(build_plain_article(f"وصل القطار رقم {number} إلى وجدة"))
        for name in ("Amal", "بلال"):
            corpus._add_annotator(name)
    return corpus_path


@pytest.fixture
def open_dialog(window: Window, qtbot: QtBot) -> OpenDialog:
    """Return a function that opens the dialog and waits until everything is counted."""

    def make() -> AssignmentDialog:
        assert window.session.corpus
        dialog = AssignmentDialog(window, window.session, window.tasks, list_people(window.session.corpus))
        qtbot.addWidget(dialog)
        dialog.open()
        dialog.activateWindow()
        qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)
        qtbot.waitUntil(lambda: bool(dialog.summary_label.text()))
        return dialog

    return make


@pytest.fixture
def choose_folder(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path | str], None]:
    """Return a function that sets the folder that is chosen."""
    return lambda folder: monkeypatch.setattr(file_dialogs, "choose_folder", lambda *_arguments: str(folder))


def rows(dialog: AssignmentDialog) -> list[tuple[str, ...]]:
    """Return the texts of the list."""
    return [tuple(strip_isolates(row.text(column)) for column in range(3)) for row in top_rows(dialog.tree)]


def wait_for(qtbot: QtBot, dialog: AssignmentDialog, text: str) -> None:
    """Wait until the line below says this."""
    qtbot.waitUntil(lambda: dialog.summary_label.text() == text)


def give_out(window: Window, dialog: AssignmentDialog, qtbot: QtBot) -> None:
    """Press the button, and wait until it is done."""
    with qtbot.waitSignal(window.tasks.finished):
        dialog.give_button.click()


def test_what_is_shown_is_what_is_given_out(window: Window, open_dialog: OpenDialog, qtbot: QtBot) -> None:
    dialog = open_dialog()
    wait_for(qtbot, dialog, "20 articles are given out · 2 of them to two people")
    gets = {name: int(number) for name, _has, number in rows(dialog)}
    assert sum(gets.values()) == 22
    give_out(window, dialog, qtbot)
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert window.toast.message() == "20 articles given out · 2 of them to two people"
    corpus = window.session.corpus
    assert corpus
    assert {name: len(list_queue(corpus, name)) for name in ("Amal", "بلال")} == gets
    dialog = open_dialog()
    wait_for(qtbot, dialog, "There is nothing to give out: somebody has every article already.")
    assert {name: int(number) for name, number, _gets in rows(dialog)} == gets
    assert not dialog.give_button.isEnabled()


def test_the_same_plan_gives_out_the_same_as_the_command(
    window: Window, open_dialog: OpenDialog, qtbot: QtBot, corpus_path: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.corpus"
    copy.write_bytes(corpus_path.read_bytes())
    dialog = open_dialog()
    dialog.share_box.setValue(25)
    dialog.blind_box.setChecked(True)
    dialog.batch_field.setText(" first  week ")
    assert dialog.plan().seed == 0
    with Corpus.open(copy) as corpus:
        for _count in assignment.give_out(corpus, dialog.plan()):
            pass
        expected, [expected_batch] = list_assignments(corpus), list_batches(corpus)
    give_out(window, dialog, qtbot)
    assert window.session.corpus
    [batch] = list_batches(window.session.corpus)
    assert (batch.name, batch.is_blind, batch.uid) == ("first week", True, expected_batch.uid)
    assert list_assignments(window.session.corpus) == expected


def test_names_are_added_by_keys_and_get_articles(window: Window, open_dialog: OpenDialog, qtbot: QtBot) -> None:
    dialog = open_dialog()
    dialog.name_field.setFocus()
    QTest.keyClicks(dialog.name_field, "Chama, Amale ")
    QTest.keyClick(dialog.name_field, Qt.Key.Key_Return)
    assert dialog.isVisible(), "Enter behind a name presses no button"
    assert dialog.names() == ["Amal", "بلال", "Chama", "Amale"]
    assert strip_isolates(dialog._similar_label.text()) == "There is already Amal."
    dialog.tree.setFocus()
    QTest.keyClick(dialog.tree, Qt.Key.Key_Space)
    assert dialog.names() == ["Amal", "بلال", "Chama"]
    dialog.number_box.setCurrentIndex(1)
    dialog.limit_box.setValue(4)
    dialog.share_box.setValue(0)
    wait_for(qtbot, dialog, "12 articles are given out · 8 articles remain")
    assert rows(dialog)[3] == ("Amale", "", "")
    dialog.name_field.setFocus()
    with qtbot.waitSignal(window.tasks.finished):
        QTest.keyClick(dialog.name_field, Qt.Key.Key_Return)
    assert window.session.corpus
    assert list_people(window.session.corpus) == ["Amal", "بلال", "Chama"]
    assert len(list_queue(window.session.corpus, "Chama")) == 4


def test_a_name_that_is_listed_is_ticked(open_dialog: OpenDialog) -> None:
    dialog = open_dialog()
    top_rows(dialog.tree)[0].setCheckState(0, Qt.CheckState.Unchecked)
    assert dialog.names() == ["بلال"]
    assert not dialog.share_box.isEnabled()
    dialog.name_field.setFocus()
    dialog.name_field.setText("Amal")
    dialog.blind_box.setFocus()  # leaves the field
    assert dialog.names() == ["Amal", "بلال"]
    assert dialog.share_box.isEnabled()
    assert dialog._similar_label.isHidden()


def test_what_no_name_may_be_is_not_listed(open_dialog: OpenDialog) -> None:
    dialog = open_dialog()
    dialog.name_field.setFocus()
    dialog.name_field.setText("Chama, " + 256 * "x")
    dialog.blind_box.setFocus()  # leaves the field
    assert dialog.names() == ["Amal", "بلال", "Chama"]
    assert dialog._similar_label.text() == f"“{40 * 'x'}…” is longer than 255 characters."
    assert dialog._similar_label.isVisible()


def test_nobody_gets_nothing(open_dialog: OpenDialog, qtbot: QtBot) -> None:
    dialog = open_dialog()
    for row in top_rows(dialog.tree):
        row.setCheckState(0, Qt.CheckState.Unchecked)
    wait_for(qtbot, dialog, "Tick who is to get articles, or add a name.")
    assert not dialog.give_button.isEnabled()
    top_rows(dialog.tree)[0].setCheckState(0, Qt.CheckState.Checked)
    wait_for(qtbot, dialog, "20 articles are given out")
    assert dialog.give_button.isEnabled()


def test_an_own_queue_is_the_list_at_once(window: Window, open_dialog: OpenDialog, qtbot: QtBot) -> None:
    window.session.set_state(DONE)
    dialog = open_dialog()
    wait_for(qtbot, dialog, "19 articles are given out · 2 of them to two people")
    assert [(name, has) for name, has, _gets in rows(dialog)] == [("Amal", ""), ("بلال", ""), ("Sanae", "1")]
    give_out(window, dialog, qtbot)
    assert window.session.corpus
    assert set(window.session.articles.numbers) == list_queue(window.session.corpus, "Sanae")


def test_files_to_send_are_written_into_a_folder_that_the_message_opens(
    window: Window,
    open_dialog: OpenDialog,
    qtbot: QtBot,
    tmp_path: Path,
    choose_folder: Callable[[Path | str], None],
    opened_urls: list[str],
) -> None:
    dialog = open_dialog()
    dialog.delivery_box.setCurrentIndex(1)
    assert dialog.give_button.text() == "Give out…"
    choose_folder("")
    dialog.give_button.click()
    assert dialog.isVisible()
    assert not window.tasks.is_busy
    choose_folder(tmp_path / "to-send")
    give_out(window, dialog, qtbot)
    assert window.toast.message() == "20 articles given out · 2 of them to two people · 2 files written"
    assert sorted(path.name for path in (tmp_path / "to-send").iterdir()) == ["Amal.corpus", "بلال.corpus"]
    with Corpus.open(tmp_path / "to-send" / "Amal.corpus") as part:
        assert len(list_queue(part, "Amal")) == 11
    window.toast._folder_button.click()
    assert opened_urls == [(tmp_path / "to-send").as_uri()]
    dialog = open_dialog()
    dialog.delivery_box.setCurrentIndex(1)
    wait_for(qtbot, dialog, "Nothing new to give out. The files will have what each person has already.")
    assert dialog.give_button.isEnabled()
    choose_folder(tmp_path / "later")
    give_out(window, dialog, qtbot)
    assert window.toast.message() == "2 files written"


def test_no_file_is_replaced_and_nothing_given_out_then(
    window: Window, open_dialog: OpenDialog, qtbot: QtBot, tmp_path: Path, choose_folder: Callable[[Path | str], None]
) -> None:
    existing = tmp_path / "بلال.corpus"
    existing.write_bytes(b"mine")
    dialog = open_dialog()
    dialog.delivery_box.setCurrentIndex(1)
    choose_folder(tmp_path)
    give_out(window, dialog, qtbot)
    assert dialog.isVisible()
    assert strip_isolates(dialog.warning_label.text()) == f"“{existing}” already exists."
    assert existing.read_bytes() == b"mine"
    assert not (tmp_path / "Amal.corpus").exists()
    assert window.session.corpus
    assert not list_assignments(window.session.corpus)
    assert dialog.give_button.isEnabled()


def test_an_error_after_the_articles_are_given_out_says_so(
    window: Window,
    open_dialog: OpenDialog,
    qtbot: QtBot,
    tmp_path: Path,
    choose_folder: Callable[[Path | str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_arguments: object) -> None:
        raise FullDisk("The disk is full.")

    monkeypatch.setattr(assignment, "read_assigned_part", fail)
    dialog = open_dialog()
    dialog.delivery_box.setCurrentIndex(1)
    choose_folder(tmp_path / "new")
    give_out(window, dialog, qtbot)
    text = "The articles were given out, but not all files were written. The disk is full."
    assert dialog.warning_label.text() == text
    wait_for(qtbot, dialog, "Nothing new to give out. The files will have what each person has already.")


def test_a_count_that_was_begun_before_a_change_is_not_shown(
    window: Window, open_dialog: OpenDialog, qtbot: QtBot, corpus_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan stays the same; what there is to give out does not."""
    dialog = open_dialog()
    wait_for(qtbot, dialog, "20 articles are given out · 2 of them to two people")
    may_go_on, count = threading.Event(), assignment.divide

    def wait(*arguments: Any) -> Any:
        may_go_on.wait(10)
        return count(*arguments)

    monkeypatch.setattr(assignment, "divide", wait)
    dialog._update()
    with Corpus.open(corpus_path) as corpus:
        give_articles(corpus, {"Omar": range(1, 21), "Sanae": range(1, 21)})
    dialog._update()
    may_go_on.set()
    wait_for(qtbot, dialog, "There is nothing to give out: somebody has every article already.")


def test_cancelled_writing_says_what_stays(
    window: Window, open_dialog: OpenDialog, qtbot: QtBot, tmp_path: Path, choose_folder: Callable[[Path | str], None]
) -> None:
    dialog = open_dialog()
    dialog.delivery_box.setCurrentIndex(1)
    choose_folder(tmp_path / "new")
    with qtbot.waitSignal(window.tasks.finished):
        dialog.give_button.click()
        dialog.reject()
    assert dialog.isVisible()
    text = "Cancelled. What was given out, and the files that were written, are kept."
    assert dialog.warning_label.text() == text


def test_what_another_window_gave_out_meanwhile_is_not_given_out_again(
    window: Window, open_dialog: OpenDialog, qtbot: QtBot, corpus_path: Path
) -> None:
    dialog = open_dialog()
    with Corpus.open(corpus_path) as corpus:
        give_articles(corpus, {"Omar": range(1, 19)})
    dialog.share_box.setValue(0)
    give_out(window, dialog, qtbot)
    assert window.toast.message() == "2 articles given out"


def test_the_action_opens_the_dialog(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[list[str]] = []
    monkeypatch.setattr(AssignmentDialog, "exec", lambda dialog: opened.append(dialog.names()))
    window.action("give_out_articles").trigger()
    assert opened == [["Amal", "بلال"]]
    window.session.close()
    window.action("give_out_articles").trigger()
    assert len(opened) == 1


def test_tab_goes_through_the_fields_in_the_order_in_which_they_are_read(open_dialog: OpenDialog) -> None:
    dialog = open_dialog()
    dialog.number_box.setCurrentIndex(1)
    fields = [dialog.tree, dialog.name_field, dialog.number_box, dialog.limit_box, dialog.share_box, dialog.blind_box]
    fields += [dialog.batch_field, dialog.delivery_box, dialog.give_button]
    assert dialog.focusWidget() is dialog.tree
    for field, following in pairwise(fields):
        QTest.keyClick(field, Qt.Key.Key_Tab)
        assert dialog.focusWidget() is following
