"""The sign over the window while files are dragged there."""

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from annotator.ui.central.drop_sign import DropSign
from annotator.ui.window import Window

_COPY, _NO_KEY = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier


def drag_over(window: Window, data: QMimeData) -> bool:
    """Drag this over the window; return whether its sign is shown and its drop would be taken."""
    event = QDragEnterEvent(QPoint(50, 50), _COPY, data, Qt.MouseButton.LeftButton, _NO_KEY)
    event.ignore()
    QApplication.sendEvent(window, event)
    sign = drop_sign(window)
    assert sign.isVisible() == event.isAccepted()
    return sign.isVisible()


def drop_sign(window: Window) -> DropSign:
    sign = window.findChild(DropSign)
    assert sign
    return sign


def files(path: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    return data


def test_files_over_the_window_show_that_they_may_be_dropped(window: Window, tmp_path: Path) -> None:
    before = window.grab().toImage()
    assert not drag_over(window, QMimeData())
    assert drag_over(window, files(tmp_path))
    sign = drop_sign(window)
    assert sign.geometry() == window.rect()
    image = window.grab().toImage()
    assert image.pixel(sign.width() // 2, 14) != before.pixel(sign.width() // 2, 14)  # the frame
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not sign.isVisible()


def test_a_drop_ends_the_sign(window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = files(tmp_path / "none.txt")
    assert drag_over(window, data)
    monkeypatch.setattr(window.merge_commands, "open_dropped", lambda _files: None)
    QApplication.sendEvent(window, QDropEvent(QPointF(5, 5), _COPY, data, Qt.MouseButton.NoButton, _NO_KEY))
    assert not drop_sign(window).isVisible()
