"""The sidebars: hidden and shown, made wider, out of the way in a narrow window and in the focus mode."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch

from annotator import settings
from annotator.store.corpus import Corpus
from annotator.ui.panels.panel_layout import DEFAULT_WIDTH
from annotator.ui.panels.side_handle import SideHandle
from annotator.ui.session.session import Session
from annotator.ui.window import Window

LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def handle(window: Window, name: str) -> SideHandle:
    """Return the handle of a sidebar."""
    return next(handle for side, handle in window.panel_layout._handles.items() if side == name)


def drag(handle: SideHandle, distance: int) -> None:
    """Drag a handle with the mouse, by this many pixels to the right."""
    start = handle.rect().center()
    QTest.mousePress(handle, LEFT, PLAIN, start)
    QTest.mouseMove(handle, start + QPoint(distance, 0))
    QApplication.processEvents()
    QTest.mouseRelease(handle, LEFT, PLAIN, start)


@pytest.mark.parametrize(("name", "action"), [("articles", "toggle_articles"), ("labels", "toggle_labels")])
def test_sidebar_is_hidden_by_a_click_and_by_a_key_and_stays_so(
    window: Window, session: Session, qtbot: QtBot, name: str, action: str
) -> None:
    side = window.panel_layout._sides[name]  # type: ignore[index]
    assert side.isVisible()
    QTest.mouseClick(handle(window, name), LEFT)
    assert side.isHidden()
    assert not window.action(action).isChecked()
    assert window.view.hasFocus()
    window.action(action).trigger()
    assert side.isVisible()
    window.action(action).trigger()
    other = Window(session, settings.load())
    qtbot.addWidget(other)
    assert other.panel_layout._sides[name].isHidden()  # type: ignore[index]
    assert not other.action(action).isChecked()


def test_dragged_handle_makes_its_sidebar_wider_within_limits_and_for_good(window: Window) -> None:
    articles = window.panel_layout._sides["articles"]
    drag(handle(window, "articles"), 60)
    assert DEFAULT_WIDTH + 50 <= articles.width() <= DEFAULT_WIDTH + 70
    drag(handle(window, "articles"), -500)
    assert articles.width() == 200
    window.save_layout()
    assert settings.load().panel_widths == {"articles": 200, "labels": DEFAULT_WIDTH}


def test_keys_make_the_sidebar_of_a_focused_handle_wider(window: Window) -> None:
    labels, grip = window.panel_layout._sides["labels"], handle(window, "labels")
    grip.setFocus()
    QTest.keyClick(grip, Qt.Key.Key_Left)  # from left to right, the labels are on the right
    assert labels.maximumWidth() == DEFAULT_WIDTH + 16
    QTest.keyClick(grip, Qt.Key.Key_Space)
    assert labels.isHidden()


@pytest.mark.parametrize(
    ("width", "is_articles_open", "is_labels_open"), [(1366, True, True), (1024, False, True), (683, False, False)]
)
def test_sidebars_hide_by_themselves_in_a_narrow_window(
    window: Window, width: int, is_articles_open: bool, is_labels_open: bool, qtbot: QtBot
) -> None:
    layout = window.panel_layout
    window.articles_sidebar.search_line.setFocus()
    window.resize(width, 600)
    qtbot.waitUntil(lambda: window.width() == width)
    qtbot.waitUntil(
        lambda: (layout.is_open("articles"), layout.is_open("labels")) == (is_articles_open, is_labels_open)
    )
    assert window.view.hasFocus() == (not is_articles_open)
    assert settings.load().hidden_panels == []
    window.resize(1366, 768)
    qtbot.waitUntil(lambda: layout.is_open("articles") and layout.is_open("labels"))


def test_sidebar_that_is_needed_in_a_narrow_window_takes_the_place_of_the_other(
    window: Window, stretch: Stretch, qtbot: QtBot
) -> None:
    layout = window.panel_layout
    window.resize(1024, 600)
    qtbot.waitUntil(lambda: not layout.is_open("articles"))
    window.action("find_in_corpus").trigger()
    assert window.articles_sidebar.search_line.hasFocus()
    assert (layout.is_open("articles"), layout.is_open("labels")) == (True, False)
    window.session.tag("DATE", *stretch("أمس"))
    window.action("edit_value").trigger()
    assert window.labels_sidebar.span_card.isVisible()
    assert (layout.is_open("articles"), layout.is_open("labels")) == (False, True)


def test_focus_mode_shows_only_the_article_until_escape(window: Window, stretch: Stretch) -> None:
    QTest.keyClick(window.view, Qt.Key.Key_F11)
    others = (window.articles_sidebar, window.labels_sidebar, window.menuBar(), window.statusBar())
    assert not any(widget.isVisible() for widget in (*others, window._central_widget.footer))
    assert window.view.hasFocus()
    window.session.tag("DATE", *stretch("أمس"))
    QTest.keyClick(window.view, Qt.Key.Key_Escape)
    assert window.session.selection is None
    assert window.panel_layout.is_focused, "the first Escape clears the selection"
    QTest.keyClick(window.view, Qt.Key.Key_Escape)
    assert all(widget.isVisible() for widget in (*others, window._central_widget.footer))
    QTest.keyClick(window.view, Qt.Key.Key_F11)
    QTest.keyClick(window.view, Qt.Key.Key_F11)
    assert all(widget.isVisible() for widget in others)


def test_window_can_be_as_small_as_a_scaled_screen(window: Window, stretch: Stretch, qtbot: QtBot) -> None:
    window.resize(512, 400)
    qtbot.waitUntil(lambda: window.size().toTuple() == (512, 400))
    window.action("toggle_labels").trigger()
    row = window.label_panel.rows[0]
    qtbot.waitUntil(row.isVisible)
    window.session.tag("DATE", *stretch("أمس"))
    card = window.labels_sidebar.span_card
    qtbot.waitUntil(card.value_field.isVisible)
    card.value_field.setFocus()
    corner = card.value_field.mapTo(window, card.value_field.rect().bottomRight())
    assert window.rect().contains(corner), "the sidebar scrolls to the field"


@pytest.mark.parametrize(
    "action", ["edit_value", "edit_article_note", "edit_title", "find_in_corpus", "toggle_guidelines"]
)
def test_action_that_needs_a_panel_ends_the_focus_mode(window: Window, stretch: Stretch, action: str) -> None:
    window.session.tag("DATE", *stretch("أمس"))
    window.action("toggle_focus_mode").trigger()
    window.action(action).trigger()
    assert not window.panel_layout.is_focused
    focus = window.focusWidget()
    assert focus
    assert focus.isVisible()


def test_window_without_a_corpus_has_neither_sidebars_nor_a_check_of_labels(
    window: Window, session: Session, corpus_path: Path
) -> None:
    check = window.action("check_labels")
    assert check.isEnabled()
    session.close()
    sides = window.articles_sidebar, window.labels_sidebar, handle(window, "articles"), handle(window, "labels")
    assert not any(side.isVisible() for side in sides)
    assert not check.isEnabled()
    window.action("toggle_articles").trigger()
    window.action("find_in_corpus").trigger()
    assert not any(side.isVisible() for side in sides), "there is nothing that they could show"
    session.open(Corpus.open(corpus_path))
    assert all(side.isVisible() for side in sides)
    assert check.isEnabled()
