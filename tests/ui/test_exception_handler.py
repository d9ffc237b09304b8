"""Errors that nobody foresaw, in a real window: told once, calmly, written down, and the work goes on."""

import gc
import re
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer, qWarning
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from annotator import settings
from annotator.diagnostics import crash_reports, logs
from annotator.diagnostics.crash_reports import Fault
from annotator.store.queries.file_facts import facts
from annotator.ui import app
from annotator.ui import exception_handler as guards
from annotator.ui.article import article_canvas
from annotator.ui.dialogs.error_report import UnexpectedDialog
from annotator.ui.exception_handler import Guard
from annotator.ui.session.session_logger import Journal
from annotator.ui.window import Window

SECRET = "وزارة الصحة"


@pytest.fixture
def guard(qapp: QApplication, capsys: pytest.CaptureFixture[str]) -> Iterator[Guard]:
    logs.start()
    with Guard() as made:
        yield made
    if made.dialog:
        made.dialog.reject()
    logs.stop()


def fail(said: object = SECRET) -> None:
    raise KeyError(said)


def texts(dialog: UnexpectedDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if not label.isHidden())


def shown(guard: Guard, qtbot: QtBot) -> UnexpectedDialog:
    qtbot.waitUntil(lambda: guard.dialog is not None)
    assert guard.dialog
    return guard.dialog


def log() -> str:
    return logs.file().read_text(encoding="utf-8")


def test_an_action_that_fails_is_told_and_the_window_goes_on(
    window: Window, guard: Guard, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, stretch: Callable[..., tuple[int, int]]
) -> None:
    session = window.session
    guard.facts = lambda: {**app.versions(QApplication.instance()), **facts(session.corpus)}  # type: ignore[arg-type]
    session.tag("DATE", *stretch("2024-2030"))
    monkeypatch.setattr(window.view, "toggle_folds", lambda: fail(session.article.text))
    QTest.keyClick(window.view, Qt.Key.Key_F4)
    dialog = shown(guard, qtbot)
    [path] = crash_reports.reports()
    report = path.read_text(encoding="utf-8")
    assert "saved" in texts(dialog)
    assert str(path) in texts(dialog)
    assert SECRET not in texts(dialog) + report + log()
    for line in ("KeyError", r"Qt +6\..*", r"screens +\d+x\d+ at .*", r"corpus +schema \d+, 2 articles, 1 spans"):
        assert re.search(rf"^{line}$", report, re.MULTILINE), line
    assert "annotator/ui/window.py" in report
    assert dialog.report.toPlainText() == report
    dialog.accept()
    window.activateWindow()  # as a window manager does
    qtbot.waitUntil(window.view.hasFocus)
    QTest.keyClick(window.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.spans == []
    QTest.keyClick(window.view, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert len(session.spans) == 1
    assert guard.dialog is None


def test_the_dialog_has_what_is_needed_and_enter_goes_on(guard: Guard, qtbot: QtBot) -> None:
    QTimer.singleShot(0, fail)
    dialog = shown(guard, qtbot)
    [go_on] = [button for button in dialog.findChildren(QPushButton) if button.isDefault()]
    assert go_on.text() == "Go on"
    assert dialog.isModal()
    assert dialog.report.isHidden()
    QTest.mouseClick(dialog.show_report, Qt.MouseButton.LeftButton)
    assert dialog.report.isVisible()
    assert dialog.report.isReadOnly()
    assert dialog.report.height() >= 200
    assert dialog.report.geometry().bottom() < dialog.copy.parentWidget().geometry().top()
    assert dialog.screen().availableGeometry().contains(dialog.geometry())
    QTest.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == dialog.report.toPlainText()
    go_on.click()
    assert guard.dialog is None


def test_the_same_again_is_counted_and_not_told_anew(guard: Guard, qtbot: QtBot) -> None:
    for _again in range(5):
        QTimer.singleShot(0, fail)
    dialog = shown(guard, qtbot)
    qtbot.waitUntil(lambda: "4 more times" in texts(dialog))
    assert len(crash_reports.reports()) == 1
    dialog.accept()
    QTimer.singleShot(0, fail)
    qtbot.wait(50)
    assert guard.dialog is None
    assert log().count("not foreseen") == 1
    assert "4 times" in log()


def test_after_a_minute_it_is_news(guard: Guard, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    QTimer.singleShot(0, fail)
    shown(guard, qtbot).accept()
    monkeypatch.setattr(guards, "_MINUTE", 0.0)
    QTimer.singleShot(0, fail)
    shown(guard, qtbot)
    assert len(crash_reports.reports()) == 2


def test_another_error_is_written_down_while_the_first_is_being_told(guard: Guard, qtbot: QtBot) -> None:
    QTimer.singleShot(0, fail)
    dialog = shown(guard, qtbot)
    QTimer.singleShot(0, lambda: [][0])
    qtbot.waitUntil(lambda: len(crash_reports.reports()) == 2)
    assert guard.dialog is dialog
    assert "1 more time" in texts(dialog)


def test_what_fails_at_each_painting_makes_one_dialog(
    window: Window, guard: Guard, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(article_canvas.Painter, "paint", lambda *_: fail())
    for _time in range(5):
        window.view.viewport().update()
        qtbot.wait(20)
    dialog = shown(guard, qtbot)
    assert len(QApplication.topLevelWidgets()) == len({*QApplication.topLevelWidgets()})
    assert [one for one in QApplication.topLevelWidgets() if isinstance(one, UnexpectedDialog) and one.isVisible()] == [
        dialog
    ]
    assert len(crash_reports.reports()) == 1
    dialog.accept()
    monkeypatch.undo()
    window.view.viewport().update()
    qtbot.wait(20)
    assert guard.dialog is None


def test_a_thread_that_fails_is_told_in_the_thread_of_the_window(
    guard: Guard, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []
    show = Guard._show
    monkeypatch.setattr(Guard, "_show", lambda *given: (threads.append(threading.current_thread()), show(*given)))
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert threads == []
    dialog = shown(guard, qtbot)
    assert threads == [threading.main_thread()]
    assert "KeyError in another thread" in dialog.report.toPlainText()


def test_a_job_that_fails_is_told_with_its_trace(window: Window, guard: Guard, qtbot: QtBot) -> None:
    def job() -> Iterator[tuple[int, int]]:
        yield 0, 1
        fail()

    commands = window.corpus_commands
    commands.background.run("Importing", job, lambda _: None, commands._import_failed)  # type: ignore[arg-type]
    dialog = shown(guard, qtbot)
    assert "test_exception_handler.py" in dialog.report.toPlainText()
    assert "in fail" in dialog.report.toPlainText()
    assert not commands.background.busy


def test_suggesters_that_fail_are_told(
    window: Window, guard: Guard, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotator.jobs.suggestion_service.Proposals.of", lambda *_: fail())
    window.suggestions.learned()
    assert "in fail" in shown(guard, qtbot).report.toPlainText()


def test_what_python_cannot_raise_is_told(guard: Guard, qtbot: QtBot) -> None:
    class Thing:
        pass

    thing = Thing()
    watch = weakref.ref(thing, lambda _gone: fail())
    del thing
    gc.collect()
    assert "in fail" in shown(guard, qtbot).report.toPlainText()
    assert watch() is None


def test_an_open_menu_makes_way(window: Window, guard: Guard, qtbot: QtBot) -> None:
    menu = QMenu(window)
    menu.addAction("x")
    menu.popup(window.mapToGlobal(window.rect().center()))
    QTimer.singleShot(0, fail)
    shown(guard, qtbot)
    assert not menu.isVisible()


def test_an_error_in_telling_of_one_has_an_end(guard: Guard, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "UnexpectedDialog", lambda *_: fail("dialog"))
    QTimer.singleShot(0, fail)
    qtbot.waitUntil(lambda: "a fault could not be told" in log())
    qtbot.wait(50)
    assert log().count("a fault could not be told") == 1
    assert len(crash_reports.reports()) == 1


def test_an_error_in_catching_one_goes_to_stderr(
    guard: Guard, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(guards, "place", lambda _error: [][0])
    try:
        fail("first")
    except KeyError:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
    assert "KeyError: 'first'" in capsys.readouterr().err


def test_facts_that_fail_leave_a_report_without(guard: Guard, qtbot: QtBot) -> None:
    guard.facts = lambda: fail()  # type: ignore[return-value, assignment]
    QTimer.singleShot(0, lambda: [][0])
    assert "IndexError" in shown(guard, qtbot).report.toPlainText()


def test_a_report_that_cannot_be_written_can_be_copied(guard: Guard, qtbot: QtBot) -> None:
    logs.stop()
    for path in settings.log_dir().iterdir():
        path.unlink()
    settings.log_dir().rmdir()
    settings.log_dir().write_text("a file where the folder would be")
    QTimer.singleShot(0, fail)
    dialog = shown(guard, qtbot)
    assert "could not be written" in texts(dialog)
    assert "KeyError" in dialog.report.toPlainText()


def test_stderr_has_a_line_and_the_trace_only_for_who_asks(
    guard: Guard, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    QTimer.singleShot(0, fail)
    shown(guard, qtbot)
    [path] = crash_reports.reports()
    assert capsys.readouterr().err == f"annotator: KeyError ({path})\n"
    monkeypatch.setenv("ANNOTATOR_DEBUG", "1")
    QTimer.singleShot(0, lambda: fail("again"))
    qtbot.waitUntil(lambda: "KeyError: 'again'" in capsys.readouterr().err)


def test_ctrl_c_closes_the_window(window: Window, guard: Guard) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert not window.isVisible()
    assert crash_reports.reports() == []


def test_what_qt_says_is_in_the_log_once(guard: Guard, capsys: pytest.CaptureFixture[str]) -> None:
    for _time in range(3):
        qWarning(f"no room for {SECRET}")
    assert log().count("Qt: no room for") == 1
    assert SECRET not in log()
    assert capsys.readouterr().err.count("no room for") == 3


def test_the_hooks_are_put_back(qapp: QApplication) -> None:
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    with Guard():
        assert sys.excepthook is not before[0]
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


def test_a_crash_of_before_is_told_of(guard: Guard) -> None:
    guard.tell_crash(Fault("The program ended unexpectedly.", ("Fatal Python error: Segmentation fault",), "crash-1"))
    assert guard.dialog
    assert "ended unexpectedly the last time" in texts(guard.dialog)
    assert "Segmentation fault" in guard.dialog.report.toPlainText()


def test_a_corpus_that_was_open_in_a_crash_is_offered_in_one_key(guard: Guard, qtbot: QtBot, tmp_path: Path) -> None:
    crash = Fault("The program ended unexpectedly.", (), "crash-1")
    asked: list[str] = []
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
        guard.tell_crash(crash, tmp_path / "news.corpus", lambda: asked.append("again"))
        dialog = shown(guard, qtbot)
        assert "news.corpus" in texts(dialog)
        assert "news.corpus" not in dialog.report.toPlainText()
        assert asked == []
        QTest.keyClick(dialog, key)
        qtbot.wait(10)
    assert asked == ["again"]


def test_the_log_tells_of_a_session_and_of_no_names(window: Window, guard: Guard) -> None:
    session = window.session
    Journal(session)
    path = session.corpus.path  # type: ignore[union-attr]
    session.failed.emit(SECRET)
    session._hold(None, SECRET)
    session.close()
    window.corpus_commands.open_path(path)
    assert re.search(r"told of a failure in 11 characters$", log(), re.MULTILINE)
    assert re.search(r"can be written to: False; a change waits: False$", log(), re.MULTILINE)
    assert re.search(r"closed the corpus$", log(), re.MULTILINE)
    assert re.search(r"opened #[0-9a-f]{4}\.corpus, 2 articles$", log(), re.MULTILINE)
    assert path.stem not in log()


def test_the_help_menu_opens_the_folder_of_reports(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(
        "annotator.ui.commands.view_commands.QDesktopServices.openUrl",
        lambda url: opened.append(Path(url.toLocalFile())),
    )
    window.action("show_reports").trigger()
    assert opened == [settings.log_dir()]
    assert str(settings.log_dir()) in window.status_line.said()
