"""How a second start brings the window forward that has its corpus open: the window's side of `single_instance`."""

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

_EVENT_ARRIVES: Final = 50  # milliseconds


class ActivationRequest(Struct):
    """A start asks for the window that has the corpus at `path` open. Whoever brings it forward sets `is_accepted`.

    `token` is a Wayland activation token, or "".
    """

    path: Path
    token: str
    is_accepted: bool = False


class Activation(QObject):
    """Listens for starts that ask for the corpus of the window, and hands what they ask to the window's thread."""

    requested = Signal(object)
    """An ActivationRequest, to be dealt with at once."""
    _received = Signal(object, float, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._listening: Path | None = None
        self._server: Server | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._listen)
        self._received.connect(self._answer, Qt.ConnectionType.QueuedConnection)

    def listen(self, path: Path | None) -> None:
        """Listen for the corpus at `path` from now on, and for no other; None for none.

        It begins once the event loop runs, so that no start of the program waits for it.
        """
        self._path = path
        if path:
            self._later.start()
        else:
            self._later.stop()
            self._listen()

    def wait(self, seconds: float) -> bool:
        """Wait until starts can find the window, and return whether they can."""
        if self._later.isActive():
            self._later.stop()
            self._listen()
        return bool(self._server and self._server.wait(seconds))

    def _listen(self) -> None:
        if self._server and self._path and self._listening and is_same_corpus(self._path, self._listening):
            return
        if self._server:
            self._server.close()
        self._listening = self._path
        self._server = Server(self._path, self._activate) if self._path else None

    def _activate(self, request: Request, deadline: float) -> bool:
        """Ask the window's thread, from the server's. A window that hangs does not answer."""
        answers: SimpleQueue[bool] = SimpleQueue()
        self._received.emit(request, deadline, answers)
        try:
            return answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except Empty:
            return False

    def _answer(self, request: Request, deadline: float, answers: "SimpleQueue[bool]") -> None:
        if time.monotonic() < deadline:  # else the start has opened a window of its own
            asked = ActivationRequest(Path(request.path), request.activation_token)
            self.requested.emit(asked)
            answers.put(asked.is_accepted)


def bring_forward(window: QWidget, token: str = "") -> None:
    """Show the window before all others, as large as it was, with the keyboard focus where it was."""
    if token:
        os.environ["XDG_ACTIVATION_TOKEN"] = token  # Qt's Wayland plugin takes it from there
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    front = QApplication.activeModalWidget() or window
    front.raise_()
    front.activateWindow()
    handle = front.windowHandle()
    if handle and QGuiApplication.platformName() == "xcb":
        # X11 refuses the focus to whoever asks with a time before it changed last, and Qt has the time of the last
        # event that it got. Writing the title anew brings one.
        handle.setTitle(handle.title())
        QTimer.singleShot(_EVENT_ARRIVES, front, front.activateWindow)
