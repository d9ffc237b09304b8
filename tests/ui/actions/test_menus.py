"""The menus in a real window: short enough for any screen, with checks and dots, and used by keys."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch

from annotator import i18n
from annotator.model.labels import default_labels
from annotator.settings import Settings
from annotator.store.corpus import Corpus
from annotator.ui import app
from annotator.ui.commands.table import MENUS
from annotator.ui.panels.empty_state import EmptyState
from annotator.ui.window import Window

MAX_ROWS = 12
SCREEN_HEIGHT = 600  # pixels of the smallest screen
Key = Qt.Key
CreateController = Callable[[Settings], app.ApplicationController]


@pytest.fixture(params=i18n.LANGUAGES)
def translated(
    request: pytest.FixtureRequest,
    create_controller: Callable[[Settings], app.ApplicationController],
    corpus_path: Path,
) -> Iterator[Window]:
    """Return the active window in each language."""
    i18n.set_language(request.param)
    controller = create_controller(Settings(language=request.param, annotator="Sanae"))
    controller.open_corpus(Corpus.open(corpus_path))
    controller.window.resize(1024, SCREEN_HEIGHT)
    controller.show()
    controller.window.activateWindow()
    assert QTest.qWaitForWindowActive(controller.window)
    yield controller.window
    i18n.set_language("en")


def press(window: Window, *keys: Qt.Key) -> None:
    """Press keys at the window, as the keyboard does: an open menu takes them."""
    for key in keys:
        QTest.keyClick(window.windowHandle(), key)


def open_menu() -> QMenu | None:
    """Return the menu that has the keyboard."""
    menu = QApplication.activePopupWidget()
    assert menu is None or isinstance(menu, QMenu)
    return menu


def menus_of(window: Window) -> list[QMenu]:
    """Return every menu of the menu bar and within."""
    menus = [menu for action in window.menuBar().actions() if isinstance(menu := action.menu(), QMenu)]
    for menu in menus:
        menus += [within for action in menu.actions() if isinstance(within := action.menu(), QMenu)]
    return menus


def test_every_menu_is_short_enough_for_the_smallest_screen(translated: Window) -> None:
    top = translated.menuBar().height()
    for menu in menus_of(translated):
        rows = [action for action in menu.actions() if not action.isSeparator()]
        assert 0 < len(rows) <= MAX_ROWS, menu.title()
        assert menu.sizeHint().height() <= SCREEN_HEIGHT - top, menu.title()


def test_no_menu_begins_or_ends_with_a_separator_or_has_two_together(window: Window) -> None:
    for menu in menus_of(window):
        kinds = [action.isSeparator() for action in menu.actions()]
        assert not kinds[0]
        assert not kinds[-1]
        assert (True, True) not in pairwise(kinds), menu.title()


def test_every_menu_of_the_bar_has_a_letter_of_its_own(translated: Window) -> None:
    letters = [title.partition("&")[2][:1] for action in translated.menuBar().actions() if (title := action.text())]
    assert len(set(letters)) == len([menu for menu in MENUS if menu.in_bar])
    assert "" not in letters


def test_f10_opens_the_first_menu_and_the_arrow_keys_walk_the_bar(translated: Window, qtbot: QtBot) -> None:
    menus, caret = [action.menu() for action in translated.menuBar().actions()], translated.view.caret.word
    onward, back = (Key.Key_Left, Key.Key_Right) if i18n.is_rtl() else (Key.Key_Right, Key.Key_Left)
    press(translated, Key.Key_F10)
    assert open_menu() is menus[0]
    press(translated, onward)
    assert open_menu() is menus[1]
    press(translated, onward)
    assert open_menu() is menus[2]
    press(translated, back, back)
    assert open_menu() is menus[0]
    menu = open_menu()
    assert menu
    press(translated, Key.Key_Down)
    row = menu.actions().index(menu.activeAction())  # a pointer that leaves the menu may have deselected the first one
    press(translated, Key.Key_Down)
    assert menu.activeAction() is menu.actions()[row + 1]
    press(translated, Key.Key_Escape)
    qtbot.waitUntil(lambda: open_menu() is None)
    assert translated.view.caret.word == caret


def test_f10_ends_the_focus_mode_which_hides_the_menu_bar(window: Window) -> None:
    window.action("toggle_focus_mode").trigger()
    assert not window.menuBar().isVisible()
    press(window, Key.Key_F10)
    menu = open_menu()
    assert menu is window.menuBar().actions()[0].menu()
    menu.close()


def test_a_letter_goes_to_the_rows_that_begin_with_it_in_any_layout(window: Window) -> None:
    window._actions.menus["zoom"].popup(window.mapToGlobal(QPoint(0, 0)))
    menu = open_menu()
    assert menu

    def current() -> str:
        return menu.activeAction().text().partition("\t")[0]

    seen = []
    for key in (Key.Key_Z, Key.Key_R, Key(ord("ئ")), Key(ord("ئ")), Key.Key_X):  # Z and ئ are on one key
        press(window, key)
        seen.append(current())
    assert seen == ["Zoom in", "Reset zoom", "Zoom in", "Zoom out", "Zoom out"]
    menu.close()
    assert window.settings.current.zoom == 100


def test_an_arabic_row_is_found_by_the_letter_after_the_article(
    create_controller: CreateController, corpus_path: Path
) -> None:
    i18n.set_language("ar")
    controller = create_controller(Settings(language="ar"))
    controller.open_corpus(Corpus.open(corpus_path))
    controller.show()
    menu = controller.window._actions.menus["view"]
    menu.popup(controller.window.mapToGlobal(QPoint(0, 0)))
    QTest.keyClick(menu, Key(ord("ل")))
    assert menu.activeAction().text() == "اللغة"
    menu.setActiveAction(menu.actions()[0])
    QTest.keyClick(menu, Key.Key_G)  # the same key of a Latin keyboard
    assert menu.activeAction().text() == "اللغة"
    menu.close()


def test_toggles_are_checked_as_they_are_when_the_menu_opens(window: Window) -> None:
    def checked(name: str, menu: str) -> bool:
        window._actions.menus[menu].aboutToShow.emit()
        return window.action(name).isChecked()

    assert checked("toggle_suggestions", "suggestions")
    window.suggestion_commands.toggle()
    assert not checked("toggle_suggestions", "suggestions")
    assert not checked("toggle_sticky", "edit")
    window.tagging_commands.toggle_sticky()
    assert checked("toggle_sticky", "edit")
    assert not checked("check_labels", "issues")
    window.session.mark_zone("boilerplate", 0, 10)
    assert not checked("toggle_folds", "view")
    window.view.toggle_folds()
    assert checked("toggle_folds", "view")


@pytest.mark.parametrize("name", ["toggle_suggestions", "toggle_sticky", "toggle_folds"])
def test_a_toggle_that_is_triggered_shows_what_it_has_done(window: Window, name: str) -> None:
    window.session.mark_zone("boilerplate", 0, 10)
    before = window.action(name).isChecked()
    window.action(name).trigger()
    assert window.action(name).isChecked() != before
    window.action(name).trigger()
    assert window.action(name).isChecked() == before


def test_labels_have_dots_of_their_colours_in_the_context_menu(window: Window) -> None:
    window.view.menu_requested.emit(window.mapToGlobal(QPoint(300, 300)), 0)
    menu = open_menu()
    assert menu
    for action, label in zip(menu.actions(), default_labels().labels, strict=False):
        image = action.icon().pixmap(16, 16).toImage()
        assert image.pixelColor(image.rect().center()).name() == label.colour.light
        assert image.pixelColor(0, 0).alpha() == 0
    menu.close()


def ask_for_menu(widget: QWidget, point: QPoint, *, by_key: bool = False) -> list[str]:
    """Ask for the context menu at a point of a widget, close it, and return the texts of its rows."""
    reason = QContextMenuEvent.Reason.Keyboard if by_key else QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(widget, QContextMenuEvent(reason, point, widget.mapToGlobal(point)))
    menu = open_menu()
    texts = [action.text().partition("\t")[0] for action in menu.actions()] if menu else []
    if menu:
        menu.close()
    return texts


@pytest.mark.parametrize("by_key", [False, True])
def test_a_row_of_the_list_of_spans_has_the_menu_of_its_span(window: Window, stretch: Stretch, by_key: bool) -> None:
    session, panel = window.session, window.span_panel
    session.tag("DATE", *stretch("أمس"))
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    first = panel.model().index(0, 0)
    if by_key:
        panel.setFocus()
        panel.setCurrentIndex(first)
    texts = ask_for_menu(panel.viewport(), panel.visualRect(first).center(), by_key=by_key)
    assert texts[:3] == ["Date", "Institution", "Plan"]
    assert {"Remove span", "Edit span value", "Edit span note"} <= {*texts}
    assert session.selection == session.spans[0]
    assert ask_for_menu(panel.viewport(), panel.viewport().rect().bottomLeft() - QPoint(0, 2)) == []


def test_a_fold_has_a_menu_of_its_own_and_the_caret_stays(window: Window, stretch: Stretch) -> None:
    view = window.view
    view.move_to(stretch("أعلنت")[0])
    QTest.keyClick(view, Key.Key_F9)
    view.move_to(stretch("وقال")[0])
    viewport, word = view.viewport(), view.caret.word
    [fold] = view.page().folds_between(0, 9999)
    place = view.map_from_page(view.page().width - 5, fold.top + fold.height / 2).toPoint()
    QTest.mousePress(viewport, Qt.MouseButton.RightButton, pos=place)
    assert ask_for_menu(viewport, place) == [window.action("toggle_folds").text().partition("\t")[0]]
    QTest.mouseRelease(viewport, Qt.MouseButton.RightButton, pos=place)
    assert view.caret.word == word


def test_the_line_over_the_article_has_the_menu_of_the_article(window: Window) -> None:
    title = window.article_header.title.button
    texts = ask_for_menu(title, title.rect().center())
    assert {"Edit title", "Mark as done"} <= {*texts}


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter, Key.Key_Space])
def test_a_key_presses_the_focused_button(window: Window, key: Qt.Key) -> None:
    button = window._central_widget.buttons[2]
    button.setFocus(Qt.FocusReason.TabFocusReason)
    keypad = Qt.KeyboardModifier.KeypadModifier if key == Key.Key_Enter else Qt.KeyboardModifier.NoModifier
    QTest.keyClick(button, key, keypad)
    assert window.session.article_state == "flagged"


def test_enter_presses_the_main_button_of_an_empty_corpus(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def choose(_parent: object, title: str, *_arguments: object) -> list[str]:
        asked.append(title)
        return []

    monkeypatch.setattr("annotator.ui.widgets.file_dialogs.choose_files", choose)
    Corpus.create(tmp_path / "empty.corpus", default_labels()).close()
    assert window.corpus_commands.open_path(tmp_path / "empty.corpus")
    page = window._central_widget.pages.currentWidget()
    assert isinstance(page, EmptyState)
    button = page.buttons[0]
    button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(button, Key.Key_Return)
    assert asked == ["Import files"]
