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
from suggest.suggesting import CREDULITY
from ui.inspection import shown_text

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

    belief = CREDULITY

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
def window(qtbot: QtBot, window: Window) -> Iterator[Window]:
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
    active = window.view._marks.active
    current = active if isinstance(active, Suggestion) else None
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


def test_return_makes_the_next_suggestion_current_and_then_accepts(qtbot: QtBot, window: Window) -> None:
    seen = []
    press(window, RETURN)
    while window.suggestions.current:
        seen.append(current_words(window))
        press(window, RETURN)
    assert seen == [row[0] for row in PROPOSED]
    spans, rejections = stored(window.session)
    assert spans == [(label, text, source) for text, label, source, _score, _value in PROPOSED]
    assert [span.value for span in window.session.spans] == [row[4] for row in PROPOSED]
    assert rejections == []
    settle(qtbot, window)
    assert message(window) == "No suggestions left. 6 spans were accepted from suggestions."


@pytest.mark.parametrize(("key", "modifier"), [(Qt.Key.Key_Enter, KEYPAD), (Qt.Key.Key_Enter, PLAIN), (RETURN, PLAIN)])
def test_every_enter_key_accepts(window: Window, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    press(window, key, key, modifier=modifier)
    assert stored(window.session)[0] == [("INSTITUTION", HEADLINE, "names")]


def test_return_starts_at_the_caret(window: Window, stretch: Callable[..., tuple[int, int]]) -> None:
    window.view.move_to(stretch("رأيا")[0])
    press(window, RETURN)
    assert current_words(window) == LAST
    press(window, Qt.Key.Key_Escape)
    window.view.move_to(stretch("09")[0])  # within one
    press(window, RETURN)
    assert current_words(window) == DAY


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_delete_rejects_and_goes_to_the_next_suggestion(qtbot: QtBot, window: Window, key: Qt.Key) -> None:
    press(window, RETURN, key)
    assert current_words(window) == DAY
    assert stored(window.session) == ([], [("INSTITUTION", HEADLINE)])
    settle(qtbot, window)
    assert HEADLINE not in remaining_words(window)
    window.suggestions.reload()
    settle(qtbot, window)
    assert HEADLINE not in remaining_words(window)


def test_delete_still_removes_a_span(window: Window, stretch: Callable[..., tuple[int, int]]) -> None:
    window.session.tag("PLAN", *stretch("بالرباط"))
    press(window, Qt.Key.Key_Delete)
    assert stored(window.session) == ([], [])


def test_key_of_another_label_accepts_with_that_label(window: Window) -> None:
    press(window, RETURN, Qt.Key.Key_3)
    assert current_words(window) == DAY
    assert stored(window.session) == ([("PLAN", HEADLINE, None)], [("INSTITUTION", HEADLINE)])


def test_key_of_the_suggested_label_accepts(window: Window) -> None:
    press(window, RETURN, Qt.Key.Key_2)
    assert current_words(window) == DAY
    assert stored(window.session) == ([("INSTITUTION", HEADLINE, "names")], [])


@pytest.mark.parametrize("word", ["أمس", "09", "2024"])
def test_key_of_the_label_of_a_suggestion_under_the_caret_accepts_it(
    window: Window, stretch: Callable[..., tuple[int, int]], word: str
) -> None:
    window.view.move_to(stretch(DAY)[0] + DAY.index(word))
    assert current_words(window) == ""
    press(window, Qt.Key.Key_1)
    assert stored(window.session) == ([("DATE", DAY, "dates")], [])
    assert window.session.spans[0].value == "2024-07-09"
    assert words(window, window.session.selection) == DAY  # as if it had been tagged
    assert current_words(window) == ""


def test_key_of_another_label_corrects_a_suggestion_under_the_caret_in_one_step(
    qtbot: QtBot, window: Window, stretch: Callable[..., tuple[int, int]]
) -> None:
    window.view.move_to(stretch("الثلاثاء")[0])
    press(window, Qt.Key.Key_3)
    assert stored(window.session) == ([("PLAN", DAY, None)], [("DATE", DAY)])  # counted as corrected
    press(window, Qt.Key.Key_Z, modifier=CONTROL)
    settle(qtbot, window)
    assert stored(window.session) == ([], [])
    assert remaining_words(window) == [row[0] for row in PROPOSED]
    assert current_words(window) == DAY


@pytest.mark.parametrize(
    ("key", "label", "accepted"),
    [(Qt.Key.Key_1, "DATE", YEARS), (Qt.Key.Key_3, "PLAN", PLAN), (Qt.Key.Key_2, "INSTITUTION", YEARS)],
)
def test_of_nested_suggestions_under_the_caret_the_one_with_the_label_is_accepted(
    window: Window, stretch: Callable[..., tuple[int, int]], key: Qt.Key, label: str, accepted: str
) -> None:
    window.view.move_to(stretch(YEARS)[0])
    press(window, key)
    [(stored_label, text, _source)], _rejections = stored(window.session)
    assert (stored_label, text) == (label, accepted)


def test_a_selection_of_all_words_of_a_suggestion_accepts_it(
    window: Window, stretch: Callable[..., tuple[int, int]]
) -> None:
    window.view.select(*stretch(DAY))
    press(window, Qt.Key.Key_1)
    assert stored(window.session) == ([("DATE", DAY, "dates")], [])
    assert words(window, window.session.selection) == DAY
    assert current_words(window) == ""


def test_while_a_label_sticks_the_next_suggestion_is_not_in_the_way(
    qtbot: QtBot, window: Window, stretch: Callable[..., tuple[int, int]]
) -> None:
    window.tagging_commands.click_label("DATE")
    window.view.select(*stretch(DAY))
    window.view.selection_finished.emit()
    settle(qtbot, window)
    assert stored(window.session) == ([("DATE", DAY, "dates")], [])
    assert current_words(window) == ""


def test_a_selection_of_some_words_of_a_suggestion_is_tagged_as_it_is(
    window: Window, stretch: Callable[..., tuple[int, int]]
) -> None:
    window.view.select(*stretch("أمس"))
    press(window, Qt.Key.Key_1)
    assert stored(window.session) == ([("DATE", "أمس", None)], [])


def test_a_word_outside_suggestions_is_tagged(window: Window, stretch: Callable[..., tuple[int, int]]) -> None:
    window.view.move_to(stretch("بالرباط")[0])
    press(window, Qt.Key.Key_2)
    assert stored(window.session) == ([("INSTITUTION", "بالرباط", None)], [])


def test_a_click_on_a_label_does_what_its_key_does(window: Window) -> None:
    press(window, RETURN)
    QTest.mouseClick(next(row for row in window.label_panel.rows if row.label.name == "PLAN"), LEFT)
    assert window.tagging_commands.sticky is None
    assert stored(window.session)[0] == [("PLAN", HEADLINE, None)]


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
    window: Window, stretch: Callable[..., tuple[int, int]], key: Qt.Key, modifier: Qt.KeyboardModifier, wanted: str
) -> None:
    window.view.move_to(stretch(PARTY)[0])
    press(window, RETURN)
    assert current_words(window) == PARTY
    press(window, key, modifier=modifier)
    assert current_words(window) == wanted
    assert stored(window.session) == ([], [])
    press(window, RETURN)
    assert stored(window.session) == ([("INSTITUTION", wanted, None)], [("INSTITUTION", PARTY)])
    press(window, Qt.Key.Key_Z, modifier=CONTROL)
    assert stored(window.session) == ([], [])


def test_edges_that_are_moved_back_make_it_as_it_was(window: Window) -> None:
    press(window, RETURN)
    press(window, Qt.Key.Key_Left, Qt.Key.Key_Right, modifier=SHIFT)
    press(window, RETURN)
    assert stored(window.session) == ([("INSTITUTION", HEADLINE, "names")], [])


def test_the_sure_ones_of_a_sentence_are_one_step(qtbot: QtBot, window: Window) -> None:
    press(window, RETURN, Qt.Key.Key_F5)
    assert current_words(window) == DAY
    press(window, RETURN, modifier=SHIFT)
    assert [span[1] for span in stored(window.session)[0]] == SURE_HERE
    assert current_words(window) == YEARS  # the doubtful one of this sentence
    assert message(window) == "2 suggestions accepted: 99% and more."
    press(window, Qt.Key.Key_Z, modifier=CONTROL)
    assert stored(window.session) == ([], [])
    settle(qtbot, window)
    assert remaining_words(window) == [row[0] for row in PROPOSED]
    assert current_words(window) == DAY


def test_the_sentence_is_that_of_the_caret_where_none_is_chosen(
    window: Window, stretch: Callable[..., tuple[int, int]]
) -> None:
    window.view.move_to(stretch("لفائدة")[0])
    press(window, RETURN, modifier=SHIFT)
    assert [span[1] for span in stored(window.session)[0]] == SURE_HERE


def test_the_sure_ones_of_the_article_are_one_step(window: Window) -> None:
    press(window, RETURN, modifier=CONTROL | SHIFT)
    assert [span[1] for span in stored(window.session)[0]] == [row[0] for row in PROPOSED if row[3] >= SURE_SCORE]
    assert current_words(window) == YEARS
    press(window, Qt.Key.Key_Z, modifier=CONTROL)
    assert stored(window.session) == ([], [])


def words_in_view(window: Window) -> list[str]:
    return [
        words(window, suggestion)
        for suggestion in window.suggestions.visible
        if window.view.is_in_view(suggestion.start, suggestion.end)
    ]


def test_all_in_view_are_accepted_in_one_step_and_what_is_out_of_view_waits(window: Window) -> None:
    for height in range(330, 900, 10):  # until the first two are in view
        window.resize(420, height)
        if len(in_view := words_in_view(window)) > 1:
            break
    assert 1 < len(in_view) < len(PROPOSED)
    lowest = min(score for row, _label, _source, score, _value in PROPOSED if row in in_view)
    press(window, RETURN, modifier=ALT)
    assert [span[1] for span in stored(window.session)[0]] == in_view
    assert message(window).startswith(f"{len(in_view)} suggestions accepted: {int(lowest * 100)}% and more.")
    following = [row[0] for row in PROPOSED if row[0] not in in_view]
    assert current_words(window) in following
    assert current_words(window) in words_in_view(window)  # where the page has gone to
    press(window, Qt.Key.Key_Z, modifier=CONTROL)
    assert stored(window.session) == ([], [])


def test_the_whole_article_is_accepted_where_it_is_in_view(window: Window) -> None:
    window.resize(1100, 900)
    press(window, RETURN, modifier=ALT)
    assert [span[1] for span in stored(window.session)[0]] == [row[0] for row in PROPOSED]


def test_where_none_is_in_view_the_page_goes_to_the_next_and_nothing_is_accepted(window: Window) -> None:
    window.resize(420, 330)
    window.suggestion_commands.set_current(window.suggestions.visible[-1])
    press(window, RETURN, modifier=ALT)
    before = stored(window.session)
    window.suggestion_commands.set_current(None)
    assert window.session.article
    end = len(window.session.article.text)
    window.view.reveal(end - 1, end)
    assert words_in_view(window) == []
    press(window, RETURN, modifier=ALT)
    assert stored(window.session) == before
    assert current_words(window) == remaining_words(window)[0]
    assert remaining_words(window)[0] in words_in_view(window)


def menu_texts(window: Window) -> list[str]:
    """Return how the keys that accept several are described when the menu opens."""
    window._actions.menus["suggestions"].aboutToShow.emit()
    names = ("accept_sentence", "accept_article", "accept_in_view")
    return [window.action(name).text().partition("\t")[0] for name in names]


def test_the_status_line_counts_no_sure_ones_where_none_are_left(window: Window) -> None:
    assert "of them sure" in shown_text(window.status_line)
    window.action("accept_article").trigger()
    assert "suggestions left" in shown_text(window.status_line)
    assert "of them sure" not in shown_text(window.status_line)


def test_keys_that_accept_several_say_beforehand_which(window: Window) -> None:
    press(window, RETURN, Qt.Key.Key_F5)
    total, sure = len(PROPOSED), len([row for row in PROPOSED if row[3] >= SURE_SCORE])
    in_sentence, in_article, in_view = menu_texts(window)
    assert in_sentence == "Accept 2 of 3 in the sentence: 99% and more"
    assert in_article == f"Accept {sure} of {total} in the article: 99% and more"
    assert in_view == f"Accept {total} in view: 50% and more"
    assert f"{total} suggestions left  ·  {sure} of them sure: 99% and more" in shown_text(window.status_line)
    press(window, Qt.Key.Key_Right, modifier=SHIFT)  # one that is being edited stays
    _in_sentence, in_article, in_view = menu_texts(window)
    assert in_article == f"Accept {sure - 1} of {total} in the article: 99% and more"
    assert in_view == f"Accept {total - 1} in view: 50% and more"
    window.suggestion_commands.toggle()
    assert menu_texts(window) == [
        "Accept sure suggestions in the sentence",
        "Accept sure suggestions in the article",
        "Accept all suggestions in view",
    ]


def test_accepting_without_sure_suggestions_reports_it(window: Window) -> None:
    press(window, RETURN, modifier=CONTROL | SHIFT)
    for modifier, where in ((SHIFT, "sentence"), (CONTROL | SHIFT, "article")):
        press(window, RETURN, modifier=modifier)
        assert message(window) == f"This {where} has no sure suggestions: 99% and more."
        assert current_words(window) == YEARS
    assert len(stored(window.session)[0]) == 4


def test_edited_suggestion_is_not_accepted_with_the_sure_ones(window: Window) -> None:
    press(window, RETURN, Qt.Key.Key_F5)
    press(window, Qt.Key.Key_Right, modifier=SHIFT)
    changed = current_words(window)
    press(window, RETURN, modifier=SHIFT)
    assert current_words(window) == changed
    assert [span[1] for span in stored(window.session)[0]] == [PLAN]


def test_f5_cycles_through_suggestions_without_deciding(window: Window) -> None:
    order = [row[0] for row in PROPOSED]
    seen = []
    for _ in range(7):
        press(window, Qt.Key.Key_F5)
        seen.append(current_words(window))
    assert seen == [*order, order[0]]
    press(window, Qt.Key.Key_F5, modifier=SHIFT)
    assert current_words(window) == LAST
    press(window, Qt.Key.Key_Escape)
    assert current_words(window) == ""
    press(window, Qt.Key.Key_F5, modifier=SHIFT)
    assert current_words(window) == LAST
    assert stored(window.session) == ([], [])


def test_after_the_last_suggestion_skipped_ones_are_reported(qtbot: QtBot, window: Window) -> None:
    press(window, RETURN)
    press(window, Qt.Key.Key_F5, modifier=SHIFT)
    assert current_words(window) == LAST
    press(window, RETURN)
    settle(qtbot, window)
    assert current_words(window) == ""
    assert message(window) == "That was the last suggestion; 5 earlier ones are still undecided."
    press(window, RETURN)
    assert current_words(window) == HEADLINE


@pytest.mark.parametrize("decide", [RETURN, Qt.Key.Key_Delete, Qt.Key.Key_3])
def test_undo_makes_the_suggestion_current_again(qtbot: QtBot, window: Window, decide: Qt.Key) -> None:
    press(window, RETURN, decide, Qt.Key.Key_F5)
    press(window, Qt.Key.Key_Z, modifier=CONTROL)
    settle(qtbot, window)
    assert current_words(window) == HEADLINE
    assert stored(window.session) == ([], [])
    press(window, RETURN)
    assert stored(window.session)[0] == [("INSTITUTION", HEADLINE, "names")]


def test_all_can_be_decided_and_all_undone(qtbot: QtBot, window: Window) -> None:
    press(window, RETURN, RETURN, Qt.Key.Key_Delete, RETURN, Qt.Key.Key_Delete, Qt.Key.Key_3)
    settle(qtbot, window)
    assert [len(part) for part in stored(window.session)] == [3, 3]
    while window.session.undoable:
        press(window, Qt.Key.Key_Z, modifier=CONTROL)
    assert stored(window.session) == ([], [])
    settle(qtbot, window)
    assert remaining_words(window) == [row[0] for row in PROPOSED]


@pytest.mark.parametrize("name", ["accept", "accept_sentence", "accept_article", "accept_in_view", "remove"])
def test_a_key_held_down_decides_once(window: Window, name: str) -> None:
    assert not window.action(name).autoRepeat()


def test_the_value_of_a_suggestion_waits_until_it_is_accepted(window: Window) -> None:
    press(window, RETURN, Qt.Key.Key_F2)
    assert message(window) == "Accept the suggestion first."
    assert window.view.hasFocus()


def test_the_words_of_a_suggestion_are_copied(window: Window) -> None:
    press(window, RETURN)
    press(window, Qt.Key.Key_C, modifier=CONTROL)
    assert QGuiApplication.clipboard().text() == HEADLINE


def test_return_in_a_field_does_not_accept(qtbot: QtBot, window: Window) -> None:
    press(window, RETURN)
    press(window, Qt.Key.Key_F, modifier=CONTROL)
    qtbot.waitUntil(window.find_bar.search_line.hasFocus)
    for modifier in (PLAIN, SHIFT):
        QTest.keyClick(window.find_bar.search_line, RETURN, modifier)
    assert stored(window.session) == ([], [])


def test_failed_accept_is_reported_and_stays_current(
    qtbot: QtBot, window: Window, stretch: Callable[..., tuple[int, int]]
) -> None:
    window.session.tag("PLAN", *stretch("الوطنية", 0))
    press(window, Qt.Key.Key_Escape)
    window.view.move_to(stretch(LAST)[0])
    press(window, RETURN)
    place = stretch("الوطنية", 0)
    assert window.suggestions.current
    window.suggestions.edit_current(replace(window.suggestions.current, start=place[0], end=place[1], label="PLAN"))
    press(window, RETURN)
    assert message(window)
    assert current_words(window) == "الوطنية"
    assert len(stored(window.session)[0]) == 1


# One thing at a time


def test_suggestion_selection_and_span_exclude_each_other(
    window: Window, stretch: Callable[..., tuple[int, int]]
) -> None:
    press(window, RETURN)
    window.view.select(*stretch("بالرباط"))
    assert current_words(window) == ""
    press(window, RETURN)
    assert window.view.selection is None
    press(window, Qt.Key.Key_Left)
    assert current_words(window) == ""
    window.session.tag("PLAN", *stretch("بالرباط"))
    press(window, RETURN)
    assert current_words(window)
    session = window.session
    assert session.selection is None
    press(window, Qt.Key.Key_Tab)
    assert window.session.selection
    assert current_words(window) == ""


def test_opening_an_article_clears_the_current_suggestion(qtbot: QtBot, window: Window) -> None:
    press(window, RETURN)
    window.session.open_article(1)
    assert current_words(window) == ""
    assert remaining_words(window) == []
    window.session.open_article(0)
    settle(qtbot, window)
    assert len(remaining_words(window)) == len(PROPOSED)


# The mouse


def test_a_click_chooses_the_innermost_and_then_the_next_one_out(
    window: Window, stretch: Callable[..., tuple[int, int]]
) -> None:
    place = stretch(YEARS)[0] + 1
    for expected in (YEARS, PLAN, YEARS):
        click(window, place)
        assert current_words(window) == expected
    click(window, stretch("بالرباط")[0])
    assert current_words(window) == ""


def test_a_suggestion_within_a_span_is_chosen_before_it(
    window: Window, stretch: Callable[..., tuple[int, int]]
) -> None:
    window.session.tag("INSTITUTION", *stretch("للتلقيح 2024-2030 لفائدة", 0))
    press(window, Qt.Key.Key_Escape)
    click(window, stretch(YEARS)[0] + 1)
    assert current_words(window) == YEARS
    click(window, stretch(YEARS)[0] + 1)
    assert words(window, window.session.selection) == "للتلقيح 2024-2030 لفائدة"
    assert current_words(window) == ""


@pytest.mark.parametrize("clicks_before", [0, 1])
def test_a_double_click_accepts_the_one_under_it(
    window: Window, stretch: Callable[..., tuple[int, int]], clicks_before: int
) -> None:
    place = stretch(YEARS)[0] + 1
    for _ in range(clicks_before):
        click(window, place)
    where, viewport = point(window, place), window.view.viewport()
    QTest.mouseClick(viewport, LEFT, PLAIN, where)
    QTest.mouseDClick(viewport, LEFT, PLAIN, where)
    assert stored(window.session)[0] == [("DATE", YEARS, "dates")]


def test_a_double_click_near_the_lower_edge_moves_no_page(
    window: Window, stretch: Callable[..., tuple[int, int]]
) -> None:
    window.view.set_zoom(300)
    where, viewport = point(window, stretch(YEARS)[0] + 1), window.view.viewport()
    bar = window.view.verticalScrollBar()
    middle = bar.value()
    bar.setValue(middle - (viewport.height() - where.y()) + 40)
    where += QPoint(0, middle - bar.value())
    before = bar.value()
    QTest.mouseClick(viewport, LEFT, PLAIN, where)
    QTest.mouseDClick(viewport, LEFT, PLAIN, where)
    assert stored(window.session)[0] == [("DATE", YEARS, "dates")]
    assert bar.value() == before
    assert current_words(window) == ""  # the next one is out of view: Enter must not accept it
    press(window, RETURN)
    assert stored(window.session)[0] == [("DATE", YEARS, "dates")]
    assert current_words(window)


def test_while_a_label_sticks_a_double_click_tags_the_word(
    window: Window, stretch: Callable[..., tuple[int, int]]
) -> None:
    press(window, Qt.Key.Key_L, modifier=CONTROL)
    QTest.mouseDClick(window.view.viewport(), LEFT, PLAIN, point(window, stretch(LAST)[0] + 1))
    assert stored(window.session)[0] == [("DATE", "اللجنة", None)]


def test_an_edge_of_the_chosen_one_is_dragged(window: Window, stretch: Callable[..., tuple[int, int]]) -> None:
    click(window, stretch(LAST)[0])
    assert window.suggestions.current
    [_start, end] = handle_points(window.view.page(), window.suggestions.current)
    viewport, target = window.view.viewport(), QPointF(point(window, stretch(LAST)[0] + 9))
    QTest.mousePress(viewport, LEFT, PLAIN, window.view.map_from_page(end.x(), end.y()).toPoint())
    moved = QMouseEvent(QEvent.Type.MouseMove, target, viewport.mapToGlobal(target), LEFT, LEFT, PLAIN)
    QApplication.sendEvent(viewport, moved)
    assert words(window, window.view._marks.active) == "اللجنة الوطنية"  # drawn while it is dragged
    QTest.mouseRelease(viewport, LEFT, PLAIN, target.toPoint())
    assert current_words(window) == "اللجنة الوطنية"
    click(window, stretch(LAST)[0])
    assert current_words(window) == "اللجنة الوطنية"  # a click on it keeps what was changed
    press(window, RETURN)
    assert stored(window.session)[0] == [("INSTITUTION", "اللجنة الوطنية", None)]


def test_context_menu_of_a_suggestion_has_its_actions(window: Window, stretch: Callable[..., tuple[int, int]]) -> None:
    where, viewport = point(window, stretch(PARTY)[0]), window.view.viewport()
    QTest.mousePress(viewport, RIGHT, PLAIN, where)
    assert current_words(window) == PARTY
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
    assert stored(window.session)[0] == [("PLAN", PARTY, None)]


# What is said of them


def test_card_shows_label_source_score_and_buttons(window: Window) -> None:
    card = window.labels_sidebar.span_card
    assert card._words_label.text() == "6 suggestions left"
    assert card._about_label.text() == "Press \u2066Enter\u2069 for the next one."
    press(window, RETURN)
    assert (card._about_label.text(), card._source_label.text()) == ("Institution", "Names · 99%")
    press(window, Qt.Key.Key_F5)
    assert card._words_label.text() == DAY
    assert card._about_label.text() == "Date · \u20689 July 2024\u2069"
    assert card._source_label.text() == "Date rules · 99%"
    assumed = replace(window.suggestions.visible[1], assumed=True)
    card.show_selection(window.session.article, assumed, window.session.labels, "")
    assert card._about_label.text() == "Date · \u20689 July 2024 (partly assumed)\u2069"
    assert len(card._about_label.lines(card._about_label.width())) <= 2, "one line is left for the words"
    buttons = [button for button in card.findChildren(QPushButton) if button.isVisible()]
    assert [button.text().split("  ")[0] for button in buttons] == ["Accept", "Reject"]
    assert ["Enter" in buttons[0].text(), "Delete" in buttons[1].text()] == [True, True]
    QTest.mouseClick(buttons[1], LEFT)
    assert stored(window.session) == ([], [("DATE", DAY)])
    QTest.mouseClick(buttons[0], LEFT)
    assert stored(window.session)[0] == [("PLAN", PLAN, "names")]
    assert window.view.hasFocus()
    assert "4 suggestions left" in shown_text(window.status_line)


def test_edited_suggestion_loses_its_value(window: Window) -> None:
    press(window, RETURN, Qt.Key.Key_F5)
    press(window, Qt.Key.Key_Right, modifier=SHIFT)
    assert "9 July 2024" not in window.labels_sidebar.span_card._about_label.text()


def test_suggestions_are_hidden_and_shown_and_it_is_remembered(qtbot: QtBot, window: Window) -> None:
    press(window, RETURN)
    press(window, Qt.Key.Key_F4, modifier=SHIFT)
    assert window.view._marks.suggestions == ()
    assert current_words(window) == ""
    press(window, RETURN)
    assert message(window) == "Suggestions hidden"
    assert not settings.load().suggestions
    press(window, Qt.Key.Key_F4, modifier=SHIFT)
    assert len(window.view._marks.suggestions) == len(PROPOSED)
    assert settings.load().suggestions


# The thread


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("suggestions")]


def test_a_window_that_is_closed_leaves_no_thread(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggesting.AnnotatorSuggester, "suggest", lambda *_arguments: time.sleep(0.5))
    window.suggestions._start_request()
    assert threads()
    window.close()
    assert threads() == []
    window.session.undo()
    window.session.open_article(1)
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
