"""The window in use: real keys and a real mouse on it, and what is on disk afterwards."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QMessageBox
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch, concerns, stored_spans

from annotator import i18n
from annotator import settings as user_settings
from annotator.model.article_builder import build_article
from annotator.model.records import DONE, FLAGGED, SKIPPED, Article, article_uid
from annotator.text.offsets import normalise_newlines
from annotator.text.visible import trim_invisible
from annotator.ui.article.article_view import ArticleView
from annotator.ui.article.block import Box
from annotator.ui.article.pointer import handle_points
from annotator.ui.session.session import Session
from annotator.ui.widgets.theme import LIGHT, Theme
from annotator.ui.window import Window

LEFT = Qt.MouseButton.LeftButton


def point_at(view: ArticleView, offset: int, *, after: bool = False) -> QPoint:
    """Return the place on the screen just within the letter at this offset, in its first half or its second."""
    line = view.page().line_of(offset)
    assert line
    box = next(box for box in line.boxes if box.start <= offset < box.end)
    quarter = (box.right - box.left) / 4
    first = box.right - quarter if box.is_rtl else box.left + quarter
    second = box.left + quarter if box.is_rtl else box.right - quarter
    return view.map_from_page(second if after else first, (line.top + line.bottom) / 2).toPoint()


def drag(
    view: ArticleView, start: int, end: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """Press before letter at `start`, let go after the one before `end`."""
    viewport, first, last = view.viewport(), point_at(view, start), point_at(view, end - 1, after=True)
    QTest.mousePress(viewport, LEFT, modifier, first)
    for step in (0.3, 0.7, 1.0):
        place = QPointF(first) + (QPointF(last) - QPointF(first)) * step
        event = QMouseEvent(
            QEvent.Type.MouseMove, place, viewport.mapToGlobal(place), Qt.MouseButton.NoButton, LEFT, modifier
        )
        QApplication.sendEvent(viewport, event)
    QTest.mouseRelease(viewport, LEFT, modifier, last)


def test_a_drag_snaps_to_words_and_a_key_tags(window: Window, stretch: Stretch) -> None:
    start, end = stretch("وزارة الصحة", 1)
    drag(window.view, start + 2, end - 2)
    assert window.view.selected_text() == "وزارة الصحة"
    QTest.keyClick(window.view, Qt.Key.Key_2)
    assert stored_spans(window.session) == [("INSTITUTION", "وزارة الصحة")]
    assert window.view.selection is None


def test_click_on_a_label_tags_the_selection(window: Window, stretch: Stretch) -> None:
    drag(window.view, *stretch("أمس"))
    row = window.label_panel.rows[0]
    QTest.mouseClick(row, LEFT)
    assert stored_spans(window.session) == [("DATE", "أمس")]
    assert row.count == 1
    assert window.view.hasFocus()


def test_alt_selects_letters(window: Window, stretch: Stretch) -> None:
    start, _end = stretch("لأحزاب")
    drag(window.view, start + 1, start + 6, Qt.KeyboardModifier.AltModifier)
    assert window.view.selected_text() == "أحزاب"


def test_a_double_click_takes_a_word_without_its_comma(window: Window, stretch: Stretch) -> None:
    start, _end = stretch("بالرباط")
    QTest.mouseDClick(window.view.viewport(), LEFT, pos=point_at(window.view, start + 2))
    assert window.view.selected_text() == "بالرباط"


@pytest.mark.parametrize("text", ["1", "١", "۱"])
def test_a_label_has_its_key_on_every_keyboard(window: Window, stretch: Stretch, text: str) -> None:
    drag(window.view, *stretch("أمس"))
    QTest.sendKeyEvent(QTest.KeyAction.Click, window.view, Qt.Key(ord(text)), text, Qt.KeyboardModifier.NoModifier)
    assert stored_spans(window.session) == [("DATE", "أمس")]


def test_a_click_selects_the_innermost_span_and_then_the_next_one_out(window: Window, stretch: Stretch) -> None:
    outer, inner = stretch("الخطة الوطنية للتلقيح 2024-2030"), stretch("2024-2030")
    window.session.tag("PLAN", *outer)
    window.session.tag("DATE", *inner)
    window.session.select(None)
    place = point_at(window.view, inner[0] + 1)
    clicked = []
    for _ in range(3):
        QTest.mouseClick(window.view.viewport(), LEFT, pos=place)
        assert window.session.selection
        clicked.append(window.session.selection.label)
        QTest.qWait(QGuiApplication.styleHints().mouseDoubleClickInterval() + 20)
    assert clicked == ["DATE", "PLAN", "DATE"]
    QTest.mouseClick(window.view.viewport(), LEFT, pos=point_at(window.view, stretch("وقال")[0]))
    assert window.session.selection is None


def test_a_selected_span_is_relabelled_removed_undone_and_redone_by_key(window: Window, stretch: Stretch) -> None:
    window.session.tag("DATE", *stretch("اللجنة الوطنية للتلقيح"))
    QTest.keyClick(window.view, Qt.Key.Key_2)
    assert stored_spans(window.session) == [("INSTITUTION", "اللجنة الوطنية للتلقيح")]
    QTest.keyClick(window.view, Qt.Key.Key_Delete)
    assert stored_spans(window.session) == []
    QTest.keyClick(window.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert stored_spans(window.session) == [("INSTITUTION", "اللجنة الوطنية للتلقيح")]
    QTest.keyClick(window.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert stored_spans(window.session) == [("DATE", "اللجنة الوطنية للتلقيح")]
    QTest.keyClick(window.view, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert stored_spans(window.session) == [("INSTITUTION", "اللجنة الوطنية للتلقيح")]
    QTest.keyClick(window.view, Qt.Key.Key_2)  # its own label's key takes it away
    assert stored_spans(window.session) == []


def test_edges_move_by_word_and_by_letter(window: Window, stretch: Stretch) -> None:
    shift, control, alt = (
        Qt.KeyboardModifier.ShiftModifier,
        Qt.KeyboardModifier.ControlModifier,
        Qt.KeyboardModifier.AltModifier,
    )
    window.session.tag("PLAN", *stretch("الخطة الوطنية"))
    for key, modifier, expected in (
        (Qt.Key.Key_Left, shift, "الخطة الوطنية للتلقيح"),
        (Qt.Key.Key_Right, shift, "الخطة الوطنية"),
        (Qt.Key.Key_Right, control | shift, "عن الخطة الوطنية"),
        (Qt.Key.Key_Left, control | shift, "الخطة الوطنية"),
        (Qt.Key.Key_Left, alt | shift, "لخطة الوطنية"),
        (Qt.Key.Key_Right, alt, "لخطة الوطني"),
    ):
        QTest.keyClick(window.view, key, modifier)
        assert stored_spans(window.session) == [("PLAN", expected)]


def test_an_edge_can_be_dragged(window: Window, stretch: Stretch) -> None:
    start, end = stretch("الخطة الوطنية")
    window.session.tag("PLAN", start, end)
    drag(window.view, end - 1, end + 1)  # not on the edge's grip: a selection of its own
    assert stored_spans(window.session) == [("PLAN", "الخطة الوطنية")]
    window.session.select(window.session.spans[0])
    [_first, last] = handle_points(window.view.page(), window.session.spans[0])
    viewport = window.view.viewport()
    grip = window.view.map_from_page(last.x(), last.y() - 8).toPoint()
    target = point_at(window.view, stretch("للتلقيح 2024")[0] + 5)
    QTest.mousePress(viewport, LEFT, pos=grip)
    for place in ((grip + target) / 2, target):
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(place),
            viewport.mapToGlobal(QPointF(place)),
            Qt.MouseButton.NoButton,
            LEFT,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(viewport, event)
    QTest.mouseRelease(viewport, LEFT, pos=target)
    assert stored_spans(window.session) == [("PLAN", "الخطة الوطنية للتلقيح")]


def test_span_is_tagged_by_keys_alone(window: Window, stretch: Stretch) -> None:
    # The caret starts on the first word: extend over two, tag, and go on.
    QTest.keyClick(window.view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert window.view.selected_text() == "وزارة الصحة"
    QTest.keyClick(window.view, Qt.Key.Key_2)
    QTest.keyClick(window.view, Qt.Key.Key_Down)
    QTest.keyClick(window.view, Qt.Key.Key_1)
    assert len(stored_spans(window.session)) == 2
    assert stored_spans(window.session)[0] == ("INSTITUTION", "وزارة الصحة")
    QTest.keyClick(window.view, Qt.Key.Key_Tab)
    assert window.session.selection == window.session.spans[0]
    QTest.keyClick(window.view, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert window.session.selection == window.session.spans[1]
    QTest.keyClick(window.view, Qt.Key.Key_Escape)
    assert window.session.selection is None


def test_state_keys_set_states_and_open_the_next_article(window: Window) -> None:
    session = window.session
    QTest.keyClick(window.view, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    assert session.article_state == FLAGGED
    QTest.keyClick(window.view, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert session.article_state == SKIPPED
    QTest.keyClick(window.view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert session.current_index() == 1
    assert session.articles[0].states == {"Sanae": DONE}
    QTest.keyClick(window.view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    page = window._central_widget.finished_page
    assert (session.article, page.isVisible()) == (None, True)
    QTest.keyClick(page, Qt.Key.Key_Escape)
    assert session.current_index() == 1
    QTest.keyClick(window.view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert session.current_index() == 0
    QTest.keyClick(window.view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert session.current_index() == 1


def test_line_is_marked_by_key_and_folded(window: Window) -> None:
    session = window.session
    QTest.keyClick(window.view, Qt.Key.Key_F9)
    assert session.zones[0].kind == "boilerplate"
    assert len(window.view.page().folds) == 1
    QTest.keyClick(window.view, Qt.Key.Key_F4)
    assert window.view.page().folds[0].is_open
    QTest.keyClick(window.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.zones[0].kind == "headline"
    assert window.view.page().folds == []


def test_folded_span_is_announced_and_revealed_when_selected(window: Window, stretch: Stretch) -> None:
    window.session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    span = window.session.spans[0]
    QTest.keyClick(window.view, Qt.Key.Key_F9)
    window.session.select(None)
    assert window.view.page().fold_of(span.start) is not None
    window.session.select(span)
    assert window.view.page().fold_of(span.start) is None


def test_zoom_changes_and_is_saved(window: Window) -> None:
    before = window.view.page().size
    QTest.keyClick(window.view, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert window.view.page().size > before
    assert user_settings.load().zoom == 110


def test_copy_copies_the_selected_text_unchanged(window: Window, stretch: Stretch) -> None:
    drag(window.view, *stretch("برنامج العمل 2025"))
    QTest.keyClick(window.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "برنامج العمل 2025"


def test_files_dropped_on_the_window_are_imported(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "خبر.txt"
    path.write_text("عنوان الخبر الجديد\n\nنص الخبر الجديد كما جاء في المصدر يوم الجمعة.", encoding="utf-8")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    drop = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    )
    with qtbot.waitSignal(window.session.changed, check_params_cb=concerns("articles")):
        window.dropEvent(drop)
    assert [summary.title for summary in window.session.articles][-1] == "عنوان الخبر الجديد"


def test_a_question_after_a_drop_waits_until_the_drop_is_over(
    window: Window, corpus_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda _box: order.append("question"))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(corpus_path.with_name("gone.corpus")))])
    drop = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    )
    window.dropEvent(drop)
    order.append("dropped")
    QApplication.processEvents()
    assert order == ["dropped", "question"]


PIECES = (
    "لأحزاب",
    "مُحَمَّدٌ",
    "كـــتاب",
    "2023-2030",
    "😀",
    "👨‍👩‍👧",
    "\u200f",
    "\u2067",
    "\u2069",
    " ",
    "\n",
    "\r\n",
    "«",
    "»",
    "a",
    "\ufeff",
)
texts = st.lists(
    st.sampled_from(PIECES) | st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=24
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts.map("".join), st.data())
def test_a_selection_yields_the_code_points_that_it_shows(window: Window, text: str, data: st.DataObject) -> None:
    text = normalise_newlines(text)
    view = window.view
    view.show_article(Article(article_uid(text), text), [], window.session.labels)
    letters = [box for line in view.page().lines for box in line.boxes if box.right - box.left >= 2]
    if not letters:
        return
    first, last = sorted(data.draw(st.sampled_from(letters)) for _ in range(2))
    if any(_over(box, other) for box in (first, last) for other in letters if box != other):
        return  # drawn over one another, as marks without a letter are: a mouse cannot tell them apart
    view.reveal(first.start, last.end)
    drag(view, first.start, last.end, Qt.KeyboardModifier.AltModifier)
    trimmed = trim_invisible(text, first.start, last.end)
    assert view.selection == (trimmed if trimmed[0] < trimmed[1] else None)
    assert view.selected_text() == text[slice(*trimmed)]


def _over(first: Box, second: Box) -> bool:
    return first.left < second.right and second.left < first.right


def test_a_key_pressed_while_a_menu_is_open_goes_to_the_menu(window: Window, qtbot: QtBot) -> None:
    bar, caret = window.menuBar(), window.view.caret.word
    first, second = bar.actions()[:2]
    menu = first.menu()
    assert isinstance(menu, QMenu)
    QTest.mouseClick(bar, LEFT, pos=bar.actionGeometry(second).center())
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is second.menu())
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Left)
    assert (QApplication.activePopupWidget(), window.view.caret.word) == (menu, caret)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Down)
    assert (menu.activeAction(), window.view.caret.word) == (menu.actions()[1], caret)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)

    place = point_at(window.view, 0)
    window.view.menu_requested.emit(window.view.viewport().mapToGlobal(place), 0)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Down)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Return)
    assert [label for label, _words in stored_spans(window.session)] == ["DATE"]


def test_context_menu_acts_on_the_item_under_the_pointer(window: Window, stretch: Stretch) -> None:
    view = window.view
    place = point_at(view, stretch("أمس")[0])
    QTest.mouseClick(view.viewport(), Qt.MouseButton.RightButton, pos=place)
    view.menu_requested.emit(view.viewport().mapToGlobal(place), stretch("أمس")[0])
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    titles = [action.text().partition("\t")[0] for action in menu.actions()]
    assert titles[:3] == ["Date", "Institution", "Plan"]
    menu.actions()[0].trigger()
    menu.close()
    assert stored_spans(window.session) == [("DATE", "أمس")]

    # Beside letters of another line, its menu marks that line and no other.
    line = view.page().line_of(stretch("وقال")[0])
    assert line
    beside = view.map_from_page(view.page().width + 20, (line.top + line.bottom) / 2).toPoint()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.RightButton, pos=beside)
    assert window.session.selection is None
    window.action("line_boilerplate").trigger()
    assert [zone.kind for zone in window.session.zones] == ["headline", "body", "boilerplate"]


def test_after_a_tag_the_next_word_is_the_one_after_the_span(window: Window, stretch: Stretch) -> None:
    drag(window.view, *stretch("اللجنة الوطنية للتلقيح"))
    QTest.keyClick(window.view, Qt.Key.Key_2)
    QTest.keyClick(window.view, Qt.Key.Key_Right)
    QTest.keyClick(window.view, Qt.Key.Key_1)
    assert ("DATE", "الوطنية") in stored_spans(window.session)


def test_closing_during_a_job_stops_it_first(window: Window, qtbot: QtBot) -> None:
    tasks = window.tasks
    ends: list[object] = []

    def endless() -> Generator[tuple[int, int], None, None]:
        while True:
            yield 0, 0

    tasks.run("Working", endless, ends.append, aborted=lambda: ends.append(None))
    with qtbot.waitSignal(tasks.finished):
        assert not window.close()
    qtbot.waitUntil(lambda: not window.isVisible())
    assert len(ends) == 1


def test_an_edge_moves_over_marks_and_never_between_a_letter_and_its_own(window: Window) -> None:
    text = "قال مُحَمَّدٌ\u200f لنا"
    window.session.corpus.add(build_article(text))  # type: ignore[union-attr]
    window.session.reload_articles()
    window.session.open_article(2)
    start, end = text.index("مُ"), text.index("\u200f")
    window.session.tag("PLAN", start, end)
    alt, shift = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
    for key, modifier, expected in (
        (Qt.Key.Key_Right, alt, "مُحَمَّ"),
        (Qt.Key.Key_Left, alt, "مُحَمَّدٌ"),
        (Qt.Key.Key_Left, alt | shift, "حَمَّدٌ"),
        (Qt.Key.Key_Right, alt | shift, "مُحَمَّدٌ"),
        (Qt.Key.Key_Left, alt, "مُحَمَّدٌ\u200f ل"),
    ):
        QTest.keyClick(window.view, key, modifier)
        assert stored_spans(window.session) == [("PLAN", expected)]


def test_the_caret_passes_over_what_is_folded_away(window: Window, stretch: Stretch) -> None:
    window.view.caret.move_to(stretch("أعلنت")[0])
    QTest.keyClick(window.view, Qt.Key.Key_F9)
    QTest.keyClick(window.view, Qt.Key.Key_Home)
    headline = stretch("للتلقيح")[0]
    window.view.caret.move_to(headline)
    QTest.keyClick(window.view, Qt.Key.Key_Left)
    assert window.view.current_offset() == stretch("وقال")[0]
    QTest.keyClick(window.view, Qt.Key.Key_Right)
    assert window.view.current_offset() == headline


def test_article_with_html_is_shown_as_plain_text(window: Window) -> None:
    text = "<b>عنوان</b> <img src=x> & خبر\n\nنص الخبر كما جاء في المصدر."
    assert window.session.corpus
    window.session.corpus.add(build_article(text))
    window.session.reload_articles()
    window.session.open_article(2)
    end = text.index("\n")
    window.session.tag("PLAN", 0, end)
    for label in window.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText, label.text()
    for view in (window.span_panel, window.articles_sidebar.article_list):
        model = view.model()
        index = model.index(model.rowCount() - 1, 0)
        assert index.data() == text[:end]
        assert "&lt;b&gt;عنوان&lt;/b&gt; &lt;img src=x&gt; &amp; خبر" in index.data(Qt.ItemDataRole.ToolTipRole)


def test_article_order_is_chosen_in_the_menu_and_saved(window: Window) -> None:
    action = window.action("toggle_informative")
    assert not action.isChecked()
    session = window.session
    assert not session.prefers_informative
    action.trigger()
    assert action.isChecked()
    assert window.session.prefers_informative
    assert user_settings.load().informative
    assert window.toast.message() == "Most informative article next"
    reopened = Window(window.session, user_settings.load())
    assert reopened.action("toggle_informative").isChecked()
    reopened.action("toggle_informative").trigger()
    assert not user_settings.load().informative
    assert not session.prefers_informative
    reopened.deleteLater()


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_window_fits_a_screen_of_1024_pixels(
    language: str, session: Session, set_theme: Callable[[Theme], None], qtbot: QtBot
) -> None:
    set_theme(LIGHT)
    i18n.set_language(language)
    window = Window(session, user_settings.load())
    qtbot.addWidget(window)
    window.resize(1024, 600)
    with qtbot.waitExposed(window):
        window.show()
    assert window.minimumSizeHint().width() <= 1024
    buttons = window._central_widget.buttons
    names = [button.accessibleName() for button in buttons]
    qtbot.waitUntil(lambda: all(button.width() >= button.sizeHint().width() for button in buttons))
    assert window.width() == 1024
    qtbot.waitUntil(lambda: [button.text() for button in buttons] == names)  # the articles have made room
    assert all(name in button.toolTip() for button, name in zip(buttons, names, strict=True))
    window.resize(480, 600)
    qtbot.waitUntil(lambda: [button.text() for button in buttons] == [names[0], "", "", "", ""])
    window.resize(1366, 768)
    qtbot.waitUntil(lambda: [button.text() for button in buttons] == names)
