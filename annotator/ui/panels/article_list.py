"""The list of articles with the annotator's state of each."""

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, QStringListModel, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from annotator.i18n import _
from annotator.model.display_names import state_title
from annotator.model.records import DONE, FLAGGED, IN_PROGRESS, SKIPPED
from annotator.store.queries.article_list import Choice
from annotator.store.queries.search import excerpt
from annotator.ui.actions.panel_focus import paint_ring
from annotator.ui.article.excerpt import paint_excerpt
from annotator.ui.panels.empty_state import paint_hint
from annotator.ui.session.session import Session
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import elided, tooltip
from annotator.ui.widgets.theme import LIGHT, Theme

_STATE: Final = Qt.ItemDataRole.UserRole
_FOUND: Final = _STATE + 1
"""Where the words that the corpus was searched for stand, in their line: its text, and their start and end in it."""
_HEIGHT: Final = 62
_EXCERPT: Final = 14.0  # pixels: the letters of a line that was found
_Index = QModelIndex | QPersistentModelIndex


class ArticleModel(QStringListModel):
    """A row an article, as the session has them.

    Qt's own list of strings, all empty, does nothing but count the rows: a QListView asks twice for each row how many
    there are, which for a hundred thousand articles is half a second if Python answers.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._places: dict[int, tuple[str, int, int] | None] = {}
        session.corpus_opened.connect(self._reread)
        session.articles_changed.connect(self._reread)
        self._reread()

    def flags(self, index: _Index) -> Qt.ItemFlag:
        return super().flags(index) & (Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        summary = self._session.summary(index.row())
        if summary is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return summary.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{summary.title}, {state_title(self._session.state_of(summary))}"
        if role == _FOUND:
            return self._found(summary.id)
        if role == _STATE:
            return self._session.state_of(summary)
        if role == Qt.ItemDataRole.ToolTipRole:
            state = state_title(self._session.state_of(summary))
            return tooltip("\n".join(filter(None, (summary.title, state, summary.published, summary.source))))
        return None

    def _found(self, number: int) -> tuple[str, int, int] | None:
        session = self._session
        if not session.choice.words or not session.corpus:
            return None
        if number not in self._places:
            self._places[number] = excerpt(session.corpus, number, session.choice.words)
        return self._places[number]

    def _reread(self) -> None:
        self._places.clear()
        self.setStringList([""] * len(self._session.articles))


class ArticleDelegate(QStyledItemDelegate):
    """Paints an article: the sign of its state and two lines of its title."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = LIGHT

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(160, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        state = index.data(_STATE)
        if state is None:
            return  # it cannot be read
        rtl = option.direction == Qt.LayoutDirection.RightToLeft
        rect = QRectF(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self.theme.chosen if chosen else self.theme.desk))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 8, 8)
        self._sign(painter, QPointF(rect.right() - 18 if rtl else rect.left() + 18, rect.top() + 20), state)
        room = rect.adjusted(10, 7, -36, -5) if rtl else rect.adjusted(36, 7, -10, -5)
        font = fonts.interface(13.5, bold=state == IN_PROGRESS)
        quiet = state in (DONE, SKIPPED) and not chosen
        painter.setPen(QColor(self.theme.dim if quiet else self.theme.ink))
        found = index.data(_FOUND)
        if found:
            text, start, end = found
            line = room.adjusted(0, room.height() / 2, 0, 0)
            _write(painter, room.adjusted(0, 0, 0, -room.height() / 2), index.data(), font, rtl=rtl)
            ink, mark = QColor(self.theme.dim), QColor(self.theme.hit)
            paint_excerpt(painter, line, text, (start, end), _EXCERPT, ink, mark)
        else:
            _two_lines(painter, room, index.data(), font, rtl=rtl)
        if option.state & QStyle.StateFlag.State_HasFocus:
            paint_ring(painter, rect.adjusted(0, 1, 0, -1), self.theme, 8)
        painter.restore()

    def _sign(self, painter: QPainter, centre: QPointF, state: str) -> None:
        colour = QColor(self.theme.accent if state in (DONE, IN_PROGRESS) else self.theme.faint)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        if state == DONE:
            ticks = [QPointF(-5, 0), QPointF(-1.5, 4), QPointF(5.5, -4.5)]
            painter.drawPolyline(QPolygonF([centre + tick for tick in ticks]))
        elif state == SKIPPED:
            painter.drawLine(centre - QPointF(5, 0), centre + QPointF(5, 0))
        elif state == FLAGGED:
            painter.setPen(QPen(QColor(self.theme.warning), 1.8))
            painter.setBrush(QColor(self.theme.warning))
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
    """The list; a click or Enter opens an article."""

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
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click the article keeps the keys
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(lambda index: session.open_article(index.row()))
        self.activated.connect(lambda index: session.open_article(index.row()))
        session.article_opened.connect(self._follow)
        session.articles_changed.connect(self._follow)
        # Not by the model's dataChanged, which makes a QListView lay out every row anew.
        session.summaries_changed.connect(self._show_again)

    def set_theme(self, theme: Theme) -> None:
        """Paint in this theme."""
        self._delegate.theme = theme
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._session.choice != Choice() and not self._session.articles:
            paint_hint(self, self._delegate.theme, _("No article is like that."))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._follow()  # arrow keys have gone elsewhere, and nothing was opened

    def _show_again(self, place: int) -> None:
        if place >= 0:
            self.update(self._model.index(place))
        else:
            self.viewport().update()

    def _follow(self) -> None:
        index = self._model.index(self._session.place())
        if index != self.currentIndex():  # it is none where the open article is not in the list
            self.setCurrentIndex(index)
            self.scrollTo(index)


def _two_lines(painter: QPainter, room: QRectF, text: str, font: QFont, *, rtl: bool) -> None:
    """Write `text` into two lines at most, the second one cut short with a sign of it."""
    half = room.height() / 2
    for at, line in enumerate(_broken(text, font, room.width())):
        _write(painter, QRectF(room.left(), room.top() + at * half, room.width(), half), line, font, rtl=rtl)


@lru_cache(maxsize=512)  # a row is painted many times
def _broken(text: str, font: QFont, width: float) -> tuple[str, str]:
    """As many of the words as have room in one line, and the others."""
    metrics = QFontMetricsF(font)
    words = text.split()
    first = ""
    while words and metrics.horizontalAdvance(f"{first} {words[0]}".strip()) <= width:
        first = f"{first} {words.pop(0)}".strip()
    return first, " ".join(words)


@lru_cache(maxsize=512)
def _cut(text: str, font: QFont, width: float) -> str:
    """As much of the text as has room in one line, with a sign where that is not all."""
    return elided(text, QFontMetricsF(font), width)


def _write(painter: QPainter, room: QRectF, text: str, font: QFont, *, rtl: bool) -> None:
    """Write `text` into one line, cut short with a sign of it."""
    painter.setFont(font)
    side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
    flags = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter
    painter.drawText(room, flags, _cut(text, font, room.width()))
