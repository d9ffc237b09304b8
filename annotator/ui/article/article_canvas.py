"""A widget that lays out, paints and scrolls an article; `article_view` handles input."""

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Final, TypeVar, cast

from msgspec.structs import replace
from PySide6.QtCore import QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea

from annotator.model.labels import LabelSet
from annotator.model.records import Article, Span, Suggestion, Zone
from annotator.ui.article.block import MARKS_ABOVE, Line
from annotator.ui.article.caret import Caret
from annotator.ui.article.invisible_marks import has_bidi_control
from annotator.ui.article.marks import Marks, changed_ranges
from annotator.ui.article.nesting_depths import Item, NestingDepths, compute_depths
from annotator.ui.article.page import Fold, Page, column_width
from annotator.ui.article.painting import PagePainter
from annotator.ui.widgets.scrolling import set_plain_viewport
from annotator.ui.widgets.theme import current_theme

BODY_SIZE: Final = 22.0  # pixels at 100 %
_CORNER: Final = 10  # pixels: radius of the paper's corners
_EDGE: Final = _CORNER + 1  # pixels: width of the strip that shows the paper's edge
_MARGIN: Final = 36  # pixels between the paper's edge and the column
_LOW_MARGIN: Final = 14  # pixels above and below the column of a low page
_LOW_HEIGHT: Final = 480  # pixels of the viewport: a page that is lower has narrow margins
_MAX_CHANGES: Final = 50  # from this number on, repainting everything is faster than finding the changed lines
_Item = TypeVar("_Item", Span, Suggestion)


class ArticleCanvas(QAbstractScrollArea):
    """A scrollable view of an article with its marks. Offsets are code points.

    `selection` is the range that a label's key tags.
    """

    selection_changed = Signal()
    focus_changed = Signal()
    """The focus came or went."""
    laid_out = Signal()
    """The lines are elsewhere than before."""

    def __init__(self) -> None:
        super().__init__()
        self.selection: tuple[int, int] | None = None
        self.caret = Caret(Page("", [], 1, BODY_SIZE))
        self._article: Article | None = None
        self._zones: list[Zone] = []
        self._spans: tuple[Span, ...] = ()
        self._depths: NestingDepths = compute_depths((), LabelSet(()))
        self._labels = LabelSet(())
        self._selected: Span | None = None
        self._suggestions: tuple[Suggestion, ...] = ()
        self._current_suggestion: Suggestion | None = None
        self._dragged_range: tuple[int, int] | None = None  # the active span or suggestion if it were dropped now
        self._hits: tuple[tuple[int, int], ...] = ()
        self._current_hit: tuple[int, int] | None = None
        self._show_invisible = False
        self._is_clicking = False  # a click selects something: do not scroll under the mouse
        self._is_by_button = False  # a button over the page decides: scroll only to what is out of view
        self._fixed_offset: int | None = None  # what stays in its place when the text is laid out again
        self._zoom = 100
        self._is_compact = False
        self._open_folds: set[int] = set()
        self._page = self.caret.page
        self._marks = Marks()  # as they are painted
        # Not a QBasicTimer: it outlives its view and then crashes the program.
        self._layout_timer = QTimer(self)
        self._layout_timer.timeout.connect(self._lay_out_next)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        set_plain_viewport(self)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # lets Qt scroll by moving pixels

    def show_article(
        self, article: Article | None, zones: Iterable[Zone], labels: LabelSet, spans: Iterable[Span] = ()
    ) -> None:
        """Show an article with its spans from its beginning; None clears the view."""
        self._article, self._labels = article, labels
        self._spans, self._selected, self.selection = tuple(spans), None, None
        self._suggestions, self._current_suggestion = (), None
        self._depths = compute_depths(self._spans, labels)
        self._hits, self._current_hit, self._dragged_range = (), None, None
        self._open_folds.clear()
        self.verticalScrollBar().setValue(0)
        self._zones = list(zones)
        self._lay_out()
        self.caret = Caret(self._page)
        self._update_all_marks()  # with the word under the new caret

    def show_zones(self, zones: Iterable[Zone]) -> None:
        """Lay out the article again with these zones, which may be marked by others while somebody reads."""
        self._zones = list(zones)
        self._lay_out_in_place()

    def show_spans(self, spans: Iterable[Span]) -> None:
        """Show these spans."""
        self._spans = tuple(spans)
        self._depths = compute_depths((*self._spans, *self._suggestions), self._labels)
        self._update_marks()

    def show_labels(self, labels: LabelSet) -> None:
        """Use these labels' titles, colours and order."""
        self._labels = labels
        self._depths = compute_depths((*self._spans, *self._suggestions), labels)
        self._update_all_marks()

    def show_hits(self, hits: Iterable[tuple[int, int]], current: tuple[int, int] | None) -> None:
        """Mark the search hits."""
        self._hits, self._current_hit = tuple(hits), current
        self._update_marks()

    def show_selected_span(self, span: Span | None) -> None:
        """Mark the selected span and scroll to it."""
        self._selected = span
        self._dragged_range = None
        if span:
            self._select(None)
            self.caret.move_to(span.end - 1)  # so that the next word is the one after the span
            self._reveal_item(span, with_context=False)
        self._update_marks()

    def show_suggestions(self, suggestions: Iterable[Suggestion], current: Suggestion | None) -> None:
        """Show suggestions, sorted by start and longer first, and scroll to a new current one."""
        is_new = current != self._current_suggestion
        before, self._suggestions, self._current_suggestion = self._suggestions, tuple(suggestions), current
        if self._suggestions != before:
            self._depths = compute_depths((*self._spans, *self._suggestions), self._labels)
        if is_new:
            self._dragged_range = None
        if is_new and current:
            self._select(None)
            self.caret.move_to(current.end - 1)  # as after a span
            self._reveal_item(current, with_context=True)  # a decision needs the text around
        self._update_marks()

    def show_invisible(self, enabled: bool) -> None:
        """Mark all invisible characters, or only misleading ones."""
        self._show_invisible = enabled
        self._update_all_marks()

    def set_zoom(self, percent: int) -> None:
        """Scale the text to this percentage."""
        self._zoom = percent
        self._lay_out_in_place()

    def set_compact(self, enabled: bool) -> None:
        """Show more lines in the same height, or leave more room between them."""
        self._is_compact = enabled
        self._lay_out_in_place()

    def reveal(self, start: int, end: int, *, with_context: bool = False) -> None:
        """Scroll to this range, opening a fold that hides it; `with_context` leaves a third of the page on either side.

        It scrolls no further than that: who decides on one suggestion after another looks at the same height then, and
        a key waits for the painting of a line or two.
        """
        fold = self._page.fold_of(start)
        if fold:
            self._open_folds.add(fold.start)
            self._lay_out()
        first, last = self._page.line_of(start), self._page.line_of(max(start, end - 1))
        if not first or not last:
            return
        self._update_scroll_bar()
        bar, height = self.verticalScrollBar(), self.viewport().height()
        top, bottom = int(first.top + self._top_margin() - 30), int(last.bottom + self._top_margin() + 50)
        if first is self._page.line_at(0):
            top = 0  # with the margin, and a fold, above it
        room = height // 3 * with_context
        if top - room < bar.value():
            bar.setValue(top - room)
        elif bottom + room > bar.value() + height:
            bar.setValue(min(top, bottom + room - height))

    def is_in_view(self, start: int, end: int) -> bool:
        """Return whether all lines of this range are on the screen."""
        first, last = self._page.line_of(start), self._page.line_of(max(start, end - 1))
        if not first or not last or self._page.fold_of(start):
            return False
        return self.map_from_page(0, first.top).y() >= 0 and (
            self.map_from_page(0, last.bottom + self._page.spacing.lane).y() <= self.viewport().height()
        )

    @contextmanager
    def staying(self) -> Iterator[None]:
        """Stay where the page is as long as what becomes active is in view: the mouse is over it."""
        self._is_by_button = True
        try:
            yield
        finally:
            self._is_by_button = False

    @contextmanager
    def fixing(self, offset: int | None) -> Iterator[None]:
        """Leave the line of this offset where it is on the screen, however the text is laid out meanwhile."""
        self._fixed_offset = offset
        try:
            yield
        finally:
            self._fixed_offset = None

    def _reveal_item(self, item: Span | Suggestion, *, with_context: bool) -> None:
        if self._is_clicking or (self._is_by_button and self.is_in_view(item.start, item.end)):
            return
        self.reveal(item.start, item.end, with_context=with_context)

    def page(self) -> Page:
        """Return the article's geometry."""
        return self._page

    def map_from_page(self, x: float, y: float) -> QPointF:
        """Convert page to viewport coordinates."""
        origin = self._origin()
        return QPointF(x + origin.x(), y + origin.y())

    @property
    def has_open_folds(self) -> bool:
        """Whether there are folds, and all are open."""
        return bool(self._page.folds) and all(fold.is_open for fold in self._page.folds)

    def toggle_folds(self) -> None:
        """Open all folds, or close all if open."""
        closed = {fold.start for fold in self._page.folds if not fold.is_open}
        self._open_folds = self._open_folds | closed if closed else set()
        self._lay_out()

    # Qt event handlers

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self.viewport()) as painter:
            theme = current_theme()
            painter.setLayoutDirection(self.layoutDirection())
            painter.fillRect(event.rect(), QColor(theme.window))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.rule), 1))
            painter.setBrush(QColor(theme.paper))
            painter.drawRoundedRect(QRectF(self.viewport().rect()).adjusted(0.5, 0.5, -0.5, -0.5), _CORNER, _CORNER)
            if not self._article:
                return
            origin, clip = self._origin(), self.viewport().rect().adjusted(1, 1, -1, -1)
            painter.translate(origin)
            page_painter = PagePainter(self._page, self._marks, self._labels, theme)
            for exposed in cast("Iterable[QRect]", event.region()):  # skip what lies between distant strips
                painter.setClipRect(exposed.intersected(clip).translated(-origin.toPoint()))
                page_painter.paint(painter, exposed.top() - origin.y(), exposed.bottom() - origin.y())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._column_width() == self._page.width:
            self._update_scroll_bar()
            self.laid_out.emit()
        else:
            self._lay_out_in_place()

    def scrollContentsBy(self, _dx: int, dy: int) -> None:
        """Move the pixels inside the paper's edges and paint only what is new: a key waits for it."""
        viewport, rect = self.viewport(), self.viewport().rect()
        if self.devicePixelRatioF() % 1:
            viewport.update()  # fractions of pixels cannot be moved
            return
        viewport.scroll(0, dy, rect.adjusted(0, _EDGE, 0, -_EDGE))
        viewport.update(0, 0, rect.width(), _EDGE)
        viewport.update(0, rect.height() - _EDGE, rect.width(), _EDGE)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._update_marks()
        self.focus_changed.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._update_marks()
        self.focus_changed.emit()

    # Internals

    def _select(self, selection: tuple[int, int] | None) -> None:
        if selection != self.selection:
            self.selection = selection
            self._update_marks()
            self.selection_changed.emit()

    def _lay_out(self) -> None:
        self._page = self.caret.page = Page(
            self._text(),
            self._zones,
            self._column_width(),
            self._font_size(),
            self._open_folds,
            is_compact=self._is_compact,
        )
        self._layout_timer.start(0)
        self._update_scroll_bar()
        self._update_all_marks()
        self.laid_out.emit()

    def _lay_out_in_place(self) -> None:
        """Lay out again, and leave what the annotator looks at where it is on the screen."""
        fixed_offset = self._visible_offset() if self._fixed_offset is None else self._fixed_offset
        before = self._middle_of(fixed_offset)
        self._lay_out()
        after = self._middle_of(fixed_offset)
        if before is not None and after is not None:
            self._update_scroll_bar()
            self.verticalScrollBar().setValue(round(self.verticalScrollBar().value() + after - before))

    def _visible_offset(self) -> int:
        """Return the start of what is active, or of the first visible line if that is out of sight."""
        top = self.verticalScrollBar().value() - self._top_margin()
        bottom = top + self.viewport().height()
        item, word = self._active_item(), self.caret.word
        offset = self.selection[0] if self.selection else item.start if item else word.start if word else 0
        line = self._page.line_of(offset)
        if line and top <= line.top and line.bottom <= bottom:
            return offset
        return next((line.start for line in self._page.lines_between(top, bottom) if line.top >= top), offset)

    def _middle_of(self, offset: int) -> float | None:
        """Return the height in the viewport of the middle of the line of this offset."""
        line = self._page.line_of(offset)
        return (line.top + line.bottom) / 2 + self._origin().y() if line else None

    def _lay_out_next(self) -> None:
        """Lay out text below the viewport while idle, so that no key waits for it.

        A line at a time in this thread, which paints the same page: it is no task of a TaskRunner.
        """
        if not self._page.lay_out_next() and not self.caret.words.tokenize_next_line():
            self._layout_timer.stop()
            self._update_scroll_bar()

    def _update_scroll_bar(self) -> None:
        """Adapt the scroll bar to the page."""
        bar, height = self.verticalScrollBar(), self.viewport().height()
        page_height = self._page.estimated_height(bar.value() + height) + 2 * self._top_margin()
        bar.setRange(0, max(0, int(page_height - height)))
        bar.setPageStep(height)
        bar.setSingleStep(int(self._font_size() * 1.2))

    def _font_size(self) -> float:
        return BODY_SIZE * self._zoom / 100

    def _column_width(self) -> float:
        return max(120.0, min(column_width(self._font_size()), self.viewport().width() - 2.0 * _MARGIN))

    def _top_margin(self) -> int:
        """Return the room above and below the column in pixels."""
        return _LOW_MARGIN if self.viewport().height() < _LOW_HEIGHT else _MARGIN

    def _text(self) -> str:
        return self._article.text if self._article else ""

    def _origin(self) -> QPointF:
        x = (self.viewport().width() - self._page.width) // 2  # whole pixels keep the spans' rectangles crisp
        return QPointF(x, self._top_margin() - self.verticalScrollBar().value())

    def _map_to_page(self, position: QPointF) -> QPointF:
        return position - self._origin()

    def _update_marks(self) -> None:
        """Update the marks and repaint only what changed: a key waits for it."""
        before, self._marks = self._marks, self._build_marks()
        ranges = list(islice(changed_ranges(before, self._marks), _MAX_CHANGES))
        if len(ranges) == _MAX_CHANGES:
            self.viewport().update()
        if not 0 < len(ranges) < _MAX_CHANGES:
            return
        top = -self._origin().y()
        bottom = top + self.viewport().height()
        parts: list[Line | Fold] = [*self._page.lines_between(top, bottom), *self._page.folds_between(top, bottom)]
        for part in parts:
            # Bidi controls become visible when anything in their paragraph is marked.
            extent = part.block if isinstance(part, Line) and has_bidi_control(part) else part
            if any(start < extent.end and extent.start < end for start, end in ranges):
                self.viewport().update(self._painted_rect(part))

    def _update_all_marks(self) -> None:
        """Update the marks and repaint everything."""
        self._marks = self._build_marks()
        self.viewport().update()

    def _painted_rect(self, part: Line | Fold) -> QRect:
        """Return the part of the viewport that a line or fold paints in."""
        bottom = part.bottom + self._page.spacing.lane if isinstance(part, Line) else part.top + part.height
        top = part.top - MARKS_ABOVE
        height = math.ceil(bottom - top) + 1
        return QRect(0, math.floor(top + self._origin().y()), self.viewport().width(), height)

    def _active_item(self) -> Item | None:
        """Return the selected span, else the current suggestion."""
        return self._selected or self._current_suggestion

    def _build_marks(self) -> Marks:
        """Return the marks, the active item as dragged."""
        spans, suggestions, depths, active = self._spans, self._suggestions, self._depths, self._active_item()
        if isinstance(active, Span):
            uid = active.uid
            active = next((span for span in spans if span.uid == uid), None)  # it may have changed since
        if active and self._dragged_range:
            start, end = self._dragged_range
            spans = _move_item(spans, active, start, end)
            suggestions = _move_item(suggestions, active, start, end)
            active = replace(active, start=start, end=end)
            depths = compute_depths((*spans, *suggestions), self._labels)
        return Marks(
            spans=spans,
            depths=depths,
            active=active,
            selection=self.selection,
            word=self._word(),
            hits=self._hits,
            current_hit=self._current_hit,
            suggestions=suggestions,
            show_invisible=self._show_invisible,
        )

    def _word(self) -> tuple[int, int] | None:
        """Return the word under the caret if it is marked."""
        word = self.caret.word
        if not word or self._active_item() or self.selection or not self.hasFocus():
            return None
        return word.start, word.end


def _move_item(items: tuple[_Item, ...], moved: Item, start: int, end: int) -> tuple[_Item, ...]:
    """Return these items, one of them with another range."""
    return tuple(replace(item, start=start, end=end) if item == moved else item for item in items)
