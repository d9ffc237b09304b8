"""The article with mouse and keyboard input, turned into signals; it changes no data itself."""

from collections.abc import Callable, Iterable
from typing import Final

from PySide6.QtCore import QDeadlineTimer, QEvent, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QGuiApplication,
    QHelpEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QToolTip

from annotator.model.display_names import source_title
from annotator.model.labels import LabelSet
from annotator.model.records import Article, Span, Suggestion, Zone
from annotator.text.selection import phrase_around
from annotator.ui.article.article_canvas import ArticleCanvas
from annotator.ui.article.painting import PagePainter
from annotator.ui.article.pointer import Drag, edge_at, item_at, snap_range
from annotator.ui.widgets.bidi_text import describe_score, describe_value, format_value, isolate, tooltip
from annotator.ui.widgets.theme import current_theme

ZOOMS: Final = (60, 70, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300)
_NOTCH: Final = 120  # eighths of a degree: what a notch of a wheel turns, of which a touchpad sends small parts
_PINCH: Final = 0.12  # by how much two fingers stretch the text before it is a step larger
_SCROLL: Final = 60  # milliseconds between steps while a drag is held beyond the edge


class ArticleView(ArticleCanvas):
    """An ArticleCanvas with input."""

    caret_moved = Signal()
    span_clicked = Signal(object)
    """The span under the pointer, or None."""
    suggestion_clicked = Signal(object)
    accept_requested = Signal(object)
    """The suggestion that was double-clicked."""
    mouse_pressed = Signal()
    """The left button was pressed on the text."""
    mouse_released = Signal()
    """It was released, and what it did has been done."""
    selection_finished = Signal()
    """The mouse button was released after a new selection."""
    resize_requested = Signal(object, int, int)
    """The selected span or the current suggestion, and its new start and end."""
    menu_requested = Signal(object, object)
    """The global position, and the offset of the character there, or None beside the text, as over a fold."""
    zoom_requested = Signal(int)
    """One step larger (1) or smaller (-1)."""

    def __init__(self) -> None:
        super().__init__()
        self.refine: Callable[[int, int], tuple[int, int]] = lambda start, end: (start, end)
        """Adjust the range of a selection of whole words."""
        self.accepts_on_double_click = True
        """Whether a double click on a suggestion accepts it instead of selecting the word."""
        self._suggestion_before_click: Suggestion | None = None  # the current one before the last click
        self._drag: Drag | None = None
        self._third_click_deadline = QDeadlineTimer(0)  # a click until then is the third one at its place
        self._zoom_travel = 0.0  # parts of a step that wheel or fingers have turned
        self._scroll_timer = QTimer(self, interval=_SCROLL)
        self._scroll_timer.timeout.connect(self._scroll_and_drag)
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().valueChanged.connect(_hide_tooltip)

    def show_article(
        self, article: Article | None, zones: Iterable[Zone], labels: LabelSet, spans: Iterable[Span] = ()
    ) -> None:
        self._drag = None  # its offsets are those of the previous text
        self._scroll_timer.stop()
        super().show_article(article, zones, labels, spans)

    def show_suggestions(self, suggestions: Iterable[Suggestion], current: Suggestion | None) -> None:
        before = self._suggestions
        super().show_suggestions(suggestions, current)
        if self._suggestions != before:
            _hide_tooltip()

    def selected_text(self) -> str:
        """Return the selected code points exactly as in the article."""
        return self._text()[slice(*self.selection)] if self.selection else ""

    def target_range(self) -> tuple[int, int] | None:
        """Return the range a label's key tags: the selection, else the word under the caret.

        Without a selection, return None if a span or suggestion is active or the word is folded away.
        """
        if self.selection or self._active_item() or not self.caret.word or self._page.fold_of(self.caret.word.start):
            return self.selection
        return self.refine(*self.caret.word)

    def current_offset(self) -> int:
        """Return the start of the selection, selected span, current suggestion or word under the caret."""
        if self.selection:
            return self.selection[0]
        if item := self._active_item():
            return item.start
        return self.caret.word.start if self.caret.word else 0

    def move_to_word(self, index: int | None, *, extend: bool = False) -> None:
        """Move the caret to this word; `extend` selects up to it."""
        if index is None or not self.caret.words:
            return
        self.caret.focus = index
        self.span_clicked.emit(None)
        if extend:
            self._select(self._whole_words(*self.caret.selected_range()))
        else:
            self.caret.anchor = index
            self._select(None)
        self.reveal(*self.caret.words[index])
        self._update_marks()
        self.caret_moved.emit()

    def move_to(self, offset: int) -> None:
        """Move the caret to the word at this offset, scroll there and clear the selection."""
        self.span_clicked.emit(None)
        self._select(None)
        self.caret.move_to(offset)
        self.reveal(offset, offset + 1)
        self._update_marks()
        self.caret_moved.emit()

    def select(self, start: int, end: int) -> None:
        """Select exactly the code points `start` to `end`."""
        self._select((start, end))

    def clear_selection(self) -> None:
        """Clear the selection; the next one begins at the word of the caret."""
        self.caret.anchor = self.caret.focus
        self._select(None)

    def cancel_drag(self) -> bool:
        """End a drag without effect, though the button is down; return whether there was one."""
        if self._drag is None:
            return False
        if self._drag.item is None:
            self._select(None)
        self._drag = self._dragged_range = None
        self._scroll_timer.stop()
        self._update_marks()
        return True

    # Qt event handlers

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self._zoom_under(event.position(), event.value() / _PINCH)
            return True
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            text = self._describe_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), tooltip(text) if text else "", self.viewport())
            return True
        return super().viewportEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if event.phase() != Qt.ScrollPhase.ScrollMomentum:  # fingers that have let go mean scrolling
                self._zoom_under(event.position(), event.angleDelta().y() / _NOTCH)
            return
        super().wheelEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self._request_menu_at_caret()
            return
        point = self._map_to_page(QPointF(event.pos()))
        fold = self._page.fold_at(point.y())
        self.menu_requested.emit(event.globalPos(), None if fold else self._page.boundary_at(point.x(), point.y()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = self._map_to_page(event.position())
        fold = self._page.fold_at(point.y())
        if event.button() == Qt.MouseButton.RightButton and not fold:
            self._press_right(point)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self.mouse_pressed.emit()
        if fold:
            self._open_folds ^= {fold.start}
            self._lay_out()
            return
        boundary = self._page.boundary_at(point.x(), point.y())
        edge = edge_at(point, self._page, self._active_item())
        if boundary is None:
            return
        is_third_click, self._third_click_deadline = not self._third_click_deadline.hasExpired(), QDeadlineTimer(0)
        if is_third_click and self.selection and self.selection[0] <= boundary <= self.selection[1]:
            self._select(self._whole_words(*phrase_around(self._text(), *self.selection)))
            self.selection_finished.emit()
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._drag = self._drag_of_nearest_edge(boundary)
            self._drag_to(event.position(), exact=bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
        else:
            word = self._page.opposite_word_at(point.x(), point.y())
            self._drag = Drag(boundary, word=word) if edge is None else Drag(boundary, self._active_item(), edge)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._set_cursor(self._map_to_page(event.position()))
            return
        self._drag_to(event.position(), exact=bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
        if 0 <= event.position().y() <= self.viewport().height():
            self._scroll_timer.stop()
        elif not self._scroll_timer.isActive():
            self._scroll_timer.start()

    def _scroll_and_drag(self) -> None:
        """Scroll and extend the drag while the mouse is beyond the viewport."""
        position = QPointF(self.viewport().mapFromGlobal(QCursor.pos()))
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + (bar.singleStep() if position.y() > 0 else -bar.singleStep()))
        self._drag_to(position, exact=bool(QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.AltModifier))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._finish_drag(event.position())
            self.mouse_released.emit()

    def _finish_drag(self, position: QPointF) -> None:
        """Resize the item whose edge was dragged, keep what was selected, or click."""
        self._scroll_timer.stop()
        drag, dragged = self._drag, self._dragged_range
        self._drag = self._dragged_range = None
        if drag is None:
            return
        if drag.item:
            if dragged and dragged != (drag.item.start, drag.item.end):
                self._is_clicking = True
                self.resize_requested.emit(drag.item, *dragged)
                self._is_clicking = False
            self._update_marks()
            return
        point = self._map_to_page(position)
        if drag.anchor == self._page.boundary_at(point.x(), point.y()) or not self.selection:
            self._click(point, drag.anchor)
        else:
            self.caret.anchor = self.caret.index_at(self.selection[0])
            self.caret.focus = self.caret.index_at(self.selection[1] - 1)
            self.span_clicked.emit(None)
            self.selection_finished.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        point = self._map_to_page(event.position())
        box, captioned = self._page.box_at(point.x(), point.y()), self._captioned_at(point)
        if event.button() != Qt.MouseButton.LeftButton or isinstance(captioned, Span):
            return  # the first click has selected the span
        # The first click may have moved on to the next enclosing suggestion; the one before it is meant.
        offset = captioned.start if captioned else box.start if box else -1
        candidates = (
            suggestion
            for suggestion in (self._suggestion_before_click, self._current_suggestion)
            if suggestion and suggestion.start <= offset < suggestion.end
        )
        if self.accepts_on_double_click and (suggestion := next(candidates, None)):
            self._is_clicking = True
            self.accept_requested.emit(suggestion)
            self._is_clicking = False
        elif box:
            self.mouse_pressed.emit()
            self.span_clicked.emit(None)
            self.caret.move_to(box.start)
            self._select(self._whole_words(box.start, box.end))
            self._third_click_deadline = QDeadlineTimer(QApplication.doubleClickInterval())
            self.selection_finished.emit()

    # Internals

    def _zoom_under(self, position: QPointF, steps: float) -> None:
        """Zoom once whole steps have been turned, and leave the line under the pointer where it is."""
        is_reversed = steps * self._zoom_travel < 0
        self._zoom_travel = steps if is_reversed else self._zoom_travel + steps
        count = int(self._zoom_travel)
        self._zoom_travel -= count
        point = self._map_to_page(position)
        for _ in range(abs(count)):
            with self.fixing(self._page.boundary_at(point.x(), point.y())):
                self.zoom_requested.emit(1 if count > 0 else -1)

    def _request_menu_at_caret(self) -> None:
        """Request the menu at the caret or active item: Qt would place it elsewhere."""
        offset = self.current_offset()
        self.reveal(offset, offset + 1)
        for segment in self._page.segments(offset, offset + 1)[:1]:
            below = self.map_from_page((segment.left + segment.right) / 2, segment.line.bottom)
            self.menu_requested.emit(self.viewport().mapToGlobal(below.toPoint()), offset)

    def _drag_to(self, position: QPointF, *, exact: bool) -> None:
        point = self._map_to_page(position)
        boundary = self._page.boundary_at(point.x(), point.y())
        if self._drag is None or boundary is None or boundary == self._drag.anchor:
            return
        word = self._page.opposite_word_at(point.x(), point.y())
        text_range = self._drag.range_to(self._text(), boundary, word, exact=exact)
        if self._drag.item:
            self._dragged_range = text_range
            self._update_marks()
        else:
            self._select(self.refine(*text_range) if text_range and not exact else text_range)

    def _drag_of_nearest_edge(self, boundary: int) -> Drag:
        """Return a drag that brings an edge of the active item, the selection or the word under the caret here."""
        item = self._active_item()
        start, end = (item.start, item.end) if item else self.selection or self.caret.word or (boundary, boundary)
        is_end = boundary - start > end - boundary
        if item:
            return Drag(end if is_end else start, item, int(is_end))
        return Drag(start if is_end else end)

    def _captioned_at(self, point: QPointF) -> Span | Suggestion | None:
        """Return what has its caption there: longer than its words, it is often below others."""
        if not self._page.lane_at(point.y()):
            return None
        return PagePainter(self._page, self._marks, self._labels, current_theme()).captioned_at(point)

    def _describe_at(self, position: QPointF) -> str:
        """Return what is known of the innermost item there; "" where the caption below it says all."""
        point = self._map_to_page(position)
        box = self._page.box_at(point.x(), point.y())
        items: list[Span | Suggestion] = [*self._spans, *self._suggestions]
        item = self._captioned_at(point) or (item_at(box.start, items, None, self._labels) if box else None)
        label = self._labels.find(item.label) if item else None
        if not item or not label:
            return ""
        if isinstance(item, Span):
            facts = [format_value(item.value or ""), " ".join((item.note or "").split())]
        else:
            facts = [describe_value(item), source_title(item.source), describe_score(item)]
        parts = list(filter(None, facts))
        return " · ".join(map(isolate, [label.localised_title(), *parts])) if parts else ""

    def _whole_words(self, start: int, end: int) -> tuple[int, int] | None:
        words = snap_range(self._text(), start, end, exact=False)
        return self.refine(*words) if words else None

    def _click(self, point: QPointF, boundary: int) -> None:
        box, self._suggestion_before_click = self._page.box_at(point.x(), point.y()), self._current_suggestion
        items: list[Span | Suggestion] = [*self._spans, *self._suggestions]
        captioned = self._captioned_at(point)
        item = captioned or (item_at(box.start, items, self._active_item(), self._labels) if box else None)
        if item and item == self._current_suggestion:
            return  # keep it as the annotator has edited it
        self._select(None)
        self.caret.move_to(captioned.start if captioned else box.start if box else boundary)
        self._update_marks()
        self.caret_moved.emit()
        self._is_clicking = True
        if isinstance(item, Suggestion):
            self.suggestion_clicked.emit(item)
        else:
            self.span_clicked.emit(item)
        self._is_clicking = False

    def _press_right(self, point: QPointF) -> None:
        """Select what is under the pointer for the context menu, unless selected already."""
        box = self._page.box_at(point.x(), point.y())
        boundary = self._page.boundary_at(point.x(), point.y())
        item = self._active_item()
        active_range = self.selection or (item and (item.start, item.end))
        is_captioned = self._captioned_at(point) is not None
        if boundary is not None and (
            is_captioned or not (box and active_range and active_range[0] <= box.start < active_range[1])
        ):
            self._click(point, boundary)

    def _set_cursor(self, point: QPointF) -> None:
        if self._page.fold_at(point.y()):
            shape = Qt.CursorShape.PointingHandCursor
        elif edge_at(point, self._page, self._active_item()) is not None:
            shape = Qt.CursorShape.SizeHorCursor
        elif self._captioned_at(point):
            shape = Qt.CursorShape.PointingHandCursor
        else:
            shape = Qt.CursorShape.IBeamCursor
        if self.viewport().cursor().shape() != shape:
            self.viewport().setCursor(shape)


def _hide_tooltip() -> None:
    """Hide what the mouse has brought, after a key has changed what is under it; Qt would leave it for seconds."""
    if QToolTip.isVisible():
        QToolTip.hideText()
