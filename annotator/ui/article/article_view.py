"""What a person does in the article: selections and clicks go in, wishes come out. It changes nothing by itself."""

from collections.abc import Callable, Iterable
from typing import Final

from PySide6.QtCore import QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QCursor, QGuiApplication, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from annotator.model.labels import LabelSet
from annotator.model.records import Article, Span, Suggestion, Zone
from annotator.ui.article.article_canvas import ArticleCanvas
from annotator.ui.article.drag import Drag, meant
from annotator.ui.article.hit_test import edge_at, under

ZOOMS: Final = (60, 70, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300)
_SCROLL: Final = 60  # milliseconds between steps while a drag is held beyond the edge


class ArticleView(ArticleCanvas):
    """The article with mouse and keys."""

    caret_moved = Signal()
    span_clicked = Signal(object)
    """A span of the layer, or None where there is none."""
    suggestion_clicked = Signal(object)
    accept_asked = Signal(object)
    """A suggestion was clicked twice."""
    selection_made = Signal()
    """The mouse has let go of a new selection."""
    resize_asked = Signal(object, int, int)
    """The selected span or the chosen suggestion, and the edges that it is to have."""
    menu_asked = Signal(object, object)
    """The global position, and the offset of the letter there or None."""
    zoom_asked = Signal(int)
    """One step larger (1) or smaller (-1)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.refine: Callable[[int, int], tuple[int, int]] = lambda start, end: (start, end)
        """What a selection of whole words is to become."""
        self.accepting = True
        """Whether a double click on a suggestion accepts it; else it selects the word there, as it does elsewhere."""
        self._clicked: Suggestion | None = None  # the chosen one, as it was before the last click
        self._drag: Drag | None = None
        self._scrolling = QTimer(self)
        self._scrolling.setInterval(_SCROLL)
        self._scrolling.timeout.connect(self._go_on)
        self.viewport().setMouseTracking(True)

    def show_article(self, article: Article | None, zones: Iterable[Zone], labels: LabelSet) -> None:
        self._drag = None  # it was about the other text
        self._scrolling.stop()
        super().show_article(article, zones, labels)

    def text_of_selection(self) -> str:
        """The code points that are selected, exactly as the article has them."""
        return self._text()[slice(*self.selection)] if self.selection else ""

    def target(self) -> tuple[int, int] | None:
        """What a label's key is about when no span is selected: the selection, else the word under the caret, if it
        is not folded away."""
        if self.selection or self._held() or not self.caret.word or self._page.fold_of(self.caret.word.start):
            return self.selection
        return self.refine(*self.caret.word)

    def offset(self) -> int:
        """Where the person is: at the selection, the selected span, the chosen suggestion or the caret."""
        if self.selection:
            return self.selection[0]
        if held := self._held():
            return held.start
        return self.caret.word.start if self.caret.word else 0

    def go(self, place: int | None, *, extend: bool = False) -> None:
        """Stand on the word at this place of the caret's, if there is one; `extend` selects on the way."""
        if place is None or not self.caret.words:
            return
        self.caret.focus = place
        self.span_clicked.emit(None)
        if extend:
            self._select(self._words(*self.caret.stretch()))
        else:
            self.caret.anchor = place
            self._select(None)
        self.reveal(*self.caret.words[place])
        self._mark()
        self.caret_moved.emit()

    def stand(self, offset: int) -> None:
        """Stand on the word at this code point, with nothing selected, and bring it into sight."""
        self.span_clicked.emit(None)
        self._select(None)
        self.caret.stand(offset)
        self.reveal(offset, offset + 1)
        self._mark()
        self.caret_moved.emit()

    def select(self, start: int, end: int) -> None:
        """Select code points `start` to `end`, to the letter."""
        self._select((start, end))

    def clear_selection(self) -> None:
        """Select nothing."""
        self._select(None)

    # Qt's events

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if event.angleDelta().y():
                self.zoom_asked.emit(1 if event.angleDelta().y() > 0 else -1)
            return
        super().wheelEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self._ask_menu_here()
            return
        at = self._on_page(QPointF(event.pos()))
        line = self._page.line_at(at.y())
        boundary = self._page.boundary_at(at.x(), at.y())
        self.menu_asked.emit(event.globalPos(), boundary if line and boundary is not None else None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._on_page(event.position())
        fold = self._page.fold_at(at.y())
        if event.button() == Qt.MouseButton.RightButton:
            self._press_right(at)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if fold:
            self._opened ^= {fold.start}
            self._lay_out()
            return
        boundary = self._page.boundary_at(at.x(), at.y())
        edge = edge_at(at, self._page, self._held())
        if boundary is not None:
            self._drag = Drag(boundary) if edge is None else Drag(boundary, self._held(), edge)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._set_cursor(self._on_page(event.position()))
            return
        self._drag_to(event.position(), exact=bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
        if 0 <= event.position().y() <= self.viewport().height():
            self._scrolling.stop()
        elif not self._scrolling.isActive():
            self._scrolling.start()

    def _go_on(self) -> None:
        """The mouse is held beyond the edge: on it goes."""
        position = QPointF(self.viewport().mapFromGlobal(QCursor.pos()))
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + (bar.singleStep() if position.y() > 0 else -bar.singleStep()))
        self._drag_to(position, exact=bool(QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.AltModifier))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._scrolling.stop()
        drag, stretched = self._drag, self._stretched
        self._drag = self._stretched = None
        if drag is None:
            return
        if drag.held:
            if stretched and stretched != (drag.held.start, drag.held.end):
                self.resize_asked.emit(drag.held, *stretched)
            self._mark()
            return
        at = self._on_page(event.position())
        if drag.anchor == self._page.boundary_at(at.x(), at.y()) or not self.selection:
            self._click(at, drag.anchor)
        else:
            self.caret.anchor = self.caret.place(self.selection[0])
            self.caret.focus = self.caret.place(self.selection[1] - 1)
            self.span_clicked.emit(None)
            self.selection_made.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = self._on_page(event.position())
        box = self._page.box_at(at.x(), at.y())
        if event.button() == Qt.MouseButton.LeftButton and box:
            # The first click may have chosen the next one out: what was chosen before it is what the hand is on.
            here = (one for one in (self._clicked, self._chosen) if one and one.start <= box.start < one.end)
            if self.accepting and (found := next(here, None)):
                self.accept_asked.emit(found)
                return
            self.span_clicked.emit(None)
            self.caret.stand(box.start)
            self._select(self._words(box.start, box.end))
            self.selection_made.emit()

    # Inside

    def _ask_menu_here(self) -> None:
        """The key of the menu means where the person is, wherever Qt takes that to be."""
        offset = self.offset()
        self.reveal(offset, offset + 1)
        for segment in self._page.segments(offset, offset + 1)[:1]:
            below = self.point_of((segment.left + segment.right) / 2, segment.line.bottom)
            self.menu_asked.emit(self.viewport().mapToGlobal(below.toPoint()), offset)

    def _drag_to(self, position: QPointF, *, exact: bool) -> None:
        at = self._on_page(position)
        boundary = self._page.boundary_at(at.x(), at.y())
        if self._drag is None or boundary is None or boundary == self._drag.anchor:
            return
        reached = self._drag.reach(self._text(), boundary, exact=exact)
        if self._drag.held:
            self._stretched = reached
            self._mark()
        else:
            self._select(self.refine(*reached) if reached and not exact else reached)

    def _words(self, start: int, end: int) -> tuple[int, int] | None:
        found = meant(self._text(), start, end, exact=False)
        return self.refine(*found) if found else None

    def _held(self) -> Span | Suggestion | None:
        """The selected span, or the chosen suggestion."""
        return self._selected or self._chosen

    def _click(self, at: QPointF, boundary: int) -> None:
        box, self._clicked = self._page.box_at(at.x(), at.y()), self._chosen
        marked: list[Span | Suggestion] = [*self._spans, *self._suggestions]
        found = under(box.start, marked, self._held(), self._labels) if box else None
        if found and found == self._chosen:
            return  # as the annotator has changed it
        self._select(None)
        self.caret.stand(box.start if box else boundary)
        self.caret_moved.emit()
        self._pointed = True
        if isinstance(found, Suggestion):
            self.suggestion_clicked.emit(found)
        else:
            self.span_clicked.emit(found)
        self._pointed = False

    def _press_right(self, at: QPointF) -> None:
        """The menu is about what is under the pointer: what is marked there, unless the selection is there."""
        box = self._page.box_at(at.x(), at.y())
        boundary = self._page.boundary_at(at.x(), at.y())
        held = self._held()
        kept = self.selection or (held and (held.start, held.end))
        if boundary is not None and not (box and kept and kept[0] <= box.start < kept[1]):
            self._click(at, boundary)

    def _set_cursor(self, at: QPointF) -> None:
        if self._page.fold_at(at.y()):
            shape = Qt.CursorShape.PointingHandCursor
        elif edge_at(at, self._page, self._held()) is not None:
            shape = Qt.CursorShape.SizeHorCursor
        else:
            shape = Qt.CursorShape.IBeamCursor
        if self.viewport().cursor().shape() != shape:
            self.viewport().setCursor(shape)
