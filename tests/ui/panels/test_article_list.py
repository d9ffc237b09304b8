"""The lists of articles and spans mark what is open or selected, whatever the arrow keys did."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from annotator.model.article_builder import build_article
from annotator.model.records import DONE
from annotator.store.queries.article_list import ArticleFilter
from annotator.ui.panels.article_list import ArticleList
from annotator.ui.session.session import Session
from annotator.ui.window import Window


def current_row(window: Window) -> int:
    """Return the row marked as the open article's, -1 for none."""
    return window.articles_sidebar.article_list.currentIndex().row()


def test_leaving_the_list_marks_the_open_article_again(window: Window) -> None:
    articles = window.articles_sidebar.article_list
    window.session.open_article(0)
    articles.setFocus()
    QTest.keyClick(articles, Qt.Key.Key_Down)
    assert current_row(window) == 1
    QTest.keyClick(articles, Qt.Key.Key_Escape)
    assert window.view.hasFocus()
    assert current_row(window) == 0


def request_menu(articles: ArticleList, row: int, reason: QContextMenuEvent.Reason) -> QMenu | None:
    """Ask for the menu of a row, or of the place below the last one, and return what opens."""
    point = articles.visualRect(articles.model().index(row, 0)).center() if row >= 0 else QPoint(20, 500)
    by_mouse = reason == QContextMenuEvent.Reason.Mouse
    if by_mouse:
        QTest.mousePress(articles.viewport(), Qt.MouseButton.RightButton, pos=point)
    target = articles.viewport() if by_mouse else articles
    QApplication.sendEvent(target, QContextMenuEvent(reason, point, articles.viewport().mapToGlobal(point)))
    menu = QApplication.activePopupWidget()
    assert menu is None or isinstance(menu, QMenu)
    return menu


def rows(menu: QMenu | None) -> list[str]:
    assert menu
    return [action.text().partition("\t")[0] for action in menu.actions() if not action.isSeparator()]


@pytest.mark.parametrize("reason", [QContextMenuEvent.Reason.Mouse, QContextMenuEvent.Reason.Keyboard])
def test_menu_of_a_row_opens_its_article_and_acts_on_that(window: Window, reason: QContextMenuEvent.Reason) -> None:
    session, articles = window.session, window.articles_sidebar.article_list
    session.open_article(0)
    articles.setFocus()
    QTest.keyClick(articles, Qt.Key.Key_Down)
    menu = request_menu(articles, 1, reason)
    assert rows(menu) == [
        *("Edit title", "Edit publication date", "Edit article note", "Copy title", "Open the source on the web"),
        *("Mark as done", "Skip", "Flag for review", "Remove article", "Show removed articles"),
    ]
    assert menu
    assert session.current.article_number == 2
    assert articles.viewport().rect().contains(articles.viewport().mapFromGlobal(menu.pos()))
    menu.close()
    window.action("copy_title").trigger()
    assert QGuiApplication.clipboard().text() == "مدينة وجدة تستقبل قطارا جديدا"
    window.action("toggle_removed").trigger()
    assert list(session.articles.numbers) == [1]
    window.action("undo").trigger()
    assert (list(session.articles.numbers), current_row(window)) == ([1, 2], 1)


def test_menu_opens_by_shift_and_f10_in_the_list_and_in_the_article(window: Window) -> None:
    articles = window.articles_sidebar.article_list
    window.session.open_article(0)
    for widget, first_row in ((articles, "Edit title"), (window.view, "Date")):
        widget.setFocus()
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        assert rows(menu)[0] == first_row
        menu.close()


def test_menu_of_the_open_article_leaves_it_as_it_is(window: Window) -> None:
    opened: list[int] = []
    window.session.open_article(1)
    window.session.set_state(DONE)
    window.session.article_opened.connect(opened.append)
    menu = request_menu(window.articles_sidebar.article_list, 1, QContextMenuEvent.Reason.Mouse)
    assert menu
    assert [action.text().partition("\t")[0] for action in menu.actions() if action.isChecked()] == ["Mark as done"]
    menu.close()
    assert opened == []


def test_menu_says_that_it_restores_a_removed_article(window: Window) -> None:
    window.session.remove_article()
    window.session.set_article_filter(ArticleFilter(is_removed=True))
    menu = request_menu(window.articles_sidebar.article_list, 0, QContextMenuEvent.Reason.Mouse)
    assert "Restore article" in rows(menu)
    assert menu
    menu.close()
    header_menu = window.article_header.menu
    window.session.restore_article()
    header_menu.aboutToShow.emit()
    assert rows(header_menu)[-1] == "Remove article"


def test_there_is_no_menu_below_the_rows(window: Window) -> None:
    articles = window.articles_sidebar.article_list
    window.session.open_article(0)
    assert request_menu(articles, -1, QContextMenuEvent.Reason.Mouse) is None
    assert window.session.current.article_number == 1


def test_open_article_outside_the_filter_has_no_current_row(window: Window) -> None:
    window.session.set_state(DONE)
    window.session.set_article_filter(ArticleFilter(state=DONE))
    assert current_row(window) == 0
    window.session.open_by_id(2)
    assert current_row(window) == -1


def test_unreadable_row_is_reported_and_left_empty(window: Window) -> None:
    session, articles = window.session, window.articles_sidebar.article_list
    assert session.corpus
    session.articles.invalidate()
    session.corpus.db.close()
    articles.grab()
    assert articles.model().index(0, 0).data() is None
    assert "was closed" in window.toast.message()


def test_list_of_a_closed_corpus_is_empty(window: Window, qtbot: QtBot) -> None:
    articles = window.articles_sidebar.article_list
    assert articles.model().rowCount() == 2
    window.session.close()
    articles.viewport().repaint()
    QApplication.processEvents()
    assert articles.model().rowCount() == 0
    assert window.view._article is None


def test_tooltip_has_the_date_in_words(qtbot: QtBot, session: Session) -> None:
    assert session.corpus
    session.corpus.add(
        build_article("قالت الوزارة أمس.", title="خبر", published="2024-07-09T09:00", source="هسبريس", zones=[])
    )
    session.reload_articles()
    articles = ArticleList(session)
    qtbot.addWidget(articles)
    tooltip = articles.model().index(2, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tooltip == "<p>خبر<br>new<br>\u20689 July 2024, 09:00\u2069<br>\u2068هسبريس\u2069</p>"


def test_leaving_the_span_list_marks_the_selected_span_again(window: Window) -> None:
    for start, end in ((0, 5), (6, 11)):
        window.session.tag("DATE", start, end)
    window.span_panel.setFocus()
    QTest.keyClick(window.span_panel, Qt.Key.Key_Up)
    assert window.span_panel.currentIndex().row() == 0
    QTest.keyClick(window.span_panel, Qt.Key.Key_Escape)
    assert window.span_panel.currentIndex().row() == 1
    assert window.session.selection == window.session.spans[1]
