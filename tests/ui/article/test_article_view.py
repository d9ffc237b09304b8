"""The article under the mouse and the menu key, where one gesture meets another action."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.model.records import Span
from annotator.store.corpus import Corpus
from annotator.ui.article.article_view import ArticleView
from annotator.ui.article.hit_test import edges
from annotator.ui.session.session import Session
from annotator.ui.window import Window

Stretch = Callable[..., tuple[int, int]]
LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def middle(view: ArticleView, offset: int) -> QPoint:
    """The middle of the letter at this offset."""
    segment = view.page().segments(offset, offset + 1)[0]
    return view.point_of((segment.left + segment.right) / 2, (segment.line.top + segment.line.bottom) / 2).toPoint()


def move(view: ArticleView, to: QPoint) -> None:
    at, viewport = QPointF(to), view.viewport()
    move = QMouseEvent(QEvent.Type.MouseMove, at, viewport.mapToGlobal(at), Qt.MouseButton.NoButton, LEFT, PLAIN)
    QApplication.sendEvent(viewport, move)


def on_disk(session: Session, number: int) -> list[Span]:
    assert session.corpus
    with Corpus.open(session.corpus.path) as other:
        return other.spans(other.article(number).uid)


def test_a_drag_that_began_in_another_article_selects_nothing(window: Window, stretch: Stretch) -> None:
    view, session = window.view, window.session
    window.tagging.take("DATE")
    QTest.mousePress(view.viewport(), LEFT, pos=middle(view, stretch("أمس")[0]))
    session.open_step(1)
    end = middle(view, stretch("وجدة", 1)[0])
    move(view, end)
    QTest.mouseRelease(view.viewport(), LEFT, pos=end)
    assert (view.selection, session.spans) == (None, [])


def test_an_edge_that_was_taken_in_another_article_moves_nothing(window: Window, stretch: Stretch) -> None:
    view, session = window.view, window.session
    session.tag("DATE", *stretch("أمس"))
    assert session.selection
    edge = edges(view.page(), session.selection)[1]
    QTest.mousePress(view.viewport(), LEFT, pos=view.point_of(edge.x(), edge.y()).toPoint())
    session.open_step(1)
    end = middle(view, stretch("الأشغال")[0])
    move(view, end)
    QTest.mouseRelease(view.viewport(), LEFT, pos=end)
    session.open_step(-1)
    assert on_disk(session, 1) == session.spans
    assert [(span.start, span.end) for span in session.spans] == [stretch("أمس")]


def test_a_double_click_tags_once_and_a_third_click_changes_nothing(window: Window, stretch: Stretch) -> None:
    view, session = window.view, window.session
    window.tagging.take("DATE")
    at, viewport = middle(view, stretch("أمس")[0]), view.viewport()
    QTest.mouseClick(viewport, LEFT, pos=at)
    QTest.mouseDClick(viewport, LEFT, pos=at)  # with a press and a release before, as Qt has it
    QTest.mouseRelease(viewport, LEFT, pos=at)
    assert [(span.start, span.end) for span in on_disk(session, 1)] == [stretch("أمس")]
    QTest.mouseClick(viewport, LEFT, pos=at)
    assert len(on_disk(session, 1)) == 1
    assert session.selection == session.spans[0]


def test_a_word_that_is_folded_away_is_not_tagged(window: Window, stretch: Stretch) -> None:
    view, session = window.view, window.session
    view.stand(stretch("أمس")[0])
    QTest.keyClick(view, Qt.Key.Key_F9)
    QTest.keyClick(view, Qt.Key.Key_1)
    assert session.spans == []
    assert window.status_line.said() == "Select some text first."
    QTest.keyClick(view, Qt.Key.Key_F4)  # unfolded, it can be
    QTest.keyClick(view, Qt.Key.Key_1)
    assert [(span.start, span.end) for span in session.spans] == [stretch("أمس")]


@pytest.mark.parametrize("words", ["أمس", "للتلقيح."])
def test_the_menu_key_is_about_the_caret(window: Window, stretch: Stretch, words: str) -> None:
    view = window.view
    view.menu_asked.disconnect()
    asked: list[tuple[QPoint, int]] = []
    view.menu_asked.connect(lambda where, offset: asked.append((where, offset)))
    start = stretch(words)[0]
    view.stand(start)
    view.verticalScrollBar().setValue(0)
    far = QPoint(3, view.height() - 3)  # where Qt takes the keyboard to be
    QApplication.sendEvent(view, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, far, view.mapToGlobal(far)))
    [(where, offset)] = asked
    assert offset == start
    below = view.viewport().mapFromGlobal(where) - middle(view, start)
    assert abs(below.x()) <= 1
    assert 0 < below.y() < 60
