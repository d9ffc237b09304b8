"""The widgets' only access to the corpus: its state as last read, and every change.

An invalid change only emits `failed`. One that is not on disk is not shown (see StepWriter).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal
from shiboken6 import Shiboken

from annotator.checks.issue import Issue
from annotator.i18n import _
from annotator.model import history, operations
from annotator.model.labels import LabelSet
from annotator.model.records import (
    Article,
    Decision,
    Edit,
    Note,
    Removal,
    Span,
    Status,
    Step,
    StepInfo,
    Suggestion,
    Zone,
    new_uid,
)
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.store.errors import CorpusError, DamagedCorpus
from annotator.store.queries.annotators import find_own_name
from annotator.store.queries.article_list import ArticleFilter, LazyArticleList
from annotator.store.queries.reversal import read_reversal
from annotator.ui.session.position_saver import PositionSaver
from annotator.ui.session.session_corpus import SessionCorpus, closing_on_error
from annotator.ui.session.state import (
    ARTICLE_STEPS,
    DESCRIBE,
    DISMISS,
    PUBLISHED,
    REJECT,
    TITLE,
    UNREAD_VERSION,
    CurrentField,
    SessionState,
)
from annotator.ui.session.step_writer import StepWriter
from annotator.ui.session.sync_state import SyncState
from annotator.ui.session.undo import UndoManager

_STATE_KEEPING_STEPS: Final = frozenset([history.STATE_STEP, "note", DISMISS, history.RESOLVE_STEP, *ARTICLE_STEPS])
"""Names of steps that do not set a new article to "in progress"."""


class Session(QObject):
    """An annotator working on a corpus."""

    changed = Signal(object)
    """Fields of the current state changed; carries their names.

    A field of an article that is opened changes before `article_opened`, and one of a corpus before `corpus_opened`.
    """
    corpus_opened = Signal()
    """Another corpus is open, or none."""
    corpus_closing = Signal(object)
    """The corpus at this path is about to be closed; each slot must close its own connections before it returns."""
    article_closing = Signal()
    """Another article is about to be opened: typed text about this one must be saved now."""
    article_opened = Signal(int)
    """An article or none was opened; carries the code point of the caret."""
    corpus_changed = Signal(object)
    """The corpus on disk changed by this step, or in an unknown way (None)."""
    change_discarded = Signal()
    """The pending step will not be written; text typed for it is void."""
    displacing = Signal()
    """The corpus file is no longer in its place: this window's other processes on it must end."""
    displaced = Signal(object)
    """The corpus file was renamed, deleted or replaced; carries the Displacement, with the file now in use."""
    learned = Signal()
    """The models stored in the corpus changed."""
    failed = Signal(str)
    damaged = Signal(str, str)
    """Reading found damage; carries the path of the open corpus and a message. Once per corpus."""
    notified = Signal(str)
    """A message that is not an error."""
    withdrawn = Signal(str)
    """That message does not hold any more; carries its text."""
    announced = Signal(object)
    """The same with what can be done about it: a Notice."""

    annotator = CurrentField[str]()
    reader = CurrentField[str]()
    adjudicator = CurrentField[str]()
    corpus = CurrentField[Corpus | None]()
    labels = CurrentField[LabelSet]()
    articles = CurrentField[LazyArticleList]()
    article_filter = CurrentField[ArticleFilter]()
    counts = CurrentField[dict[str, int]]()
    conflict_count = CurrentField[int]()
    is_learning = CurrentField[bool]()
    sync = CurrentField[SyncState | None]()
    pending_step = CurrentField[Step | None]()
    save_error = CurrentField[str]()
    article = CurrentField[Article | None]()
    zones = CurrentField[list[Zone]]()
    spans = CurrentField[list[Span]]()
    status = CurrentField[Status | None]()
    article_state = CurrentField[str]()
    note = CurrentField[Note | None]()
    removal = CurrentField[Removal | None]()
    decisions = CurrentField[list[Decision]]()
    undoable = CurrentField[list[StepInfo]]()
    redoable = CurrentField[list[StepInfo]]()
    selection = CurrentField[Span | None]()

    def __init__(self, annotator: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.current = SessionState(annotator)
        """What was last read; replaced with every change."""
        self._person = annotator  # who works on this computer; in a merged corpus, the name may be another one
        self.prefers_informative = False
        """Whether the next unfinished article is the most informative one, if known, or the next in the list."""
        self.get_offset: Callable[[], int] = int
        """Returns the annotator's offset in the article; set by the widget that shows it."""
        self._file: SessionCorpus | None = None
        self._is_damaged = False  # whether damage was already reported
        self.undo_manager: Final = UndoManager(self)
        self.position: Final = PositionSaver(self, parent=self)
        self.article_closing.connect(self.position.remember)
        self._writer: Final = StepWriter(self.position, parent=self)
        self._writer.changed.connect(self._show_save_state)
        self._writer.written.connect(self._show_written)
        self._writer.dropped.connect(self.reload)
        self._writer.failed.connect(self.failed)
        self._writer.notified.connect(self.notified)

    def on_change(self, slot: Callable[[], object], *names: str) -> None:
        """Have `slot` called whenever one of these fields of the current state has changed."""
        assert set(names) <= set(SessionState.__struct_fields__)
        owner = getattr(slot, "__self__", None)

        def call(changed: frozenset[str]) -> None:
            if not changed.isdisjoint(names) and Shiboken.isValid(owner):  # else its window is gone
                slot()

        self.changed.connect(call)

    # The corpus

    def open(self, corpus: Corpus) -> None:
        """Take ownership of `corpus` and show it at the annotator's last position.

        Raises CorpusError, after closing it, if its labels cannot be read; the previous corpus stays open.
        """
        with closing_on_error(corpus):
            labels, name, previous = corpus.labels(), find_own_name(corpus, self._person), self.current
        self.close_silently()
        file = self._file = SessionCorpus(corpus, lambda corpus: self.current.is_in(corpus))
        file.displacing.connect(self.displacing)
        file.displaced.connect(self.displaced)
        file.continued.connect(self._continue_in)
        self._writer.open(file)
        self._show(replace(self.current, corpus=corpus, labels=labels, annotator=name), previous)
        with self._reporting_errors():
            self._show(self.current.with_articles())
        self.corpus_opened.emit()
        self.resume_article()
        if reason := file.explain_slowness():
            self.notified.emit(reason)

    def close(self) -> None:
        """Close the corpus."""
        if self.corpus:
            previous = self.current
            self.close_silently()
            self._show(self.current, previous)
            self.corpus_opened.emit()
            self.article_opened.emit(0)

    def close_silently(self) -> None:
        """Close the corpus without updating the widgets."""
        self.retry_save()
        file, self._file = self._file, None
        if file:
            file.close_helpers()
        self._writer.close()
        self._close_article()
        self.position.has_moved, self._is_damaged = False, False
        self.current = SessionState(self._person, is_learning=self.is_learning, revision=self.current.revision)
        if file:
            self.corpus_closing.emit(file.corpus.path)
            file.corpus.close_everywhere()

    def switch_annotator(self, annotator: str, *, edits: bool = True) -> None:
        """Show this annotator's layers; edit them on request, and always those of who works here.

        Their stored position stays until they open or change something.
        """
        if edits and annotator != self.current.user:
            self._person = annotator
        reader = "" if edits or annotator == self.current.user else self.current.user
        self._show_layers(annotator=annotator, reader=reader, adjudicator="", disagreements={})

    def work_here_as(self, annotator: str) -> None:
        """Work under this name in the open corpus, and in no other."""
        self._show_layers(annotator=annotator, reader="", adjudicator="", disagreements={})

    def adjudicate(self, gold: str, disagreements: dict[int, int]) -> None:
        """Show the gold layer, whose owner has this name, for who works here to edit it.

        `disagreements` are the numbers of those to decide, by article. All articles that several people have done are
        listed, whatever was before.
        """
        self._show_layers(
            annotator=gold,
            reader="",
            adjudicator=self.current.user,
            disagreements=disagreements,
            article_filter=ArticleFilter(),
        )

    def count_disagreements(self, disagreements: dict[int, int]) -> None:
        """Show these numbers of disagreements by article; the order of the list stays."""
        self._change(disagreements=disagreements)

    def _show_layers(self, **whose: Any) -> None:
        self._close_article()
        self._change(**whose)
        with self._reporting_errors():
            self._show(self.current.with_articles())
        if self.article:
            self._open(self.article.id, self.get_offset())
        elif self.current.is_finished:  # in the layers before
            self.resume_article()
        self.position.stay()

    def set_learning(self, is_learning: bool) -> None:
        """Set whether the program is learning."""
        self._change(is_learning=is_learning)

    def set_sync(self, state: SyncState | None) -> None:
        """Set how the corpus stands with its team; None without one."""
        self._change(sync=state)

    def report_error(self, error: CorpusError) -> None:
        """Report an error; emit `damaged` too if it is a DamagedCorpus."""
        self.failed.emit(str(error))
        if isinstance(error, DamagedCorpus) and self.corpus and not self._is_damaged:
            self._is_damaged = True
            self.damaged.emit(str(self.corpus.path), str(error))

    # The articles

    def resume_article(self) -> None:
        """Open the annotator's last article, else the first unfinished one."""
        with self._reporting_errors():
            position = self.corpus.last_position(self.annotator) if self.corpus else None
            if self.corpus and position and not self.corpus.removal(position[0]):
                self.open_by_id(self.corpus.article(position[0]).id, position[1])
        if self.article is None and not self.open_next_unfinished():
            self.open_article(0)

    def reload_articles(self) -> None:
        """Read the list of articles again; the end of the list stays, whatever came after it."""
        if not self.corpus:
            return
        with self._reporting_errors():
            self._show(self.current.with_articles())
        if self.article is None and not self.current.is_finished:
            self.open_article(0)

    def set_article_filter(self, article_filter: ArticleFilter) -> None:
        """Filter the list of articles; the open one stays open."""
        if article_filter != self.article_filter:
            self._change(article_filter=article_filter, is_finished=False)
            self.reload_articles()

    def open_article(self, index: int) -> None:
        """Open the article at this index of the list, or none if out of range."""
        if 0 <= index < len(self.articles):
            self.open_by_id(self.articles.numbers[index])
        else:
            self.leave_article()

    def leave_article(self, *, is_finished: bool = False) -> None:
        """Open no article; `is_finished` is whether none of the list is left to do."""
        self._close_article()
        self._show(self.current.without_article(is_finished=is_finished))
        self.article_opened.emit(0)

    def open_by_id(self, article_id: int, offset: int | None = None) -> None:
        """Open the article with this number, listed or not, at this code point or where the annotator left it."""
        if self._open(article_id, offset):
            self.position.move()

    def open_relative(self, step: int) -> None:
        """Open the article `step` places further in the list, or the nearest one."""
        number = self.current.relative_number(step)
        if number not in (0, self.current.article_number):
            self.open_by_id(number)
        elif text := self.current.describe_end(step):
            self.notified.emit(text)

    def open_next_unfinished(self) -> bool:
        """Open the next unfinished article, wrapping around, and return whether there is one.

        See `prefers_informative`.
        """
        number = None
        with self._reporting_errors():
            number = self.current.next_unfinished(prefers_informative=self.prefers_informative)
        if number is None:
            return False
        self.open_by_id(number)
        return True

    def current_index(self) -> int:
        """Return the list index of the open article (see LazyArticleList.find_index)."""
        return self.articles.find_index(self.current.article_number)

    def select(self, span: Span | None) -> None:
        """Select a span of the layer, or none."""
        self._change(selection=span)

    def can_edit(self) -> bool:
        """Return whether the layer may be changed; say so if it is only viewed."""
        if self.current.read_only_reason:
            self.failed.emit(self.current.read_only_reason)
        return not self.reader

    # Changes; all return whether the change is on disk

    def tag(self, label: str, start: int, end: int) -> bool:
        """Tag code points `start` to `end` and select the span."""
        return self._apply(
            "tag", lambda article: operations.add_span(article, self.spans, self.annotator, label, start, end)
        )

    def relabel(self, span: Span, label: str) -> bool:
        """Give a span another label."""
        return self._apply("relabel", lambda article: operations.relabel(article, self.spans, span, label))

    def resize(self, span: Span, start: int, end: int) -> bool:
        """Move a span's edges."""
        return self._apply("resize", lambda article: operations.resize(article, self.spans, span, start, end))

    def describe(self, span: Span, value: str, note: str) -> bool:
        """Set a span's value and note."""
        return self._apply(DESCRIBE, lambda _article: operations.describe_span(span, value, note))

    def write_note(self, text: str) -> bool:
        """Set the note on the article."""
        return self._apply("note", lambda article: operations.set_note(self.note, article, self.annotator, text))

    def tag_all(self, label: str, ranges: Sequence[tuple[int, int]]) -> bool:
        """Tag these ranges in one step."""
        return self._apply(
            "tag_each", lambda article: operations.add_spans(article, self.spans, self.annotator, label, ranges)
        )

    def accept(self, suggestion: Suggestion, edited: Suggestion) -> bool:
        """Tag a suggestion as `edited` by the annotator (see operations.accept)."""
        return self._apply(
            history.ACCEPT_STEP,
            lambda article: operations.accept(article, self.spans, self.annotator, suggestion, edited),
        )

    def accept_all(self, suggestions: Sequence[Suggestion]) -> bool:
        """Accept these suggestions in one step."""
        return self._apply(
            history.ACCEPT_STEP, lambda article: operations.accept_all(article, self.spans, self.annotator, suggestions)
        )

    def reject(self, suggestion: Suggestion) -> bool:
        """Reject a suggestion."""
        return self._apply(REJECT, lambda article: operations.reject(article, self.annotator, suggestion))

    def edit_gold(self, name: str, edits: Sequence[Edit]) -> bool:
        """Change the gold layer in one step with this name (see team.adjudication)."""
        return self._apply(name, lambda _article: list(edits))

    def resolve_conflict(self, edits: Sequence[Edit]) -> bool:
        """Decide a conflict about the article by these edits (see model.conflict_resolution)."""
        return self._apply(history.RESOLVE_STEP, lambda _article: list(edits))

    def remove(self, span: Span) -> bool:
        """Remove a span."""
        return self._apply("remove", lambda _article: operations.remove_span(span))

    def apply_fix(self, issue: Issue) -> bool:
        """Apply an issue's fix, if any (see checks.issue.Fix), or those of its members."""
        spans = {span.uid: span for span in self.spans}
        replacements = [
            (spans.get(each.span or ""), each.fix.label, each.fix.start, each.fix.end)
            for each in issue.members or (issue,)
            if each.fix and (each.span is None or each.span in spans)
        ]
        return bool(replacements) and self._apply(
            "put_right",
            lambda article: operations.replace_spans(article, self.spans, self.annotator, replacements),
        )

    def dismiss(self, issue: Issue) -> bool:
        """Dismiss an issue, or its members, for good."""
        keys = [each.key for each in issue.members or (issue,)]
        return self._apply(
            DISMISS,
            lambda article: [edit for key in keys for edit in operations.dismiss(article, self.annotator, *key)],
        )

    def mark_zone(self, kind: str, start: int, end: int) -> bool:
        """Mark a range as a zone of this kind."""
        return self._apply("zone", lambda article: operations.mark_zone(article, self.zones, kind, start, end))

    def set_title(self, title: str) -> bool:
        """Give the article a title; a blank one restores its source's."""
        return self._apply(TITLE, lambda article: operations.set_title(self.current.title, article, title))

    def set_published(self, published: str | None) -> bool:
        """Set the article's time of publication, and the values of the layer that depend on it."""
        return self._apply(PUBLISHED, lambda article: operations.set_published(article, published))

    def remove_article(self) -> bool:
        """Remove the article from lists, statistics and exports; it stays open."""
        return self._apply(
            history.REMOVE_ARTICLE_STEP, lambda article: operations.remove_article(self.removal, article)
        )

    def restore_article(self) -> bool:
        """Restore a removed article."""
        return self._apply(history.RESTORE_ARTICLE_STEP, lambda _article: operations.restore_article(self.removal))

    def set_state(self, state: str) -> bool:
        """Set the annotator's state of the article."""
        return self._apply(
            history.STATE_STEP, lambda article: operations.set_state(self.status, article, self.annotator, state)
        )

    def undo(self) -> bool:
        """Undo the annotator's last step on the article."""
        return self._revert_last(self.undoable)

    def redo(self) -> bool:
        """Redo the step undone last."""
        return self._revert_last(self.redoable)

    def revert(self, step_info: StepInfo) -> bool:
        """Write the reverse of this step. Raises CorpusError, InvalidEdit."""
        if not self.corpus:
            return False
        return self._writer.write(self._step(*read_reversal(self.corpus, step_info.uid), step_info.uid))

    # The file

    def check_file(self) -> None:
        """Check that the file exists, and show what others wrote."""
        if not self._file or self.pending_step:
            return
        try:
            self._file.follow()
            state = self.current.with_version(self.current.content)
            version = state.version if state else self._file.corpus.data_version()
        except CorpusError as error:
            self._writer.set_error(str(error))
            return
        self._writer.set_error("")
        if version == self.current.version:
            return
        if state:  # nobody else has written; a truncated log has changed the version
            self._show(state)
            return
        is_anothers = self.current.version != UNREAD_VERSION
        self._change(version=version)  # reload() reads it only with an open article
        before = self.current
        self.reload(may_keep_article=True)
        with self._reporting_errors():
            if not self.current.has_same_list(before):
                self.reload_articles()
        if is_anothers and self.spans != before.spans and self.conflict_count <= before.conflict_count:
            self.notified.emit(_("Changed in another window or on another computer: this is the current version."))

    def retry_save(self) -> bool:
        """Write the pending step; return whether none is pending now."""
        return self._writer.retry()

    def discard_pending(self) -> None:
        """Drop the pending step and show the state on disk."""
        self._writer.discard()
        self.change_discarded.emit()
        self.reload()

    def reload(self, *, may_keep_article: bool = False) -> None:
        """Read everything shown again, after others wrote to the corpus; see `SessionState.after`."""
        if not self.corpus:
            return
        self._follow_name(self.corpus)
        if self.current.is_article_in(self.corpus):
            self._reload_after(None, may_keep_article=may_keep_article)
        else:
            self._show(self.current.without_article())
            self.reload_articles()

    def _follow_name(self, corpus: Corpus) -> None:
        """Work under the name that who works here has now, if a merge joined them with another annotator."""
        user = self.current.user
        with self._reporting_errors():
            name = find_own_name(corpus, user)
            if name != user and user not in corpus.annotators():
                self.switch_annotator(name)

    # Writing

    def _apply(self, name: str, operation: Callable[[Article], list[Edit]]) -> bool:
        if not self.article or not self.can_edit() or not self._writer.check_none_pending():
            return False
        try:
            edits = self.current.with_values(name, operation(self.article))
        except operations.InvalidEdit as error:
            self.failed.emit(str(error))
            return False
        if edits and name not in _STATE_KEEPING_STEPS:
            edits += operations.begin_article(self.status, self.article, self.annotator)
        return not edits or self._writer.write_or_drop(self._step(name, edits))

    def _revert_last(self, stack: list[StepInfo]) -> bool:
        return bool(stack) and self._writer.check_none_pending() and self.undo_manager.revert_last(stack)

    def _step(self, name: str, edits: Iterable[Edit], undoes: str | None = None) -> Step:
        return Step(new_uid(), self.annotator, utc_timestamp(), name, (*edits,), undoes, actor=self.adjudicator or None)

    def _show_save_state(self) -> None:
        self._change(pending_step=self._writer.pending_step, save_error=self._writer.save_error)

    def _show_written(self, step: Step | None) -> None:
        """Show the corpus after this step, or one that was in it already (None)."""
        self.position.has_moved = True
        self._reload_after(step)
        self.position.cancel()  # it was saved with the step

    def _continue_in(self, corpus: Corpus) -> None:
        """Read from the corpus that the file is open in now."""
        self._change(corpus=corpus, content=None)
        self.reload_articles()
        self.reload()

    # Reading

    def _change(self, **fields: Any) -> None:
        """Replace fields of the current state."""
        self._show(replace(self.current, **fields))

    def _show(self, state: SessionState, previous: SessionState | None = None) -> None:
        """Make this the current state and emit in what it differs from the one that is shown, by default the last."""
        previous, self.current = previous or self.current, state
        names = [name for name in SessionState.__struct_fields__ if getattr(previous, name) != getattr(state, name)]
        if names:
            self.changed.emit(frozenset(names))

    def _open(self, number: int, offset: int | None) -> bool:
        if not self.corpus:
            return False
        if self.article:
            self.article_closing.emit()
        is_open = False
        with self._reporting_errors():
            self._show(replace(self.current.with_article(number), selection=None))
            is_open = True
            offset = self.position.remembered_offset if offset is None else offset
            self.article_opened.emit(max(0, min(offset, len(self.article.text) if self.article else 0)))
        return is_open

    def _reload_after(self, step: Step | None, *, may_keep_article: bool = False) -> None:
        """Update the state after this step or any change (None); if reading fails, `check_file` tries again."""
        expected = self.current.content_after(step) if step else None
        try:
            self._show(self.current.after(step, may_keep_article=may_keep_article))
        except CorpusError as error:
            self.report_error(error)
            self._change(version=UNREAD_VERSION, content=None, own_step=None)
        self.corpus_changed.emit(step if step and self.current.is_read_or_left(step, expected) else None)

    def _close_article(self) -> None:
        """Announce the closing and save the position."""
        if self.corpus and self.article:
            self.article_closing.emit()
            self.position.save()

    @contextmanager
    def _reporting_errors(self) -> Iterator[None]:
        """Report and suppress a CorpusError of the block."""
        try:
            yield
        except CorpusError as error:
            self.report_error(error)
