"""Painting of an article: marks beneath the text, text in one colour, captions below.

QTextLayout draws the text without formats: no highlight changes the shape or position of a letter.
"""

from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPathStroker, QPen

from annotator.i18n import _, count_phrase
from annotator.model.labels import Label, LabelSet
from annotator.model.records import BOILERPLATE, DATELINE, Span, Suggestion
from annotator.ui.article import invisible_marks, outlines
from annotator.ui.article.marks import Marks
from annotator.ui.article.nesting_depths import Depth
from annotator.ui.article.page import Fold, Page, Segment
from annotator.ui.article.pointer import handle_points
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import format_percent
from annotator.ui.widgets.theme import Theme

_LINE_WIDTH: Final = 2  # pixels: thickness of the line under a span
_LINE_STEP: Final = 4  # pixels between the lines of nested spans
_CAPTION_SIZE: Final = 11.0  # pixels
_HANDLE_RADIUS: Final = 4.5  # pixels


class _LabelStyle(NamedTuple):
    """The colours and caption title of a label's spans."""

    line_colour: QColor
    fill: QColor
    selected_fill: QColor
    title: str


class _Caption(NamedTuple):
    """The caption under the first of `segments`, below `line_count` lines of spans."""

    segments: list[Segment]
    line_count: int
    text: str
    colour: QColor
    bold: bool


class PagePainter:
    """Paints a page with its marks."""

    def __init__(self, page: Page, marks: Marks, labels: LabelSet, theme: Theme) -> None:
        self._page, self._marks, self._theme = page, marks, theme
        self._caption_fonts = {bold: fonts.interface_font(_CAPTION_SIZE, bold=bold) for bold in (True, False)}
        self._caption_metrics = {bold: QFontMetricsF(font) for bold, font in self._caption_fonts.items()}
        self._styles = {label.name: self._style_of(label) for label in labels.labels}

    def _style_of(self, label: Label) -> _LabelStyle:
        return _LabelStyle(
            self._theme.line_colour(label),
            self._theme.fill_colour(label),
            self._theme.fill_colour(label, 1.7),
            label.localised_title(),
        )

    def paint(self, painter: QPainter, top: float, bottom: float) -> None:
        """Paint the page between these heights."""
        lines = list(self._page.lines_between(top, bottom))
        for fold in self._page.folds_between(top, bottom):
            self._paint_fold(painter, fold)
        if not lines:
            return
        first, last = lines[0].start, lines[-1].end
        marks = self._marks
        spans = [(span, marks.depths[span]) for span in marks.spans if span.start < last and first < span.end]
        suggestions = [
            suggestion for suggestion in marks.suggestions if suggestion.start < last and first < suggestion.end
        ]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_spans(painter, spans)
        self._paint_hits(painter, first, last)
        self._paint_selection(painter)
        self._paint_outlines(painter, suggestions, spans)
        invisible_marks.paint(painter, lines, marks, self._theme)
        for block in dict.fromkeys(line.block for line in lines):
            painter.setPen(self._text_colour(block.kind))
            block.layout.draw(painter, QPointF(0, 0), [], QRectF(0, top, self._page.width, bottom - top))
        self._paint_captions(painter, spans, suggestions)
        if marks.selected_span:
            self._paint_handles(painter, marks.selected_span)
        if marks.current_suggestion:
            self._paint_handles(painter, marks.current_suggestion)

    def _text_colour(self, kind: str | None) -> QColor:
        if kind == DATELINE:
            return QColor(self._theme.accent)
        return QColor(self._theme.dim if kind in (BOILERPLATE, None) else self._theme.ink)

    def _paint_spans(self, painter: QPainter, spans: list[tuple[Span, Depth]]) -> None:
        for span, depth in sorted(spans, key=lambda pair: pair[1].outer):
            self._paint_span(painter, span, depth, is_selected=span == self._marks.selected_span)

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

    def _paint_span(self, painter: QPainter, span: Span, depth: Depth, *, is_selected: bool) -> None:
        style = self._styles[span.label]
        for segment in self._page.segments(span.start, span.end):
            # Whole pixels have crisp edges and are filled ten times as fast.
            rect = _text_rect(segment).toAlignedRect().adjusted(0, 3 * depth.outer, 0, 0)
            painter.fillRect(rect, style.selected_fill if is_selected else style.fill)
            top = round(segment.line.bottom) + _LINE_STEP * depth.inner
            painter.fillRect(rect.left(), top, rect.width(), _LINE_WIDTH + is_selected, style.line_colour)

    def _paint_outlines(
        self, painter: QPainter, suggestions: list[Suggestion], spans: list[tuple[Span, Depth]]
    ) -> None:
        for suggestion, level in outlines.nesting_levels(suggestions, (span for span, _depth in spans)):
            colour = self._styles[suggestion.label].line_colour
            # Fill the stroke: the position of a pen's dashes depends on the repainted area.
            stroker = QPainterPathStroker(
                outlines.outline_pen(suggestion, colour, is_current=suggestion == self._marks.current_suggestion)
            )
            segments = self._page.segments(suggestion.start, suggestion.end)
            for index in range(len(segments)):
                painter.fillPath(stroker.createStroke(outlines.outline_path(segments, index, level)), colour)

    def _paint_captions(
        self, painter: QPainter, spans: list[tuple[Span, Depth]], suggestions: list[Suggestion]
    ) -> None:
        captions = [(span.start, -depth.inner, self._span_caption(span, depth)) for span, depth in spans]
        captions += [(suggestion.start, 0, self._suggestion_caption(suggestion, spans)) for suggestion in suggestions]
        occupied_by_line: dict[int, list[tuple[float, float]]] = {}
        for _start, _inner, caption in sorted(captions, key=lambda caption: caption[:2]):
            if not caption.segments:
                continue
            first, metrics = caption.segments[0], self._caption_metrics[caption.bold]
            width = metrics.horizontalAdvance(caption.text)
            occupied = occupied_by_line.setdefault(id(first.line), [])
            x = self._find_free_x(first, width, occupied)
            occupied.append((x, x + width))
            baseline = first.line.bottom + _LINE_STEP * (caption.line_count + 1) + metrics.ascent() - 3
            painter.setFont(self._caption_fonts[caption.bold])
            painter.setPen(caption.colour)
            painter.drawText(QPointF(x, baseline), caption.text)

    def _span_caption(self, span: Span, depth: Depth) -> _Caption:
        style = self._styles[span.label]
        return _Caption(
            self._page.segments(span.start, span.end), depth.deepest, style.title, style.line_colour, bold=True
        )

    def _suggestion_caption(self, suggestion: Suggestion, spans: list[tuple[Span, Depth]]) -> _Caption:
        """Build a caption: bold if sure or current, with the score if current, else “?” if doubtful."""
        style, text = self._styles[suggestion.label], self._styles[suggestion.label].title
        levels = [depth.deepest for span, depth in spans if span.start < suggestion.end and suggestion.start < span.end]
        is_current = suggestion == self._marks.current_suggestion
        if is_current:
            text = f"{text} · {format_percent(suggestion.score)}"
        elif outlines.is_doubtful(suggestion):
            text = _("{label}?").format(label=text)
        bold = is_current or outlines.is_sure(suggestion)
        return _Caption(
            self._page.segments(suggestion.start, suggestion.end),
            max(levels, default=0),
            text,
            style.line_colour,
            bold=bold,
        )

    def _find_free_x(self, segment: Segment, width: float, occupied: list[tuple[float, float]]) -> float:
        """Return the x for a caption of this width: the segment's start, or past other captions."""
        gap = 7.0
        if segment.line.block.is_rtl:
            right = segment.right
            for start, end in sorted(occupied, reverse=True):
                if start - gap < right and right - width < end + gap:
                    right = start - gap
            return right - width
        x = segment.left
        for start, end in sorted(occupied):
            if start - gap < x + width and x < end + gap:
                x = end + gap
        return x

    def _paint_handles(self, painter: QPainter, item: Span | Suggestion) -> None:
        """Paint round handles at an item's edges, hollow for a suggestion."""
        colour, paper = self._styles[item.label].line_colour, QColor(self._theme.paper)
        is_span = isinstance(item, Span)
        painter.setBrush(colour if is_span else paper)
        painter.setPen(QPen(paper if is_span else colour, 1.5))
        for point in handle_points(self._page, item):
            painter.drawEllipse(point, _HANDLE_RADIUS, _HANDLE_RADIUS)

    def _paint_fold(self, painter: QPainter, fold: Fold) -> None:
        painter.setFont(fonts.interface_font(0.62 * self._page.size))
        painter.setPen(QColor(self._theme.faint))
        span_count = sum(fold.start <= span.start < fold.end for span in self._marks.spans)
        label = count_phrase("{count} line of boilerplate", "{count} lines of boilerplate", fold.count)
        if span_count:
            label += " · " + count_phrase("{count} span", "{count} spans", span_count)
        rect = QRectF(0, fold.top, self._page.width, fold.height)
        is_rtl = painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
        sign = "⌄" if fold.is_open else ("‹" if is_rtl else "›")
        side = Qt.AlignmentFlag.AlignRight if is_rtl else Qt.AlignmentFlag.AlignLeft
        painter.drawText(
            rect, side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute, f"{sign}  {label}"
        )


def _text_rect(segment: Segment) -> QRectF:
    line = segment.line
    return QRectF(segment.left, line.top, segment.right - segment.left, line.bottom - line.top)
