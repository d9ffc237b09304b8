"""The list of articles with the annotator's states."""

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, QStringListModel, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from annotator.i18n import _
from annotator.model.display_names import state_title
from annotator.model.records import DONE, FLAGGED, IN_PROGRESS, SKIPPED
from annotator.store.errors import CorpusError
from annotator.store.queries.article_list import ArticleFilter, ArticleSummary
from annotator.store.queries.search import find_excerpt
from annotator.ui.actions.panel_focus import paint_focus_ring
from annotator.ui.article.excerpt import paint_excerpt
from annotator.ui.panels.empty_state import paint_hint
from annotator.ui.session.session import Session
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import elide, tooltip
from annotator.ui.widgets.theme import current_theme

_STATE_ROLE: Final = Qt.ItemDataRole.UserRole
_EXCERPT_ROLE: Final = _STATE_ROLE + 1
"""The line that matches the search: its text, and the start and end of the match in it."""
_ROW_HEIGHT: Final = 62
_EXCERPT_SIZE: Final = 14.0  # pixels: the text of an excerpt
_Index = QModelIndex | QPersistentModelIndex


class ArticleModel(QStringListModel):
    """A row per article of the session's list.

    QStringListModel counts the rows, as empty strings: a QListView asks twice per row, which for 100,000 articles takes
    half a second in Python.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._excerpts: dict[int, tuple[str, int, int] | None] = {}
        session.on_change(self._reset, "articles")
        self._reset()

    def flags(self, index: _Index) -> Qt.ItemFlag:
        return super().flags(index) & (Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        summary = self._load_summary(index.row())
        if summary is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return summary.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{summary.title}, {state_title(self._session.current.state_of(summary))}"
        if role == _EXCERPT_ROLE:
            return self._excerpt(summary.id)
        if role == _STATE_ROLE:
            return self._session.current.state_of(summary)
        if role == Qt.ItemDataRole.ToolTipRole:
            state = state_title(self._session.current.state_of(summary))
            return tooltip("\n".join(filter(None, (summary.title, state, summary.published, summary.source))))
        return None

    def _excerpt(self, number: int) -> tuple[str, int, int] | None:
        session = self._session
        if not session.article_filter.words or not session.corpus:
            return None
        if number not in self._excerpts:
            self._excerpts[number] = find_excerpt(session.corpus, number, session.article_filter.words)
        return self._excerpts[number]

    def _load_summary(self, index: int) -> ArticleSummary | None:
        """Return the summary at this index; None, after an error message, if unreadable."""
        try:
            return self._session.articles[index]
        except CorpusError as error:
            self._session.report_error(error)
            return None

    def _reset(self) -> None:
        self._excerpts.clear()
        self.setStringList([""] * len(self._session.articles))


class ArticleDelegate(QStyledItemDelegate):
    """Paints an article: its state as a sign, its title in two lines at most."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(160, _ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        state = index.data(_STATE_ROLE)
        if state is None:
            return  # the article cannot be read
        theme, is_rtl = current_theme(), option.direction == Qt.LayoutDirection.RightToLeft
        rect = QRectF(option.rect)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.highlight if is_selected else theme.window))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 8, 8)
        self._paint_state(painter, QPointF(rect.right() - 18 if is_rtl else rect.left() + 18, rect.top() + 20), state)
        text_rect = rect.adjusted(10, 7, -36, -5) if is_rtl else rect.adjusted(36, 7, -10, -5)
        font = fonts.interface_font(13.5, bold=state == IN_PROGRESS)
        is_quiet = state in (DONE, SKIPPED) and not is_selected
        painter.setPen(QColor(theme.dim if is_quiet else theme.ink))
        excerpt = index.data(_EXCERPT_ROLE)
        if excerpt:
            text, start, end = excerpt
            line = text_rect.adjusted(0, text_rect.height() / 2, 0, 0)
            _draw_line(painter, text_rect.adjusted(0, 0, 0, -text_rect.height() / 2), index.data(), font, is_rtl=is_rtl)
            ink, mark = QColor(theme.dim), QColor(theme.hit)
            paint_excerpt(painter, line, text, (start, end), _EXCERPT_SIZE, ink, mark)
        else:
            _draw_two_lines(painter, text_rect, index.data(), font, is_rtl=is_rtl)
        if option.state & QStyle.StateFlag.State_HasFocus:
            paint_focus_ring(painter, rect.adjusted(0, 1, 0, -1), 8)
        painter.restore()

    def _paint_state(self, painter: QPainter, centre: QPointF, state: str) -> None:
        theme = current_theme()
        colour = QColor(theme.accent if state in (DONE, IN_PROGRESS) else theme.faint)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        if state == DONE:
            ticks = [QPointF(-5, 0), QPointF(-1.5, 4), QPointF(5.5, -4.5)]
            painter.drawPolyline(QPolygonF([centre + tick for tick in ticks]))
        elif state == SKIPPED:
            painter.drawLine(centre - QPointF(5, 0), centre + QPointF(5, 0))
        elif state == FLAGGED:
            painter.setPen(QPen(QColor(theme.warning), 1.8))
            painter.setBrush(QColor(theme.warning))
            flag = [QPointF(-3, -5.5), QPointF(5, -2.5), QPointF(-3, 0.5)]
            painter.drawPolygon(QPolygonF([centre + corner for corner in flag]))
            painter.drawLine(centre + QPointF(-3.5, -6), centre + QPointF(-3.5, 6))
        else:
            painter.drawEllipse(centre, 5, 5)
            if state == IN_PROGRESS:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour)
                painter.drawEllipse(centre, 2.6, 2.6)


class ArticleList(QListView):
    """The list of articles; a click or Enter opens one."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._model = ArticleModel(session, self)
        self._delegate = ArticleDelegate(self)
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setAccessibleName(_("Articles"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus in the article
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(lambda index: session.open_article(index.row()))
        self.activated.connect(lambda index: session.open_article(index.row()))
        session.article_opened.connect(self._select_open_article)
        session.changed.connect(self._on_changed)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._session.article_filter != ArticleFilter() and not self._session.articles:
            paint_hint(self, _("No article matches."))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._select_open_article()  # the arrow keys moved the selection without opening an article

    def _on_changed(self, names: frozenset[str]) -> None:
        # Not through the model's dataChanged, which makes a QListView lay out every row again.
        if "articles" in names:
            self._select_open_article()
        elif names & {"revision", "annotator"}:
            self.viewport().update()
        elif names & {"status", "zones"}:
            self.update(self._model.index(self._session.current_index()))

    def _select_open_article(self) -> None:
        index = self._model.index(self._session.current_index())
        if index != self.currentIndex():  # invalid if the open article is not in the list
            self.setCurrentIndex(index)
            self.scrollTo(index)


def _draw_two_lines(painter: QPainter, rect: QRectF, text: str, font: QFont, *, is_rtl: bool) -> None:
    """Draw `text` in two lines at most, eliding the second."""
    half = rect.height() / 2
    for index, line in enumerate(_break_line(text, font, rect.width())):
        _draw_line(
            painter, QRectF(rect.left(), rect.top() + index * half, rect.width(), half), line, font, is_rtl=is_rtl
        )


@lru_cache(maxsize=512)  # a row is painted many times
def _break_line(text: str, font: QFont, width: float) -> tuple[str, str]:
    """Split off the words that fit in one line."""
    metrics = QFontMetricsF(font)
    words = text.split()
    first = ""
    while words and metrics.horizontalAdvance(f"{first} {words[0]}".strip()) <= width:
        first = f"{first} {words.pop(0)}".strip()
    return first, " ".join(words)


@lru_cache(maxsize=512)
def _elide(text: str, font: QFont, width: float) -> str:
    """Elide the text to one line."""
    return elide(text, QFontMetricsF(font), width)


def _draw_line(painter: QPainter, rect: QRectF, text: str, font: QFont, *, is_rtl: bool) -> None:
    """Draw `text` in one line."""
    painter.setFont(font)
    side = Qt.AlignmentFlag.AlignRight if is_rtl else Qt.AlignmentFlag.AlignLeft
    flags = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(rect, flags, _elide(text, font, rect.width()))
