"""What the keys do to the open article. Each public method is an action of the table in `actions`."""

import unicodedata

from PySide6.QtGui import QGuiApplication

from annotator.core.model import DONE, FLAGGED, IN_PROGRESS, NEW, SKIPPED, Span
from annotator.core.text import written
from annotator.i18n import _
from annotator.ui.article_view import ArticleView
from annotator.ui.session import Session


class TaggingCommands:
    """Joins what is selected in the view with the session's verbs."""

    def __init__(self, session: Session, view: ArticleView) -> None:
        self._session, self._view = session, view

    def tag(self, label: str) -> None:
        """A label's key: tags what is selected in the text or the word under the caret; with a span selected, gives
        it this label, or removes it when it has this label already."""
        span = self._session.selection
        target = self._view.target()
        if span and not self._view.selection:
            if span.label == label:
                self._session.remove(span)
            else:
                self._session.relabel(span, label)
        elif target:
            self._session.tag(label, *target)
        else:
            self._session.failed.emit(_("Select some text first."))

    # Spans

    def remove(self) -> None:
        if self._session.selection:
            self._session.remove(self._session.selection)

    def undo(self) -> None:
        self._session.undo()

    def redo(self) -> None:
        self._session.redo()

    def copy(self) -> None:
        """The selected text, or the selected span's, as the article has it."""
        text = self._view.text_of_selection()
        span, article = self._session.selection, self._session.article
        if not text and span and article:
            text = article.text[span.start : span.end]
        if text:
            QGuiApplication.clipboard().setText(text)

    # Left is forward where the text runs from right to left; elsewhere the same keys mean the other way.

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

    def caret_forward(self) -> None:
        self._view.go(self._view.caret.by_word(self._reading(1)))

    def caret_back(self) -> None:
        self._view.go(self._view.caret.by_word(self._reading(-1)))

    def caret_up(self) -> None:
        self._view.go(self._view.caret.by_line(-1))

    def caret_down(self) -> None:
        self._view.go(self._view.caret.by_line(1))

    def caret_start(self) -> None:
        self._view.go(self._view.caret.to_edge(-1))

    def caret_end(self) -> None:
        self._view.go(self._view.caret.to_edge(1))

    def select_up(self) -> None:
        self._view.go(self._view.caret.by_line(-1), extend=True)

    def select_down(self) -> None:
        self._view.go(self._view.caret.by_line(1), extend=True)

    def select_start(self) -> None:
        self._view.go(self._view.caret.to_edge(-1), extend=True)

    def select_end(self) -> None:
        self._view.go(self._view.caret.to_edge(1), extend=True)

    def next_span(self) -> None:
        self._jump(1)

    def previous_span(self) -> None:
        self._jump(-1)

    def deselect(self) -> None:
        self._session.select(None)
        self._view.clear_selection()

    # The article

    def done(self) -> None:
        self._toggle(DONE)

    def skip(self) -> None:
        self._toggle(SKIPPED)

    def flag(self) -> None:
        self._toggle(FLAGGED)

    def done_and_next(self) -> None:
        """Say that the article is done, and open the next one that is not."""
        if self._session.article and self._session.set_state(DONE):
            self._next_open()

    def next_article(self) -> None:
        self._session.open_article(min(self._session.place() + 1, len(self._session.articles) - 1))

    def previous_article(self) -> None:
        self._session.open_article(max(self._session.place() - 1, 0))

    def line_headline(self) -> None:
        self._mark_line("headline")

    def line_dateline(self) -> None:
        self._mark_line("dateline")

    def line_body(self) -> None:
        self._mark_line("body")

    def line_boilerplate(self) -> None:
        self._mark_line("boilerplate")

    # Inside

    def _reading(self, step: int) -> int:
        return step if self._view.caret.is_rtl() else -step

    def _next_open(self) -> None:
        session = self._session
        here = session.place()
        order = [*range(here + 1, len(session.articles)), *range(here)]
        waiting = (at for at in order if session.state_of(session.articles[at]) in (NEW, IN_PROGRESS))
        place = next(waiting, None)
        if place is None:
            session.told.emit(_("That was the last one: no article is left to do."))
        else:
            session.open_article(place)

    def _toggle(self, state: str) -> None:
        self._session.set_state(IN_PROGRESS if self._session.state() == state else state)

    def _jump(self, step: int) -> None:
        """To the next span after the selected one or after the caret, or to the one before."""
        spans: list[Span] = self._session.spans
        selected = self._session.selection
        if not spans:
            return
        if selected:
            at = next((at for at, span in enumerate(spans) if span.uid == selected.uid), -1) + step
        else:
            offset = self._view.offset()
            after = sum(span.start < offset for span in spans)
            at = after if step > 0 else after - 1
        self._session.select(spans[at % len(spans)])

    def _edge_by_word(self, *, end: bool, step: int) -> None:
        step = self._reading(step)
        span, article = self._session.selection, self._session.article
        if span is None or article is None or self._view.selection:
            if end:
                # A first press selects the word under the caret, each further one a word more.
                caret = self._view.caret
                self._view.go(caret.by_word(step) if self._view.selection else caret.focus, extend=True)
            return
        moved = self._view.caret.next_edge(span.end if end else span.start, step, end=end)
        self._resize(span, moved, end=end)

    def _edge_by_letter(self, *, end: bool, step: int) -> None:
        step = self._reading(step)
        span, article = self._session.selection, self._session.article
        if span is None or article is None:
            return
        at = (span.end if end else span.start) + step
        # Over what cannot be seen: a mark on its letter, a space, a direction mark.
        while 0 < at < len(article.text) and not _is_edge(article.text, at, end=end):
            at += step
        self._resize(span, at, end=end)

    def _resize(self, span: Span, at: int | None, *, end: bool) -> None:
        if at is None or self._session.article is None:
            return
        start, stop = (span.start, at) if end else (at, span.end)
        if 0 <= start < stop <= len(self._session.article.text):
            self._session.resize(span, start, stop)

    def _mark_line(self, kind: str) -> None:
        """The line with the selection, the selected span or the caret is of this kind."""
        article = self._session.article
        if article is None:
            return
        offset = self._view.offset()
        start = article.text.rfind("\n", 0, offset) + 1
        stop = article.text.find("\n", offset)
        stop = len(article.text) if stop < 0 else stop
        line = article.text[start:stop]
        start += len(line) - len(line.lstrip())
        self._session.mark_zone(kind, start, start + len(line.strip()))


def _is_edge(text: str, at: int, *, end: bool) -> bool:
    """Whether a span may end (or begin) here: by a letter that is seen, never between a letter and its marks."""
    letter = text[at - 1] if end else text[at]
    return bool(written(letter).strip()) and not _combining(text[at : at + 1])


def _combining(character: str) -> bool:
    return bool(character) and unicodedata.category(character) in ("Mn", "Me")
