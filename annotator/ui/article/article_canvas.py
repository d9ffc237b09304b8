"""An article on the screen: laid out, painted, scrolled. What a person does to it is article_view's."""

import math
from collections.abc import Iterable
from itertools import islice
from typing import Final, cast

import msgspec
from PySide6.QtCore import QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from annotator.model.labels import LabelSet
from annotator.model.records import Article, Span, Suggestion, Zone
from annotator.ui.article.block import ABOVE, BENEATH, Line
from annotator.ui.article.caret import Caret
from annotator.ui.article.invisible_marks import has_order
from annotator.ui.article.marks import Marks, changes
from annotator.ui.article.nesting_depths import Depths, depths
from annotator.ui.article.page import Fold, Page, measure
from annotator.ui.article.painting import Painter
from annotator.ui.widgets.theme import LIGHT, Theme

BODY_SIZE: Final = 22.0  # pixels at 100 %
_CORNER: Final = 10  # pixels: radius of the paper's corners
_EDGE: Final = _CORNER + 1  # pixels: how far into the paper its edge is seen
_MARGIN: Final = 36  # pixels between the paper's edge and the column
_MANY: Final = 50  # changes at once, after which to look for the lines of each is no gain


class ArticleCanvas(QAbstractScrollArea):
    """Shows one article with its marks. Offsets are code points; `selection` is the stretch that a label's key would
    tag, `caret` stands on a word."""

    selection_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.selection: tuple[int, int] | None = None
        self.caret = Caret(Page("", [], 1, BODY_SIZE))
        self._article: Article | None = None
        self._zones: list[Zone] = []
        self._spans: tuple[Span, ...] = ()
        self._depths: Depths = depths((), LabelSet(()))
        self._labels = LabelSet(())
        self._selected: Span | None = None
        self._suggestions: tuple[Suggestion, ...] = ()
        self._chosen: Suggestion | None = None
        self._stretched: tuple[int, int] | None = None  # what the selected span or suggestion would become
        self._hits: tuple[tuple[int, int], ...] = ()
        self._current_hit: tuple[int, int] | None = None
        self._invisible = False
        self._theme = LIGHT
        self._pointed = False  # whether something is chosen by a click: nothing moves under the mouse
        self._zoom = 100
        self._opened: set[int] = set()
        self._page = self.caret.page
        self._marks = Marks()  # as they are painted
        # A QBasicTimer outlives the view that it runs for, and then ends the program.
        self._growing = QTimer(self)
        self._growing.timeout.connect(self._grow)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # else Qt moves no pixels

    def show_article(self, article: Article | None, zones: Iterable[Zone], labels: LabelSet) -> None:
        """Show another article from its beginning, or none."""
        self._article, self._labels = article, labels
        self._spans, self._selected, self.selection = (), None, None
        self._suggestions, self._chosen = (), None
        self._depths = depths((), labels)
        self._hits, self._current_hit, self._stretched = (), None, None
        self._opened.clear()
        self.verticalScrollBar().setValue(0)
        self.show_zones(zones)
        self.caret = Caret(self._page)

    def show_zones(self, zones: Iterable[Zone]) -> None:
        """Lay the article out anew, after its zones changed."""
        self._zones = list(zones)
        self._lay_out()

    def show_spans(self, spans: Iterable[Span]) -> None:
        """Show these spans of the layer."""
        self._spans = tuple(spans)
        self._depths = depths(self._spans, self._labels)
        self._mark()

    def show_labels(self, labels: LabelSet) -> None:
        """Show the spans with these labels: their titles, colours and order."""
        self._labels = labels
        self._depths = depths(self._spans, labels)
        self._mark_all()

    def show_hits(self, hits: Iterable[tuple[int, int]], current: tuple[int, int] | None) -> None:
        """Mark these places, which a search has found, and the one that was gone to."""
        self._hits, self._current_hit = tuple(hits), current
        self._mark()

    def show_selected(self, span: Span | None) -> None:
        """Show which span is the selected one, and bring it into sight."""
        self._selected = span
        self._stretched = None
        if span:
            self._select(None)
            self.caret.stand(span.end - 1)  # the next word is the one after the span
            self._bring(span, around=False)
        self._mark()

    def show_suggestions(self, suggestions: Iterable[Suggestion], chosen: Suggestion | None) -> None:
        """Show these suggestions, by start and the longer first, and bring to sight the one of them that is chosen."""
        another = chosen != self._chosen
        self._suggestions, self._chosen = tuple(suggestions), chosen
        if another:
            self._stretched = None
        if another and chosen:
            self._select(None)
            self.caret.stand(chosen.end - 1)  # as after a span
            self._bring(chosen, around=True)  # who decides reads on
        self._mark()

    def show_invisible(self, shown: bool) -> None:
        """Show where characters stand that nobody sees, or only those that may mislead about a span."""
        self._invisible = shown
        self._mark_all()

    def set_theme(self, theme: Theme) -> None:
        """Paint in this theme."""
        self._theme = theme
        self.viewport().update()

    def set_zoom(self, percent: int) -> None:
        """Show letters at this per cent of their usual size."""
        self._zoom = percent
        self._lay_out()

    def reveal(self, start: int, end: int, *, around: bool = False) -> None:
        """Bring code points `start` to `end` into sight, opening a fold that hides them; with what is `around`."""
        fold = self._page.fold_of(start)
        if fold:
            self._opened.add(fold.start)
            self._lay_out()
        first, last = self._page.line_of(start), self._page.line_of(max(start, end - 1))
        if not first or not last:
            return
        self._fit()
        bar, height = self.verticalScrollBar(), self.viewport().height()
        top, bottom = int(first.top + _MARGIN - 30), int(last.bottom + _MARGIN + 50)
        if top < bar.value():
            bar.setValue(top - height // 3 * around)
        elif bottom + height // 5 * around > bar.value() + height:
            bar.setValue(min(top, bottom - height // 2 if around else bottom - height))

    def _bring(self, marked: Span | Suggestion, *, around: bool) -> None:
        if not self._pointed:
            self.reveal(marked.start, marked.end, around=around)

    def page(self) -> Page:
        """The geometry of what is shown."""
        return self._page

    def point_of(self, x: float, y: float) -> QPointF:
        """The place in the viewport of a point of the page."""
        origin = self._origin()
        return QPointF(x + origin.x(), y + origin.y())

    def toggle_folds(self) -> None:
        """Open every fold, or close them when all are open."""
        closed = {fold.start for fold in self._page.folds if not fold.opened}
        self._opened = self._opened | closed if closed else set()
        self._lay_out()

    # Qt's events

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setLayoutDirection(self.layoutDirection())
        painter.fillRect(event.rect(), QColor(self._theme.desk))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.rule), 1))
        painter.setBrush(QColor(self._theme.paper))
        painter.drawRoundedRect(QRectF(self.viewport().rect()).adjusted(0.5, 0.5, -0.5, -0.5), _CORNER, _CORNER)
        if not self._article:
            return
        origin, inside = self._origin(), self.viewport().rect().adjusted(1, 1, -1, -1)
        painter.translate(origin)
        shown = Painter(self._page, self._marks, self._labels, self._theme)
        for exposed in cast("Iterable[QRect]", event.region()):  # strips that are far apart: what is between them stays
            painter.setClipRect(exposed.intersected(inside).translated(-origin.toPoint()))
            shown.paint(painter, exposed.top() - origin.y(), exposed.bottom() - origin.y())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._column() == self._page.width:
            self._fit()
        else:
            self._lay_out()

    def scrollContentsBy(self, _dx: int, dy: int) -> None:
        """Move what is painted, but for the paper's edges, and paint what comes into sight: a key waits for it."""
        viewport, whole = self.viewport(), self.viewport().rect()
        if self.devicePixelRatioF() % 1:
            viewport.update()  # half pixels cannot be moved
            return
        viewport.scroll(0, dy, whole.adjusted(0, _EDGE, 0, -_EDGE))
        viewport.update(0, 0, whole.width(), _EDGE)
        viewport.update(0, whole.height() - _EDGE, whole.width(), _EDGE)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._mark()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._mark()

    # Inside

    def _select(self, selection: tuple[int, int] | None) -> None:
        if selection != self.selection:
            self.selection = selection
            self._mark()
            self.selection_changed.emit()

    def _lay_out(self) -> None:
        self._page = self.caret.page = Page(self._text(), self._zones, self._column(), self._size(), self._opened)
        self._growing.start(0)
        self._fit()
        self._mark_all()

    def _grow(self) -> None:
        """Nothing else is to be done: lay out what is not in sight yet, so that no key has to wait for it."""
        if not self._page.grow() and not self.caret.words.grow():
            self._growing.stop()
            self._fit()

    def _fit(self) -> None:
        """Let the scroll bar say how much there is."""
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setRange(0, max(0, int(self._page.likely_height(bar.value() + height) + 2 * _MARGIN - height)))
        bar.setPageStep(height)
        bar.setSingleStep(int(self._size() * 1.2))

    def _size(self) -> float:
        return BODY_SIZE * self._zoom / 100

    def _column(self) -> float:
        return max(120.0, min(measure(self._size()), self.viewport().width() - 2.0 * _MARGIN))

    def _text(self) -> str:
        return self._article.text if self._article else ""

    def _origin(self) -> QPointF:
        left = (self.viewport().width() - self._page.width) // 2  # a whole pixel, for the rectangles beneath the text
        return QPointF(left, _MARGIN - self.verticalScrollBar().value())

    def _on_page(self, position: QPointF) -> QPointF:
        return position - self._origin()

    def _mark(self) -> None:
        """Show what is marked by now, and paint anew no more than where it looks otherwise: a key waits for it."""
        before, self._marks = self._marks, self._marks_now()
        stretches = list(islice(changes(before, self._marks), _MANY))
        if len(stretches) == _MANY:
            self.viewport().update()
        if not 0 < len(stretches) < _MANY:
            return
        top = -self._origin().y()
        bottom = top + self.viewport().height()
        parts: list[Line | Fold] = [*self._page.lines_between(top, bottom), *self._page.folds_between(top, bottom)]
        for part in parts:
            # Controls of direction show themselves when anything in their paragraph is marked.
            reach = part.block if isinstance(part, Line) and has_order(part) else part
            if any(start < reach.end and reach.start < end for start, end in stretches):
                self.viewport().update(self._area(part))

    def _mark_all(self) -> None:
        """Show what is marked by now, and paint all of it anew."""
        self._marks = self._marks_now()
        self.viewport().update()

    def _area(self, part: Line | Fold) -> QRect:
        """Where in the viewport something of a line or of a fold's line may be painted."""
        bottom = part.bottom + BENEATH if isinstance(part, Line) else part.top + part.height
        top = part.top - ABOVE
        height = math.ceil(bottom - top) + 1
        return QRect(0, math.floor(top + self._origin().y()), self.viewport().width(), height)

    def _marks_now(self) -> Marks:
        spans, chosen = self._shown_spans(), self._shown_chosen()
        suggestions = self._suggestions
        if chosen and chosen is not self._chosen:
            suggestions = tuple(chosen if one == self._chosen else one for one in suggestions)
        return Marks(
            spans=spans,
            depths=depths(spans, self._labels) if self._stretched else self._depths,
            selected=self._shown_selected(),
            selection=self.selection,
            word=self._word(),
            hits=self._hits,
            current_hit=self._current_hit,
            suggestions=suggestions,
            chosen=chosen,
            invisible=self._invisible,
        )

    def _shown_chosen(self) -> Suggestion | None:
        """The chosen suggestion, as far as its edge has been dragged."""
        if not self._stretched or not self._chosen:
            return self._chosen
        return msgspec.structs.replace(self._chosen, start=self._stretched[0], end=self._stretched[1])

    def _shown_selected(self) -> Span | None:
        return next((span for span in self._shown_spans() if self._selected and span.uid == self._selected.uid), None)

    def _shown_spans(self) -> tuple[Span, ...]:
        """The spans, the selected one as far as its edge has been dragged."""
        if not self._stretched or not self._selected:
            return self._spans
        start, end = self._stretched
        return tuple(
            msgspec.structs.replace(span, start=start, end=end) if span.uid == self._selected.uid else span
            for span in self._spans
        )

    def _word(self) -> tuple[int, int] | None:
        """The word under the caret, where it is to be seen."""
        word = self.caret.word
        if not word or self._selected or self._chosen or self.selection or not self.hasFocus():
            return None
        return word.start, word.end
