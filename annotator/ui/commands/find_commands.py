"""Commands that find words and places."""

from typing import Final

from PySide6.QtCore import QObject

from annotator.model.places import describe_missing_range, parse_place
from annotator.store.errors import CorpusError
from annotator.store.queries.article_ids import find_article_number
from annotator.ui.article.article_view import ArticleView
from annotator.ui.central.find_bar import FindBar
from annotator.ui.panels.sidebars import ArticleSidebar
from annotator.ui.session.session import Session

_MAX_QUERY_LENGTH: Final = 80  # characters


class FindCommands(QObject):
    """Connects find bar and corpus search with the view."""

    def __init__(self, session: Session, view: ArticleView, bar: FindBar, sidebar: ArticleSidebar) -> None:
        super().__init__(view)
        self._session, self._view, self._bar, self._sidebar = session, view, bar, sidebar
        self._shows_search = False  # whether the find bar shows the words of the corpus search
        bar.start_offset = view.current_offset
        bar.changed.connect(self._show_current_match)
        bar.closed.connect(view.setFocus)
        session.on_change(self._show_search, "articles")
        session.article_opened.connect(self._on_article_opened)
        self._on_article_opened(0)

    def find_in_article(self) -> None:
        self._bar.start_search(self._selected_words())

    def step(self, step: int) -> None:
        """Go to the next (1) or previous (-1) match, or start a search."""
        self._bar.step(step) if self._bar.isVisible() else self.find_in_article()

    def find_in_corpus(self) -> None:
        self._sidebar.start_search(self._selected_words())

    def find_words_in_corpus(self, words: str) -> None:
        """Search the corpus for these words."""
        self._sidebar.start_search(words)

    def show_place(self, text: str) -> None:
        """Open the article of a place (see model.places), select its range or its span, and scroll there."""
        place, session = parse_place(text), self._session
        if not place or not session.corpus:
            return
        try:
            number = find_article_number(session.corpus, place.article)
        except CorpusError as error:
            session.report_error(error)
            return
        session.open_by_id(number, place.start)
        if not session.article or session.article.id != number:
            return  # it could not be opened, which was reported
        if not place.start < place.end <= len(session.article.text):
            session.failed.emit(describe_missing_range(session.article, place))
            return
        span = next((span for span in session.spans if (span.start, span.end) == (place.start, place.end)), None)
        session.select(span)
        if span is None:
            self._view.select(place.start, place.end)
        self._view.reveal(place.start, place.end, with_context=True)
        self._view.setFocus()

    def _show_search(self) -> None:
        """Show the corpus search's matches in the article."""
        if self._session.article_filter.words or self._shows_search:
            self._bar.show_matches(self._session.article_filter.words)
        self._shows_search = bool(self._session.article_filter.words)

    def _on_article_opened(self, offset: int) -> None:
        """Search the article, and move to the first match of the corpus search unless the caret has a place."""
        self._bar.show_text(self._session.article.text if self._session.article else "")
        if not offset and self._session.article_filter.words and self._bar.hits:
            self._bar.step(1)

    def _show_current_match(self) -> None:
        self._view.show_hits(self._bar.hits, self._bar.current)
        if self._bar.current:
            self._view.move_to(self._bar.current[0])
            self._view.reveal(*self._bar.current)

    def _selected_words(self) -> str:
        """Return the selected text as a query; "" if too long."""
        words = " ".join(self._view.selected_text().split())
        return words if len(words) <= _MAX_QUERY_LENGTH else ""
