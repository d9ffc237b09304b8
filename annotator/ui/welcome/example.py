"""An example of tagging: a sentence with spans, and the labels' keys."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from annotator.model.labels import Label, LabelSet
from annotator.model.records import BODY, Span, Zone
from annotator.ui.actions.keyboard import twin_keys
from annotator.ui.article.marks import Marks
from annotator.ui.article.nesting_depths import compute_depths
from annotator.ui.article.page import Page
from annotator.ui.article.painting import PagePainter
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import accessible_text
from annotator.ui.widgets.key_cap import paint_key_cap
from annotator.ui.widgets.theme import current_theme

_SENTENCE: Final = (  # Arabic in every language, as articles are
    ("أعلنت ", ""),
    ("وزارة الصحة", "INSTITUTION"),
    ("، ", ""),
    ("أمس الثلاثاء", "DATE"),
    ("، عن ", ""),
    ("الخطة الوطنية للتلقيح", "PLAN"),
    (".", ""),
)
_TEXT: Final = "".join(words for words, _label in _SENTENCE)
_ZONES: Final = (Zone("example", "", BODY, 0, len(_TEXT)),)
_SIZES: Final = (22.0, 20.0, 18.0, 16.0)  # pixels: sizes of the sentence; the largest that fits is used
_KEY_SIZE: Final = 13.0  # pixels: the text of a label's key
_HEIGHT: Final = 38  # pixels: of a label


class ExampleSentence(QWidget):
    """Paints the sentence like the article view."""

    def __init__(self, labels: LabelSet) -> None:
        super().__init__()
        self._labels, self._spans = labels, _create_spans(labels)
        descriptions = (accessible_text(_TEXT[span.start : span.end], [span], labels) for span in self._spans)
        self.setAccessibleName(f"{_TEXT} {'; '.join(descriptions)}")
        self.setFixedHeight(round(_lay_out(1000.0).height))

    def paintEvent(self, _event: QPaintEvent) -> None:
        page = _lay_out(self.width())
        with QPainter(self) as painter:
            text_left = page.lines[0].boxes[-1].left
            painter.translate(-round(text_left / 2), 0)  # centres the sentence
            marks = Marks(self._spans, compute_depths(self._spans, self._labels))
            PagePainter(page, marks, self._labels, current_theme()).paint(painter, 0, page.height)


class LabelKey(QWidget):
    """A label's key on Latin and Arabic keyboards, and its title in its colours."""

    def __init__(self, label: Label) -> None:
        super().__init__()
        self._label = label
        self._keys = "  ".join(filter(None, (label.key, _arabic_digit(label.key or ""))))
        self.setAccessibleName(f"{label.key} {label.localised_title()}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(150, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            theme, body = current_theme(), QRectF(self.rect())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.fill_colour(self._label, 0.6))
            painter.drawRoundedRect(body, 7, 7)
            key_font, title_font = fonts.interface_font(_KEY_SIZE, bold=True), fonts.interface_font(14, bold=True)
            title = self._label.localised_title()
            key_width = QFontMetricsF(key_font).horizontalAdvance(self._keys) + 16
            title_width = QFontMetricsF(title_font).horizontalAdvance(title) + 4
            gap = 9.0
            group_left = (body.width() - key_width - gap - title_width) / 2
            is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            key = QRectF(
                round(group_left + (title_width + gap) * is_rtl) + 0.5, body.center().y() - 11.5, round(key_width), 23
            )
            paint_key_cap(painter, key, self._keys, key_font, theme.ink)
            painter.setPen(theme.name_colour(self._label, 0.6))
            painter.setFont(title_font)
            title_rect = QRectF(group_left + (key_width + gap) * (not is_rtl), 0, title_width, body.height())
            painter.drawText(title_rect, Qt.AlignmentFlag.AlignCenter, title)


def _lay_out(width: float) -> Page:
    """Lay out the sentence in the largest size that fits in one line, else the smallest."""
    pages = (Page(_TEXT, _ZONES, width, size) for size in _SIZES)
    return next((page for page in pages if len(page.lines) == 1), Page(_TEXT, _ZONES, width, _SIZES[-1]))


def _create_spans(labels: LabelSet) -> tuple[Span, ...]:
    spans, start = [], 0
    for words, label in _SENTENCE:
        if labels.find(label):
            spans.append(Span(label, "", "", label, start, start + len(words)))
        start += len(words)
    return tuple(spans)


def _arabic_digit(key: str) -> str:
    """Return the Arabic digit on a key, or ""."""
    return next((twin for twin in twin_keys(key) if twin in "٠١٢٣٤٥٦٧٨٩"), "")
