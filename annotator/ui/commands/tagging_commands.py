"""Commands that annotate the open article: spans, states, zones, undo."""

from collections.abc import Generator

from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtGui import QGuiApplication

from annotator.i18n import _, count_phrase
from annotator.jobs.undo import undo_step
from annotator.model.operations import InvalidEdit
from annotator.model.records import DONE, IN_PROGRESS, NEW, StepInfo
from annotator.store.corpus import Corpus
from annotator.store.errors import Conflict
from annotator.ui.article.article_view import ArticleView
from annotator.ui.commands.suggestion_commands import SuggestionCommands
from annotator.ui.session.notice import Notice
from annotator.ui.session.session import Session
from annotator.ui.session.tasks import TaskRunner


class TaggingCommands(QObject):
    """Connects the view's selection with the session."""

    sticky_changed = Signal(object)
    """Another label is sticky; carries its name, or None."""
    value_edit_requested = Signal()
    note_edit_requested = Signal()
    article_note_edit_requested = Signal()

    def __init__(
        self, session: Session, view: ArticleView, tasks: TaskRunner, suggestion_commands: SuggestionCommands
    ) -> None:
        super().__init__(view)
        self._session, self._view = session, view
        self._tasks, self._suggestion_commands = tasks, suggestion_commands
        self.sticky: str | None = None
        """The label with which each mouse selection is tagged at once."""
        self._last_label: str | None = None
        view.selection_finished.connect(self._tag_with_sticky)
        session.corpus_opened.connect(self._forget_labels)
        session.on_change(self._forget_labels, "labels")

    def tag(self, label: str) -> None:
        """Handle the key of a label.

        Accepts the current suggestion with it, or the one that is selected or under the caret; tags the selected text
        or the word under the caret; relabels a selected span, or removes it if it has the label.
        """
        span = self._session.selection
        target = self._view.target_range()
        if self._suggestion_commands.current:
            self._suggestion_commands.accept_as(label)
        elif span and not self._view.selection:
            if span.label == label:
                self._session.remove(span)
            else:
                self._session.relabel(span, label)
        elif target:
            self._tag_range(label, target)
        elif self._session.article:
            self._session.failed.emit(_("Select some text first."))
        self._last_label = label

    def click_label(self, label: str) -> None:
        """Tag the selection or active item; without one, or with a sticky label, toggle its stickiness."""
        if not self.sticky and (self._view.selection or self._session.selection or self._suggestion_commands.current):
            self.tag(label)
        else:
            self._set_sticky(None if self.sticky == label else label)

    def toggle_sticky(self) -> None:
        """Make the selected or last used label sticky, or none."""
        span, labels = self._session.selection, self._session.labels.labels
        first = labels[0].name if labels else None
        self._set_sticky(None if self.sticky else (span.label if span else self._last_label or first))

    # Spans

    def edit_value(self) -> None:
        self._request_for_span(self.value_edit_requested)

    def edit_note(self) -> None:
        self._request_for_span(self.note_edit_requested)

    def edit_article_note(self) -> None:
        if self._session.article:
            self.article_note_edit_requested.emit()

    def remove(self) -> None:
        if self._suggestion_commands.current:
            self._suggestion_commands.reject()
        elif self._session.selection:
            self._session.remove(self._session.selection)
        elif self._session.article:
            self._session.notified.emit(_("Select a span first."))

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo, or a pending one to discard.

        At the end of the list, the last step is one of the article that was open last.
        """
        current = self._session.current
        is_at_end = current.is_finished and bool(current.last_article)
        return is_at_end or bool(current.undoable or current.pending_step)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to redo."""
        return bool(self._session.redoable)

    def undo(self) -> None:
        """Discard the pending step, or undo the last."""
        if self._session.current.is_finished:
            self._session.open_relative(-1)
        if self._session.pending_step:
            self._session.discard_pending()
        elif step_info := self._session.undo_manager.next_long_step(self._session.undoable):
            self._run_undo(step_info, _("Undoing"))
        else:
            self._session.undo()

    def redo(self) -> None:
        if step_info := self._session.undo_manager.next_long_step(self._session.redoable):
            self._run_undo(step_info, _("Redoing"))
        else:
            self._session.redo()

    def copy(self) -> None:
        """Copy the article's text of the selection or active item."""
        text = self._view.selected_text()
        item, article = self._session.selection or self._suggestion_commands.current, self._session.article
        if not text and item and article:
            text = article.text[item.start : item.end]
        if text:
            QGuiApplication.clipboard().setText(text)
        elif article:
            self._session.notified.emit(_("Select some text first."))

    def deselect(self) -> bool:
        """Clear the selection, the current suggestion and the sticky label; return whether there was any."""
        had_any = bool(self.sticky or self._suggestion_commands.current or self._session.selection)
        had_any = had_any or self._view.selection is not None
        self._set_sticky(None)
        self._suggestion_commands.set_current(None)
        self._session.select(None)
        self._view.clear_selection()
        return had_any

    # The article

    def toggle_state(self, state: str) -> None:
        """Set the article's state, or reset it if it has this one."""
        before, open_count = self._session.article_state, self._suggestion_commands.open_count
        if not self._session.set_state(IN_PROGRESS if before == state else state):
            return
        if state == DONE != before and open_count:
            self._session.announced.emit(Notice(self._describe_open(open_count), is_undoable=True))
        elif before == DONE != state:
            text = _("This article no longer counts as done.")
            self._session.announced.emit(Notice(text, is_undoable=True))

    def done_and_next(self) -> None:
        """Mark the article as done and open the next unfinished one."""
        article, before = self._session.article, self._session.article_state
        open_count = self._suggestion_commands.open_count
        if article and self._session.set_state(DONE):
            self.next_open()
            if open_count and before != DONE:
                self._session.announced.emit(Notice(self._describe_open(open_count), undo_article=article.id))

    def next_open(self) -> None:
        """Open the next unfinished article of the list; without one, say that the list is finished."""
        session = self._session
        if session.open_next_unfinished() or not session.corpus:
            return
        if not session.articles:
            session.notified.emit(_("No article matches."))
        elif session.article and session.article_state in (NEW, IN_PROGRESS):
            session.notified.emit(_("This is the last unfinished article of the list."))
        else:
            session.leave_article(is_finished=True)

    def mark_line(self, kind: str) -> None:
        """Mark the line of the selection, span or caret as a zone of this kind."""
        article = self._session.article
        if article is None:
            return
        offset = self._view.current_offset()
        start = article.text.rfind("\n", 0, offset) + 1
        stop = article.text.find("\n", offset)
        stop = len(article.text) if stop < 0 else stop
        line = article.text[start:stop]
        start += len(line) - len(line.lstrip())
        self._session.mark_zone(kind, start, start + len(line.strip()))

    # Internals

    def _run_undo(self, step_info: StepInfo, title: str) -> None:
        session = self._session
        if not session.corpus or self._tasks.is_busy:
            return
        annotator, actor = session.annotator, session.adjudicator or None

        def undo(corpus: Corpus) -> Generator[tuple[int, int], None, bool]:
            try:
                yield from undo_step(corpus, annotator, step_info.uid, actor=actor)
            except (Conflict, InvalidEdit):
                return False
            return True

        def show(is_undone: bool) -> None:
            if is_undone:
                session.reload()
            else:
                session.undo_manager.skip_conflict(step_info)

        path = session.corpus.path
        self._tasks.run_on_corpus(title, path, undo, show, aborted=session.reload, failed=session.failed.emit)

    def _describe_open(self, count: int) -> str:
        """Say that an article is done in which so many suggestions are open."""
        if self._session.adjudicator:
            return count_phrase(
                "Done. {count} disagreement is not decided.", "Done. {count} disagreements are not decided.", count
            )
        return count_phrase(
            "Done. {count} suggestion was not looked at.", "Done. {count} suggestions were not looked at.", count
        )

    def _forget_labels(self) -> None:
        self._last_label = None
        self._set_sticky(None)

    def _tag_with_sticky(self) -> None:
        if self.sticky and self._view.selection:
            self._tag_range(self.sticky, self._view.selection)

    def _tag_range(self, label: str, text_range: tuple[int, int]) -> None:
        """Accept the suggestion in the place of this range, else tag the range."""
        is_selected = self._view.selection is not None
        if not self._suggestion_commands.accept_over(label, *text_range, is_selected=is_selected):
            self._session.tag(label, *text_range)

    def _set_sticky(self, label: str | None) -> None:
        if label != self.sticky:
            self._session.withdrawn.emit(self._sticky_hint())
            self.sticky = label
            self._view.accepts_on_double_click = label is None
            self.sticky_changed.emit(label)
            if hint := self._sticky_hint():
                self._session.notified.emit(hint)

    def _sticky_hint(self) -> str:
        """Say what the sticky label does; "" without one."""
        label = self._session.labels.find(self.sticky) if self.sticky else None
        text = _("Every mouse selection is now tagged as {label}. Press Escape to stop.")
        return text.format(label=label.localised_title()) if label else ""

    def _request_for_span(self, request: SignalInstance) -> None:
        if self._session.selection:
            request.emit()
        elif self._suggestion_commands.current:
            self._session.notified.emit(_("Accept the suggestion first."))
        else:
            self._session.notified.emit(_("Select a span first."))
