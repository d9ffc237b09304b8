"""Errors that nobody foresaw: caught wherever they happen, written down, told once and calmly; the program goes on."""

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
from annotator.diagnostics.crash_reports import Fault
from annotator.diagnostics.redaction import place
from annotator.i18n import _
from annotator.ui.dialogs.error_report import UnexpectedDialog

_log = logging.getLogger(__name__)
_MINUTE: Final = 60.0  # seconds in which the same error is no news
_MANY: Final = 500  # different errors or messages of Qt's that are remembered
_WORTH_A_LINE: Final = (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)


class Guard(QObject):
    """On duty as a context manager: for errors in slots, in events and in threads, and for what Qt has to say.

    The same error again within a minute is counted and not told: what paints may fail sixty times a second. Nothing is
    shown before the event loop has its turn, in the thread of the window, and one dialog at a time.
    """

    _met = Signal(object)
    """A Fault that is news, from any thread."""
    _met_again = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.facts: Callable[[], dict[str, str]] = dict
        """Asked, in the thread of the window, for what a report is to say besides."""
        self._dialog: UnexpectedDialog | None = None
        self._lock = threading.Lock()
        self._seen: dict[str, tuple[int, float]] = {}  # how often each error came, and when the last time
        self._said_by_qt: set[str] = set()
        self._hooks: tuple[Any, ...] = ()
        self._met.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        self._met_again.connect(self._count, Qt.ConnectionType.QueuedConnection)

    @property
    def dialog(self) -> UnexpectedDialog | None:
        """The one that is open."""
        return self._dialog if self._dialog and Shiboken.isValid(self._dialog) and self._dialog.isVisible() else None

    def __enter__(self) -> Self:
        self._hooks = sys.excepthook, threading.excepthook, sys.unraisablehook, qInstallMessageHandler(self._hear)
        sys.excepthook = self._caught
        threading.excepthook = lambda args: self._caught(args.exc_type, args.exc_value)
        sys.unraisablehook = lambda args: self._caught(args.exc_type, args.exc_value)
        return self

    def __exit__(self, *_exception: object) -> None:
        sys.excepthook, threading.excepthook, sys.unraisablehook, qt = self._hooks
        qInstallMessageHandler(qt)

    def meet(self, error: BaseException) -> None:
        """Write an error down at once, and have it told if it is news. From any thread."""
        where = place(error)
        with self._lock:
            count, last = self._seen.pop(where, (0, 0.0))
            count = count + 1 if time.monotonic() - last < _MINUTE else 1
            self._seen[where] = count, time.monotonic()
            while len(self._seen) > _MANY:
                del self._seen[next(iter(self._seen))]
        if count == 1:
            _log.error("not foreseen", exc_info=error)
            self._met.emit(Fault.of(error))
        else:
            if count & (count - 1) == 0:
                _log.error("%d times within a minute each: %s", count, where)
            self._met_again.emit()

    def tell_crash(self, left: Fault, corpus: Path | None = None, reopen: Callable[[], object] = lambda: None) -> None:
        """Tell of a process before this one that crashed; with a `corpus` that was open then, offer to `reopen` it."""
        _log.error("an earlier process crashed")
        self._report(left, _("The program ended unexpectedly the last time."), corpus, reopen)

    # Inside

    def _caught(
        self, kind: type[BaseException], error: BaseException | None, _trace: TracebackType | None = None
    ) -> None:
        """An error in what Qt or a thread has called. One in here must come to an end too."""
        if issubclass(kind, KeyboardInterrupt):
            QApplication.closeAllWindows()
            return
        if issubclass(kind, SystemExit):
            return
        try:
            if os.environ.get("ANNOTATOR_DEBUG"):
                sys.__excepthook__(kind, error or kind(), error.__traceback__ if error else None)
            self.meet(error or kind())
        except Exception:
            with suppress(Exception):
                sys.__excepthook__(kind, error or kind(), error.__traceback__ if error else None)

    def _tell(self, fault: Fault) -> None:
        self._report(fault, _("Something went wrong in the program that should not have."))

    def _report(
        self,
        fault: Fault,
        happened: str,
        corpus: Path | None = None,
        reopen: Callable[[], object] = lambda: None,
    ) -> None:
        try:
            text = crash_reports.report(fault, self._facts())
            path = crash_reports.write(text)
            if sys.stderr:
                print(f"annotator: {fault.what} ({path})", file=sys.stderr)
            if dialog := self.dialog:
                dialog.count()
            else:
                dialog = UnexpectedDialog(_foremost(), happened, text, path, corpus)
                dialog.accepted.connect(lambda: QTimer.singleShot(0, reopen))
                self._show(dialog)
        except Exception as error:  # to tell of what goes wrong here would have no end
            _log.error("a fault could not be told", exc_info=error)

    def _facts(self) -> dict[str, str]:
        try:
            return self.facts()
        except Exception as error:  # there may be anything wrong by now
            _log.error("the facts are not known", exc_info=error)
            return {}

    def _show(self, dialog: UnexpectedDialog) -> None:
        self._dialog = dialog
        dialog.finished.connect(dialog.deleteLater)
        dialog.show()

    def _count(self) -> None:
        if dialog := self.dialog:
            dialog.count()

    def _hear(self, kind: QtMsgType, _context: QMessageLogContext, said: str) -> None:
        """What Qt has to say goes on to stderr, as ever, and into the log once."""
        with suppress(Exception):  # Qt cannot be told
            if kind in _WORTH_A_LINE and said not in self._said_by_qt and len(self._said_by_qt) < _MANY:
                self._said_by_qt.add(said)
                _log.warning("Qt: %s", said)
            if sys.stderr:
                print(said, file=sys.stderr)


def _foremost() -> QWidget | None:
    return QApplication.activeModalWidget() or QApplication.activeWindow()
