"""Empty views say why they are empty and what to do about it, and have a button for it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch, label_texts

from annotator.model.labels import default_labels
from annotator.model.teams import ANNOTATOR, LEAD
from annotator.store.corpus import Corpus
from annotator.ui.panels.empty_state import EmptyState
from annotator.ui.session.session import Session
from annotator.ui.session.sync_state import SyncState
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.widgets.theme import DARK, LIGHT, Theme
from annotator.ui.window import Window

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def actions(qapp: QApplication) -> dict[str, QAction]:
    return {"add": QAction("Add…\tCtrl+N"), "import": QAction("Bring\tCtrl+I")}


@pytest.fixture
def state(qtbot: QtBot, actions: dict[str, QAction]) -> EmptyState:
    widget = EmptyState("corpus", "Nothing is here.", "Bring something.", actions)
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def test_empty_state_shows_title_advice_and_keys(state: EmptyState) -> None:
    assert label_texts(state) == ["Nothing is here.", "Bring something.", "Ctrl+N", "Ctrl+I"]
    assert [button.text() for button in state.buttons] == ["Add…", "Bring"]
    assert (state.accessibleName(), state.accessibleDescription()) == ("Nothing is here.", "Bring something.")


def test_long_sentence_is_wrapped_and_fully_visible(qtbot: QtBot, actions: dict[str, QAction]) -> None:
    advice = "A corpus is one file with your articles, their labels and your work, and it lies where you put it."
    state = EmptyState("corpus", "Nothing is here.", advice, actions)
    qtbot.addWidget(state)
    state.resize(1000, 700)
    with qtbot.waitExposed(state):
        state.show()
    label = next(label for label in state.findChildren(QLabel) if label.text() == advice)
    assert label.height() >= label.heightForWidth(label.width()) > 1.5 * label.fontMetrics().height()


def test_buttons_trigger_their_actions(state: EmptyState, actions: dict[str, QAction]) -> None:
    position: list[str] = []
    for name, action in actions.items():
        action.triggered.connect(lambda _checked=False, name=name: position.append(name))
    for button in state.buttons:
        QTest.mouseClick(button, LEFT)
    assert position == ["add", "import"]


def test_buttons_follow_changes_of_their_actions(state: EmptyState, actions: dict[str, QAction]) -> None:
    actions["add"].setText("Make\tF5")
    actions["import"].setEnabled(False)
    assert label_texts(state)[2:] == ["F5", "Ctrl+I"]
    assert state.buttons[0].text() == "Make"
    assert "F5" in state.buttons[0].toolTip()
    assert not state.buttons[1].isEnabled()


def shown_colours(pixmap: QPixmap) -> set[str]:
    image = pixmap.toImage()
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


def test_icon_and_buttons_have_the_colours_of_the_theme(state: EmptyState, set_theme: Callable[[Theme], None]) -> None:
    set_theme(LIGHT)
    [drawing] = [label for label in state.findChildren(QLabel) if not label.pixmap().isNull()]
    assert shown_colours(drawing.pixmap()) == {LIGHT.faint}
    set_theme(DARK)
    assert shown_colours(drawing.pixmap()) == {DARK.faint}
    [first, second] = state.buttons
    assert shown_colours(first.icon().pixmap(first.iconSize())) == {QColor(DARK.accent_ink).name()}
    assert shown_colours(second.icon().pixmap(second.iconSize())) == {DARK.ink}


def current_page(window: Window) -> QWidget:
    page = window._central_widget.pages.currentWidget()
    assert page
    return page


def test_window_without_a_corpus_offers_to_create_one(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    assert current_page(window) is window.view
    assert window._central_widget.footer.isVisible()
    window.session.close()
    window.session.changed.emit(frozenset(["articles"]))
    empty_state = current_page(window)
    assert isinstance(empty_state, EmptyState)
    assert label_texts(empty_state)[0] == "No corpus is open."
    assert not window._central_widget.footer.isVisible()
    triggered: list[str] = []
    window.action("new_corpus").triggered.connect(lambda: triggered.append("new"))
    monkeypatch.setattr("annotator.ui.widgets.file_dialogs.choose_save_path", lambda *_a, **_k: "")
    QTest.mouseClick(empty_state.buttons[0], LEFT)
    assert triggered == ["new"]


def test_empty_corpus_offers_to_import(window: Window, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "empty.corpus"
    Corpus.create(path, default_labels()).close()
    session.open(Corpus.open(path))
    empty_state = current_page(window)
    assert isinstance(empty_state, EmptyState)
    assert label_texts(empty_state)[0] == "There are no articles here yet."
    assert [button.text() for button in empty_state.buttons] == ["Import files…", "Import folder…"]
    assert [window.action(name).isEnabled() for name in ("import_files", "import_folder")] == [True, True]


@pytest.mark.parametrize(
    ("is_folder", "buttons"), [(False, ["Take articles", "Sync now"]), (True, ["Sync now"])], ids=["server", "folder"]
)
def test_member_without_articles_awaits_those_of_the_lead(
    window: Window, session: Session, tmp_path: Path, is_folder: bool, buttons: list[str]
) -> None:
    path = tmp_path / "empty.corpus"
    Corpus.create(path, default_labels()).close()
    session.open(Corpus.open(path))
    session.set_sync(SyncState("Souk", "Amal", LEAD, is_folder=is_folder))
    empty_state = current_page(window)
    assert label_texts(empty_state)[0] == "There are no articles here yet."
    session.set_sync(SyncState("Souk", "Amal", ANNOTATOR, is_folder=is_folder))
    empty_state = current_page(window)
    assert isinstance(empty_state, EmptyState)
    title, advice, *_keys = label_texts(empty_state)
    assert title == "You have no articles yet."
    assert "from your team’s lead" in advice
    assert [button.text() for button in empty_state.buttons] == buttons
    assert all(button.isEnabled() for button in empty_state.buttons)
    requests: list[str] = []
    window.team_commands.articles_requested.connect(lambda: requests.append("articles"))
    window.team_commands.sync_requested.connect(lambda: requests.append("sync"))
    for button in empty_state.buttons:
        QTest.mouseClick(button, LEFT)
    assert requests == (["sync"] if is_folder else ["articles", "sync"])
    session.set_sync(None)
    assert label_texts(current_page(window))[0] == "There are no articles here yet."


def test_article_stays_visible_if_the_search_has_no_match(window: Window) -> None:
    window.articles_sidebar.start_search("لاشيءمثلهذا")
    window.articles_sidebar._apply_filter()
    assert not window.session.articles
    assert current_page(window) is window.view


def test_no_line_of_a_hint_is_cut_where_a_list_is_low(window: Window) -> None:
    viewport = window.span_panel.viewport()
    line_heights = set[int]()
    for height in (60, 70, 80, 300):
        window.span_panel.setFixedHeight(height)
        image = viewport.grab().toImage()
        ground = image.pixel(0, 0)
        inked = [y for y in range(image.height()) if any(image.pixel(x, y) != ground for x in range(image.width()))]
        line_heights.add(inked[-1] - inked[0])
        assert inked[-1] < image.height() - 13, "the margin is 12 pixels"
    assert len(line_heights) == 2


def test_article_without_spans_shows_a_hint(window: Window, stretch: Stretch) -> None:
    hint = window.span_panel.accessibleDescription()
    assert hint.startswith("No spans yet.")
    window.session.tag("DATE", *stretch("أمس"))
    window.session.select(None)
    window.session.undo()
    QTest.qWait(50)
    before = window.span_panel.viewport().grab().toImage()
    assert len({before.pixel(x, y) for x in range(before.width()) for y in range(80)}) > 5, "it is written"
    window.session.tag("DATE", *stretch("أمس"))
    assert window.span_panel.accessibleDescription() == ""
    window.session.undo()
    QTest.qWait(50)
    assert window.span_panel.viewport().grab().toImage() == before
    window.session.close()
    window.session.article_opened.emit(0)
    image = window.span_panel.viewport().grab().toImage()
    assert len({image.pixel(x, 40) for x in range(before.width())}) == 1


def test_button_shows_its_key_and_follows_its_action(qtbot: QtBot) -> None:
    action = QAction("Undo\tCtrl+Z")
    button = ActionButton(action, "undo")
    qtbot.addWidget(button)
    assert (button.text(), button.key_text(), button.toolTip()) == ("Undo", "Ctrl+Z", "<p>Undo   Ctrl+Z</p>")
    assert button.focusPolicy() == Qt.FocusPolicy.TabFocus
    action.setEnabled(False)
    assert not button.isEnabled()
    assert not button.icon().isNull()


def test_no_word_stands_alone_on_the_last_line(qtbot: QtBot, actions: dict[str, QAction]) -> None:
    advice = "Importez-les depuis des fichiers ou un dossier, ou déposez-les ici."
    state = EmptyState("article", "Vide", advice, actions)
    qtbot.addWidget(state)
    with qtbot.waitExposed(state):
        state.show()
    label = state._advice_label
    assert label.width() < label.fontMetrics().horizontalAdvance(advice) * 3 / 4, "the second line is half as long"
