"""Looking at the corpus file now and then: whether it is there, and what other windows and programs wrote to it."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from annotator.ui.session.session import Session

_EVERY: Final = 1000
"""Milliseconds. A look takes some hundredths of one while nobody else has written."""


class Watch(QObject):
    """Has the session look while nothing is held with the mouse and no dialog is open, and when a person comes back to
    the window."""

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self._session = session
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        window.installEventFilter(self)

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowActivate and self._timer.isActive():
            self._look()
        return super().eventFilter(watched, event)

    def _look(self) -> None:
        held = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        if not held and not QApplication.activeModalWidget():
            self._session.look()
