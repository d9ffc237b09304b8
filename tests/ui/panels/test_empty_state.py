"""Where there is nothing to show, it is said what is the case and what to do, and the way is a button."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from annotator.model.labels import default_labels
from annotator.store.corpus import Corpus
from annotator.ui.panels.empty_state import EmptyState
from annotator.ui.session.session import Session
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.widgets.theme import DARK, LIGHT
from annotator.ui.window import Window

LEFT = Qt.MouseButton.LeftButton
Stretch = Callable[..., tuple[int, int]]


@pytest.fixture
def actions(qapp: QApplication) -> dict[str, QAction]:
    return {"add": QAction("Add…\tCtrl+N"), "import": QAction("Bring\tCtrl+I")}


@pytest.fixture
def state(qtbot: QtBot, actions: dict[str, QAction]) -> EmptyState:
    made = EmptyState("corpus", "Nothing is here.", "Bring something.", actions)
    qtbot.addWidget(made)
    made.set_theme(LIGHT)
    with qtbot.waitExposed(made):
        made.show()
    return made


def said(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.text()]


def test_it_says_what_is_the_case_and_what_to_do_and_the_keys(state: EmptyState) -> None:
    assert said(state) == ["Nothing is here.", "Bring something.", "Ctrl+N", "Ctrl+I"]
    assert [button.text() for button in state.buttons] == ["Add…", "Bring"]
    assert (state.accessibleName(), state.accessibleDescription()) == ("Nothing is here.", "Bring something.")


def test_a_sentence_of_more_than_a_line_is_seen_whole(qtbot: QtBot, actions: dict[str, QAction]) -> None:
    advice = "A corpus is one file with your articles, their labels and your work, and it lies where you put it."
    state = EmptyState("corpus", "Nothing is here.", advice, actions)
    qtbot.addWidget(state)
    state.resize(1000, 700)
    with qtbot.waitExposed(state):
        state.show()
    label = next(label for label in state.findChildren(QLabel) if label.text() == advice)
    assert label.height() >= label.heightForWidth(label.width()) > 1.5 * label.fontMetrics().height()


def test_its_buttons_do_what_the_actions_do(state: EmptyState, actions: dict[str, QAction]) -> None:
    done: list[str] = []
    for name, action in actions.items():
        action.triggered.connect(lambda _checked=False, name=name: done.append(name))
    for button in state.buttons:
        QTest.mouseClick(button, LEFT)
    assert done == ["add", "import"]


def test_it_follows_the_actions(state: EmptyState, actions: dict[str, QAction]) -> None:
    actions["add"].setText("Make\tF5")
    actions["import"].setEnabled(False)
    assert said(state)[2:] == ["F5", "Ctrl+I"]
    assert state.buttons[0].text() == "Make"
    assert "F5" in state.buttons[0].toolTip()
    assert not state.buttons[1].isEnabled()


def shown_colours(pixmap: QPixmap) -> set[str]:
    image = pixmap.toImage()
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


def test_it_is_drawn_in_the_theme(state: EmptyState) -> None:
    [drawing] = [label for label in state.findChildren(QLabel) if not label.pixmap().isNull()]
    assert shown_colours(drawing.pixmap()) == {LIGHT.faint}
    state.set_theme(DARK)
    assert shown_colours(drawing.pixmap()) == {DARK.faint}
    [first, second] = state.buttons
    assert shown_colours(first.icon().pixmap(20, 20)) == {QColor(DARK.accent_ink).name()}
    assert shown_colours(second.icon().pixmap(20, 20)) == {DARK.ink}


def page(window: Window) -> QWidget:
    return window._middle.pages.currentWidget()


def test_without_a_corpus_the_window_offers_one(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    assert page(window) is window.view
    assert window._middle.foot.isVisible()
    window.session.close()
    window.session.articles_changed.emit()
    shown = page(window)
    assert isinstance(shown, EmptyState)
    assert said(shown)[0] == "No corpus is open."
    assert not window._middle.foot.isVisible()
    asked: list[str] = []
    window.action("new_corpus").triggered.connect(lambda: asked.append("new"))
    monkeypatch.setattr("annotator.ui.widgets.file_dialogs.choose_target", lambda *_a, **_k: "")
    QTest.mouseClick(shown.buttons[0], LEFT)
    assert asked == ["new"]


def test_an_empty_corpus_offers_the_import_and_then_shows_the_articles(
    window: Window, session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "empty.corpus"
    Corpus.create(path, default_labels()).close()
    session.open(Corpus.open(path))
    shown = page(window)
    assert isinstance(shown, EmptyState)
    assert said(shown)[0] == "There are no articles here yet."
    assert [button.text() for button in shown.buttons] == ["Import files…", "Import a folder…"]
    assert [window.action(name).isEnabled() for name in ("import_files", "import_folder")] == [True, True]


def test_a_corpus_with_articles_is_shown_though_the_list_finds_none(window: Window) -> None:
    window.articles_side.begin_search("لاشيءمثلهذا")
    window.articles_side._choose()
    assert not window.session.articles
    assert page(window) is window.view


def test_an_article_without_spans_says_how_to_begin(window: Window, stretch: Stretch) -> None:
    hint = window.spans.accessibleDescription()
    assert hint.startswith("No spans yet.")
    window.session.tag("DATE", *stretch("أمس"))
    window.session.select(None)
    window.session.undo()
    QTest.qWait(50)
    before = window.spans.viewport().grab().toImage()
    assert len({before.pixel(x, y) for x in range(before.width()) for y in range(0, 80)}) > 5, "it is written"
    window.session.tag("DATE", *stretch("أمس"))
    assert window.spans.accessibleDescription() == ""
    window.session.undo()
    QTest.qWait(50)
    assert window.spans.viewport().grab().toImage() == before
    window.session.close()
    window.session.article_opened.emit(0)
    assert len({window.spans.viewport().grab().toImage().pixel(x, 40) for x in range(before.width())}) == 1


def test_a_button_says_its_key_and_is_there_when_its_action_is(qtbot: QtBot) -> None:
    action = QAction("Undo\tCtrl+Z")
    button = ActionButton(action, "undo")
    qtbot.addWidget(button)
    assert (button.text(), button.key(), button.toolTip()) == ("Undo", "Ctrl+Z", "Undo   Ctrl+Z")
    assert button.focusPolicy() == Qt.FocusPolicy.TabFocus
    action.setEnabled(False)
    assert not button.isEnabled()
    button.set_theme(LIGHT)
    assert not button.icon().isNull()
