"""Texts typed about a span or an article are saved before any other action, for what they were typed about."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch, label_texts

from annotator.model.records import DONE, FLAGGED
from annotator.store.corpus import Corpus
from annotator.ui.panels.autosave_field import AutosaveField
from annotator.ui.widgets.scrolling import FittingScrollArea
from annotator.ui.widgets.theme import LIGHT, Theme
from annotator.ui.window import Window

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def unlock(window: Window) -> Iterator[Callable[[], None]]:
    """Keep the corpus locked by another connection until this is called."""
    assert window.session.corpus
    window.session.corpus.db.execute("PRAGMA busy_timeout = 30")
    holder = sqlite3.connect(window.session.corpus.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    yield holder.close
    holder.close()


def note(path: Path, number: int = 1, annotator: str = "Sanae") -> str | None:
    """Return the stored note on an article."""
    with Corpus.open(path) as corpus:
        stored_note = corpus.note(corpus.article(number).uid, annotator)
    return stored_note.text if stored_note else None


def values(path: Path) -> dict[str, tuple[str | None, str | None]]:
    """Return the stored value and note of each span of the first article, by label."""
    with Corpus.open(path) as corpus:
        spans = corpus.spans(corpus.article(1).uid, "Sanae")
    return {span.label: (span.value, span.note) for span in spans}


def button(window: Window, text: str) -> QPushButton:
    return next(candidate for candidate in window._central_widget.buttons if candidate.text() == text)


def click_span(window: Window, row: int) -> None:
    QTest.mouseClick(
        window.span_panel.viewport(),
        LEFT,
        pos=window.span_panel.visualRect(window.span_panel.model().index(row, 0)).center(),
    )


def press(window: Window, trigger: str) -> None:
    """Flag the article by a button, a key or a menu."""
    if trigger == "button":
        QTest.mouseClick(button(window, "Flag for review"), LEFT)
    elif trigger == "key":
        QTest.keyClick(window.note_field, Qt.Key.Key_M, CONTROL)
    else:
        window.action("flag").trigger()


def test_selection_does_not_change_the_height_of_the_card(window: Window, stretch: Stretch) -> None:
    card, heights = window.labels_sidebar.span_card, set()
    whole_text = (0, len(window.session.article.text)) if window.session.article else (0, 0)
    for text_range in (None, stretch("أمس"), whole_text):
        window.view.select(*text_range) if text_range else window.view.clear_selection()
        QApplication.processEvents()
        heights.add((card.height(), card.value_field.y()))
        if text_range:
            window.session.tag("DATE", *text_range)
            QApplication.processEvents()
            heights.add((card.height(), card.value_field.y()))
    assert len(heights) == 1


def test_list_and_card_grow_with_the_text_and_still_fit(window: Window, stretch: Stretch, qtbot: QtBot) -> None:
    sidebar = window.labels_sidebar
    window.session.tag("DATE", *stretch("أمس"))
    index = sidebar.span_panel.model().index(0, 0)
    window.resize(1366, 768)

    def measure() -> tuple[int, int]:
        return sidebar.span_panel.visualRect(index).height(), sidebar.span_card._words_label.font().pixelSize()

    usual = measure()
    window.action("zoom_out").trigger()
    assert measure() == usual, "they stay legible"
    for _step in range(9):
        window.action("zoom_in").trigger()
    qtbot.waitUntil(lambda: measure() == (round(1.5 * usual[0]), round(1.5 * usual[1])))
    area = sidebar.findChild(FittingScrollArea)
    assert area
    for size in ((1366, 768), (1024, 600)):
        window.resize(*size)
        qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() == 0)
    window.action("zoom_reset").trigger()
    qtbot.waitUntil(lambda: measure() == usual)


@pytest.mark.parametrize("line_count", [1, 4, 9])
def test_card_with_a_note_needs_no_scrolling_on_a_small_screen(
    line_count: int, window: Window, stretch: Stretch, set_theme: Callable[[Theme], None]
) -> None:
    set_theme(LIGHT)
    window.resize(1024, 600)
    window.session.tag("DATE", *stretch("أمس"))
    window.session.describe(window.session.spans[0], "2024-07-08", "\n".join(["ask"] * line_count))
    for _turn in range(3):
        QApplication.processEvents()
    area = window.labels_sidebar.findChild(FittingScrollArea)
    assert area
    assert area.verticalScrollBar().maximum() == 0
    note = window.labels_sidebar.span_card.note_field
    assert note.viewport().height() >= min(line_count, 4) * note.fontMetrics().lineSpacing()


@pytest.mark.parametrize("trigger", ["button", "key", "menu"])
def test_typed_note_is_saved_before_the_state_changes(window: Window, corpus_path: Path, trigger: str) -> None:
    window.action("edit_article_note").trigger()
    QTest.keyClicks(window.note_field, "twice")
    press(window, trigger)
    assert (window.session.article_state, note(corpus_path), window.note_field.text()) == (FLAGGED, "twice", "twice")
    QTest.keyClicks(window.note_field, " said")
    QTest.keyClick(window.note_field, Qt.Key.Key_Return)
    assert note(corpus_path) == "twice said"
    assert window.view.hasFocus()


def test_typed_note_is_saved_for_the_article_marked_as_done(window: Window, corpus_path: Path) -> None:
    window.action("edit_article_note").trigger()
    QTest.keyClicks(window.note_field, "well")
    QTest.keyClick(window.note_field, Qt.Key.Key_Return, CONTROL)
    assert window.session.article
    assert window.session.article.id == 2
    assert (note(corpus_path, 1), note(corpus_path, 2)) == ("well", None)
    assert (window.note_field.text(), window.note_field.isVisible()) == ("", False)
    window.session.open_article(0)
    assert (window.session.article_state, window.note_field.text()) == (DONE, "well")


def test_typed_note_is_saved_for_its_annotator(window: Window, corpus_path: Path) -> None:
    window.action("edit_article_note").trigger()
    QTest.keyClicks(window.note_field, "mine")
    window.session.switch_annotator("Omar")
    assert (note(corpus_path), note(corpus_path, annotator="Omar"), window.note_field.text()) == ("mine", None, "")


def test_typed_note_is_saved_when_the_window_closes(window: Window, corpus_path: Path) -> None:
    window.action("edit_article_note").trigger()
    QTest.keyClicks(window.note_field, "late")
    window.close()
    assert note(corpus_path) == "late"


def test_undo_saves_and_reverts_the_typed_note(window: Window, corpus_path: Path, stretch: Stretch) -> None:
    window.session.tag("DATE", *stretch("أمس"))
    window.action("edit_article_note").trigger()
    QTest.keyClicks(window.note_field, "hasty")
    QTest.mouseClick(button(window, "Undo"), LEFT)
    assert (note(corpus_path), window.note_field.text(), len(window.session.spans)) == (None, "", 1)
    QTest.mouseClick(button(window, "Redo"), LEFT)
    assert (note(corpus_path), window.note_field.text()) == ("hasty", "hasty")


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_empty_note_is_hidden(window: Window, key: Qt.Key) -> None:
    window.action("edit_article_note").trigger()
    assert window.note_field.isVisible()
    QTest.keyClick(window.note_field, key)
    assert window.view.hasFocus()
    assert not window.note_field.isVisible()
    window.action("edit_article_note").trigger()
    QTest.mouseClick(window.view.viewport(), LEFT, pos=QPoint(5, 5))
    assert not window.note_field.isVisible()


def test_value_is_saved_for_its_span_when_another_is_clicked(
    window: Window, corpus_path: Path, stretch: Stretch
) -> None:
    session, field = window.session, window.labels_sidebar.span_card.value_field
    session.tag("DATE", *stretch("أمس"))
    session.tag("PLAN", *stretch("الأطفال"))
    window.action("edit_value").trigger()
    QTest.keyClicks(field, "2024")
    click_span(window, 0)
    assert values(corpus_path) == {"DATE": (None, None), "PLAN": ("2024", None)}
    assert session.selection
    assert session.selection.label == "DATE"  # the clicked span, not the edited one
    assert (field.text(), window.view.hasFocus()) == ("", True)
    QTest.keyClick(window.view, Qt.Key.Key_2)
    assert set(values(corpus_path)) == {"INSTITUTION", "PLAN"}


def test_typed_value_is_saved_before_its_span_changes(window: Window, corpus_path: Path, stretch: Stretch) -> None:
    card = window.labels_sidebar.span_card
    window.session.tag("PLAN", *stretch("الأطفال"))
    window.action("edit_value").trigger()
    QTest.keyClicks(card.value_field, "2024")
    QTest.mouseClick(window.label_panel.rows[0], LEFT)
    assert values(corpus_path) == {"DATE": ("2024", None)}
    QTest.keyClick(card.value_field, Qt.Key.Key_Tab)
    QTest.keyClicks(card.note_field, "n")
    window.action("remove").trigger()
    assert values(corpus_path) == {}
    window.action("undo").trigger()
    assert values(corpus_path) == {"DATE": ("2024", "n")}


def test_unsaved_note_stays_in_the_field_until_it_is_saved(
    window: Window, corpus_path: Path, unlock: Callable[[], None]
) -> None:
    window.action("edit_article_note").trigger()
    QTest.keyClicks(window.note_field, "held")
    QTest.keyClick(window.note_field, Qt.Key.Key_Return)
    assert "locked" in window._central_widget.save_error_bar.message_label.text()
    assert (window.note_field.text(), window.note_field.hasFocus(), note(corpus_path)) == ("held", True, None)
    window.view.setFocus()
    assert (window.note_field.text(), window.note_field.isVisible()) == ("held", True)
    unlock()
    window.action("zoom_reset").trigger()
    assert note(corpus_path) == "held"


def test_unsaved_note_is_saved_later_for_its_own_article(
    window: Window, corpus_path: Path, unlock: Callable[[], None], qtbot: QtBot
) -> None:
    window.action("edit_article_note").trigger()
    QTest.keyClicks(window.note_field, "held")
    window.session.open_article(1)
    unlock()
    assert window.note_field.text() == ""
    window.action("zoom_reset").trigger()
    qtbot.waitUntil(lambda: note(corpus_path, 1) == "held")
    assert note(corpus_path, 2) is None


class Saver:
    """Saves what is typed and moves the focus meanwhile."""

    def __init__(self, field: AutosaveField, other_widget: QWidget) -> None:
        self.field, self.other_widget = field, other_widget
        self.texts: list[str] = []
        field.commit_requested.connect(self.save)

    def save(self) -> None:
        self.texts.append(self.field.text())
        self.other_widget.setFocus()
        self.field.show_text(self.field.text().strip(), 1)


def test_text_is_saved_once_and_shown_as_saved(window: Window) -> None:
    field = AutosaveField("Field", window.session)
    field.setParent(window)
    field.show()
    field.show_text("", 1)
    field.setFocus()
    saver = Saver(field, window.view)
    QTest.keyClicks(field, "a ")
    assert field.commit()
    assert (saver.texts, field.text()) == (["a "], "a")
    field.show_text("b", 1)
    assert field.text() == "b"
    field.setText("c")
    field.show_text("d", 1)
    assert field.text() == "c"  # being typed
    field.show_text("e", 2)
    assert field.text() == "e"


def test_card_of_a_layer_that_is_only_looked_at_gives_no_advice_on_tagging(window: Window) -> None:
    card, session = window.labels_sidebar.span_card, window.session
    assert "Select some words, then press a label's key." in label_texts(card)
    session.switch_annotator("Omar", edits=False)
    texts = label_texts(card)
    assert "Nothing is selected" in texts
    assert "Select some words, then press a label's key." not in texts
    session.switch_annotator("Sanae")
    assert "Select some words, then press a label's key." in label_texts(card)
