"""The panel of labels with keys and counts; a click acts like the key."""

from collections import Counter
from functools import partial
from operator import attrgetter
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from annotator.i18n import _, count_phrase, format_number
from annotator.model.labels import Label
from annotator.ui.actions.panel_focus import paint_focus_ring
from annotator.ui.session.session import Session
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import leading_side, tooltip
from annotator.ui.widgets.icon_button import IconButton
from annotator.ui.widgets.key_cap import paint_key_cap
from annotator.ui.widgets.theme import current_theme

_HEIGHT, _LOW_HEIGHT = 42, 34  # pixels of a row
_BUTTON_GAP: Final = 5  # pixels beside the button
_READ_ONLY_OPACITY: Final = 0.45


class LabelRow(QAbstractButton):
    """A label's coloured stripe, key, title and number of spans in the article."""

    def __init__(self, label: Label, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = label
        self.count = 0
        self.is_sticky = False
        """Whether every selection gets this label at once."""
        self.setText(label.localised_title())
        self.setAccessibleName(label.localised_title())
        self.setAccessibleDescription(_accessible_description(label, 0))
        self._read_only_reason = ""
        self.set_read_only("")
        self._height = _HEIGHT
        self.guideline_button = IconButton("guide", _("Guideline"), self)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus in the article
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_read_only(self, reason: str) -> None:
        """Look disabled for a reason, which a click says; "" for none. The guideline can be read all the same."""
        self._read_only_reason = reason
        self.setToolTip(tooltip("\n".join(filter(None, (_title_and_key(self.label), reason)))))
        self.update()

    def set_low(self, is_low: bool) -> None:
        """Be as low as a target for the mouse may be, or have some room above and below the letters."""
        self._height = _LOW_HEIGHT if is_low else _HEIGHT
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(200, self._height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        button = self.guideline_button
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = _BUTTON_GAP if is_rtl else self.width() - button.width() - _BUTTON_GAP
        button.move(left, (self.height() - button.height()) // 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setOpacity(_READ_ONLY_OPACITY if self._read_only_reason else 1.0)
            theme, is_rtl = current_theme(), self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            line_colour = theme.line_colour(self.label)
            strength = 1.2 if self.isDown() else (0.9 if self.underMouse() else 0.6)
            body = QRectF(self.rect()).adjusted(0.5, 2.5, -0.5, -2.5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.fill_colour(self.label, strength))
            painter.drawRoundedRect(body, 7, 7)
            painter.setBrush(line_colour)
            stripe = QRectF(body.right() - 4 if is_rtl else body.left(), body.top() + 8, 4, body.height() - 16)
            painter.drawRoundedRect(stripe, 2, 2)
            room = self.guideline_button.width() + 2 * _BUTTON_GAP
            start, end = (body.right() - 16, body.left() + room) if is_rtl else (body.left() + 16, body.right() - room)
            direction = -1 if is_rtl else 1
            key = QRectF(0, 0, 24, 23)  # on the centres of pixels the frame is sharp
            key.moveCenter(QPointF(start + direction * 12, body.center().y()))
            paint_key_cap(painter, key, self.label.key or "·", fonts.interface_font(13, bold=True), theme.ink)
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.setPen(theme.name_colour(self.label, strength))
            painter.setFont(fonts.interface_font(14, bold=True))
            text_left, text_right = sorted((start + direction * 34, end))
            painter.drawText(
                QRectF(text_left, body.top(), text_right - text_left, body.height()),
                leading_side(is_rtl=is_rtl) | middle,
                self.label.localised_title(),
            )
            painter.setPen(QColor(theme.dim))
            painter.setFont(fonts.interface_font(13))
            painter.drawText(
                QRectF(text_left, body.top(), text_right - text_left, body.height()),
                leading_side(is_rtl=not is_rtl) | middle,
                format_number(self.count) if self.count else "",
            )
            if self.is_sticky:
                painter.setPen(QPen(line_colour, 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(body.adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
            if self.hasFocus():
                paint_focus_ring(painter, body.adjusted(-0.5, -2, 0.5, 2), 9)


class LabelPanel(QWidget):
    """A row per label."""

    label_clicked = Signal(str)
    guideline_requested = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.rows: list[LabelRow] = []
        """In label order."""
        self._is_low = False
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(3)
        session.on_change(self._show_labels, "labels")
        session.on_change(self._show_counts, "labels", "spans")
        session.on_change(self._show_whether_read_only, "labels", "annotator", "reader")
        self._show_labels()
        self._show_counts()

    def _show_labels(self) -> None:
        for row in self.rows:
            self._layout.removeWidget(row)
            row.deleteLater()
        self.rows = [LabelRow(label, self) for label in self._session.labels.labels]
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # setTabOrder ignores widgets that do not accept Tab
        for previous, row in zip([self, *self.rows], self.rows, strict=False):
            QWidget.setTabOrder(previous, row)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for row in self.rows:
            row.set_low(self._is_low)
            row.clicked.connect(lambda _checked=False, name=row.label.name: self.label_clicked.emit(name))
            row.guideline_button.clicked.connect(partial(self.guideline_requested.emit, row.label.name))
            self._layout.addWidget(row)

    def _show_counts(self) -> None:
        counts = Counter(map(attrgetter("label"), self._session.spans))
        for row in self.rows:
            if row.count != counts[row.label.name]:
                row.count = counts[row.label.name]
                row.setAccessibleDescription(_accessible_description(row.label, row.count))
                row.update()

    def _show_whether_read_only(self) -> None:
        for row in self.rows:
            row.set_read_only(self._session.current.read_only_reason)

    def set_low(self, is_low: bool) -> None:
        """Have low rows, as a low window needs."""
        self._is_low = is_low
        for row in self.rows:
            row.set_low(is_low)

    def show_sticky(self, name: str | None) -> None:
        """Mark the sticky label."""
        for row in self.rows:
            row.is_sticky = row.label.name == name
            row.update()


def _accessible_description(label: Label, count: int) -> str:
    """Return what a screen reader speaks after the title."""
    parts = [count_phrase("{count} span", "{count} spans", count)]
    return ", ".join([_("key {key}").format(key=label.key), *parts] if label.key else parts)


def _title_and_key(label: Label) -> str:
    """Return a label's title and key, in one line."""
    key = _("key {key}").format(key=label.key) if label.key else ""
    return " · ".join(filter(None, (label.localised_title(), key)))
