"""The sheet of keys: it lists everything, can be searched, and changes keys without a mouse."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMainWindow, QPushButton, QTreeWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from annotator import i18n, settings
from annotator.model.labels import default_labels
from annotator.ui.actions.keymap import Keymap
from annotator.ui.commands.table import ACTIONS, MENUS
from annotator.ui.dialogs.keys import KeysDialog
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.window import Window

CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
PLAIN = Qt.KeyboardModifier.NoModifier
OpenSheet = Callable[..., KeysDialog]


@pytest.fixture
def open_sheet(qtbot: QtBot) -> OpenSheet:
    """Return a function that opens the sheet with these changed keys."""
    behind = QMainWindow()
    qtbot.addWidget(behind)

    def make(changed: dict[str, list[str]] | None = None, parent: QWidget = behind) -> KeysDialog:
        dialog = KeysDialog(parent, Keymap(MENUS, changed or {}, default_labels().labels))
        qtbot.addWidget(dialog)
        dialog.open()
        dialog.activateWindow()
        qtbot.waitUntil(lambda: dialog.filter_line.hasFocus() and QApplication.activeWindow() is dialog)
        return dialog

    return make


def rows(dialog: KeysDialog) -> list[QTreeWidgetItem]:
    """Return the visible rows, headings included."""
    items = [dialog.tree.topLevelItem(index) for index in range(dialog.tree.topLevelItemCount())]
    return [row for row in items if row and not row.isHidden()]


def keys_text(dialog: KeysDialog, words: str) -> str:
    """Return the keys in the row with this description."""
    [row] = [row for row in rows(dialog) if row.text(0) == words]
    return row.text(1).replace("\u2066", "").replace("\u2069", "")


def message(dialog: KeysDialog) -> str:
    return dialog.message_label.text().replace("\u2066", "").replace("\u2069", "")


def select_row(dialog: KeysDialog, words: str) -> None:
    [row] = [row for row in rows(dialog) if row.text(0) == words]
    dialog.tree.setCurrentItem(row)
    dialog.tree.setFocus()


def button(dialog: KeysDialog, words: str) -> QPushButton:
    [match] = [candidate for candidate in dialog.findChildren(QPushButton) if candidate.text() == words]
    return match


def record_changes(dialog: KeysDialog) -> list[dict[str, list[str]]]:
    """Return a list that collects the changes which the sheet reports from now on."""
    changed_keys: list[dict[str, list[str]]] = []
    dialog.changed.connect(changed_keys.append)
    return changed_keys


def test_sheet_lists_every_action_and_label_with_its_keys(open_sheet: OpenSheet) -> None:
    dialog = open_sheet({"skip": ["F12"], "about": ["Ctrl+ئ"], "undo": []})
    texts = {row.text(0) for row in rows(dialog)}
    assert {action.text for action in ACTIONS} <= texts
    assert {"Date", "Institution", "Plan", "Corpus", "In the article"} <= texts
    assert keys_text(dialog, "Date") == "1"
    assert keys_text(dialog, "Next word") == "←"
    assert keys_text(dialog, "Zoom in") == "Ctrl++   Ctrl+="
    assert keys_text(dialog, "Skip") == "F12"
    assert keys_text(dialog, "About Annotator") == "Ctrl+Z"
    assert keys_text(dialog, "Undo") == "–"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("export", ["Corpus", "Export training set…"]),
        ("LETTER later", []),
        ("ctrl+z", ["Edit", "Undo"]),
        ("2", ["Labels", "Institution", "In an adjudication", "Decide for candidate 2"]),
        ("٢", ["Labels", "Institution", "In an adjudication", "Decide for candidate 2"]),
        ("ctrl+ئ", ["Edit", "Undo"]),
        ("undo z", ["Edit", "Undo"]),
        ("home start select", ["In the article", "Select to start of line"]),
    ],
)
def test_filter_matches_words_and_keys(open_sheet: OpenSheet, typed: str, expected: list[str]) -> None:
    dialog = open_sheet({name: [] for name in ("edit_value", "edit_note", "edit_article_note")})  # F2 contains a 2
    dialog.filter_line.setText(typed)
    assert [row.text(0) for row in rows(dialog)] == expected
    dialog.filter_line.clear()
    assert len(rows(dialog)) > len(ACTIONS)


def test_filter_ignores_arabic_spelling_variants(open_sheet: OpenSheet) -> None:
    i18n.set_language("ar")
    dialog = open_sheet()
    for typed in ("مدونة جديدة", "مُدَوّنة جديده"[:-1]):
        dialog.filter_line.setText(typed)
        assert [row.text(0) for row in rows(dialog)][1:] == ["مدوّنة جديدة…", "مدوّنة جديدة من ملفات…"]


def test_key_is_changed_without_a_mouse(open_sheet: OpenSheet) -> None:
    dialog = open_sheet()
    changed_keys = record_changes(dialog)
    QTest.keyClicks(dialog.filter_line, "export")
    QTest.keyClick(dialog.filter_line, Qt.Key.Key_Return)
    assert dialog.tree.hasFocus()
    QTest.keyClick(dialog.tree, Qt.Key.Key_Return)
    assert keys_text(dialog, "Export training set…") == "Press the new key…"
    QTest.keyClick(dialog.tree, Qt.Key.Key_Control, CONTROL)  # a modifier alone is no key
    repeated_key = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, PLAIN, autorep=True)
    QApplication.sendEvent(dialog.tree, repeated_key)  # Enter is still held down
    QTest.keyClick(dialog.tree, Qt.Key.Key_W, CONTROL)
    assert keys_text(dialog, "Export training set…") == "Ctrl+W"
    assert changed_keys == [{"export": ["Ctrl+W"]}]
    assert dialog.isVisible()


@pytest.mark.parametrize(
    ("key", "modifier", "expected"),
    [
        (Qt.Key.Key_Tab, ALT, "Alt+Tab"),
        (Qt.Key.Key_F12, ALT, "Alt+F12"),
        (Qt.Key.Key_Space, SHIFT, "Shift+Space"),
        (Qt.Key.Key_Insert, PLAIN, "Ins"),
        (Qt.Key(ord("ص")), CONTROL, "Ctrl+W"),
        (Qt.Key(ord("٧")), PLAIN, "7"),
    ],
)
def test_any_key_can_be_assigned(
    open_sheet: OpenSheet, key: Qt.Key, modifier: Qt.KeyboardModifier, expected: str
) -> None:
    dialog = open_sheet()
    changed_keys = record_changes(dialog)
    select_row(dialog, "Export training set…")
    QTest.keyClick(dialog.tree, Qt.Key.Key_Return)
    QTest.sendKeyEvent(QTest.KeyAction.Click, dialog.tree, key, "", modifier)
    assert changed_keys == [{"export": [expected]}]
    assert dialog.tree.hasFocus()


def test_conflicting_key_is_refused_and_another_can_follow(open_sheet: OpenSheet) -> None:
    dialog = open_sheet()
    changed_keys = record_changes(dialog)
    select_row(dialog, "Undo")
    QTest.keyClick(dialog.tree, Qt.Key.Key_Enter)
    QTest.keyClick(dialog.tree, Qt.Key.Key_E, CONTROL)
    assert message(dialog) == "Ctrl+E is already assigned to “Export training set”."
    assert dialog.message_label.objectName() == "warning"
    QTest.keyClick(dialog.tree, Qt.Key.Key_Question, SHIFT)
    assert message(dialog).startswith("That key is not on every keyboard.")
    assert changed_keys == []
    QTest.keyClick(dialog.tree, Qt.Key.Key_F12)
    assert changed_keys == [{"undo": ["F12"]}]
    assert dialog.message_label.objectName() == "quiet"


@pytest.mark.parametrize("how", ["escape", "elsewhere", "another row"])
def test_cancelled_waiting_changes_nothing(open_sheet: OpenSheet, how: str) -> None:
    dialog = open_sheet()
    changed_keys = record_changes(dialog)
    select_row(dialog, "Undo")
    QTest.keyClick(dialog.tree, Qt.Key.Key_Return)
    if how == "escape":
        QTest.keyClick(dialog.tree, Qt.Key.Key_Escape)
    elif how == "elsewhere":
        dialog.filter_line.setFocus()
    else:
        select_row(dialog, "Redo")
    assert keys_text(dialog, "Undo") == "Ctrl+Z"
    assert dialog.isVisible()
    QTest.keyClick(dialog.tree, Qt.Key.Key_F12)
    assert changed_keys == []


def test_buttons_reset_clear_and_restore_all_keys(open_sheet: OpenSheet) -> None:
    dialog = open_sheet({"redo": ["F12"], "ribbon": ["Ctrl+1"]})
    changed_keys = record_changes(dialog)
    select_row(dialog, "Undo")
    assert not button(dialog, "Reset to default").isEnabled()
    button(dialog, "No key").click()
    select_row(dialog, "Redo")
    button(dialog, "Reset to default").click()
    assert changed_keys == [
        {"redo": ["F12"], "ribbon": ["Ctrl+1"], "undo": []},
        {"ribbon": ["Ctrl+1"], "undo": []},
    ]
    assert keys_text(dialog, "Redo") == "Ctrl+Shift+Z   Ctrl+Y"
    assert keys_text(dialog, "Undo") == "–"
    button(dialog, "Restore defaults").click()
    assert changed_keys[2:] == [{"ribbon": ["Ctrl+1"]}]
    assert keys_text(dialog, "Undo") == "Ctrl+Z"
    assert not button(dialog, "Restore defaults").isEnabled()


def test_default_key_taken_by_another_action_is_refused(open_sheet: OpenSheet) -> None:
    dialog = open_sheet({"undo": [], "export": ["Ctrl+Z"]})
    changed_keys = record_changes(dialog)
    select_row(dialog, "Undo")
    button(dialog, "Reset to default").click()
    assert message(dialog) == "Ctrl+Z is already assigned to “Export training set”."
    assert changed_keys == []


def test_key_of_a_label_is_shown_but_cannot_be_changed(open_sheet: OpenSheet) -> None:
    dialog = open_sheet()
    select_row(dialog, "Date")
    QTest.keyClick(dialog.tree, Qt.Key.Key_Return)
    QTest.keyClick(dialog.tree, Qt.Key.Key_F12)
    assert keys_text(dialog, "Date") == "1"
    assert not any(button(dialog, words).isEnabled() for words in ("Change…", "No key", "Reset to default"))
    assert "label" in message(dialog)


def test_buttons_do_nothing_without_a_match(open_sheet: OpenSheet) -> None:
    dialog = open_sheet({"redo": ["F12"]})
    changed_keys = record_changes(dialog)
    select_row(dialog, "Redo")
    dialog.filter_line.setText("qqq")
    for words in ("Change…", "No key", "Reset to default"):
        button(dialog, words).click()
    assert changed_keys == []


def current_text(dialog: KeysDialog) -> str:
    item = dialog.tree.currentItem()
    assert item
    return item.text(0)


def test_arrow_keys_skip_the_headings(open_sheet: OpenSheet) -> None:
    dialog = open_sheet()
    select_row(dialog, "Plan")
    QTest.keyClick(dialog.tree, Qt.Key.Key_Down)
    assert current_text(dialog) == "Next word"  # what no menu shows comes first
    QTest.keyClick(dialog.tree, Qt.Key.Key_Up)
    assert current_text(dialog) == "Plan"
    select_row(dialog, "Next number, or with Shift select to it")
    QTest.keyClick(dialog.tree, Qt.Key.Key_Down)
    assert current_text(dialog) == "Decide for candidate 1"
    select_row(dialog, "Decide for candidate 9")
    QTest.keyClick(dialog.tree, Qt.Key.Key_Down)
    assert current_text(dialog) == "New corpus…"


# In the window


def test_changed_key_reaches_shortcuts_menus_buttons_and_settings(
    window: Window, open_sheet: OpenSheet, qtbot: QtBot
) -> None:
    undo = window.action("undo")
    [undo_button] = [candidate for candidate in window.findChildren(ActionButton) if candidate.text() == "Undo"]
    assert "Ctrl+Z" in undo_button.toolTip()
    dialog = open_sheet(parent=window)
    dialog.changed.connect(lambda keys: window.settings.save(keys=keys))
    select_row(dialog, "Undo")
    QTest.keyClick(dialog.tree, Qt.Key.Key_Return)
    QTest.keyClick(dialog.tree, Qt.Key.Key_F12)
    dialog.close()
    assert undo.text() == "Undo\t\u2066F12\u2069"
    assert "F12" in undo_button.toolTip()
    assert "Ctrl+Z" not in undo_button.toolTip()
    assert settings.load().keys == {"undo": ["F12"]}
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


def test_key_of_the_article_view_can_be_changed(window: Window) -> None:
    words = window.view.caret.words
    window.settings.save(keys={"caret_forward": ["J"]})
    before = window.view.caret.focus
    QTest.keyClick(window.view, Qt.Key.Key_Left)
    assert window.view.caret.focus == before
    QTest.keyClick(window.view, Qt.Key.Key_J)
    assert window.view.caret.focus == before + 1
    assert words


def test_letters_assigned_to_actions_can_be_typed_in_a_field(window: Window) -> None:
    window.settings.save(keys={"quit": ["B"], "done": ["Space"]})
    field = QLineEdit()
    window.statusBar().addWidget(field)
    window.view.caret.move_to(0)
    field.setFocus()
    QTest.keyClicks(field, "b1 2B&")
    assert field.text() == "b1 2B&"
    assert window.isVisible()
    assert window.session.spans == []
    assert window.session.article_state == "new"
    window.view.setFocus()
    QTest.keyClick(window.view, Qt.Key.Key_1)
    assert len(window.session.spans) == 1


def test_menus_show_the_current_keys(window: Window) -> None:
    for action in ACTIONS:
        key = window.action(action.name).text().partition("\t")[2]
        assert bool(key) == bool(action.keys), action.name
    window.settings.save(keys={action.name: [] for action in ACTIONS})
    for action in ACTIONS:
        assert window.action(action.name).text().partition("\t")[2] == ""
        assert window.action(action.name).shortcuts() == []
