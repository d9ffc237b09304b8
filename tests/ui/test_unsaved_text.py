"""What is being typed is kept, or asked about, whatever closes what it is typed into."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from builders import apply_edits
from PySide6.QtCore import QCoreApplication, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch

from annotator.model import operations
from annotator.store.corpus import Corpus
from annotator.ui import app
from annotator.ui.dialogs.annotators import AnnotatorsDialog
from annotator.ui.panels.autosave_field import Autosave
from annotator.ui.session.session import Session
from annotator.ui.widgets.modal import MessageBox
from annotator.ui.window import Window

pytestmark = pytest.mark.usefixtures("no_dialogs")
WORDS = "five minutes of work"


def note_on_disk(path: Path) -> str:
    with Corpus.open(path) as corpus:
        note = corpus.note(corpus.article(1).uid, "Sanae")
    return note.text if note else ""


def type_note(window: Window) -> None:
    window.action("edit_article_note").trigger()
    QTest.keyClicks(window.note_field, WORDS)


@pytest.fixture
def answers(no_dialogs: None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the buttons that are pressed next, "" for none; what was asked replaces them."""
    waiting: list[str] = []

    def answer(box: QMessageBox) -> int:
        wanted = waiting.pop(0)
        waiting.append(f"{box.text()} {box.informativeText()}")
        if wanted:
            next(button for button in box.buttons() if button.text() == wanted).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    return waiting


def drop(window: Window, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    copy, button, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(9, 9), copy, mime, button, none))
    QCoreApplication.processEvents()  # what follows a drop comes after its event


def close(window: Window, _other: Path) -> None:
    window.close()


def open_other(window: Window, other: Path) -> None:
    window.corpus_commands.open_path(other)


def choose_annotator(window: Window, _other: Path) -> None:
    window.annotator_commands.choose_annotator()


def show_backups(window: Window, _other: Path) -> None:
    window.backup_commands.show_backups()


WAYS = pytest.mark.parametrize("leave", [close, open_other, choose_annotator, show_backups])


@pytest.fixture
def other(corpus_path: Path) -> Path:
    path = corpus_path.with_name("other.corpus")
    with Corpus.open(corpus_path) as corpus:
        Corpus.create(path, corpus.labels()).close()
    return path


@WAYS
def test_closing_asks_about_typed_text_while_the_file_is_locked(
    window: Window,
    corpus_path: Path,
    other: Path,
    answers: list[str],
    holder: sqlite3.Connection,
    leave: Callable[[Window, Path], None],
) -> None:
    type_note(window)
    answers.append("Keep open")
    leave(window, other)
    assert "locked" in answers[0]
    assert WORDS in answers[0]
    assert (window.isVisible(), window.note_field.text()) == (True, WORDS)
    assert window.session.corpus
    assert window.session.corpus.path == corpus_path
    holder.execute("ROLLBACK")
    assert window.session.retry_save()
    assert note_on_disk(corpus_path) == WORDS


@WAYS
def test_closing_asks_about_typed_text_that_conflicts(
    window: Window, corpus_path: Path, other: Path, answers: list[str], leave: Callable[[Window, Path], None]
) -> None:
    type_note(window)
    with Corpus.open(corpus_path) as elsewhere:
        edits = operations.set_note(None, elsewhere.article(1), "Sanae", "another")
        apply_edits(elsewhere, edits, name="note")
    answers.append("Keep open")
    leave(window, other)
    assert answers == [f"What you typed could not be saved. What you typed is not saved yet: \u2068{WORDS}\u2069"]
    assert (window.isVisible(), window.note_field.text()) == (True, WORDS)
    leave_now = window.note_field.commit()  # what is there now has been seen
    assert leave_now
    assert note_on_disk(corpus_path) == WORDS


def test_discarded_text_is_not_asked_about_again(
    window: Window, corpus_path: Path, answers: list[str], holder: sqlite3.Connection
) -> None:
    type_note(window)
    answers.append("Discard the change")
    window.close()
    assert not window.isVisible()
    holder.execute("ROLLBACK")
    window.session.close()
    assert note_on_disk(corpus_path) == ""


def test_pending_change_and_typed_text_are_asked_about_together(
    window: Window, stretch: Stretch, answers: list[str], holder: sqlite3.Connection
) -> None:
    window.session.tag("DATE", *stretch("أمس"))
    type_note(window)
    answers.append("Discard the change")
    window.close()
    assert answers[0].endswith(
        f" Your last change is not saved yet, and neither is what you typed: \u2068{WORDS}\u2069"
    )
    assert not window.isVisible()


def test_damaged_corpus_is_not_closed_over_typed_text(
    window: Window, corpus_path: Path, answers: list[str], holder: sqlite3.Connection
) -> None:
    type_note(window)
    answers += ["Recover readable data", "Keep open"]
    window.backup_commands.offer_recovery(str(corpus_path), "it is damaged")
    assert WORDS in answers[1]
    assert window.session.corpus
    assert window.note_field.text() == WORDS


def test_closing_the_question_discards_nothing(
    window: Window, corpus_path: Path, answers: list[str], holder: sqlite3.Connection
) -> None:
    type_note(window)
    answers.append("")
    window.close()
    assert (window.isVisible(), window.note_field.text()) == (True, WORDS)
    holder.execute("ROLLBACK")
    assert window.session.retry_save()
    assert note_on_disk(corpus_path) == WORDS


@pytest.mark.parametrize("field", ["value", "note"])
def test_typed_span_text_is_saved_when_the_window_closes(
    window: Window, session: Session, corpus_path: Path, stretch: Stretch, field: str
) -> None:
    session.tag("PLAN", *stretch("أمس"))
    typing: Autosave = getattr(window.labels_sidebar.span_card, f"{field}_field")
    typing.start_editing()
    QTest.keyClicks(typing, WORDS)
    window.close()
    assert not window.isVisible()
    with Corpus.open(corpus_path) as corpus:
        [span] = corpus.spans(corpus.article(1).uid, "Sanae")
    assert getattr(span, field) == WORDS


def test_closing_asks_about_a_typed_value_that_is_no_date(
    window: Window, session: Session, corpus_path: Path, stretch: Stretch, answers: list[str]
) -> None:
    session.tag("DATE", *stretch("أمس"))
    field = window.labels_sidebar.span_card.value_field
    field.start_editing()
    QTest.keyClicks(field, WORDS)
    answers.append("Keep open")
    window.close()
    assert WORDS in answers[0]
    assert (window.isVisible(), field.text()) == (True, WORDS)
    answers[:] = ["Discard the change"]
    window.close()
    assert not window.isVisible()
    with Corpus.open(corpus_path) as corpus:
        [span] = corpus.spans(corpus.article(1).uid, "Sanae")
    assert span.value is None


def test_lost_text_of_a_removed_span_is_reported(
    window: Window, session: Session, corpus_path: Path, stretch: Stretch
) -> None:
    session.tag("DATE", *stretch("أمس"))
    typing = window.labels_sidebar.span_card.value_field
    typing.start_editing()
    QTest.keyClicks(typing, WORDS)
    with Corpus.open(corpus_path) as elsewhere:
        [span] = elsewhere.spans(elsewhere.article(1).uid, "Sanae")
        apply_edits(elsewhere, operations.remove_span(span), name="remove")
    session.open_relative(1)
    assert typing.text() == ""
    assert WORDS in window.toast.message()


def test_text_in_the_pending_change_is_not_reported_as_lost(
    window: Window, holder: sqlite3.Connection, corpus_path: Path
) -> None:
    type_note(window)
    window.session.open_relative(1)
    assert WORDS not in window.toast.message()
    holder.execute("ROLLBACK")
    assert window.session.retry_save()
    assert note_on_disk(corpus_path) == WORDS


def test_typed_text_is_saved_when_a_file_is_dropped(qtbot: QtBot, window: Window, corpus_path: Path) -> None:
    news = corpus_path.with_name("news.txt")
    news.write_text("خبر\nقالت الوزارة.", encoding="utf-8")
    type_note(window)
    drop(window, news)
    assert note_on_disk(corpus_path) == WORDS
    qtbot.waitUntil(lambda: len(window.session.articles) == 3)
    assert window.note_field.text() == WORDS


def test_changing_the_language_asks_about_typed_text(
    controller: app.ApplicationController, corpus_path: Path, answers: list[str], holder: sqlite3.Connection
) -> None:
    window = controller.window
    type_note(window)
    answers.append("Keep open")
    window.settings.save(language="fr")
    assert WORDS in answers[0]
    assert controller.window is window
    assert window.note_field.text() == WORDS
    holder.execute("ROLLBACK")
    window.settings.save(language="fr")
    assert controller.window.note_field.text() == WORDS
    assert note_on_disk(corpus_path) == WORDS


def test_text_discarded_for_another_language_is_gone(
    controller: app.ApplicationController, corpus_path: Path, answers: list[str], holder: sqlite3.Connection
) -> None:
    type_note(controller.window)
    answers.append("Discard the change")
    controller.window.settings.save(language="fr")
    assert WORDS in answers[0]
    assert controller.window.note_field.text() == ""
    holder.execute("ROLLBACK")
    assert note_on_disk(corpus_path) == ""


def test_switching_annotator_asks_about_typed_text(
    window: Window, monkeypatch: pytest.MonkeyPatch, corpus_path: Path
) -> None:
    def work_as_omar(dialog: AnnotatorsDialog) -> int:
        dialog.field.setText("Omar")
        dialog.action = "work"
        return 1

    monkeypatch.setattr(AnnotatorsDialog, "exec", work_as_omar)
    monkeypatch.setattr(MessageBox, "ask", lambda box: next(iter(box._buttons)))
    type_note(window)
    window.annotator_commands.choose_annotator()
    assert window.session.annotator == "Omar"
    assert window.note_field.text() == ""
    assert note_on_disk(corpus_path) == WORDS
