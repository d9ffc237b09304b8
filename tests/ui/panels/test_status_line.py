"""The hint of the status line, and the word about the team."""

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from annotator.ui.session.session import Session
from annotator.ui.session.sync_state import SyncPhase, SyncState
from annotator.ui.widgets.theme import LIGHT, Theme
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


def test_corpus_without_a_team_has_no_word_about_one(window: Window, session: Session) -> None:
    assert window.status_line.sync_button.isHidden()
    messages: list[str] = []
    session.notified.connect(messages.append)
    window.action("sync_now").trigger()
    assert messages == ["This corpus belongs to no team."]


def test_word_about_the_team_says_what_to_do_and_syncs(window: Window, session: Session, qtbot: QtBot) -> None:
    state = SyncState("News", member="Sanae", phase=SyncPhase.UNREACHABLE, pending=12)
    session.set_sync(state)
    button = window.status_line.sync_button
    assert button.isVisible()
    assert button.text() == "12 steps wait: no network"
    assert "12 steps wait in this file, where they are safe." in button.toolTip()
    assert "Shift+F9" in button.toolTip()
    assert button.objectName() == "link"  # nobody need do anything
    with qtbot.waitSignal(window.team_commands.sync_requested):
        button.click()
    with qtbot.waitSignal(window.team_commands.sync_requested):
        QTest.keyClick(window.view, Qt.Key.Key_F9, Qt.KeyboardModifier.ShiftModifier)
    for phase, style in ((SyncPhase.ACCESS_DENIED, "warning"), (SyncPhase.SYNCING, "link")):
        session.set_sync(replace(state, phase=phase))
        assert button.objectName() == style
    assert button.text() == "syncing"
    session.set_sync(None)
    assert button.isHidden()


def test_separators_are_as_far_from_the_name_as_from_other_words(
    window: Window, qtbot: QtBot, set_theme: Callable[[Theme], None]
) -> None:
    set_theme(LIGHT)
    line = window.status_line
    before, name, after = line._save_label, line.name_button, line._state_label

    def gaps() -> list[int]:
        """Return how far the letters of the name are from what is on both sides of it."""
        spare = (name.width() - name.fontMetrics().horizontalAdvance(name.text())) // 2
        return [name.x() - before.geometry().right() + spare, after.x() - name.geometry().right() + spare]

    qtbot.waitUntil(lambda: max(gaps()) <= 12)
