"""How a label looks: its two colours, ready ones to choose from, and a span with them on light and on dark paper."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QColorDialog, QHBoxLayout, QPushButton, QWidget

from annotator.i18n import _, number
from annotator.model.colours import READY
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import BODY, Span, Zone
from annotator.ui.article.marks import Marks
from annotator.ui.article.nesting_depths import depths
from annotator.ui.article.page import Page
from annotator.ui.article.painting import Painter
from annotator.ui.widgets.bidi_text import tooltip
from annotator.ui.widgets.theme import DARK, LIGHT, Theme

_SWATCH: Final = 26  # pixels
_SAMPLE: Final = ("يبدو ", "المقطع الموسوم", " هكذا")  # as articles are: Arabic in every language
_TEXT: Final = "".join(_SAMPLE)
_ZONES: Final = (Zone("sample", "", BODY, 0, len(_TEXT)),)
_SIZE: Final = 20.0  # pixels: the letters of the sample
_EDGE: Final = 12  # pixels between the sample and the edge of its paper


class ColourButton(QPushButton):
    """A colour on its paper; a click chooses another in Qt's own dialog."""

    changed = Signal(str)
    """The colour that was chosen, as `#rrggbb`."""

    def __init__(self, name: str, paper: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._paper = name, paper
        self._colour = paper.ink
        self.setAutoDefault(False)
        self.clicked.connect(self._ask)

    def show_colour(self, colour: str) -> None:
        """Show this colour, as `#rrggbb`."""
        self._colour = colour
        self.setAccessibleName(self._name)
        self.setAccessibleDescription(colour)
        self.setToolTip(tooltip(f"{self._name} · {colour}"))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(64, 36)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._paper.paper))
        painter.drawRoundedRect(body, 5, 5)
        painter.setBrush(QColor(self._colour))
        painter.drawRoundedRect(body.adjusted(6, 6, -6, -6), 4, 4)

    def _ask(self) -> None:
        found = QColorDialog.getColor(QColor(self._colour), self, self._name)
        if found.isValid():
            self.changed.emit(found.name())


class ReadyColours(QWidget):
    """Colours that contrast with the paper and are told apart by colour-blind readers; a click takes one."""

    chosen = Signal(object)
    """The Colour."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons = [_Ready(colour, place, theme, self) for place, colour in enumerate(READY, 1)]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for button in self._buttons:
            button.clicked.connect(lambda _checked=False, colour=button.colour: self.chosen.emit(colour))
            row.addWidget(button)

    def show_colour(self, colour: Colour) -> None:
        """Mark the one that is in use."""
        for button in self._buttons:
            button.setChecked(button.colour == colour)


class _Ready(QAbstractButton):
    def __init__(self, colour: Colour, place: int, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.colour, self._theme = colour, theme
        self.setCheckable(True)
        self.setFixedSize(_SWATCH, _SWATCH)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(_("Ready colour {number}").format(number=number(place)))
        self.setAccessibleDescription(f"{colour.light} {colour.dark}")
        self.setToolTip(tooltip(_("Easily read, and easily told from the others")))

    def nextCheckState(self) -> None:  # noqa: N802 - Qt's own
        """A click takes the colour; whether it is in use is told by `show_colour`."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        circle = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        painter.setBrush(QColor(self.colour.light))
        painter.drawPie(circle, 45 * 16, 180 * 16)
        painter.setBrush(QColor(self.colour.dark))
        painter.drawPie(circle, 225 * 16, 180 * 16)
        if self.isChecked() or self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._theme.accent if self.hasFocus() else self._theme.ink), 2))
            painter.drawEllipse(QRectF(self.rect()).adjusted(1, 1, -1, -1))


class Preview(QWidget):
    """A span with the label, as the article shows it, on light paper and on dark."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._label = Label("", {}, READY[0])
        self.setAccessibleName(_("How it looks on light and on dark paper"))
        self.setFixedHeight(round(Page(_TEXT, _ZONES, 1000.0, _SIZE).height) + 2 * _EDGE)

    def show_label(self, label: Label) -> None:
        """Show this label."""
        self._label = label
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        gap = 10
        width = (self.width() - gap) / 2
        papers = (DARK, LIGHT) if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else (LIGHT, DARK)
        for at, paper in enumerate(papers):
            self._paper(painter, QRectF(at * (width + gap), 0, width, self.height()), paper)

    def _paper(self, painter: QPainter, room: QRectF, paper: Theme) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(paper.paper))
        painter.setPen(QPen(QColor(self._theme.rule), 1))
        painter.drawRoundedRect(room.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        page = Page(_TEXT, _ZONES, room.width() - 2 * _EDGE, _SIZE)
        start = len(_SAMPLE[0])
        span = Span("sample", "", "", self._label.name, start, start + len(_SAMPLE[1]))
        labels = LabelSet((self._label,))
        marks = Marks((span,), depths([span], labels))
        painter.setClipRect(room)
        painter.translate(room.left() + _EDGE, room.top() + _EDGE)
        Painter(page, marks, labels, paper).paint(painter, 0, page.height)
        painter.restore()
