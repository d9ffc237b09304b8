"""The list of the article's spans, in text order."""

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent

from annotator.i18n import _
from annotator.model.date_values import is_date_value
from annotator.model.label_roles import is_date_label
from annotator.model.labels import LabelSet
from annotator.model.records import Span
from annotator.ui.article.nesting_depths import compute_depths
from annotator.ui.panels.row_list import Index, Row, RowDelegate, RowList, text_width
from annotator.ui.session.session import Session
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import (
    accessible_text,
    add_arabic_mark,
    describe_span,
    format_value,
    isolate,
    tooltip,
)

_SPAN_ROLE: Final = Qt.ItemDataRole.UserRole
_TEXT_SIZE: Final = 13.5  # pixels
_VALUE_SIZE: Final = 12
_ICON_SIZE: Final = 14
_GAP: Final = 8


class SpanModel(QStringListModel):
    """A row per span: its text for display and the span itself.

    Rows are counted in C++: the view asks once per row, 3 ms per thousand in Python. Texts are built when visible.
    """

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self.spans: list[Span] = []
        self._labels = LabelSet(())

    def show_spans(self, text: str, spans: Iterable[Span], labels: LabelSet) -> None:
        """Show these spans of this text."""
        self._text, self.spans, self._labels = text, list(spans), labels
        self.setStringList([""] * len(self.spans))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        span = self.spans[index.row()]
        if role == _SPAN_ROLE:
            return span
        words = " ".join(self._text[span.start : span.end].split())
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(describe_span(words, span))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return accessible_text(words, [span], self._labels)
        if role == Qt.ItemDataRole.DisplayRole:
            return words
        return None


class SpanDelegate(RowDelegate):
    """Paints a span: a dot of its label's colour and its text, indented by nesting depth, its value, a sign for a note.

    The value gets the room that the text leaves, at least half.
    """

    HEIGHT, RADIUS = 30, 6
    HIGHLIGHTS_HOVERED = False

    def __init__(self) -> None:
        super().__init__()
        self.labels = LabelSet(())
        self.depths = compute_depths((), self.labels)
        self.text = ""
        """The article, in whose direction all of its spans are written."""

    def paint_row(self, row: Row, index: Index) -> None:
        span: Span = index.data(_SPAN_ROLE)
        theme, label, indent = row.theme, self.labels.find(span.label), 12 + 14 * self.depths[span].outer
        colour = theme.line_colour(label) if label else QColor(theme.faint)
        row.paint_dot(row.point(indent, row.rect.height() / 2), colour)
        font, value_font, words = fonts.interface_font(_TEXT_SIZE), fonts.interface_font(_VALUE_SIZE), index.data()
        start, end = indent + 12, 8.0
        if span.note:
            row.paint_icon("note", end, _ICON_SIZE)
            end += _ICON_SIZE + 4
        value = format_value(span.value or "")
        if value and value != words:
            room = row.rect.width() - start - end
            needed = min(text_width(value, value_font), max(room - text_width(words, font) - _GAP, room / 2))
            area = row.area(row.rect.width() - end - needed, end)
            is_invalid = is_date_label(span.label) and not is_date_value(span.value or "")
            row.paint_line(area, isolate(value), value_font, theme.warning if is_invalid else theme.dim)
            end += needed + _GAP
        direction = row.content_direction(self.text)
        row.paint_line(row.area(start, end), add_arabic_mark(words), font, theme.ink, direction=direction)


class SpanPanel(RowList):
    """The list of spans; a click selects one, and so does what asks for the menu of a row."""

    span_clicked = Signal(object)
    menu_requested = Signal(object)
    """The menu of the selected span is wanted; carries the position on the screen, a QPoint."""

    def __init__(self, session: Session) -> None:
        self._spans, self._delegate = SpanModel(), SpanDelegate()
        super().__init__(_("Spans of this article"), self._spans, self._delegate)
        self._session = session
        session.on_change(self._show_spans, "article", "spans", "labels")
        session.on_change(self.show_current_row, "article", "spans", "labels", "selection")
        self._show_spans()
        self.show_current_row()

    def use_row(self, row: int) -> None:
        self.span_clicked.emit(self._session.spans[row])

    def current_row(self) -> int:
        selected = self._session.selection
        if selected is None:
            return -1
        return next((row for row, span in enumerate(self._session.spans) if span.uid == selected.uid), -1)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if index.isValid():
            centre = self.viewport().mapToGlobal(self.visualRect(index).center())
            self.use_row(index.row())
            self.menu_requested.emit(centre if by_key else event.globalPos())

    def empty_text(self) -> str:
        if not self._session.article:
            return ""
        return _("No spans yet. Put the caret on a word, or select some words, and press a label's key.")

    def _show_spans(self) -> None:
        article, spans, labels = self._session.article, self._session.spans, self._session.labels
        is_longer = len(spans) == len(self._spans.spans) + 1
        known_uids = {span.uid for span in self._spans.spans} if is_longer else set()
        self._delegate.labels, self._delegate.text = labels, article.text if article else ""
        self._delegate.depths = compute_depths(spans, labels)
        self._spans.show_spans(self._delegate.text, spans, labels)
        self.setAccessibleDescription("" if spans else self.empty_text())
        if is_longer:  # by a suggestion, perhaps, after which the next one is chosen
            row = next(row for row, span in enumerate(spans) if span.uid not in known_uids)
            self.scrollTo(self._spans.index(row, 0))
