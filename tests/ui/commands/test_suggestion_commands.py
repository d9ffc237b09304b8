"""What keys and clicks do to suggestions, in a real window: what is on disk afterwards, and what is chosen next."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from annotator import settings
from annotator.jobs import suggesting
from annotator.model.open_suggestions import SURE_SCORE
from annotator.model.records import Article, Edit, Rejection, Span, Suggestion
from annotator.store.corpus import Corpus
from annotator.ui import app
from annotator.ui.article.pointer import handle_points
from annotator.ui.session.session import Session
from annotator.ui.window import Window

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
PLAIN, SHIFT, CONTROL, ALT, KEYPAD = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.KeypadModifier,
)
RETURN = Qt.Key.Key_Return
HEADLINE, DAY, PLAN, YEARS, PARTY, LAST = (
    "وزارة الصحة",
    "أمس الثلاثاء 09 يوليوز 2024",
    "الخطة الوطنية للتلقيح 2024-2030",
    "2024-2030",
    "أحزاب الأغلبية",
    "اللجنة الوطنية للتلقيح",
)
PROPOSED = (
    (HEADLINE, "INSTITUTION", "names", 0.995, None),
    (DAY, "DATE", "dates", 0.995, "2024-07-09"),
    (PLAN, "PLAN", "names", 0.992, None),
    (YEARS, "DATE", "dates", 0.7, "2024/2030"),
    (PARTY, "INSTITUTION", "memory", 0.5, None),
    (LAST, "INSTITUTION", "names", 0.993, None),
)
"""In the order of the text."""
PARTY_WITH_LAM = "لأحزاب الأغلبية"
SURE_HERE = [DAY, PLAN]
"""Those of the second sentence."""


class Fixed:
    """Suggesters that always say the same, and learn nothing."""

    @classmethod
    def from_corpus(cls, _corpus: Corpus, **_others: object) -> "Fixed":
        return cls()

    def suggest(self, article: Article, _source: str | None = None) -> dict[str, list[Suggestion]]:
        by_source: dict[str, list[Suggestion]] = {}
        for words, label, source, score, value in PROPOSED:
            start = article.text.find(words)
            if start >= 0:
                by_source.setdefault(source, []).append(
                    Suggestion(start, start + len(words), label, source, score, value)
                )
        return by_source

    def learn(self, _article: Article, _edits: Iterable[Edit]) -> None:
        pass


@pytest.fixture(autouse=True)
def _fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggesting, "SuggesterPool", Fixed)


@pytest.fixture
def desk(qtbot: QtBot, window: Window) -> Iterator[Window]:
    """Return the window once suggestions are shown."""
    settle(qtbot, window)
    assert [words(window, suggestion) for suggestion in window.suggestions.visible] == [row[0] for row in PROPOSED]
    yield window
    window.suggestions.close()


def settle(qtbot: QtBot, window: Window) -> None:
    qtbot.waitUntil(lambda: not window.suggestions.is_busy)


def words(window: Window, record: Suggestion | Span | Rejection | None) -> str:
    article = window.session.article
    return article.text[record.start : record.end] if record and article else ""


def press(window: Window, *keys: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
    for key in keys:
        QTest.keyClick(window.view, key, modifier)


def current_words(window: Window) -> str:
    """Return the words of the current suggestion, and check that they are the ones shown as current."""
    current = window.view._marks.current_suggestion
    assert current == window.suggestions.current
    return words(window, current)


def remaining_words(window: Window) -> list[str]:
    return [words(window, suggestion) for suggestion in window.suggestions.visible]


def stored(session: Session) -> tuple[list[tuple[str, str, str | None]], list[tuple[str, str]]]:
    """Return what is on disk: label, words and source of each span, label and words of each rejection."""
    assert session.corpus
    assert session.article
    text = session.article.text
    with Corpus.open(session.corpus.path) as other:
        spans = other.spans(session.article.uid, session.annotator)
        rows = other.fetch_tuples('SELECT label, start, "end" FROM rejection ORDER BY start')
        rejections = [(label, text[start:end]) for label, start, end in rows]
    return [(span.label, text[span.start : span.end], span.source) for span in spans], rejections


def message(window: Window) -> str:
    return window.toast.message()


def point(window: Window, offset: int) -> QPoint:
    """Return a point on the letter at this offset."""
    view = window.view
    view.reveal(offset, offset + 1)
    line = view.page().line_of(offset)
    assert line
    box = next(box for box in line.boxes if box.start <= offset < box.end)
    return view.map_from_page((box.left + box.right) / 2, (line.top + line.bottom) / 2).toPoint()


def click(window: Window, offset: int, button: Qt.MouseButton = LEFT) -> None:
    QTest.mouseClick(window.view.viewport(), button, PLAIN, point(window, offset))
    if button == LEFT:
        QTest.qWait(QGuiApplication.styleHints().mouseDoubleClickInterval() + 20)


# Keys


def test_return_makes_the_next_suggestion_current_and_then_accepts(qtbot: QtBot, desk: Window) -> None:
    seen = []
    press(desk, RETURN)
    while desk.suggestions.current:
        seen.append(current_words(desk))
        press(desk, RETURN)
    assert seen == [row[0] for row in PROPOSED]
    spans, rejections = stored(desk.session)
    assert spans == [(label, text, source) for text, label, source, _score, _value in PROPOSED]
    assert [span.value for span in desk.session.spans] == [row[4] for row in PROPOSED]
    assert rejections == []
    settle(qtbot, desk)
    assert message(desk) == "No suggestions left. 6 spans were accepted from suggestions."


@pytest.mark.parametrize(("key", "modifier"), [(Qt.Key.Key_Enter, KEYPAD), (Qt.Key.Key_Enter, PLAIN), (RETURN, PLAIN)])
def test_every_enter_key_accepts(desk: Window, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    press(desk, key, key, modifier=modifier)
    assert stored(desk.session)[0] == [("INSTITUTION", HEADLINE, "names")]


def test_return_starts_at_the_caret(desk: Window, stretch: Callable[..., tuple[int, int]]) -> None:
    desk.view.move_to(stretch("رأيا")[0])
    press(desk, RETURN)
    assert current_words(desk) == LAST
    press(desk, Qt.Key.Key_Escape)
    desk.view.move_to(stretch("09")[0])  # within one
    press(desk, RETURN)
    assert current_words(desk) == DAY


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_delete_rejects_and_goes_to_the_next_suggestion(qtbot: QtBot, desk: Window, key: Qt.Key) -> None:
    press(desk, RETURN, key)
    assert current_words(desk) == DAY
    assert stored(desk.session) == ([], [("INSTITUTION", HEADLINE)])
    settle(qtbot, desk)
    assert HEADLINE not in remaining_words(desk)
    desk.suggestions.reload()
    settle(qtbot, desk)
    assert HEADLINE not in remaining_words(desk)


def test_delete_still_removes_a_span(desk: Window, stretch: Callable[..., tuple[int, int]]) -> None:
    desk.session.tag("PLAN", *stretch("بالرباط"))
    press(desk, Qt.Key.Key_Delete)
    assert stored(desk.session) == ([], [])


def test_key_of_another_label_accepts_with_that_label(desk: Window) -> None:
    press(desk, RETURN, Qt.Key.Key_3)
    assert current_words(desk) == DAY
    assert stored(desk.session) == ([("PLAN", HEADLINE, None)], [("INSTITUTION", HEADLINE)])


def test_key_of_the_suggested_label_accepts(desk: Window) -> None:
    press(desk, RETURN, Qt.Key.Key_2)
    assert current_words(desk) == DAY
    assert stored(desk.session) == ([("INSTITUTION", HEADLINE, "names")], [])


@pytest.mark.parametrize("word", ["أمس", "09", "2024"])
def test_key_of_the_label_of_a_suggestion_under_the_caret_accepts_it(
    desk: Window, stretch: Callable[..., tuple[int, int]], word: str
) -> None:
    desk.view.move_to(stretch(DAY)[0] + DAY.index(word))
    assert current_words(desk) == ""
    press(desk, Qt.Key.Key_1)
    assert stored(desk.session) == ([("DATE", DAY, "dates")], [])
    assert desk.session.spans[0].value == "2024-07-09"
    assert words(desk, desk.session.selection) == DAY  # as if it had been tagged
    assert current_words(desk) == ""


def test_key_of_another_label_corrects_a_suggestion_under_the_caret_in_one_step(
    qtbot: QtBot, desk: Window, stretch: Callable[..., tuple[int, int]]
) -> None:
    desk.view.move_to(stretch("الثلاثاء")[0])
    press(desk, Qt.Key.Key_3)
    assert stored(desk.session) == ([("PLAN", DAY, None)], [("DATE", DAY)])  # counted as corrected
    press(desk, Qt.Key.Key_Z, modifier=CONTROL)
    settle(qtbot, desk)
    assert stored(desk.session) == ([], [])
    assert remaining_words(desk) == [row[0] for row in PROPOSED]
    assert current_words(desk) == DAY


@pytest.mark.parametrize(
    ("key", "label", "accepted"),
    [(Qt.Key.Key_1, "DATE", YEARS), (Qt.Key.Key_3, "PLAN", PLAN), (Qt.Key.Key_2, "INSTITUTION", YEARS)],
)
def test_of_nested_suggestions_under_the_caret_the_one_with_the_label_is_accepted(
    desk: Window, stretch: Callable[..., tuple[int, int]], key: Qt.Key, label: str, accepted: str
) -> None:
    desk.view.move_to(stretch(YEARS)[0])
    press(desk, key)
    [(stored_label, text, _source)], _rejections = stored(desk.session)
    assert (stored_label, text) == (label, accepted)


def test_a_selection_of_all_words_of_a_suggestion_accepts_it(
    desk: Window, stretch: Callable[..., tuple[int, int]]
) -> None:
    desk.view.select(*stretch(DAY))
    press(desk, Qt.Key.Key_1)
    assert stored(desk.session) == ([("DATE", DAY, "dates")], [])
    assert words(desk, desk.session.selection) == DAY
    assert current_words(desk) == ""


def test_while_a_label_sticks_the_next_suggestion_is_not_in_the_way(
    qtbot: QtBot, desk: Window, stretch: Callable[..., tuple[int, int]]
) -> None:
    desk.tagging_commands.click_label("DATE")
    desk.view.select(*stretch(DAY))
    desk.view.selection_finished.emit()
    settle(qtbot, desk)
    assert stored(desk.session) == ([("DATE", DAY, "dates")], [])
    assert current_words(desk) == ""


def test_a_selection_of_some_words_of_a_suggestion_is_tagged_as_it_is(
    desk: Window, stretch: Callable[..., tuple[int, int]]
) -> None:
    desk.view.select(*stretch("أمس"))
    press(desk, Qt.Key.Key_1)
    assert stored(desk.session) == ([("DATE", "أمس", None)], [])


def test_a_word_outside_suggestions_is_tagged(desk: Window, stretch: Callable[..., tuple[int, int]]) -> None:
    desk.view.move_to(stretch("بالرباط")[0])
    press(desk, Qt.Key.Key_2)
    assert stored(desk.session) == ([("INSTITUTION", "بالرباط", None)], [])


def test_a_click_on_a_label_does_what_its_key_does(desk: Window) -> None:
    press(desk, RETURN)
    QTest.mouseClick(next(row for row in desk.label_panel.rows() if row.label.name == "PLAN"), LEFT)
    assert desk.tagging_commands.sticky is None
    assert stored(desk.session)[0] == [("PLAN", HEADLINE, None)]


@pytest.mark.parametrize(
    ("key", "modifier", "wanted"),
    [
        (Qt.Key.Key_Left, SHIFT, "أحزاب الأغلبية رأيا"),
        (Qt.Key.Key_Right, SHIFT, "أحزاب"),
        (Qt.Key.Key_Left, CONTROL | SHIFT, "الأغلبية"),
        (Qt.Key.Key_Left, ALT, "أحزاب الأغلبية ر"),
        (Qt.Key.Key_Right, ALT | SHIFT, PARTY_WITH_LAM),
        (Qt.Key.Key_Space, PLAIN, PARTY_WITH_LAM),
        (Qt.Key.Key_V, SHIFT, "أحزاب الأغلبية رأيا"),
    ],
)
def test_edges_are_moved_before_it_is_accepted(
    desk: Window, stretch: Callable[..., tuple[int, int]], key: Qt.Key, modifier: Qt.KeyboardModifier, wanted: str
) -> None:
    desk.view.move_to(stretch(PARTY)[0])
    press(desk, RETURN)
    assert current_words(desk) == PARTY
    press(desk, key, modifier=modifier)
    assert current_words(desk) == wanted
    assert stored(desk.session) == ([], [])
    press(desk, RETURN)
    assert stored(desk.session) == ([("INSTITUTION", wanted, None)], [("INSTITUTION", PARTY)])
    press(desk, Qt.Key.Key_Z, modifier=CONTROL)
    assert stored(desk.session) == ([], [])


def test_edges_that_are_moved_back_make_it_as_it_was(desk: Window) -> None:
    press(desk, RETURN)
    press(desk, Qt.Key.Key_Left, Qt.Key.Key_Right, modifier=SHIFT)
    press(desk, RETURN)
    assert stored(desk.session) == ([("INSTITUTION", HEADLINE, "names")], [])


def test_the_sure_ones_of_a_sentence_are_one_step(qtbot: QtBot, desk: Window) -> None:
    press(desk, RETURN, Qt.Key.Key_F5)
    assert current_words(desk) == DAY
    press(desk, RETURN, modifier=SHIFT)
    assert [span[1] for span in stored(desk.session)[0]] == SURE_HERE
    assert current_words(desk) == YEARS  # the doubtful one of this sentence
    assert message(desk) == "2 suggestions accepted: 99% and more."
    press(desk, Qt.Key.Key_Z, modifier=CONTROL)
    assert stored(desk.session) == ([], [])
    settle(qtbot, desk)
    assert remaining_words(desk) == [row[0] for row in PROPOSED]
    assert current_words(desk) == DAY


def test_the_sentence_is_that_of_the_caret_where_none_is_chosen(
    desk: Window, stretch: Callable[..., tuple[int, int]]
) -> None:
    desk.view.move_to(stretch("لفائدة")[0])
    press(desk, RETURN, modifier=SHIFT)
    assert [span[1] for span in stored(desk.session)[0]] == SURE_HERE


def test_the_sure_ones_of_the_article_are_one_step(desk: Window) -> None:
    press(desk, RETURN, modifier=CONTROL | SHIFT)
    assert [span[1] for span in stored(desk.session)[0]] == [row[0] for row in PROPOSED if row[3] >= SURE_SCORE]
    assert current_words(desk) == YEARS
    press(desk, Qt.Key.Key_Z, modifier=CONTROL)
    assert stored(desk.session) == ([], [])


def menu_texts(window: Window) -> list[str]:
    """Return how the keys that accept several are described when the menu opens."""
    window._actions.menus["suggestions"].aboutToShow.emit()
    return [window.action(name).text().partition("\t")[0] for name in ("accept_sentence", "accept_article")]


def test_keys_that_accept_several_say_beforehand_which(desk: Window) -> None:
    press(desk, RETURN, Qt.Key.Key_F5)
    total, sure = len(PROPOSED), len([row for row in PROPOSED if row[3] >= SURE_SCORE])
    in_sentence, in_article = menu_texts(desk)
    assert in_sentence == "Accept 2 of 3 in the sentence: 99% and more"
    assert in_article == f"Accept {sure} of {total} in the article: 99% and more"
    assert f"{total} suggestions left  ·  {sure} of them sure: 99% and more" in desk.status_line.state_text()
    press(desk, Qt.Key.Key_Right, modifier=SHIFT)  # one that is being edited stays
    assert menu_texts(desk)[1] == f"Accept {sure - 1} of {total} in the article: 99% and more"
    desk.suggestion_commands.toggle()
    assert menu_texts(desk) == [
        "Accept sure suggestions in the sentence",
        "Accept sure suggestions in the article",
    ]


def test_accepting_without_sure_suggestions_reports_it(desk: Window) -> None:
    press(desk, RETURN, modifier=CONTROL | SHIFT)
    for modifier, where in ((SHIFT, "sentence"), (CONTROL | SHIFT, "article")):
        press(desk, RETURN, modifier=modifier)
        assert message(desk) == f"This {where} has no sure suggestions: 99% and more."
        assert current_words(desk) == YEARS
    assert len(stored(desk.session)[0]) == 4


def test_edited_suggestion_is_not_accepted_with_the_sure_ones(desk: Window) -> None:
    press(desk, RETURN, Qt.Key.Key_F5)
    press(desk, Qt.Key.Key_Right, modifier=SHIFT)
    changed = current_words(desk)
    press(desk, RETURN, modifier=SHIFT)
    assert current_words(desk) == changed
    assert [span[1] for span in stored(desk.session)[0]] == [PLAN]


def test_f5_cycles_through_suggestions_without_deciding(desk: Window) -> None:
    order = [row[0] for row in PROPOSED]
    seen = []
    for _ in range(7):
        press(desk, Qt.Key.Key_F5)
        seen.append(current_words(desk))
    assert seen == [*order, order[0]]
    press(desk, Qt.Key.Key_F5, modifier=SHIFT)
    assert current_words(desk) == LAST
    press(desk, Qt.Key.Key_Escape)
    assert current_words(desk) == ""
    press(desk, Qt.Key.Key_F5, modifier=SHIFT)
    assert current_words(desk) == LAST
    assert stored(desk.session) == ([], [])


def test_after_the_last_suggestion_skipped_ones_are_reported(qtbot: QtBot, desk: Window) -> None:
    press(desk, RETURN)
    press(desk, Qt.Key.Key_F5, modifier=SHIFT)
    assert current_words(desk) == LAST
    press(desk, RETURN)
    settle(qtbot, desk)
    assert current_words(desk) == ""
    assert message(desk) == "That was the last suggestion; 5 earlier ones are still undecided."
    press(desk, RETURN)
    assert current_words(desk) == HEADLINE


@pytest.mark.parametrize("decide", [RETURN, Qt.Key.Key_Delete, Qt.Key.Key_3])
def test_undo_makes_the_suggestion_current_again(qtbot: QtBot, desk: Window, decide: Qt.Key) -> None:
    press(desk, RETURN, decide, Qt.Key.Key_F5)
    press(desk, Qt.Key.Key_Z, modifier=CONTROL)
    settle(qtbot, desk)
    assert current_words(desk) == HEADLINE
    assert stored(desk.session) == ([], [])
    press(desk, RETURN)
    assert stored(desk.session)[0] == [("INSTITUTION", HEADLINE, "names")]


def test_all_can_be_decided_and_all_undone(qtbot: QtBot, desk: Window) -> None:
    press(desk, RETURN, RETURN, Qt.Key.Key_Delete, RETURN, Qt.Key.Key_Delete, Qt.Key.Key_3)
    settle(qtbot, desk)
    assert [len(part) for part in stored(desk.session)] == [3, 3]
    while desk.session.undoable:
        press(desk, Qt.Key.Key_Z, modifier=CONTROL)
    assert stored(desk.session) == ([], [])
    settle(qtbot, desk)
    assert remaining_words(desk) == [row[0] for row in PROPOSED]


@pytest.mark.parametrize("name", ["accept", "accept_sentence", "accept_article", "remove"])
def test_a_key_held_down_decides_once(desk: Window, name: str) -> None:
    assert not desk.action(name).autoRepeat()


def test_the_value_of_a_suggestion_waits_until_it_is_accepted(desk: Window) -> None:
    press(desk, RETURN, Qt.Key.Key_F2)
    assert message(desk) == "Accept the suggestion first."
    assert desk.view.hasFocus()


def test_the_words_of_a_suggestion_are_copied(desk: Window) -> None:
    press(desk, RETURN)
    press(desk, Qt.Key.Key_C, modifier=CONTROL)
    assert QGuiApplication.clipboard().text() == HEADLINE


def test_return_in_a_field_does_not_accept(qtbot: QtBot, desk: Window) -> None:
    press(desk, RETURN)
    press(desk, Qt.Key.Key_F, modifier=CONTROL)
    qtbot.waitUntil(desk.find_bar.search_line.hasFocus)
    for modifier in (PLAIN, SHIFT):
        QTest.keyClick(desk.find_bar.search_line, RETURN, modifier)
    assert stored(desk.session) == ([], [])


def test_failed_accept_is_reported_and_stays_current(
    qtbot: QtBot, desk: Window, stretch: Callable[..., tuple[int, int]]
) -> None:
    desk.session.tag("PLAN", *stretch("الوطنية", 0))
    press(desk, Qt.Key.Key_Escape)
    desk.view.move_to(stretch(LAST)[0])
    press(desk, RETURN)
    place = stretch("الوطنية", 0)
    assert desk.suggestions.current
    desk.suggestions.edit_current(replace(desk.suggestions.current, start=place[0], end=place[1], label="PLAN"))
    press(desk, RETURN)
    assert message(desk)
    assert current_words(desk) == "الوطنية"
    assert len(stored(desk.session)[0]) == 1


# One thing at a time


def test_suggestion_selection_and_span_exclude_each_other(
    desk: Window, stretch: Callable[..., tuple[int, int]]
) -> None:
    press(desk, RETURN)
    desk.view.select(*stretch("بالرباط"))
    assert current_words(desk) == ""
    press(desk, RETURN)
    assert desk.view.selection is None
    press(desk, Qt.Key.Key_Left)
    assert current_words(desk) == ""
    desk.session.tag("PLAN", *stretch("بالرباط"))
    press(desk, RETURN)
    assert current_words(desk)
    session = desk.session
    assert session.selection is None
    press(desk, Qt.Key.Key_Tab)
    assert desk.session.selection
    assert current_words(desk) == ""


def test_opening_an_article_clears_the_current_suggestion(qtbot: QtBot, desk: Window) -> None:
    press(desk, RETURN)
    desk.session.open_article(1)
    assert current_words(desk) == ""
    assert remaining_words(desk) == []
    desk.session.open_article(0)
    settle(qtbot, desk)
    assert len(remaining_words(desk)) == len(PROPOSED)


# The mouse


def test_a_click_chooses_the_innermost_and_then_the_next_one_out(
    desk: Window, stretch: Callable[..., tuple[int, int]]
) -> None:
    place = stretch(YEARS)[0] + 1
    for expected in (YEARS, PLAN, YEARS):
        click(desk, place)
        assert current_words(desk) == expected
    click(desk, stretch("بالرباط")[0])
    assert current_words(desk) == ""


def test_a_suggestion_within_a_span_is_chosen_before_it(desk: Window, stretch: Callable[..., tuple[int, int]]) -> None:
    desk.session.tag("INSTITUTION", *stretch("للتلقيح 2024-2030 لفائدة", 0))
    press(desk, Qt.Key.Key_Escape)
    click(desk, stretch(YEARS)[0] + 1)
    assert current_words(desk) == YEARS
    click(desk, stretch(YEARS)[0] + 1)
    assert words(desk, desk.session.selection) == "للتلقيح 2024-2030 لفائدة"
    assert current_words(desk) == ""


@pytest.mark.parametrize("clicks_before", [0, 1])
def test_a_double_click_accepts_the_one_under_it(
    desk: Window, stretch: Callable[..., tuple[int, int]], clicks_before: int
) -> None:
    place = stretch(YEARS)[0] + 1
    for _ in range(clicks_before):
        click(desk, place)
    where, viewport = point(desk, place), desk.view.viewport()
    QTest.mouseClick(viewport, LEFT, PLAIN, where)
    QTest.mouseDClick(viewport, LEFT, PLAIN, where)
    assert stored(desk.session)[0] == [("DATE", YEARS, "dates")]


def test_while_a_label_sticks_a_double_click_tags_the_word(
    desk: Window, stretch: Callable[..., tuple[int, int]]
) -> None:
    press(desk, Qt.Key.Key_L, modifier=CONTROL)
    QTest.mouseDClick(desk.view.viewport(), LEFT, PLAIN, point(desk, stretch(LAST)[0] + 1))
    assert stored(desk.session)[0] == [("DATE", "اللجنة", None)]


def test_an_edge_of_the_chosen_one_is_dragged(desk: Window, stretch: Callable[..., tuple[int, int]]) -> None:
    click(desk, stretch(LAST)[0])
    assert desk.suggestions.current
    [_start, end] = handle_points(desk.view.page(), desk.suggestions.current)
    viewport, target = desk.view.viewport(), QPointF(point(desk, stretch(LAST)[0] + 9))
    QTest.mousePress(viewport, LEFT, PLAIN, desk.view.map_from_page(end.x(), end.y()).toPoint())
    moved = QMouseEvent(QEvent.Type.MouseMove, target, viewport.mapToGlobal(target), LEFT, LEFT, PLAIN)
    QApplication.sendEvent(viewport, moved)
    assert words(desk, desk.view._marks.current_suggestion) == "اللجنة الوطنية"  # drawn while it is dragged
    QTest.mouseRelease(viewport, LEFT, PLAIN, target.toPoint())
    assert current_words(desk) == "اللجنة الوطنية"
    click(desk, stretch(LAST)[0])
    assert current_words(desk) == "اللجنة الوطنية"  # a click on it keeps what was changed
    press(desk, RETURN)
    assert stored(desk.session)[0] == [("INSTITUTION", "اللجنة الوطنية", None)]


def test_context_menu_of_a_suggestion_has_its_actions(desk: Window, stretch: Callable[..., tuple[int, int]]) -> None:
    where, viewport = point(desk, stretch(PARTY)[0]), desk.view.viewport()
    QTest.mousePress(viewport, RIGHT, PLAIN, where)
    assert current_words(desk) == PARTY
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, viewport.mapToGlobal(where))
    QApplication.sendEvent(viewport, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    texts = [action.text().partition("\t")[0] for action in menu.actions() if action.text()]
    assert texts[:3] == ["Accept suggestion", "Reject suggestion", "Accept as"]
    assert "Accept 1 of 2 in the sentence: 99% and more" in texts
    submenu = next(action.menu() for action in menu.actions() if action.text() == "Accept as")
    assert isinstance(submenu, QMenu)
    submenu.actions()[2].trigger()
    menu.close()
    QTest.mouseRelease(viewport, RIGHT, PLAIN, where)  # Qt would take the button for held in every test that follows
    assert stored(desk.session)[0] == [("PLAN", PARTY, None)]


# What is said of them


def test_card_shows_label_source_score_and_buttons(desk: Window) -> None:
    card = desk.labels_sidebar.span_card
    assert card._words_label.text() == "6 suggestions left"
    assert card._about_label.text() == "Press \u2066Enter\u2069 for the next one."
    press(desk, RETURN)
    assert (card._about_label.text(), card._source_label.text()) == ("Institution", "Names · 99%")
    press(desk, Qt.Key.Key_F5)
    assert card._words_label.text() == DAY
    assert card._about_label.text() == "Date · \u20689 July 2024\u2069"
    assert card._source_label.text() == "Date rules · 99%"
    assumed = replace(desk.suggestions.visible[1], assumed=True)
    card.show_selection(desk.session.article, assumed, desk.session.labels, "")
    assert card._about_label.text() == "Date · \u20689 July 2024 (partly assumed)\u2069"
    assert len(card._about_label.lines(card._about_label.width())) <= 2, "one line is left for the words"
    buttons = [button for button in card.findChildren(QPushButton) if button.isVisible()]
    assert [button.text().split("  ")[0] for button in buttons] == ["Accept", "Reject"]
    assert ["Enter" in buttons[0].text(), "Delete" in buttons[1].text()] == [True, True]
    QTest.mouseClick(buttons[1], LEFT)
    assert stored(desk.session) == ([], [("DATE", DAY)])
    QTest.mouseClick(buttons[0], LEFT)
    assert stored(desk.session)[0] == [("PLAN", PLAN, "names")]
    assert desk.view.hasFocus()
    assert "4 suggestions left" in desk.status_line.state_text()


def test_edited_suggestion_loses_its_value(desk: Window) -> None:
    press(desk, RETURN, Qt.Key.Key_F5)
    press(desk, Qt.Key.Key_Right, modifier=SHIFT)
    assert "9 July 2024" not in desk.labels_sidebar.span_card._about_label.text()


def test_suggestions_are_hidden_and_shown_and_it_is_remembered(qtbot: QtBot, desk: Window) -> None:
    press(desk, RETURN)
    press(desk, Qt.Key.Key_F4, modifier=SHIFT)
    assert desk.view._marks.suggestions == ()
    assert current_words(desk) == ""
    press(desk, RETURN)
    assert message(desk) == "Suggestions hidden"
    assert not settings.load().suggestions
    press(desk, Qt.Key.Key_F4, modifier=SHIFT)
    assert len(desk.view._marks.suggestions) == len(PROPOSED)
    assert settings.load().suggestions


# The thread


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("suggestions")]


def test_a_window_that_is_closed_leaves_no_thread(desk: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggesting.AnnotatorSuggester, "suggest", lambda *_arguments: time.sleep(0.5))
    desk.suggestions._start_request()
    assert threads()
    desk.close()
    assert threads() == []
    desk.session.undo()
    desk.session.open_article(1)
    assert threads() == []


def test_a_window_in_another_language_has_suggestions_and_the_old_one_no_thread(
    qtbot: QtBot,
    corpus_path: Path,
    create_controller: Callable[[settings.Settings], app.ApplicationController],
) -> None:
    controller = create_controller(settings.Settings(annotator="Sanae"))
    controller.open_corpus(Corpus.open(corpus_path))
    controller.show()
    settle(qtbot, controller.window)
    controller.window.settings.save(language="fr")
    settle(qtbot, controller.window)
    assert len(controller.window.suggestions.visible) == len(PROPOSED)
    controller.window.close()
    controller.session.close()
    assert threads() == []
