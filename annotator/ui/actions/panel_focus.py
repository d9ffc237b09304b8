"""The keyboard's way about the window: from part to part, and back to the article.

Tab goes from control to control everywhere but in the article, where it goes from span to span; so there is a key that
goes from one part of the window to the next. A click leaves the keyboard with the article.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QKeyCombination, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QApplication, QWidget

from annotator.ui.widgets.theme import Theme

_PRESS: Final = QKeyCombination(Qt.Key.Key_Space)
_RING: Final = 2.0  # pixels


class Panes(QObject):
    """The parts of a window that have controls, in their order; `home` is the one to come back to."""

    def __init__(self, window: QWidget, home: QWidget, parts: Sequence[QWidget]) -> None:
        super().__init__(window)
        self._home, self._parts = home, tuple(parts)
        window.installEventFilter(self)

    def step(self, step: int) -> None:
        """Give the keyboard to the next part (1) that has a control now, or to the one before (-1)."""
        focus = QApplication.focusWidget()
        here = next((at for at, part in enumerate(self._parts) if focus and _holds(part, focus)), 0)
        for distance in range(1, len(self._parts)):
            part = self._parts[(here + step * distance) % len(self._parts)]
            control = next(controls(part), None)
            if control:
                control.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What reaches the window is what the control that has the keyboard had no use for."""
        if isinstance(event, QKeyEvent) and not self._home.hasFocus():
            if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
                self._home.setFocus()
                return True
            if event.type() == QEvent.Type.ShortcutOverride and event.keyCombination() == _PRESS:
                event.accept()  # it presses the button, and is no key of the window's
                return True
        return False


def controls(part: QWidget) -> Iterator[QWidget]:
    """What Tab comes to in this part of a window, in its order."""
    widget: QWidget | None = part
    while widget:
        if _holds(part, widget) and _takes_tab(widget):
            yield widget
        widget = widget.nextInFocusChain()
        if widget is part:
            return


def paint_ring(painter: QPainter, around: QRectF, theme: Theme, radius: float) -> None:
    """A frame around what has the keyboard, where a part of the window paints itself."""
    painter.setPen(QPen(QColor(theme.accent), _RING))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(around.adjusted(_RING / 2, _RING / 2, -_RING / 2, -_RING / 2), radius, radius)


def _holds(part: QWidget, widget: QWidget) -> bool:
    return widget is part or part.isAncestorOf(widget)


def _takes_tab(widget: QWidget) -> bool:
    wanted = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None
    return wanted and widget.isVisible() and widget.isEnabled()
