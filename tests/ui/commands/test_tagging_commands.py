"""What keys and clicks do to the open article: a label that sticks, proclitics, many places in one step, far moves."""

import sqlite3

import pytest
from builders import apply_edits
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch, stored_spans

from annotator.model import operations
from annotator.model.label_changes import LabelChange
from annotator.model.labels import LabelSet
from annotator.model.records import FLAGGED, NEW
from annotator.store.corpus import Corpus
from annotator.store.label_set import change_labels
from annotator.suggest.dates import DateSuggester
from annotator.ui.article.article_view import ArticleView
from annotator.ui.window import Window

LEFT, PLAIN, SHIFT, CONTROL = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)


def point(view: ArticleView, offset: int, *, after: bool = False) -> QPointF:
    """Return a point in the first half of the letter at this offset, or in the second."""
    line = view.page().line_of(offset)
    assert line
    box = next(box for box in line.boxes if box.start <= offset < box.end)
    quarter = (box.right - box.left) / 4
    x = box.left + quarter if box.is_rtl == after else box.right - quarter
    return QPointF(view.map_from_page(x, (line.top + line.bottom) / 2).toPoint())


def drag(view: ArticleView, start: int, end: int) -> None:
    viewport, last = view.viewport(), point(view, end - 1, after=True)
    QTest.mousePress(viewport, LEFT, PLAIN, point(view, start).toPoint())
    move = QMouseEvent(QEvent.Type.MouseMove, last, viewport.mapToGlobal(last), Qt.MouseButton.NoButton, LEFT, PLAIN)
    QApplication.sendEvent(viewport, move)
    QTest.mouseRelease(viewport, LEFT, PLAIN, last.toPoint())


def double_click(view: ArticleView, offset: int) -> None:
    QTest.mouseDClick(view.viewport(), LEFT, PLAIN, point(view, offset).toPoint())


def click_label(window: Window, name: str) -> None:
    QTest.mouseClick(next(row for row in window.label_panel.rows if row.label.name == name), LEFT)


def sticking(window: Window) -> list[str]:
    """Return the labels that are shown as sticking."""
    return [row.label.name for row in window.label_panel.rows if row.is_sticky]


# A label that sticks


def test_a_label_sticks_to_each_drag_and_double_click_until_escape(window: Window, stretch: Stretch) -> None:
    click_label(window, "INSTITUTION")
    assert window.tagging_commands.sticky == "INSTITUTION"
    assert sticking(window) == ["INSTITUTION"]
    assert stored_spans(window.session) == []
    drag(window.view, *stretch("وزارة الصحة", 1))
    assert stored_spans(window.session) == [("INSTITUTION", "وزارة الصحة")]
    double_click(window.view, stretch("المصدر")[0])
    rows = [("INSTITUTION", "وزارة الصحة"), ("INSTITUTION", "المصدر")]
    assert stored_spans(window.session) == rows
    QTest.keyClick(window.view, Qt.Key.Key_Escape)
    QTest.keyClick(window.view, Qt.Key.Key_Escape)
    commands = window.tagging_commands
    assert (commands.sticky, sticking(window)) == (None, [])
    drag(window.view, *stretch("الأطفال"))
    assert window.view.selected_text() == "الأطفال"
    assert stored_spans(window.session) == rows


def test_another_label_sticks_instead_and_the_same_no_longer(window: Window, stretch: Stretch) -> None:
    click_label(window, "INSTITUTION")
    drag(window.view, *stretch("وزارة الصحة", 1))
    click_label(window, "DATE")  # with a span selected: it sticks, and the span stays what it is
    assert sticking(window) == ["DATE"]
    double_click(window.view, stretch("أمس")[0])
    assert stored_spans(window.session) == [("INSTITUTION", "وزارة الصحة"), ("DATE", "أمس")]
    click_label(window, "DATE")
    assert sticking(window) == []
    assert len(stored_spans(window.session)) == 2


def test_a_click_that_selects_nothing_tags_nothing(window: Window, stretch: Stretch) -> None:
    click_label(window, "DATE")
    QTest.mouseClick(window.view.viewport(), LEFT, PLAIN, point(window.view, stretch("أمس")[0]).toPoint())
    assert stored_spans(window.session) == []


def test_a_label_that_sticks_leaves_the_keys_alone(window: Window, stretch: Stretch) -> None:
    click_label(window, "DATE")
    window.view.move_to(stretch("الأغلبية")[0])
    QTest.keyClick(window.view, Qt.Key.Key_Left, SHIFT)
    assert stored_spans(window.session) == []
    QTest.keyClick(window.view, Qt.Key.Key_2)
    assert stored_spans(window.session) == [("INSTITUTION", "الأغلبية رأيا")]


@pytest.mark.parametrize("last_label", [None, "PLAN"])
def test_a_label_sticks_by_key(window: Window, stretch: Stretch, last_label: str | None) -> None:
    if last_label:
        window.view.move_to(stretch("وطنية")[0])
        QTest.keyClick(window.view, Qt.Key.Key_3)
        window.session.remove(window.session.spans[0])
    QTest.keyClick(window.view, Qt.Key.Key_L, CONTROL)
    assert sticking(window) == [last_label or "DATE"]  # the one that was given last, else the first
    QTest.keyClick(window.view, Qt.Key.Key_L, CONTROL)
    assert sticking(window) == []


# The proclitic


def test_space_leaves_out_a_proclitic_and_takes_it_in_again(window: Window, stretch: Stretch) -> None:
    window.session.tag("PLAN", *stretch("بالرباط"))
    for expected in ("الرباط", "بالرباط"):
        QTest.keyClick(window.view, Qt.Key.Key_Space)
        assert stored_spans(window.session) == [("PLAN", expected)]
    QTest.keyClick(window.view, Qt.Key.Key_Z, CONTROL)
    assert stored_spans(window.session) == [("PLAN", "الرباط")]


def test_space_is_about_what_is_selected_too(window: Window, stretch: Stretch) -> None:
    drag(window.view, *stretch("لأحزاب الأغلبية"))
    QTest.keyClick(window.view, Qt.Key.Key_Space)
    assert window.view.selected_text() == "أحزاب الأغلبية"
    assert stored_spans(window.session) == []
    QTest.keyClick(window.view, Qt.Key.Key_2)
    assert stored_spans(window.session) == [("INSTITUTION", "أحزاب الأغلبية")]


def test_without_a_proclitic_space_says_so(window: Window, stretch: Stretch) -> None:
    window.session.tag("DATE", *stretch("أمس"))
    QTest.keyClick(window.view, Qt.Key.Key_Space)
    assert stored_spans(window.session) == [("DATE", "أمس")]
    assert window.toast.message() == "There is no proclitic here."


def test_space_with_nothing_selected_changes_nothing(window: Window) -> None:
    QTest.keyClick(window.view, Qt.Key.Key_Space)
    assert (stored_spans(window.session), window.view.selection) == ([], None)


# Many places in one step


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("remove", "Select a span first."),
        ("toggle_proclitic", "Select a span first."),
        ("end_forward_letter", "Select a span first."),
        ("edit_value", "Select a span first."),
        ("copy", "Select some text first."),
        ("next_span", "0 spans in this article"),
    ],
)
def test_a_key_that_can_do_nothing_says_what_it_asks_for(window: Window, name: str, message: str) -> None:
    assert not window.toast.message()
    window.action(name).trigger()
    assert window.toast.message() == message
    assert window.session.spans == []


def test_many_places_are_one_step_to_undo_and_to_redo(window: Window, stretch: Stretch) -> None:
    session = window.session
    places = [stretch("للتلقيح", nth) for nth in range(3)]
    session.tag("PLAN", *places[0])
    assert session.tag_all("PLAN", places)
    assert stored_spans(session) == [("PLAN", "للتلقيح")] * 3
    QTest.keyClick(window.view, Qt.Key.Key_Z, CONTROL)
    assert stored_spans(session) == [("PLAN", "للتلقيح")]
    QTest.keyClick(window.view, Qt.Key.Key_Y, CONTROL)
    assert stored_spans(session) == [("PLAN", "للتلقيح")] * 3
    assert len(window.session.undoable) == 2


def test_places_that_have_the_label_are_no_step(window: Window, stretch: Stretch) -> None:
    session = window.session
    session.tag("PLAN", *stretch("للتلقيح"))
    assert session.tag_all("PLAN", [stretch("للتلقيح")])
    assert len(session.undoable) == 1


def test_one_place_that_cannot_be_tagged_keeps_all_from_it(window: Window, stretch: Stretch) -> None:
    assert not window.session.tag_all("PLAN", [stretch("للتلقيح"), (5, 5)])
    assert stored_spans(window.session) == []
    assert window.toast.message()


# Far moves


def test_the_caret_goes_by_sentence(window: Window, stretch: Stretch) -> None:
    starts = [0, stretch("أعلنت")[0], stretch("وقال")[0]]
    for expected in (*starts[1:], starts[-1]):
        QTest.keyClick(window.view, Qt.Key.Key_Left, CONTROL)
        assert window.view.current_offset() == expected
    QTest.keyClick(window.view, Qt.Key.Key_Left)
    for expected in (*starts[::-1], starts[0]):  # to the beginning of this one first
        QTest.keyClick(window.view, Qt.Key.Key_Right, CONTROL)
        assert window.view.current_offset() == expected


def test_shift_selects_by_sentence(window: Window, stretch: Stretch) -> None:
    window.view.move_to(stretch("المصدر")[0])
    QTest.keyClick(window.view, Qt.Key.Key_Right, CONTROL | SHIFT)
    assert window.view.selected_text() == "وقال المصدر"
    window.view.move_to(stretch("لفائدة")[0])
    QTest.keyClick(window.view, Qt.Key.Key_Left, CONTROL | SHIFT)
    assert window.view.selected_text() == "لفائدة الأطفال"
    QTest.keyClick(window.view, Qt.Key.Key_Left, CONTROL | SHIFT)  # and then as far as the next one goes
    assert window.view.selected_text().endswith("أعدته اللجنة الوطنية للتلقيح")


def test_the_caret_goes_to_both_ends_of_the_article(window: Window, stretch: Stretch) -> None:
    QTest.keyClick(window.view, Qt.Key.Key_End, CONTROL)
    assert window.view.caret.word == window.view.caret.words[-1]
    QTest.keyClick(window.view, Qt.Key.Key_Home, CONTROL)
    assert window.view.current_offset() == 0
    QTest.keyClick(window.view, Qt.Key.Key_F9)  # the headline is folded away
    QTest.keyClick(window.view, Qt.Key.Key_End, CONTROL)
    QTest.keyClick(window.view, Qt.Key.Key_Home, CONTROL)
    assert window.view.current_offset() == stretch("أعلنت")[0]
    assert window.view.page().fold_of(0)


def test_the_label_that_was_given_last_is_forgotten_with_its_label_set(window: Window, stretch: Stretch) -> None:
    session = window.session
    assert session.corpus
    window.view.move_to(stretch("أمس")[0])
    QTest.keyClick(window.view, Qt.Key.Key_1)
    session.remove(session.spans[0])
    before = session.labels
    after = LabelSet(before.labels[1:])
    with Corpus.open(session.corpus.path) as other:
        for _count in change_labels(
            other, LabelChange(before, after, {label.name: label.name for label in after.labels})
        ):
            pass
    session.reload()
    QTest.keyClick(window.view, Qt.Key.Key_L, CONTROL)
    assert sticking(window) == ["INSTITUTION"]
    drag(window.view, *stretch("الأطفال"))
    assert stored_spans(session) == [("INSTITUTION", "الأطفال")]


def test_a_step_of_thousands_of_edits_is_taken_back_and_done_again_out_of_the_way(
    window: Window, stretch: Stretch, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.ui.session.undo._MAX_SYNCHRONOUS_EDITS", 1)
    session, tasks = window.session, window.tasks
    session.tag_all("DATE", [stretch("أمس"), stretch("الخطة"), stretch("الرباط")])
    tagged = stored_spans(session)
    assert len(tagged) == 3
    for action, expected in (("undo", []), ("redo", tagged)):
        with qtbot.waitSignal(tasks.finished):
            window.action(action).trigger()
            assert tasks.is_busy
        assert stored_spans(session) == expected
        assert len(session.spans) == len(expected)
    assert window.action("undo").isEnabled()


def test_what_cannot_be_taken_back_out_of_the_way_is_said(
    window: Window, stretch: Stretch, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.ui.session.undo._MAX_SYNCHRONOUS_EDITS", 1)
    session, tasks = window.session, window.tasks
    session.tag_all("DATE", [stretch("أمس"), stretch("الخطة")])
    assert session.corpus
    with Corpus.open(session.corpus.path) as other:
        edits = operations.remove_span(session.spans[0])
        apply_edits(other, edits, name="remove")
    with qtbot.waitSignal(tasks.finished):
        window.action("undo").trigger()
    assert "changed in another window" in window.toast.message()
    assert len(session.spans) == len(stored_spans(session)) == 1


def test_the_same_key_goes_on_past_what_cannot_be_taken_back_out_of_the_way(
    window: Window, stretch: Stretch, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.ui.session.undo._MAX_SYNCHRONOUS_EDITS", 1)
    session, tasks = window.session, window.tasks
    session.tag_all("PLAN", [stretch("الخطة"), stretch("الرباط")])
    session.tag_all("DATE", [stretch("أمس"), stretch("الثلاثاء")])
    assert session.corpus
    with Corpus.open(session.corpus.path) as other:
        edits = operations.remove_span(next(span for span in session.spans if span.label == "DATE"))
        apply_edits(other, edits, "Omar", name="remove")
    for labels in (["DATE", "PLAN", "PLAN"], ["DATE"]):
        with qtbot.waitSignal(tasks.finished):
            window.action("undo").trigger()
        assert sorted(span.label for span in session.spans) == labels
    assert len(stored_spans(session)) == 1


def test_taking_back_can_be_cancelled(
    window: Window, stretch: Stretch, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.ui.session.undo._MAX_SYNCHRONOUS_EDITS", 1)
    monkeypatch.setattr("annotator.store.corpus._BATCH_SIZE", 1)
    session, tasks = window.session, window.tasks
    session.tag_all("DATE", [stretch("أمس"), stretch("الخطة")])
    tagged = stored_spans(session)
    assert session.corpus
    holder = sqlite3.connect(session.corpus.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")  # the job waits until it is told to stop
    with qtbot.waitSignal(tasks.finished):
        window.action("undo").trigger()
        tasks.stop()
        holder.close()
    assert stored_spans(session) == tagged
    assert (len(session.spans), window.toast.message()) == (2, "")


@pytest.fixture
def _dates_are_suggested(window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.jobs.suggesting.rule_suggesters", lambda: (DateSuggester(),))
    window.suggestions.reload()
    qtbot.waitUntil(lambda: len(window.suggestions.visible) > 1)


@pytest.mark.usefixtures("_dates_are_suggested")
def test_done_says_how_many_suggestions_were_not_looked_at(window: Window) -> None:
    count = len(window.suggestions.visible)
    window.action("done").trigger()
    assert window.toast.message() == f"Done. {count} suggestions were not looked at."
    window.action("undo").trigger()
    assert (window.session.article_state, window.toast.message()) == (NEW, "")


@pytest.mark.usefixtures("_dates_are_suggested")
def test_button_takes_back_that_an_article_is_done_after_the_next_is_open(window: Window) -> None:
    session = window.session
    first = session.current.article_number
    window.action("done_and_next").trigger()
    assert session.current.article_number != first
    assert "were not looked at" in window.toast.message()
    QTest.mouseClick(window.toast._return_button, Qt.MouseButton.LeftButton)
    assert (session.current.article_number, session.article_state, window.toast.message()) == (first, NEW, "")


@pytest.mark.usefixtures("_dates_are_suggested")
def test_done_without_open_suggestions_says_nothing(window: Window) -> None:
    window.action("toggle_suggestions").trigger()
    window.action("done").trigger()
    assert "not looked at" not in window.toast.message()


def test_buttons_show_the_state_and_flagging_says_that_an_article_is_not_done_any_more(window: Window) -> None:
    flag = window._central_widget.buttons[2]
    window.action("toggle_suggestions").trigger()
    window.action("done").trigger()
    assert (window.action("done").isChecked(), flag.isChecked()) == (True, False)
    QTest.mouseClick(flag, Qt.MouseButton.LeftButton)
    assert (window.session.article_state, window.action("done").isChecked(), flag.isChecked()) == (FLAGGED, False, True)
    assert window.toast.message() == "This article no longer counts as done."
    window.session.open_relative(1)
    assert not flag.isChecked()
