"""The list of articles with the annotator's states."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QPointF, QStringListModel, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QFontMetricsF, QPen, QPolygonF

from annotator.i18n import _, count_phrase, format_number
from annotator.model.display_names import state_title
from annotator.model.records import DONE, FLAGGED, IN_PROGRESS, SKIPPED
from annotator.store.errors import CorpusError
from annotator.store.queries.article_list import ArticleFilter, ArticleSummary
from annotator.store.queries.search import find_excerpt
from annotator.ui.article.excerpt import paint_excerpt
from annotator.ui.panels.row_list import Index, Row, RowDelegate, RowList
from annotator.ui.session.session import Session
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import format_value, isolate, tooltip

_STATE_ROLE: Final = Qt.ItemDataRole.UserRole
_EXCERPT_ROLE: Final = _STATE_ROLE + 1
"""The line that matches the search: its text, and the start and end of the match in it."""
_COUNT_ROLE: Final = _STATE_ROLE + 2
"""The number of disagreements to decide, as a text."""
_FLAGS: Final = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
_EXCERPT_SIZE: Final = 14.0  # pixels: the text of an excerpt


class ArticleModel(QStringListModel):
    """A row per article of the session's list.

    QStringListModel counts the rows, as empty strings: a QListView asks twice per row, which for 100,000 articles takes
    half a second in Python.
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._excerpts: dict[int, tuple[str, int, int] | None] = {}
        session.on_change(self._reset, "articles")
        self._reset()

    def flags(self, index: Index) -> Qt.ItemFlag:
        return _FLAGS if index.isValid() else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        summary = self._load_summary(index.row())
        if summary is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return summary.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return _(", ").join([summary.title, *self._describe(summary)])
        if role == _EXCERPT_ROLE:
            return self._excerpt(summary.id)
        if role == _STATE_ROLE:
            return self._session.current.state_of(summary)
        if role == Qt.ItemDataRole.ToolTipRole:
            facts = filter(None, (format_value(summary.published or ""), summary.source))
            return tooltip("\n".join((summary.title, *self._describe(summary), *map(isolate, facts))))
        if role == _COUNT_ROLE:
            count = self._session.current.disagreements.get(summary.id)
            return format_number(count) if count else ""
        return None

    def _describe(self, summary: ArticleSummary) -> Iterator[str]:
        """Yield the state of an article, and how many disagreements about it are to be decided."""
        yield state_title(self._session.current.state_of(summary))
        if count := self._session.current.disagreements.get(summary.id):
            yield count_phrase("{count} disagreement to decide", "{count} disagreements to decide", count)

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


class ArticleDelegate(RowDelegate):
    """Paints an article: its state as a sign, its title in two lines at most."""

    def paint_row(self, row: Row, index: Index) -> None:
        state, title = index.data(_STATE_ROLE), index.data()
        if state is None:
            return  # the article cannot be read
        count_width, theme = self._paint_count(row, index.data(_COUNT_ROLE)), row.theme
        text_area = row.area(36, 10 + count_width, 7, 5)
        self._paint_state(row, row.point(18, 20), state)
        font = fonts.interface_font(13.5, bold=state == IN_PROGRESS)
        ink = theme.dim if state in (DONE, SKIPPED) and not row.is_selected else theme.ink
        half, direction = text_area.height() / 2, row.content_direction(title)
        first_area, second_area = text_area.adjusted(0, 0, 0, -half), text_area.adjusted(0, half, 0, 0)
        if excerpt := index.data(_EXCERPT_ROLE):
            text, start, end = excerpt
            row.paint_line(first_area, title, font, ink, direction=direction)
            colours = QColor(theme.dim), QColor(theme.hit)
            paint_excerpt(row.painter, second_area, text, (start, end), _EXCERPT_SIZE, *colours)
        else:
            for area, line in zip((first_area, second_area), _break_line(title, font, text_area.width()), strict=True):
                row.paint_line(area, line, font, ink, direction=direction)

    def _paint_count(self, row: Row, count: str) -> float:
        """Paint a number at the end of the first line, if there is one; return the width that it takes."""
        if not count:
            return 0
        font = fonts.interface_font(12)
        width = QFontMetricsF(font).horizontalAdvance(count) + 1
        area = row.area(row.rect.width() - 10 - width, 10, 7, 5)
        row.paint_line(area.adjusted(0, 0, 0, -area.height() / 2), count, font, row.theme.dim, at_end=True)
        return width + 8

    def _paint_state(self, row: Row, centre: QPointF, state: str) -> None:
        painter, theme = row.painter, row.theme
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


class ArticleList(RowList):
    """The list of articles; a click or Enter opens one.

    So does what asks for the menu of a row: its actions are about the article that one sees, and undone there.
    """

    menu_requested = Signal(object)
    """The menu of the open article is wanted; carries the position on the screen, a QPoint."""

    def __init__(self, session: Session) -> None:
        super().__init__(_("Articles"), ArticleModel(session), ArticleDelegate())
        self._session = session
        self._disagreements = session.current.disagreements
        self.setMouseTracking(True)
        session.article_opened.connect(self.show_current_row)
        session.changed.connect(self._on_changed)

    def use_row(self, row: int) -> None:
        self._session.open_article(row)

    def current_row(self) -> int:
        return self._session.current_index()

    def empty_text(self) -> str:
        return _("No article matches.") if self._session.article_filter != ArticleFilter() else ""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        row = index.row()
        if row not in (-1, self.current_row()):
            self.use_row(row)
        if row == self.current_row() >= 0:  # else it cannot be read, or there is none
            centre = self.viewport().mapToGlobal(self.visualRect(index).center())
            self.menu_requested.emit(centre if by_key else event.globalPos())

    def _on_changed(self, names: frozenset[str]) -> None:
        # Not through the model's dataChanged, which makes a QListView lay out every row again.
        recounted = self._find_recounted() if "disagreements" in names else set()
        if "articles" in names:
            self.show_current_row()
        elif names & {"revision", "annotator"} or recounted - {self._session.current.article_number}:
            self.viewport().update()
        elif recounted or names & {"status", "zones"}:
            self.update(self.model().index(self.current_row(), 0))

    def _find_recounted(self) -> set[int]:
        """Return the articles about which another number of disagreements is shown than before: mostly the open one."""
        before, self._disagreements = self._disagreements, self._session.current.disagreements
        return {number for number, _count in before.items() ^ self._disagreements.items()}


@lru_cache(maxsize=512)  # a row is painted many times
def _break_line(text: str, font: QFont, width: float) -> tuple[str, str]:
    """Split off the words that fit in one line."""
    metrics = QFontMetricsF(font)
    words = text.split()
    first = ""
    while words and metrics.horizontalAdvance(f"{first} {words[0]}".strip()) <= width:
        first = f"{first} {words.pop(0)}".strip()
    return first, " ".join(words)
