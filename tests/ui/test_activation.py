"""Activation of the window by a second start of the program."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from annotator import single_instance
from annotator.model.labels import default_labels
from annotator.store.corpus import Corpus
from annotator.ui import activation, app

Start = Callable[[Path], bool]


@pytest.fixture
def start(controller: app.ApplicationController, qtbot: QtBot) -> Iterator[Start]:
    """Return a function that does what a second start does to find a window; this thread is the window's."""
    with ThreadPoolExecutor(1) as pool:

        def ask(path: Path) -> bool:
            QApplication.processEvents()
            controller.activation.wait(10)
            answer = pool.submit(single_instance.activate, path)
            qtbot.waitUntil(answer.done)
            return answer.result()

        yield ask


def test_a_minimised_window_is_restored_in_its_previous_state(
    controller: app.ApplicationController, start: Start, corpus_path: Path
) -> None:
    for state in (Qt.WindowState.WindowNoState, Qt.WindowState.WindowMaximized):
        controller.window.setWindowState(state)
        controller.window.setWindowState(state | Qt.WindowState.WindowMinimized)
        assert start(corpus_path)
        assert controller.window.windowState() & ~Qt.WindowState.WindowActive == state
        assert controller.window.isVisible()


def test_a_start_with_a_changeset_has_the_window_ask_about_it(
    controller: app.ApplicationController, corpus_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    changeset, offered = corpus_path.with_name("سلمى.changeset"), list[Path]()
    monkeypatch.setattr(controller.window.merge_commands, "offer_merge", offered.append)
    QApplication.processEvents()
    controller.activation.wait(10)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(single_instance.activate, corpus_path, changeset)
        qtbot.waitUntil(answer.done)
    assert answer.result()
    qtbot.waitUntil(lambda: offered == [changeset])


def test_a_start_with_a_place_has_the_window_show_it(
    controller: app.ApplicationController, corpus_path: Path, qtbot: QtBot
) -> None:
    QApplication.processEvents()
    controller.activation.wait(10)
    assert controller.session.corpus
    uid = controller.session.corpus.article(1).uid
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(single_instance.activate, corpus_path, None, f"{uid[:8]}@2-7")
        qtbot.waitUntil(answer.done)
    assert answer.result()
    qtbot.waitUntil(lambda: controller.window.view.selection == (2, 7))
    assert controller.session.article
    assert controller.session.article.uid == uid


def test_a_dialog_is_activated_rather_than_its_window(
    controller: app.ApplicationController, start: Start, corpus_path: Path, qtbot: QtBot
) -> None:
    dialog = QDialog(controller.window)
    dialog.setModal(True)
    dialog.show()
    assert start(corpus_path)
    qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)
    dialog.close()


def test_a_dialog_that_opens_just_after_the_activation_keeps_the_keys(
    controller: app.ApplicationController, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = list[str]()
    monkeypatch.setattr(controller.window, "activateWindow", lambda: requests.append("window"))
    activation.bring_to_front(controller.window)
    dialog = QDialog(controller.window)
    monkeypatch.setattr(dialog, "activateWindow", lambda: requests.append("dialog"))
    dialog.setModal(True)
    dialog.show()
    if QGuiApplication.platformName() == "xcb":  # which needs a second request
        qtbot.waitUntil(lambda: len(requests) == 2)
        assert requests == ["window", "dialog"], "keys for the window would be lost until it hands them on"
    dialog.close()


def test_a_second_start_finds_the_window_of_the_open_corpus_only(
    controller: app.ApplicationController, start: Start, corpus_path: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.corpus"
    assert start(corpus_path)
    assert not start(other)
    assert controller.window.corpus_commands.open_path(other, create=True)
    assert start(other)
    assert not start(corpus_path)
    controller.session.close()
    assert not start(other)


def test_a_second_start_finds_the_window_after_a_change_of_language(
    controller: app.ApplicationController, start: Start, corpus_path: Path
) -> None:
    assert start(corpus_path)
    old = controller.window
    controller.window.settings.save(language="ar")
    controller.window.showMinimized()
    assert controller.window is not old
    assert start(corpus_path)
    assert not controller.window.isMinimized()


def test_a_late_request_is_ignored(
    controller: app.ApplicationController,
    start: Start,
    corpus_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    """The second start has opened its own window by then, which the old one must not cover."""
    assert start(corpus_path)
    monkeypatch.setattr(single_instance, "_PROMPT", 0.3)
    controller.window.showMinimized()
    with ThreadPoolExecutor(1) as pool:
        assert not pool.submit(single_instance.activate, corpus_path).result()  # this thread does not answer
    QApplication.processEvents()
    qtbot.wait(100)
    assert controller.window.isMinimized()


def test_a_request_that_was_read_late_is_ignored(
    controller: app.ApplicationController,
    start: Start,
    corpus_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    """The time runs from when the second start has asked."""
    decode = msgspec.json.decode

    def decode_late(*arguments: Any, **options: Any) -> Any:
        time.sleep(0.5)
        return decode(*arguments, **options)

    assert start(corpus_path)
    monkeypatch.setattr(single_instance, "_PROMPT", 0.3)
    monkeypatch.setattr(msgspec.json, "decode", decode_late)
    controller.window.showMinimized()
    assert not start(corpus_path)
    qtbot.wait(800)
    assert controller.window.isMinimized()


def test_the_wayland_activation_token_reaches_qt(
    controller: app.ApplicationController, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_ACTIVATION_TOKEN", raising=False)
    monkeypatch.setattr(controller.window, "activateWindow", lambda: tokens.append(os.environ["XDG_ACTIVATION_TOKEN"]))
    tokens: list[str] = []
    activation.bring_to_front(controller.window, "token")
    assert tokens == ["token"]


def test_a_second_start_finds_the_window_after_opening_another_corpus(
    controller: app.ApplicationController, start: Start, tmp_path: Path
) -> None:
    path = tmp_path / "new.corpus"
    Corpus.create(path, default_labels()).close()
    controller.open_corpus(Corpus.open(path))
    assert start(path)
