"""Backups in the window: made by themselves, looked into, restored; and what is offered for a damaged corpus."""

import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Event

import pytest
from builders import apply_edits
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QProgressDialog, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from ui.inspection import label_texts

from annotator import settings
from annotator.model import operations
from annotator.model.article_builder import build_article
from annotator.settings import Settings
from annotator.store import backups, restoring, verification
from annotator.store.corpus import Corpus
from annotator.ui import app
from annotator.ui.dialogs.backups import BackupsDialog
from annotator.ui.dialogs.results import RecoveryResultDialog
from annotator.ui.session.maintenance_worker import MaintenanceWorker
from annotator.ui.session.session import Session
from annotator.ui.widgets.file_facts import format_size, format_time
from annotator.ui.widgets.theme import LIGHT, Theme
from annotator.ui.window import Window


def answered(qtbot: QtBot, *answers: Callable[[QWidget], None]) -> list[str]:
    """Have each dialog that comes up answered in its turn; what they said."""
    waiting, texts = list(answers), list[str]()

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        busy = isinstance(dialog, BackupsDialog) and dialog._tasks.is_busy
        if dialog and dialog.isVisible() and not isinstance(dialog, QProgressDialog) and not busy:
            if not waiting:
                pytest.fail(f"not expected: {dialog.windowTitle()}")
            texts.append(f"{dialog.text()} {dialog.informativeText()}" if isinstance(dialog, QMessageBox) else "")
            waiting.pop(0)(dialog)
        if waiting:
            QTimer.singleShot(20, look)

    QTimer.singleShot(20, look)
    return texts


def press(words: str) -> Callable[[QWidget], None]:
    """Presses the dialog's button with these words on it."""

    def pressing(dialog: QWidget) -> None:
        [button] = [
            candidate
            for candidate in dialog.findChildren(QPushButton)
            if candidate.text().replace("&", "").startswith(words)
        ]
        assert button.isEnabled()
        button.click()

    return pressing


def backed_up(path: Path) -> backups.Backup:
    for _count in backups.create_backup(path):
        pass
    return backups.list_backups(path)[0]


def tag(path: Path, start: int = 0, end: int = 5) -> None:
    with Corpus.open(path) as corpus:
        article = corpus.article(1)
        edits = operations.add_span(article, corpus.spans(article.uid), "Sanae", "PLAN", start, end)
        apply_edits(corpus, edits)


def broken(path: Path) -> bytes:
    db = sqlite3.connect(path)
    [[root]] = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'span'")
    db.close()
    data = bytearray(path.read_bytes())
    data[(root - 1) * 4096 : root * 4096] = b"\xa5" * 4096
    path.write_bytes(data)
    return bytes(data)


@pytest.fixture
def maintenance(session: Session, monkeypatch: pytest.MonkeyPatch) -> MaintenanceWorker:
    return MaintenanceWorker(session)


def rest(qtbot: QtBot, maintenance: MaintenanceWorker) -> None:
    with qtbot.waitSignal(maintenance.tasks.finished):
        maintenance.run_now()


def test_backup_is_created_in_the_background_only_after_changes(
    qtbot: QtBot, maintenance: MaintenanceWorker, corpus_path: Path, session: Session
) -> None:
    rest(qtbot, maintenance)
    [backup] = backups.list_backups(corpus_path)
    with Corpus.open_backup(backup.path) as contents:
        assert restoring.read_contents(contents).articles == 2
    backup.path.rename(backup.path.with_name("2024-01-01 10-00-00.corpus"))
    rest(qtbot, maintenance)
    assert len(backups.list_backups(corpus_path)) == 1
    assert session.tag("PLAN", 0, 5)
    rest(qtbot, maintenance)
    assert len(backups.list_backups(corpus_path)) == 2
    maintenance.stop()


def test_backup_failure_is_reported_once(qtbot: QtBot, maintenance: MaintenanceWorker, session: Session) -> None:
    settings.data_dir().mkdir(parents=True, exist_ok=True)
    (settings.data_dir() / "backups").write_text("a file")
    failures: list[str] = []
    session.failed.connect(failures.append)
    for _time in range(2):
        rest(qtbot, maintenance)
    assert len(failures) == 1
    assert failures[0].startswith("The backup failed: ")
    assert session.tag("PLAN", 0, 5)


def test_maintenance_reports_damage_of_a_large_corpus(
    qtbot: QtBot, session: Session, corpus_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "_MAX_CHECKED_SIZE", 0)
    session.close()
    broken(corpus_path)
    maintenance = MaintenanceWorker(session)
    session.open(Corpus.open(corpus_path))
    with qtbot.waitSignal(maintenance.damaged) as damage:
        maintenance.run_now()
    assert damage.args[0] == str(corpus_path)
    assert "is damaged" in damage.args[1]
    assert backups.list_backups(corpus_path) == []
    maintenance.stop()


def test_backup_is_previewed_and_restored(qtbot: QtBot, window: Window, session: Session, corpus_path: Path) -> None:
    backed_up(corpus_path)
    assert session.tag("PLAN", 0, 5)
    assert len(session.spans) == 1
    seen = []

    def look(dialog: QWidget) -> None:
        assert isinstance(dialog, BackupsDialog)
        qtbot.waitUntil(lambda: dialog.article_list.topLevelItemCount() == 2)
        seen.append(dialog.summary.text())
        second = dialog.article_list.topLevelItem(1)
        assert second
        seen.append(second.text(0))
        press("Restore…")(dialog)

    texts = answered(qtbot, look, press("Restore"))
    window.action("show_backups").trigger()
    qtbot.waitUntil(lambda: not window.tasks.is_busy and session.spans == [])
    assert "2 articles" in seen[0]
    assert "0 spans" in seen[0]
    assert "مدينة وجدة" in seen[1]
    assert str(corpus_path) in texts[1]
    remaining = backups.list_backups(corpus_path)
    assert {backup.reason for backup in remaining} == {"", backups.BEFORE_RESTORE}
    assert session.corpus
    assert session.corpus.path == corpus_path
    answered(qtbot, press("Restore…"), press("Restore"))
    window.action("show_backups").trigger()  # the newest is what it was before
    qtbot.waitUntil(lambda: len(session.spans) == 1)


def test_cancelling_a_restore_changes_nothing(
    qtbot: QtBot, window: Window, session: Session, corpus_path: Path
) -> None:
    backed_up(corpus_path)
    assert session.tag("PLAN", 0, 5)
    answered(qtbot, press("Restore…"), press("Cancel"))
    window.action("show_backups").trigger()
    assert len(session.spans) == 1
    assert len(backups.list_backups(corpus_path)) == 1


def test_copy_of_a_backup_is_opened_beside_the_corpus(
    qtbot: QtBot, window: Window, session: Session, corpus_path: Path
) -> None:
    backed_up(corpus_path)
    assert session.tag("PLAN", 0, 5)
    answered(qtbot, press("Open a copy"))
    window.action("show_backups").trigger()
    qtbot.waitUntil(lambda: session.corpus is not None and session.corpus.path != corpus_path)
    assert session.spans == []
    assert session.corpus
    assert session.corpus.path.parent == corpus_path.parent
    with Corpus.open(corpus_path) as corpus:
        assert len(corpus.spans(corpus.article(1).uid)) == 1


def test_backups_dialog_can_be_closed_during_a_preview(
    qtbot: QtBot, window: Window, corpus_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backed_up(corpus_path)
    gone = Event()

    def glimpse(path: Path, count: int) -> object:
        assert gone.wait(5)
        return restoring.preview_backup(path, count)

    monkeypatch.setattr("annotator.ui.dialogs.backups.preview_backup", glimpse)

    def leave() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, BackupsDialog)
        dialog.destroyed.connect(gone.set)
        dialog.reject()

    QTimer.singleShot(0, leave)
    window.action("show_backups").trigger()
    assert window.tasks.is_busy
    qtbot.waitUntil(lambda: not window.tasks.is_busy)
    assert gone.is_set()


def test_backup_is_created_on_request(qtbot: QtBot, window: Window, session: Session, corpus_path: Path) -> None:
    answered(qtbot, press("Back up now"))
    with qtbot.waitSignal(session.notified):
        window.action("show_backups").trigger()
    assert len(backups.list_backups(corpus_path)) == 1


def test_damaged_backup_cannot_be_restored(qtbot: QtBot, window: Window, corpus_path: Path) -> None:
    backup = backed_up(corpus_path)
    broken(backup.path)

    def look(dialog: QWidget) -> None:
        assert isinstance(dialog, BackupsDialog)
        qtbot.waitUntil(lambda: "damaged" in dialog.summary.text())
        assert not dialog.restore_button.isEnabled()
        assert not dialog.copy_button.isEnabled()
        dialog.reject()

    answered(qtbot, look)
    window.action("show_backups").trigger()


def test_damaged_corpus_is_salvaged_into_a_new_one_and_opened(
    qtbot: QtBot, window: Window, session: Session, corpus_path: Path
) -> None:
    session.close()
    tag(corpus_path)
    data = broken(corpus_path)
    seen = []

    def look(dialog: QWidget) -> None:
        assert isinstance(dialog, RecoveryResultDialog)
        seen.append(dialog.summary_label.text())
        dialog.reject()

    texts = answered(qtbot, press("Recover readable"), look)
    assert not window.corpus_commands.open_path(corpus_path)
    qtbot.waitUntil(lambda: bool(seen))
    assert "is damaged" in texts[0]
    assert "2 articles" in seen[0]
    assert "1 span" in seen[0]
    assert session.corpus
    assert session.corpus.path.stem == "test recovered"
    assert len(session.spans) == 1
    assert corpus_path.read_bytes() == data


def test_damaged_corpus_that_is_open_by_another_name_is_closed_first(
    qtbot: QtBot, window: Window, session: Session, corpus_path: Path
) -> None:
    """Reading a file that is open here would lose its locks."""
    other_name = corpus_path.with_name("other.corpus")
    other_name.hardlink_to(corpus_path)
    seen = []

    def look(dialog: QWidget) -> None:
        assert isinstance(dialog, RecoveryResultDialog)
        seen.append(dialog.summary_label.text())
        dialog.reject()

    answered(qtbot, press("Recover readable"), look)
    window.backup_commands.offer_recovery(str(other_name), "it is damaged")
    qtbot.waitUntil(lambda: bool(seen))
    assert "2 articles" in seen[0]
    assert session.corpus
    assert session.corpus.path.stem == "other recovered"


def test_backup_replaces_a_damaged_corpus(qtbot: QtBot, window: Window, session: Session, corpus_path: Path) -> None:
    session.close()
    backed_up(corpus_path)
    data = broken(corpus_path)
    answered(qtbot, press("Show backups"), press("Restore…"), press("Restore"))
    assert not window.corpus_commands.open_path(corpus_path)
    qtbot.waitUntil(lambda: session.corpus is not None)
    assert session.corpus
    assert session.corpus.path == corpus_path
    [aside] = corpus_path.parent.glob("test damaged *.corpus")
    assert aside.read_bytes() == data


def test_declining_recovery_leaves_the_damaged_corpus_unchanged(
    qtbot: QtBot, window: Window, session: Session, corpus_path: Path
) -> None:
    session.close()
    data = broken(corpus_path)
    answered(qtbot, press("Do nothing"))
    assert not window.corpus_commands.open_path(corpus_path)
    assert session.corpus is None
    assert corpus_path.read_bytes() == data
    assert [path.name for path in corpus_path.parent.iterdir()] == [corpus_path.name]


def test_start_distinguishes_a_damaged_corpus_from_other_files(qtbot: QtBot, corpus_path: Path, tmp_path: Path) -> None:
    from annotator.store.errors import DamagedCorpus

    broken(corpus_path)
    with pytest.raises(DamagedCorpus):
        app.open_starting_corpus(None, str(corpus_path))
    (tmp_path / "text").write_text("x" * 500)
    corpus, message = app.open_starting_corpus(None, str(tmp_path / "text"))
    assert "is not a corpus" in message
    corpus.close()


def test_recovery_is_offered_when_the_open_corpus_is_damaged(
    qtbot: QtBot,
    corpus_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    create_controller: Callable[[Settings], app.ApplicationController],
) -> None:
    monkeypatch.setattr(verification, "_MAX_CHECKED_SIZE", 0)
    broken(corpus_path)
    controller = create_controller(Settings(language="en"))
    controller.open_corpus(Corpus.open(corpus_path))
    controller.show()
    texts = answered(qtbot, press("Do nothing"))
    controller.maintenance.run_now()
    qtbot.waitUntil(lambda: bool(texts))
    assert "is damaged" in texts[0]
    assert controller.session.corpus


def test_session_follows_a_restore_by_another_window(qtbot: QtBot, session: Session, corpus_path: Path) -> None:
    backup = backed_up(corpus_path)
    with Corpus.open(corpus_path) as corpus:
        corpus.add(build_article("خبر ثالث عن وزارة العدل"))
    session.reload_articles()
    session.open_article(2)
    assert session.article
    assert session.article.text.startswith("خبر ثالث")
    assert session.tag("INSTITUTION", 9, 20)
    for _count in restoring.restore(corpus_path, backup.path):
        pass
    session.check_file()
    assert len(session.articles) == 2
    assert session.article
    assert session.article.id in (1, 2)
    assert session.spans == []
    assert session.tag("PLAN", 0, 5)


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (datetime(2026, 3, 5, 9, 7), "today, 09:07"),
        (datetime(2026, 3, 4, 23, 59), "yesterday, 23:59"),
        (datetime(2026, 2, 1, 8, 0), "1 February 2026, 08:00"),
    ],
)
def test_time_of_a_backup_is_said_as_people_say_it(time: datetime, text: str) -> None:
    now = datetime(2026, 3, 5, 12, 0)
    assert format_time(time, now).strip("\u2068\u2069").replace("\u2066", "").replace("\u2069", "") == text


def test_dialog_without_backups_has_no_empty_tables(window: Window, qtbot: QtBot) -> None:
    dialog = BackupsDialog(window, window.tasks, "news", [])
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.backup_list.isVisible()
    assert not dialog.article_list.isVisible()
    assert dialog.create_button.isVisible()


@pytest.mark.parametrize("has_backups", [True, False])
def test_dialog_says_when_backups_are_made_and_how_many_are_kept(
    window: Window, qtbot: QtBot, corpus_path: Path, has_backups: bool
) -> None:
    dialog = BackupsDialog(window, window.tasks, "news", [backed_up(corpus_path)] if has_backups else [])
    qtbot.addWidget(dialog)
    [introduction] = [text for text in label_texts(dialog) if "made automatically while you work" in text]
    assert "One per day is kept for seven days and one per week for eight weeks." in introduction
    assert ("so you can undo this" in introduction) == has_backups
    qtbot.waitUntil(lambda: not window.tasks.is_busy)


def test_columns_of_backups_fit_a_narrow_dialog(
    window: Window, qtbot: QtBot, corpus_path: Path, set_theme: Callable[[Theme], None]
) -> None:
    set_theme(LIGHT)
    backup = backed_up(corpus_path)
    dialog = BackupsDialog(window, window.tasks, "news", [backup])
    qtbot.addWidget(dialog)
    dialog.resize(675, 356)
    dialog.show()
    qtbot.waitUntil(lambda: not window.tasks.is_busy and bool(dialog.article_list.topLevelItemCount()))
    for table in (dialog.backup_list, dialog.article_list):
        header = table.header()
        assert sum(header.sectionSize(column) for column in range(header.count())) <= table.viewport().width()
    assert dialog.backup_list.header().sectionSize(1) >= 80  # the reason can be read
    assert format_size(backup.bytes) in dialog.summary.text()


def test_tab_reaches_each_button_of_a_backup(
    window: Window, qtbot: QtBot, corpus_path: Path, set_theme: Callable[[Theme], None]
) -> None:
    set_theme(LIGHT)  # without a style sheet, Qt skips no button
    dialog = BackupsDialog(window, window.tasks, "news", [backed_up(corpus_path)])
    qtbot.addWidget(dialog)
    dialog.open()  # modal, so that the window's own Tab is out of the way
    qtbot.waitUntil(lambda: not window.tasks.is_busy)
    dialog.backup_list.setFocus()
    focused = set()
    for _count in range(8):
        widget = dialog.focusWidget()
        assert widget
        QTest.keyClick(widget, Qt.Key.Key_Tab)
        focused.add(dialog.focusWidget())
    assert {button for button in dialog.findChildren(QPushButton) if button.isVisible()} <= focused
