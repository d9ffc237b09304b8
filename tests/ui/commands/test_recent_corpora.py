"""Recent corpora where they are offered: the menu, behind the corpus's name, the palette, the welcome page."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QToolButton
from pytestqt.qtbot import QtBot

from annotator.model.labels import default_labels
from annotator.store.corpus import Corpus
from annotator.ui import app
from annotator.ui.welcome.welcome_page import WelcomePage
from annotator.ui.window import Window

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(controller: app.ApplicationController, corpus_path: Path) -> Window:
    """Return a window in which another corpus was opened, and then the first one again."""
    other = corpus_path.with_name("رأي & خبر.corpus")
    Corpus.create(other, default_labels()).close()
    for path in (other, corpus_path):
        assert controller.window.corpus_commands.open_path(path)
    return controller.window


def recent_menu(window: Window) -> QMenu:
    """Return the submenu of the menu Corpus, filled as when it opens."""
    submenus = [action.menu() for action in window._actions.menus["corpus"].actions() if action.text() == "Open recent"]
    [menu] = submenus
    assert isinstance(menu, QMenu)
    menu.aboutToShow.emit()
    return menu


def open_path(window: Window) -> Path | None:
    return window.session.corpus.path if window.session.corpus else None


def test_the_menu_lists_the_others_and_opens_one(window: Window, corpus_path: Path) -> None:
    [action] = recent_menu(window).actions()
    assert "رأي && خبر" in action.text()
    action.trigger()
    assert open_path(window) == corpus_path.with_name("رأي & خبر.corpus")
    [action] = recent_menu(window).actions()
    assert "test" in action.text()


def test_a_corpus_that_is_gone_is_said_and_taken_off_the_list(
    window: Window, corpus_path: Path, no_dialogs: None
) -> None:
    messages: list[str] = []
    window.session.notified.connect(messages.append)
    gone = corpus_path.with_name("رأي & خبر.corpus")
    gone.unlink()
    recent_menu(window).actions()[0].trigger()
    assert messages == [f"“{gone}” is no longer there. It was taken off the list of recent corpora."]
    assert open_path(window) == corpus_path
    [action] = recent_menu(window).actions()
    assert (action.text(), action.isEnabled()) == ("No other corpus yet", False)


def test_the_name_of_the_corpus_opens_the_list(window: Window, corpus_path: Path, qtbot: QtBot) -> None:
    switcher = window.menuBar().cornerWidget()
    assert isinstance(switcher, QToolButton)
    assert (switcher.isVisible(), "test" in switcher.text(), switcher.accessibleName()) == (
        *(True, True),
        "Corpus: \u2068test\u2069",
    )
    menu = switcher.menu()
    menu.aboutToShow.emit()
    recent, _separator, *further = menu.actions()
    assert [action.text().partition("\t")[0] for action in further] == ["Open corpus…", "New corpus…"]
    recent.trigger()
    assert "رأي && خبر" in switcher.text()
    window.session.close()
    assert not switcher.isVisible()


def test_the_palette_switches_the_corpus(window: Window, corpus_path: Path) -> None:
    window.action("show_palette").trigger()
    palette = window.palette_commands._palette
    assert palette
    palette.field.setText("راي")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert open_path(window) == corpus_path.with_name("رأي & خبر.corpus")


def test_the_welcome_page_opens_a_recent_corpus(window: Window, corpus_path: Path) -> None:
    window.action("show_welcome").trigger()
    page = window._central_widget.pages.currentWidget()
    assert isinstance(page, WelcomePage)
    buttons = [button for button in page.findChildren(QToolButton) if "  –  " in button.text()]
    assert [button.accessibleDescription() for button in buttons] == ["Recent corpora"] * 2
    QTest.mouseClick(buttons[1], LEFT)
    assert open_path(window) == corpus_path.with_name("رأي & خبر.corpus")
    assert window._central_widget.pages.currentWidget() is not page


def test_another_language_changes_nothing_in_the_list(controller: app.ApplicationController, window: Window) -> None:
    before = window.settings.current.recent_corpora
    window.settings.save(language="fr")
    assert controller.window is not window
    assert controller.window.settings.current.recent_corpora == before
