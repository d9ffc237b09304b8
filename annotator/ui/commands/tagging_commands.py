"""What the keys do to the open article. Each public method is an action of the table in `actions`."""

from collections.abc import Generator
from functools import partial

from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtGui import QGuiApplication

from annotator.i18n import _
from annotator.jobs.undo import take_back
from annotator.model.operations import Rejected
from annotator.model.records import DONE, FLAGGED, IN_PROGRESS, SKIPPED, Past
from annotator.store.corpus import Corpus
from annotator.store.errors import Conflict, CorpusError
from annotator.ui.article.article_view import ArticleView
from annotator.ui.commands.suggestion_commands import SuggestionCommands
from annotator.ui.session.background import Background, Cancelled
from annotator.ui.session.session import Session


class TaggingCommands(QObject):
    """Joins what is selected in the view with the session's verbs."""

    sticky_changed = Signal()
    value_asked = Signal()
    note_asked = Signal()
    article_note_asked = Signal()

    def __init__(
        self, session: Session, view: ArticleView, background: Background, suggesting: SuggestionCommands
    ) -> None:
        super().__init__(view)
        self._session, self._view, self._background, self._suggesting = session, view, background, suggesting
        self.sticky: str | None = None
        """The label that each selection by mouse is given at once."""
        self._last: str | None = None  # the label that was given last
        view.selection_made.connect(self._stick)
        session.corpus_opened.connect(self._forget_labels)
        session.labels_changed.connect(self._forget_labels)

    def tag(self, label: str) -> None:
        """A label's key: tags what is selected in the text or the word under the caret; with a span selected, gives
        it this label, or removes it when it has this label already; with a suggestion chosen, accepts it as this."""
        span = self._session.selection
        target = self._view.target()
        if self._suggesting.chosen:
            self._suggesting.accept_as(label)
        elif span and not self._view.selection:
            if span.label == label:
                self._session.remove(span)
            else:
                self._session.relabel(span, label)
        elif target:
            self._session.tag(label, *target)
        else:
            self._session.failed.emit(_("Select some text first."))
        self._last = label

    def take(self, label: str) -> None:
        """A click on a label: does what its key does to what is selected; with nothing selected, or with a label that
        sticks already, it sticks from now on, or no longer."""
        if not self.sticky and (self._view.selection or self._session.selection or self._suggesting.chosen):
            self.tag(label)
        else:
            self._set_sticky(None if self.sticky == label else label)

    def toggle_sticky(self) -> None:
        """The label that was given last sticks from now on, or none does."""
        span, labels = self._session.selection, self._session.labels.labels
        first = labels[0].name if labels else None
        self._set_sticky(None if self.sticky else (span.label if span else self._last or first))

    # Spans

    def edit_value(self) -> None:
        self._of_span(self.value_asked)

    def edit_note(self) -> None:
        self._of_span(self.note_asked)

    def edit_article_note(self) -> None:
        if self._session.article:
            self.article_note_asked.emit()

    def remove(self) -> None:
        if self._suggesting.chosen:
            self._suggesting.reject()
        elif self._session.selection:
            self._session.remove(self._session.selection)

    def undo(self) -> None:
        """Take back the last step; first of all, the one that is not saved yet."""
        if self._session.waiting:
            self._session.give_up()
        elif past := self._session.long_step(self._session.undoable):
            self._take_back(past, _("Undoing"))
        else:
            self._session.undo()

    def redo(self) -> None:
        if past := self._session.long_step(self._session.redoable):
            self._take_back(past, _("Redoing"))
        else:
            self._session.redo()

    def copy(self) -> None:
        """The selected text, or that of the selected span or the chosen suggestion, as the article has it."""
        text = self._view.text_of_selection()
        held, article = self._session.selection or self._suggesting.chosen, self._session.article
        if not text and held and article:
            text = article.text[held.start : held.end]
        if text:
            QGuiApplication.clipboard().setText(text)

    def deselect(self) -> None:
        """Nothing is selected any more, no suggestion is chosen, and no label sticks."""
        self._set_sticky(None)
        self._suggesting.choose(None)
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
            self.next_open()

    def next_open(self) -> None:
        """Open the next article of the list that waits to be done."""
        if not self._session.open_next():
            self._session.told.emit(_("That was the last one: no article is left to do."))

    def next_article(self) -> None:
        self._session.open_step(1)

    def previous_article(self) -> None:
        self._session.open_step(-1)

    def line_headline(self) -> None:
        self._mark_line("headline")

    def line_dateline(self) -> None:
        self._mark_line("dateline")

    def line_body(self) -> None:
        self._mark_line("body")

    def line_boilerplate(self) -> None:
        self._mark_line("boilerplate")

    # Inside

    def _take_back(self, past: Past, title: str) -> None:
        session = self._session
        if not session.corpus or self._background.busy:
            return
        source, annotator = session.corpus.path, session.annotator

        def job() -> Generator[tuple[int, int], None, None]:
            with Corpus.open(source) as opened:
                yield from take_back(opened, annotator, past.uid)

        self._background.run(title, job, lambda _nothing: session.changed(), partial(self._not_taken_back, past))

    def _not_taken_back(self, past: Past, error: Exception) -> None:
        if isinstance(error, Conflict | Rejected):
            self._session.pass_over(past)
        elif isinstance(error, CorpusError):
            self._session.changed()
            self._session.failed.emit(str(error))
        elif not isinstance(error, Cancelled):
            raise error

    def _forget_labels(self) -> None:
        self._last = None
        self._set_sticky(None)

    def _stick(self) -> None:
        if self.sticky and self._view.selection:
            self._session.tag(self.sticky, *self._view.selection)

    def _set_sticky(self, label: str | None) -> None:
        if label != self.sticky:
            self.sticky = label
            self._view.accepting = label is None
            self.sticky_changed.emit()
            known = self._session.labels.find(label) if label else None
            if known:
                said = _("Every selection by mouse is tagged at once: {label}. Escape ends it.")
                self._session.told.emit(said.format(label=known.shown()))

    def _of_span(self, asked: SignalInstance) -> None:
        if self._session.selection:
            asked.emit()
        elif self._suggesting.chosen:
            self._session.told.emit(_("Accept the suggestion first."))
        else:
            self._session.told.emit(_("Select a span first."))

    def _toggle(self, state: str) -> None:
        self._session.set_state(IN_PROGRESS if self._session.state() == state else state)

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
