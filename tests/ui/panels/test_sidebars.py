"""The sidebars: filter and counts, values and notes, the guidelines."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch, strip_isolates

from annotator import i18n
from annotator.model.records import DONE, FLAGGED, Note
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import ArticleFilter
from annotator.ui.widgets.theme import DARK, LIGHT, Theme, style_sheet
from annotator.ui.window import Window

SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def test_list_filters_by_state_and_shows_the_counts(window: Window) -> None:
    sidebar, session = window.articles_sidebar, window.session
    session.set_state(FLAGGED)
    texts = [sidebar.state_filter.itemText(index) for index in range(sidebar.state_filter.count())]
    assert texts == ["All articles: 2", "new: 1", "in progress: 0", "done: 0", "skipped: 0", "flagged: 1"]
    sidebar.state_filter.setCurrentIndex(sidebar.state_filter.findData(FLAGGED))
    sidebar.state_filter.activated.emit(sidebar.state_filter.currentIndex())
    assert session.articles.numbers == [1]
    session.set_state(DONE)
    assert "1 of 2" in sidebar._done_label.text()
    assert session.articles.numbers == [1]  # the open article stays in the list until the filter changes
    session.set_article_filter(ArticleFilter())
    assert session.articles.numbers == [1, 2]
    assert sidebar.state_filter.currentData() is None


class PaintCounter(QObject):
    """Counts the paint events of all widgets."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return super().eventFilter(watched, event)


def test_a_done_article_is_counted_without_painting_before_the_next_is_open(window: Window, qapp: QApplication) -> None:
    bar, counter = window.articles_sidebar._progress_bar, PaintCounter()
    qapp.processEvents()
    qapp.installEventFilter(counter)
    window.session.set_state(DONE)
    assert (bar.value(), counter.count) == (1, 0)
    qapp.processEvents()
    assert counter.count
    qapp.removeEventFilter(counter)


def test_popup_of_a_combo_box_opens_below_it_with_all_rows_visible(window: Window, qtbot: QtBot) -> None:
    window.setStyleSheet(style_sheet(LIGHT))
    box = window.articles_sidebar.state_filter
    box.showPopup()
    rows = box.view()
    qtbot.waitUntil(rows.isVisible)
    last = rows.visualRect(rows.model().index(box.count() - 1, 0))
    assert last.bottom() <= rows.viewport().rect().bottom()
    assert rows.mapToGlobal(QPoint()).y() >= box.mapToGlobal(QPoint()).y() + box.height() - 1
    box.hidePopup()


def test_value_and_note_are_saved_and_undone(window: Window, stretch: Stretch) -> None:
    session, card = window.session, window.labels_sidebar.span_card
    assert not card.value_field.isEnabled()
    session.tag("DATE", *stretch("09 يوليوز 2024"))
    QTest.keyClick(window.view, Qt.Key.Key_F2)
    assert card.value_field.hasFocus()
    QTest.keyClicks(card.value_field, "2024-07-09")
    QTest.keyClick(card.value_field, Qt.Key.Key_Return)
    assert window.view.hasFocus()
    QTest.keyClick(window.view, Qt.Key.Key_F2, SHIFT)
    QTest.keyClicks(card.note_field, "?")
    window.view.setFocus()  # saves the text
    assert on_disk(window) == [("2024-07-09", "?")]
    QTest.keyClick(window.view, Qt.Key.Key_F2)
    QTest.keyClicks(card.value_field, "x")
    QTest.keyClick(card.value_field, Qt.Key.Key_Escape)
    assert on_disk(window) == [("2024-07-09", "?")]
    assert card.value_field.text() == "2024-07-09"
    QTest.keyClick(window.view, Qt.Key.Key_Z, CONTROL)
    assert on_disk(window) == [("2024-07-09", None)]


def test_typed_value_belongs_to_the_span_it_was_typed_for(window: Window, stretch: Stretch) -> None:
    session, card = window.session, window.labels_sidebar.span_card
    session.tag("PLAN", *stretch("الخطة الوطنية"))
    session.tag("DATE", *stretch("أمس"))
    QTest.keyClick(window.view, Qt.Key.Key_F2)
    QTest.keyClicks(card.value_field, "2024-07-08")
    session.select(next(span for span in session.spans if span.label == "PLAN"))
    assert on_disk(window) == [("2024-07-08", None), (None, None)]
    assert card.value_field.text() == ""


def on_disk(window: Window) -> list[tuple[str | None, str | None]]:
    """Return the value and the note of each span as stored."""
    session = window.session
    assert session.corpus
    assert session.article
    with Corpus.open(session.corpus.path) as corpus:
        return [(span.value, span.note) for span in corpus.spans(session.article.uid)]


def test_article_note_is_shown_again_with_its_article(window: Window) -> None:
    session = window.session
    assert session.article
    assert window.note_field.isHidden()
    QTest.keyClick(window.view, Qt.Key.Key_F2, CONTROL)
    QTest.keyClicks(window.note_field, "ask Omar")
    QTest.keyClick(window.note_field, Qt.Key.Key_Return)
    assert session.note == Note(session.article.uid, "Sanae", "ask Omar")
    session.open_article(1)
    assert window.note_field.isHidden()
    session.open_article(0)
    assert window.note_field.text() == "ask Omar"
    assert window.note_field.isVisible()
    QTest.keyClick(window.view, Qt.Key.Key_Z, CONTROL)
    assert window.session.note is None
    assert window.note_field.isHidden()


def test_typed_note_belongs_to_the_article_it_was_typed_for(window: Window) -> None:
    session = window.session
    QTest.keyClick(window.view, Qt.Key.Key_F2, CONTROL)
    QTest.keyClicks(window.note_field, "first")
    session.open_article(1)
    assert window.session.note is None
    session.open_article(0)
    assert session.note
    assert session.note.text == "first"


def test_key_shows_the_guideline_of_the_selected_span(window: Window, stretch: Stretch, qtbot: QtBot) -> None:
    sheet = window.guideline_sheet
    window.session.tag("PLAN", *stretch("الخطة الوطنية"))
    assert not sheet.isVisible()
    QTest.keyClick(window.view, Qt.Key.Key_F1, SHIFT)
    assert sheet.isVisible()
    assert window.span_panel.isVisible()
    text = "\n".join(label.text() for label in sheet.findChildren(QLabel))
    for label in window.session.labels.labels:
        assert label.localised_title() in text
        assert label.localised_guideline().splitlines()[0].strip() in text
    qtbot.waitUntil(lambda: sheet.guidelines.verticalScrollBar().value() > 100)
    assert window.view.hasFocus()
    QTest.keyClick(window.view, Qt.Key.Key_F1, SHIFT)
    assert not sheet.isVisible()
    assert window.articles_sidebar.isVisible()


def test_click_beside_a_label_shows_its_guideline_and_tags_nothing(window: Window, qtbot: QtBot) -> None:
    plan = next(row for row in window.label_panel.rows if row.label.name == "PLAN")
    QTest.mouseClick(plan.guideline_button, Qt.MouseButton.LeftButton)
    assert window.guideline_sheet.isVisible()
    qtbot.waitUntil(lambda: window.guideline_sheet.guidelines.verticalScrollBar().value() > 100)
    assert (window.session.spans, window.tagging_commands.sticky) == ([], None)
    window.action("find_in_corpus").trigger()
    assert window.articles_sidebar.search_line.hasFocus(), "the articles are back where they are needed"


def test_tooltip_of_a_label_is_one_line_without_its_guideline(window: Window) -> None:
    for row in window.label_panel.rows:
        assert row.toolTip() == f"<p>{row.label.localised_title()} · key {row.label.key}</p>"


def test_lines_of_a_list_in_a_guideline_have_bullets(window: Window) -> None:
    window.action("toggle_guidelines").trigger()
    texts = [strip_isolates(label.text()) for label in window.guideline_sheet.findChildren(QLabel)]
    listed = [
        line.strip().removeprefix("- ")
        for label in window.session.labels.labels
        for line in label.localised_guideline().splitlines()
        if line.strip().startswith("- ")
    ]
    assert listed
    assert texts.count("•") == len(listed)
    assert set(listed) <= set(texts)


@pytest.mark.parametrize(("language", "example"), [("fr", "«\u00a0\u2068أمس\u2069\u00a0»"), ("ar", "«أمس»")])
def test_arabic_examples_keep_their_order_in_a_guideline(window: Window, language: str, example: str) -> None:
    i18n.set_language(language)
    window.action("toggle_guidelines").trigger()
    texts = [label.text() for label in window.guideline_sheet.findChildren(QLabel)]
    assert sum(example in text for text in texts) == 1


def test_guidelines_take_the_colours_of_another_theme(window: Window, set_theme: Callable[[Theme], None]) -> None:
    panel, label = window.guideline_sheet.guidelines, window.session.labels.labels[0]
    window.action("toggle_guidelines").trigger()
    for theme in (LIGHT, DARK, LIGHT):
        set_theme(theme)
        assert panel._headings[label.name].palette().windowText().color() == theme.line_colour(label)


def test_chosen_digits_apply_in_arabic_only(window: Window) -> None:
    try:
        i18n.set_numerals("eastern")
        assert i18n.format_number(2030) == "2030"
        i18n.set_language("ar")
        assert i18n.format_number(2030) == "٢٠٣٠"
        window.articles_sidebar._show_counts()  # a change of digits normally creates a new window
        assert "٢" in window.articles_sidebar._done_label.text()
    finally:
        i18n.set_numerals("western")
        i18n.set_language("en")
    assert i18n.format_number(2030) == "2030"
