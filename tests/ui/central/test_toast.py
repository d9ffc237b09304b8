"""The messages over the article: how long they stay, and what their buttons do."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch

from annotator.ui.central import toast as toast_module
from annotator.ui.session.notice import Notice
from annotator.ui.window import Window


def test_message_goes_with_its_article(window: Window) -> None:
    window.session.notified.emit("No suggestions left.")
    assert window.toast.message() == "No suggestions left."
    window.session.open_relative(1)
    assert window.toast.message() == ""


def test_error_stays_in_another_article(window: Window) -> None:
    window.session.failed.emit("The file is locked.")
    window.session.open_relative(1)
    assert window.toast.message() == "The file is locked."


def test_message_of_opening_an_article_is_visible(window: Window) -> None:
    window.session.open_relative(1)
    window.session.open_relative(1)
    assert window.toast.message() != ""


def test_message_on_a_step_goes_as_soon_as_the_step_is_undone(window: Window, stretch: Stretch) -> None:
    session = window.session
    session.tag("DATE", *stretch("أمس"))
    session.announced.emit(Notice("One place tagged.", is_undoable=True))
    assert window.toast.message() == "One place tagged."
    session.undo()
    assert window.toast.message() == ""


def test_button_undoes_the_step_and_leaves_the_focus_in_the_article(window: Window, stretch: Stretch) -> None:
    session, toast = window.session, window.toast
    session.tag("DATE", *stretch("أمس"))
    session.announced.emit(Notice("One place tagged.", is_undoable=True))
    assert toast._undo_button.isVisible()
    QTest.mouseClick(toast._undo_button, Qt.MouseButton.LeftButton)
    assert session.spans == []
    assert toast.message() == ""
    assert window.view.hasFocus()


def test_other_message_is_overtaken_by_a_step_but_can_be_read(
    window: Window, stretch: Stretch, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toast_module, "_SHORT_DURATION", 300)
    window.session.notified.emit("Backup created.")
    window.session.tag("DATE", *stretch("أمس"))
    assert window.toast.message() == "Backup created."
    qtbot.waitUntil(lambda: window.toast.message() == "")


def test_message_stays_under_the_mouse_and_goes_when_clicked(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toast_module, "_DURATION", 200)
    window.session.notified.emit("Backup created.")
    qtbot.waitUntil(lambda: window.toast.message() == "")
    window.session.notified.emit("Backup created.")
    QTest.mouseMove(window.toast, QPoint(5, 5))
    qtbot.waitUntil(lambda: not window.toast._timer.isActive())
    QTest.mouseClick(window.toast, Qt.MouseButton.LeftButton)
    assert window.toast.message() == ""


def test_folder_of_a_message_is_opened(window: Window, tmp_path: Path, opened_urls: list[str]) -> None:
    window.session.announced.emit(Notice("A copy was saved.", folder=tmp_path))
    QTest.mouseClick(window.toast._folder_button, Qt.MouseButton.LeftButton)
    assert [Path(QUrl(url).toLocalFile()) for url in opened_urls] == [tmp_path]


@pytest.mark.parametrize("size", [(1024, 600), (1366, 768)])
def test_long_message_lies_inside_the_window(window: Window, size: tuple[int, int], qtbot: QtBot) -> None:
    window.resize(*size)
    window.session.announced.emit(Notice("قال المصدر إن الخطة " * 20, is_undoable=True, folder=Path("x")))
    pages, toast = window._central_widget.pages, window.toast

    def is_inside() -> bool:
        needed_height = toast._label.heightForWidth(toast._label.width())
        is_high_enough = toast._label.height() >= needed_height
        return window._central_widget.rect().contains(toast.geometry()) and is_high_enough

    qtbot.waitUntil(is_inside)
    assert toast.geometry().bottom() < pages.geometry().top()  # it covers nothing of the page
    window.resize(1500, 900)
    qtbot.waitUntil(lambda: is_inside() and abs(toast.geometry().center().x() - pages.geometry().center().x()) <= 1)


@pytest.mark.parametrize(("size", "lines"), [((1024, 600), 1), ((1366, 768), 2)])
def test_what_of_a_long_message_does_not_fit_is_shown_by_a_button(
    window: Window, size: tuple[int, int], lines: int, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []
    monkeypatch.setattr(toast_module, "show_message", lambda _parent, _icon, text: texts.append(text))
    window.resize(*size)
    toast = window.toast
    window.session.failed.emit("A short one.")
    assert not toast._more_button.isVisible()
    text = "The corpus “/home/sanae/الأخبار/news.corpus” could not be copied.\n" + "The reason is long. " * 12
    window.session.failed.emit(text)
    qtbot.waitUntil(lambda: len(toast._label.text().splitlines()) == lines)
    assert toast._label.text().endswith(("…", "..."))
    assert toast.message() == text
    QTest.mouseClick(toast._more_button, Qt.MouseButton.LeftButton)
    assert texts == [text]
    assert toast.message() == ""
    window.session.notified.emit("Backup created.")
    assert toast._label.text() == "Backup created."
    assert not toast._more_button.isVisible()


@pytest.mark.parametrize("action", ["toggle_focus_mode", "toggle_sticky"])
def test_message_on_how_to_leave_a_mode_goes_with_the_mode(window: Window, action: str) -> None:
    window.action(action).trigger()
    assert "Escape" in window.toast.message()
    QTest.keyClick(window.view, Qt.Key.Key_Escape)
    assert window.toast.message() == ""


def test_other_message_stays_when_a_mode_ends(window: Window) -> None:
    window.action("toggle_focus_mode").trigger()
    window.session.notified.emit("Backup created.")
    QTest.keyClick(window.view, Qt.Key.Key_Escape)
    assert window.toast.message() == "Backup created."
