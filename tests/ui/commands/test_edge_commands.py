"""Selecting and moving edges by keys."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from ui.inspection import Stretch

from annotator.ui.window import Window


def test_shift_and_an_arrow_add_a_word_to_the_one_under_the_caret(window: Window, stretch: Stretch) -> None:
    window.view.move_to(stretch("الخطة")[0])
    expected = (
        (Qt.Key.Key_Left, "الخطة الوطنية"),
        (Qt.Key.Key_Left, "الخطة الوطنية للتلقيح"),
        (Qt.Key.Key_Right, "الخطة الوطنية"),
        (Qt.Key.Key_Right, "الخطة"),
        (Qt.Key.Key_Right, "عن الخطة"),
    )
    for key, words in expected:
        QTest.keyClick(window.view, key, Qt.KeyboardModifier.ShiftModifier)
        assert window.view.selected_text() == words


def test_a_selection_that_was_cleared_is_forgotten(window: Window, stretch: Stretch) -> None:
    window.view.move_to(stretch("الخطة")[0])
    QTest.keyClick(window.view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(window.view, Qt.Key.Key_Escape)
    assert window.view.selected_text() == ""
    QTest.keyClick(window.view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert window.view.selected_text() == "الوطنية للتلقيح", "from the word on which the caret is seen"


def test_the_last_word_alone_has_no_other_to_add(window: Window) -> None:
    QTest.keyClick(window.view, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window.view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert window.view.selection is None
