"""The list of the article's spans, in text order."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from annotator.i18n import _
from annotator.model.labels import LabelSet
from annotator.model.records import Span
from annotator.ui.actions.panel_focus import paint_focus_ring
from annotator.ui.article.nesting_depths import compute_depths
from annotator.ui.panels.empty_state import paint_hint
from annotator.ui.session.session import Session
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import accessible_text, add_arabic_mark, elide, tooltip
from annotator.ui.widgets.theme import current_theme

_SPAN_ROLE: Final = Qt.ItemDataRole.UserRole
_HEIGHT: Final = 30
_TEXT_SIZE: Final = 13.5  # pixels
_Index = QModelIndex | QPersistentModelIndex


class SpanModel(QStringListModel):
    """A row per span: its text for display and the span itself.

    Rows are counted in C++: the view asks once per row, 3 ms per thousand in Python. Texts are built when visible.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.spans: list[Span] = []
        self._labels = LabelSet(())

    def show_spans(self, text: str, spans: Iterable[Span], labels: LabelSet) -> None:
        """Show these spans of this text."""
        self._text, self.spans, self._labels = text, list(spans), labels
        self.setStringList([""] * len(self.spans))

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        span = self.spans[index.row()]
        if role == _SPAN_ROLE:
            return span
        words = " ".join(self._text[span.start : span.end].split())
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(words)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return accessible_text(words, [span], self._labels)
        if role == Qt.ItemDataRole.DisplayRole:
            return words
        return None


class SpanDelegate(QStyledItemDelegate):
    """Paints a span: a dot of its label's colour, and its text, indented by nesting depth."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.labels = LabelSet(())
        self.depths = compute_depths((), self.labels)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(120, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        span: Span = index.data(_SPAN_ROLE)
        label = self.labels.find(span.label)
        theme, is_rtl = current_theme(), option.direction == Qt.LayoutDirection.RightToLeft
        rect = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.highlight))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 6, 6)
        indent = 12 + 14 * self.depths[span].outer
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.line_colour(label) if label else QColor(theme.faint))
        painter.drawEllipse(QPointF(rect.right() - indent if is_rtl else rect.left() + indent, rect.center().y()), 4, 4)
        text_rect = rect.adjusted(8, 0, -indent - 12, 0) if is_rtl else rect.adjusted(indent + 12, 0, -8, 0)
        painter.setFont(fonts.interface_font(_TEXT_SIZE))
        painter.setPen(QColor(theme.ink))
        text = _elide_words(index.data(), text_rect.width())
        side = Qt.AlignmentFlag.AlignRight if is_rtl else Qt.AlignmentFlag.AlignLeft
        painter.drawText(text_rect, side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute, text)
        if option.state & QStyle.StateFlag.State_HasFocus:
            paint_focus_ring(painter, rect.adjusted(0, 1, 0, -1), 6)
        painter.restore()


class SpanPanel(QListView):
    """The list of spans; a click selects one."""

    span_clicked = Signal(object)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._model = SpanModel(self)
        self._delegate = SpanDelegate(self)
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setAccessibleName(_("Spans of this article"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus in the article
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._hint = _("No spans yet. Put the caret on a word, or select some words, and press a label's key.")
        self.clicked.connect(lambda index: self.span_clicked.emit(index.data(_SPAN_ROLE)))
        self.activated.connect(lambda index: self.span_clicked.emit(index.data(_SPAN_ROLE)))
        session.on_change(self._show_spans, "article", "spans", "labels")
        session.on_change(self._select_selected_span, "article", "spans", "labels", "selection")
        self._show_spans()
        self._select_selected_span()

    def _show_spans(self) -> None:
        article, spans, labels = self._session.article, self._session.spans, self._session.labels
        self._delegate.labels = labels
        self._delegate.depths = compute_depths(spans, labels)
        self._model.show_spans(article.text if article else "", spans, labels)
        self.setAccessibleDescription(self._hint if article and not spans else "")

    def _select_selected_span(self) -> None:
        span = self._session.selection
        row = next((row for row, item in enumerate(self._model.spans) if span and item.uid == span.uid), -1)
        if row < 0:
            self.clearSelection()
            return
        index = self._model.index(row)
        self.setCurrentIndex(index)
        self.scrollTo(index)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._select_selected_span()  # the arrow keys moved the current row without selecting a span

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._session.article and not self._model.spans:
            paint_hint(self, self._hint)


@lru_cache(maxsize=512)  # a key moves the rows, but few of them are new
def _elide_words(words: str, width: float) -> str:
    """Elide a span's words to this width in pixels."""
    return elide(add_arabic_mark(words), QFontMetricsF(fonts.interface_font(_TEXT_SIZE)), width)
