"""What is typed about a span or an article: kept before anything else is done, for what it was typed about."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from annotator.model.records import DONE, FLAGGED
from annotator.store.corpus import Corpus
from annotator.ui.panels.span_card import Field
from annotator.ui.window import Window

Stretch = Callable[..., tuple[int, int]]
LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def locked(window: Window) -> Iterator[Callable[[], None]]:
    """Another program keeps the corpus locked until this is called."""
    assert window.session.corpus
    window.session.corpus._db.execute("PRAGMA busy_timeout = 30")
    holder = sqlite3.connect(window.session.corpus.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    yield holder.close
    holder.close()


def note(path: Path, number: int = 1, annotator: str = "Sanae") -> str | None:
    """The note on an article, on disk."""
    with Corpus.open(path) as corpus:
        found = corpus.note(corpus.article(number).uid, annotator)
    return found.text if found else None


def values(path: Path) -> dict[str, tuple[str | None, str | None]]:
    """The value and the note of the spans of the first article by their labels, on disk."""
    with Corpus.open(path) as corpus:
        found = corpus.spans(corpus.article(1).uid, "Sanae")
    return {span.label: (span.value, span.note) for span in found}


def button(window: Window, text: str) -> QPushButton:
    return next(one for one in window._middle.buttons if one.text() == text)


def click_span(window: Window, row: int) -> None:
    QTest.mouseClick(
        window.spans.viewport(), LEFT, pos=window.spans.visualRect(window.spans.model().index(row)).center()
    )


def press(window: Window, way: str) -> None:
    """Flag the article, by a button, by a key, or from a menu."""
    if way == "button":
        QTest.mouseClick(button(window, "Flag for a second look"), LEFT)
    elif way == "key":
        QTest.keyClick(window.note, Qt.Key.Key_M, CONTROL)
    else:
        window.action("flag").trigger()


def test_the_card_stays_as_high_as_it_is_whatever_is_selected(window: Window, stretch: Stretch) -> None:
    card, heights = window.labels_side.card, set()
    whole = (0, len(window.session.article.text)) if window.session.article else (0, 0)
    for place in (None, stretch("أمس"), whole):
        window.view.select(*place) if place else window.view.clear_selection()
        QApplication.processEvents()
        heights.add((card.height(), card.value.y()))
        if place:
            window.session.tag("DATE", *place)
            QApplication.processEvents()
            heights.add((card.height(), card.value.y()))
    assert len(heights) == 1


@pytest.mark.parametrize("way", ["button", "key", "menu"])
def test_a_note_that_is_being_typed_is_kept_before_a_state(window: Window, corpus_path: Path, way: str) -> None:
    window.action("edit_article_note").trigger()
    QTest.keyClicks(window.note, "twice")
    press(window, way)
    assert (window.session.state(), note(corpus_path), window.note.text()) == (FLAGGED, "twice", "twice")
    QTest.keyClicks(window.note, " said")
    QTest.keyClick(window.note, Qt.Key.Key_Return)
    assert note(corpus_path) == "twice said"
    assert window.view.hasFocus()


def test_a_note_that_is_being_typed_is_of_the_article_that_is_done(window: Window, corpus_path: Path) -> None:
    window.action("edit_article_note").trigger()
    QTest.keyClicks(window.note, "well")
    QTest.keyClick(window.note, Qt.Key.Key_Return, CONTROL)
    assert window.session.article
    assert window.session.article.id == 2
    assert (note(corpus_path, 1), note(corpus_path, 2)) == ("well", None)
    assert (window.note.text(), window.note.isVisible()) == ("", False)
    window.session.open_article(0)
    assert (window.session.state(), window.note.text()) == (DONE, "well")


def test_a_note_that_is_being_typed_is_the_annotators(window: Window, corpus_path: Path) -> None:
    window.action("edit_article_note").trigger()
    QTest.keyClicks(window.note, "mine")
    window.session.work_as("Omar")
    assert (note(corpus_path), note(corpus_path, annotator="Omar"), window.note.text()) == ("mine", None, "")


def test_a_note_that_is_being_typed_is_kept_when_the_window_closes(window: Window, corpus_path: Path) -> None:
    window.action("edit_article_note").trigger()
    QTest.keyClicks(window.note, "late")
    window.close()
    assert note(corpus_path) == "late"


def test_undo_takes_back_what_was_being_typed(window: Window, corpus_path: Path, stretch: Stretch) -> None:
    window.session.tag("DATE", *stretch("أمس"))
    window.action("edit_article_note").trigger()
    QTest.keyClicks(window.note, "hasty")
    QTest.mouseClick(button(window, "Undo"), LEFT)
    assert (note(corpus_path), window.note.text(), len(window.session.spans)) == (None, "", 1)
    QTest.mouseClick(button(window, "Redo"), LEFT)
    assert (note(corpus_path), window.note.text()) == ("hasty", "hasty")


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return])
def test_a_note_that_is_none_is_out_of_sight(window: Window, key: Qt.Key) -> None:
    window.action("edit_article_note").trigger()
    assert window.note.isVisible()
    QTest.keyClick(window.note, key)
    assert window.view.hasFocus()
    assert not window.note.isVisible()
    window.action("edit_article_note").trigger()
    QTest.mouseClick(window.view.viewport(), LEFT, pos=QPoint(5, 5))
    assert not window.note.isVisible()


def test_a_value_is_of_the_span_that_it_was_typed_for(window: Window, corpus_path: Path, stretch: Stretch) -> None:
    session, field = window.session, window.labels_side.card.value
    session.tag("DATE", *stretch("أمس"))
    session.tag("PLAN", *stretch("الأطفال"))
    window.action("edit_value").trigger()
    QTest.keyClicks(field, "2024")
    click_span(window, 0)
    assert values(corpus_path) == {"DATE": (None, None), "PLAN": ("2024", None)}
    assert session.selection
    assert session.selection.label == "DATE"  # the one that was clicked, and not the one that was described
    assert (field.text(), window.view.hasFocus()) == ("", True)
    QTest.keyClick(window.view, Qt.Key.Key_2)
    assert set(values(corpus_path)) == {"INSTITUTION", "PLAN"}


def test_a_value_that_is_being_typed_is_kept_before_its_span_changes(
    window: Window, corpus_path: Path, stretch: Stretch
) -> None:
    card = window.labels_side.card
    window.session.tag("PLAN", *stretch("الأطفال"))
    window.action("edit_value").trigger()
    QTest.keyClicks(card.value, "v")
    QTest.mouseClick(window.labels.rows()[0], LEFT)
    assert values(corpus_path) == {"DATE": ("v", None)}
    QTest.keyClick(card.value, Qt.Key.Key_Tab)
    QTest.keyClicks(card.note, "n")
    window.action("remove").trigger()
    assert values(corpus_path) == {}
    window.action("undo").trigger()
    assert values(corpus_path) == {"DATE": ("v", "n")}


def test_what_could_not_be_kept_is_still_there_to_be_kept(
    window: Window, corpus_path: Path, locked: Callable[[], None]
) -> None:
    window.action("edit_article_note").trigger()
    QTest.keyClicks(window.note, "held")
    QTest.keyClick(window.note, Qt.Key.Key_Return)
    assert "locked" in window._middle.trouble.said()
    assert (window.note.text(), window.note.hasFocus(), note(corpus_path)) == ("held", True, None)
    window.view.setFocus()
    assert (window.note.text(), window.note.isVisible()) == ("held", True)
    locked()
    window.action("zoom_reset").trigger()
    assert note(corpus_path) == "held"


def test_what_could_not_be_kept_is_kept_of_its_own_article(
    window: Window, corpus_path: Path, locked: Callable[[], None], qtbot: QtBot
) -> None:
    window.action("edit_article_note").trigger()
    QTest.keyClicks(window.note, "held")
    window.session.open_article(1)
    locked()
    assert window.note.text() == ""
    window.action("zoom_reset").trigger()
    qtbot.waitUntil(lambda: note(corpus_path, 1) == "held")
    assert note(corpus_path, 2) is None


class Keeper:
    """Keeps what is typed, and takes the keyboard away meanwhile."""

    def __init__(self, field: Field, other: QWidget) -> None:
        self.field, self.other = field, other
        self.texts: list[str] = []
        field.kept.connect(self.keep)

    def keep(self) -> None:
        self.texts.append(self.field.text())
        self.other.setFocus()
        self.field.show_text(self.field.text().strip(), 1)


def test_a_text_is_kept_once_and_shown_as_it_is_kept(window: Window) -> None:
    field = Field("Field", window)
    field.show()
    field.show_text("", 1)
    field.setFocus()
    keeper = Keeper(field, window.view)
    QTest.keyClicks(field, "a ")
    assert field.keep()
    assert (keeper.texts, field.text()) == (["a "], "a")
    field.show_text("b", 1)
    assert field.text() == "b"
    field.setText("c")
    field.show_text("d", 1)
    assert field.text() == "c"  # being typed
    field.show_text("e", 2)
    assert field.text() == "e"
