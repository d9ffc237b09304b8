"""The bar of buttons at what is selected: when it comes and goes, where it stands, and what its buttons do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QCursor, QGuiApplication, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch, stored_spans

from annotator import settings
from annotator.model.article_builder import build_article
from annotator.model.records import Suggestion
from annotator.store.queries.gold import create_gold
from annotator.ui.article.article_view import ArticleView
from annotator.ui.central.selection_bar import Chip, SelectionBar, place_bar, place_column
from annotator.ui.window import Window

SPACE = "key \u2066Space\u2069"
LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def point(view: ArticleView, offset: int, *, after: bool = False) -> QPoint:
    """Return a point in the first half of the letter at this offset, or in the second."""
    line = view.page().line_of(offset)
    assert line
    box = next(box for box in line.boxes if box.start <= offset < box.end)
    quarter = (box.right - box.left) / 4
    x = box.left + quarter if box.is_rtl == after else box.right - quarter
    return view.map_from_page(x, (line.top + line.bottom) / 2).toPoint()


def drag(view: ArticleView, start: int, end: int) -> None:
    viewport, last = view.viewport(), QPointF(point(view, end - 1, after=True))
    QTest.mousePress(viewport, LEFT, PLAIN, point(view, start))
    move = QMouseEvent(QEvent.Type.MouseMove, last, viewport.mapToGlobal(last), Qt.MouseButton.NoButton, LEFT, PLAIN)
    QApplication.sendEvent(viewport, move)
    QTest.mouseRelease(viewport, LEFT, PLAIN, last.toPoint())


def chips_of(bar: SelectionBar) -> list[Chip]:
    """Return the visible buttons in the order of reading."""
    chips = [chip for chip in bar.findChildren(Chip) if not chip.isHidden()]
    return sorted(chips, key=lambda chip: (chip.y(), -chip.x() if bar.isRightToLeft() else chip.x()))


def titles(bar: SelectionBar) -> list[str]:
    return [chip.text() for chip in chips_of(bar)] if bar.isVisible() else []


def click(bar: SelectionBar, title: str) -> None:
    QTest.mouseClick(next(chip for chip in chips_of(bar) if chip.text() == title), LEFT)


def selected_lines(view: ArticleView, start: int, end: int) -> QRect:
    """Return the lines of this range with their captions, in the coordinates of the view."""
    segments = view.page().segments(start, end)
    top = view.map_from_page(0, segments[0].line.top).y()
    bottom = view.map_from_page(0, segments[-1].line.bottom + view.page().spacing.lane).y()
    return QRect(0, int(top), view.width(), int(bottom - top))


def suggest(window: Window, *suggestions: Suggestion) -> None:
    """Show these suggestions, and ask the suggesters for no others."""
    while window.suggestions.is_busy:
        QTest.qWait(10)
    window.suggestions.close()
    window.suggestions._set_undecided(suggestions)


def test_the_bar_comes_as_soon_as_the_mouse_has_selected(window: Window, stretch: Stretch) -> None:
    drag(window.view, *stretch("وزارة الصحة", 1))
    QApplication.processEvents()  # no time passes
    assert titles(window.selection_bar) == ["Date", "Institution", "Plan"]


def test_a_button_tags_as_the_key_does_and_leaves_the_focus_in_the_article(window: Window, stretch: Stretch) -> None:
    drag(window.view, *stretch("وزارة الصحة", 1))
    QApplication.processEvents()
    click(window.selection_bar, "Institution")
    assert stored_spans(window.session) == [("INSTITUTION", "وزارة الصحة")]
    assert window.view.hasFocus()
    QApplication.processEvents()
    assert titles(window.selection_bar) == ["Date", "Institution", "Plan", "Value", "Note", "Remove"]
    assert [chip.text() for chip in chips_of(window.selection_bar) if not chip.isEnabled()] == ["Institution"]
    click(window.selection_bar, "Remove")
    assert stored_spans(window.session) == []


def test_a_button_leaves_out_the_proclitic_and_includes_it_again(window: Window, stretch: Stretch) -> None:
    view, bar = window.view, window.selection_bar
    start, end = stretch("بالرباط")
    drag(view, start, end)
    QApplication.processEvents()
    assert titles(bar) == ["Date", "Institution", "Plan", "Without ب"]
    chip = chips_of(bar)[-1]
    assert (chip.accessibleName(), chip.accessibleDescription()) == ("Without ب", SPACE)
    assert f"Without ب · {SPACE}" in chip.toolTip()
    click(bar, "Without ب")
    assert view.selection == (start + 1, end)
    QApplication.processEvents()
    click(bar, "With ب")
    assert view.selection == (start, end)
    QApplication.processEvents()
    click(bar, "Institution")
    QApplication.processEvents()
    assert titles(bar)[3:] == ["Value", "Note", "Remove", "Without ب"]
    click(bar, "Without ب")
    assert stored_spans(window.session) == [("INSTITUTION", "الرباط")]
    QApplication.processEvents()
    assert titles(bar)[-1] == "With ب"


def text_column(view: ArticleView) -> QRect:
    """Return the column of text, in the coordinates of the view."""
    corners = view.map_from_page(0, 0), view.map_from_page(view.page().width, view.height())
    return QRect(*(view.viewport().mapTo(view, corner.toPoint()) for corner in corners))


@pytest.mark.parametrize("size", [(1024, 600), (911, 512), (683, 400), (512, 400)])
@pytest.mark.parametrize("zoom", [80, 100, 140, 200])
def test_in_small_windows_and_at_every_zoom_it_covers_no_text(
    window: Window, stretch: Stretch, qtbot: QtBot, size: tuple[int, int], zoom: int
) -> None:
    view, bar = window.view, window.selection_bar
    window.resize(*size)
    qtbot.waitUntil(lambda: window.size().toTuple() == size)
    view.set_zoom(zoom)
    for words in ("وزارة الصحة بالرباط", "للتلقيح 2024-2030 لفائدة الأطفال"):
        start, end = stretch(words)
        view.reveal(start, end)
        drag(view, start, end)
        qtbot.waitUntil(bar.isVisible)
        assert view.rect().contains(bar.geometry())
        assert not bar.geometry().intersects(text_column(view))
        assert [(chip.text(), chip.accessibleDescription()) for chip in chips_of(bar)] == [
            *(("Date", "key 1"), ("Institution", "key 2"), ("Plan", "key 3")),
            *([("Without ل", SPACE)] if words.startswith("لل") else []),
        ]
        assert all(min(chip.width(), chip.height()) >= 24 for chip in chips_of(bar))  # WCAG 2.5.8
        QTest.keyClick(view, Qt.Key.Key_Escape)
        assert not bar.isVisible()


def test_buttons_without_titles_have_tooltips_and_say_which_label_is_taken(window: Window, stretch: Stretch) -> None:
    window.view.set_zoom(200)
    drag(window.view, *stretch("وزارة الصحة", 1))
    QApplication.processEvents()
    chips = chips_of(window.selection_bar)
    assert [chip.width() for chip in chips] == [24] * 3
    names = ("Date · key 1", "Institution · key 2", "Plan · key 3")
    assert all(name in chip.toolTip() for chip, name in zip(chips, names, strict=True))
    QTest.mouseClick(chips[1], LEFT)
    assert stored_spans(window.session) == [("INSTITUTION", "وزارة الصحة")]
    QApplication.processEvents()
    assert titles(window.selection_bar) == ["Date", "Institution", "Plan", "Value", "Note", "Remove"]
    window.view.set_zoom(100)
    QTest.qWait(500)
    assert window.selection_bar.isVisible()
    assert {chip.toolTip() for chip in chips_of(window.selection_bar)} == {""}


def test_where_a_column_is_too_high_it_is_a_row_above_the_lines(window: Window, stretch: Stretch) -> None:
    view, bar = window.view, window.selection_bar
    view.setMaximumHeight(150)
    QApplication.processEvents()
    start, end = stretch("وزارة الصحة بالرباط")
    window.session.tag("INSTITUTION", start, end)
    view.verticalScrollBar().setValue(round(view.page().segments(start, end)[0].line.top) - 60)
    QTest.mouseClick(view.viewport(), LEFT, PLAIN, point(view, start))
    QApplication.processEvents()
    assert titles(bar) == ["Date", "Institution", "Plan", "Value", "Note", "Remove"]
    lines = selected_lines(view, start, end)
    assert bar.geometry().bottom() < lines.top()
    assert view.rect().contains(bar.geometry())


def test_value_and_note_lead_to_their_fields(window: Window, stretch: Stretch) -> None:
    window.session.tag("DATE", *stretch("أمس"))
    QTest.mouseClick(window.view.viewport(), LEFT, PLAIN, point(window.view, stretch("أمس")[0]))
    QApplication.processEvents()
    click(window.selection_bar, "Value")
    assert window.labels_sidebar.span_card.value_field.hasFocus()
    QApplication.processEvents()
    assert not window.selection_bar.isVisible()


def test_a_suggestion_is_accepted_and_the_bar_goes_to_the_next(window: Window, stretch: Stretch) -> None:
    first, second = stretch("وزارة الصحة", 1), stretch("أمس")
    suggest(
        window,
        Suggestion(*first, "INSTITUTION", "names", 0.9),
        Suggestion(*second, "DATE", "dates", 0.9, "2024-07-08"),
    )
    QTest.mouseClick(window.view.viewport(), LEFT, PLAIN, point(window.view, first[0]))
    QApplication.processEvents()
    assert titles(window.selection_bar) == ["Accept", "Reject", "Date", "Plan"]
    click(window.selection_bar, "Accept")
    QApplication.processEvents()
    assert stored_spans(window.session) == [("INSTITUTION", "وزارة الصحة")]
    assert window.suggestions.current
    assert titles(window.selection_bar) == ["Accept", "Reject", "Institution", "Plan"]
    click(window.selection_bar, "Plan")
    assert stored_spans(window.session)[1] == ("PLAN", "أمس")


def test_the_column_stays_under_the_mouse_for_the_next_decision(window: Window, stretch: Stretch) -> None:
    first, *others = stretch("وزارة الصحة", 1), stretch("أمس"), stretch("لفائدة الأطفال")
    suggestions = [Suggestion(*place, "INSTITUTION", "names", 0.9) for place in (first, *others)]
    suggest(window, *suggestions)
    bar, cursor = window.selection_bar, QCursor.pos()
    QTest.mouseClick(window.view.viewport(), LEFT, PLAIN, point(window.view, first[0]))
    QApplication.processEvents()
    place = chips_of(bar)[0].mapToGlobal(chips_of(bar)[0].rect().center())
    try:
        QCursor.setPos(place)
        for _other in others:
            click(bar, "Accept")
            QApplication.processEvents()
            assert chips_of(bar)[0].text() == "Accept"
            assert chips_of(bar)[0].rect().contains(chips_of(bar)[0].mapFromGlobal(place))
            assert not bar.geometry().intersects(text_column(window.view))
        QCursor.setPos(window.mapToGlobal(QPoint(1, 1)))
        QTest.mouseClick(window.view.viewport(), LEFT, PLAIN, point(window.view, others[-1][0]))
        QApplication.processEvents()
        lines = selected_lines(window.view, *others[-1])
        assert lines.top() <= bar.geometry().center().y() <= lines.bottom(), "the mouse is elsewhere"
    finally:
        QCursor.setPos(cursor)


def test_the_page_stays_under_the_mouse_while_the_next_suggestion_is_in_view(window: Window, stretch: Stretch) -> None:
    window.view.set_zoom(200)
    view, viewport, bar = window.view, window.view.viewport(), window.view.verticalScrollBar()
    first, second = stretch("الخطة الوطنية"), stretch("لفائدة")
    suggest(window, Suggestion(*first, "PLAN", "names", 0.9), Suggestion(*second, "PLAN", "names", 0.9))
    view.reveal(*second)
    bar.setValue(bar.value() - viewport.height() + selected_lines(view, *second).bottom() + 8)
    before = bar.value()
    QTest.mouseClick(viewport, LEFT, PLAIN, point(view, first[0]))
    QApplication.processEvents()
    click(window.selection_bar, "Accept")
    QApplication.processEvents()
    assert window.suggestions.current
    assert window.suggestions.current.start == second[0]
    assert bar.value() == before
    assert titles(window.selection_bar)[0] == "Accept"


def test_keys_send_it_away_until_they_rest(qtbot: QtBot, window: Window, stretch: Stretch) -> None:
    window.view.move_to(stretch("أعلنت")[0])
    QTest.keyClick(window.view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    QApplication.processEvents()
    assert not window.selection_bar.isVisible()
    qtbot.waitUntil(window.selection_bar.isVisible)
    QTest.keyClick(window.view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert not window.selection_bar.isVisible()
    qtbot.waitUntil(window.selection_bar.isVisible)
    QTest.keyClick(window.view, Qt.Key.Key_Escape)
    QTest.qWait(500)
    assert not window.selection_bar.isVisible()


def test_it_goes_while_the_page_scrolls_and_comes_where_the_words_are(
    qtbot: QtBot, window: Window, stretch: Stretch
) -> None:
    window.view.set_zoom(200)  # so that there is something to scroll
    QApplication.processEvents()
    words = stretch("وزارة الصحة", 1)
    drag(window.view, *words)
    QApplication.processEvents()
    assert window.selection_bar.isVisible()
    bar = window.view.verticalScrollBar()
    assert bar.maximum() > 20
    bar.setValue(20)
    assert not window.selection_bar.isVisible()
    qtbot.waitUntil(window.selection_bar.isVisible)
    lines, column = selected_lines(window.view, *words), text_column(window.view)
    assert lines.top() <= window.selection_bar.geometry().center().y() <= lines.bottom()
    assert not window.selection_bar.geometry().intersects(column)


def test_it_follows_the_page_when_a_panel_gives_it_room(window: Window, stretch: Stretch, qtbot: QtBot) -> None:
    view, bar = window.view, window.selection_bar
    drag(view, *stretch("وزارة الصحة", 1))
    QApplication.processEvents()
    assert bar.isVisible()
    page, column = view.page(), text_column(view)
    distance = bar.x() - column.x()
    window.action("toggle_articles").trigger()
    qtbot.waitUntil(lambda: text_column(view).x() != column.x())
    assert view.page() is page, "the lines are the same ones in another place"
    qtbot.waitUntil(bar.isVisible)
    assert bar.x() - text_column(view).x() == distance
    window.action("toggle_articles").trigger()
    qtbot.waitUntil(lambda: text_column(view).x() == column.x())
    assert not bar.isVisible() or bar.x() - column.x() == distance, "never over the text meanwhile"
    qtbot.waitUntil(bar.isVisible)


def test_it_comes_after_a_button_is_let_go_elsewhere(
    window: Window, stretch: Stretch, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.view.select(*stretch("وزارة الصحة", 1))
    pressed = [LEFT]
    monkeypatch.setattr(QGuiApplication, "mouseButtons", lambda: pressed[0])
    QTest.qWait(500)
    assert not window.selection_bar.isVisible()
    pressed[0] = Qt.MouseButton.NoButton
    qtbot.waitUntil(window.selection_bar.isVisible)


def test_it_is_off_by_a_preference_and_costs_nothing_then(window: Window, stretch: Stretch) -> None:
    QTest.keyClick(window.view, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert not settings.load().selection_bar
    drag(window.view, *stretch("وزارة الصحة", 1))
    QTest.qWait(500)
    assert not window.selection_bar.isVisible()
    assert not window.selection_bar.findChildren(Chip)
    assert not window.selection_bar._timer.isActive()
    QTest.keyClick(window.view, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    QApplication.processEvents()
    assert window.selection_bar.isVisible()


@pytest.mark.parametrize("held", [PLAIN, Qt.KeyboardModifier.ControlModifier])
def test_the_wheel_over_it_is_for_the_page(window: Window, stretch: Stretch, held: Qt.KeyboardModifier) -> None:
    window.view.set_zoom(200)  # so that there is something to scroll
    drag(window.view, *stretch("أمس"))
    QApplication.processEvents()
    bar, scroll_bar = window.selection_bar, window.view.verticalScrollBar()
    before, middle, none = scroll_bar.value(), QPointF(bar.rect().center()), Qt.MouseButton.NoButton
    on_screen, phase = bar.mapToGlobal(middle), Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(middle, on_screen, QPoint(), QPoint(0, -120), none, held, phase, False)
    QApplication.sendEvent(bar, event)  # Qt itself brings it here from a button
    has_zoomed = window.settings.current.zoom != 100
    assert has_zoomed == (held != PLAIN)
    assert has_zoomed or scroll_bar.value() > before


def test_it_is_turned_off_by_its_menu(window: Window, stretch: Stretch) -> None:
    drag(window.view, *stretch("أمس"))
    QApplication.processEvents()
    place = window.selection_bar.rect().center()
    on_screen = window.selection_bar.mapToGlobal(place)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, on_screen)
    QApplication.sendEvent(window.selection_bar.childAt(place) or window.selection_bar, event)
    menu = QApplication.activePopupWidget()
    assert menu
    [action] = menu.actions()
    action.trigger()
    menu.close()
    assert not window.settings.current.selection_bar
    assert not window.selection_bar.isVisible()
    assert window.view.selected_text() == "أمس"


def test_it_stays_away_while_each_selection_is_tagged_at_once(window: Window, stretch: Stretch) -> None:
    window.tagging_commands.toggle_sticky()
    drag(window.view, *stretch("وزارة الصحة", 1))
    QTest.qWait(500)
    assert stored_spans(window.session)
    assert not window.selection_bar.isVisible()


def test_it_stays_away_while_another_bar_has_the_candidates(window: Window, stretch: Stretch, qtbot: QtBot) -> None:
    assert window.session.corpus
    window.session.adjudicate(create_gold(window.session.corpus), {})
    window.session.open_by_id(1)
    drag(window.view, *stretch("وزارة الصحة", 1))
    QTest.qWait(500)
    assert window.view.selection
    assert not window.selection_bar.isVisible()
    window.session.switch_annotator("Sanae")
    drag(window.view, *stretch("الخطة الوطنية"))
    qtbot.waitUntil(window.selection_bar.isVisible)


def test_its_buttons_say_their_names_and_keys(window: Window, stretch: Stretch) -> None:
    drag(window.view, *stretch("وزارة الصحة", 1))
    QApplication.processEvents()
    names = [(chip.accessibleName(), chip.accessibleDescription()) for chip in chips_of(window.selection_bar)]
    assert names == [("Date", "key 1"), ("Institution", "key 2"), ("Plan", "key 3")]
    assert window.selection_bar.accessibleName() == "Actions for the selection"
    assert all(chip.width() >= 24 and chip.height() >= 24 for chip in chips_of(window.selection_bar))  # WCAG 2.5.8


@given(
    st.integers(60, 900),
    st.integers(30, 90),
    st.integers(-400, 900),
    st.integers(10, 700),
    st.integers(0, 1000),
    st.booleans(),
)
def test_the_place_is_on_the_page_and_beside_the_lines(
    width: int, height: int, top: int, line_height: int, edge: int, is_rtl: bool
) -> None:
    page = QRect(0, 0, 1000, 600)
    corner = place_bar(QSize(width, height), page, top, top + line_height, edge, is_rtl=is_rtl)
    if corner is not None:
        bar = QRect(corner, QSize(width, height))
        assert page.contains(bar)
        assert not bar.intersects(QRect(0, top, 1000, line_height))
    else:
        is_off_page = top + line_height <= 0 or top >= 599
        assert is_off_page or (top < height + 20 and top + line_height > 600 - height - 20)


@given(st.integers(60, 200), st.integers(30, 260), st.integers(-400, 900), st.integers(10, 700), st.booleans())
def test_a_column_is_on_the_page_and_beside_the_text(
    width: int, height: int, top: int, line_height: int, is_left: bool
) -> None:
    page, left, right = QRect(0, 0, 1000, 600), 220, 780
    edge = left - 4 if is_left else right + 4
    corner = place_column(QSize(width, height), page, top, top + line_height, edge, is_left=is_left)
    if corner is not None:
        bar = QRect(corner, QSize(width, height))
        assert page.contains(bar)
        assert not bar.intersects(QRect(left, 0, right - left, 600))
        assert bar.bottom() >= min(top, 590)
        assert bar.top() <= max(top + line_height, 10)
    else:
        assert top + line_height <= 0 or top >= 599


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_in_the_nearer_margin_it_covers_no_text(
    window: Window, stretch: Stretch, direction: Qt.LayoutDirection
) -> None:
    view = window.view
    view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    view.setLayoutDirection(direction)
    QApplication.processEvents()
    assert (view.viewport().x() > 0) == (direction == Qt.LayoutDirection.RightToLeft)
    column = text_column(view)
    for words in ("وزارة الصحة بالرباط", "للتلقيح 2024-2030 لفائدة الأطفال"):
        drag(view, *stretch(words))
        QApplication.processEvents()
        bar = window.selection_bar.geometry()
        assert window.selection_bar.isVisible()
        assert view.rect().contains(bar)
        assert not bar.intersects(column)
        lines = selected_lines(view, *stretch(words))
        assert bar.top() <= lines.bottom()
        assert bar.bottom() >= lines.top()
        segments = view.page().segments(*stretch(words))
        is_in_left_half = segments[0].left + segments[0].right < view.page().width
        assert (bar.center().x() < column.center().x()) == is_in_left_half
    assert titles(window.selection_bar) == ["Date", "Institution", "Plan", "Without ل"]


def test_it_goes_while_a_menu_is_open(window: Window, stretch: Stretch, qtbot: QtBot) -> None:
    drag(window.view, *stretch("وزارة الصحة", 1))
    QApplication.processEvents()
    assert window.selection_bar.isVisible()
    place = point(window.view, stretch("وزارة الصحة", 1)[0])
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, window.view.viewport().mapToGlobal(place))
    QApplication.sendEvent(window.view.viewport(), event)
    menu = QApplication.activePopupWidget()
    assert menu
    QTest.qWait(500)
    assert not window.selection_bar.isVisible()
    menu.close()
    qtbot.waitUntil(window.selection_bar.isVisible)


def test_a_clicked_span_has_the_value_of_the_new_publication(window: Window, stretch: Stretch) -> None:
    session, value_field = window.session, window.labels_sidebar.span_card.value_field
    assert session.corpus
    session.corpus.add(build_article("قالت الوزارة أمس إن الخطة جاهزة، وإنها ستبدأ بعد أيام."))
    session.open_by_id(3)
    session.tag("DATE", *stretch("أمس"))
    session.set_published("2024-07-10")
    session.select(None)
    QTest.mouseClick(window.view.viewport(), LEFT, PLAIN, point(window.view, stretch("أمس")[0]))
    assert session.selection == session.spans[0]
    assert value_field.text() == "2024-07-09"
