"""What stands beside the article: filter and counts, values and notes, the guideline."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from annotator import i18n
from annotator.model.records import DONE, FLAGGED, Note
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import Choice
from annotator.ui.widgets.theme import LIGHT, style_sheet
from annotator.ui.window import Window

Stretch = Callable[..., tuple[int, int]]
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def test_the_list_can_show_one_state_and_says_how_many_there_are(window: Window) -> None:
    side, session = window.articles_side, window.session
    session.set_state(FLAGGED)
    texts = [side.state.itemText(at) for at in range(side.state.count())]
    assert texts == ["All articles: 2", "new: 1", "in progress: 0", "done: 0", "skipped: 0", "flagged: 1"]
    side.state.setCurrentIndex(side.state.findData(FLAGGED))
    side.state.activated.emit(side.state.currentIndex())
    assert session.articles.numbers == [1]
    session.set_state(DONE)
    assert "1 of 2" in side._done.text()
    assert session.articles.numbers == [1]  # what is being worked on stays in the list until it is asked for anew
    session.choose(Choice())
    assert session.articles.numbers == [1, 2]
    assert side.state.currentData() is None


def test_the_list_of_a_field_opens_below_it_with_each_row_whole(window: Window, qtbot: QtBot) -> None:
    window.setStyleSheet(style_sheet(LIGHT))
    box = window.articles_side.state
    box.showPopup()
    rows = box.view()
    qtbot.waitUntil(rows.isVisible)
    last = rows.visualRect(rows.model().index(box.count() - 1, 0))
    assert last.bottom() <= rows.viewport().rect().bottom()
    assert rows.mapToGlobal(QPoint()).y() >= box.mapToGlobal(QPoint()).y() + box.height() - 1  # and not over the field
    box.hidePopup()


def test_a_value_and_a_note_are_typed_kept_and_undone(window: Window, stretch: Stretch) -> None:
    session, card = window.session, window.labels_side.card
    assert not card.value.isEnabled()
    session.tag("DATE", *stretch("09 يوليوز 2024"))
    QTest.keyClick(window.view, Qt.Key.Key_F2)
    assert card.value.hasFocus()
    QTest.keyClicks(card.value, "2024-07-09")
    QTest.keyClick(card.value, Qt.Key.Key_Return)
    assert window.view.hasFocus()
    QTest.keyClick(window.view, Qt.Key.Key_F2, SHIFT)
    QTest.keyClicks(card.note, "?")
    window.view.setFocus()  # leaving the line keeps it
    assert on_disk(window) == [("2024-07-09", "?")]
    QTest.keyClick(window.view, Qt.Key.Key_F2)
    QTest.keyClicks(card.value, "x")
    QTest.keyClick(card.value, Qt.Key.Key_Escape)
    assert on_disk(window) == [("2024-07-09", "?")]
    assert card.value.text() == "2024-07-09"
    QTest.keyClick(window.view, Qt.Key.Key_Z, CONTROL)
    assert on_disk(window) == [("2024-07-09", None)]


def test_what_is_being_typed_is_of_the_span_that_it_was_begun_for(window: Window, stretch: Stretch) -> None:
    session, card = window.session, window.labels_side.card
    session.tag("PLAN", *stretch("الخطة الوطنية"))
    session.tag("DATE", *stretch("أمس"))
    QTest.keyClick(window.view, Qt.Key.Key_F2)
    QTest.keyClicks(card.value, "2024-07-08")
    session.select(next(span for span in session.spans if span.label == "PLAN"))
    assert on_disk(window) == [("2024-07-08", None), (None, None)]
    assert card.value.text() == ""


def on_disk(window: Window) -> list[tuple[str | None, str | None]]:
    """Value and note of each span."""
    session = window.session
    assert session.corpus
    assert session.article
    with Corpus.open(session.corpus.path) as other:
        return [(span.value, span.note) for span in other.spans(session.article.uid)]


def test_a_note_on_the_article_is_seen_again(window: Window) -> None:
    session = window.session
    assert session.article
    assert window.note.isHidden()
    QTest.keyClick(window.view, Qt.Key.Key_F2, CONTROL)
    QTest.keyClicks(window.note, "ask Omar")
    QTest.keyClick(window.note, Qt.Key.Key_Return)
    assert session.note == Note(session.article.uid, "Sanae", "ask Omar")
    session.open_article(1)
    assert window.note.isHidden()
    session.open_article(0)
    assert window.note.text() == "ask Omar"
    assert window.note.isVisible()
    QTest.keyClick(window.view, Qt.Key.Key_Z, CONTROL)
    assert session.note is None
    assert window.note.isHidden()


def test_a_note_that_is_being_typed_is_of_the_article_that_it_was_begun_for(window: Window) -> None:
    session = window.session
    QTest.keyClick(window.view, Qt.Key.Key_F2, CONTROL)
    QTest.keyClicks(window.note, "first")
    session.open_article(1)
    assert session.note is None
    session.open_article(0)
    assert session.note
    assert session.note.text == "first"


def test_the_guideline_is_one_key_away_at_the_label_in_question(window: Window, stretch: Stretch, qtbot: QtBot) -> None:
    side = window.labels_side
    window.session.tag("PLAN", *stretch("الخطة الوطنية"))
    assert side.guide.isHidden()
    QTest.keyClick(window.view, Qt.Key.Key_F1, SHIFT)
    assert side.guide.isVisible()
    said = "\n".join(label.text() for label in side.guide.findChildren(QLabel))
    for label in window.session.labels.labels:
        assert label.shown() in said
        assert label.told().splitlines()[0].strip() in said
    qtbot.waitUntil(lambda: side.guide.verticalScrollBar().value() > 100)
    assert window.view.hasFocus()
    QTest.keyClick(window.view, Qt.Key.Key_F1, SHIFT)
    assert side.spans.isVisible()


def test_numbers_are_written_in_the_digits_of_choice_in_arabic_alone(window: Window) -> None:
    try:
        i18n.use_numerals("eastern")
        assert i18n.number(2030) == "2030"
        i18n.use("ar")
        assert i18n.number(2030) == "٢٠٣٠"
        window.articles_side._shown.clear()  # a window is made anew for other digits
        window.articles_side.show_counts()
        assert "٢" in window.articles_side._done.text()
    finally:
        i18n.use_numerals("western")
        i18n.use("en")
    assert i18n.number(2030) == "2030"
