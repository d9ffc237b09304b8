"""What is shown where there is nothing to show: what is the case, what to do about it, and the way to do it."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QAction, QColor, QPainter, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QVBoxLayout, QWidget

from annotator.ui.widgets import fonts, icons
from annotator.ui.widgets.bidi_text import plain_label
from annotator.ui.widgets.buttons import ActionButton
from annotator.ui.widgets.theme import LIGHT, Theme

_DRAWING: Final = 64  # pixels
_WIDTH: Final = 440  # pixels: how far a sentence runs; the window fits a screen of 1024
_MARGIN: Final = 12  # pixels around a hint


class EmptyState(QWidget):
    """A quiet drawing, a sentence of what is the case, one of what to do, and a button for each of `actions`.

    `drawing` is the name of an icon; `actions` are by the names of theirs, the first one is what is done most.
    """

    def __init__(
        self, drawing: str, case: str, advice: str, actions: Mapping[str, QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._drawing, self._picture, self._theme = drawing, plain_label(), LIGHT
        self.setAccessibleName(case)
        self.setAccessibleDescription(advice)
        self.buttons = [
            ActionButton(action, icon, primary=at == 0) for at, (icon, action) in enumerate(actions.items())
        ]
        self._keys = [plain_label(name="quiet") for _button in self.buttons]
        case_label, advice_label = plain_label(case), plain_label(advice, "quiet")
        case_label.setFont(fonts.interface(18, bold=True))
        advice_label.setFont(fonts.interface(15))
        for action in actions.values():
            action.changed.connect(self._show_keys)
        self._show_keys()
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addStretch(2)
        for label in (self._picture, case_label, advice_label):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setFixedWidth(_WIDTH)
            label.setWordWrap(label is not self._picture)
            row = QHBoxLayout()  # an alignment would give the label the height of fewer lines than it has
            row.addStretch()
            row.addWidget(label)
            row.addStretch()
            column.addLayout(row)
        column.addSpacing(10)
        column.addLayout(self._row())
        column.addStretch(3)

    def set_theme(self, theme: Theme) -> None:
        """Draw in this theme, once it is seen."""
        self._theme = theme
        if self.isVisible():
            self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange and self.isVisible():  # a screen of another scaling
            self._draw()
        return super().event(event)

    def _draw(self) -> None:
        self._picture.setPixmap(icons.picture(self._drawing, self._theme.faint, _DRAWING, self.devicePixelRatioF()))
        for button in self.buttons:
            button.set_theme(self._theme)

    def _row(self) -> QHBoxLayout:
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
            key.setText(button.key())


def paint_hint(view: QAbstractItemView, theme: Theme, text: str) -> None:
    """Write `text` quietly where a list has no rows. To be called while the list's viewport is painted."""
    painter = QPainter(view.viewport())
    painter.setFont(fonts.interface(13.5))
    painter.setPen(QColor(theme.dim))
    room: QRect = view.viewport().rect().adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
    flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
    painter.drawText(room, int(flags), text)
    painter.end()
