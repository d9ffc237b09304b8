"""The list of articles says which one is open, whatever was done to the list."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from annotator.model.records import DONE
from annotator.store.queries.article_list import Choice
from annotator.ui.window import Window


def chosen(window: Window) -> int:
    """The row that is shown as the open article's; -1 for none."""
    return window.articles_side.articles.currentIndex().row()


def test_arrow_keys_that_open_nothing_leave_no_mark(window: Window) -> None:
    articles = window.articles_side.articles
    window.session.open_article(0)
    articles.setFocus()
    QTest.keyClick(articles, Qt.Key.Key_Down)
    assert chosen(window) == 1
    QTest.keyClick(articles, Qt.Key.Key_Escape)
    assert window.view.hasFocus()
    assert chosen(window) == 0


def test_an_article_that_is_not_in_the_list_has_no_row(window: Window) -> None:
    window.session.set_state(DONE)
    window.session.choose(Choice(state=DONE))
    assert chosen(window) == 0
    window.session.open_number(2)
    assert chosen(window) == -1


def test_what_cannot_be_read_is_told_and_leaves_a_gap(window: Window) -> None:
    session, articles = window.session, window.articles_side.articles
    assert session.corpus
    session.articles.forget()
    session.corpus._db.close()
    articles.grab()
    assert articles.model().index(0, 0).data() is None
    assert "cannot be used" in window.status_line.said()
    session.corpus = None


def test_a_list_whose_corpus_is_let_go_of_is_empty(window: Window, qtbot: QtBot) -> None:
    articles = window.articles_side.articles
    assert articles.model().rowCount() == 2
    window.session.close()
    articles.viewport().repaint()
    QApplication.processEvents()
    assert articles.model().rowCount() == 0
    assert window.view._article is None


def test_the_span_list_forgets_where_arrow_keys_went(window: Window) -> None:
    for start, end in ((0, 5), (6, 11)):
        window.session.tag("DATE", start, end)
    window.spans.setFocus()
    QTest.keyClick(window.spans, Qt.Key.Key_Up)
    assert window.spans.currentIndex().row() == 0
    QTest.keyClick(window.spans, Qt.Key.Key_Escape)
    assert window.spans.currentIndex().row() == 1
    assert window.session.selection == window.session.spans[1]
