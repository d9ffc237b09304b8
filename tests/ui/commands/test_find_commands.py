"""Finding words in the article and in the corpus, and tagging them wherever they stand: in the real window."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch, concerns

from annotator.model.article_builder import build_article
from annotator.model.records import Suggestion
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import ArticleFilter
from annotator.ui.dialogs import occurrences
from annotator.ui.dialogs.occurrences import OccurrencesDialog
from annotator.ui.session.notice import Notice
from annotator.ui.widgets.theme import DARK, LIGHT, Theme
from annotator.ui.window import Window

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
THIRD = """مجلس الحكومة يناقش القانون

قالت وزارة الصحة إن القانون جاهز، ورحبت بوزارة الصحة منظمات عدة. ولوزاره الصحه رأي آخر."""


@pytest.fixture
def third(window: Window) -> Window:
    assert window.session.corpus
    window.session.corpus.add(build_article(THIRD))
    window.session.reload_articles()
    return window


def typed(line: QWidget, text: str) -> None:
    """As QTest.keyClicks, which knows no Arabic."""
    for letter in text:
        key = Qt.Key(ord(letter.upper()))
        QTest.sendKeyEvent(QTest.KeyAction.Click, line, key, letter, Qt.KeyboardModifier.NoModifier)


def words(window: Window) -> list[str]:
    """Return what the find bar has found."""
    assert window.session.article
    return [window.session.article.text[start:end] for start, end in window.find_bar.hits]


def test_a_place_is_selected_where_it_is(third: Window, failures: list[str]) -> None:
    assert third.session.corpus
    uid = third.session.corpus.article(3).uid
    start = THIRD.index("وزارة الصحة")
    third.find_commands.show_place(f"{uid[:9]}@{start}-{start + 5}")
    assert third.session.article
    assert third.session.article.id == 3
    assert third.view.selection == (start, start + 5)
    assert third.view.is_in_view(start, start + 5)
    third.session.tag("INSTITUTION", start, start + 5)
    third.find_commands.show_place("1@0-3")
    third.find_commands.show_place(f"3@{start}-{start + 5}")
    assert third.session.selection
    assert third.session.selection.start == start
    assert failures == []


@pytest.mark.parametrize("place", ["3@4-4", "3@0-9999", f"3@{10**17}-{10**18 - 1}", "777@0-4", "abcdef@0-4"])
def test_a_place_that_is_not_there_is_an_error(third: Window, failures: list[str], place: str) -> None:
    third.find_commands.show_place(place)
    assert len(failures) == 1
    assert not third.view.selection


def test_matches_are_shown_while_typing(window: Window) -> None:
    QTest.keyClick(window.view, Qt.Key.Key_F, CONTROL)
    assert window.find_bar.search_line.hasFocus()
    typed(window.find_bar.search_line, "خطه")
    assert words(window) == ["خطة", "خطة"]
    assert window.view.current_offset() == window.find_bar.hits[0][0]
    QTest.keyClick(window.find_bar.search_line, Qt.Key.Key_Return)
    assert window.find_bar.current == window.find_bar.hits[1]
    assert window.view.caret.word
    assert window.view.caret.word.start <= window.find_bar.hits[1][0] < window.view.caret.word.end
    QTest.keyClick(window.find_bar.search_line, Qt.Key.Key_Return)
    assert window.find_bar.current == window.find_bar.hits[0]
    QTest.keyClick(window.find_bar.search_line, Qt.Key.Key_F3, SHIFT)
    assert window.find_bar.current == window.find_bar.hits[1]
    QTest.keyClick(window.find_bar.search_line, Qt.Key.Key_Escape)
    assert window.view.hasFocus()
    assert window.find_bar.hits == []
    assert window.find_bar.isHidden()


def test_icons_of_the_bar_have_the_colours_of_the_theme(window: Window, set_theme: Callable[[Theme], None]) -> None:
    bar = window.find_bar
    for first, second in ((LIGHT, DARK), (DARK, LIGHT)):
        set_theme(first)
        bar.start_search()
        for theme in (first, second):
            set_theme(theme)
            for button in bar._buttons:
                image = button.icon().pixmap(20, 20).toImage()
                pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
                assert {pixel.name() for pixel in pixels if pixel.alpha() == 255} == {theme.ink}
        bar.hide()


def test_digits_typed_into_the_line_tag_nothing(window: Window) -> None:
    QTest.keyClick(window.view, Qt.Key.Key_F, CONTROL)
    typed(window.find_bar.search_line, "2024")
    assert window.find_bar.search_line.text() == "2024"
    assert len(window.find_bar.hits) == 2
    assert window.session.spans == []


def test_selected_text_is_the_default_query(window: Window, stretch: Stretch) -> None:
    window.view.select(*stretch("وزارة الصحة"))
    QTest.keyClick(window.view, Qt.Key.Key_F, CONTROL)
    assert window.find_bar.search_line.text() == "وزارة الصحة"
    assert len(window.find_bar.hits) == 2


def test_missing_word_is_reported(window: Window) -> None:
    window.find_bar.start_search("زرافة")
    assert window.find_bar.hits == []
    assert "Not in this article" in window.find_bar.findChildren(type(window.find_bar._count_label))[0].text()


def test_the_list_shows_the_articles_that_hold_the_words(third: Window, qtbot: QtBot) -> None:
    session = third.session
    QTest.keyClick(third.view, Qt.Key.Key_F, CONTROL | SHIFT)
    with qtbot.waitSignal(session.changed, check_params_cb=concerns("articles")):
        typed(third.articles_sidebar.search_line, "وزاره الصح")
    assert session.articles.numbers == [1, 3]
    with qtbot.waitSignal(session.changed, check_params_cb=concerns("articles")):
        typed(third.articles_sidebar.search_line, "ة القانون")
    assert session.articles.numbers == []
    third.articles_sidebar.search_line.setText("القانون")
    QTest.keyClick(third.articles_sidebar.search_line, Qt.Key.Key_Return)
    assert session.article
    assert session.article.id == 3
    assert third.view.hasFocus()
    assert words(third) == ["القانون", "القانون"]
    assert third.view.current_offset() == third.find_bar.hits[0][0]
    with qtbot.waitSignal(session.changed, check_params_cb=concerns("articles")):
        third.articles_sidebar.search_line.clear()
    assert session.articles.numbers == [1, 2, 3]
    assert third.find_bar.isHidden()


def test_the_row_of_an_article_that_was_found_shows_the_place(third: Window) -> None:
    third.session.set_article_filter(third.session.article_filter.__class__(words="القانون"))
    model = third.articles_sidebar.article_list.model()
    text, start, end = model.data(model.index(0, 0), Qt.ItemDataRole.UserRole + 1)
    assert text[start:end] == "القانون"


@pytest.fixture
def dialog(third: Window, qtbot: QtBot) -> Iterator[Callable[[str, Callable[[OccurrencesDialog], None]], None]]:
    """Triggers an action that opens the dialog, and does something to it."""
    failures: list[BaseException] = []

    def shut(opened: OccurrencesDialog) -> None:
        opened.reject()  # or stop what is at work in it
        if opened.isVisible():
            QTimer.singleShot(20, lambda: shut(opened))

    def use(action: str, do: Callable[[OccurrencesDialog], None]) -> None:
        def then() -> None:
            opened = QApplication.activeModalWidget()
            if (
                not isinstance(opened, OccurrencesDialog)
                or opened._tasks.is_busy
                or not opened.isActiveWindow()  # a busy X server gives the focus late
            ):
                QTimer.singleShot(20, then)
                return
            try:
                do(opened)
            except BaseException as failure:
                failures.append(failure)
                shut(opened)

        QTimer.singleShot(0, then)
        third.action(action).trigger()

    yield use
    assert failures == []


def tagged(window: Window, number: int) -> list[str]:
    """Return the texts of the spans of an article, on disk."""
    assert window.session.corpus
    with Corpus.open(window.session.corpus.path) as other:
        article = other.article(number)
        return [article.text[span.start : span.end] for span in other.spans(article.uid, "Sanae")]


def test_all_places_of_the_article_are_tagged_but_those_left_out(
    third: Window, dialog: Callable[..., None], stretch: Stretch
) -> None:
    third.session.open_by_id(3)
    third.session.tag("INSTITUTION", *stretch("وزارة الصحة"))

    def leave_one_out(opened: OccurrencesDialog) -> None:
        assert [hit.words for hit in opened.ticked_occurrences()] == ["وزارة الصحة"]
        opened._taa_box.setChecked(True)
        assert [hit.words for hit in opened.ticked_occurrences()] == ["وزارة الصحة", "وزاره الصحه"]
        opened.tree.setFocus()
        QTest.keyClick(opened.tree, Qt.Key.Key_Space)
        assert [hit.words for hit in opened.ticked_occurrences()] == ["وزاره الصحه"]
        opened._tag_button.click()

    dialog("tag_all_here", leave_one_out)
    assert tagged(third, 3) == ["وزارة الصحة", "وزاره الصحه"]
    third.action("undo").trigger()
    assert tagged(third, 3) == ["وزارة الصحة"]


def test_all_places_of_the_corpus_are_one_step_that_any_of_its_articles_undoes(
    third: Window, dialog: Callable[..., None], stretch: Stretch, qtbot: QtBot
) -> None:
    third.session.tag("INSTITUTION", *stretch("وزارة الصحة"))

    def accept(opened: OccurrencesDialog) -> None:
        assert [(hit.number, hit.words) for hit in opened.ticked_occurrences()] == [
            (1, "وزارة الصحة"),
            *[(3, "وزارة الصحة")] * 2,
        ]
        opened._tag_button.click()

    with qtbot.waitSignal(third.session.announced):
        dialog("tag_all_corpus", accept)
    assert tagged(third, 1) == ["وزارة الصحة"] * 2
    assert tagged(third, 3) == ["وزارة الصحة"] * 2
    assert len(third.session.spans) == 2
    third.session.open_by_id(3)
    third.action("undo").trigger()
    assert (tagged(third, 1), tagged(third, 3)) == (["وزارة الصحة"], [])
    third.action("redo").trigger()
    assert (len(tagged(third, 1)), len(tagged(third, 3))) == (2, 2)


def test_uncertain_occurrence_is_shown_unticked(third: Window, dialog: Callable[..., None]) -> None:
    session = third.session
    assert session.corpus
    session.corpus.add(build_article("زار الوفد جدة ثم وجدة وعاد إلى جدة."))
    session.reload_articles()
    session.open_by_id(4)
    assert session.article
    start = session.article.text.index("جدة")
    session.tag("INSTITUTION", start, start + 3)

    def look(opened: OccurrencesDialog) -> None:
        assert [(hit.before[-4:], hit.words) for hit in opened.ticked_occurrences()] == [("إلى ", "جدة")]
        assert "may be another word" in opened._details_label.text()
        opened.reject()

    dialog("tag_all_here", look)


def test_an_occurrence_inside_a_longer_name_is_not_ticked(
    third: Window, dialog: Callable[..., None], stretch: Stretch
) -> None:
    session = third.session
    session.tag("INSTITUTION", *stretch("وزارة الصحة", 1))
    start, end = stretch("وزارة الصحة")
    third.suggestions.close()
    third.suggestions._set_undecided((Suggestion(start, end + 5, "INSTITUTION", "names", 0.9),))

    def look(opened: OccurrencesDialog) -> None:
        assert [hit.words for hit in opened.ticked_occurrences()] == []
        assert "1 is inside a longer name and is not ticked." in opened._details_label.text()
        [row] = [row for row in opened._rows if not row.isDisabled()]
        assert row.data(0, Qt.ItemDataRole.AccessibleDescriptionRole) == "Inside a longer name"
        opened.reject()

    dialog("tag_all_here", look)


def test_tagging_occurrences_without_a_span_reports_it(window: Window) -> None:
    window.action("tag_all_here").trigger()
    assert "Select a span first" in window.toast.message()


def test_a_line_that_comes_back_finds_what_is_in_it(window: Window) -> None:
    QTest.keyClick(window.view, Qt.Key.Key_F, CONTROL)
    typed(window.find_bar.search_line, "خطة")
    QTest.keyClick(window.find_bar.search_line, Qt.Key.Key_Escape)
    window.action("find_next").trigger()
    assert words(window) == ["خطة", "خطة"]
    QTest.keyClick(window.find_bar.search_line, Qt.Key.Key_Return)
    assert window.find_bar.current in window.find_bar.hits


def test_a_search_marks_the_hits_in_the_article_that_is_open(window: Window) -> None:
    window.session.set_article_filter(ArticleFilter(words="خطة"))
    assert words(window) == ["خطة", "خطة"]
    assert list(window.view._hits) == window.find_bar.hits


@pytest.mark.parametrize("query", ["", "  ", "a.*(+?[\\\\", "و " * 5000, "ا" * 20000])
def test_any_query_is_accepted(window: Window, query: str) -> None:
    window.find_bar.start_search()
    window.find_bar.search_line.setText(query)
    window.session.set_article_filter(ArticleFilter(words=query))
    assert words(window) == []


def test_a_hit_that_is_folded_away_is_unfolded(window: Window, stretch: Stretch) -> None:
    window.view.move_to(stretch("أمس")[0])
    window.action("line_boilerplate").trigger()
    assert window.view.page().fold_of(stretch("الأطفال")[0])
    window.find_bar.start_search("الأطفال")
    QTest.keyClick(window.find_bar.search_line, Qt.Key.Key_Return)
    assert window.view.page().fold_of(stretch("الأطفال")[0]) is None
    assert window.view.current_offset() == stretch("الأطفال")[0]


def test_places_in_other_articles_alone_are_taken_back_from_here(
    third: Window, dialog: Callable[..., None], stretch: Stretch, qtbot: QtBot
) -> None:
    session = third.session
    session.open_by_id(3)
    session.tag("PLAN", *stretch("القانون"))
    session.open_by_id(2)
    session.tag("PLAN", *stretch("وجدة"))
    assert session.corpus
    session.corpus.add(build_article("عاد القطار من وجدة"))

    def accept(opened: OccurrencesDialog) -> None:
        for row in opened._rows:
            if row.data(0, Qt.ItemDataRole.UserRole).number == 2:
                row.setCheckState(0, Qt.CheckState.Unchecked)
        opened._tag_button.click()

    with qtbot.waitSignal(session.announced):
        dialog("tag_all_corpus", accept)
    assert (tagged(third, 2), tagged(third, 4)) == (["وجدة"], ["وجدة"])
    third.action("undo").trigger()
    assert (tagged(third, 2), tagged(third, 4)) == (["وجدة"], [])
    third.action("redo").trigger()
    assert (tagged(third, 2), tagged(third, 4)) == (["وجدة"], ["وجدة"])


def test_nothing_else_can_be_asked_for_while_places_are_looked_for(
    third: Window, dialog: Callable[..., None], stretch: Stretch, qtbot: QtBot
) -> None:
    third.session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    steps = len(third.session.undoable)

    def twice(opened: OccurrencesDialog) -> None:
        opened._tag_button.click()
        opened._rows[-1].setCheckState(0, Qt.CheckState.Unchecked)
        assert not any(part.isEnabled() for part in (opened._tag_button, opened._taa_box, opened._corpus_box))
        assert opened.tree.hasFocus()
        QTest.keyClick(opened.tree, Qt.Key.Key_Return)  # once more, in a hurry

    with qtbot.waitSignal(third.session.announced) as announcement:
        dialog("tag_all_corpus", twice)
    assert announcement.args == [Notice("3 occurrences tagged in one step", is_undoable=True)]
    assert len(third.session.undoable) == steps + 1


def test_a_look_through_the_corpus_that_is_stopped_shows_the_article_again(
    third: Window,
    dialog: Callable[..., None],
    stretch: Stretch,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    third.session.tag("INSTITUTION", *stretch("وزارة الصحة"))

    def search_without_end(*_arguments: object, **_options: object) -> Iterator[tuple[int, int]]:
        while True:
            yield 0, 1
            time.sleep(0.01)

    monkeypatch.setattr(occurrences, "find_in_corpus", search_without_end)

    def stop(opened: OccurrencesDialog) -> None:
        opened.search_corpus()
        opened.reject()  # once for what is at work
        qtbot.waitUntil(lambda: not opened._tasks.is_busy)
        assert opened.isVisible()
        assert not opened._corpus_box.isChecked()
        assert {row.data(0, Qt.ItemDataRole.UserRole).number for row in opened._rows} == {1}
        assert opened._tag_button.isEnabled()
        opened.reject()

    dialog("tag_all_here", stop)


def test_tagging_occurrences_in_a_locked_corpus_stays_pending(
    third: Window, dialog: Callable[..., None], stretch: Stretch, corpus_path: Path, qtbot: QtBot
) -> None:
    session = third.session
    assert session.corpus
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    session.corpus.db.execute("PRAGMA busy_timeout = 30")
    holder = sqlite3.connect(corpus_path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    def press(opened: OccurrencesDialog) -> None:
        opened._tag_button.click()
        assert not opened.isVisible()

    dialog("tag_all_here", press)
    assert "locked" in session.save_error
    assert tagged(third, 1) == ["وزارة الصحة"]
    holder.close()
    qtbot.waitUntil(lambda: tagged(third, 1) == ["وزارة الصحة"] * 2)


def test_refused_change_is_reported_in_the_dialog(
    third: Window, dialog: Callable[..., None], stretch: Stretch, corpus_path: Path
) -> None:
    session = third.session
    assert session.corpus
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    session.corpus.set_busy_timeout(30)
    holder = sqlite3.connect(corpus_path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert not session.tag("DATE", *stretch("أمس"))

    def check_refusal(opened: OccurrencesDialog) -> None:
        opened._tag_button.click()
        assert opened.isVisible()
        assert "not saved yet" in opened._details_label.text()
        opened.reject()

    dialog("tag_all_here", check_refusal)
    holder.close()


def test_dialogs_are_gone_once_they_are_closed(third: Window, dialog: Callable[..., None], stretch: Stretch) -> None:
    third.session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    dialog("tag_all_here", OccurrencesDialog.reject)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert third.findChildren(OccurrencesDialog) == []
