"""The article: selections go in, painted spans come out. It changes nothing by itself; it says what was asked for."""

from collections.abc import Iterable
from typing import Final

import msgspec
from PySide6.QtCore import QBasicTimer, QPointF, Qt, QTimerEvent, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QCursor,
    QFocusEvent,
    QGuiApplication,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from annotator.core.labels import LabelSet
from annotator.core.model import Article, Span, Zone
from annotator.core.text import tokens
from annotator.ui.caret import Caret
from annotator.ui.drag import Drag, meant
from annotator.ui.hits import edge_at, span_under
from annotator.ui.page import Page, measure
from annotator.ui.painting import Depth, Marks, Painter, depths
from annotator.ui.theme import LIGHT, Theme

BODY_SIZE: Final = 22.0  # pixels at 100 %
ZOOMS: Final = (60, 70, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300)
_SCROLL: Final = 60  # milliseconds between steps while a drag is held beyond the edge
_MARGIN: Final = 36  # pixels between the paper's edge and the column


class ArticleView(QAbstractScrollArea):
    """Shows one article. Offsets are code points; `selection` is the stretch that a label's key would tag."""

    selection_changed = Signal()
    span_clicked = Signal(object)
    """A span of the layer, or None where there is none."""
    resize_asked = Signal(object, int, int)
    menu_asked = Signal(object, object)
    """The global position, and the offset of the letter there or None."""
    zoom_asked = Signal(int)
    """One step larger (1) or smaller (-1)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.selection: tuple[int, int] | None = None
        self.caret = Caret(Page("", [], 1, BODY_SIZE), [])
        self._article: Article | None = None
        self._zones: list[Zone] = []
        self._spans: tuple[Span, ...] = ()
        self._depths: dict[str, Depth] = {}
        self._labels = LabelSet(())
        self._selected: Span | None = None
        self._theme = LIGHT
        self._zoom = 100
        self._opened: set[int] = set()
        self._page = self.caret.page
        self._drag: Drag | None = None
        self._scrolling = QBasicTimer()
        self._stretched: tuple[int, int] | None = None  # what the selected span would become
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)

    # What is shown

    def show_article(self, article: Article | None, zones: Iterable[Zone], labels: LabelSet) -> None:
        """Show another article from its beginning, or none."""
        self._article, self._labels = article, labels
        self._spans, self._depths, self._selected, self.selection = (), {}, None, None
        self._opened.clear()
        self.show_zones(zones)
        self.caret = Caret(self._page, tokens(article.text) if article else [])
        self.verticalScrollBar().setValue(0)

    def show_zones(self, zones: Iterable[Zone]) -> None:
        """Lay the article out anew, after its zones changed."""
        self._zones = list(zones)
        self._lay_out()

    def show_spans(self, spans: Iterable[Span]) -> None:
        """Show these spans of the layer."""
        self._spans = tuple(spans)
        self._depths = depths(self._spans, self._labels)
        self.viewport().update()

    def show_selected(self, span: Span | None) -> None:
        """Show which span is the selected one, and bring it into sight."""
        self._selected = span
        self._stretched = None
        if span:
            self._select(None)
            self.caret.stand(span.end - 1)  # the next word is the one after the span
            self.reveal(span.start, span.end)
        self.viewport().update()

    def set_theme(self, theme: Theme) -> None:
        """Paint in this theme."""
        self._theme = theme
        self.viewport().update()

    def set_zoom(self, percent: int) -> None:
        """Show letters at this per cent of their usual size."""
        self._zoom = percent
        self._lay_out()

    def reveal(self, start: int, end: int) -> None:
        """Bring code points `start` to `end` into sight, opening a fold that hides them."""
        fold = self._page.fold_of(start)
        if fold:
            self._opened.add(fold.start)
            self._lay_out()
        first, last = self._page.line_of(start), self._page.line_of(max(start, end - 1))
        if not first or not last:
            return
        bar, height = self.verticalScrollBar(), self.viewport().height()
        top, bottom = int(first.top + _MARGIN - 30), int(last.bottom + _MARGIN + 50)
        if top < bar.value():
            bar.setValue(top)
        elif bottom > bar.value() + height:
            bar.setValue(min(top, bottom - height))

    def text_of_selection(self) -> str:
        """The code points that are selected, exactly as the article has them."""
        return self._text()[slice(*self.selection)] if self.selection else ""

    def target(self) -> tuple[int, int] | None:
        """What a label's key is about when no span is selected: the selection, else the word under the caret."""
        if self.selection or self._selected or not self.caret.word:
            return self.selection
        return self.caret.word.start, self.caret.word.end

    def offset(self) -> int:
        """Where the person is: at the selection, the selected span or the caret."""
        if self.selection:
            return self.selection[0]
        if self._selected:
            return self._selected.start
        return self.caret.word.start if self.caret.word else 0

    def page(self) -> Page:
        """The geometry of what is shown."""
        return self._page

    def point_of(self, x: float, y: float) -> QPointF:
        """The place in the viewport of a point of the page."""
        origin = self._origin()
        return QPointF(x + origin.x(), y + origin.y())

    # Keys: the window's actions call these

    def go(self, place: int | None, *, extend: bool = False) -> None:
        """Stand on the word at this place of the caret's, if there is one; `extend` selects on the way."""
        if place is None or not self.caret.words:
            return
        self.caret.focus = place
        self.span_clicked.emit(None)
        if extend:
            self._select(meant(self._text(), *self.caret.stretch(), exact=False))
        else:
            self.caret.anchor = place
            self._select(None)
        self.reveal(*self.caret.words[place])
        self.viewport().update()

    def clear_selection(self) -> None:
        """Select nothing."""
        self._select(None)

    def toggle_folds(self) -> None:
        """Open every fold, or close them when all are open."""
        closed = {fold.start for fold in self._page.folds if not fold.opened}
        self._opened = self._opened | closed if closed else set()
        self._lay_out()

    # Qt's events

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setLayoutDirection(self.layoutDirection())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.rule), 1))
        painter.setBrush(QColor(self._theme.paper))
        painter.drawRoundedRect(self.viewport().rect().adjusted(0, 0, -1, -1), 10, 10)
        if not self._article:
            return
        origin = self._origin()
        exposed = event.rect()
        painter.setClipRect(exposed.intersected(self.viewport().rect().adjusted(1, 1, -1, -1)))
        painter.translate(origin)
        marks = Marks(self._shown_spans(), self._depths, self._shown_selected(), self.selection, self._word())
        shown = Painter(self._page, marks, self._labels, self._theme)
        shown.paint(painter, exposed.top() - origin.y(), exposed.bottom() - origin.y())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            if event.angleDelta().y():
                self.zoom_asked.emit(1 if event.angleDelta().y() > 0 else -1)
            return
        super().wheelEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
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
        edge = edge_at(at, self._page, self._selected)
        if boundary is not None:
            self._drag = Drag(boundary) if edge is None else Drag(boundary, self._selected, edge)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._set_cursor(self._on_page(event.position()))
            return
        self._drag_to(event.position(), exact=bool(event.modifiers() & Qt.KeyboardModifier.AltModifier))
        if 0 <= event.position().y() <= self.viewport().height():
            self._scrolling.stop()
        elif not self._scrolling.isActive():
            self._scrolling.start(_SCROLL, self)

    def timerEvent(self, event: QTimerEvent) -> None:
        """The mouse is held beyond the edge: on it goes."""
        if event.timerId() != self._scrolling.timerId():
            super().timerEvent(event)
            return
        position = QPointF(self.viewport().mapFromGlobal(QCursor.pos()))
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + (bar.singleStep() if position.y() > 0 else -bar.singleStep()))
        self._drag_to(position, exact=bool(QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.AltModifier))

    def _drag_to(self, position: QPointF, *, exact: bool) -> None:
        at = self._on_page(position)
        boundary = self._page.boundary_at(at.x(), at.y())
        if self._drag is None or boundary is None or boundary == self._drag.anchor:
            return
        reached = self._drag.reach(self._text(), boundary, exact=exact)
        if self._drag.span:
            self._stretched = reached
            self.viewport().update()
        else:
            self._select(reached)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._scrolling.stop()
        drag, stretched = self._drag, self._stretched
        self._drag = self._stretched = None
        if drag is None:
            return
        if drag.span:
            if stretched and stretched != (drag.span.start, drag.span.end):
                self.resize_asked.emit(drag.span, *stretched)
            self.viewport().update()
            return
        at = self._on_page(event.position())
        if drag.anchor == self._page.boundary_at(at.x(), at.y()) or not self.selection:
            self._click(at, drag.anchor)
        else:
            self.caret.anchor = self.caret.place(self.selection[0])
            self.caret.focus = self.caret.place(self.selection[1] - 1)
            self.span_clicked.emit(None)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = self._on_page(event.position())
        box = self._page.box_at(at.x(), at.y())
        if event.button() == Qt.MouseButton.LeftButton and box:
            self.span_clicked.emit(None)
            self.caret.stand(box.start)
            self._select(meant(self._text(), box.start, box.end, exact=False))

    # Inside

    def _lay_out(self) -> None:
        size = BODY_SIZE * self._zoom / 100
        width = max(120.0, min(measure(size), self.viewport().width() - 2.0 * _MARGIN))
        self._page = self.caret.page = Page(self._text(), self._zones, width, size, self._opened)
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setRange(0, max(0, int(self._page.height + 2 * _MARGIN - height)))
        bar.setPageStep(height)
        bar.setSingleStep(int(size * 1.2))
        self.viewport().update()

    def _text(self) -> str:
        return self._article.text if self._article else ""

    def _origin(self) -> QPointF:
        left = (self.viewport().width() - self._page.width) // 2  # a whole pixel, for the rectangles beneath the text
        return QPointF(left, _MARGIN - self.verticalScrollBar().value())

    def _on_page(self, position: QPointF) -> QPointF:
        return position - self._origin()

    def _select(self, selection: tuple[int, int] | None) -> None:
        if selection != self.selection:
            self.selection = selection
            self.viewport().update()
            self.selection_changed.emit()

    def _click(self, at: QPointF, boundary: int) -> None:
        self._select(None)
        box = self._page.box_at(at.x(), at.y())
        self.caret.stand(box.start if box else boundary)
        self.span_clicked.emit(span_under(box.start, self._spans, self._selected, self._labels) if box else None)

    def _press_right(self, at: QPointF) -> None:
        """The menu is about what is under the pointer: its span, unless the selection is there."""
        box = self._page.box_at(at.x(), at.y())
        boundary = self._page.boundary_at(at.x(), at.y())
        kept = self.selection or (self._selected and (self._selected.start, self._selected.end))
        if boundary is not None and not (box and kept and kept[0] <= box.start < kept[1]):
            self._click(at, boundary)

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

    def _set_cursor(self, at: QPointF) -> None:
        if self._page.fold_at(at.y()):
            shape = Qt.CursorShape.PointingHandCursor
        elif edge_at(at, self._page, self._selected) is not None:
            shape = Qt.CursorShape.SizeHorCursor
        else:
            shape = Qt.CursorShape.IBeamCursor
        if self.viewport().cursor().shape() != shape:
            self.viewport().setCursor(shape)

    def _word(self) -> tuple[int, int] | None:
        """The word under the caret, where it is to be seen."""
        word = self.caret.word
        if not word or self._selected or self.selection or not self.hasFocus():
            return None
        return word.start, word.end
