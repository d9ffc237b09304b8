"""Lists of rows that are painted: a sign, and one line of text or two."""

from functools import cache, lru_cache

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, QStringListModel, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetricsF, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from annotator.ui.actions.panel_focus import paint_focus_ring
from annotator.ui.panels.empty_state import paint_hint
from annotator.ui.widgets import icons
from annotator.ui.widgets.bidi_text import elide
from annotator.ui.widgets.scrolling import set_plain_viewport
from annotator.ui.widgets.shaped_text import draw_shaped_text
from annotator.ui.widgets.theme import current_theme
from annotator.ui.widgets.wrapped_label import text_direction

Index = QModelIndex | QPersistentModelIndex


class Row:
    """The area of a row that is painted; distances are pixels from its sides, in the direction of the layout.

    All measures are those of a row of the usual size, which `scale` makes larger.
    """

    def __init__(self, painter: QPainter, option: QStyleOptionViewItem, scale: float = 1.0) -> None:
        self.painter, self.theme, self._scale = painter, current_theme(), scale
        self.rect = QRectF(0, 0, option.rect.width() / scale, option.rect.height() / scale)
        self.is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        self._is_rtl = option.direction == Qt.LayoutDirection.RightToLeft

    def point(self, start: float, top: float) -> QPointF:
        """Return the point at these distances."""
        return QPointF(self.rect.right() - start if self._is_rtl else self.rect.left() + start, self.rect.top() + top)

    def area(self, start: float, end: float, top: float = 0, bottom: float = 0) -> QRectF:
        """Return the rectangle at these distances."""
        left, right = (end, start) if self._is_rtl else (start, end)
        return self.rect.adjusted(left, top, -right, -bottom)

    def paint_dot(self, centre: QPointF, fill: QColor | None, outline: QColor | None = None) -> None:
        """Paint a dot."""
        self.painter.setPen(outline or Qt.PenStyle.NoPen)
        self.painter.setBrush(fill or Qt.BrushStyle.NoBrush)
        self.painter.drawEllipse(centre, 4, 4)

    def paint_icon(self, name: str, end: float, size: int) -> None:
        """Paint an icon at this distance from the end of the row."""
        ratio = self.painter.device().devicePixelRatioF() * self._scale
        top = (self.rect.height() - size) / 2
        corner = self.point(self.rect.width() - end - (0 if self._is_rtl else size), top)
        self.painter.drawPixmap(corner, _draw_icon(name, self.theme.dim, size, ratio, self._is_rtl))

    def content_direction(self, text: str) -> Qt.LayoutDirection:
        """Return the direction of a text that may be in another language than the interface."""
        default = Qt.LayoutDirection.RightToLeft if self._is_rtl else Qt.LayoutDirection.LeftToRight
        return text_direction(text, default)

    def paint_line(
        self,
        area: QRectF,
        text: str,
        font: QFont,
        ink: str,
        *,
        at_end: bool = False,
        direction: Qt.LayoutDirection | None = None,
    ) -> None:
        """Paint text in one line, elided, at the start of the area or `at_end`: of the layout, or in `direction`."""
        self.painter.setPen(QColor(ink))
        is_rtl = self._is_rtl if direction is None else direction == Qt.LayoutDirection.RightToLeft
        shown = _elide(text, font, area.width())
        left = area.right() - text_width(shown, font) if is_rtl != at_end else area.left()
        draw_shaped_text(self.painter, QPointF(left, area.center().y() + _middle_height(font)), shown, font)


class RowDelegate(QStyledItemDelegate):
    """Paints background and focus; a subclass paints what is in a row, `scale` times as large as usual."""

    HEIGHT, RADIUS = 62, 8
    HIGHLIGHTS_HOVERED = True

    def __init__(self) -> None:
        super().__init__()
        self.scale = 1.0

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(120, round(self.HEIGHT * self.scale))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.translate(option.rect.topLeft())
        painter.scale(self.scale, self.scale)
        row = Row(painter, option, self.scale)
        body = row.rect.adjusted(0, 1, 0, -1)
        is_hovered = self.HIGHLIGHTS_HOVERED and option.state & QStyle.StateFlag.State_MouseOver
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.is_selected or is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(row.theme.highlight if row.is_selected else row.theme.window))
            painter.drawRoundedRect(body, self.RADIUS, self.RADIUS)
        self.paint_row(row, index)
        if option.state & QStyle.StateFlag.State_HasFocus:
            paint_focus_ring(painter, body, self.RADIUS)
        painter.restore()

    def paint_row(self, row: Row, index: Index) -> None:
        """Paint what is in a row."""
        raise NotImplementedError


class RowList(QListView):
    """A list in which a click or Enter acts on a row; the arrow keys alone act on none."""

    def __init__(self, name: str, model: QStringListModel, delegate: RowDelegate) -> None:
        super().__init__()
        set_plain_viewport(self)
        for child in (model, delegate):
            child.setParent(self)
        self._row_delegate = delegate
        self.setModel(model)
        self.setItemDelegate(delegate)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus in the article
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(lambda index: self.use_row(index.row()))
        self.activated.connect(lambda index: self.use_row(index.row()))

    def set_scale(self, scale: float) -> None:
        """Show rows so many times as large as usual."""
        if scale != self._row_delegate.scale:
            self._row_delegate.scale = scale
            self.scheduleDelayedItemsLayout()

    def rows_height(self) -> int:
        """Return the height of all rows, or of a hint if there is none, in pixels."""
        frame = self.height() - self.viewport().height()
        return (
            frame
            + max(1, self.model().rowCount())
            * self._row_delegate.sizeHint(QStyleOptionViewItem(), QModelIndex()).height()
        )

    def use_row(self, row: int) -> None:
        """Act on a row."""
        raise NotImplementedError

    def current_row(self) -> int:
        """Return the row of what is open or selected; negative for none."""
        raise NotImplementedError

    def empty_text(self) -> str:
        """Return what to say in an empty list."""
        raise NotImplementedError

    def show_current_row(self) -> None:
        """Select and show the current row."""
        index = self.model().index(self.current_row(), 0)  # invalid for no row
        if index != self.currentIndex() or self.selectedIndexes() != [index]:
            self.clearSelection()
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.show_current_row()  # the arrow keys moved it

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.model().rowCount() and (text := self.empty_text()):
            paint_hint(self, text)


@lru_cache(maxsize=1024)  # a row is painted many times
def text_width(text: str, font: QFont) -> float:
    """Return the width of a text in one line, in pixels."""
    return QFontMetricsF(font).horizontalAdvance(text)


@cache
def _middle_height(font: QFont) -> float:
    """Return how far the middle of a line in this font is above its baseline, in pixels."""
    metrics = QFontMetricsF(font)
    return (metrics.ascent() - metrics.descent()) / 2


@lru_cache(maxsize=32)
def _draw_icon(name: str, colour: str, size: int, ratio: float, _is_rtl: bool) -> QPixmap:
    return icons.draw_pixmap(name, colour, size, ratio)


@lru_cache(maxsize=1024)
def _elide(text: str, font: QFont, width: float) -> str:
    return elide(text, QFontMetricsF(font), width)
