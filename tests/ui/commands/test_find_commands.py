"""Finding words in the article and in the corpus, and tagging them wherever they stand: in the real window."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from annotator.model.article_builder import draft
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import Choice
from annotator.ui.dialogs.occurrences import OccurrencesDialog
from annotator.ui.window import Window

Stretch = Callable[..., tuple[int, int]]
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
THIRD = """مجلس الحكومة يناقش القانون

قالت وزارة الصحة إن القانون جاهز، ورحبت بوزارة الصحة منظمات عدة. ولوزاره الصحه رأي آخر."""


@pytest.fixture
def third(window: Window) -> Window:
    assert window.session.corpus
    window.session.corpus.add(draft(THIRD))
    window.session.refresh()
    return window


def typed(line: QWidget, text: str) -> None:
    """As QTest.keyClicks, which knows no Arabic."""
    for letter in text:
        key = Qt.Key(ord(letter.upper()))
        QTest.sendKeyEvent(QTest.KeyAction.Click, line, key, letter, Qt.KeyboardModifier.NoModifier)


def words(window: Window) -> list[str]:
    """What the find bar has found."""
    assert window.session.article
    return [window.session.article.text[start:end] for start, end in window.find_bar.hits]


def test_hits_are_found_while_typing_and_gone_to(window: Window) -> None:
    QTest.keyClick(window.view, Qt.Key.Key_F, CONTROL)
    assert window.find_bar.line.hasFocus()
    typed(window.find_bar.line, "خطه")
    assert words(window) == ["خطة", "خطة"]
    assert window.view.offset() == window.find_bar.hits[0][0]
    QTest.keyClick(window.find_bar.line, Qt.Key.Key_Return)
    assert window.find_bar.current == window.find_bar.hits[1]
    assert window.view.caret.word
    assert window.view.caret.word.start <= window.find_bar.hits[1][0] < window.view.caret.word.end
    QTest.keyClick(window.find_bar.line, Qt.Key.Key_Return)
    assert window.find_bar.current == window.find_bar.hits[0]
    QTest.keyClick(window.find_bar.line, Qt.Key.Key_F3, SHIFT)
    assert window.find_bar.current == window.find_bar.hits[1]
    QTest.keyClick(window.find_bar.line, Qt.Key.Key_Escape)
    assert window.view.hasFocus()
    assert window.find_bar.hits == []
    assert window.find_bar.isHidden()


def test_digits_typed_into_the_line_tag_nothing(window: Window) -> None:
    QTest.keyClick(window.view, Qt.Key.Key_F, CONTROL)
    typed(window.find_bar.line, "2024")
    assert window.find_bar.line.text() == "2024"
    assert len(window.find_bar.hits) == 2
    assert window.session.spans == []


def test_what_is_selected_is_what_is_looked_for(window: Window, stretch: Stretch) -> None:
    window.view.select(*stretch("وزارة الصحة"))
    QTest.keyClick(window.view, Qt.Key.Key_F, CONTROL)
    assert window.find_bar.line.text() == "وزارة الصحة"
    assert len(window.find_bar.hits) == 2


def test_a_word_that_is_not_there_is_said(window: Window) -> None:
    window.find_bar.begin("زرافة")
    assert window.find_bar.hits == []
    assert "Not in this article" in window.find_bar.findChildren(type(window.find_bar._count))[0].text()


def test_the_list_shows_the_articles_that_hold_the_words(third: Window, qtbot: QtBot) -> None:
    session = third.session
    QTest.keyClick(third.view, Qt.Key.Key_F, CONTROL | SHIFT)
    with qtbot.waitSignal(session.articles_changed):
        typed(third.articles_side.search, "وزاره الصح")
    assert session.articles.numbers == [1, 3]
    with qtbot.waitSignal(session.articles_changed):
        typed(third.articles_side.search, "ة القانون")
    assert session.articles.numbers == []
    third.articles_side.search.setText("القانون")
    QTest.keyClick(third.articles_side.search, Qt.Key.Key_Return)
    assert session.article
    assert session.article.id == 3
    assert third.view.hasFocus()
    assert words(third) == ["القانون", "القانون"]
    assert third.view.offset() == third.find_bar.hits[0][0]
    with qtbot.waitSignal(session.articles_changed):
        third.articles_side.search.clear()
    assert session.articles.numbers == [1, 2, 3]
    assert third.find_bar.isHidden()


def test_the_row_of_an_article_that_was_found_shows_the_place(third: Window) -> None:
    third.session.choose(third.session.choice.__class__(words="القانون"))
    model = third.articles_side.articles.model()
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
            waits = not isinstance(opened, OccurrencesDialog) or opened._background.busy
            if waits or not opened.isActiveWindow():  # a busy X server gives the focus late
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
    """The texts of the spans of an article, on disk."""
    assert window.session.corpus
    with Corpus.open(window.session.corpus.path) as other:
        article = other.article(number)
        return [article.text[span.start : span.end] for span in other.spans(article.uid, "Sanae")]


def test_all_places_of_the_article_are_tagged_but_those_left_out(
    third: Window, dialog: Callable[..., None], stretch: Stretch
) -> None:
    third.session.open_number(3)
    third.session.tag("INSTITUTION", *stretch("وزارة الصحة"))

    def leave_one_out(opened: OccurrencesDialog) -> None:
        assert [hit.words for hit in opened.chosen()] == ["وزارة الصحة"]
        opened._taa.setChecked(True)
        assert [hit.words for hit in opened.chosen()] == ["وزارة الصحة", "وزاره الصحه"]
        opened.tree.setFocus()
        QTest.keyClick(opened.tree, Qt.Key.Key_Space)
        assert [hit.words for hit in opened.chosen()] == ["وزاره الصحه"]
        opened._go.click()

    dialog("tag_all_here", leave_one_out)
    assert tagged(third, 3) == ["وزارة الصحة", "وزاره الصحه"]
    third.action("undo").trigger()
    assert tagged(third, 3) == ["وزارة الصحة"]


def test_all_places_of_the_corpus_are_one_step_that_any_of_its_articles_undoes(
    third: Window, dialog: Callable[..., None], stretch: Stretch, qtbot: QtBot
) -> None:
    third.session.tag("INSTITUTION", *stretch("وزارة الصحة"))

    def accept(opened: OccurrencesDialog) -> None:
        assert [(hit.number, hit.words) for hit in opened.chosen()] == [(1, "وزارة الصحة"), *[(3, "وزارة الصحة")] * 2]
        opened._go.click()

    with qtbot.waitSignal(third.session.told):
        dialog("tag_all_corpus", accept)
    assert tagged(third, 1) == ["وزارة الصحة"] * 2
    assert tagged(third, 3) == ["وزارة الصحة"] * 2
    assert len(third.session.spans) == 2
    third.session.open_number(3)
    third.action("undo").trigger()
    assert (tagged(third, 1), tagged(third, 3)) == (["وزارة الصحة"], [])
    third.action("redo").trigger()
    assert (len(tagged(third, 1)), len(tagged(third, 3))) == (2, 2)


def test_what_may_be_another_word_is_shown_and_not_ticked(third: Window, dialog: Callable[..., None]) -> None:
    session = third.session
    assert session.corpus
    session.corpus.add(draft("زار الوفد جدة ثم وجدة وعاد إلى جدة."))
    session.refresh()
    session.open_number(4)
    assert session.article
    at = session.article.text.index("جدة")
    session.tag("INSTITUTION", at, at + 3)

    def look(opened: OccurrencesDialog) -> None:
        assert [(hit.before[-4:], hit.words) for hit in opened.chosen()] == [("إلى ", "جدة")]
        assert "may be another word" in opened._quiet.text()
        opened.reject()

    dialog("tag_all_here", look)


def test_without_a_span_it_is_said_that_one_is_needed(window: Window) -> None:
    window.action("tag_all_here").trigger()
    assert "Select a span first" in window.status_line.said()


def test_a_line_that_comes_back_finds_what_is_in_it(window: Window) -> None:
    QTest.keyClick(window.view, Qt.Key.Key_F, CONTROL)
    typed(window.find_bar.line, "خطة")
    QTest.keyClick(window.find_bar.line, Qt.Key.Key_Escape)
    window.action("find_next").trigger()
    assert words(window) == ["خطة", "خطة"]
    QTest.keyClick(window.find_bar.line, Qt.Key.Key_Return)
    assert window.find_bar.current in window.find_bar.hits


def test_a_search_marks_the_hits_in_the_article_that_is_open(window: Window) -> None:
    window.session.choose(Choice(words="خطة"))
    assert words(window) == ["خطة", "خطة"]
    assert list(window.view._hits) == window.find_bar.hits


@pytest.mark.parametrize("query", ["", "  ", "a.*(+?[\\\\", "و " * 5000, "ا" * 20000])
def test_any_query_will_do(window: Window, query: str) -> None:
    window.find_bar.begin()
    window.find_bar.line.setText(query)
    window.session.choose(Choice(words=query))
    assert words(window) == []


def test_a_hit_that_is_folded_away_is_unfolded(window: Window, stretch: Stretch) -> None:
    window.view.stand(stretch("أمس")[0])
    window.action("line_boilerplate").trigger()
    assert window.view.page().fold_of(stretch("الأطفال")[0])
    window.find_bar.begin("الأطفال")
    QTest.keyClick(window.find_bar.line, Qt.Key.Key_Return)
    assert window.view.page().fold_of(stretch("الأطفال")[0]) is None
    assert window.view.offset() == stretch("الأطفال")[0]


def test_places_in_other_articles_alone_are_taken_back_from_here(
    third: Window, dialog: Callable[..., None], stretch: Stretch, qtbot: QtBot
) -> None:
    session = third.session
    session.open_number(3)
    session.tag("PLAN", *stretch("القانون"))
    session.open_number(2)
    session.tag("PLAN", *stretch("وجدة"))
    session.corpus.add(draft("عاد القطار من وجدة"))

    def accept(opened: OccurrencesDialog) -> None:
        for row in opened._rows:
            if row.data(0, Qt.ItemDataRole.UserRole).number == 2:
                row.setCheckState(0, Qt.CheckState.Unchecked)
        opened._go.click()

    with qtbot.waitSignal(session.told):
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
        opened._go.click()
        opened._rows[-1].setCheckState(0, Qt.CheckState.Unchecked)
        assert not any(part.isEnabled() for part in (opened._go, opened._taa, opened._corpus))
        assert opened.tree.hasFocus()
        QTest.keyClick(opened.tree, Qt.Key.Key_Return)  # once more, in a hurry

    with qtbot.waitSignal(third.session.told) as said:
        dialog("tag_all_corpus", twice)
    assert said.args == ["3 places tagged in one step"]
    assert len(third.session.undoable) == steps + 1


def test_a_look_through_the_corpus_that_is_stopped_shows_the_article_again(
    third: Window, dialog: Callable[..., None], stretch: Stretch, qtbot: QtBot
) -> None:
    third.session.tag("INSTITUTION", *stretch("وزارة الصحة"))

    def stop(opened: OccurrencesDialog) -> None:
        opened.look_everywhere()
        opened.reject()  # once for what is at work
        qtbot.waitUntil(lambda: not opened._background.busy)
        assert opened.isVisible()
        assert not opened._corpus.isChecked()
        assert {row.data(0, Qt.ItemDataRole.UserRole).number for row in opened._rows} == {1}
        assert opened._go.isEnabled()
        opened.reject()

    dialog("tag_all_here", stop)


def test_where_nothing_can_be_written_all_of_it_waits(
    third: Window, dialog: Callable[..., None], stretch: Stretch, corpus_path: Path, qtbot: QtBot
) -> None:
    session = third.session
    assert session.corpus
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    session.corpus._db.execute("PRAGMA busy_timeout = 30")
    holder = sqlite3.connect(corpus_path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    def press(opened: OccurrencesDialog) -> None:
        opened._go.click()
        assert not opened.isVisible()

    dialog("tag_all_here", press)
    assert "locked" in session.trouble
    assert tagged(third, 1) == ["وزارة الصحة"]
    holder.close()
    qtbot.waitUntil(lambda: tagged(third, 1) == ["وزارة الصحة"] * 2)


def test_a_refusal_is_said_in_the_dialog(
    third: Window, dialog: Callable[..., None], stretch: Stretch, corpus_path: Path
) -> None:
    session = third.session
    assert session.corpus
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    session.corpus.hurry(30)
    holder = sqlite3.connect(corpus_path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert not session.tag("DATE", *stretch("أمس"))

    def refused(opened: OccurrencesDialog) -> None:
        opened._go.click()
        assert opened.isVisible()
        assert "not saved yet" in opened._quiet.text()
        opened.reject()

    dialog("tag_all_here", refused)
    holder.close()


def test_dialogs_are_gone_once_they_are_closed(third: Window, dialog: Callable[..., None], stretch: Stretch) -> None:
    third.session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    dialog("tag_all_here", OccurrencesDialog.reject)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert third.findChildren(OccurrencesDialog) == []
