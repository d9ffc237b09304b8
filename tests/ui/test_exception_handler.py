"""Errors that nobody foresaw, in a real window: told once, calmly, written down, and the work goes on."""

import gc
import re
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer, qWarning
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from annotator import settings
from annotator.diagnostics import crash_reports, logs
from annotator.diagnostics.crash_reports import ErrorDetails
from annotator.store.queries.statistics import collect_facts
from annotator.ui import exception_handler as guards
from annotator.ui.article.painting import PagePainter
from annotator.ui.dialogs.error_report import ErrorReportDialog
from annotator.ui.exception_handler import ExceptionHandler
from annotator.ui.session.session_logger import SessionLogger
from annotator.ui.widgets.qt_versions import versions
from annotator.ui.window import Window

SECRET = "وزارة الصحة"


@pytest.fixture
def guard(qapp: QApplication, capsys: pytest.CaptureFixture[str]) -> Iterator[ExceptionHandler]:
    logs.start()
    with ExceptionHandler() as handler:
        yield handler
    if handler.dialog:
        handler.dialog.reject()
    logs.stop()


def fail(detail: object = SECRET) -> None:
    raise KeyError(detail)


def texts(dialog: ErrorReportDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if not label.isHidden())


def open_dialog(guard: ExceptionHandler, qtbot: QtBot) -> ErrorReportDialog:
    qtbot.waitUntil(lambda: guard.dialog is not None)
    assert guard.dialog
    return guard.dialog


def log() -> str:
    return logs.log_path().read_text(encoding="utf-8")


def test_exception_in_an_action_is_reported_and_the_window_continues(
    window: Window,
    guard: ExceptionHandler,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    stretch: Callable[..., tuple[int, int]],
) -> None:
    session = window.session
    guard.get_facts = lambda: {**versions(QApplication.instance()), **collect_facts(session.corpus)}  # type: ignore[arg-type]
    session.tag("DATE", *stretch("2024-2030"))
    assert session.article
    monkeypatch.setattr(window.view, "toggle_folds", lambda: fail(session.article.text))
    QTest.keyClick(window.view, Qt.Key.Key_F4)
    dialog = open_dialog(guard, qtbot)
    [path] = crash_reports.list_reports()
    report = path.read_text(encoding="utf-8")
    assert "saved" in texts(dialog)
    assert str(path) in texts(dialog)
    assert SECRET not in texts(dialog) + report + log()
    for line in ("KeyError", r"Qt +6\..*", r"screens +\d+x\d+ at .*", r"corpus +schema \d+, 2 articles, 1 spans"):
        assert re.search(rf"^{line}$", report, re.MULTILINE), line
    assert "annotator/ui/actions/action_set.py" in report
    assert dialog.report_view.toPlainText() == report
    dialog.accept()
    window.activateWindow()  # as a window manager does
    qtbot.waitUntil(window.view.hasFocus)
    QTest.keyClick(window.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.spans == []
    QTest.keyClick(window.view, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert len(session.spans) == 1
    assert guard.dialog is None


def test_report_dialog_shows_the_report_and_enter_closes_it(guard: ExceptionHandler, qtbot: QtBot) -> None:
    QTimer.singleShot(0, fail)
    dialog = open_dialog(guard, qtbot)
    [go_on] = [button for button in dialog.findChildren(QPushButton) if button.isDefault()]
    assert go_on.text() == "Continue"
    assert dialog.isModal()
    assert dialog.report_view.isHidden()
    QTest.mouseClick(dialog.report_button, Qt.MouseButton.LeftButton)
    assert dialog.report_view.isVisible()
    assert dialog.report_view.isReadOnly()
    assert dialog.report_view.height() >= 200
    row = dialog.copy_button.parentWidget()
    assert row
    assert dialog.report_view.geometry().bottom() < row.geometry().top()
    assert dialog.screen().availableGeometry().contains(dialog.geometry())
    QTest.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == dialog.report_view.toPlainText()
    go_on.click()
    assert guard.dialog is None


def test_repeated_error_is_counted_in_the_open_dialog(guard: ExceptionHandler, qtbot: QtBot) -> None:
    for _attempt in range(5):
        QTimer.singleShot(0, fail)
    dialog = open_dialog(guard, qtbot)
    qtbot.waitUntil(lambda: "4 more errors have occurred" in texts(dialog))
    assert len(crash_reports.list_reports()) == 1
    dialog.accept()
    QTimer.singleShot(0, fail)
    qtbot.wait(50)
    assert guard.dialog is None
    assert log().count("unforeseen error") == 1
    assert "4 times" in log()


def test_repeated_error_is_reported_again_after_a_minute(
    guard: ExceptionHandler, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    QTimer.singleShot(0, fail)
    open_dialog(guard, qtbot).accept()
    monkeypatch.setattr(guards, "_REPEAT_PERIOD", 0.0)
    QTimer.singleShot(0, fail)
    open_dialog(guard, qtbot)
    assert len(crash_reports.list_reports()) == 2


def test_second_error_is_saved_while_the_dialog_is_open(guard: ExceptionHandler, qtbot: QtBot) -> None:
    QTimer.singleShot(0, fail)
    dialog = open_dialog(guard, qtbot)
    QTimer.singleShot(0, lambda: [][0])
    qtbot.waitUntil(lambda: len(crash_reports.list_reports()) == 2)
    assert guard.dialog is dialog
    assert "1 more error has occurred" in texts(dialog)


def test_error_in_every_paint_event_opens_one_dialog(
    window: Window, guard: ExceptionHandler, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PagePainter, "paint", lambda *_: fail())
    for _time in range(5):
        window.view.viewport().update()
        qtbot.wait(20)
    dialog = open_dialog(guard, qtbot)
    assert len(QApplication.topLevelWidgets()) == len({*QApplication.topLevelWidgets()})
    assert [
        widget
        for widget in QApplication.topLevelWidgets()
        if isinstance(widget, ErrorReportDialog) and widget.isVisible()
    ] == [dialog]
    assert len(crash_reports.list_reports()) == 1
    dialog.accept()
    monkeypatch.undo()
    window.view.viewport().update()
    qtbot.wait(20)
    assert guard.dialog is None


def test_error_in_a_thread_is_reported_in_the_gui_thread(
    guard: ExceptionHandler, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    show = ExceptionHandler._show

    def record_and_show(*arguments: Any) -> None:
        threads.append(threading.current_thread())
        show(*arguments)

    monkeypatch.setattr(ExceptionHandler, "_show", record_and_show)
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert threads == []
    dialog = open_dialog(guard, qtbot)
    assert threads == [threading.main_thread()]
    assert "KeyError in another thread" in dialog.report_view.toPlainText()


def test_error_in_a_job_is_reported_with_its_traceback(window: Window, guard: ExceptionHandler, qtbot: QtBot) -> None:
    def job() -> Iterator[tuple[int, int]]:
        yield 0, 1
        fail()

    with qtbot.waitSignal(window.tasks.finished):
        window.tasks.run("Importing", job, lambda _: None)
    dialog = open_dialog(guard, qtbot)
    assert "test_exception_handler.py" in dialog.report_view.toPlainText()
    assert "in fail" in dialog.report_view.toPlainText()
    assert not window.tasks.is_busy


def test_error_in_suggesters_is_reported_and_the_next_step_asks_them_again(
    window: Window,
    guard: ExceptionHandler,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    stretch: Callable[..., tuple[int, int]],
) -> None:
    session, suggestions = window.session, window.suggestions
    with monkeypatch.context() as patch:
        patch.setattr("annotator.jobs.suggesting.AnnotatorSuggester.from_corpus_file", lambda *_: fail())
        with qtbot.waitSignal(suggestions.settled):
            suggestions.reload()
    assert "in fail" in open_dialog(guard, qtbot).report_view.toPlainText()
    session.tag("INSTITUTION", *stretch("وزارة الصحة"))
    qtbot.waitUntil(lambda: bool(suggestions.visible))


def test_unraisable_exception_is_reported(guard: ExceptionHandler, qtbot: QtBot) -> None:
    class Thing:
        pass

    thing = Thing()
    watch = weakref.ref(thing, lambda _gone: fail())
    del thing
    gc.collect()
    assert "in fail" in open_dialog(guard, qtbot).report_view.toPlainText()
    assert watch() is None


def test_report_dialog_closes_an_open_menu(window: Window, guard: ExceptionHandler, qtbot: QtBot) -> None:
    menu = QMenu(window)
    menu.addAction("x")
    menu.popup(window.mapToGlobal(window.rect().center()))
    QTimer.singleShot(0, fail)
    open_dialog(guard, qtbot)
    assert not menu.isVisible()


def test_error_in_the_report_dialog_does_not_recurse(
    guard: ExceptionHandler, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "ErrorReportDialog", lambda *_: fail("dialog"))
    QTimer.singleShot(0, fail)
    qtbot.waitUntil(lambda: "an error could not be reported" in log())
    qtbot.wait(50)
    assert log().count("an error could not be reported") == 1
    assert len(crash_reports.list_reports()) == 1


def test_error_in_the_handler_goes_to_stderr(
    guard: ExceptionHandler, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(guards, "error_location", lambda _error: [][0])
    try:
        fail("first")
    except KeyError:
        sys.excepthook(*sys.exc_info())
    assert "KeyError: 'first'" in capsys.readouterr().err


def test_report_is_written_without_facts_that_fail(guard: ExceptionHandler, qtbot: QtBot) -> None:
    guard.get_facts = lambda: fail()  # type: ignore[return-value, assignment]
    QTimer.singleShot(0, lambda: [][0])
    assert "IndexError" in open_dialog(guard, qtbot).report_view.toPlainText()


def test_report_that_cannot_be_saved_can_be_copied(guard: ExceptionHandler, qtbot: QtBot) -> None:
    logs.stop()
    for path in settings.log_dir().iterdir():
        path.unlink()
    settings.log_dir().rmdir()
    settings.log_dir().write_text("a file where the folder would be")
    QTimer.singleShot(0, fail)
    dialog = open_dialog(guard, qtbot)
    assert "could not be" in texts(dialog)
    assert "KeyError" in dialog.report_view.toPlainText()


def test_stderr_has_the_traceback_only_in_debug_mode(
    guard: ExceptionHandler, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    QTimer.singleShot(0, fail)
    open_dialog(guard, qtbot)
    [path] = crash_reports.list_reports()
    assert capsys.readouterr().err == f"annotator: KeyError ({path})\n"
    monkeypatch.setenv("ANNOTATOR_DEBUG", "1")
    QTimer.singleShot(0, lambda: fail("again"))
    qtbot.waitUntil(lambda: "KeyError: 'again'" in capsys.readouterr().err)


def test_ctrl_c_closes_the_window(window: Window, guard: ExceptionHandler) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert not window.isVisible()
    assert crash_reports.list_reports() == []


def test_qt_messages_are_logged_once(guard: ExceptionHandler, capsys: pytest.CaptureFixture[str]) -> None:
    for _time in range(3):
        qWarning(f"no room for {SECRET}")
    assert log().count("Qt: no room for") == 1
    assert SECRET not in log()
    assert capsys.readouterr().err.count("no room for") == 3


def test_hooks_are_restored(qapp: QApplication) -> None:
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    with ExceptionHandler():
        assert sys.excepthook is not before[0]
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before


def test_earlier_crash_is_reported(guard: ExceptionHandler) -> None:
    guard.report_crash(
        ErrorDetails("The program ended unexpectedly.", ("Fatal Python error: Segmentation fault",), "crash-1")
    )
    assert guard.dialog
    assert "closed unexpectedly the last time" in texts(guard.dialog)
    assert "Segmentation fault" in guard.dialog.report_view.toPlainText()


def test_corpus_open_in_a_crash_can_be_reopened_by_one_key(
    guard: ExceptionHandler, qtbot: QtBot, tmp_path: Path
) -> None:
    crash = ErrorDetails("The program ended unexpectedly.", (), "crash-1")
    reopened: list[str] = []
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
        guard.report_crash(crash, tmp_path / "news.corpus", lambda: reopened.append("again"))
        dialog = open_dialog(guard, qtbot)
        assert "news.corpus" in texts(dialog)
        assert "news.corpus" not in dialog.report_view.toPlainText()
        assert reopened == []
        QTest.keyClick(dialog, key)
        qtbot.wait(10)
    assert reopened == ["again"]


def test_log_describes_a_session_without_names(window: Window, guard: ExceptionHandler) -> None:
    session = window.session
    SessionLogger(session)
    path = session.corpus.path  # type: ignore[union-attr]
    session.failed.emit(SECRET)
    session._writer.set_error(SECRET)
    session.close()
    window.corpus_commands.open_path(path)
    assert re.search(r"a failure was shown, in a message of 11 characters$", log(), re.MULTILINE)
    assert re.search(r"can be written to: False; a change waits: False$", log(), re.MULTILINE)
    assert re.search(r"closed the corpus$", log(), re.MULTILINE)
    assert re.search(r"opened #[0-9a-f]{4}\.corpus, 2 articles$", log(), re.MULTILINE)
    assert path.stem not in log()


def test_help_menu_opens_the_folder_of_reports(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(
        "annotator.ui.commands.view_commands.QDesktopServices.openUrl",
        lambda url: opened.append(Path(url.toLocalFile())),
    )
    window.action("show_reports").trigger()
    assert opened == [settings.log_dir()]
    assert str(settings.log_dir()) in window.toast.message()
