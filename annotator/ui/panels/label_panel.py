"""The labels with their keys and counts: a click does what the key does."""

from collections import Counter
from collections.abc import Iterable
from html import escape
from operator import attrgetter

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from annotator.i18n import _, ngettext, number
from annotator.model.labels import Label, LabelSet
from annotator.model.records import Span
from annotator.ui.actions.panel_focus import paint_ring
from annotator.ui.widgets import fonts
from annotator.ui.widgets.theme import LIGHT, Theme

_HEIGHT = 42


class LabelRow(QAbstractButton):
    """One label: a stripe of its colour, its title, how often it stands in the article, its key."""

    def __init__(self, label: Label, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = label
        self.count = 0
        self.sticky = False
        """Whether each selection is given this label at once."""
        self._theme = LIGHT
        self.setText(label.shown())
        self.setAccessibleName(label.shown())
        self.setAccessibleDescription(_spoken(label, 0))
        self.setToolTip(_rich(label))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click the article keeps the keys
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_theme(self, theme: Theme) -> None:
        """Paint in this theme."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        firm = self._theme.firm(self.label)
        strength = 1.2 if self.isDown() else (0.9 if self.underMouse() else 0.6)
        body = QRectF(self.rect()).adjusted(0.5, 2.5, -0.5, -2.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.fill(self.label, strength))
        painter.drawRoundedRect(body, 7, 7)
        painter.setBrush(firm)
        stripe = QRectF(body.right() - 4 if rtl else body.left(), body.top() + 8, 4, body.height() - 16)
        painter.drawRoundedRect(stripe, 2, 2)
        start, end = (body.right() - 16, body.left() + 12) if rtl else (body.left() + 16, body.right() - 12)
        toward = -1 if rtl else 1
        key = QRectF(0, 0, 24, 23)  # its frame is in the middle of pixels, and crisp
        key.moveCenter(QPointF(start + toward * 12, body.center().y()))
        painter.setBrush(QColor(self._theme.paper))
        painter.setPen(QPen(QColor(self._theme.rule), 1))
        painter.drawRoundedRect(key, 5, 5)
        painter.setPen(QColor(self._theme.ink))
        painter.setFont(fonts.interface(13, bold=True))
        painter.drawText(key, Qt.AlignmentFlag.AlignCenter, self.label.key or "·")
        # Absolute: left and right were chosen here already, and Qt would mirror them once more.
        side = (Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignAbsolute
        other = (Qt.AlignmentFlag.AlignLeft if rtl else Qt.AlignmentFlag.AlignRight) | Qt.AlignmentFlag.AlignAbsolute
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self._theme.name(self.label, strength))
        painter.setFont(fonts.interface(14, bold=True))
        left, right = sorted((start + toward * 34, end))
        painter.drawText(QRectF(left, body.top(), right - left, body.height()), side | middle, self.label.shown())
        painter.setPen(QColor(self._theme.dim))
        painter.setFont(fonts.interface(13))
        painter.drawText(
            QRectF(left, body.top(), right - left, body.height()),
            other | middle,
            number(self.count) if self.count else "",
        )
        if self.sticky:
            painter.setPen(QPen(firm, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(body.adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        if self.hasFocus():
            paint_ring(painter, body.adjusted(-0.5, -2, 0.5, 2), self._theme, 9)


class LabelPanel(QWidget):
    """A row a label."""

    label_clicked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[LabelRow] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(3)

    def show_labels(self, labels: LabelSet, theme: Theme) -> None:
        """Show these labels."""
        for row in self._rows:
            self._layout.removeWidget(row)
            row.deleteLater()
        self._rows = [LabelRow(label, self) for label in labels.labels]
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # only what takes Tab has a place in its order
        for before, row in zip([self, *self._rows], self._rows, strict=False):
            QWidget.setTabOrder(before, row)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for row in self._rows:
            row.set_theme(theme)
            row.clicked.connect(lambda _checked=False, name=row.label.name: self.label_clicked.emit(name))
            self._layout.addWidget(row)

    def show_counts(self, spans: Iterable[Span]) -> None:
        """Show how many of these spans have each label."""
        counts = Counter(map(attrgetter("label"), spans))
        for row in self._rows:
            if row.count != counts[row.label.name]:
                row.count = counts[row.label.name]
                row.setAccessibleDescription(_spoken(row.label, row.count))
                row.update()

    def show_sticky(self, name: str | None) -> None:
        """Show which label sticks."""
        for row in self._rows:
            row.sticky = row.label.name == name
            row.update()

    def set_theme(self, theme: Theme) -> None:
        """Paint in this theme."""
        for row in self._rows:
            row.set_theme(theme)

    def rows(self) -> list[LabelRow]:
        """The rows, in the order of the labels."""
        return list(self._rows)


def _spoken(label: Label, count: int) -> str:
    """What a screen reader says of a row after its title."""
    said = [ngettext("{count} span", "{count} spans", count).format(count=number(count))]
    return ", ".join([_("key {key}").format(key=label.key), *said] if label.key else said)


def _rich(label: Label) -> str:
    """The guideline as a tooltip, below the label's title."""
    lines = "".join(f"<p style='margin:3px'>{escape(line)}</p>" for line in label.told().splitlines() if line.strip())
    return f"<b>{escape(label.shown())}</b>{lines}"
