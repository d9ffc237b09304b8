"""Widgets for label colours: buttons, presets, and a preview on light and dark paper."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QColorDialog, QHBoxLayout, QPushButton, QSizePolicy, QWidget

from annotator.i18n import _, format_number
from annotator.model.colours import PALETTE
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import BODY, Span, Zone
from annotator.ui.article.marks import Marks
from annotator.ui.article.nesting_depths import compute_depths
from annotator.ui.article.page import Page
from annotator.ui.article.painting import PagePainter
from annotator.ui.widgets.bidi_text import tooltip
from annotator.ui.widgets.theme import DARK, LIGHT, Theme, current_theme

_SWATCH_SIZE: Final = 26  # pixels
_SAMPLE: Final = ("يبدو ", "المقطع الموسوم", " هكذا")  # Arabic in every language, as articles are
_TEXT: Final = "".join(_SAMPLE)
_ZONES: Final = (Zone("sample", "", BODY, 0, len(_TEXT)),)
_SIZE: Final = 20.0  # pixels: the text of the sample
_GAP: Final = 10  # pixels between the papers
_MARGIN: Final = 12  # pixels between the sample and the edge of its paper


class ColourButton(QPushButton):
    """Shows a colour on its paper; a click opens the colour dialog."""

    changed = Signal(str)
    """The chosen colour, as `#rrggbb`."""

    def __init__(self, name: str, paper: Theme) -> None:
        super().__init__()
        self._name, self._paper = name, paper
        self._colour = paper.ink
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._choose_colour)

    def show_colour(self, colour: str) -> None:
        """Show this colour, as `#rrggbb`."""
        self._colour = colour
        self.setAccessibleName(self._name)
        self.setAccessibleDescription(colour)
        self.setToolTip(tooltip(f"{self._name} · {colour}"))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(64, 36)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, 36)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            body = QRectF(self.rect()).adjusted(4, 4, -4, -4)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._paper.paper))
            painter.drawRoundedRect(body, 5, 5)
            painter.setBrush(QColor(self._colour))
            painter.drawRoundedRect(body.adjusted(6, 6, -6, -6), 4, 4)

    def _choose_colour(self) -> None:
        colour = QColorDialog.getColor(QColor(self._colour), self, self._name)
        if colour.isValid():
            self.changed.emit(colour.name())


class PresetColours(QWidget):
    """Colours to click, legible on their paper and distinct for colour-blind readers."""

    colour_chosen = Signal(object)
    """The Colour."""

    def __init__(self) -> None:
        super().__init__()
        self._buttons = [_PresetButton(colour, number, self) for number, colour in enumerate(PALETTE, 1)]
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for button in self._buttons:
            button.clicked.connect(lambda _checked=False, colour=button.colour: self.colour_chosen.emit(colour))
            row.addWidget(button)

    def show_colour(self, colour: Colour) -> None:
        """Mark the preset in use."""
        for button in self._buttons:
            button.setChecked(button.colour == colour)


class _PresetButton(QAbstractButton):
    def __init__(self, colour: Colour, index: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.colour = colour
        self.setCheckable(True)
        self.setFixedSize(_SWATCH_SIZE, _SWATCH_SIZE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(_("Preset colour {number}").format(number=format_number(index)))
        self.setAccessibleDescription(f"{colour.light} {colour.dark}")
        self.setToolTip(tooltip(_("Easy to read and to tell from the others")))

    def nextCheckState(self) -> None:  # noqa: N802 - Qt's own
        """Do nothing: `show_colour` marks the colour in use."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            circle = QRectF(self.rect()).adjusted(4, 4, -4, -4)
            painter.setBrush(QColor(self.colour.light))
            painter.drawPie(circle, 45 * 16, 180 * 16)
            painter.setBrush(QColor(self.colour.dark))
            painter.drawPie(circle, 225 * 16, 180 * 16)
            if self.isChecked() or self.hasFocus():
                theme = current_theme()
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(theme.accent if self.hasFocus() else theme.ink), 2))
                painter.drawEllipse(QRectF(self.rect()).adjusted(1, 1, -1, -1))


class LabelPreview(QWidget):
    """Shows a labelled span, as in the article, on light and dark paper."""

    def __init__(self) -> None:
        super().__init__()
        self._label = Label("", {}, PALETTE[0])
        self.setAccessibleName(_("Preview on a light and a dark background"))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def show_label(self, label: Label) -> None:
        """Show this label."""
        self._label = label
        self.update()

    def _fit(self) -> None:
        """Be as high as the lines of the sample, which are two in a narrow window."""
        page = Page(_TEXT, _ZONES, self._paper_width() - 2 * _MARGIN, _SIZE)
        self.setFixedHeight(round(page.height) + 2 * _MARGIN)

    def _paper_width(self) -> float:
        return (self.width() - _GAP) / 2

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            width = self._paper_width()
            papers = (DARK, LIGHT) if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else (LIGHT, DARK)
            for index, paper in enumerate(papers):
                self._paint_sample(painter, QRectF(index * (width + _GAP), 0, width, self.height()), paper)

    def _paint_sample(self, painter: QPainter, rect: QRectF, paper: Theme) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(paper.paper))
        painter.setPen(QPen(QColor(current_theme().rule), 1))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        page = Page(_TEXT, _ZONES, rect.width() - 2 * _MARGIN, _SIZE)
        start = len(_SAMPLE[0])
        span = Span("sample", "", "", self._label.name, start, start + len(_SAMPLE[1]))
        labels = LabelSet((self._label,))
        marks = Marks((span,), compute_depths([span], labels))
        painter.setClipRect(rect)
        painter.translate(rect.left() + _MARGIN, rect.top() + _MARGIN)
        PagePainter(page, marks, labels, paper).paint(painter, 0, page.height)
        painter.restore()
