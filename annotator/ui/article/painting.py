"""How the article looks: spans beneath, text above in one colour, names beside. Nothing is decided here.

The text is drawn by QTextLayout without formats, so that no highlight can change a letter's shape or place; whatever
marks it lies beneath it.
"""

from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPathStroker, QPen

from annotator.i18n import _, ngettext, number
from annotator.model.labels import Label, LabelSet
from annotator.model.records import BOILERPLATE, DATELINE, Span, Suggestion
from annotator.ui.article import invisible_marks, outlines
from annotator.ui.article.hit_test import edges
from annotator.ui.article.marks import Marks
from annotator.ui.article.nesting_depths import Depth
from annotator.ui.article.page import Fold, Page, Segment
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import percent
from annotator.ui.widgets.theme import Theme

_LINE: Final = 2  # pixels: how thick a span's line is
_STEP: Final = 4  # pixels: from one nested span's line to the next
_NAME: Final = 11.0  # pixels: the letters of a span's name
_HANDLE: Final = 4.5  # pixels: radius of the selected span's edges


class _Look(NamedTuple):
    """What the spans of a label are painted with."""

    firm: QColor
    fill: QColor
    chosen: QColor
    name: str


class _Name(NamedTuple):
    """What is written beneath the first of `segments`, under so many lines of spans."""

    segments: list[Segment]
    lines: int
    text: str
    colour: QColor
    bold: bool


class Painter:
    """Paints a page with its marks in a theme."""

    def __init__(self, page: Page, marks: Marks, labels: LabelSet, theme: Theme) -> None:
        self._page, self._marks, self._theme = page, marks, theme
        self._name_fonts = {bold: fonts.interface(_NAME, bold=bold) for bold in (True, False)}
        self._name_metrics = {bold: QFontMetricsF(font) for bold, font in self._name_fonts.items()}
        self._looks = {label.name: self._look(label) for label in labels.labels}

    def _look(self, label: Label) -> _Look:
        return _Look(self._theme.firm(label), self._theme.fill(label), self._theme.fill(label, 1.7), label.shown())

    def paint(self, painter: QPainter, top: float, bottom: float) -> None:
        """Paint what lies between these heights of the page."""
        lines = list(self._page.lines_between(top, bottom))
        for fold in self._page.folds_between(top, bottom):
            self._fold(painter, fold)
        if not lines:
            return
        first, last = lines[0].start, lines[-1].end
        marks = self._marks
        shown = [(span, marks.depths[span]) for span in marks.spans if span.start < last and first < span.end]
        suggested = [one for one in marks.suggestions if one.start < last and first < one.end]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._spans(painter, shown)
        self._hits(painter, first, last)
        self._selection(painter)
        self._outlines(painter, suggested, shown)
        invisible_marks.paint(painter, lines, marks, self._theme)
        for block in dict.fromkeys(line.block for line in lines):
            painter.setPen(self._ink(block.kind))
            block.layout.draw(painter, QPointF(0, 0), [], QRectF(0, top, self._page.width, bottom - top))
        self._names(painter, shown, suggested)
        if marks.selected:
            self._handles(painter, marks.selected)
        if marks.chosen:
            self._handles(painter, marks.chosen)

    def _ink(self, kind: str | None) -> QColor:
        if kind == DATELINE:
            return QColor(self._theme.accent)
        return QColor(self._theme.dim if kind in (BOILERPLATE, None) else self._theme.ink)

    def _spans(self, painter: QPainter, shown: list[tuple[Span, Depth]]) -> None:
        for span, depth in sorted(shown, key=lambda pair: pair[1].outer):
            self._span(painter, span, depth, chosen=span == self._marks.selected)

    def _hits(self, painter: QPainter, first: int, last: int) -> None:
        """As with a marker: higher than a span, round, and no line beneath; the current one has a frame."""
        painter.setBrush(QColor(self._theme.hit))
        frame = QPen(QColor(self._theme.ink), 1.5)
        for hit in self._marks.hits:
            if hit[0] < last and first < hit[1]:
                painter.setPen(frame if hit == self._marks.current_hit else Qt.PenStyle.NoPen)
                for segment in self._page.segments(*hit):
                    painter.drawRoundedRect(_letters(segment).adjusted(-2, -3, 2, -1), 4, 4)

    def _selection(self, painter: QPainter) -> None:
        marks = self._marks
        if marks.selection:
            colour = QColor(self._theme.selection)
            colour.setAlphaF(0.85)
            for segment in self._page.segments(*marks.selection):
                painter.fillRect(_letters(segment).toAlignedRect().adjusted(-1, 0, 1, 0), colour)
        elif marks.word:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._theme.faint), 1.2, Qt.PenStyle.DotLine))
            for segment in self._page.segments(*marks.word):
                painter.drawRoundedRect(_letters(segment).adjusted(-2, 0, 2, 0), 4, 4)

    def _span(self, painter: QPainter, span: Span, depth: Depth, *, chosen: bool) -> None:
        look = self._looks[span.label]
        for segment in self._page.segments(span.start, span.end):
            # Whole pixels: edges are crisp, and filling them is ten times as fast.
            letters = _letters(segment).toAlignedRect().adjusted(0, 3 * depth.outer, 0, 0)
            painter.fillRect(letters, look.chosen if chosen else look.fill)
            top = round(segment.line.bottom) + _STEP * depth.inner
            painter.fillRect(letters.left(), top, letters.width(), _LINE + chosen, look.firm)

    def _outlines(self, painter: QPainter, suggested: list[Suggestion], shown: list[tuple[Span, Depth]]) -> None:
        for one, level in outlines.levels(suggested, (span for span, _depth in shown)):
            firm = self._looks[one.label].firm
            # Filled: where a pen puts its dashes depends on how much is painted anew.
            stroker = QPainterPathStroker(outlines.pen(one, firm, chosen=one == self._marks.chosen))
            segments = self._page.segments(one.start, one.end)
            for at in range(len(segments)):
                painter.fillPath(stroker.createStroke(outlines.outline(segments, at, level)), firm)

    def _names(self, painter: QPainter, shown: list[tuple[Span, Depth]], suggested: list[Suggestion]) -> None:
        names = [(span.start, -depth.inner, self._name_of_span(span, depth)) for span, depth in shown]
        names += [(one.start, 0, self._name_of_suggestion(one, shown)) for one in suggested]
        taken: dict[int, list[tuple[float, float]]] = {}
        for _start, _inner, name in sorted(names, key=lambda name: name[:2]):
            if not name.segments:
                continue
            first, metrics = name.segments[0], self._name_metrics[name.bold]
            width = metrics.horizontalAdvance(name.text)
            places = taken.setdefault(id(first.line), [])
            left = self._free(first, width, places)
            places.append((left, left + width))
            baseline = first.line.bottom + _STEP * (name.lines + 1) + metrics.ascent() - 3
            painter.setFont(self._name_fonts[name.bold])
            painter.setPen(name.colour)
            painter.drawText(QPointF(left, baseline), name.text)

    def _name_of_span(self, span: Span, depth: Depth) -> _Name:
        look = self._looks[span.label]
        return _Name(self._page.segments(span.start, span.end), depth.deepest, look.name, look.firm, bold=True)

    def _name_of_suggestion(self, one: Suggestion, shown: list[tuple[Span, Depth]]) -> _Name:
        """What is sure is bold, what is doubtful is called into question; the chosen one says how sure it is."""
        look, text = self._looks[one.label], self._looks[one.label].name
        beside = [depth.deepest for span, depth in shown if span.start < one.end and one.start < span.end]
        chosen = one == self._marks.chosen
        if chosen:
            text = f"{text} · {percent(one.score)}"
        elif outlines.is_doubtful(one):
            text = _("{label}?").format(label=text)
        bold = chosen or outlines.is_sure(one)
        return _Name(self._page.segments(one.start, one.end), max(beside, default=0), text, look.firm, bold=bold)

    def _free(self, segment: Segment, width: float, taken: list[tuple[float, float]]) -> float:
        """Where a name of this width has room beneath the segment: at its beginning, or after other names there."""
        gap = 7.0
        if segment.line.block.rtl:
            right = segment.right
            for left, end in sorted(taken, reverse=True):
                if left - gap < right and right - width < end + gap:
                    right = left - gap
            return right - width
        start = segment.left
        for left, end in sorted(taken):
            if left - gap < start + width and start < end + gap:
                start = end + gap
        return start

    def _handles(self, painter: QPainter, held: Span | Suggestion) -> None:
        """Round, and of a suggestion hollow."""
        firm, paper = self._looks[held.label].firm, QColor(self._theme.paper)
        span = isinstance(held, Span)
        painter.setBrush(firm if span else paper)
        painter.setPen(QPen(paper if span else firm, 1.5))
        for point in edges(self._page, held):
            painter.drawEllipse(point, _HANDLE, _HANDLE)

    def _fold(self, painter: QPainter, fold: Fold) -> None:
        painter.setFont(fonts.interface(0.62 * self._page.size))
        painter.setPen(QColor(self._theme.faint))
        inside = sum(fold.start <= span.start < fold.end for span in self._marks.spans)
        said = ngettext("{count} line is not the article", "{count} lines are not the article", fold.count)
        text = said.format(count=number(fold.count))
        if inside:
            text += " · " + ngettext("{count} span", "{count} spans", inside).format(count=number(inside))
        rect = QRectF(0, fold.top, self._page.width, fold.height)
        rtl = painter.layoutDirection() == Qt.LayoutDirection.RightToLeft
        sign = "⌄" if fold.opened else ("‹" if rtl else "›")
        side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
        painter.drawText(rect, side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute, f"{sign}  {text}")


def _letters(segment: Segment) -> QRectF:
    line = segment.line
    return QRectF(segment.left, line.top, segment.right - segment.left, line.bottom - line.top)
