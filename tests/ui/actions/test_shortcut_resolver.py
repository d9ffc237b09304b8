"""A second start brings the window forward: what the window does when it is asked."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog
from pytestqt.qtbot import QtBot

from annotator import i18n, single_instance
from annotator.model.labels import default_labels
from annotator.settings import Settings
from annotator.store.corpus import Corpus
from annotator.ui import app
from annotator.ui.actions import shortcut_resolver

Start = Callable[[Path], bool]


@pytest.fixture
def desk(qapp: QApplication, qtbot: QtBot, corpus_path: Path) -> Iterator[app.Desk]:
    made = app.Desk(qapp, Settings(language="en", annotator="Sanae"))
    made.work_at(Corpus.open(corpus_path))
    made.show()
    yield made
    made.window.close()
    made.session.close()
    i18n.use("en")
    app.Desk(qapp, Settings(language="en")).window.deleteLater()


@pytest.fixture
def start(desk: app.Desk, qtbot: QtBot) -> Iterator[Start]:
    """A start of the program as far as it looks for a window, while this thread is the window's."""
    with ThreadPoolExecutor(1) as pool:

        def ask(path: Path) -> bool:
            QApplication.processEvents()
            desk.activation.wait(10)
            answer = pool.submit(single_instance.activate, path)
            qtbot.waitUntil(answer.done)
            return answer.result()

        yield ask


def test_a_minimised_window_comes_back_as_large_as_it_was(desk: app.Desk, start: Start, corpus_path: Path) -> None:
    for state in (Qt.WindowState.WindowNoState, Qt.WindowState.WindowMaximized):
        desk.window.setWindowState(state)
        desk.window.setWindowState(state | Qt.WindowState.WindowMinimized)
        assert start(corpus_path)
        assert desk.window.windowState() & ~Qt.WindowState.WindowActive == state
        assert desk.window.isVisible()


def test_a_dialog_is_before_its_window(desk: app.Desk, start: Start, corpus_path: Path, qtbot: QtBot) -> None:
    dialog = QDialog(desk.window)
    dialog.setModal(True)
    dialog.show()
    assert start(corpus_path)
    qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)
    dialog.close()


def test_it_is_found_under_the_corpus_that_is_open_and_no_other(
    desk: app.Desk, start: Start, corpus_path: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.corpus"
    assert start(corpus_path)
    assert not start(other)
    assert desk.window.corpus_commands.open_path(other, create=True)
    assert start(other)
    assert not start(corpus_path)
    desk.session.close()
    assert not start(other)


def test_it_is_found_in_another_language_too(desk: app.Desk, start: Start, corpus_path: Path) -> None:
    assert start(corpus_path)
    old = desk.window
    desk.window.language_asked.emit("ar")
    desk.window.showMinimized()
    assert desk.window is not old
    assert start(corpus_path)
    assert not desk.window.isMinimized()


def test_a_request_that_comes_too_late_does_nothing(
    desk: app.Desk, start: Start, corpus_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    """The start has opened a window of its own then: the old one must not jump before it."""
    monkeypatch.setattr(single_instance, "_PROMPT", 0.3)
    assert start(corpus_path)
    desk.window.showMinimized()
    with ThreadPoolExecutor(1) as pool:
        assert not pool.submit(single_instance.activate, corpus_path).result()  # this thread does not answer meanwhile
    QApplication.processEvents()
    qtbot.wait(100)
    assert desk.window.isMinimized()


def test_the_token_of_the_compositor_reaches_qt(desk: app.Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_ACTIVATION_TOKEN", raising=False)
    monkeypatch.setattr(desk.window, "activateWindow", lambda: tokens.append(app.os.environ["XDG_ACTIVATION_TOKEN"]))
    tokens: list[str] = []
    shortcut_resolver.bring_forward(desk.window, "token")
    assert tokens == ["token"]


def test_a_new_corpus_takes_the_place_of_the_one_before(desk: app.Desk, start: Start, tmp_path: Path) -> None:
    path = tmp_path / "new.corpus"
    Corpus.create(path, default_labels()).close()
    desk.work_at(Corpus.open(path))
    assert start(path)
