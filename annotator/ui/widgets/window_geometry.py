"""Where a window is on the screen, and how large."""

from typing import Final

from PySide6.QtCore import QByteArray, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

_DEFAULT_SIZE: Final = QSize(1500, 950)
_SMALL_SIZE: Final = QSize(1280, 760)
_FRAME: Final = QSize(12, 90)  # pixels: edges, a title bar and a desktop panel


def geometry_text(window: QWidget) -> str:
    """Return the window's geometry, as `restore_geometry` takes it."""
    return window.saveGeometry().toBase64().toStdString()


def restore_geometry(window: QWidget, text: str | None) -> bool:
    """Restore a geometry or, if there is none yet, choose one; return whether it better fills the screen."""
    window.resize(_SMALL_SIZE)
    if text:
        window.restoreGeometry(QByteArray.fromBase64(text.encode()))
    elif screen := QGuiApplication.primaryScreen():
        room = screen.availableSize()
        window.resize((room - _FRAME).boundedTo(_DEFAULT_SIZE))
        # The frame is extra, and Wayland does not tell how much of the screen panels take.
        return _DEFAULT_SIZE.width() > room.width() or _DEFAULT_SIZE.height() + _FRAME.height() > room.height()
    return False
