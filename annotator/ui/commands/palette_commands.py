"""The command palette's entries: actions, choices, labels, and articles by their titles."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QObject

from annotator.i18n import _
from annotator.store.errors import CorpusError
from annotator.store.queries.article_list import find_by_title
from annotator.ui.actions.action_set import ActionSet
from annotator.ui.actions.palette import PaletteEntry, list_entries
from annotator.ui.article.article_view import ArticleView
from annotator.ui.central.command_palette import CommandPalette
from annotator.ui.commands.find_commands import FindCommands
from annotator.ui.session.window_context import WindowContext

OPENER: Final = "show_palette"
"""The action that opens the palette, which does not list it."""
_MAX_RECENT: Final = 12
_MAX_ARTICLES: Final = 5
_MIN_LETTERS: Final = 2  # of the title of an article


class PaletteCommands(QObject):
    """Opens the palette, runs what is chosen in it, and remembers that."""

    def __init__(self, context: WindowContext, view: ArticleView, find: FindCommands) -> None:
        super().__init__(context.window)
        self._window, self._session, self._settings = context.window, context.session, context.settings
        self._view, self._find = view, find
        self._palette: CommandPalette | None = None

    def attach(self, actions: ActionSet[Any]) -> None:
        """Set the actions to list."""
        self._actions = actions

    def toggle(self) -> None:
        """Open or close the palette."""
        palette = self._palette = self._palette or self._create_palette()
        if palette.isVisible():
            palette.close_palette()
        else:
            entries = list_entries(self._actions, self._session.labels.labels)
            palette.open([entry for entry in entries if entry.name != OPENER], self._settings.current.recent_commands)

    def _create_palette(self) -> CommandPalette:
        palette = CommandPalette(self._window, self._actions.by_name[OPENER], self._find_more)
        palette.closed.connect(self._view.setFocus)
        palette.entry_chosen.connect(self._run)
        return palette

    def _find_more(self, words: str) -> Sequence[PaletteEntry]:
        """Return the articles with these words in their titles, and an entry that searches the corpus."""
        session, words = self._session, " ".join(words.split())
        if not session.corpus or len(words) < _MIN_LETTERS:
            return ()
        try:
            articles = find_by_title(session.corpus, session.annotator, words, _MAX_ARTICLES)
        except CorpusError as error:
            session.report_error(error)
            return ()
        entries = [
            PaletteEntry(
                name="", title=article.title, run=partial(session.open_by_id, article.id), names=(), group=_("Article")
            )
            for article in articles
        ]
        search = PaletteEntry(
            name="",
            title=_("Search corpus for “{words}”").format(words=words),
            run=partial(self._find.find_words_in_corpus, words),
            names=(),
        )
        return [*entries, search]

    def _run(self, entry: PaletteEntry) -> None:
        """Remember an entry as the latest, and run it."""
        if entry.name:
            others = (name for name in self._settings.current.recent_commands if name != entry.name)
            self._settings.save(recent_commands=[entry.name, *others][:_MAX_RECENT])
        entry.run()
