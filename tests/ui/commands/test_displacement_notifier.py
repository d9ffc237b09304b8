"""A corpus file that others rename, move, delete or replace while it is open: with real files, and a real window."""

import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, Event, Thread

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot
from ui.inspection import Stretch

from annotator import settings
from annotator.model.article_builder import build_article
from annotator.store.corpus import Corpus
from annotator.store.database_files import side_files, wal_path
from annotator.store.errors import CorpusError
from annotator.store.recovery.rescue import Displacement, FileChange, copy_to_safety
from annotator.ui.session.session import Session
from annotator.ui.window import Window

pytestmark = pytest.mark.posix_only("Windows renames, deletes or replaces no file that is open")


def labels_on_disk(path: Path) -> list[str]:
    with Corpus.open(path, readonly=True) as corpus:
        return sorted(span.label for span in corpus.spans(corpus.article(1).uid))


def is_sound(path: Path) -> bool:
    with Corpus.open(path, readonly=True) as corpus:
        return corpus.fetch_tuples("PRAGMA integrity_check") == [("ok",)]


def look(session: Session, qtbot: QtBot) -> Displacement:
    """Have the session look, and return what it finds out."""
    with qtbot.waitSignal(session.displaced) as displaced:
        session.check_file()
    [displacement] = displaced.args
    assert isinstance(displacement, Displacement)
    assert session.corpus
    assert displacement.current == session.corpus.path
    assert session.save_error == ""
    return displacement


@pytest.fixture
def other(corpus_path: Path, tmp_path: Path) -> Path:
    """Create the same corpus as another computer has it, with labels and an article of its own."""
    path = tmp_path / "elsewhere" / corpus_path.name
    path.parent.mkdir()
    shutil.copy(corpus_path, path)
    with Corpus.open(path) as corpus:
        article = corpus.article(1)
        session = Session("Other")
        session.open(corpus)
        session.tag("PLAN", 0, len(article.text.split("\n")[0]))
        session.close()
    with Corpus.open(path) as corpus:
        corpus.add(build_article("خبر من حاسوب آخر."))
    return path


@pytest.mark.parametrize("is_at_rest", [True, False])
def test_a_renamed_file_is_followed_with_every_step(
    session: Session, corpus_path: Path, stretch: Stretch, qtbot: QtBot, is_at_rest: bool
) -> None:
    assert session.tag("DATE", *stretch("أمس"))
    if is_at_rest:
        qtbot.waitUntil(lambda: not wal_path(corpus_path).stat().st_size)
    renamed = corpus_path.rename(corpus_path.with_name("جديد.corpus"))
    assert look(session, qtbot) == Displacement(FileChange.RENAMED, corpus_path, renamed)
    assert session.tag("PLAN", *stretch("وزارة الصحة"))
    assert not any(path.exists() for path in (corpus_path, *side_files(corpus_path)))
    session.close()
    assert labels_on_disk(renamed) == ["DATE", "PLAN"]


def test_a_change_finds_out_about_the_new_name_by_itself(
    session: Session, corpus_path: Path, stretch: Stretch, qtbot: QtBot
) -> None:
    assert session.tag("DATE", *stretch("أمس"))
    renamed = corpus_path.rename(corpus_path.with_name("جديد.corpus"))
    assert not session.tag("PLAN", *stretch("وزارة الصحة"))
    assert session.pending_step
    qtbot.waitUntil(lambda: session.pending_step is None)
    assert [span.label for span in session.spans] == ["PLAN", "DATE"]
    assert labels_on_disk(renamed) == ["DATE", "PLAN"]


@pytest.mark.parametrize("is_at_rest", [True, False])
@pytest.mark.parametrize("is_moved", [True, False])
def test_of_a_file_that_is_moved_away_or_deleted_a_copy_is_made_beside_its_place(
    session: Session, corpus_path: Path, stretch: Stretch, qtbot: QtBot, is_at_rest: bool, is_moved: bool
) -> None:
    assert session.tag("DATE", *stretch("أمس"))
    if is_at_rest:
        qtbot.waitUntil(lambda: not wal_path(corpus_path).stat().st_size)
    folder = corpus_path.parent / "bin"
    folder.mkdir()
    moved = corpus_path.rename(folder / corpus_path.name)
    if not is_moved:
        moved.unlink()
    displacement = look(session, qtbot)
    assert displacement.change is FileChange.DELETED
    assert displacement.current.parent == corpus_path.parent
    assert displacement.current.name.startswith("test rescued 2")
    assert session.tag("PLAN", *stretch("وزارة الصحة"))
    session.close()
    assert labels_on_disk(displacement.current) == ["DATE", "PLAN"]
    assert is_sound(displacement.current)
    if is_moved:
        assert labels_on_disk(moved) == ["DATE"]


@pytest.mark.parametrize("is_at_rest", [True, False])
@pytest.mark.parametrize("has_old_name", [True, False])
def test_two_files_are_never_mixed_where_one_takes_the_place_of_the_other(
    session: Session,
    corpus_path: Path,
    other: Path,
    stretch: Stretch,
    qtbot: QtBot,
    is_at_rest: bool,
    has_old_name: bool,
) -> None:
    assert session.tag("DATE", *stretch("أمس"))
    if is_at_rest:
        qtbot.waitUntil(lambda: not wal_path(corpus_path).stat().st_size)
    content = other.read_bytes()
    if has_old_name:  # as sync clients do it
        conflict = corpus_path.rename(corpus_path.with_name("test (conflicted copy).corpus"))
    other.replace(corpus_path)
    displacement = look(session, qtbot)
    assert displacement.change is FileChange.REPLACED
    if has_old_name:
        assert displacement.current == conflict
    assert session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    session.close()
    assert corpus_path.read_bytes() == content
    assert not any(path.exists() for path in side_files(corpus_path))
    assert labels_on_disk(displacement.current) == ["DATE", "INSTITUTION"]
    assert labels_on_disk(corpus_path) == ["PLAN"]
    assert is_sound(displacement.current)
    assert is_sound(corpus_path)


def test_no_log_is_left_beside_the_new_file_where_a_thread_was_reading(
    session: Session, corpus_path: Path, other: Path, stretch: Stretch, qtbot: QtBot
) -> None:
    """The next program to open the new file would read it through that log."""
    began = Event()

    def read() -> None:
        numbers = "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number) SELECT max(n) FROM number"
        with suppress(CorpusError), Corpus.open(corpus_path, readonly=True) as corpus, corpus.snapshot():
            corpus.fetch_tuples("SELECT count(*) FROM edit")
            began.set()
            corpus.fetch_tuples(numbers)  # until it is interrupted

    thread = Thread(target=read)
    thread.start()
    assert began.wait(10)
    assert session.tag("DATE", *stretch("أمس"))
    content = other.read_bytes()
    other.replace(corpus_path)
    displacement = look(session, qtbot)
    thread.join(10)
    session.close()
    assert not any(path.exists() for path in side_files(corpus_path))
    assert corpus_path.read_bytes() == content
    assert labels_on_disk(displacement.current) == ["DATE"]


def test_a_newer_version_that_holds_everything_is_gone_on_with(
    session: Session, corpus_path: Path, tmp_path: Path, stretch: Stretch, qtbot: QtBot
) -> None:
    assert session.tag("DATE", *stretch("أمس"))
    qtbot.waitUntil(lambda: not wal_path(corpus_path).stat().st_size)
    newer = tmp_path / "newer"
    shutil.copy(corpus_path, newer)
    with Corpus.open(newer) as corpus:
        corpus.add(build_article("خبر ثالث."))
    newer.replace(corpus_path)
    assert look(session, qtbot) == Displacement(FileChange.UPDATED, corpus_path, corpus_path)
    assert len(session.articles) == 3
    assert session.tag("PLAN", *stretch("وزارة الصحة"))
    session.close()
    assert labels_on_disk(corpus_path) == ["DATE", "PLAN"]
    assert list(corpus_path.parent.glob("*rescued*")) == []


def test_something_else_in_its_place_is_left_alone(
    session: Session, corpus_path: Path, stretch: Stretch, qtbot: QtBot
) -> None:
    assert session.tag("DATE", *stretch("أمس"))
    corpus_path.unlink()
    corpus_path.write_text("no corpus at all " * 20, encoding="utf-8")
    displacement = look(session, qtbot)
    assert displacement.change is FileChange.REPLACED
    assert labels_on_disk(displacement.current) == ["DATE"]
    assert corpus_path.read_text(encoding="utf-8") == "no corpus at all " * 20


def test_where_there_is_no_room_beside_it_the_copy_is_in_the_data_folder(stick: Path, qtbot: QtBot) -> None:
    session = Session("Sanae")
    session.open(Corpus.open(stick))
    assert session.tag("DATE", 0, 5)
    stick.with_name("filler").write_bytes(bytes(shutil.disk_usage(stick.parent).free))
    stick.unlink()
    displacement = look(session, qtbot)
    assert displacement.current.parent == settings.data_dir() / "rescued"
    assert session.tag("PLAN", 0, 5)
    session.close()
    assert labels_on_disk(displacement.current) == ["DATE", "PLAN"]


def test_where_no_copy_can_be_made_the_change_waits_and_it_is_tried_again(stick: Path, qtbot: QtBot) -> None:
    session = Session("Sanae")
    session.open(Corpus.open(stick))
    assert session.tag("DATE", 0, 5)
    filler = stick.with_name("filler")
    filler.write_bytes(bytes(shutil.disk_usage(stick.parent).free))
    no_folder = settings.data_dir() / "rescued"
    no_folder.parent.mkdir(parents=True, exist_ok=True)
    no_folder.touch()
    stick.unlink()
    session.check_file()
    assert session.save_error
    assert not session.tag("PLAN", 0, 5)
    filler.unlink()
    qtbot.waitUntil(lambda: session.pending_step is None)
    session.close()
    [copy] = stick.parent.glob("stick rescued *.corpus")
    assert labels_on_disk(copy) == ["DATE", "PLAN"]


LONG_NOTE = ("ملاحظة " * 6000).strip()


def fill_before_log_is_emptied(session: Session, stick: Path) -> Path:
    """Write a step that makes the file grow, and fill the disk while it is in the log alone; return the filler."""
    assert session.write_note(LONG_NOTE)
    filler = stick.with_name("filler")
    filler.write_bytes(bytes(shutil.disk_usage(stick.parent).free))
    return filler


def test_a_file_deleted_on_a_full_disk_is_copied_elsewhere_with_what_only_its_log_holds(
    stick: Path, qtbot: QtBot
) -> None:
    session = Session("Sanae")
    session.open(Corpus.open(stick))
    fill_before_log_is_emptied(session, stick)
    stick.unlink()
    displacement = look(session, qtbot)
    assert displacement.change is FileChange.DELETED
    assert displacement.current.parent == settings.data_dir() / "rescued"
    session.close()
    with Corpus.open(displacement.current) as corpus:
        note = corpus.note(corpus.article(1).uid, "Sanae")
        assert note
        assert note.text == LONG_NOTE


def test_a_file_renamed_on_a_full_disk_is_followed_with_its_log_once_there_is_room(stick: Path, qtbot: QtBot) -> None:
    session = Session("Sanae")
    session.open(Corpus.open(stick))
    filler = fill_before_log_is_emptied(session, stick)
    renamed = stick.rename(stick.with_name("renamed.corpus"))
    session.check_file()
    assert "disk is full" in session.save_error
    filler.unlink()
    assert look(session, qtbot).current == renamed
    session.close()
    with Corpus.open(renamed) as corpus:
        note = corpus.note(corpus.article(1).uid, "Sanae")
        assert note
        assert note.text == LONG_NOTE


# The log


def take_log_away(path: Path) -> None:
    """Open and close a corpus, as another program does that knows nothing of this one.

    Skip the test where SQLite notices that the log is in use, as that of Debian sid does.
    """
    script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT count(*) FROM edit'); c.close()"
    subprocess.run([sys.executable, "-c", script, path], check=True)
    if wal_path(path).exists():
        assert sqlite3.sqlite_version_info > (3, 46, 1), "that one deletes it, and older ones do"
        pytest.skip(f"SQLite {sqlite3.sqlite_version} does not delete the log of another process")


def open_elsewhere(path: Path) -> str:
    """Open and close a corpus in another process of this program; return what it says is wrong."""
    script = "import sys; from pathlib import Path; from annotator import i18n; i18n.set_language('en'); "
    script += "from annotator.store.corpus import Corpus; Corpus.open(Path(sys.argv[1])).close()"
    completed = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, encoding="utf-8")
    return completed.stderr


def test_no_other_process_of_the_program_reads_a_new_file_through_the_log_of_the_old_one(
    session: Session, corpus_path: Path, other: Path, stretch: Stretch, qtbot: QtBot
) -> None:
    assert session.tag("DATE", *stretch("أمس"))
    content = other.read_bytes()
    other.replace(corpus_path)
    assert "is locked by another program" in open_elsewhere(corpus_path)
    assert corpus_path.read_bytes() == content
    assert wal_path(corpus_path).exists()
    displacement = look(session, qtbot)
    session.close()
    assert labels_on_disk(displacement.current) == ["DATE"]
    assert open_elsewhere(corpus_path) == ""
    assert labels_on_disk(corpus_path) == ["PLAN"]


def test_no_other_process_of_the_program_takes_the_log_of_one_whose_locks_are_lost(
    session: Session, corpus_path: Path, stretch: Stretch
) -> None:
    assert session.tag("DATE", *stretch("أمس"))
    corpus_path.open("rb").close()  # POSIX takes all locks of the process from the file
    assert "is locked by another program" in open_elsewhere(corpus_path)
    assert wal_path(corpus_path).exists()
    assert session.tag("PLAN", *stretch("وزارة الصحة"))
    session.close()
    assert labels_on_disk(corpus_path) == ["DATE", "PLAN"]


def test_a_new_file_that_was_mixed_with_the_log_of_the_old_one_is_not_gone_on_with(
    session: Session, corpus_path: Path, tmp_path: Path, stretch: Stretch, qtbot: QtBot
) -> None:
    older = tmp_path / "older"
    shutil.copy(corpus_path, older)
    assert session.tag("DATE", *stretch("أمس"))
    qtbot.waitUntil(lambda: not wal_path(corpus_path).stat().st_size)
    assert session.write_note("note")  # the page of the log that lists all steps
    older.replace(corpus_path)
    take_log_away(corpus_path)  # by writing what is in it into the new file
    displacement = look(session, qtbot)
    assert displacement.change is FileChange.REPLACED
    session.close()
    assert labels_on_disk(displacement.current) == ["DATE"]


def test_a_newer_version_is_gone_on_with_once_the_other_window_has_let_go_of_the_old_one(
    session: Session, corpus_path: Path, tmp_path: Path, stretch: Stretch, qtbot: QtBot
) -> None:
    assert session.tag("DATE", *stretch("أمس"))
    qtbot.waitUntil(lambda: not wal_path(corpus_path).stat().st_size)
    script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); "
    script += "c.execute('SELECT count(*) FROM edit').fetchall(); print(flush=True); sys.stdin.read(); c.close()"
    command = [sys.executable, "-c", script, str(corpus_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        newer = tmp_path / "newer"
        shutil.copy(corpus_path, newer)
        newer.replace(corpus_path)
        session.check_file()
        assert "locked" in session.save_error
        assert not session.tag("PLAN", *stretch("وزارة الصحة"))
        assert session.pending_step
        holder.communicate()
    qtbot.waitUntil(lambda: session.pending_step is None)
    session.close()
    assert labels_on_disk(corpus_path) == ["DATE", "PLAN"]


def test_a_log_that_is_taken_away_is_noticed_before_anything_is_written_to_it(
    session: Session, corpus_path: Path, stretch: Stretch
) -> None:
    assert session.tag("DATE", *stretch("أمس"))
    corpus_path.open("rb").close()  # POSIX takes all locks of the process from the file
    take_log_away(corpus_path)
    session.tag("PLAN", *stretch("وزارة الصحة"))
    assert session.retry_save()
    assert sorted(span.label for span in session.spans) == ["DATE", "PLAN"]
    session.close()
    assert labels_on_disk(corpus_path) == ["DATE", "PLAN"]


def test_changes_by_the_program_that_deleted_the_log_are_shown(
    session: Session, corpus_path: Path, stretch: Stretch
) -> None:
    assert session.tag("DATE", *stretch("أمس"))
    assert session.corpus
    session.corpus.checkpoint()
    corpus_path.open("rb").close()  # POSIX takes all locks of the process from the file
    take_log_away(corpus_path)
    script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('DELETE FROM span'); c.commit()"
    subprocess.run([sys.executable, "-c", script, corpus_path], check=True)
    session.check_file()
    assert session.spans == []


def test_the_log_that_came_with_a_new_file_is_not_taken_away_with_the_old_one(
    session: Session, corpus_path: Path, other: Path, stretch: Stretch, qtbot: QtBot
) -> None:
    """A sync client may bring both, from a computer on which the program was killed."""
    script = "import os, sys; from pathlib import Path; from annotator.store.corpus import Corpus; "
    script += "from annotator.model.article_builder import build_article; "
    script += "Corpus.open(Path(sys.argv[1])).add(build_article('خبر')); os._exit(0)"
    subprocess.run([sys.executable, "-c", script, other], check=True)
    assert wal_path(other).stat().st_size
    assert session.tag("DATE", *stretch("أمس"))
    wal_path(other).replace(wal_path(corpus_path))
    other.replace(corpus_path)
    displacement = look(session, qtbot)
    session.close()
    assert labels_on_disk(displacement.current) == ["DATE"]
    with Corpus.open(corpus_path) as corpus:
        assert corpus.fetch_tuples("SELECT count(*) FROM article") == [(4,)]


def test_of_several_windows_each_makes_a_copy_of_its_own(corpus_path: Path) -> None:
    together = Barrier(4)

    def copy(_number: int) -> Path:
        with Corpus.open(corpus_path) as corpus:
            together.wait(10)
            return copy_to_safety(corpus)

    with ThreadPoolExecutor(4) as pool:
        copies = set(pool.map(copy, range(4)))
    assert len(copies) == 4
    assert all(is_sound(path) for path in copies)


# What is said


def box() -> QMessageBox:
    active = QApplication.activeModalWidget()
    assert isinstance(active, QMessageBox)
    return active


def test_a_new_name_is_told_shown_and_remembered(window: Window, corpus_path: Path, qtbot: QtBot) -> None:
    renamed = corpus_path.rename(corpus_path.with_name("جديد.corpus"))
    qtbot.waitUntil(lambda: "جديد" in window.windowTitle())
    assert "جديد.corpus" in window.toast.message()
    assert settings.load().last_corpus == str(renamed)


@pytest.mark.parametrize("button", ["Continue", "Open the other file"])
def test_a_person_is_asked_where_to_go_on_with_both_in_view(
    window: Window, corpus_path: Path, other: Path, stretch: Stretch, qtbot: QtBot, button: str
) -> None:
    assert window.session.tag("DATE", *stretch("أمس"))
    other.replace(corpus_path)
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox))
    assert window.session.corpus
    current = window.session.corpus.path
    text = box().text() + box().informativeText()
    assert "test.corpus" in text
    assert current.name in text
    assert settings.load().last_corpus == str(current)
    wanted = next(each for each in box().findChildren(QPushButton) if each.text() == button)
    QTest.mouseClick(wanted, Qt.MouseButton.LeftButton)
    expected = current if button == "Continue" else corpus_path
    qtbot.waitUntil(lambda: window.session.corpus is not None and window.session.corpus.path == expected)
    assert labels_on_disk(current) == ["DATE"]
    assert labels_on_disk(corpus_path) == ["PLAN"]
