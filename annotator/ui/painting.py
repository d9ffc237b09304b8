"""How the article looks: spans beneath, text above in one colour, names beside. Nothing is decided here.

The text is drawn by QTextLayout without formats, so that no highlight can change a letter's shape or place; whatever
marks it lies beneath it.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate, pairwise
from operator import attrgetter
from typing import Final

from msgspec import Struct
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from annotator.core.labels import Label, LabelSet
from annotator.core.model import BOILERPLATE, DATELINE, Span
from annotator.i18n import ngettext, number
from annotator.ui import fonts
from annotator.ui.hits import edges
from annotator.ui.page import Fold, Page, Segment
from annotator.ui.theme import Theme

_LINE: Final = 2  # pixels: how thick a span's line is
_STEP: Final = 4  # pixels: from one nested span's line to the next
_NAME: Final = 11.0  # pixels: the letters of a span's name
_HANDLE: Final = 4.5  # pixels: radius of the selected span's edges
_DEEPEST: Final = 3


class Depth(Struct, frozen=True):
    """Where a span lies among those that share letters with it: `outer` are longer, `inner` are shorter.

    `deepest` is the largest `inner` of them all, itself included.
    """

    outer: int
    inner: int
    deepest: int


class _Depths(Mapping[str, Depth]):
    """By the uid of a span. Found when first asked for, for all spans that overlap: few of a thousand are in sight."""

    def __init__(self, spans: Iterable[Span], labels: LabelSet) -> None:
        self._labels = labels
        self._groups = {span.uid: group for group in _groups(spans) for span in group}
        self._found: dict[str, Depth] = {}

    def __getitem__(self, uid: str) -> Depth:
        if uid not in self._found:
            self._find(self._groups[uid])
        return self._found[uid]

    def __iter__(self) -> Iterator[str]:
        return iter(self._groups)

    def __len__(self) -> int:
        return len(self._groups)

    def _find(self, group: list[Span]) -> None:
        rank = self._labels.rank
        group = sorted(group, key=lambda span: (span.start - span.end, span.start, rank(span.label), span.uid))
        outer, inner = _levels(group), _levels(group[::-1])[::-1]
        deepest = max(inner)
        for span, above, beneath in zip(group, outer, inner, strict=True):
            self._found[span.uid] = Depth(above, beneath, deepest)


def depths(spans: Iterable[Span], labels: LabelSet) -> Mapping[str, Depth]:
    """For each span's uid how deep it lies, so that nested and crossing ones are told apart."""
    return _Depths(spans, labels)


def _groups(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """The spans, those together that overlap one another or another in between."""
    ordered = sorted(spans, key=attrgetter("start"))
    reach = accumulate((span.end for span in ordered), max)
    cuts = [at for at, end in enumerate(reach, 1) if at == len(ordered) or end <= ordered[at].start]
    return (ordered[first:last] for first, last in pairwise([0, *cuts]))


def _levels(ordered: list[Span]) -> list[int]:
    """For each span one more than the deepest earlier one that shares a letter; 0 where none does."""
    levels: list[int] = []
    for span in ordered:
        touching = (level for one, level in zip(ordered, levels, strict=False) if _share(one, span))
        levels.append(min(_DEEPEST, 1 + max(touching, default=-1)))
    return levels


class Marks(Struct, frozen=True):
    """What lies on the page beside the text."""

    spans: tuple[Span, ...]
    depths: Mapping[str, Depth]
    selected: Span | None
    selection: tuple[int, int] | None
    word: tuple[int, int] | None
    """The word under the caret, shown while nothing is selected."""
    hits: tuple[tuple[int, int], ...] = ()
    """The places that a search found."""
    current_hit: tuple[int, int] | None = None
    """The one of them that the person was taken to."""


class Painter:
    """Paints a page with its marks in a theme."""

    def __init__(self, page: Page, marks: Marks, labels: LabelSet, theme: Theme) -> None:
        self._page, self._marks, self._theme = page, marks, theme
        self._labels: dict[str, Label] = {label.name: label for label in labels.labels}
        self._name_font = fonts.interface(_NAME, bold=True)
        self._name_metrics = QFontMetricsF(self._name_font)

    def paint(self, painter: QPainter, top: float, bottom: float) -> None:
        """Paint what lies between these heights of the page."""
        lines = list(self._page.lines_between(top, bottom))
        for fold in self._page.folds_between(top, bottom):
            self._fold(painter, fold)
        if not lines:
            return
        first, last = lines[0].start, lines[-1].end
        shown = [span for span in self._marks.spans if span.start < last and first < span.end]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._hits(painter, first, last)
        self._underlay(painter, shown)
        for block in dict.fromkeys(line.block for line in lines):
            painter.setPen(self._ink(block.kind))
            block.layout.draw(painter, QPointF(0, 0), [], QRectF(0, top, self._page.width, bottom - top))
        self._names(painter, shown)
        if self._marks.selected:
            self._handles(painter, self._marks.selected)

    def _ink(self, kind: str | None) -> QColor:
        if kind == DATELINE:
            return QColor(self._theme.accent)
        return QColor(self._theme.dim if kind in (BOILERPLATE, None) else self._theme.ink)

    def _hits(self, painter: QPainter, first: int, last: int) -> None:
        """Like a marker's stroke, from above the letters to beneath them; the current one is framed too."""
        painter.setPen(Qt.PenStyle.NoPen)
        for hit in self._marks.hits:
            if hit[0] < last and first < hit[1]:
                painter.setBrush(QColor(self._theme.hit))
                for segment in self._page.segments(*hit):
                    painter.drawRoundedRect(_letters(segment).adjusted(-2, -3, 2, 1), 4, 4)
        if self._marks.current_hit:
            painter.setBrush(QColor(self._theme.hit))
            painter.setPen(QPen(QColor(self._theme.ink), 1.5))
            for segment in self._page.segments(*self._marks.current_hit):
                painter.drawRoundedRect(_letters(segment).adjusted(-2, -3, 2, 1), 4, 4)

    def _underlay(self, painter: QPainter, shown: list[Span]) -> None:
        marks = self._marks
        for span in sorted(shown, key=lambda span: marks.depths[span.uid].outer):
            self._span(painter, span, chosen=span == marks.selected)
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

    def _span(self, painter: QPainter, span: Span, *, chosen: bool) -> None:
        label = self._labels[span.label]
        depth = self._marks.depths[span.uid]
        firm = self._theme.firm(label)
        for segment in self._page.segments(span.start, span.end):
            # Whole pixels: edges are crisp, and filling them is ten times as fast.
            letters = _letters(segment).toAlignedRect().adjusted(0, 3 * depth.outer, 0, 0)
            painter.fillRect(letters, self._theme.fill(label, 1.7 if chosen else 1.0))
            top = round(segment.line.bottom) + _STEP * depth.inner
            painter.fillRect(letters.left(), top, letters.width(), _LINE + chosen, firm)

    def _names(self, painter: QPainter, shown: list[Span]) -> None:
        painter.setFont(self._name_font)
        taken: dict[int, list[tuple[float, float]]] = {}
        for span in sorted(shown, key=lambda span: (span.start, -self._marks.depths[span.uid].inner)):
            segments = self._page.segments(span.start, span.end)
            if not segments:
                continue
            label = self._labels[span.label]
            first = segments[0]
            width = self._name_metrics.horizontalAdvance(label.shown())
            places = taken.setdefault(id(first.line), [])
            left = self._free(first, width, places)
            places.append((left, left + width))
            deepest = self._marks.depths[span.uid].deepest
            baseline = first.line.bottom + _STEP * (deepest + 1) + self._name_metrics.ascent() - 3
            painter.setPen(self._theme.firm(label))
            painter.drawText(QPointF(left, baseline), label.shown())

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

    def _handles(self, painter: QPainter, span: Span) -> None:
        label = self._labels.get(span.label)
        if label is None:
            return
        painter.setBrush(self._theme.firm(label))
        painter.setPen(QPen(QColor(self._theme.paper), 1.5))
        for point in edges(self._page, span):
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


def _share(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
