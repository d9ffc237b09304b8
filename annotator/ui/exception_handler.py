"""Unexpected exceptions: caught anywhere, logged, reported once; the program continues."""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from PySide6.QtCore import QMessageLogContext, QObject, Qt, QTimer, QtMsgType, Signal, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import Shiboken

from annotator.diagnostics import crash_reports
from annotator.diagnostics.crash_reports import ErrorDetails
from annotator.diagnostics.redaction import error_location
from annotator.i18n import _
from annotator.ui.dialogs.error_report import ErrorReportDialog

_log = logging.getLogger(__name__)
_REPEAT_PERIOD: Final = 60.0  # seconds in which the same error is not reported again
_MAX_REMEMBERED: Final = 500  # different errors, and messages of Qt
_LOGGED_TYPES: Final = (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)


class ExceptionHandler(QObject):
    """A context manager that handles exceptions in slots, events and threads, and Qt's messages.

    The same error within a minute is only counted, as painting may fail sixty times a second. Dialogs open one at a
    time, from the event loop in the window's thread.
    """

    _error_reported = Signal(object)
    """The ErrorDetails of a new error, from any thread."""
    _error_repeated = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.get_facts: Callable[[], dict[str, str]] = dict
        """Returns more facts for a report; called in the window's thread."""
        self._dialog: ErrorReportDialog | None = None
        self._lock = threading.Lock()
        self._occurrences: dict[str, tuple[int, float]] = {}  # by location: how often, and when last
        self._qt_messages: set[str] = set()
        self._hooks: tuple[Any, ...] = ()
        self._error_reported.connect(self._show_error, Qt.ConnectionType.QueuedConnection)
        self._error_repeated.connect(self._count_repeat, Qt.ConnectionType.QueuedConnection)

    @property
    def dialog(self) -> ErrorReportDialog | None:
        """The open dialog, if any."""
        return self._dialog if self._dialog and Shiboken.isValid(self._dialog) and self._dialog.isVisible() else None

    def __enter__(self) -> Self:
        self._hooks = (
            sys.excepthook,
            threading.excepthook,
            sys.unraisablehook,
            qInstallMessageHandler(self._handle_qt_message),
        )
        sys.excepthook = self._handle_exception
        threading.excepthook = lambda args: self._handle_exception(args.exc_type, args.exc_value)
        sys.unraisablehook = lambda args: self._handle_exception(args.exc_type, args.exc_value)
        return self

    def __exit__(self, *_exception: object) -> None:
        sys.excepthook, threading.excepthook, sys.unraisablehook, qt = self._hooks
        qInstallMessageHandler(qt)

    def report(self, error: BaseException) -> None:
        """Log and show a new error, count a repeated one. May be called from any thread."""
        location = error_location(error)
        with self._lock:
            count, last = self._occurrences.pop(location, (0, 0.0))
            count = count + 1 if time.monotonic() - last < _REPEAT_PERIOD else 1
            self._occurrences[location] = count, time.monotonic()
            while len(self._occurrences) > _MAX_REMEMBERED:
                del self._occurrences[next(iter(self._occurrences))]
        if count == 1:
            _log.error("unforeseen error", exc_info=error)
            self._error_reported.emit(ErrorDetails.from_error(error))
        else:
            if count & (count - 1) == 0:
                _log.error("%d times within a minute each: %s", count, location)
            self._error_repeated.emit()

    def report_crash(
        self, details: ErrorDetails, corpus: Path | None = None, reopen: Callable[[], object] = lambda: None
    ) -> None:
        """Show the report of an earlier process's crash, and offer to `reopen` its `corpus`."""
        _log.error("an earlier process crashed")
        self._open_report(details, _("The program closed unexpectedly the last time."), corpus, reopen)

    # Internals

    def _handle_exception(
        self, kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None = None
    ) -> None:
        """Handle an exception in code called by Qt or a thread, without recursion."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.closeAllWindows()
            return
        if issubclass(kind, SystemExit):
            return
        try:
            if os.environ.get("ANNOTATOR_DEBUG"):
                sys.__excepthook__(kind, error or kind(), error.__traceback__ if error else None)
            self.report(error or kind())
        except Exception:
            with suppress(Exception):
                sys.__excepthook__(kind, error or kind(), error.__traceback__ if error else None)

    def _show_error(self, details: ErrorDetails) -> None:
        self._open_report(details, _("An unexpected error occurred."))

    def _open_report(
        self,
        details: ErrorDetails,
        headline: str,
        corpus: Path | None = None,
        reopen: Callable[[], object] = lambda: None,
    ) -> None:
        try:
            text = crash_reports.format_report(details, self._collect_facts())
            path = crash_reports.save_report(text)
            if sys.stderr:
                print(f"annotator: {details.summary} ({path})", file=sys.stderr)
            if dialog := self.dialog:
                dialog.count_repeat()
            else:
                dialog = ErrorReportDialog(_active_window(), headline, text, path, corpus)
                dialog.accepted.connect(lambda: QTimer.singleShot(0, reopen))
                self._show(dialog)
        except Exception as error:  # reporting it would recurse
            _log.error("an error could not be reported", exc_info=error)

    def _collect_facts(self) -> dict[str, str]:
        try:
            return self.get_facts()
        except Exception as error:  # the program may be in any state
            _log.error("the facts for the report are unknown", exc_info=error)
            return {}

    def _show(self, dialog: ErrorReportDialog) -> None:
        self._dialog = dialog
        dialog.finished.connect(dialog.deleteLater)
        dialog.show()  # not run_dialog: an event loop in here could meet the next error

    def _count_repeat(self) -> None:
        if dialog := self.dialog:
            dialog.count_repeat()

    def _handle_qt_message(self, kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        """Print Qt's message to stderr, as without a handler, and log it once."""
        with suppress(Exception):  # Qt does not handle exceptions
            if kind in _LOGGED_TYPES and message not in self._qt_messages and len(self._qt_messages) < _MAX_REMEMBERED:
                self._qt_messages.add(message)
                _log.warning("Qt: %s", message)
            if sys.stderr:
                print(message, file=sys.stderr)


def _active_window() -> QWidget | None:
    return QApplication.activeModalWidget() or QApplication.activeWindow()
