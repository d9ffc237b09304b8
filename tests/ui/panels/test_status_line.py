"""What is told at the foot of the window, and how long."""

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from annotator.ui.window import Window


def test_what_was_told_of_an_article_is_gone_with_it(window: Window) -> None:
    window.session.told.emit("No suggestion is left.")
    assert window.status_line.said() == "No suggestion is left."
    window.session.open_step(1)
    assert window.status_line.said() == ""


def test_what_went_wrong_stays_in_another_article(window: Window) -> None:
    window.say("The file is locked.")
    window.session.open_step(1)
    assert window.status_line.said() == "The file is locked."


def test_a_sentence_that_has_no_room_is_cut_and_makes_the_window_no_wider(window: Window, qtbot: QtBot) -> None:
    window.resize(window.minimumSize())
    width, words = window.minimumSizeHint().width(), "قال المصدر إن الخطة " * 40
    window.say(words)
    assert window.minimumSizeHint().width() == width
    assert window.status_line.said() == words
    label = window.status_line._said
    sign = "\u200d..."  # the letter before it stays joined
    qtbot.waitUntil(lambda: QLabel.text(label).endswith(sign))
    assert words.startswith(QLabel.text(label).removesuffix(sign))
    window.say("الخطة")
    qtbot.waitUntil(lambda: QLabel.text(label) == "الخطة")


def test_what_is_told_by_going_on_is_seen(window: Window) -> None:
    window.session.open_step(1)
    window.session.open_step(1)
    assert window.status_line.said() != ""
