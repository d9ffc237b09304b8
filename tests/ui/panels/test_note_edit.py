"""Notes of several lines."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch

from annotator.ui.panels.autosave_field import NoteEdit
from annotator.ui.session.session import Session
from annotator.ui.window import Window

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def field(window: Window, session: Session, stretch: Stretch) -> NoteEdit:
    """Return the field for the note on a selected span."""
    session.tag("PLAN", *stretch("أمس"))
    note_field = window.labels_sidebar.span_card.note_field
    note_field.start_editing()
    return note_field


def test_enter_saves_and_shift_enter_begins_a_line(window: Window, session: Session, field: NoteEdit) -> None:
    QTest.keyClicks(field, "one")
    QTest.keyClick(field, Qt.Key.Key_Return, SHIFT)
    QTest.keyClicks(field, "two")
    notes = [session.spans[0].note]
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert [*notes, session.spans[0].note] == [None, "one\ntwo"]
    assert (field.text(), window.view.hasFocus()) == ("one\ntwo", True)


def test_keys_are_shown_while_a_note_is_typed(window: Window, field: NoteEdit) -> None:
    label = window.labels_sidebar.span_card._feedback_label
    assert label.text() == "\u2066Enter\u2069 saves, \u2066Shift+Enter\u2069 begins a new line."
    window.view.setFocus()
    assert label.text() == ""


def test_field_grows_with_its_lines_up_to_a_limit(field: NoteEdit, qtbot: QtBot) -> None:
    heights = []
    for count in (1, 2, 4, 6, 20):
        field.setText("\n".join(["line"] * count))
        qtbot.waitUntil(lambda: field.height() == field.sizeHint().height())
        heights.append(field.height())
    assert heights[:4] == sorted(set(heights[:4]))
    assert heights[4] == heights[3]
    field.setText("word " * 40)
    assert field.sizeHint().height() > heights[0], "a long line is broken"


def test_note_that_grows_stays_in_sight_on_a_small_screen(window: Window, field: NoteEdit, qtbot: QtBot) -> None:
    window.resize(1024, 600)
    QTest.keyClicks(field, "one")
    for _ in range(5):
        QTest.keyClick(field, Qt.Key.Key_Return, SHIFT)
    qtbot.waitUntil(lambda: field.height() == field.sizeHint().height())
    sidebar = window.labels_sidebar
    qtbot.waitUntil(lambda: field.mapTo(sidebar, QPoint(0, field.height() - 1)).y() < sidebar.height())


@pytest.mark.parametrize(("text", "is_right"), [("ملاحظة", True), ("note", False)])
def test_lines_begin_where_their_script_begins(field: NoteEdit, text: str, is_right: bool) -> None:
    field.setText(text)
    assert bool(field.document().defaultTextOption().alignment() & Qt.AlignmentFlag.AlignRight) == is_right


def test_tab_leaves_the_field_and_saves(session: Session, field: NoteEdit) -> None:
    QTest.keyClicks(field, "kept")
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Tab)
    assert session.spans[0].note == "kept"
    assert (field.hasFocus(), field.textCursor().hasSelection()) == (False, False)
