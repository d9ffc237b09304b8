"""The spans of the article, in the order of the text, and what the selected one is."""

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from annotator.core.labels import LabelSet
from annotator.core.model import Article, Span
from annotator.ui import fonts
from annotator.ui.painting import depths
from annotator.ui.theme import LIGHT, Theme
from annotator.ui.wording import elided, tooltip

_SPAN: Final = Qt.ItemDataRole.UserRole
_HEIGHT: Final = 30
_Index = QModelIndex | QPersistentModelIndex


class SpanModel(QAbstractListModel):
    """A row a span: its text to show, and the span itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.spans: list[Span] = []

    def show(self, text: str, spans: Iterable[Span]) -> None:
        """Show these spans of an article of this text."""
        self.beginResetModel()
        self._text, self.spans = text, list(spans)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.spans)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        span = self.spans[index.row()]
        if role == _SPAN:
            return span
        words = " ".join(self._text[span.start : span.end].split())
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(words)
        if role == Qt.ItemDataRole.DisplayRole:
            return words
        return None


class SpanDelegate(QStyledItemDelegate):
    """Paints a span: a dot of its label's colour and its text, set in where it lies inside another."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.labels = LabelSet(())
        self.theme = LIGHT
        self.depths: dict[str, int] = {}

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(120, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        span: Span = index.data(_SPAN)
        label = self.labels.find(span.label)
        rtl = option.direction == Qt.LayoutDirection.RightToLeft
        rect = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.theme.chosen))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 6, 6)
        indent = 12 + 14 * self.depths.get(span.uid, 0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.firm(label) if label else QColor(self.theme.faint))
        painter.drawEllipse(QPointF(rect.right() - indent if rtl else rect.left() + indent, rect.center().y()), 4, 4)
        room = rect.adjusted(8, 0, -indent - 12, 0) if rtl else rect.adjusted(indent + 12, 0, -8, 0)
        font = fonts.interface(13.5)
        painter.setFont(font)
        painter.setPen(QColor(self.theme.ink))
        shown = elided(index.data(), QFontMetricsF(font), room.width())
        side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
        painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute, shown)
        painter.restore()


class SpanPanel(QListView):
    """The list of spans; a click on one selects it."""

    span_clicked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = SpanModel(self)
        self._delegate = SpanDelegate(self)
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the article keeps the keys
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(lambda index: self.span_clicked.emit(index.data(_SPAN)))

    def show_spans(self, article: Article | None, spans: list[Span], labels: LabelSet) -> None:
        """Show the spans of this article."""
        self._delegate.labels = labels
        self._delegate.depths = {uid: depth.outer for uid, depth in depths(spans, labels).items()}
        self._model.show(article.text if article else "", spans)

    def show_selected(self, span: Span | None) -> None:
        """Show which span is the selected one."""
        row = next((row for row, one in enumerate(self._model.spans) if span and one.uid == span.uid), -1)
        if row < 0:
            self.clearSelection()
            return
        index = self._model.index(row)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def set_theme(self, theme: Theme) -> None:
        """Paint in this theme."""
        self._delegate.theme = theme
        self.viewport().update()
