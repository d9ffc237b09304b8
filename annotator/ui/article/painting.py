"""Painting of an article: marks beneath the text, text in one colour, captions below.

QTextLayout draws the text without formats: no highlight changes the shape or position of a letter, and nothing is
painted over one.
"""

from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from annotator.i18n import count_phrase
from annotator.model.labels import Label, LabelSet
from annotator.model.open_suggestions import is_doubtful, is_sure
from annotator.model.records import BOILERPLATE, DATELINE, Span
from annotator.ui.article import invisible_marks
from annotator.ui.article.captions import CaptionPlacer
from annotator.ui.article.marks import Marks
from annotator.ui.article.nesting_depths import Depth, Item
from annotator.ui.article.page import Fold, Page, Segment
from annotator.ui.article.pointer import handle_points
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import elide, leading_side
from annotator.ui.widgets.shaped_text import draw_shaped_text
from annotator.ui.widgets.theme import Theme

_INSET: Final = 3  # pixels by which the fill of a nested item begins below that of the one around it
_HANDLE_RADIUS: Final = 4.5  # pixels
_SUGGESTED, _SPAN, _CURRENT, _SELECTED = 0.5, 1.0, 1.25, 1.7  # strengths of fills
_DASH_GAP: Final = 3  # pixels between dashes
_SURE_DASH: Final = 14  # pixels
_DASH: Final = 6
_DOUBTFUL_DASH: Final = 2


class _LabelStyle(NamedTuple):
    """The colours of a label's spans and suggestions."""

    line_colour: QColor
    caption_colour: QColor
    fills: dict[float, QColor]
    """By strength."""


class PagePainter:
    """Paints a page with its marks."""

    def __init__(self, page: Page, marks: Marks, labels: LabelSet, theme: Theme) -> None:
        self._page, self._marks, self._theme = page, marks, theme
        self._captions = CaptionPlacer(page, {label.name: label.localised_title() for label in labels.labels})
        self._styles = {label.name: self._style_of(label) for label in labels.labels}

    def _style_of(self, label: Label) -> _LabelStyle:
        theme = self._theme
        fills = {strength: theme.fill_colour(label, strength) for strength in (_SUGGESTED, _SPAN, _CURRENT, _SELECTED)}
        return _LabelStyle(theme.line_colour(label), theme.caption_colour(label), fills)

    def paint(self, painter: QPainter, top: float, bottom: float) -> None:
        """Paint the page between these heights."""
        lines = list(self._page.lines_between(top, bottom))
        for fold in self._page.folds_between(top, bottom):
            self._paint_fold(painter, fold)
        if not lines:
            return
        first, last, marks = lines[0].start, lines[-1].end, self._marks
        items = self._items_between(first, last)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for item, depth in sorted(items, key=lambda pair: pair[1].outer):
            self._paint_item(painter, item, depth)
        self._paint_hits(painter, first, last)
        self._paint_selection(painter)
        invisible_marks.paint(painter, lines, marks, self._theme)
        for block in dict.fromkeys(line.block for line in lines):
            painter.setPen(self._text_colour(block.kind))
            block.layout.draw(painter, QPointF(0, 0), [], QRectF(0, top, self._page.width, bottom - top))
        self._paint_captions(painter, items)
        if marks.active:
            self._paint_handles(painter, marks.active)

    def captioned_at(self, point: QPointF) -> Item | None:
        """Return the item whose caption is at this point, or None."""
        line = self._page.lane_at(point.y())
        if line is None:
            return None
        captions = self._captions.place(self._items_between(line.start, line.end), self._marks.active)
        own = (caption for caption in captions if line.start <= caption.item.start < line.end)
        return next((caption.item for caption in own if caption.area.contains(point)), None)

    def _items_between(self, first: int, last: int) -> list[tuple[Item, Depth]]:
        marks = self._marks
        items: list[Item] = [span for span in marks.spans if span.start < last and first < span.end]
        items += [suggestion for suggestion in marks.suggestions if suggestion.start < last and first < suggestion.end]
        return [(item, marks.depths[item]) for item in items]

    def _text_colour(self, kind: str | None) -> QColor:
        if kind == DATELINE:
            return QColor(self._theme.accent)
        return QColor(self._theme.dim if kind in (BOILERPLATE, None) else self._theme.ink)

    def _paint_hits(self, painter: QPainter, first: int, last: int) -> None:
        """Paint hits taller than spans, rounded, without a line, the current one framed."""
        painter.setBrush(QColor(self._theme.hit))
        frame = QPen(QColor(self._theme.ink), 1.5)
        for hit in self._marks.hits:
            if hit[0] < last and first < hit[1]:
                painter.setPen(frame if hit == self._marks.current_hit else Qt.PenStyle.NoPen)
                for segment in self._page.segments(*hit):
                    painter.drawRoundedRect(_text_rect(segment).adjusted(-2, -3, 2, -1), 4, 4)

    def _paint_selection(self, painter: QPainter) -> None:
        marks = self._marks
        if marks.selection:
            colour = QColor(self._theme.selection)
            colour.setAlphaF(0.85)
            for segment in self._page.segments(*marks.selection):
                painter.fillRect(_text_rect(segment).toAlignedRect().adjusted(-1, 0, 1, 0), colour)
        elif marks.word:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._theme.faint), 1.2, Qt.PenStyle.DotLine))
            for segment in self._page.segments(*marks.word):
                painter.drawRoundedRect(_text_rect(segment).adjusted(-2, 0, 2, 0), 4, 4)

    def _paint_item(self, painter: QPainter, item: Item, depth: Depth) -> None:
        """Paint the fill and the line of an item; its fill hides those around it: a mixture would be nobody's."""
        style, spacing, is_active = self._styles[item.label], self._page.spacing, item == self._marks.active
        fill = style.fills[self._strength_of(item, is_active=is_active)]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.line_colour)
        for segment in self._page.segments(item.start, item.end):
            # Whole pixels have crisp edges and are filled ten times as fast.
            rect = _fill_rect(segment).adjusted(0, _INSET * depth.outer, 0, 0)
            if depth.outer:
                painter.fillRect(rect, QColor(self._theme.paper))
            painter.fillRect(rect, fill)
            top = round(segment.line.bottom) + spacing.line_step * depth.inner
            thickness = spacing.line_width + is_active
            painter.drawRects(underline_rects(item, rect.left(), rect.right() + 1, top, thickness))

    def _strength_of(self, item: Item, *, is_active: bool) -> float:
        if isinstance(item, Span):
            return _SELECTED if is_active else _SPAN
        return _CURRENT if is_active else _SUGGESTED

    def _paint_captions(self, painter: QPainter, items: list[tuple[Item, Depth]]) -> None:
        for caption in self._captions.place(items, self._marks.active):
            if not caption.ink_rect.isEmpty():
                painter.fillRect(caption.ink_rect, QColor(self._theme.paper))
            painter.setPen(self._styles[caption.item.label].caption_colour)
            baseline, font_of = QPointF(0, self._page.spacing.caption_ascent), self._captions.fonts
            draw_shaped_text(painter, caption.rect.topLeft() + baseline, caption.text, font_of[caption.is_bold])
            if caption.detail:
                painter.setPen(QColor(self._theme.dim))
                draw_shaped_text(painter, caption.detail_rect.topLeft() + baseline, caption.detail, font_of[False])

    def _paint_handles(self, painter: QPainter, item: Item) -> None:
        """Paint round handles at an item's edges, hollow for a suggestion."""
        colour, paper = self._styles[item.label].line_colour, QColor(self._theme.paper)
        is_span = isinstance(item, Span)
        painter.setBrush(colour if is_span else paper)
        painter.setPen(QPen(paper if is_span else colour, 1.5))
        for point in handle_points(self._page, item):
            painter.drawEllipse(point, _HANDLE_RADIUS, _HANDLE_RADIUS)

    def _paint_fold(self, painter: QPainter, fold: Fold) -> None:
        font = fonts.interface_font(0.62 * self._page.size)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.faint))
        span_count = sum(fold.start <= span.start < fold.end for span in self._marks.spans)
        label = count_phrase("{count} line of boilerplate", "{count} lines of boilerplate", fold.count)
        if span_count:
            label += " · " + count_phrase("{count} span", "{count} spans", span_count)
        rect = QRectF(0, fold.top, self._page.width, fold.height)
        is_rtl = painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
        sign = "⌄" if fold.is_open else ("‹" if is_rtl else "›")
        flags = leading_side(is_rtl=is_rtl) | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect, flags, elide(f"{sign}  {label}", QFontMetricsF(font), rect.width() - 1))


def _text_rect(segment: Segment) -> QRectF:
    line = segment.line
    return QRectF(segment.left, line.top, segment.right - segment.left, line.bottom - line.top)


def _fill_rect(segment: Segment) -> QRect:
    """Return the whole pixels of a segment, none of which is a neighbour's."""
    left, line = round(segment.left), segment.line
    top = round(line.top)
    return QRect(left, top, max(1, round(segment.right) - left), round(line.bottom) - top)


def underline_rects(item: Item, left: int, right: int, top: int, thickness: int) -> list[QRect]:
    """Return the rectangles of the line under an item's text between these pixels.

    It is solid for a span, dashed for a suggestion, with shorter dashes the less certain it is.
    Each segment begins with a dash: the dashes of a pen would depend on the area that is painted again.
    """
    if isinstance(item, Span):
        return [QRect(left, top, right - left, thickness)]
    dash = _SURE_DASH if is_sure(item) else _DOUBTFUL_DASH if is_doubtful(item) else _DASH
    rects = [QRect(x, top, dash, thickness) for x in range(left, right, dash + _DASH_GAP)]
    rects[-1].setRight(min(rects[-1].right(), right - 1))
    return rects
