"""A real session on a real corpus, in a real window."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from builders import create_corpus
from msgspec.structs import replace
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from small_disk import small_disk

from annotator import i18n, settings
from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.store.corpus import Corpus
from annotator.ui import app
from annotator.ui.session.session import Session
from annotator.ui.widgets.theme import LIGHT, Theme, apply_theme, make_palette
from annotator.ui.window import Window

ARTICLE = """وزارة الصحة تطلق خطة وطنية للتلقيح

أعلنت وزارة الصحة بالرباط، أمس الثلاثاء 09 يوليوز 2024، عن الخطة الوطنية للتلقيح 2024-2030 لفائدة الأطفال.

وقال المصدر إن لأحزاب الأغلبية رأيا آخر في «برنامج العمل 2025» الذي أعدته اللجنة الوطنية للتلقيح."""

OTHER = """مدينة وجدة تستقبل قطارا جديدا

وصل القطار إلى وجدة يوم الجمعة 3 ماي 2024 بعد سنتين من الأشغال التي أشرف عليها المكتب الوطني للسكك الحديدية."""


CreateController = Callable[[settings.Settings], app.ApplicationController]


@pytest.fixture(autouse=True)
def _no_window_is_left(qapp: QApplication) -> Iterator[None]:
    """Fail a test after which a window is left, which would be styled again for every later one."""
    widgets = set(QApplication.topLevelWidgets())
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    remaining = [widget for widget in QApplication.topLevelWidgets() if widget not in widgets]
    assert not remaining


@pytest.fixture(autouse=True)
def _style(qapp: QApplication) -> None:
    app.create_application()
    qapp.setPalette(make_palette(LIGHT))
    qapp.setStyleSheet("")  # an earlier test's controller has set one; with it each window takes 70 ms more


@pytest.fixture(autouse=True)
def _no_key_is_down(qapp: QApplication) -> None:
    """Release the modifiers of the last test's last key, with which Qt would select rows: a toggle with Ctrl."""
    if QApplication.keyboardModifiers() != Qt.KeyboardModifier.NoModifier:
        QTest.keyRelease(QWidget(), Qt.Key.Key_Control)


@pytest.fixture(autouse=True)
def _no_button_is_down(qapp: QApplication) -> Iterator[None]:
    """Release what a test leaves pressed, such as by QTest's double click: Qt keeps the buttons for all later tests.

    While one is down, a click with the other presses a button and never releases it, and the window does not look
    whether others have written to the corpus.
    """
    yield
    for button in QGuiApplication.mouseButtons():
        QTest.mouseRelease(QWidget(), button)
    assert QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton


@pytest.fixture(autouse=True)
def _nothing_is_suggested_before_it_is_taught(monkeypatch: pytest.MonkeyPatch) -> None:
    # What the rules find in the articles is no matter here, and changes with them.
    monkeypatch.setattr("annotator.jobs.suggesting.rule_suggesters", tuple)


@pytest.fixture
def set_theme(qapp: QApplication) -> Iterator[Callable[[Theme], None]]:
    """Return a function that gives the application a theme; at the end it is light."""
    yield lambda theme: apply_theme(qapp, theme)
    apply_theme(qapp, LIGHT)


@pytest.fixture(scope="session")
def _corpus_of_two_articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("of_all_tests")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("ANNOTATOR_HOME", str(folder / "home"))
        create_corpus(folder / "test.corpus", *map(build_article, (ARTICLE, OTHER))).close()
    return folder / "test.corpus"


@pytest.fixture
def corpus_path(tmp_path: Path, _corpus_of_two_articles: Path) -> Path:
    path = tmp_path / "test.corpus"
    shutil.copyfile(_corpus_of_two_articles, path)
    return path


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Path]:
    """Mount a medium of one megabyte with a corpus on it."""
    with small_disk(tmp_path / "stick") as folder:
        path = folder / "stick.corpus"
        with Corpus.create(path, default_labels()) as corpus:
            corpus.add(build_article("أعلنت وزارة الصحة بالرباط، أمس الثلاثاء، عن الخطة الوطنية للتلقيح."))
        yield path


@pytest.fixture
def qtbot(qtbot: QtBot) -> QtBot:
    """Return pytest-qt's, with more patience than its five seconds: other tests run beside this one."""
    for name in ("waitUntil", "waitSignal", "waitSignals", "waitCallback", "waitExposed", "waitActive"):
        setattr(qtbot, name, partial(getattr(qtbot, name), timeout=30_000))
    return qtbot


@pytest.fixture
def session(qapp: QApplication, corpus_path: Path) -> Iterator[Session]:
    opened = Session("Sanae")
    opened.open(Corpus.open(corpus_path))
    yield opened
    opened.close()


def _ask_nothing(window: Window) -> None:
    """Have a window close: a test that failed may have left something that is not saved, and nobody would answer."""
    window.corpus_commands.confirm_leave = lambda: True  # type: ignore[method-assign]


@pytest.fixture
def window(qtbot: QtBot, session: Session) -> Window:
    shown_window = Window(session, replace(settings.load(), annotator=session.annotator))
    qtbot.addWidget(shown_window, before_close_func=_ask_nothing)
    shown_window.resize(1366, 768)
    with qtbot.waitExposed(shown_window):
        shown_window.show()
    shown_window.activateWindow()
    shown_window.view.setFocus()
    qtbot.waitUntil(lambda: shown_window.view.hasFocus() and QApplication.activeWindow() is shown_window)
    return shown_window


def _close(controller: app.ApplicationController) -> None:
    _ask_nothing(controller.window)
    controller.window.close()
    controller.session.close()
    controller.window.deleteLater()
    controller.deleteLater()


@pytest.fixture
def create_controller(qapp: QApplication) -> Iterator[CreateController]:
    """Return a function that starts the whole program with the given settings; at the end it is closed and deleted."""
    controllers: list[app.ApplicationController] = []

    def create(user_settings: settings.Settings) -> app.ApplicationController:
        controllers.append(app.ApplicationController(qapp, user_settings))
        return controllers[-1]

    yield create
    for controller in controllers:
        _close(controller)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # or what follows would restyle the windows
    i18n.set_language("en")
    i18n.set_numerals("western")
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    apply_theme(qapp, LIGHT)


@pytest.fixture
def controller(create_controller: CreateController, corpus_path: Path) -> app.ApplicationController:
    """Open the whole program, in English."""
    controller = create_controller(settings.Settings(language="en", annotator="Sanae"))
    controller.open_corpus(Corpus.open(corpus_path))
    controller.show()
    return controller


@pytest.fixture
def no_dialogs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever would ask a person something fails the test, and does not wait for an answer that nobody gives."""

    def fail(*_arguments: object) -> None:
        pytest.fail("a dialog opens")

    for kind in (QDialog, QMessageBox):
        monkeypatch.setattr(kind, "exec", fail)


@pytest.fixture
def stretch(session: Session) -> Callable[..., tuple[int, int]]:
    """Where some words stand in the open article."""

    def find(words: str, nth: int = 0) -> tuple[int, int]:
        assert session.article
        start = -1
        for _ in range(nth + 1):
            start = session.article.text.index(words, start + 1)
        return start, start + len(words)

    return find


@pytest.fixture
def failures(session: Session) -> list[str]:
    """Collect the messages with which the session says that something failed."""
    messages: list[str] = []
    session.failed.connect(messages.append)
    return messages


@pytest.fixture
def holder(corpus_path: Path) -> Iterator[sqlite3.Connection]:
    """Another program, which keeps the corpus locked until it is rolled back."""
    connection = sqlite3.connect(corpus_path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    yield connection
    connection.close()


@pytest.fixture
def opened_urls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Record the addresses that the program asks the desktop to open, which it would do in another process."""
    urls: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: urls.append(url.toString()))
    return urls


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    """Return an empty widget for dialogs to belong to."""
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget
