"""Check what differs on macOS: its menu bar, Cmd for Ctrl, its folders.

It cannot be run here, so Qt's own switches are asked and the platform is called by its name; a file that is
double-clicked is in test_app.
"""

import sys
from pathlib import Path

import platformdirs
import pytest
from platformdirs.macos import MacOS
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from annotator import settings
from annotator.ui.actions.keymap import Keymap
from annotator.ui.commands.table import ACTIONS, MENUS
from annotator.ui.widgets.bidi_text import format_keys, format_shortcut
from annotator.ui.window import Window


@pytest.fixture
def macos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the name of the platform, and the folders of platformdirs there."""
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(platformdirs, "PlatformDirs", MacOS)


def menu_actions(menu: QMenu) -> list[QAction]:
    """Return the actions of a menu and of the menus within it."""
    actions = []
    for action in menu.actions():
        within = action.menu()
        actions += menu_actions(within) if isinstance(within, QMenu) else [action]
    return actions


def test_only_about_and_quit_move_to_the_application_menu(window: Window) -> None:
    """Qt else guesses by English texts, and takes what happens to begin with “Set” or “Config” along."""
    menus = [menu for bar in window.menuBar().actions() if isinstance(menu := bar.menu(), QMenu)]
    assert len(menus) == len(window.menuBar().actions())
    actions = [each for menu in menus for each in menu_actions(menu)]
    roles = {action.menuRole(): action for action in actions if action.menuRole() != QAction.MenuRole.NoRole}
    separators = {action for action in actions if action.isSeparator()}
    assert {role: action for role, action in roles.items() if action not in separators} == {
        QAction.MenuRole.AboutRole: window.action("about"),
        QAction.MenuRole.QuitRole: window.action("quit"),
    }
    assert not QCoreApplication.testAttribute(Qt.ApplicationAttribute.AA_DontUseNativeMenuBar)


@pytest.mark.usefixtures("macos")
def test_menu_texts_have_no_keys_on_macos(window: Window) -> None:
    undo = window.action("undo")
    assert "\t" not in undo.text()
    assert undo.shortcuts()[0] == QKeySequence("Ctrl+Z")
    assert format_shortcut(undo) == format_keys(["Ctrl+Z"])
    assert format_shortcut(window.action("about")) == ""


@pytest.mark.usefixtures("macos")
def test_keys_are_formatted_as_on_a_mac() -> None:
    assert not QCoreApplication.testAttribute(Qt.ApplicationAttribute.AA_MacDontSwapCtrlAndMeta)
    text = format_keys(["Ctrl+Shift+Z", "Alt+Left", "Meta+Tab"])
    assert [key.strip("\u2066\u2069") for key in text.split("   ")] == ["Cmd+Shift+Z", "Option+←", "Control+Tab"]


def test_no_default_key_is_reserved_by_macos(macos: None) -> None:
    taken = {"Ctrl+Tab", "Ctrl+Shift+Tab", "Ctrl+H", "Ctrl+Space", "Alt+Ctrl+Escape", "Ctrl+Shift+3", "Ctrl+Shift+4"}
    assert {key for action in ACTIONS for key in action.default_keys()}.isdisjoint(taken)
    keymap = Keymap(MENUS, {}, ())
    assert keymap.keys("next_panel") == ["Meta+Tab"]
    assert keymap.keys("previous_panel") == ["Meta+Shift+Tab"]
    assert all(keymap.keys(action.name) for action in ACTIONS if action.keys)


@pytest.mark.usefixtures("macos")
def test_data_is_stored_in_the_users_library_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANNOTATOR_HOME")
    library = Path.home() / "Library"
    assert settings.config_dir() == settings.data_dir() == library / "Application Support" / "annotator"
    assert settings.log_dir() == library / "Logs" / "annotator"
