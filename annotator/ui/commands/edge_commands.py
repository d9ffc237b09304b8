"""Commands that move the edges of the active item."""

import unicodedata

from annotator.i18n import _
from annotator.model.records import Span, Suggestion
from annotator.text.proclitics import toggle_proclitic
from annotator.text.visible import remove_invisible
from annotator.ui.article.article_view import ArticleView
from annotator.ui.session.active_item import ActiveItem
from annotator.ui.session.session import Session


class EdgeCommands:
    """Moves the edges of the active item or the selection."""

    def __init__(self, session: Session, view: ArticleView, active_item: ActiveItem) -> None:
        self._session, self._view, self._active_item = session, view, active_item

    def toggle_proclitic(self) -> None:
        """Exclude or include the proclitic of the selection or active item."""
        item, article, selection = self._active_item.current, self._session.article, self._view.selection
        text_range = selection or (item and (item.start, item.end))
        if not article or not text_range:
            self._ask_for_span()
            return
        start, end = text_range
        new_start = toggle_proclitic(article.text, start, end)
        if new_start is None:
            self._session.notified.emit(_("There is no proclitic here."))
        elif selection:
            self._view.select(new_start, end)
        elif item:
            self._active_item.resize(item, new_start, end)

    def move_by_word(self, step: int, *, end: bool) -> None:
        """Move the end or start by a word in reading order (see Caret.logical_step), forward (1) or back (-1)."""
        step = self._view.caret.logical_step(step)
        item, article = self._active_item.current, self._session.article
        if item is None or article is None or self._view.selection:
            caret = self._view.caret
            self._view.move_to_word(caret.adjacent_word(step) if end else caret.sentence_edge(step), extend=True)
            return
        edge = self._view.caret.next_word_edge(item.end if end else item.start, step, end=end)
        self._resize(item, edge, end=end)

    def move_by_letter(self, step: int, *, end: bool) -> None:
        """Move the end or start by a letter, likewise."""
        step = self._view.caret.logical_step(step)
        item, article = self._active_item.current, self._session.article
        if item is None or article is None:
            self._ask_for_span()
            return
        edge = (item.end if end else item.start) + step
        # Skip what is not visible on its own: a mark on its letter, a space, a direction mark.
        while 0 < edge < len(article.text) and not _is_edge(article.text, edge, end=end):
            edge += step
        self._resize(item, edge, end=end)

    def _ask_for_span(self) -> None:
        if self._session.article:
            self._session.notified.emit(_("Select a span first."))

    def _resize(self, item: Span | Suggestion, edge: int | None, *, end: bool) -> None:
        if edge is None or self._session.article is None:
            return
        start, stop = (item.start, edge) if end else (edge, item.end)
        if 0 <= start < stop <= len(self._session.article.text):
            self._active_item.resize(item, start, stop)


def _is_edge(text: str, offset: int, *, end: bool) -> bool:
    """Return whether a span may end or start here: at a visible letter, not before its marks."""
    letter = text[offset - 1] if end else text[offset]
    return bool(remove_invisible(letter).strip()) and not _is_combining(text[offset : offset + 1])


def _is_combining(character: str) -> bool:
    return bool(character) and unicodedata.category(character) in ("Mn", "Me")
