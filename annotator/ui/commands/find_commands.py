"""Commands that find words and tag their occurrences."""

from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from annotator.i18n import _
from annotator.ui.article.article_view import ArticleView
from annotator.ui.panels.find_bar import FindBar
from annotator.ui.panels.sidebars import ArticleSidebar
from annotator.ui.session.session import Session
from annotator.ui.session.tasks import TaskRunner
from annotator.ui.widgets.theme import current_theme

_MAX_QUERY_LENGTH: Final = 80  # characters


class FindCommands(QObject):
    """Connects find bar and corpus search with the view."""

    def __init__(
        self,
        window: QWidget,
        session: Session,
        view: ArticleView,
        bar: FindBar,
        sidebar: ArticleSidebar,
        tasks: TaskRunner,
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._view, self._bar, self._sidebar = window, session, view, bar, sidebar
        self._tasks = tasks
        self._shows_search = False  # whether the find bar shows the words of the corpus search
        bar.start_offset = view.current_offset
        bar.changed.connect(self._show_current_match)
        bar.closed.connect(view.setFocus)

    def find_in_article(self) -> None:
        self._bar.start_search(self._selected_words())

    def step(self, step: int) -> None:
        """Go to the next (1) or previous (-1) match, or start a search."""
        self._bar.step(step) if self._bar.isVisible() else self.find_in_article()

    def find_in_corpus(self) -> None:
        self._sidebar.start_search(self._selected_words())

    def tag_all(self, *, in_corpus: bool = False) -> None:
        """Tag occurrences of the selected span's words in the article, or in the corpus."""
        from annotator.ui.dialogs.occurrences import OccurrencesDialog

        session, article, span = self._session, self._session.article, self._session.selection
        if not article or not session.corpus:
            return
        if not span:
            session.notified.emit(_("Select a span first."))
            return
        dialog = OccurrencesDialog(self._window, session, self._tasks, span, current_theme())
        if in_corpus:
            dialog.search_corpus()
        dialog.exec()
        dialog.deleteLater()

    def show_search(self) -> None:
        """Show the corpus search's matches in the article."""
        if self._session.article_filter.words or self._shows_search:
            self._bar.show_matches(self._session.article_filter.words)
        self._shows_search = bool(self._session.article_filter.words)

    def go_to_first_match(self) -> None:
        """Move to the first match of the corpus search."""
        if self._session.article_filter.words and self._bar.hits:
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
