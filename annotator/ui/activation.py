"""The window's side of `single_instance`: a second start brings it to the front."""

import os
import time
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

from msgspec import Struct
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from annotator.single_instance import Request, Server, is_same_corpus

_EVENT_DELAY: Final = 50  # milliseconds
_MAX_WAIT: Final = 3.0  # seconds, whatever a request says


class ActivationRequest(Struct):
    """A second start's request to activate the window with the corpus at `path`.

    The handler sets `is_accepted`. `token` is a Wayland activation token, `team_file` the path of a changeset or an
    invitation to open there, `place` one to show; each may be "".
    """

    path: Path
    token: str
    team_file: str = ""
    place: str = ""
    is_accepted: bool = False


class ActivationListener(QObject):
    """Listens for second starts and passes their requests to the window's thread.

    The thread of its server is no task of a TaskRunner, whose tasks end: it waits for connections as long as the corpus
    is open, and beside every task.
    """

    requested = Signal(object)
    """An ActivationRequest, to handle before the signal returns."""
    _received = Signal(object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._listening_path: Path | None = None
        self._server: Server | None = None
        self._listen_timer = QTimer(self, singleShot=True)
        self._listen_timer.timeout.connect(self._listen)
        self._received.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def listen(self, path: Path | None) -> None:
        """Listen for the corpus at `path` alone (None: stop) once the event loop runs, for a fast start."""
        self._path = path
        if path:
            self._listen_timer.start()
        else:
            self._listen_timer.stop()
            self._listen()

    def wait(self, seconds: float) -> bool:
        """Wait until second starts can find the window; return whether they can."""
        if self._listen_timer.isActive():
            self._listen_timer.stop()
            self._listen()
        return bool(self._server and self._server.wait(seconds))

    def _listen(self) -> None:
        if self._server and self._path and self._listening_path and is_same_corpus(self._path, self._listening_path):
            return
        if self._server:
            self._server.close()
        self._listening_path = self._path
        self._server = Server(self._path, self._activate) if self._path else None

    def _activate(self, request: Request) -> bool:
        """Pass a request from the server's thread to the window's and return its answer; False if it hangs."""
        answers: SimpleQueue[bool] = SimpleQueue()
        self._received.emit(request, answers)
        try:
            return answers.get(timeout=max(0.0, min(request.deadline - time.monotonic(), _MAX_WAIT)))
        except Empty:
            return False

    def _answer(self, request: Request, answers: "SimpleQueue[bool]") -> None:
        if time.monotonic() < request.deadline:  # later, the second start has opened its own window
            activation = ActivationRequest(
                Path(request.path), request.activation_token, request.team_file, request.place
            )
            self.requested.emit(activation)
            answers.put(activation.is_accepted)


def bring_to_front(window: QWidget, token: str = "") -> None:
    """Bring the window to the front in its previous size and with its previous focus."""
    if token:
        os.environ["XDG_ACTIVATION_TOKEN"] = token  # Qt's Wayland plugin reads it
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    front = _find_front(window)
    front.raise_()
    front.activateWindow()
    handle = front.windowHandle()
    if handle and QGuiApplication.platformName() == "xcb":
        # X11 rejects a focus request with a timestamp older than the last focus change, and Qt uses its last event's.
        # Setting the title again causes a new event. A dialog that was opened meanwhile keeps the focus.
        handle.setTitle(handle.title())
        QTimer.singleShot(_EVENT_DELAY, window, lambda: _find_front(window).activateWindow())


def _find_front(window: QWidget) -> QWidget:
    """Return the dialog that takes the input of a window, or the window itself."""
    return QApplication.activeModalWidget() or window
