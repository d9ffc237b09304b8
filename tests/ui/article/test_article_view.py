"""Mouse and menu key in the article, in combination with other actions."""

import re

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch

from annotator.model.records import Span, Suggestion
from annotator.store.corpus import Corpus
from annotator.ui.article.article_view import ArticleView
from annotator.ui.article.captions import CaptionPlacer
from annotator.ui.article.pointer import handle_points
from annotator.ui.session.session import Session
from annotator.ui.window import Window

LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def middle(view: ArticleView, offset: int) -> QPoint:
    """Return the middle of letter at this offset."""
    segment = view.page().segments(offset, offset + 1)[0]
    return view.map_from_page(
        (segment.left + segment.right) / 2, (segment.line.top + segment.line.bottom) / 2
    ).toPoint()


def move(view: ArticleView, target: QPoint) -> None:
    point, viewport = QPointF(target), view.viewport()
    move = QMouseEvent(QEvent.Type.MouseMove, point, viewport.mapToGlobal(point), Qt.MouseButton.NoButton, LEFT, PLAIN)
    QApplication.sendEvent(viewport, move)


def on_disk(session: Session, number: int) -> list[Span]:
    assert session.corpus
    with Corpus.open(session.corpus.path) as corpus:
        return corpus.spans(corpus.article(number).uid)


def test_a_drag_that_began_in_another_article_selects_nothing(window: Window, stretch: Stretch) -> None:
    view, session = window.view, window.session
    window.tagging_commands.click_label("DATE")
    QTest.mousePress(view.viewport(), LEFT, pos=middle(view, stretch("أمس")[0]))
    session.open_relative(1)
    end = middle(view, stretch("وجدة", 1)[0])
    move(view, end)
    QTest.mouseRelease(view.viewport(), LEFT, pos=end)
    assert (view.selection, session.spans) == (None, [])


def side(view: ArticleView, words: tuple[int, int], *, is_right: bool) -> QPoint:
    """Return a point on the letters at one side of these words on the screen."""
    segments = view.page().segments(*words)
    x = segments[0].right - 2 if is_right else segments[-1].left + 2
    segment = segments[0] if is_right else segments[-1]
    return view.map_from_page(x, (segment.line.top + segment.line.bottom) / 2).toPoint()


@pytest.mark.parametrize("is_forward", [True, False])
@pytest.mark.parametrize("words", ["09 يوليوز 2024", "يوليوز 2024", "09 يوليوز", "2024-2030", "للتلقيح 2024-2030"])
def test_a_drag_over_numbers_takes_those_at_its_ends(
    window: Window, stretch: Stretch, words: str, is_forward: bool
) -> None:
    view = window.view
    right, left = (side(view, stretch(words), is_right=is_right) for is_right in (True, False))
    first, last = (right, left) if is_forward else (left, right)
    QTest.mousePress(view.viewport(), LEFT, pos=first)
    move(view, last)
    QTest.mouseRelease(view.viewport(), LEFT, pos=last)
    assert view.selection == stretch(words)


def test_an_edge_that_is_dragged_over_a_number_takes_it(window: Window, stretch: Stretch) -> None:
    view, session = window.view, window.session
    session.tag("DATE", *stretch("09 يوليوز"))
    assert session.selection
    edge, target = handle_points(view.page(), session.selection)[1], side(view, stretch("2024"), is_right=False)
    QTest.mousePress(view.viewport(), LEFT, pos=view.map_from_page(edge.x(), edge.y()).toPoint())
    move(view, target)
    QTest.mouseRelease(view.viewport(), LEFT, pos=target)
    assert [(span.start, span.end) for span in session.spans] == [stretch("09 يوليوز 2024")]


def test_an_edge_drag_that_began_in_another_article_moves_nothing(window: Window, stretch: Stretch) -> None:
    view, session = window.view, window.session
    session.tag("DATE", *stretch("أمس"))
    assert session.selection
    edge = handle_points(view.page(), session.selection)[1]
    QTest.mousePress(view.viewport(), LEFT, pos=view.map_from_page(edge.x(), edge.y()).toPoint())
    session.open_relative(1)
    end = middle(view, stretch("الأشغال")[0])
    move(view, end)
    QTest.mouseRelease(view.viewport(), LEFT, pos=end)
    session.open_relative(-1)
    assert on_disk(session, 1) == session.spans
    assert [(span.start, span.end) for span in session.spans] == [stretch("أمس")]


def test_a_click_moves_the_frame_of_the_current_word(window: Window, stretch: Stretch, qtbot: QtBot) -> None:
    view = window.view
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    view.move_to(0)
    word = stretch("الصحة بالرباط")[0]
    QTest.mouseClick(view.viewport(), LEFT, PLAIN, middle(view, word))
    assert view._marks.word == (word, word + len("الصحة"))
    QTest.keyClick(view, Qt.Key.Key_1)
    assert [(span.start, span.end) for span in window.session.spans] == [(word, word + len("الصحة"))]


def shift_click(view: ArticleView, offset: int) -> None:
    QTest.mouseClick(view.viewport(), LEFT, Qt.KeyboardModifier.ShiftModifier, middle(view, offset))


def test_shift_and_a_click_select_from_the_caret_and_move_the_nearest_edge(window: Window, stretch: Stretch) -> None:
    view = window.view
    start, end = stretch("وزارة الصحة بالرباط")
    view.move_to(stretch("الصحة بالرباط")[0])
    shift_click(view, end - 2)
    assert view.selected_text() == "الصحة بالرباط"
    shift_click(view, start + 1)
    assert view.selected_text() == "وزارة الصحة بالرباط"
    shift_click(view, stretch("الصحة بالرباط")[0] + 2)
    assert view.selected_text() == "الصحة بالرباط"


def test_shift_and_a_click_move_the_nearest_edge_of_a_span_in_one_step(window: Window, stretch: Stretch) -> None:
    view, session = window.view, window.session
    session.tag("INSTITUTION", *stretch("وزارة الصحة", 1))
    shift_click(view, stretch("بالرباط")[1] - 2)
    assert [(span.start, span.end) for span in on_disk(session, 1)] == [stretch("وزارة الصحة بالرباط")]
    session.undo()
    assert [(span.start, span.end) for span in on_disk(session, 1)] == [stretch("وزارة الصحة", 1)]


def test_a_double_click_tags_once_and_a_third_click_changes_nothing(window: Window, stretch: Stretch) -> None:
    view, session = window.view, window.session
    window.tagging_commands.click_label("DATE")
    point, viewport = middle(view, stretch("أمس")[0]), view.viewport()
    QTest.mouseClick(viewport, LEFT, pos=point)
    QTest.mouseDClick(viewport, LEFT, pos=point)  # after a press and a release, as Qt sends them
    QTest.mouseRelease(viewport, LEFT, pos=point)
    assert [(span.start, span.end) for span in on_disk(session, 1)] == [stretch("أمس")]
    QTest.mouseClick(viewport, LEFT, pos=point)
    assert len(on_disk(session, 1)) == 1
    assert session.selection == session.spans[0]


def test_the_mouse_over_a_span_or_suggestion_shows_what_is_known_of_it(
    qtbot: QtBot, window: Window, stretch: Stretch
) -> None:
    view, session = window.view, window.session

    def tip(words: str) -> str:
        point = middle(view, stretch(words)[0])
        QApplication.sendEvent(view.viewport(), QHelpEvent(QEvent.Type.ToolTip, point, view.mapToGlobal(point)))
        return re.sub(r"<.*?>|[\u2066-\u2069]", "", QToolTip.text())

    session.tag("DATE", *stretch("أمس"))
    assert tip("أمس") == ""  # its caption says all
    assert session.selection
    session.describe(session.selection, "2024-07-08", "تقريبا")
    assert tip("أمس") == "Date · 8 July 2024 · تقريبا"
    view.show_suggestions([Suggestion(*stretch("المصدر"), "PLAN", "names", 0.9)], None)
    assert tip("المصدر") == "Plan · Names · 90%"
    tip("أعلنت")
    qtbot.waitUntil(lambda: not QToolTip.isVisible())
    tip("المصدر")
    view.show_suggestions([], None)  # a key has decided on it
    qtbot.waitUntil(lambda: not QToolTip.isVisible(), timeout=2000)
    view.set_zoom(300)
    tip("أمس")
    assert QToolTip.isVisible()
    view.verticalScrollBar().setValue(view.verticalScrollBar().value() + 100)
    qtbot.waitUntil(lambda: not QToolTip.isVisible(), timeout=2000)


def test_a_word_that_is_folded_away_is_not_tagged(window: Window, stretch: Stretch) -> None:
    view, session = window.view, window.session
    view.move_to(stretch("أمس")[0])
    QTest.keyClick(view, Qt.Key.Key_F9)
    QTest.keyClick(view, Qt.Key.Key_1)
    assert session.spans == []
    assert window.toast.message() == "Select some text first."
    QTest.keyClick(view, Qt.Key.Key_F4)  # open the fold
    QTest.keyClick(view, Qt.Key.Key_1)
    assert [(span.start, span.end) for span in session.spans] == [stretch("أمس")]


@pytest.mark.parametrize("words", ["أمس", "للتلقيح."])
def test_the_menu_key_opens_the_menu_at_the_caret(window: Window, stretch: Stretch, words: str) -> None:
    view = window.view
    view.menu_requested.disconnect()
    requests: list[tuple[QPoint, int]] = []
    view.menu_requested.connect(lambda position, offset: requests.append((position, offset)))
    start = stretch(words)[0]
    view.move_to(start)
    view.verticalScrollBar().setValue(0)
    corner = QPoint(3, view.height() - 3)  # Qt's position for the menu key
    QApplication.sendEvent(view, QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, corner, view.mapToGlobal(corner)))
    [(position, offset)] = requests
    assert offset == start
    below = view.viewport().mapFromGlobal(position) - middle(view, start)
    assert abs(below.x()) <= 1
    assert 0 < below.y() < 60


def test_an_edge_that_is_dragged_past_the_lower_edge_stays_under_the_mouse(window: Window, stretch: Stretch) -> None:
    view, session = window.view, window.session
    view.set_zoom(300)
    session.tag("DATE", *stretch("أمس"))
    assert session.selection
    start, end = session.selection.start, stretch("للتلقيح.")[0] + 3
    edge = handle_points(view.page(), session.selection)[1]
    QTest.mousePress(view.viewport(), LEFT, pos=view.map_from_page(edge.x(), edge.y()).toPoint())
    view.reveal(end, end + 1)  # as it scrolls while the mouse is beyond the edge
    assert not view.is_in_view(start, start + 1)
    scrolled = view.verticalScrollBar().value()
    move(view, middle(view, end))
    QTest.mouseRelease(view.viewport(), LEFT, pos=middle(view, end))
    assert session.selection.start == start
    assert session.selection.end > end
    assert view.verticalScrollBar().value() == scrolled


def test_escape_ends_a_drag_of_an_edge_and_leaves_the_span_selected(window: Window, stretch: Stretch) -> None:
    view, session = window.view, window.session
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    assert session.selection
    span, target = session.selection, middle(view, stretch("بالرباط")[1] - 2)
    edge = handle_points(view.page(), span)[1]
    QTest.mousePress(view.viewport(), LEFT, pos=view.map_from_page(edge.x(), edge.y()).toPoint())
    move(view, target)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    move(view, target + QPoint(9, 0))
    QTest.mouseRelease(view.viewport(), LEFT, pos=target)
    assert session.selection == span
    assert session.spans == [span]
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert session.selection is None


def test_escape_ends_a_drag_over_words_and_tags_nothing(window: Window, stretch: Stretch) -> None:
    view, session = window.view, window.session
    window.tagging_commands.click_label("INSTITUTION")
    start, end = stretch("وزارة الصحة")
    QTest.mousePress(view.viewport(), LEFT, pos=middle(view, start))
    move(view, middle(view, end - 1))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    move(view, middle(view, end - 2))
    QTest.mouseRelease(view.viewport(), LEFT, pos=middle(view, end - 2))
    assert (view.selection, session.spans) == (None, [])
    assert window.tagging_commands.sticky == "INSTITUTION"


def turn_wheel(
    view: ArticleView, point: QPoint, angle: int, phase: Qt.ScrollPhase = Qt.ScrollPhase.NoScrollPhase
) -> None:
    """Turn the wheel over a point by so many eighths of a degree, with Ctrl."""
    position, control = QPointF(point), Qt.KeyboardModifier.ControlModifier
    at_screen = QPointF(view.viewport().mapToGlobal(point))
    event = QWheelEvent(position, at_screen, QPoint(), QPoint(0, angle), Qt.MouseButton.NoButton, control, phase, False)
    QApplication.sendEvent(view.viewport(), event)


def test_the_line_under_the_mouse_stays_while_the_wheel_zooms(window: Window, stretch: Stretch) -> None:
    view, offset = window.view, stretch("للتلقيح.")[0]
    view.set_zoom(200)
    window.settings.save(zoom=200)
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    before = middle(view, offset)
    for _ in range(2):
        turn_wheel(view, middle(view, offset), 120)
    assert window.settings.current.zoom == 300
    assert abs(middle(view, offset).y() - before.y()) <= 1
    for _ in range(2):
        turn_wheel(view, middle(view, offset), -120)
    assert (window.settings.current.zoom, middle(view, offset)) == (200, before)


def test_a_touchpad_zooms_as_far_as_a_wheel_and_not_by_its_momentum(window: Window) -> None:
    view, point = window.view, window.view.viewport().rect().center()
    for _ in range(11):
        turn_wheel(view, point, 10)
    assert window.settings.current.zoom == 100
    turn_wheel(view, point, 10)
    assert window.settings.current.zoom == 110
    for _ in range(12):
        turn_wheel(view, point, 10, Qt.ScrollPhase.ScrollMomentum)
    assert window.settings.current.zoom == 110
    turn_wheel(view, point, 110)
    for _ in range(11):  # the other way, it begins anew
        turn_wheel(view, point, -10)
    assert window.settings.current.zoom == 110
    turn_wheel(view, point, -10)
    assert window.settings.current.zoom == 100


def test_two_fingers_zoom(window: Window) -> None:
    view, device = window.view, QPointingDevice.primaryPointingDevice()
    point, zoom = QPointF(view.viewport().rect().center()), Qt.NativeGestureType.ZoomNativeGesture
    for stretched_by in (0.1, 0.1, 0.1):
        event = QNativeGestureEvent(zoom, device, 2, point, point, point, stretched_by, QPointF())
        QApplication.sendEvent(view.viewport(), event)
    assert window.settings.current.zoom == 125


@pytest.mark.parametrize("clicks", [2, 3, 4])
def test_a_third_click_selects_what_stands_between_two_marks(window: Window, stretch: Stretch, clicks: int) -> None:
    view = window.view
    point = middle(view, stretch("وزارة الصحة بالرباط")[0] + 1)
    QTest.mouseClick(view.viewport(), LEFT, pos=point)
    QTest.mouseDClick(view.viewport(), LEFT, pos=point)  # after a press and a release, as Qt sends them
    QTest.mouseRelease(view.viewport(), LEFT, pos=point)
    for _ in range(clicks - 2):
        QTest.mouseClick(view.viewport(), LEFT, pos=point, delay=-1)
    assert view.selected_text() == {2: "وزارة", 3: "أعلنت وزارة الصحة بالرباط", 4: ""}[clicks]


def test_an_article_is_shown_where_it_was_left(window: Window, stretch: Stretch) -> None:
    view, session = window.view, window.session
    view.set_zoom(300)
    offset = stretch("للتلقيح.")[0]
    view.move_to(offset)
    scrolled = view.verticalScrollBar().value()
    assert scrolled
    session.open_relative(1)
    assert view.verticalScrollBar().value() == 0
    session.open_relative(-1)
    assert view.current_offset() == offset
    assert view.verticalScrollBar().value() == scrolled


def caption_of(window: Window, item: Span | Suggestion) -> QPoint:
    """Return the far end of the caption of an item."""
    view = window.view
    marks, titles = view._marks, {label.name: label.localised_title() for label in window.session.labels.labels}
    shown_items: list[Span | Suggestion] = [*marks.spans, *marks.suggestions]
    items = [(shown_item, marks.depths[shown_item]) for shown_item in shown_items]
    captions = CaptionPlacer(view.page(), titles).place(items, marks.active)
    area = next(caption.area for caption in captions if caption.item == item)
    return view.map_from_page(area.left() + 2, area.center().y()).toPoint()


def test_a_click_on_a_caption_selects_what_it_names_even_below_other_words(
    window: Window, stretch: Stretch, qtbot: QtBot
) -> None:
    view, session = window.view, window.session

    def has_hand() -> bool:
        return view.viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor

    outer, inner = stretch("وزارة الصحة بالرباط", 0), stretch("وزارة الصحة", 0)

    def labelled(label: str) -> Span:
        return next(span for span in session.spans if span.label == label)

    session.tag("INSTITUTION", *outer)
    session.tag("PLAN", *inner)
    session.tag("DATE", *stretch("أمس"))
    session.describe(labelled("DATE"), "2024-07-08T09:00", "")
    date = labelled("DATE")
    for label in ("DATE", "INSTITUTION", "PLAN", "DATE"):
        session.select(None)
        span = labelled(label)
        for _ in range(2):
            QTest.mouseMove(view.viewport(), caption_of(window, span))
            qtbot.waitUntil(has_hand)  # Windows moves the mouse in its own time
            QTest.mouseClick(view.viewport(), LEFT, pos=caption_of(window, span))
            assert session.selection == span, "and no click goes on to what is around it"
    point = view._map_to_page(QPointF(caption_of(window, date)))
    box = view.page().box_at(point.x(), point.y())
    assert box
    assert not date.start <= box.start < date.end, "its value is below other words"


def test_a_double_click_on_the_caption_of_a_suggestion_accepts_it(window: Window, stretch: Stretch) -> None:
    view, session = window.view, window.session
    suggestion = Suggestion(*stretch("أمس"), "DATE", "dates", 0.9, "2024-07-08")
    view.show_suggestions([suggestion], None)
    accepted: list[object] = []
    view.accept_requested.connect(accepted.append)
    view.suggestion_clicked.disconnect()
    view.suggestion_clicked.connect(lambda clicked: view.show_suggestions([suggestion], clicked))
    point = caption_of(window, suggestion)
    QTest.mouseClick(view.viewport(), LEFT, pos=point)
    QTest.mouseDClick(view.viewport(), LEFT, pos=point)
    assert accepted == [suggestion]
    assert session.article


def test_suggestions_after_one_another_are_shown_at_the_same_height(window: Window, stretch: Stretch) -> None:
    view = window.view
    view.set_zoom(300)
    words = [
        stretch(word) for word in ("وزارة", "بالرباط،", "الخطة", "لفائدة", "المصدر", "الأغلبية", "برنامج", "اللجنة")
    ]
    suggestions = [Suggestion(*place, "DATE", "dates", 0.9) for place in words]
    bar, height = view.verticalScrollBar(), view.viewport().height()

    def rooms(suggestion: Suggestion) -> tuple[float, float]:
        """Return the room above and below the line of a suggestion."""
        line = view.page().line_of(suggestion.start)
        assert line
        top = view.map_from_page(0, line.top).y()
        return top, height - top - (line.bottom - line.top)

    for suggestion in suggestions:
        before = bar.value()
        view.show_suggestions(suggestions, suggestion)
        above, below = rooms(suggestion)
        assert below >= height // 3 or bar.value() == bar.maximum()
        if before < bar.value() < bar.maximum():
            assert below < height // 3 + 60, "scrolled by no more than that"
    assert bar.value()
    for suggestion in suggestions[::-1]:
        view.show_suggestions(suggestions, suggestion)
        above, below = rooms(suggestion)
        assert above >= height // 3 or bar.value() == 0


def test_the_first_line_is_shown_with_all_that_is_above_it(window: Window, stretch: Stretch) -> None:
    view = window.view
    view.set_zoom(300)
    view.move_to(stretch("للتلقيح.")[0])
    assert view.verticalScrollBar().value()
    QTest.keyClick(view, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    assert view.verticalScrollBar().value() == 0
