"""The end of the list: what was done, and what comes next."""

import pytest
from builders import apply_edits
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch

from annotator.model import operations
from annotator.model.article_builder import build_article
from annotator.model.records import DONE, FLAGGED, NEW, SKIPPED
from annotator.model.teams import ANNOTATOR
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import ArticleFilter
from annotator.ui.central.finished_page import FinishedPage
from annotator.ui.session.sync_state import SyncState
from annotator.ui.window import Window


@pytest.fixture
def page(window: Window) -> FinishedPage:
    return window._central_widget.finished_page


def is_shown(window: Window, page: FinishedPage) -> bool:
    return window._central_widget.pages.currentWidget() is page


def table_of(page: FinishedPage) -> list[list[str]]:
    items = [[page.grid.itemAtPosition(row, column) for column in range(3)] for row in range(page.grid.rowCount())]
    widgets = [[item.widget() for item in row if item] for row in items]
    return [[widget.text() for widget in row if isinstance(widget, QLabel)] for row in widgets if row]


def finish(window: Window, *states: str) -> None:
    """Set the states of the first articles, and go on from the last."""
    for number, state in enumerate(states, 1):
        window.session.open_by_id(number)
        window.session.set_state(state)
    window.action("next_open").trigger()


def test_page_shows_todays_work_and_all(window: Window, page: FinishedPage, stretch: Stretch, qtbot: QtBot) -> None:
    window.session.tag("DATE", *stretch("الثلاثاء 09 يوليوز 2024"))
    window.session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    finish(window, DONE, DONE)
    assert is_shown(window, page)
    assert page._title.text() == "All articles are done."
    qtbot.waitUntil(lambda: bool(table_of(page)))
    assert table_of(page) == [
        ["", "Today", "In all"],
        ["Articles done", "2", "2"],
        ["Spans", "2", "2"],
        ["Date", "1", "1"],
        ["Institution", "1", "1"],
        ["Suggestions accepted", "0", "0"],
        ["Suggestions corrected", "0", "0"],
        ["Suggestions rejected", "0", "0"],
    ]
    assert page.export_button.hasFocus()
    assert not window._central_widget.footer.isVisible()


def test_no_article_is_open_so_that_no_key_changes_one_unseen(window: Window, page: FinishedPage) -> None:
    messages: list[str] = []
    window.session.failed.connect(messages.append)
    finish(window, DONE, DONE)
    assert window.session.article is None
    for name in ("done", "flag", "done_and_next", "remove", "toggle_removed", "line_headline", "redo"):
        window.action(name).trigger()
    for action in window._actions.label_actions:
        action.trigger()
    assert window.session.counts[DONE] == 2
    assert is_shown(window, page)
    assert messages == []


def test_undo_goes_back_to_the_last_article_and_undoes_its_last_step(window: Window, page: FinishedPage) -> None:
    finish(window, DONE, DONE)
    assert window.action("undo").isEnabled()
    QTest.keyClick(page.export_button, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (window.session.current.article_number, window.session.article_state) == (2, NEW)
    assert window.session.counts[DONE] == 1
    assert window.view.hasFocus()
    assert not is_shown(window, page)


@pytest.mark.parametrize("key", [Qt.Key.Key_Up, Qt.Key.Key_PageUp])
def test_the_previous_article_is_the_last_one_worked_on(window: Window, page: FinishedPage, key: Qt.Key) -> None:
    window.session.open_by_id(2)
    window.session.set_state(DONE)
    window.session.open_by_id(1)
    window.action("done_and_next").trigger()
    assert is_shown(window, page)
    modifiers = Qt.KeyboardModifier.AltModifier if key == Qt.Key.Key_Up else Qt.KeyboardModifier.ControlModifier
    onward = Qt.Key.Key_Down if key == Qt.Key.Key_Up else Qt.Key.Key_PageDown
    QTest.keyClick(page.export_button, onward, modifiers)
    assert is_shown(window, page)
    assert window.toast.message() == "This is the end of the list."
    QTest.keyClick(page.export_button, key, modifiers)
    assert (window.session.current.article_number, is_shown(window, page)) == (1, False)
    assert window.view.hasFocus()


def test_main_button_is_the_next_article_once_others_have_given_more(
    window: Window, page: FinishedPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports: list[bool] = []
    monkeypatch.setattr("annotator.ui.dialogs.export.open_dialog", lambda _commands: exports.append(True))
    finish(window, DONE, DONE)
    assert page.export_button.hasFocus()
    corpus = window.session.corpus
    assert corpus
    with Corpus.open(corpus.path) as other:
        other.add(build_article("وصل قطار آخر إلى وجدة."))
    window.session.check_file()
    assert is_shown(window, page)
    assert page._title.text() == "There is more to do in the list."
    focused = QApplication.focusWidget()
    assert focused is page.next_button
    assert [button.objectName() for button in (page.next_button, page.export_button)] == ["primary", ""]
    QTest.keyClick(focused, Qt.Key.Key_Return)
    assert exports == []
    assert (window.session.current.article_number, is_shown(window, page)) == (3, False)


def test_main_button_is_the_export_again_once_nothing_is_left_to_do(window: Window, page: FinishedPage) -> None:
    corpus = window.session.corpus
    assert corpus
    finish(window, DONE, DONE)
    with Corpus.open(corpus.path) as other:
        other.add(build_article("وصل قطار آخر إلى وجدة."))
        window.session.check_file()
        assert page.next_button.hasFocus()
        apply_edits(other, operations.set_state(None, other.article(3), window.session.annotator, DONE))
    window.session.check_file()
    assert not page.next_button.isVisible()
    assert page.export_button.hasFocus()
    assert page.export_button.objectName() == "primary"


def test_focus_goes_from_taking_articles_to_the_next_one(window: Window, page: FinishedPage) -> None:
    corpus = window.session.corpus
    assert corpus
    finish(window, DONE, DONE)
    window.session.set_sync(SyncState("Souk", window.session.annotator, ANNOTATOR))
    page.take_button.setFocus()
    window.session.set_sync(SyncState("Souk", window.session.annotator, ANNOTATOR, pending=1))
    assert page.take_button.hasFocus(), "nothing has come"
    with Corpus.open(corpus.path) as other:
        other.add(build_article("وصل قطار آخر إلى وجدة."))
    window.session.check_file()
    assert page.next_button.hasFocus()


def test_focus_stays_where_somebody_has_put_it(window: Window, page: FinishedPage) -> None:
    corpus = window.session.corpus
    assert corpus
    finish(window, FLAGGED, DONE)
    with Corpus.open(corpus.path) as other:
        for number, chosen in enumerate((page.state_buttons[FLAGGED], page.export_button)):
            chosen.setFocus()
            other.add(build_article(f"وصل القطار {number} إلى وجدة."))
            window.session.check_file()
            assert page.next_button.isVisible()
            assert chosen.hasFocus()


def test_return_presses_the_main_button(window: Window, page: FinishedPage, monkeypatch: pytest.MonkeyPatch) -> None:
    pressed: list[bool] = []
    monkeypatch.setattr("annotator.ui.dialogs.export.open_dialog", lambda _commands: pressed.append(True))
    finish(window, DONE, DONE)
    QTest.keyClick(page.export_button, Qt.Key.Key_Return)
    assert pressed == [True]


def test_escape_in_the_list_goes_to_the_page(window: Window, page: FinishedPage) -> None:
    finish(window, DONE, DONE)
    window.articles_sidebar.article_list.setFocus()
    QTest.keyClick(window.articles_sidebar.article_list, Qt.Key.Key_Escape)
    assert page.export_button.hasFocus()


def test_page_follows_a_switch_of_the_annotator(window: Window, page: FinishedPage) -> None:
    finish(window, DONE, DONE)
    window.session.switch_annotator("Omar", edits=False)
    assert page._title.text() == "No unfinished article is left in the list."


@pytest.mark.parametrize("by_key", [True, False])
def test_annotator_goes_back_to_the_last_article(window: Window, page: FinishedPage, by_key: bool) -> None:
    finish(window, DONE, DONE)
    window.action("next_open").trigger()  # changes nothing
    if by_key:
        QTest.keyClick(page.export_button, Qt.Key.Key_Escape)
    else:
        QTest.mouseClick(page._back_button, Qt.MouseButton.LeftButton)
    assert (window.session.current.article_number, is_shown(window, page)) == (2, False)
    assert window.view.hasFocus()


@pytest.mark.parametrize("state", [FLAGGED, SKIPPED])
def test_what_is_left_for_review_is_one_click_away(window: Window, page: FinishedPage, state: str) -> None:
    finish(window, state, DONE)
    assert page._title.text() == "No unfinished article is left in the list."
    assert [state for state, button in page.state_buttons.items() if not button.isHidden()] == [state]
    QTest.mouseClick(page.state_buttons[state], Qt.MouseButton.LeftButton)
    assert window.session.article_filter == ArticleFilter(state)
    assert (window.session.current.article_number, is_shown(window, page)) == (1, False)


def test_last_unfinished_article_is_not_called_done(window: Window, page: FinishedPage) -> None:
    window.session.open_by_id(2)
    window.session.set_state(DONE)
    window.session.open_by_id(1)
    window.action("next_open").trigger()
    assert window.toast.message() == "This is the last unfinished article of the list."
    assert not is_shown(window, page)


def test_list_without_a_match_is_not_called_done(window: Window, page: FinishedPage) -> None:
    window.session.set_article_filter(ArticleFilter(SKIPPED))
    window.action("next_open").trigger()
    assert window.toast.message() == "No article matches."
    assert not is_shown(window, page)


def test_page_goes_with_its_corpus(window: Window, page: FinishedPage) -> None:
    finish(window, DONE, DONE)
    window.session.close()
    assert not is_shown(window, page)
