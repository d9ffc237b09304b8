"""The hint of the status line."""

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from annotator.ui.window import Window


def test_long_hint_is_elided_and_does_not_widen_the_window(window: Window, qtbot: QtBot) -> None:
    window.resize(window.minimumSize())
    width, words = window.minimumSizeHint().width(), "قال المصدر إن الخطة " * 40
    window.status_line.show_hint(words)
    assert window.minimumSizeHint().width() == width
    assert window.status_line.hint() == words
    label = window.status_line._hint_label
    sign = "\u200d..."  # keeps letter before it joined
    qtbot.waitUntil(lambda: QLabel.text(label).endswith(sign))
    assert words.startswith(QLabel.text(label).removesuffix(sign))
    window.status_line.show_hint("الخطة")
    qtbot.waitUntil(lambda: QLabel.text(label) == "الخطة")
