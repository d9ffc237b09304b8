"""The messages of the status line, and how long they stay."""

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from annotator.ui.window import Window


def test_success_message_is_cleared_with_its_article(window: Window) -> None:
    window.session.notified.emit("No suggestions left.")
    assert window.status_line.message() == "No suggestions left."
    window.session.open_relative(1)
    assert window.status_line.message() == ""


def test_error_message_stays_in_another_article(window: Window) -> None:
    window.session.failed.emit("The file is locked.")
    window.session.open_relative(1)
    assert window.status_line.message() == "The file is locked."


def test_long_message_is_elided_and_does_not_widen_the_window(window: Window, qtbot: QtBot) -> None:
    window.resize(window.minimumSize())
    width, words = window.minimumSizeHint().width(), "قال المصدر إن الخطة " * 40
    window.session.failed.emit(words)
    assert window.minimumSizeHint().width() == width
    assert window.status_line.message() == words
    label = window.status_line._message_label
    sign = "\u200d..."  # keeps letter before it joined
    qtbot.waitUntil(lambda: QLabel.text(label).endswith(sign))
    assert words.startswith(QLabel.text(label).removesuffix(sign))
    window.session.failed.emit("الخطة")
    qtbot.waitUntil(lambda: QLabel.text(label) == "الخطة")


def test_message_of_opening_an_article_is_visible(window: Window) -> None:
    window.session.open_relative(1)
    window.session.open_relative(1)
    assert window.status_line.message() != ""
