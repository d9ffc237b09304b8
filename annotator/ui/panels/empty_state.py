"""Placeholders for empty views: why nothing is there, and what to do."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QAction, QColor, QPainter, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QVBoxLayout, QWidget

from annotator.ui.widgets import fonts, icons
from annotator.ui.widgets.bidi_text import plain_label
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.widgets.theme import current_theme
from annotator.ui.widgets.wrapped_label import fitting_width

_PICTURE_SIZE: Final = 64  # pixels
_WIDTH: Final = 440  # pixels of a sentence, so that the window fits a screen of 1024
_STEP: Final = 8  # pixels by which a sentence is made narrower
_MARGIN: Final = 12  # pixels around a hint


class EmptyState(QWidget):
    """A quiet drawing, a title, a sentence of advice and a button per action.

    `icon_name` is the drawing's. `actions` are by icon name, likeliest first.
    """

    def __init__(self, icon_name: str, title: str, advice: str, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self._icon, self._picture = icon_name, plain_label()
        self.setAccessibleName(title)
        self.setAccessibleDescription(advice)
        self.buttons = [
            ActionButton(action, icon, primary=index == 0) for index, (icon, action) in enumerate(actions.items())
        ]
        self._keys = [plain_label(name="quiet") for _button in self.buttons]
        title_label, self._advice_label = plain_label(title), plain_label(advice, "quiet")
        title_label.setFont(fonts.interface_font(18, bold=True))
        self._advice_label.setFont(fonts.interface_font(15))
        for action in actions.values():
            action.changed.connect(self._show_keys)
        self._show_keys()
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addStretch(2)
        for label in (self._picture, title_label, self._advice_label):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setFixedWidth(_WIDTH)
            label.setWordWrap(label is not self._picture)
            row = QHBoxLayout()  # an alignment in the column would give wrapped labels too little height
            row.addStretch()
            row.addWidget(label)
            row.addStretch()
            column.addLayout(row)
        column.addSpacing(10)
        column.addLayout(self._build_button_row())
        column.addStretch(3)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._balance()
        self._draw()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.DevicePixelRatioChange, QEvent.Type.PaletteChange) and self.isVisible():
            self._draw()
        return super().event(event)

    def _draw(self) -> None:
        pixmap = icons.draw_pixmap(self._icon, current_theme().faint, _PICTURE_SIZE, self.devicePixelRatioF())
        self._picture.setPixmap(pixmap)

    def _balance(self) -> None:
        """Make the lines of the advice about as long as one another: no single word is on the last one."""
        label, width = self._advice_label, _WIDTH
        metrics, flags = label.fontMetrics(), Qt.TextFlag.TextWordWrap.value
        height = metrics.boundingRect(QRect(0, 0, width, 0), flags, label.text()).height()
        while metrics.boundingRect(QRect(0, 0, width - _STEP, 0), flags, label.text()).height() == height:
            width -= _STEP
        label.setFixedWidth(width)

    def _build_button_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addStretch()
        for button, key in zip(self.buttons, self._keys, strict=True):
            key.setAlignment(Qt.AlignmentFlag.AlignCenter)
            pair = QVBoxLayout()
            pair.addWidget(button)
            pair.addWidget(key)
            row.addLayout(pair)
        row.addStretch()
        return row

    def _show_keys(self) -> None:
        for button, key in zip(self.buttons, self._keys, strict=True):
            key.setText(button.key_text())


def paint_hint(view: QAbstractItemView, text: str) -> None:
    """Write `text` quietly in an empty list while its viewport is painted.

    Where it has no room, that is its first sentence; nothing, where that has none.
    """
    with QPainter(view.viewport()) as painter:
        painter.setFont(fonts.interface_font(13.5))
        painter.setPen(QColor(current_theme().dim))
        rect: QRect = view.viewport().rect().adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        if painter.boundingRect(rect, int(flags), text).height() > rect.height():
            text = text.partition(".")[0] + "."
        excess = rect.width() - fitting_width(text, painter.font(), rect.width())
        rect.adjust(excess // 2, 0, -(excess // 2), 0)
        if painter.boundingRect(rect, int(flags), text).height() <= rect.height():
            painter.drawText(rect, int(flags), text)
