"""A file that fails the session: a lock, a full disk, a stick that is pulled, a file that is moved. With real ones."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from file_states import open_beside
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot
from running import raising
from ui.inspection import Stretch, concerns, shown_text

from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.model.records import DONE, Step
from annotator.store import shared_memory
from annotator.store.corpus import Corpus
from annotator.store.database_files import wal_path
from annotator.store.errors import CorpusError, FullDisk, Unreachable
from annotator.store.write_check import WriteCheck
from annotator.ui.session import state
from annotator.ui.session.session import Session
from annotator.ui.window import Window

LARGE = "وزارة الصحة " * 400_000


def labels_on_disk(path: Path, number: int = 1) -> list[str]:
    with Corpus.open(path, readonly=True) as corpus:
        return [span.label for span in corpus.spans(corpus.article(number).uid, "Sanae")]


def trouble(window: Window) -> str:
    """Return what the window reports as wrong, while it does."""
    bar = window._central_widget.save_error_bar
    return bar.message_label.text() if bar.isVisible() else ""


def press(window: Window, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(window.view, key, modifiers)


# A lock


def test_locked_change_is_not_shown_and_saved_automatically_later(
    window: Window, corpus_path: Path, stretch: Stretch, holder: sqlite3.Connection, qtbot: QtBot
) -> None:
    session = window.session
    place = stretch("أمس")
    window.view.select(*place)
    press(window, Qt.Key.Key_1)
    assert "locked" in trouble(window)
    assert "not saved yet" in trouble(window)
    assert "not saved" in shown_text(window.status_line)
    assert (session.spans, session.selection) == ([], None)
    assert window.view.selection == place  # what is on the screen stays
    holder.execute("ROLLBACK")
    qtbot.waitUntil(lambda: bool(session.spans))
    assert labels_on_disk(corpus_path) == ["DATE"]
    assert trouble(window) == ""
    assert "Everything is saved" in shown_text(window.status_line)


def test_pending_change_is_written_on_closing(
    session: Session, corpus_path: Path, stretch: Stretch, holder: sqlite3.Connection
) -> None:
    assert not session.tag("DATE", *stretch("أمس"))
    holder.execute("ROLLBACK")
    session.close()
    assert labels_on_disk(corpus_path) == ["DATE"]


def test_rescue_copy_includes_the_pending_change(
    window: Window, corpus_path: Path, stretch: Stretch, holder: sqlite3.Connection, qtbot: QtBot
) -> None:
    window.session.tag("DATE", *stretch("أمس"))
    bar = window._central_widget.save_error_bar
    button = next(each for each in bar.findChildren(QPushButton) if each.text().startswith("Save a copy"))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window.tasks.is_busy  # a large copy is made beside the window
    qtbot.waitUntil(lambda: "rescued" in window.toast.message())
    [copy] = corpus_path.parent.glob("test rescued *.corpus")
    assert copy.name in window.toast.message()
    assert labels_on_disk(copy) == ["DATE"]
    holder.execute("ROLLBACK")


@pytest.mark.posix_only("Windows moves or deletes no file that is open")
def test_rescue_copy_works_for_a_deleted_file(window: Window, corpus_path: Path, stretch: Stretch) -> None:
    window.session.tag("DATE", *stretch("أمس"))
    for path in corpus_path.parent.glob("test.corpus*"):
        path.unlink()
    window.corpus_commands.rescue_copy()
    [copy] = corpus_path.parent.glob("test rescued *.corpus")
    assert labels_on_disk(copy) == ["DATE"]


@pytest.mark.posix_only("Windows deletes no file that is open")
@pytest.mark.parametrize("end", ["-wal", "-shm"])
def test_changes_after_deletion_of_a_wal_file_are_saved(
    session: Session, corpus_path: Path, stretch: Stretch, end: str
) -> None:
    session.tag("DATE", *stretch("أمس"))
    corpus_path.with_name(corpus_path.name + end).unlink()
    command = [sys.executable, "-m", "annotator", "list", str(corpus_path)]
    subprocess.run(command, check=False, capture_output=True)  # it makes a file of its own there, or cannot read
    session.tag("PLAN", *stretch("وزارة الصحة"))
    assert session.retry_save()
    assert sorted(labels_on_disk(corpus_path)) == ["DATE", "PLAN"]
    session.close()
    assert sorted(labels_on_disk(corpus_path)) == ["DATE", "PLAN"]


def test_saved_is_reported_only_after_read_back(
    session: Session, corpus_path: Path, stretch: Stretch, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert session.tag("DATE", *stretch("أمس"))
    commit = Corpus.apply

    def write_nowhere(corpus: Corpus, step: Step) -> None:
        commit(corpus, step)
        corpus.db.execute("DELETE FROM edit WHERE step = ?", (step.uid,))

    monkeypatch.setattr(Corpus, "apply", write_nowhere)
    assert not session.tag("PLAN", *stretch("وزارة الصحة"))
    assert "it is missing when the file is read back" in session.save_error
    assert session.pending_step
    assert [span.label for span in session.spans] == ["DATE"]


def test_step_that_was_written_before_its_error_is_shown_once(
    session: Session, stretch: Stretch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk may fail after the write, and the layer be read again before the step is retried."""

    assert session.tag("DATE", *stretch("أمس"))
    with monkeypatch.context() as patch:
        patch.setattr(WriteCheck, "verify_step", raising(Unreachable("gone")))
        assert not session.tag("PLAN", *stretch("وزارة الصحة"))
    session.reload()
    assert session.retry_save()
    assert sorted(span.label for span in session.spans) == ["DATE", "PLAN"]
    assert len(session.current.undoable) == 2


def test_change_that_could_not_be_read_back_is_shown_by_the_next_check(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures, notices = list[str](), list[str]()

    session.failed.connect(failures.append)
    session.notified.connect(notices.append)
    with monkeypatch.context() as patch:
        patch.setattr(state, "count_by_state", raising(CorpusError("unreadable")))
        assert session.set_state(DONE)  # it is on disk
    assert failures == ["unreadable"]
    assert session.article_state != DONE
    session.check_file()
    assert session.article_state == DONE
    assert session.counts[DONE] == 1
    assert notices == []


@pytest.mark.posix_only("Windows moves or deletes no file that is open")
def test_saved_is_never_reported_beside_an_error(window: Window, corpus_path: Path) -> None:
    assert "Everything is saved" in shown_text(window.status_line)
    shutil.rmtree(corpus_path.parent)
    window.session.check_file()
    assert trouble(window)
    assert "Everything is saved" not in shown_text(window.status_line)
    assert "Problem" in shown_text(window.status_line)


def test_checkpoint_error_is_shown_until_it_succeeds(
    window: Window, corpus_path: Path, stretch: Stretch, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorname = "SQLITE_FULL"

    with monkeypatch.context() as patch:
        patch.setattr("annotator.store.checkpoints._truncate_log", raising(full))
        assert window.session.tag("DATE", *stretch("أمس"))
        qtbot.waitUntil(lambda: "disk is full" in trouble(window))
        assert window.session.tag("PLAN", *stretch("وزارة الصحة"))
        assert "disk is full" in trouble(window)
        press(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        assert "Everything is saved" not in window.toast.message() + shown_text(window.status_line)
    qtbot.waitUntil(lambda: trouble(window) == "")
    copy = corpus_path.with_name("copy.corpus")
    shutil.copy(corpus_path, copy)
    assert sorted(labels_on_disk(copy)) == ["DATE", "PLAN"]


def test_no_change_overtakes_the_pending_one(
    session: Session, corpus_path: Path, stretch: Stretch, holder: sqlite3.Connection, qtbot: QtBot
) -> None:
    session.tag("DATE", *stretch("أمس"))
    with qtbot.waitSignal(session.failed) as notification:
        assert not session.tag("PLAN", *stretch("وزارة الصحة"))
    assert notification.args == ["The previous change is not saved yet."]
    assert not session.undo()
    holder.execute("ROLLBACK")
    # What a person meant before they saw what was saved is not done.
    assert not session.tag("DATE", *stretch("أمس"))
    assert labels_on_disk(corpus_path) == ["DATE"]
    assert session.tag("PLAN", *stretch("وزارة الصحة"))
    assert session.undo()
    assert session.undo()
    assert labels_on_disk(corpus_path) == []


def test_undo_discards_the_pending_change(
    window: Window, corpus_path: Path, stretch: Stretch, holder: sqlite3.Connection, qtbot: QtBot
) -> None:
    assert not window.session.undoable
    window.session.tag("DATE", *stretch("أمس"))
    press(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert (window.session.pending_step, trouble(window)) == (None, "")
    holder.execute("ROLLBACK")
    qtbot.wait(600)
    assert labels_on_disk(corpus_path) == []


def test_pending_change_is_saved_in_its_own_article(
    session: Session, corpus_path: Path, stretch: Stretch, holder: sqlite3.Connection
) -> None:
    place = stretch("أمس")
    session.tag("DATE", *place)
    session.open_article(1)
    holder.execute("ROLLBACK")
    assert session.retry_save()
    assert session.article
    assert (session.article.id, session.spans) == (2, [])
    assert (labels_on_disk(corpus_path), labels_on_disk(corpus_path, 2)) == (["DATE"], [])


def test_pending_change_that_became_invalid_is_reported_and_dropped(
    session: Session, corpus_path: Path, stretch: Stretch, qtbot: QtBot
) -> None:
    session.tag("DATE", *stretch("أمس"))
    [mine] = session.spans
    assert session.corpus
    session.corpus.set_busy_timeout(20)
    with Corpus.open(corpus_path) as other, other.transaction():
        assert not session.relabel(mine, "PLAN")
        other.db.execute("UPDATE span SET label = 'INSTITUTION' WHERE uid = ?", [mine.uid])
    with qtbot.waitSignal(session.failed) as notification:
        assert session.retry_save()
    assert "another window" in notification.args[0]
    assert [span.label for span in session.spans] == ["INSTITUTION"]
    assert (session.pending_step, session.save_error) == (None, "")


def test_step_written_before_a_disk_error_is_not_written_twice(
    session: Session, corpus_path: Path, stretch: Stretch, holder: sqlite3.Connection
) -> None:
    session.tag("DATE", *stretch("أمس"))
    assert session.pending_step
    holder.execute("ROLLBACK")
    with Corpus.open(corpus_path) as other:
        other.apply(session.pending_step)
    assert session.retry_save()
    assert [span.label for span in session.spans] == ["DATE"]
    assert len(session.undoable) == 1


def test_typed_text_is_dropped_with_the_discarded_change(window: Window, holder: sqlite3.Connection) -> None:
    window.action("edit_article_note").trigger()
    QTest.keyClicks(window.note_field, "held")
    QTest.keyClick(window.note_field, Qt.Key.Key_Return)
    session = window.session
    assert session.pending_step
    window.action("undo").trigger()
    assert (window.note_field.text(), window.session.pending_step) == ("", None)
    holder.execute("ROLLBACK")


@pytest.mark.parametrize("stays", [True, False])
def test_closing_asks_before_discarding_the_pending_change(
    window: Window, stretch: Stretch, holder: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, stays: bool
) -> None:
    questions: list[str] = []

    def answer(box: QMessageBox) -> int:
        questions.append(box.text())
        wanted = "Keep open" if stays else "Discard the change"
        next(button for button in box.buttons() if button.text() == wanted).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", answer)
    window.session.tag("DATE", *stretch("أمس"))
    window.close()
    assert len(questions) == 1
    assert "locked" in questions[0]
    assert window.isVisible() == stays
    assert (window.session.pending_step is not None) == stays
    holder.execute("ROLLBACK")
    window.close()
    assert len(questions) == 1
    assert not window.isVisible()


# A medium


def test_full_disk_is_reported_and_the_change_saved_later(stick: Path, qtbot: QtBot) -> None:
    session = Session("Sanae")
    session.open(Corpus.open(stick))
    assert session.article
    filler = stick.with_name("filler")
    filler.write_bytes(bytes(shutil.disk_usage(stick.parent).free))
    done = 0
    while session.tag("DATE", done, done + 4):
        done += 1
    assert "full" in session.save_error
    assert session.pending_step
    count = len(session.spans)
    filler.unlink()
    assert session.retry_save()
    assert len(session.spans) == count + 1
    session.close()
    with Corpus.open(stick) as corpus:
        assert len(corpus.spans(corpus.article(1).uid)) == count + 1
        assert corpus.fetch_tuples("PRAGMA integrity_check") == [("ok",)]


def test_failing_medium_is_reported_and_nothing_half_written(
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
    assert session.pending_step
    assert "test.corpus" in session.save_error
    assert [span.label for span in session.spans] == ["DATE"]
    assert session.retry_save()
    assert sorted(labels_on_disk(corpus_path)) == ["DATE", "PLAN"]


def test_removed_drive_is_reported_and_used_again_when_back(stick: Path, tmp_path: Path, qtbot: QtBot) -> None:
    session = Session("Sanae")
    session.open(Corpus.open(stick))
    assert session.tag("DATE", 0, 5)
    with Corpus.open(stick) as other:
        other.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    pulled = tmp_path / "kept"
    shutil.copytree(stick.parent, pulled)
    subprocess.run(["umount", "-l", stick.parent], check=True)
    with qtbot.waitSignal(session.changed, check_params_cb=concerns("save_error")):
        session.check_file()
    assert "moved or deleted" in session.save_error or "The file" in session.save_error
    assert not session.tag("PLAN", 0, 5)
    assert [span.label for span in session.spans] == ["DATE"]
    assert session.pending_step
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", stick.parent], check=True)
    for path in pulled.iterdir():
        shutil.copy(path, stick.parent)
    assert session.retry_save()
    assert session.save_error == ""
    assert sorted(labels_on_disk(stick)) == ["DATE", "PLAN"]
    assert session.undo()
    assert labels_on_disk(stick) == ["DATE"]
    session.close()


def test_wal_on_a_reinserted_drive_is_preserved(stick: Path, tmp_path: Path, qtbot: QtBot) -> None:
    session = Session("Sanae")
    session.open(Corpus.open(stick))
    assert session.tag("DATE", 0, 5)
    pulled = tmp_path / "kept"
    pulled.mkdir()
    for path in (stick, wal_path(stick)):
        shutil.copy(path, pulled)
    subprocess.run(["umount", "-l", stick.parent], check=True)
    session.check_file()
    assert session.save_error
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", stick.parent], check=True)
    for path in pulled.iterdir():
        shutil.copy(path, stick.parent)
    session.check_file()
    assert session.save_error == ""
    assert session.tag("PLAN", 6, 12)
    session.close()
    assert sorted(labels_on_disk(stick)) == ["DATE", "PLAN"]


# What others do


def test_changes_of_another_window_are_shown(window: Window, corpus_path: Path, stretch: Stretch, qtbot: QtBot) -> None:
    other = Session("Sanae")
    other.open(Corpus.open(corpus_path))
    other.tag("DATE", *stretch("أمس"))
    other.set_state(DONE)
    qtbot.waitUntil(lambda: [span.label for span in window.session.spans] == ["DATE"])
    qtbot.waitUntil(lambda: window.session.article_state == DONE)
    assert "another window" in window.toast.message()
    other.undo()
    other.undo()
    qtbot.waitUntil(lambda: window.session.spans == [])
    other.close()


def test_articles_imported_by_another_program_are_listed(window: Window, corpus_path: Path, qtbot: QtBot) -> None:
    with Corpus.open(corpus_path) as other:
        other.add(build_article("خبر ثالث عن وزارة العدل."))
    qtbot.waitUntil(lambda: len(window.session.articles) == 3)
    assert window.session.current_index() == 0


def test_article_imported_into_an_empty_corpus_is_opened(tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "empty.corpus"
    session = Session("Sanae")
    session.open(Corpus.create(path, default_labels()))
    with Corpus.open(path) as other:
        other.add(build_article("خبر أول عن وزارة العدل."))
    session.check_file()
    assert session.article
    session.close()


def test_own_changes_are_not_reported_as_anothers(session: Session, stretch: Stretch, qtbot: QtBot) -> None:
    session.tag("DATE", *stretch("أمس"))
    with qtbot.assertNotEmitted(session.changed):
        session.check_file()


def test_file_is_not_checked_while_a_dialog_is_open(window: Window, corpus_path: Path, qtbot: QtBot) -> None:
    box = QMessageBox(window)
    box.open()
    with Corpus.open(corpus_path) as other:
        other.add(build_article("خبر ثالث عن وزارة العدل."))
    qtbot.wait(1300)
    assert len(window.session.articles) == 2
    box.close()
    qtbot.waitUntil(lambda: len(window.session.articles) == 3)


def test_save_key_reports_the_save_state(window: Window, holder: sqlite3.Connection) -> None:
    press(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert window.toast.message() == "Everything is saved"
    window.session.tag("DATE", 0, 5)
    press(window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    is_told = bool(trouble(window))
    holder.execute("ROLLBACK")  # or the window would ask before it closes
    assert is_told


def test_corpus_on_a_network_drive_is_usable_and_announced(
    corpus_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_memory, "is_usable", lambda _folder: False)
    session = Session("Sanae")
    with qtbot.waitSignal(session.notified) as notification:
        session.open(Corpus.open(corpus_path))
    assert "test.corpus" in notification.args[0]
    assert "is on a network drive" in notification.args[0]
    assert session.tag("DATE", 0, 5)
    assert session.undo()
    assert session.redo()
    session.check_file()
    assert (session.save_error, session.pending_step) == ("", None)
    assert [each.name for each in corpus_path.parent.glob("test.corpus*")] == ["test.corpus"]
    session.close()
    assert labels_on_disk(corpus_path) == ["DATE"]


def test_checkpoint_error_stays_visible_during_tagging(session: Session, stretch: Stretch) -> None:
    file = session._file
    assert file
    file._checkpoint_reported.emit(file._checkpointer, FullDisk("The disk is full."))
    assert (session.pending_step, session.save_error) == (None, "The disk is full.")
    assert session.tag("DATE", *stretch("أمس"))
    assert session.save_error == "The disk is full."
    file._checkpoint_reported.emit(object(), None)
    assert session.save_error == "The disk is full.", "one of another corpus counts for nothing"
    file._checkpoint_reported.emit(file._checkpointer, None)
    assert session.save_error == ""


def test_saving_a_pending_change_is_reported(
    session: Session, stretch: Stretch, holder: sqlite3.Connection, qtbot: QtBot
) -> None:
    assert not session.tag("DATE", *stretch("أمس"))
    assert session.pending_step
    holder.execute("ROLLBACK")
    with qtbot.waitSignal(session.notified) as notified:
        assert session.retry_save()
    assert "saved" in notified.args[0]


def exchange_stick(path: Path, corpus: Path) -> None:
    """Pull the stick with the corpus at `path`, and put in another one with the file `corpus` at its place."""
    subprocess.run(["umount", "-l", path.parent], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", path.parent], check=True)
    shutil.copy(corpus, path)


def test_empty_corpus_on_a_reconnected_stick_is_continued(stick: Path, tmp_path: Path) -> None:
    path = stick.with_name("empty.corpus")
    Corpus.create(path, default_labels()).close()
    shutil.copy(path, tmp_path / "same.corpus")
    session = Session("Sanae")
    session.open(Corpus.open(path))
    exchange_stick(path, tmp_path / "same.corpus")
    session.check_file()
    assert session.save_error == ""
    session.close()


@pytest.mark.parametrize("has_spans", [False, True])
def test_another_corpus_on_a_reconnected_stick_is_refused_and_closed(
    stick: Path, tmp_path: Path, has_spans: bool
) -> None:
    session = Session("Sanae")
    session.open(Corpus.open(stick))
    assert not has_spans or session.tag("DATE", 0, 5)
    Corpus.create(tmp_path / "other.corpus", default_labels()).close()
    exchange_stick(stick, tmp_path / "other.corpus")
    session.check_file()
    assert session.save_error
    assert open_beside(stick) == []
    session.close()
