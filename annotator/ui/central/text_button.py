"""A button that looks like text until the mouse or the focus is on it."""

from math import ceil
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from annotator.ui.actions.panel_focus import paint_focus_ring
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import elide, leading_side
from annotator.ui.widgets.theme import Theme, current_theme

_PADDING: Final = 7  # pixels on both sides
_HEIGHT: Final = 30  # pixels
_MIN_WIDTH: Final = 34  # pixels: a letter or two and the ellipsis
_RADIUS: Final = 5  # pixels


class TextButton(QAbstractButton):
    """Shows its text in one line, elided where there is no room; `name` is what screen readers call it.

    A `heading` is bold and takes the room that is left.
    """

    def __init__(self, name: str, *, is_heading: bool = False) -> None:
        super().__init__()
        self._ink = "dim"
        self._font = fonts.interface_font(fonts.INTERFACE_SIZE, bold=is_heading)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click the article keeps the focus
        horizontal = QSizePolicy.Policy.Ignored if is_heading else QSizePolicy.Policy.Maximum
        self.setSizePolicy(horizontal, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def show_text(self, text: str, *, ink: str = "dim") -> None:
        """Show another text, `ink` being a colour of the theme by name."""
        if (text, ink) == (self.text(), self._ink):
            return
        before, self._ink = self.sizeHint(), ink
        self.setText(text)
        self.update()
        if self.sizePolicy().horizontalPolicy() != QSizePolicy.Policy.Ignored and self.sizeHint() != before:
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(ceil(QFontMetricsF(self._font).horizontalAdvance(self.text())) + 2 * _PADDING + 1, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(_MIN_WIDTH, self.sizeHint().width()), _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, body = current_theme(), QRectF(self.rect())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.isEnabled() and (self.underMouse() or self.isDown()):
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.highlight))
                painter.drawRoundedRect(body, _RADIUS, _RADIUS)
            if self.hasFocus():
                paint_focus_ring(painter, body, _RADIUS)
            painter.setFont(self._font)
            painter.setPen(QColor(_colour(theme, self._ink)))
            area = body.adjusted(_PADDING, 0, -_PADDING, 0)
            is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            flags = leading_side(is_rtl=is_rtl) | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(area, flags, elide(self.text(), QFontMetricsF(self._font), area.width()))


def _colour(theme: Theme, name: str) -> str:
    colour: str = getattr(theme, name)
    return colour
