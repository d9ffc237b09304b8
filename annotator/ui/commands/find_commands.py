"""Finding words, and tagging them wherever they stand. Each public method is an action of the table in `actions`."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from annotator.i18n import _
from annotator.ui.article.article_view import ArticleView
from annotator.ui.panels.find_bar import FindBar
from annotator.ui.panels.sidebars import ArticlesSide
from annotator.ui.session.background import Background
from annotator.ui.session.session import Session
from annotator.ui.widgets.theme import LIGHT


class FindingCommands(QObject):
    """Joins the find bar and the search of the corpus with the article."""

    def __init__(
        self,
        window: QWidget,
        session: Session,
        view: ArticleView,
        bar: FindBar,
        side: ArticlesSide,
        background: Background,
    ) -> None:
        super().__init__(window)
        self._window, self._session, self._view, self._bar, self._side = window, session, view, bar, side
        self._background = background
        self.theme = LIGHT
        self._followed = False  # whether the find bar has the words of the search
        bar.where = view.offset
        bar.changed.connect(self._show)
        bar.left.connect(view.setFocus)

    def find_in_article(self) -> None:
        self._bar.begin(self._words())

    def find_next(self) -> None:
        self._bar.step(1) if self._bar.isVisible() else self.find_in_article()

    def find_previous(self) -> None:
        self._bar.step(-1) if self._bar.isVisible() else self.find_in_article()

    def find_in_corpus(self) -> None:
        self._side.begin_search(self._words())

    def tag_all_here(self) -> None:
        """Tag every place of the article that says what the selected span says."""
        self._tag_all(corpus=False)

    def tag_all_corpus(self) -> None:
        """The same in every article of the corpus."""
        self._tag_all(corpus=True)

    def follow_search(self) -> None:
        """Show in the article what the corpus is searched for."""
        if self._session.choice.words or self._followed:
            self._bar.look_for(self._session.choice.words)
        self._followed = bool(self._session.choice.words)

    def go_to_first(self) -> None:
        """Stand at the first hit of the corpus search in an article that was just opened."""
        if self._session.choice.words and self._bar.hits:
            self._bar.step(1)

    def _show(self) -> None:
        self._view.show_hits(self._bar.hits, self._bar.current)
        if self._bar.current:
            self._view.stand(self._bar.current[0])
            self._view.reveal(*self._bar.current)

    def _words(self) -> str:
        """What is selected, to begin with; nothing where it would be more than one looks for."""
        words = " ".join(self._view.text_of_selection().split())
        return words if len(words) <= 80 else ""

    def _tag_all(self, *, corpus: bool) -> None:
        from annotator.ui.dialogs.occurrences import OccurrencesDialog

        session, article, span = self._session, self._session.article, self._session.selection
        if not article or not session.corpus:
            return
        if not span:
            session.told.emit(_("Select a span first."))
            return
        dialog = OccurrencesDialog(self._window, session, self._background, span, self.theme)
        if corpus:
            dialog.look_everywhere()
        dialog.exec()
        dialog.deleteLater()
