"""Backups in the window: made by themselves, looked into, restored; and what is offered for a damaged corpus."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from annotator import settings
from annotator.model import operations
from annotator.model.article_builder import draft
from annotator.model.records import Step, new_uid
from annotator.settings import Settings
from annotator.store import backups, restoring, verification
from annotator.store.corpus import Corpus, now
from annotator.ui import app
from annotator.ui.dialogs.backups import BackupsDialog
from annotator.ui.dialogs.recovery_result import BroughtBackDialog
from annotator.ui.session.maintenance_worker import Keeper
from annotator.ui.session.session import Session
from annotator.ui.window import Window


def answered(qtbot: QtBot, *answers: Callable[[QWidget], None]) -> list[str]:
    """Have each dialog that comes up answered in its turn; what they said."""
    waiting, said = list(answers), list[str]()

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        busy = isinstance(dialog, BackupsDialog) and dialog._background.busy
        if dialog and dialog.isVisible() and dialog.metaObject().className() != "QProgressDialog" and not busy:
            if not waiting:
                pytest.fail(f"not expected: {dialog.windowTitle()}")
            said.append(f"{dialog.text()} {dialog.informativeText()}" if isinstance(dialog, QMessageBox) else "")
            waiting.pop(0)(dialog)
        if waiting:
            QTimer.singleShot(20, look)

    QTimer.singleShot(20, look)
    return said


def press(words: str) -> Callable[[QWidget], None]:
    """Presses the dialog's button with these words on it."""

    def pressing(dialog: QWidget) -> None:
        [button] = [one for one in dialog.findChildren(QPushButton) if one.text().replace("&", "").startswith(words)]
        assert button.isEnabled()
        button.click()

    return pressing


def backed_up(path: Path) -> backups.Backup:
    for _count in backups.keep(path):
        pass
    return backups.backups(path)[0]


def tag(path: Path, start: int = 0, end: int = 5) -> None:
    with Corpus.open(path) as corpus:
        article = corpus.article(1)
        edits = operations.add(article, corpus.spans(article.uid), "Sanae", "PLAN", start, end)
        corpus.apply(Step(new_uid(), "Sanae", now(), "tag", tuple(edits)))


def broken(path: Path) -> bytes:
    db = sqlite3.connect(path)
    [[root]] = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'span'")
    db.close()
    data = bytearray(path.read_bytes())
    data[(root - 1) * 4096 : root * 4096] = b"\xa5" * 4096
    path.write_bytes(data)
    return bytes(data)


@pytest.fixture
def keeper(session: Session, monkeypatch: pytest.MonkeyPatch) -> Keeper:
    return Keeper(session)


def rest(qtbot: QtBot, keeper: Keeper) -> None:
    with qtbot.waitSignal(keeper.rested, timeout=10_000):
        keeper.look()


def test_a_backup_is_made_while_one_works_and_not_again_before_something_has_changed(
    qtbot: QtBot, keeper: Keeper, corpus_path: Path, session: Session
) -> None:
    rest(qtbot, keeper)
    [made] = backups.backups(corpus_path)
    with restoring.look(made.path) as held:
        assert restoring.contents(held).articles == 2
    made.path.rename(made.path.with_name("2024-01-01 10-00-00.corpus"))
    rest(qtbot, keeper)
    assert len(backups.backups(corpus_path)) == 1
    assert session.tag("PLAN", 0, 5)
    rest(qtbot, keeper)
    assert len(backups.backups(corpus_path)) == 2
    keeper.stop()


def test_what_keeps_a_backup_from_being_made_is_said_once(qtbot: QtBot, keeper: Keeper, session: Session) -> None:
    settings.data_dir().mkdir(parents=True)
    (settings.data_dir() / "backups").write_text("a file")
    said: list[str] = []
    session.failed.connect(said.append)
    for _time in range(2):
        rest(qtbot, keeper)
    assert len(said) == 1
    assert said[0].startswith("No backup could be made: ")
    assert session.tag("PLAN", 0, 5)


def test_a_large_corpus_that_is_damaged_is_told_once_it_is_open(
    qtbot: QtBot, session: Session, corpus_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "_CHECKED", 0)
    session.close()
    broken(corpus_path)
    keeper = Keeper(session)
    session.open(Corpus.open(corpus_path))
    with qtbot.waitSignal(keeper.damaged, timeout=10_000) as told:
        keeper.look()
    assert told.args[0] == str(corpus_path)
    assert "is damaged" in told.args[1]
    assert backups.backups(corpus_path) == []
    keeper.stop()


def test_a_backup_is_looked_into_and_takes_the_place_of_the_corpus(
    qtbot: QtBot, window: Window, session: Session, corpus_path: Path
) -> None:
    backed_up(corpus_path)
    assert session.tag("PLAN", 0, 5)
    assert len(session.spans) == 1
    seen = []

    def look(dialog: QWidget) -> None:
        assert isinstance(dialog, BackupsDialog)
        qtbot.waitUntil(lambda: dialog.articles.topLevelItemCount() == 2)
        seen.append(dialog.held.text())
        seen.append(dialog.articles.topLevelItem(1).text(0))
        press("Put it in the place")(dialog)

    said = answered(qtbot, look, press("Put it in its place"))
    window.action("show_backups").trigger()
    qtbot.waitUntil(lambda: not window.corpus_commands.background.busy and session.spans == [], timeout=10_000)
    assert "2 articles" in seen[0]
    assert "0 spans" in seen[0]
    assert "مدينة وجدة" in seen[1]
    assert str(corpus_path) in said[1]
    kept = backups.backups(corpus_path)
    assert {one.reason for one in kept} == {"", backups.BEFORE_RESTORE}
    assert session.corpus
    assert session.corpus.path == corpus_path
    answered(qtbot, press("Put it in the place"), press("Put it in its place"))
    window.action("show_backups").trigger()  # the newest is what it was before
    qtbot.waitUntil(lambda: len(session.spans) == 1, timeout=10_000)


def test_a_restore_that_one_thinks_better_of_changes_nothing(
    qtbot: QtBot, window: Window, session: Session, corpus_path: Path
) -> None:
    backed_up(corpus_path)
    assert session.tag("PLAN", 0, 5)
    answered(qtbot, press("Put it in the place"), press("Cancel"))
    window.action("show_backups").trigger()
    assert len(session.spans) == 1
    assert len(backups.backups(corpus_path)) == 1


def test_a_copy_of_a_backup_is_opened_beside_the_corpus(
    qtbot: QtBot, window: Window, session: Session, corpus_path: Path
) -> None:
    backed_up(corpus_path)
    assert session.tag("PLAN", 0, 5)
    answered(qtbot, press("Open a copy"))
    window.action("show_backups").trigger()
    qtbot.waitUntil(lambda: session.corpus is not None and session.corpus.path != corpus_path, timeout=10_000)
    assert session.spans == []
    assert session.corpus
    assert session.corpus.path.parent == corpus_path.parent
    with Corpus.open(corpus_path) as corpus:
        assert len(corpus.spans(corpus.article(1).uid)) == 1


def test_the_backups_can_be_left_while_one_is_looked_into(
    qtbot: QtBot, window: Window, corpus_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backed_up(corpus_path)
    gone = Event()

    def glimpse(path: Path, count: int) -> object:
        assert gone.wait(5)
        return restoring.glimpse(path, count)

    monkeypatch.setattr("annotator.ui.dialogs.backups.glimpse", glimpse)

    def leave() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, BackupsDialog)
        dialog.destroyed.connect(gone.set)
        dialog.reject()

    QTimer.singleShot(0, leave)
    window.action("show_backups").trigger()
    assert window.corpus_commands.background.busy
    qtbot.waitUntil(lambda: not window.corpus_commands.background.busy)
    assert gone.is_set()


def test_a_backup_is_made_when_it_is_asked_for(
    qtbot: QtBot, window: Window, session: Session, corpus_path: Path
) -> None:
    answered(qtbot, press("Make a backup now"))
    with qtbot.waitSignal(session.told, timeout=10_000):
        window.action("show_backups").trigger()
    assert len(backups.backups(corpus_path)) == 1


def test_a_backup_that_is_damaged_says_so_and_cannot_be_restored(
    qtbot: QtBot, window: Window, corpus_path: Path
) -> None:
    made = backed_up(corpus_path)
    broken(made.path)

    def look(dialog: QWidget) -> None:
        assert isinstance(dialog, BackupsDialog)
        qtbot.waitUntil(lambda: "damaged" in dialog.held.text())
        assert not dialog.restore.isEnabled()
        assert not dialog.copy.isEnabled()
        dialog.reject()

    answered(qtbot, look)
    window.action("show_backups").trigger()


def test_what_can_be_read_of_a_damaged_corpus_is_brought_back_and_opened(
    qtbot: QtBot, window: Window, session: Session, corpus_path: Path
) -> None:
    session.close()
    tag(corpus_path)
    data = broken(corpus_path)
    seen = []

    def look(dialog: QWidget) -> None:
        assert isinstance(dialog, BroughtBackDialog)
        seen.append(dialog.summary.text())
        dialog.reject()

    said = answered(qtbot, press("Bring back"), look)
    assert not window.corpus_commands.open_path(corpus_path)
    qtbot.waitUntil(lambda: bool(seen), timeout=10_000)
    assert "is damaged" in said[0]
    assert "2 articles" in seen[0]
    assert "1 span" in seen[0]
    assert session.corpus
    assert session.corpus.path.stem == "test brought back"
    assert len(session.spans) == 1
    assert corpus_path.read_bytes() == data


def test_a_backup_takes_the_place_of_a_damaged_corpus(
    qtbot: QtBot, window: Window, session: Session, corpus_path: Path
) -> None:
    session.close()
    backed_up(corpus_path)
    data = broken(corpus_path)
    answered(qtbot, press("Look at the backups"), press("Put it in the place"), press("Put it in its place"))
    assert not window.corpus_commands.open_path(corpus_path)
    qtbot.waitUntil(lambda: session.corpus is not None, timeout=10_000)
    assert session.corpus
    assert session.corpus.path == corpus_path
    [aside] = corpus_path.parent.glob("test damaged *.corpus")
    assert aside.read_bytes() == data


def test_a_damaged_corpus_can_be_left(qtbot: QtBot, window: Window, session: Session, corpus_path: Path) -> None:
    session.close()
    data = broken(corpus_path)
    answered(qtbot, press("Leave it"))
    assert not window.corpus_commands.open_path(corpus_path)
    assert session.corpus is None
    assert corpus_path.read_bytes() == data
    assert [path.name for path in corpus_path.parent.iterdir()] == [corpus_path.name]


def test_a_start_on_a_damaged_corpus_is_told_apart_from_one_that_cannot_be_opened(
    qtbot: QtBot, corpus_path: Path, tmp_path: Path
) -> None:
    from annotator.store.errors import Damaged

    broken(corpus_path)
    with pytest.raises(Damaged):
        app.starting_corpus(None, str(corpus_path))
    (tmp_path / "text").write_text("x" * 500)
    corpus, complaint = app.starting_corpus(None, str(tmp_path / "text"))
    assert "is not a corpus" in complaint
    corpus.close()


def test_the_desk_asks_when_the_open_corpus_is_found_to_be_damaged(
    qtbot: QtBot, corpus_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "_CHECKED", 0)
    broken(corpus_path)
    desk = app.Desk(app.application(), Settings(language="en"))
    qtbot.addWidget(desk.window)
    desk.work_at(Corpus.open(corpus_path))
    desk.show()
    said = answered(qtbot, press("Leave it"))
    desk.keeper.look()
    qtbot.waitUntil(lambda: bool(said), timeout=10_000)
    assert "is damaged" in said[0]
    assert desk.session.corpus
    desk.learner.stop()
    desk.keeper.stop()
    desk.window.close()
    desk.session.let_go()


def test_another_window_shows_what_was_restored_and_leaves_an_article_that_is_no_more(
    qtbot: QtBot, session: Session, corpus_path: Path
) -> None:
    made = backed_up(corpus_path)
    with Corpus.open(corpus_path) as corpus:
        corpus.add(draft("خبر ثالث عن وزارة العدل"))
    session.refresh()
    session.open_article(2)
    assert session.article
    assert session.article.text.startswith("خبر ثالث")
    assert session.tag("INSTITUTION", 9, 20)
    for _count in restoring.restore(corpus_path, made.path):
        pass
    session.look()
    assert len(session.articles) == 2
    assert session.article
    assert session.article.id in (1, 2)
    assert session.spans == []
    assert session.tag("PLAN", 0, 5)
