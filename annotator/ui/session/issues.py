"""The issues of the annotator's labels.

The corpus is checked once, in the background, then each changed article, so a fixed issue disappears at once.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from annotator.i18n import _
from annotator.jobs.checking import ArticleIssue, CheckResult, check_article, check_corpus, sort_key
from annotator.model.records import Edit, Removal, Span, Step
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.store.queries.assignments import is_hidden, list_hidden_articles
from annotator.store.queries.check_data import load_dismissals, load_edits_since
from annotator.text.proclitics import normalise_form
from annotator.ui.session.session import Session
from annotator.ui.session.tasks import TaskRunner

if TYPE_CHECKING:
    from annotator.checks.check_context import CorpusFacts

_MAX_SYNCHRONOUS_CHECKS: Final = 50  # articles that are checked again while a key waits
_MAX_SYNCHRONOUS_EDITS: Final = 2000  # edits that are read then


class IssueModel(QObject):
    """The issues; none before `start` and after `stop`."""

    checked = Signal()
    """The whole corpus has been checked."""
    changed = Signal()
    """The issues, or the visible ones, changed."""
    current_changed = Signal()

    def __init__(self, session: Session, tasks: TaskRunner) -> None:
        super().__init__(session)
        self._session, self._tasks = session, tasks
        self._facts: CorpusFacts | None = None
        self._last_edit = 0  # the id of the last edit that is known
        self._annotator = session.annotator
        self._issues: list[ArticleIssue] = []
        self.counts: Counter[str] = Counter()
        """The number of issues of each kind."""
        self.kind: str | None = None
        """The visible kind; None for all."""
        self.visible: list[ArticleIssue] = []
        """Sorted by article and position."""
        self.current: ArticleIssue | None = None
        self._resolved: ArticleIssue | None = None  # the last current one, now gone
        session.corpus_changed.connect(self._on_corpus_changed)
        session.corpus_opened.connect(self.stop)
        session.on_change(self.stop, "annotator")  # their labels were not checked
        session.article_opened.connect(lambda _offset: self._check_open_article(is_undo=False))

    @property
    def is_active(self) -> bool:
        """Whether the issues are known and kept up to date."""
        return self._facts is not None

    def start(self) -> None:
        """Check all articles in the background."""
        session = self._session
        if not session.corpus or self._tasks.is_busy:
            return
        annotator, reader = session.annotator, session.reader

        def check(corpus: Corpus) -> Generator[tuple[int, int], None, CheckResult]:
            with corpus.snapshot():
                hidden = list_hidden_articles(corpus, reader, annotator) if reader else ()
                return (yield from check_corpus(corpus, annotator, hidden_articles=hidden))

        title, path = _("Checking the labels"), session.corpus.path
        self._tasks.run_on_corpus(title, path, check, self._on_checked, readonly=True, failed=session.failed.emit)

    def stop(self) -> None:
        """Clear the issues."""
        if self.is_active:
            self._facts, self.kind, self._resolved = None, None, None
            self._issues, self.counts = [], Counter()
            self._update_visible()
            self.set_current(None)

    def set_kind(self, kind: str | None) -> None:
        """Show the issues of this kind, or all; the current one stays if visible."""
        self.kind = kind
        self._update_visible()
        if self.current not in self.visible:
            self.set_current(None)

    def set_current(self, issue: ArticleIssue | None) -> None:
        """Make this the current issue, or none."""
        if issue != self.current:
            self.current = issue
            self.current_changed.emit()

    def find_neighbour(self, step: int) -> ArticleIssue | None:
        """Return the issue after (1) or before (-1) the current one, wrapping around.

        After a resolved issue, the one in its place.
        """
        reference = self.current or self._resolved
        if not self.visible or reference is None:
            return next(iter(self.visible), None)
        keys = list(map(sort_key, self.visible))
        if step < 0:
            return self.visible[bisect_left(keys, sort_key(reference)) - 1]
        bisect = bisect_right if self.current else bisect_left
        return self.visible[bisect(keys, sort_key(reference)) % len(keys)]

    def find_open_neighbour(self, step: int) -> ArticleIssue | None:
        """Return the nearest neighbour (see `find_neighbour`) that others have not removed.

        Returns None if none is left, or if so many are gone that the whole corpus is checked again.
        """
        for _attempt in range(_MAX_SYNCHRONOUS_CHECKS):
            issue = self.find_neighbour(step)
            if issue is None or self._is_in_open_article(issue):
                return issue
            issues = self._check_article(issue.article)
            if issues is None:
                return issue  # the error was reported
            if match := _find_same(issue, issues):
                return match
        self.start()
        return None

    def current_index(self) -> int:
        """Return the current issue's index in `visible`; -1 for none."""
        return self.visible.index(self.current) if self.current in self.visible else -1

    # Internals

    def _on_checked(self, result: CheckResult) -> None:
        self._facts, self._annotator = result.facts, self._session.annotator
        self._last_edit = result.last_edit
        self._issues, self.counts = result.issues, Counter(entry.issue.kind for entry in result.issues)
        self.kind, self.current, self._resolved = None, None, None
        self._update_visible()
        self.checked.emit()

    def _on_corpus_changed(self, step: Step | None) -> None:
        """Catch up with the record of edits, which has those of others, too: they may have written with `step`."""
        edits = self._read_new_edits() if self.is_active else None
        if edits is None:
            return
        uids = {edit.article for edit in edits}
        removes = any(isinstance(edit.after or edit.before, Removal) for edit in edits)
        if removes or len(uids) > _MAX_SYNCHRONOUS_CHECKS or len(edits) == _MAX_SYNCHRONOUS_EDITS:
            self.start()  # what is usual in the corpus has changed
            return
        self._update_statistics(edits)
        open_uid = self._session.article.uid if self._session.article else None
        for uid in uids - {open_uid}:
            self._check_article(uid)
        self._check_open_article(is_undo=bool(step and step.undoes))

    def _is_in_open_article(self, issue: ArticleIssue) -> bool:
        return self._session.article is not None and self._session.article.uid == issue.article

    def _read_new_edits(self) -> list[Edit] | None:
        """Return the edits since the last ones known; None, after an error message, if they are unreadable."""
        corpus = self._session.corpus
        if not corpus:
            return None
        try:
            edits, self._last_edit = load_edits_since(corpus, self._last_edit, _MAX_SYNCHRONOUS_EDITS)
        except CorpusError as error:
            self._session.failed.emit(str(error))
            return None
        return edits

    def _update_statistics(self, edits: Iterable[Edit]) -> None:
        """Update the label statistics, by which issues are found, with those of the edits that are the annotator's."""
        changes = [
            (record, times)
            for edit in edits
            for record, times in ((edit.before, -1), (edit.after, 1))
            if isinstance(record, Span) and record.annotator == self._annotator
        ]
        texts = {uid: self._read_text(uid) for uid in {span.article for span, _times in changes}}
        for span, times in changes:
            text = texts[span.article]
            if text is not None and self._facts:
                self._facts.statistics.add(normalise_form(text, span.start, span.end), span.label, times)

    def _read_text(self, uid: str) -> str | None:
        article, corpus = self._session.article, self._session.corpus
        if article and article.uid == uid:
            return article.text
        try:
            return corpus.article(uid).text if corpus else None
        except CorpusError as error:
            self._session.failed.emit(str(error))
            return None

    def _check_open_article(self, *, is_undo: bool) -> None:
        """Check the open article; an undo makes a resolved issue current again."""
        if not self.is_active or not self._session.article:
            return
        before, uid = self.current, self._session.article.uid
        issues = self._check_article(uid)
        if issues is None:
            return
        if is_undo and before is None and self._resolved in issues:
            self.set_current(self._resolved)
        elif before and before.article == uid and before not in issues:
            self._resolved = before
            self.set_current(_find_same(before, issues))

    def _check_article(self, uid: str) -> list[ArticleIssue] | None:
        """Check an article and return its issues; None, after an error message, if unreadable."""
        corpus, facts = self._session.corpus, self._facts
        if not corpus or not facts:
            return None
        try:
            reader = self._session.reader
            is_left_out = corpus.removal(uid) is not None or (
                bool(reader) and is_hidden(corpus, uid, reader, self._annotator)
            )
            annotated = corpus.load_article(uid, self._annotator)
            dismissals = load_dismissals(corpus, uid).get((uid, self._annotator), set())
        except CorpusError as error:
            self._session.failed.emit(str(error))
            return None
        first = bisect_left(self._issues, annotated.article.id, key=lambda entry: entry.number)
        last = bisect_right(self._issues, annotated.article.id, key=lambda entry: entry.number)
        before = self._issues[first:last]
        new = [] if is_left_out else check_article(facts, annotated, self._annotator, dismissals)
        if new != before:
            self.counts.subtract(entry.issue.kind for entry in before)
            self.counts.update(entry.issue.kind for entry in new)
            self._issues[first:last] = new
            self._update_visible()
        return new

    def _update_visible(self) -> None:
        self.visible = [entry for entry in self._issues if self.kind in (None, entry.issue.kind)]
        self.changed.emit()


def _find_same(issue: ArticleIssue, candidates: Iterable[ArticleIssue]) -> ArticleIssue | None:
    """Return the candidate with the same kind, label and position."""
    return next((candidate for candidate in candidates if candidate.issue.key == issue.issue.key), None)
