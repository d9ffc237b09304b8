"""Dialogs on a screen that is too small for them."""

import gc
import weakref

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QTextCursor, QTextLayout
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QTreeWidgetItem,
    QWidget,
)
from pytestqt.qtbot import QtBot

from annotator.i18n import set_language
from annotator.ui.widgets.bidi_text import isolate, plain_label
from annotator.ui.widgets.controls import create_button, create_button_box, create_tree
from annotator.ui.widgets.layouts import hbox, vbox
from annotator.ui.widgets.modal import MessageBox, fit_to_screen
from annotator.ui.widgets.scrolling import FittingScrollArea

ROOM = QSize(683, 400) - QSize(8, 44)


@pytest.fixture(autouse=True)
def small_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make all screens as small as one of 1024 x 600 at 150 %."""

    class Screen:
        def availableSize(self) -> QSize:  # noqa: N802 - Qt's name
            return QSize(683, 400)

    monkeypatch.setattr(QWidget, "screen", lambda _widget: Screen())


class Form(QDialog):
    """Has fields beside and below each other, a text of so many sentences, and buttons."""

    def __init__(self, sentences: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields = [QLineEdit(f"{index}") for index in range(3)]
        self.accept_button = create_button("Continue", self.accept, is_auto_default=True)
        self.text = plain_label("قال المصدر إن الخطة الوطنية تبدأ في شتنبر. " * sentences, wraps=True)
        first, second, third = self.fields
        buttons = create_button_box(self, accept=self.accept_button)
        vbox(hbox(first, second), (self.text, 1), 12, third, buttons, spacing=9, parent=self)


def press_tab() -> QWidget | None:
    focus = QApplication.focusWidget()
    assert focus
    QTest.keyClick(focus, Qt.Key.Key_Tab)
    return QApplication.focusWidget()


def test_what_has_no_room_scrolls_above_the_buttons(qtbot: QtBot) -> None:
    form = Form(90)
    qtbot.addWidget(form)
    first, second, third = form.fields
    second.setFocus()
    fit_to_screen(form)
    form.show()
    form.activateWindow()
    qtbot.waitUntil(second.hasFocus)
    assert form.size() == form.size().boundedTo(ROOM)
    [area] = form.findChildren(FittingScrollArea)
    assert area.isAncestorOf(form.text)
    assert not area.isAncestorOf(form.accept_button)
    assert form.text.height() >= form.text.heightForWidth(form.text.width())
    assert [press_tab() for _step in range(2)] == [third, form.accept_button]
    assert not third.visibleRegion().isEmpty(), "what has the focus is shown"
    assert isinstance(press_tab(), QPushButton)
    assert press_tab() is first


def test_dialog_that_scrolls_begins_at_its_first_field(qtbot: QtBot) -> None:
    form = Form(90)
    qtbot.addWidget(form)
    fit_to_screen(form)
    form.show()
    form.activateWindow()
    qtbot.waitUntil(form.fields[0].hasFocus)


def test_dialog_that_scrolls_is_kept_by_its_window(qtbot: QtBot) -> None:
    """Python's collector once took it for garbage while it was open: Qt went on with what it had deleted, and fell."""
    window = QWidget()
    qtbot.addWidget(window)
    form = Form(90, window)
    reference = weakref.ref(form)
    fit_to_screen(form)
    assert form.findChildren(FittingScrollArea)
    del form
    gc.collect()
    assert reference()


def test_a_text_has_all_its_height_where_the_screen_has_it(qtbot: QtBot) -> None:
    form = Form(14)
    qtbot.addWidget(form)
    form.setMinimumWidth(440)
    fit_to_screen(form)
    form.show()
    assert form.size() == form.size().boundedTo(ROOM)
    assert not form.findChildren(FittingScrollArea)
    assert form.text.height() >= form.text.heightForWidth(form.text.width())
    assert form.height() > 400 * 2 / 3, "Qt itself gives a dialog so much of the screen"


def test_message_that_begins_with_a_name_is_read_from_the_right_in_arabic(qtbot: QtBot) -> None:
    set_language("ar")
    box = MessageBox(QMessageBox.Icon.Question, None, f"{isolate('salma')} اسم جديد", information=isolate("b"))
    qtbot.addWidget(box)
    assert box.text() == f"\u200f{isolate('salma')} اسم جديد"
    assert box.informativeText() == f"\u200f{isolate('b')}"


def test_question_does_not_end_in_a_lone_word(qtbot: QtBot) -> None:
    question = "Somebody is new in this corpus. Begin a layer of their own, or not at all?"
    for count in range(45, len(question)):
        text = f"{question[:count].rstrip()} word?"
        box = MessageBox(QMessageBox.Icon.Question, None, text, information=text)
        qtbot.addWidget(box)
        box.show()
        for label in box.findChildren(QLabel):
            if label.text() == text:
                lines = line_texts(label)
                assert len(lines) == 1 or len(lines[-1].split()) > 1, lines
                assert label.height() >= label.heightForWidth(label.width())
        box.close()


def line_texts(label: QLabel) -> list[str]:
    """Return the lines in which a label has its text."""
    layout, lines = QTextLayout(label.text(), label.font()), []
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(label.contentsRect().width())
        lines.append(label.text()[line.textStart() : line.textStart() + line.textLength()])
    layout.endLayout()
    return lines


def test_list_and_text_in_a_dialog_that_scrolls_have_no_bar_of_their_own(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    tree, text = create_tree(["Name"], "Names"), QPlainTextEdit("\n".join(f"line {line}" for line in range(30)))
    tree.setMinimumHeight(200)
    text.setMinimumHeight(200)
    for row in range(40):
        QTreeWidgetItem(tree, [f"name {row}"])
    vbox(tree, text, create_button_box(dialog), parent=dialog)
    fit_to_screen(dialog)
    dialog.show()
    area = dialog.findChild(FittingScrollArea)
    assert area
    qtbot.waitUntil(lambda: area.verticalScrollBar().isVisible() and not tree.verticalScrollBar().isVisible())
    qtbot.waitUntil(lambda: text.verticalScrollBar().maximum() == 0)
    last = tree.topLevelItem(39)
    assert last
    qtbot.waitUntil(lambda: tree.viewport().rect().contains(tree.visualItemRect(last)))
    dialog.activateWindow()
    tree.setFocus()
    qtbot.waitUntil(tree.hasFocus)
    QTest.keyClick(tree, Qt.Key.Key_End)
    assert tree.currentItem() is last
    # The page follows.
    qtbot.waitUntil(lambda: tree.viewport().visibleRegion().boundingRect().contains(tree.visualItemRect(last)))
    QTreeWidgetItem(tree, ["name 40"])
    added = tree.topLevelItem(40)
    assert added
    qtbot.waitUntil(lambda: tree.viewport().rect().contains(tree.visualItemRect(added)))
    height = text.height()
    text.setFocus()
    text.moveCursor(QTextCursor.MoveOperation.End)
    for _line in range(2):
        QTest.keyClick(text, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: text.height() > height)
    caret = text.cursorRect()
    qtbot.waitUntil(lambda: text.viewport().visibleRegion().boundingRect().contains(caret.center()))


def test_list_in_a_dialog_with_room_scrolls_by_itself(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    tree = create_tree(["Name"], "Names")
    for row in range(40):
        QTreeWidgetItem(tree, [f"name {row}"])
    vbox(tree, create_button_box(dialog), parent=dialog)
    fit_to_screen(dialog)
    dialog.show()
    qtbot.waitUntil(tree.verticalScrollBar().isVisible)
    assert not dialog.findChildren(FittingScrollArea)
