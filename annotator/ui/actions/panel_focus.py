"""Keyboard focus: moving between the window's panels and back to the article.

Tab moves between controls, but in the article between spans, so another key changes panels. A click leaves the focus in
the article.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QKeyCombination, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QAbstractSpinBox, QApplication, QComboBox, QWidget

from annotator.ui.widgets.theme import current_theme

_ENTER: Final = (
    QKeyCombination(Qt.Key.Key_Return),
    QKeyCombination(Qt.KeyboardModifier.KeypadModifier, Qt.Key.Key_Enter),
)
_ACTIVATION_KEYS: Final = (QKeyCombination(Qt.Key.Key_Space), *_ENTER)
_MENU_KEY: Final = QKeyCombination(Qt.KeyboardModifier.ShiftModifier, Qt.Key.Key_F10)
_RING_WIDTH: Final = 2.0  # pixels


class PanelFocus(QObject):
    """Moves the focus between panels, in their order; Escape returns it to `home`."""

    def __init__(self, window: QWidget, home: QWidget) -> None:
        super().__init__(window)
        self._home = home
        self.panels: Sequence[QWidget] = ()
        window.installEventFilter(self)

    def move_focus(self, step: int) -> None:
        """Focus the next (1) or previous (-1) panel with a focusable control."""
        focus = QApplication.focusWidget()
        current = next((index for index, panel in enumerate(self.panels) if focus and _contains(panel, focus)), 0)
        for distance in range(1, len(self.panels)):
            panel = self.panels[(current + step * distance) % len(self.panels)]
            control = next(focusable_controls(panel), None)
            if control:
                control.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle the keys that the focused control ignored."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            control = QApplication.focusWidget()
            if event.keyCombination() == _MENU_KEY and control:
                _request_menu(control)
                return True
        if isinstance(event, QKeyEvent) and not self._home.hasFocus():
            if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
                self._home.setFocus()
                return True
            if event.type() == QEvent.Type.ShortcutOverride and event.keyCombination() in _ACTIVATION_KEYS:
                event.accept()  # it presses the focused button and is no shortcut
                return True
            button = QApplication.focusWidget()
            is_enter = event.type() == QEvent.Type.KeyPress and event.keyCombination() in _ENTER
            if is_enter and isinstance(button, QAbstractButton):
                button.click()  # outside a dialog, Qt knows Space alone
                return True
        return False


def focusable_controls(panel: QWidget) -> Iterator[QWidget]:
    """Yield a panel's widgets that Tab reaches, in the order in which they were made.

    Qt's chain of the focus has their order too, but PySide takes each widget of it for a child of the one before, and
    lets Python's collector delete it too early.
    """
    return filter(_takes_tab, (panel, *panel.findChildren(QWidget)))


def paint_focus_ring(painter: QPainter, rect: QRectF, radius: float) -> None:
    """Paint a frame around the focused part of a widget that paints itself."""
    painter.setPen(QPen(QColor(current_theme().accent), _RING_WIDTH))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(
        rect.adjusted(_RING_WIDTH / 2, _RING_WIDTH / 2, -_RING_WIDTH / 2, -_RING_WIDTH / 2), radius, radius
    )


def _request_menu(control: QWidget) -> None:
    """Ask for the context menu of a control, as the menu key does: on X11 and Wayland, Qt knows that key alone."""
    centre = control.rect().center()
    reason = QContextMenuEvent.Reason.Keyboard
    QApplication.sendEvent(control, QContextMenuEvent(reason, centre, control.mapToGlobal(centre)))


def _contains(panel: QWidget, widget: QWidget) -> bool:
    return widget is panel or panel.isAncestorOf(widget)


def _takes_tab(widget: QWidget) -> bool:
    accepts_tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and not _is_part_of_control(widget)
    return accepts_tab and widget.isVisible() and widget.isEnabled()


def _is_part_of_control(widget: QWidget) -> bool:
    """Return whether a widget is the field of a list or a number, which passes the focus on to it."""
    return isinstance(widget.parentWidget(), QComboBox | QAbstractSpinBox)
