"""The handle between a sidebar and the article: a drag makes the sidebar wider, a click hides and shows it."""

from typing import Final

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QApplication, QSizePolicy

from annotator.ui.actions.panel_focus import paint_focus_ring
from annotator.ui.widgets.bidi_text import tooltip
from annotator.ui.widgets.theme import current_theme

_WIDTH: Final = 12  # pixels
_GRIP: Final = 44  # pixels, the height of what is painted
_STEP: Final = 16  # pixels by which a key makes the sidebar wider


class SideHandle(QAbstractButton):
    """A button as high as the window; `is_leading` is whether its sidebar is at the beginning of the line."""

    resized = Signal(int)
    """The sidebar is to be this many pixels wider than before the drag, or narrower."""
    resize_started = Signal()

    def __init__(self, *, is_leading: bool) -> None:
        super().__init__()
        self._is_leading, self._is_open = is_leading, True
        self._press_x: float | None = None
        self._is_dragging = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus in the article
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setCursor(Qt.CursorShape.SplitHCursor)

    def set_state(self, text: str, *, is_open: bool) -> None:
        """Set what a click does, and the direction of the arrow."""
        self._is_open = is_open
        self.setAccessibleName(text)
        self.setToolTip(tooltip(text))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, _GRIP)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            middle, is_active = QPointF(self.rect().center()), self.underMouse() or self.hasFocus()
            painter.setPen(QPen(QColor(theme.accent if is_active else theme.faint), 1.6))
            outwards = -1.0 if self._is_leading != (self.layoutDirection() == Qt.LayoutDirection.RightToLeft) else 1.0
            tip = (outwards if self._is_open else -outwards) * 2.5
            painter.drawPolyline([middle + QPointF(-tip, -5), middle + QPointF(tip, 0), middle + QPointF(-tip, 5)])
            if self.hasFocus():
                paint_focus_ring(painter, self.rect().toRectF(), 5)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._press_x, self._is_dragging = event.globalPosition().x(), False
        self.resize_started.emit()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press_x is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        distance = event.globalPosition().x() - self._press_x
        self._is_dragging = self._is_dragging or abs(distance) >= QApplication.startDragDistance()
        if self._is_dragging and self._is_open:
            self.resized.emit(round(distance * self._outward_sign()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._is_dragging:
            self.setDown(False)  # it was no click
        self._press_x, self._is_dragging = None, False
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        if event.key() in steps and self._is_open:
            self.resize_started.emit()
            self.resized.emit(steps[Qt.Key(event.key())] * _STEP * self._outward_sign())
        else:
            super().keyPressEvent(event)

    def _outward_sign(self) -> int:
        """Return 1 if moving to the right makes the sidebar wider, else -1."""
        return 1 if self._is_leading != (self.layoutDirection() == Qt.LayoutDirection.RightToLeft) else -1
