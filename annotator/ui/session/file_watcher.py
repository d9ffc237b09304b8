"""Periodic checks of the corpus file for removal and changes by others."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from annotator.ui.session.session import Session

_CHECK_INTERVAL: Final = 1000
"""Milliseconds. A check takes some hundredths of one if nobody else has written."""


class FileWatcher(QObject):
    """Has the session check the file at intervals and when the window becomes active.

    Waits during mouse presses and dialogs.
    """

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self._session = session
        self._timer = QTimer(self, interval=_CHECK_INTERVAL)
        self._timer.timeout.connect(self._check_file)
        self._timer.start()
        window.installEventFilter(self)

    def stop(self) -> None:
        """Stop checking."""
        self._timer.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowActivate and self._timer.isActive():
            self._check_file()
        return super().eventFilter(watched, event)

    def _check_file(self) -> None:
        is_pressed = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        if not is_pressed and not QApplication.activeModalWidget():
            self._session.check_file()
