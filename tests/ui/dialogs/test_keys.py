"""The sheet of keys: everything is on it, is found, and can be changed without a mouse."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow, QPushButton, QTreeWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from annotator import i18n
from annotator import settings as kept
from annotator.model.labels import default_labels
from annotator.ui.actions.table import ACTIONS, Keymap
from annotator.ui.dialogs.keys import KeysDialog
from annotator.ui.window import Window

CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
PLAIN = Qt.KeyboardModifier.NoModifier
Sheet = Callable[..., KeysDialog]


@pytest.fixture
def sheet(qtbot: QtBot) -> Sheet:
    """Opens the sheet with these changes."""
    behind = QMainWindow()
    qtbot.addWidget(behind)

    def make(changed: dict[str, list[str]] | None = None, parent: QWidget = behind) -> KeysDialog:
        made = KeysDialog(parent, Keymap(changed or {}, default_labels().labels))
        qtbot.addWidget(made)
        made.open()
        made.activateWindow()
        qtbot.waitUntil(lambda: made.filter.hasFocus() and QApplication.activeWindow() is made)
        return made

    return make


def rows(dialog: KeysDialog) -> list[QTreeWidgetItem]:
    """What is to be seen, with the headings."""
    found = [dialog.tree.topLevelItem(at) for at in range(dialog.tree.topLevelItemCount())]
    return [row for row in found if row and not row.isHidden()]


def text(dialog: KeysDialog, words: str) -> str:
    """The keys beside these words."""
    [row] = [row for row in rows(dialog) if row.text(0) == words]
    return row.text(1).replace("\u2066", "").replace("\u2069", "")


def said(dialog: KeysDialog) -> str:
    return dialog.said.text().replace("\u2066", "").replace("\u2069", "")


def choose(dialog: KeysDialog, words: str) -> None:
    [row] = [row for row in rows(dialog) if row.text(0) == words]
    dialog.tree.setCurrentItem(row)
    dialog.tree.setFocus()


def button(dialog: KeysDialog, words: str) -> QPushButton:
    [found] = [one for one in dialog.findChildren(QPushButton) if one.text() == words]
    return found


def changes(dialog: KeysDialog) -> list[dict[str, list[str]]]:
    """What the sheet has said, and will say, that a person changed."""
    told: list[dict[str, list[str]]] = []
    dialog.changed.connect(told.append)
    return told


def test_every_action_and_every_label_is_on_it_with_its_keys(sheet: Sheet) -> None:
    dialog = sheet({"skip": ["F12"], "about": ["Ctrl+ئ"], "undo": []})
    found = {row.text(0) for row in rows(dialog)}
    assert {action.text for action in ACTIONS} <= found
    assert {"Date", "Institution", "Plan", "Corpus", "In the article"} <= found
    assert text(dialog, "Date") == "1"
    assert text(dialog, "One word on") == "←"
    assert text(dialog, "Larger letters") == "Ctrl++   Ctrl+="
    assert text(dialog, "Skip") == "F12"
    assert text(dialog, "About the program") == "Ctrl+Z"
    assert text(dialog, "Undo") == "–"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("export", ["Corpus", "Export the training set…"]),
        ("LETTER later", []),
        ("ctrl+z", ["Edit", "Undo"]),
        ("2", ["Labels", "Institution"]),
        ("٢", ["Labels", "Institution"]),
        ("ctrl+ئ", ["Edit", "Undo"]),
        ("undo z", ["Edit", "Undo"]),
        ("home beginning select", ["In the article", "Select to the beginning of the line"]),
    ],
)
def test_typing_finds_by_words_or_by_key(sheet: Sheet, typed: str, found: list[str]) -> None:
    dialog = sheet({name: [] for name in ("edit_value", "edit_note", "edit_article_note")})  # F2 has a 2 in it
    dialog.filter.setText(typed)
    assert [row.text(0) for row in rows(dialog)] == found
    dialog.filter.clear()
    assert len(rows(dialog)) > len(ACTIONS)


def test_typing_finds_arabic_words_however_they_are_spelled(sheet: Sheet) -> None:
    i18n.use("ar")
    dialog = sheet()
    for typed in ("مدونة جديدة", "مُدَوّنة جديده"[:-1]):
        dialog.filter.setText(typed)
        assert [row.text(0) for row in rows(dialog)][1:] == ["مدوّنة جديدة…", "مدوّنة جديدة من ملفات…"]


def test_a_key_is_changed_without_a_mouse(sheet: Sheet) -> None:
    dialog = sheet()
    told = changes(dialog)
    QTest.keyClicks(dialog.filter, "export")
    QTest.keyClick(dialog.filter, Qt.Key.Key_Return)
    assert dialog.tree.hasFocus()
    QTest.keyClick(dialog.tree, Qt.Key.Key_Return)
    assert text(dialog, "Export the training set…") == "Press the new key…"
    QTest.keyClick(dialog.tree, Qt.Key.Key_Control, CONTROL)  # half a key
    held = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, PLAIN, autorep=True)
    QApplication.sendEvent(dialog.tree, held)  # the finger is on Enter still
    QTest.keyClick(dialog.tree, Qt.Key.Key_J, CONTROL)
    assert text(dialog, "Export the training set…") == "Ctrl+J"
    assert told == [{"export": ["Ctrl+J"]}]
    assert dialog.isVisible()


@pytest.mark.parametrize(
    ("key", "modifier", "wanted"),
    [
        (Qt.Key.Key_Tab, ALT, "Alt+Tab"),
        (Qt.Key.Key_Return, ALT, "Alt+Return"),
        (Qt.Key.Key_Space, SHIFT, "Shift+Space"),
        (Qt.Key.Key_Insert, PLAIN, "Ins"),
        (Qt.Key(ord("ت")), CONTROL, "Ctrl+J"),
        (Qt.Key(ord("٧")), PLAIN, "7"),
    ],
)
def test_any_key_can_be_the_new_one(sheet: Sheet, key: Qt.Key, modifier: Qt.KeyboardModifier, wanted: str) -> None:
    dialog = sheet()
    told = changes(dialog)
    choose(dialog, "Export the training set…")
    QTest.keyClick(dialog.tree, Qt.Key.Key_Return)
    QTest.sendKeyEvent(QTest.KeyAction.Click, dialog.tree, key, "", modifier)
    assert told == [{"export": [wanted]}]
    assert dialog.tree.hasFocus()


def test_a_clash_is_refused_in_place_and_another_key_may_follow(sheet: Sheet) -> None:
    dialog = sheet()
    told = changes(dialog)
    choose(dialog, "Undo")
    QTest.keyClick(dialog.tree, Qt.Key.Key_Enter)
    QTest.keyClick(dialog.tree, Qt.Key.Key_E, CONTROL)
    assert said(dialog) == "Ctrl+E is the key of “Export the training set”."
    assert dialog.said.objectName() == "warning"
    QTest.keyClick(dialog.tree, Qt.Key.Key_Question, SHIFT)
    assert said(dialog).startswith("That key is not on every keyboard.")
    assert told == []
    QTest.keyClick(dialog.tree, Qt.Key.Key_F12)
    assert told == [{"undo": ["F12"]}]
    assert dialog.said.objectName() == "quiet"


@pytest.mark.parametrize("how", ["escape", "elsewhere", "another row"])
def test_waiting_is_left_without_a_change(sheet: Sheet, how: str) -> None:
    dialog = sheet()
    told = changes(dialog)
    choose(dialog, "Undo")
    QTest.keyClick(dialog.tree, Qt.Key.Key_Return)
    if how == "escape":
        QTest.keyClick(dialog.tree, Qt.Key.Key_Escape)
    elif how == "elsewhere":
        dialog.filter.setFocus()
    else:
        choose(dialog, "Redo")
    assert text(dialog, "Undo") == "Ctrl+Z"
    assert dialog.isVisible()
    QTest.keyClick(dialog.tree, Qt.Key.Key_F12)
    assert told == []


def test_back_to_the_usual_key_none_and_all_back(sheet: Sheet) -> None:
    dialog = sheet({"redo": ["F12"], "ribbon": ["Ctrl+1"]})
    told = changes(dialog)
    choose(dialog, "Undo")
    assert not button(dialog, "Back to the usual key").isEnabled()
    button(dialog, "No key").click()
    choose(dialog, "Redo")
    button(dialog, "Back to the usual key").click()
    assert told == [
        {"redo": ["F12"], "ribbon": ["Ctrl+1"], "undo": []},
        {"ribbon": ["Ctrl+1"], "undo": []},
    ]
    assert text(dialog, "Redo") == "Ctrl+Shift+Z   Ctrl+Y"
    assert text(dialog, "Undo") == "–"
    button(dialog, "All back").click()
    assert told[2:] == [{"ribbon": ["Ctrl+1"]}]
    assert text(dialog, "Undo") == "Ctrl+Z"
    assert not button(dialog, "All back").isEnabled()


def test_the_usual_key_that_another_has_now_is_refused(sheet: Sheet) -> None:
    dialog = sheet({"undo": [], "export": ["Ctrl+Z"]})
    told = changes(dialog)
    choose(dialog, "Undo")
    button(dialog, "Back to the usual key").click()
    assert said(dialog) == "Ctrl+Z is the key of “Export the training set”."
    assert told == []


def test_a_labels_key_is_shown_and_not_changed_here(sheet: Sheet) -> None:
    dialog = sheet()
    choose(dialog, "Date")
    QTest.keyClick(dialog.tree, Qt.Key.Key_Return)
    QTest.keyClick(dialog.tree, Qt.Key.Key_F12)
    assert text(dialog, "Date") == "1"
    assert not any(button(dialog, words).isEnabled() for words in ("Change…", "No key", "Back to the usual key"))
    assert "label" in said(dialog)


def test_with_nothing_found_there_is_nothing_to_change(sheet: Sheet) -> None:
    dialog = sheet({"redo": ["F12"]})
    told = changes(dialog)
    choose(dialog, "Redo")
    dialog.filter.setText("qqq")
    for words in ("Change…", "No key", "Back to the usual key"):
        button(dialog, words).click()
    assert told == []


def test_the_arrow_keys_pass_over_the_headings(sheet: Sheet) -> None:
    dialog = sheet()
    choose(dialog, "Plan")
    QTest.keyClick(dialog.tree, Qt.Key.Key_Down)
    assert dialog.tree.currentItem().text(0) == "New corpus…"
    QTest.keyClick(dialog.tree, Qt.Key.Key_Up)
    assert dialog.tree.currentItem().text(0) == "Plan"


# In the window


def test_a_change_reaches_keys_menus_and_buttons_and_is_kept(window: Window, sheet: Sheet, qtbot: QtBot) -> None:
    undo = window.action("undo")
    [there] = [one for one in window.findChildren(QPushButton) if one.text() == "Undo"]
    assert "Ctrl+Z" in there.toolTip()
    dialog = sheet(parent=window)
    dialog.changed.connect(window.change_keys)
    choose(dialog, "Undo")
    QTest.keyClick(dialog.tree, Qt.Key.Key_Return)
    QTest.keyClick(dialog.tree, Qt.Key.Key_F12)
    dialog.close()
    assert undo.text() == "Undo\t\u2066F12\u2069"
    assert "F12" in there.toolTip()
    assert "Ctrl+Z" not in there.toolTip()
    assert kept.load().keys == {"undo": ["F12"]}
    window.activateWindow()
    window.view.setFocus()
    qtbot.waitUntil(lambda: window.view.hasFocus() and QApplication.activeWindow() is window)
    start, end = 0, 5
    window.session.tag("DATE", start, end)
    assert len(window.session.spans) == 1
    QTest.keyClick(window.view, Qt.Key.Key_Z, CONTROL)
    assert len(window.session.spans) == 1
    QTest.keyClick(window.view, Qt.Key.Key_F12)
    assert window.session.spans == []


def test_a_key_that_only_the_article_takes_is_changed_too(window: Window) -> None:
    words = window.view.caret.words
    window.change_keys({"caret_forward": ["J"]})
    before = window.view.caret.focus
    QTest.keyClick(window.view, Qt.Key.Key_Left)
    assert window.view.caret.focus == before
    QTest.keyClick(window.view, Qt.Key.Key_J)
    assert window.view.caret.focus == before + 1
    assert words


def test_a_field_of_the_window_keeps_its_letters(window: Window) -> None:
    window.change_keys({"quit": ["B"], "done": ["Space"]})
    field = QLineEdit()
    window.statusBar().addWidget(field)
    window.view.caret.stand(0)
    field.setFocus()
    QTest.keyClicks(field, "b1 2B&")
    assert field.text() == "b1 2B&"
    assert window.isVisible()
    assert window.session.spans == []
    assert window.session.state() == "new"
    window.view.setFocus()
    QTest.keyClick(window.view, Qt.Key.Key_1)
    assert len(window.session.spans) == 1


def test_every_button_and_menu_names_the_key_in_force(window: Window) -> None:
    for action in ACTIONS:
        key = window.action(action.name).text().partition("\t")[2]
        assert bool(key) == bool(action.keys), action.name
    window.change_keys({action.name: [] for action in ACTIONS})
    for action in ACTIONS:
        assert window.action(action.name).text().partition("\t")[2] == ""
        assert window.action(action.name).shortcuts() == []
