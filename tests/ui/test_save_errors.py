"""A file that fails the session: a lock, a full disk, a stick that is pulled, a file that is moved. With real ones."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from annotator.model.article_builder import draft
from annotator.model.labels import default_labels
from annotator.model.records import DONE, Step
from annotator.store import shared_memory
from annotator.store.corpus import Corpus
from annotator.store.errors import FullDisk
from annotator.store.side_files import log_path
from annotator.ui.session.session import Session
from annotator.ui.window import Window

Stretch = Callable[..., tuple[int, int]]
LARGE = "وزارة الصحة " * 400_000


def labels_on_disk(path: Path, number: int = 1) -> list[str]:
    with Corpus.open(path, readonly=True) as corpus:
        return [span.label for span in corpus.spans(corpus.article(number).uid, "Sanae")]


@pytest.fixture
def holder(corpus_path: Path) -> Iterator[sqlite3.Connection]:
    """Another program, which keeps the corpus locked until it is rolled back."""
    made = sqlite3.connect(corpus_path, isolation_level=None)
    made.execute("BEGIN IMMEDIATE")
    yield made
    made.close()


def trouble(window: Window) -> str:
    """What the window says is wrong, while it says so."""
    bar = window._middle.trouble
    return bar.said() if bar.isVisible() else ""


def press(window: Window, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.view, key, modifiers)


# A lock


def test_what_waits_for_another_program_is_not_shown_and_comes_by_itself(
    window: Window, corpus_path: Path, stretch: Stretch, holder: sqlite3.Connection, qtbot: QtBot
) -> None:
    session = window.session
    place = stretch("أمس")
    window.view.select(*place)
    press(window, Qt.Key.Key_1)
    assert "locked" in trouble(window)
    assert "not saved yet" in trouble(window)
    assert "not saved yet" in window.status_line.state()
    assert (session.spans, session.selection) == ([], None)
    assert window.view.selection == place  # what is on the screen stays
    holder.execute("ROLLBACK")
    qtbot.waitUntil(lambda: bool(session.spans))
    assert labels_on_disk(corpus_path) == ["DATE"]
    assert trouble(window) == ""
    assert "Everything is saved" in window.status_line.state()


def test_what_waits_is_written_when_the_corpus_is_closed(
    session: Session, corpus_path: Path, stretch: Stretch, holder: sqlite3.Connection
) -> None:
    assert not session.tag("DATE", *stretch("أمس"))
    holder.execute("ROLLBACK")
    session.close()
    assert labels_on_disk(corpus_path) == ["DATE"]


def test_a_copy_of_everything_holds_what_waits_too(
    window: Window, corpus_path: Path, stretch: Stretch, holder: sqlite3.Connection, qtbot: QtBot
) -> None:
    window.session.tag("DATE", *stretch("أمس"))
    bar = window._middle.trouble
    button = next(each for each in bar.findChildren(QPushButton) if each.text().startswith("Keep a copy"))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.corpus_commands.background.busy  # a large copy is made beside the window
    qtbot.waitUntil(lambda: "rescued" in window.status_line.said())
    [copy] = corpus_path.parent.glob("test rescued *.corpus")
    assert copy.name in window.status_line.said()
    assert labels_on_disk(copy) == ["DATE"]
    holder.execute("ROLLBACK")


@pytest.mark.posix_only("Windows moves or deletes no file that is open")
def test_a_copy_of_everything_is_made_of_a_file_that_is_not_there_any_more(
    window: Window, corpus_path: Path, stretch: Stretch
) -> None:
    window.session.tag("DATE", *stretch("أمس"))
    for path in corpus_path.parent.glob("test.corpus*"):
        path.unlink()
    window.corpus_commands.rescue_copy()
    [copy] = corpus_path.parent.glob("test rescued *.corpus")
    assert labels_on_disk(copy) == ["DATE"]


@pytest.mark.posix_only("Windows deletes no file that is open")
@pytest.mark.parametrize("end", ["-wal", "-shm"])
def test_what_is_labelled_after_a_file_beside_the_corpus_was_taken_away_is_there(
    session: Session, corpus_path: Path, stretch: Stretch, end: str
) -> None:
    session.tag("DATE", *stretch("أمس"))
    corpus_path.with_name(corpus_path.name + end).unlink()
    command = [sys.executable, "-m", "annotator", "list", corpus_path]
    subprocess.run(command, check=False, capture_output=True)  # it makes a file of its own there, or cannot read
    session.tag("PLAN", *stretch("وزارة الصحة"))
    assert session.try_again()
    assert sorted(labels_on_disk(corpus_path)) == ["DATE", "PLAN"]
    session.close()
    assert sorted(labels_on_disk(corpus_path)) == ["DATE", "PLAN"]


def test_saved_is_said_only_of_what_another_connection_finds_in_the_file(
    session: Session, corpus_path: Path, stretch: Stretch, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert session.tag("DATE", *stretch("أمس"))
    commit = Corpus.apply

    def write_nowhere(corpus: Corpus, step: Step) -> None:
        commit(corpus, step)
        corpus._db.execute("DELETE FROM edit WHERE step = ?", (step.uid,))

    monkeypatch.setattr(Corpus, "apply", write_nowhere)
    assert not session.tag("PLAN", *stretch("وزارة الصحة"))
    assert "is not there when it is read again" in session.trouble
    assert session.waiting
    assert [span.label for span in session.spans] == ["DATE"]


@pytest.mark.posix_only("Windows moves or deletes no file that is open")
def test_saved_is_never_said_beside_an_error(window: Window, corpus_path: Path) -> None:
    assert "Everything is saved" in window.status_line.state()
    shutil.rmtree(corpus_path.parent)
    window.session.look()
    assert trouble(window)
    assert "Everything is saved" not in window.status_line.state()
    assert "wrong" in window.status_line.state()


def test_that_the_last_steps_cannot_be_brought_into_the_file_is_said_until_they_are(
    window: Window, corpus_path: Path, stretch: Stretch, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorname = "SQLITE_FULL"

    def fail(_connection: sqlite3.Connection, _kind: str) -> tuple[int, int, int]:
        raise full

    with monkeypatch.context() as patch:
        patch.setattr("annotator.store.safe_connection.checkpoint", fail)
        assert window.session.tag("DATE", *stretch("أمس"))
        qtbot.waitUntil(lambda: "disk is full" in trouble(window))
        assert window.session.tag("PLAN", *stretch("وزارة الصحة"))
        assert "disk is full" in trouble(window)
        press(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        assert "Everything is saved" not in window.status_line.said() + window.status_line.state()
    qtbot.waitUntil(lambda: trouble(window) == "")
    copy = corpus_path.with_name("copy.corpus")
    shutil.copy(corpus_path, copy)
    assert sorted(labels_on_disk(copy)) == ["DATE", "PLAN"]


def test_no_other_change_overtakes_the_one_that_waits(
    session: Session, corpus_path: Path, stretch: Stretch, holder: sqlite3.Connection, qtbot: QtBot
) -> None:
    session.tag("DATE", *stretch("أمس"))
    with qtbot.waitSignal(session.failed) as said:
        assert not session.tag("PLAN", *stretch("وزارة الصحة"))
    assert said.args == ["The change before this one is not saved yet."]
    assert not session.undo()
    holder.execute("ROLLBACK")
    # What a person meant before they saw what was saved is not done.
    assert not session.tag("DATE", *stretch("أمس"))
    assert labels_on_disk(corpus_path) == ["DATE"]
    assert session.tag("PLAN", *stretch("وزارة الصحة"))
    assert session.undo()
    assert session.undo()
    assert labels_on_disk(corpus_path) == []


def test_undo_gives_up_what_waits(
    window: Window, corpus_path: Path, stretch: Stretch, holder: sqlite3.Connection, qtbot: QtBot
) -> None:
    assert not window.session.undoable
    window.session.tag("DATE", *stretch("أمس"))
    press(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (window.session.waiting, trouble(window)) == (None, "")
    holder.execute("ROLLBACK")
    qtbot.wait(600)
    assert labels_on_disk(corpus_path) == []


def test_a_change_that_waits_is_made_in_its_own_article(
    session: Session, corpus_path: Path, stretch: Stretch, holder: sqlite3.Connection
) -> None:
    place = stretch("أمس")
    session.tag("DATE", *place)
    session.open_article(1)
    holder.execute("ROLLBACK")
    assert session.try_again()
    assert session.article
    assert (session.article.id, session.spans) == (2, [])
    assert (labels_on_disk(corpus_path), labels_on_disk(corpus_path, 2)) == (["DATE"], [])


def test_what_waits_and_others_made_impossible_is_said_and_gone(
    session: Session, corpus_path: Path, stretch: Stretch, qtbot: QtBot
) -> None:
    session.tag("DATE", *stretch("أمس"))
    [mine] = session.spans
    assert session.corpus
    session.corpus.hurry(20)
    with Corpus.open(corpus_path) as other, other.transaction():
        assert not session.relabel(mine, "PLAN")
        other._db.execute("UPDATE span SET label = 'INSTITUTION' WHERE uid = ?", [mine.uid])
    with qtbot.waitSignal(session.failed) as said:
        assert session.try_again()
    assert "another window" in said.args[0]
    assert [span.label for span in session.spans] == ["INSTITUTION"]
    assert (session.waiting, session.trouble) == (None, "")


def test_what_a_disk_had_written_before_it_failed_is_not_written_twice(
    session: Session, corpus_path: Path, stretch: Stretch, holder: sqlite3.Connection
) -> None:
    session.tag("DATE", *stretch("أمس"))
    assert session.waiting
    holder.execute("ROLLBACK")
    with Corpus.open(corpus_path) as other:
        other.apply(session.waiting)
    assert session.try_again()
    assert [span.label for span in session.spans] == ["DATE"]
    assert len(session.undoable) == 1


def test_what_was_typed_is_dropped_with_the_change_that_is_given_up(window: Window, holder: sqlite3.Connection) -> None:
    window.action("edit_article_note").trigger()
    QTest.keyClicks(window.note, "held")
    QTest.keyClick(window.note, Qt.Key.Key_Return)
    assert window.session.waiting
    window.action("undo").trigger()
    assert (window.note.text(), window.session.waiting) == ("", None)
    holder.execute("ROLLBACK")


@pytest.mark.parametrize("stays", [True, False])
def test_the_window_does_not_close_over_what_waits_unless_it_is_given_up(
    window: Window, stretch: Stretch, holder: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, stays: bool
) -> None:
    asked: list[str] = []

    def answer(box: QMessageBox) -> int:
        asked.append(box.text())
        wanted = "Stay" if stays else "Give the change up"
        next(button for button in box.buttons() if button.text() == wanted).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    window.session.tag("DATE", *stretch("أمس"))
    window.close()
    assert len(asked) == 1
    assert "locked" in asked[0]
    assert window.isVisible() == stays
    assert (window.session.waiting is not None) == stays
    holder.execute("ROLLBACK")
    window.close()
    assert len(asked) == 1
    assert not window.isVisible()


# A medium


def test_a_full_disk_is_said_and_what_waits_is_saved_when_there_is_room(stick: Path, qtbot: QtBot) -> None:
    session = Session("Sanae")
    session.open(Corpus.open(stick))
    assert session.article
    filler = stick.with_name("filler")
    filler.write_bytes(bytes(shutil.disk_usage(stick.parent).free))
    done = 0
    while session.tag("DATE", done, done + 4):
        done += 1
    assert "full" in session.trouble
    assert session.waiting
    shown = len(session.spans)
    filler.unlink()
    assert session.try_again()
    assert len(session.spans) == shown + 1
    session.close()
    with Corpus.open(stick) as corpus:
        assert len(corpus.spans(corpus.article(1).uid)) == shown + 1
        assert corpus.tuples("PRAGMA integrity_check") == [("ok",)]


def test_a_medium_that_fails_in_the_middle_is_said_and_nothing_is_half_there(
    session: Session, corpus_path: Path, stretch: Stretch
) -> None:
    resource = pytest.importorskip("resource", reason="the system has no limit on the size of files")
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    log = corpus_path.with_name(corpus_path.name + "-wal")
    session.tag("DATE", *stretch("أمس"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size + 500, hard))
    try:
        assert not session.tag("PLAN", *stretch("وزارة الصحة"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert session.waiting
    assert "test.corpus" in session.trouble
    assert [span.label for span in session.spans] == ["DATE"]
    assert session.try_again()
    assert sorted(labels_on_disk(corpus_path)) == ["DATE", "PLAN"]


def test_a_stick_that_is_pulled_is_said_at_once_and_gone_on_with_when_it_is_back(
    stick: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    session = Session("Sanae")
    session.open(Corpus.open(stick))
    assert session.tag("DATE", 0, 5)
    with Corpus.open(stick) as other:
        other._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = tmp_path / "kept"
    shutil.copytree(stick.parent, kept)
    subprocess.run(["umount", "-l", stick.parent], check=True)
    with qtbot.waitSignal(session.trouble_changed):
        session.look()
    assert "moved or deleted" in session.trouble or "There is no file" in session.trouble
    assert not session.tag("PLAN", 0, 5)
    assert [span.label for span in session.spans] == ["DATE"]
    assert session.waiting
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", stick.parent], check=True)
    for path in kept.iterdir():
        shutil.copy(path, stick.parent)
    assert session.try_again()
    assert session.trouble == ""
    assert sorted(labels_on_disk(stick)) == ["DATE", "PLAN"]
    assert session.undo()
    assert labels_on_disk(stick) == ["DATE"]
    session.close()


def test_the_log_on_a_stick_that_is_back_is_not_taken_away(stick: Path, tmp_path: Path, qtbot: QtBot) -> None:
    session = Session("Sanae")
    session.open(Corpus.open(stick))
    assert session.tag("DATE", 0, 5)
    kept = tmp_path / "kept"
    kept.mkdir()
    for path in (stick, log_path(stick)):
        shutil.copy(path, kept)
    subprocess.run(["umount", "-l", stick.parent], check=True)
    session.look()
    assert session.trouble
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", stick.parent], check=True)
    for path in kept.iterdir():
        shutil.copy(path, stick.parent)
    session.look()
    assert session.trouble == ""
    assert session.tag("PLAN", 6, 12)
    session.close()
    assert sorted(labels_on_disk(stick)) == ["DATE", "PLAN"]


# What others do


def test_what_another_window_does_shows_itself(
    window: Window, corpus_path: Path, stretch: Stretch, qtbot: QtBot
) -> None:
    other = Session("Sanae")
    other.open(Corpus.open(corpus_path))
    other.tag("DATE", *stretch("أمس"))
    other.set_state(DONE)
    qtbot.waitUntil(lambda: [span.label for span in window.session.spans] == ["DATE"])
    qtbot.waitUntil(lambda: window.session.state() == DONE)
    assert "another window" in window.status_line.said()
    other.undo()
    other.undo()
    qtbot.waitUntil(lambda: window.session.spans == [])
    other.close()


def test_articles_that_another_program_imports_come_into_the_list(
    window: Window, corpus_path: Path, qtbot: QtBot
) -> None:
    with Corpus.open(corpus_path) as other:
        other.add(draft("خبر ثالث عن وزارة العدل."))
    qtbot.waitUntil(lambda: len(window.session.articles) == 3)
    assert window.session.place() == 0


def test_articles_that_another_program_imports_into_an_empty_corpus_open(tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "empty.corpus"
    session = Session("Sanae")
    session.open(Corpus.create(path, default_labels()))
    with Corpus.open(path) as other:
        other.add(draft("خبر أول عن وزارة العدل."))
    session.look()
    assert session.article
    session.close()


def test_what_this_window_does_itself_is_not_told_as_anothers(session: Session, stretch: Stretch, qtbot: QtBot) -> None:
    session.tag("DATE", *stretch("أمس"))
    with qtbot.assertNotEmitted(session.layer_changed):
        session.look()


def test_nothing_is_looked_at_while_a_dialog_is_open(window: Window, corpus_path: Path, qtbot: QtBot) -> None:
    box = QMessageBox(window)
    box.open()
    with Corpus.open(corpus_path) as other:
        other.add(draft("خبر ثالث عن وزارة العدل."))
    qtbot.wait(1300)
    assert len(window.session.articles) == 2
    box.close()
    qtbot.waitUntil(lambda: len(window.session.articles) == 3)


def test_the_key_that_saves_elsewhere_says_how_things_are(window: Window, holder: sqlite3.Connection) -> None:
    press(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert window.status_line.said() == "Everything is saved"
    window.session.tag("DATE", 0, 5)
    press(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    is_told = bool(trouble(window))
    holder.execute("ROLLBACK")  # or the window would ask before it closes
    assert is_told


def test_a_corpus_on_a_network_drive_is_labelled_and_it_is_said_where_it_is(
    corpus_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_memory, "is_usable", lambda _folder: False)
    session = Session("Sanae")
    with qtbot.waitSignal(session.told) as said:
        session.open(Corpus.open(corpus_path))
    assert "test.corpus" in said.args[0]
    assert "is on a network drive" in said.args[0]
    assert session.tag("DATE", 0, 5)
    assert session.undo()
    assert session.redo()
    session.look()
    assert (session.trouble, session.waiting) == ("", None)
    assert [each.name for each in corpus_path.parent.glob("test.corpus*")] == ["test.corpus"]
    session.close()
    assert labels_on_disk(corpus_path) == ["DATE"]


def test_why_the_file_lacks_the_last_steps_is_told_until_it_has_them_whatever_is_labelled(
    session: Session, stretch: Stretch
) -> None:
    session._checkpoint_reported.emit(session._checkpointer, FullDisk("The disk is full."))
    assert (session.waiting, session.trouble) == (None, "The disk is full.")
    assert session.tag("DATE", *stretch("أمس"))
    assert session.trouble == "The disk is full."
    session._checkpoint_reported.emit(object(), None)
    assert session.trouble == "The disk is full.", "one of another corpus counts for nothing"
    session._checkpoint_reported.emit(session._checkpointer, None)
    assert session.trouble == ""
