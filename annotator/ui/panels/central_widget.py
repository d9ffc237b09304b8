"""The middle of the window: the article, or what stands in its place, and what is done to it as a whole."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from annotator.i18n import _
from annotator.ui.article.article_view import ArticleView
from annotator.ui.panels.empty_state import EmptyState
from annotator.ui.panels.save_error_bar import TroubleBar
from annotator.ui.panels.span_card import Field
from annotator.ui.widgets.buttons import ActionButton, ButtonRow
from annotator.ui.widgets.theme import LIGHT, Theme

if TYPE_CHECKING:
    from annotator.ui.welcome.welcome_page import WelcomePage

_BUTTONS: Final = {"done_and_next": "done", "skip": "skip", "flag": "flag", "undo": "undo", "redo": "redo"}
"""The actions that have a button, and its icon."""
_LEADING: Final = 3  # of them stand at the beginning of the line


class Middle(QWidget):
    """`pages` holds the article and what stands in its place, `foot` the note and the buttons beneath; `trouble` is
    above all, and then the `bars`."""

    def __init__(self, view: ArticleView, bars: Sequence[QWidget], note: Field, actions: Mapping[str, QAction]) -> None:
        super().__init__()
        self._view, self._theme = view, LIGHT
        self._corpus = self._articles = False  # whether there is one, whether there are some
        self._instead: WelcomePage | None = None
        self._no_corpus = EmptyState(
            "corpus",
            _("No corpus is open."),
            _("A corpus is one file with your articles, their labels and your work."),
            {"add": actions["new_corpus"], "corpus": actions["open_corpus"]},
        )
        self._no_articles = EmptyState(
            "article",
            _("There are no articles here yet."),
            _("Import them from files or from a folder, or drop them here."),
            {"import": actions["import_files"], "article": actions["import_folder"]},
        )
        self.buttons = [
            ActionButton(actions[name], icon, primary=at == 0) for at, (name, icon) in enumerate(_BUTTONS.items())
        ]
        self.trouble = TroubleBar(actions)
        self.pages, self.foot = QStackedWidget(), QWidget()
        for page in (view, self._no_corpus, self._no_articles):
            self.pages.addWidget(page)
        beneath = QVBoxLayout(self.foot)
        beneath.setContentsMargins(0, 0, 0, 0)
        beneath.addWidget(note)
        beneath.addWidget(ButtonRow(self.buttons, _LEADING))
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 12)
        column.setSpacing(10)
        for bar in (self.trouble, *bars):
            column.addWidget(bar)
        column.addWidget(self.pages, 1)
        column.addWidget(self.foot)

    def show_page(self, *, corpus: bool, articles: bool) -> None:
        """Show the article, unless there is no corpus or no article in it."""
        self._corpus, self._articles = corpus, articles
        self._show()

    def show_instead(self, page: "WelcomePage | None") -> None:
        """Show this page whatever there is, until there is to be None. It has the keyboard where the article would."""
        if self._instead:
            self._view.setFocusProxy(None)  # type: ignore[arg-type]  # Qt takes it, and PySide6 does not say so
            self.pages.removeWidget(self._instead)
            self._instead.deleteLater()
        self._instead = page
        if page:
            page.set_theme(self._theme)
            self.pages.addWidget(page)
            self._view.setFocusProxy(page)
        self._show()
        self._view.setFocus()

    def _show(self) -> None:
        filled: QWidget = self._view if self._articles else self._no_articles
        self.pages.setCurrentWidget(self._instead or (filled if self._corpus else self._no_corpus))
        self.foot.setVisible(self._corpus and self._articles and not self._instead)

    def set_theme(self, theme: Theme) -> None:
        """Show everything in this theme."""
        self._theme = theme
        self._view.set_theme(theme)
        for page in (self._no_corpus, self._no_articles, self._instead):
            if page:
                page.set_theme(theme)
        for button in self.buttons:
            button.set_theme(theme)
