"""The lists of articles and spans mark what is open or selected, whatever the arrow keys did."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
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
    assert "cannot be used" in window.toast.message()
    session._change(corpus=None)


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
