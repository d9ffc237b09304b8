"""The keys that move the edges of what is held. Each public method is an action of the table in `actions`."""

import unicodedata

from annotator.i18n import _
from annotator.model.records import Span, Suggestion
from annotator.text.proclitics import toggled
from annotator.text.visible import written
from annotator.ui.article.article_view import ArticleView
from annotator.ui.session.active_item import Held
from annotator.ui.session.session import Session


class EdgeCommands:
    """Moves the edges of the selected span or the chosen suggestion; with neither, those of the selection."""

    def __init__(self, session: Session, view: ArticleView, held: Held) -> None:
        self._session, self._view, self._held = session, view, held

    def toggle_proclitic(self) -> None:
        """Leave out the proclitic at the start of what is held, or of the selection, or take it in again."""
        held, article, selection = self._held.it(), self._session.article, self._view.selection
        stretch = selection or (held and (held.start, held.end))
        if not article or not stretch:
            return
        start, end = stretch
        moved = toggled(article.text, start, end)
        if moved is None:
            self._session.told.emit(_("There is no proclitic here."))
        elif selection:
            self._view.select(moved, end)
        elif held:
            self._held.resize(held, moved, end)

    # By words and letters as they are read: see Caret.reading.

    def end_forward(self) -> None:
        self._edge_by_word(end=True, step=1)

    def end_back(self) -> None:
        self._edge_by_word(end=True, step=-1)

    def start_forward(self) -> None:
        self._edge_by_word(end=False, step=1)

    def start_back(self) -> None:
        self._edge_by_word(end=False, step=-1)

    def end_forward_letter(self) -> None:
        self._edge_by_letter(end=True, step=1)

    def end_back_letter(self) -> None:
        self._edge_by_letter(end=True, step=-1)

    def start_forward_letter(self) -> None:
        self._edge_by_letter(end=False, step=1)

    def start_back_letter(self) -> None:
        self._edge_by_letter(end=False, step=-1)

    # Inside

    def _edge_by_word(self, *, end: bool, step: int) -> None:
        step = self._view.caret.reading(step)
        held, article = self._held.it(), self._session.article
        if held is None or article is None or self._view.selection:
            caret = self._view.caret
            if not end:
                self._view.go(caret.sentence_edge(step), extend=True)
            elif self._view.selection:
                self._view.go(caret.by_word(step), extend=True)
            else:
                # A first press selects the word under the caret, each further one a word more.
                self._view.go(caret.focus, extend=True)
            return
        moved = self._view.caret.next_edge(held.end if end else held.start, step, end=end)
        self._resize(held, moved, end=end)

    def _edge_by_letter(self, *, end: bool, step: int) -> None:
        step = self._view.caret.reading(step)
        held, article = self._held.it(), self._session.article
        if held is None or article is None:
            return
        at = (held.end if end else held.start) + step
        # Over what cannot be seen: a mark on its letter, a space, a direction mark.
        while 0 < at < len(article.text) and not _is_edge(article.text, at, end=end):
            at += step
        self._resize(held, at, end=end)

    def _resize(self, held: Span | Suggestion, at: int | None, *, end: bool) -> None:
        if at is None or self._session.article is None:
            return
        start, stop = (held.start, at) if end else (at, held.end)
        if 0 <= start < stop <= len(self._session.article.text):
            self._held.resize(held, start, stop)


def _is_edge(text: str, at: int, *, end: bool) -> bool:
    """Whether a span may end (or begin) here: by a letter that is seen, never between a letter and its marks."""
    letter = text[at - 1] if end else text[at]
    return bool(written(letter).strip()) and not _combining(text[at : at + 1])


def _combining(character: str) -> bool:
    return bool(character) and unicodedata.category(character) in ("Mn", "Me")
