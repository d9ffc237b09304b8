"""What is asked about the annotator's labels, and which question the next key is about.

The corpus is checked once, in the background; after that, each article is checked anew as soon as something in it is
changed, so that a question which was put right is gone.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Generator, Iterable
from typing import Final

from PySide6.QtCore import QObject, Signal

from annotator.checks.all_checks import Checks
from annotator.i18n import _
from annotator.jobs.checking import Asked, Checked, check, check_again, order
from annotator.model.records import Edit, Span, Step
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.store.queries.check_data import dismissed
from annotator.text.proclitics import form
from annotator.ui.session.background import Background, Cancelled
from annotator.ui.session.session import Session

_MOST: Final = 50  # articles that are checked anew while a key waits


class Questions(QObject):
    """Attributes hold what is shown. Nothing is asked before `begin`, nor after `end`."""

    begun = Signal()
    """The labels have been checked."""
    changed = Signal()
    """Which questions there are, or which of them are shown."""
    current_changed = Signal()

    def __init__(self, session: Session, background: Background) -> None:
        super().__init__(session)
        self._session, self._background = session, background
        self._checks: Checks | None = None
        self._annotator = session.annotator
        self._all: list[Asked] = []
        self.counts: Counter[str] = Counter()
        """How many questions there are of each kind."""
        self.kind: str | None = None
        """The kind that is shown; all with None."""
        self.shown: list[Asked] = []
        """By article and place."""
        self.current: Asked | None = None
        self._answered: Asked | None = None  # the last current one that is asked no more
        session.stepped.connect(self._stepped)
        session.corpus_opened.connect(self.end)
        session.articles_changed.connect(self._leave)
        session.zones_changed.connect(lambda: self._check_open(again=False))
        session.article_opened.connect(lambda _offset: self._check_open(again=False))

    @property
    def active(self) -> bool:
        """Whether the labels were checked, and are being looked after."""
        return self._checks is not None

    def begin(self) -> None:
        """Check all articles of the annotator."""
        session = self._session
        if not session.corpus or self._background.busy:
            return
        source, annotator = session.corpus.path, session.annotator

        def job() -> Generator[tuple[int, int], None, Checked]:
            with Corpus.open(source, readonly=True) as opened, opened.snapshot():
                return (yield from check(opened, annotator))

        self._background.run(_("Checking the labels"), job, self._begun, self._not_begun)

    def end(self) -> None:
        """Ask nothing any more."""
        if self.active:
            self._checks, self.kind, self._answered = None, None, None
            self._all, self.counts = [], Counter()
            self._show()
            self.choose(None)

    def show(self, kind: str | None) -> None:
        """Show the questions of this kind, or all; the current one stays, if it is of them."""
        self.kind = kind
        self._show()
        if self.current not in self.shown:
            self.choose(None)

    def choose(self, asked: Asked | None) -> None:
        """Make this the current question, or none."""
        if asked != self.current:
            self.current = asked
            self.current_changed.emit()

    def beside(self, step: int) -> Asked | None:
        """The question after the current one (1) or before it (-1), round again; after one that is asked no more, the
        one that has come to its place."""
        here = self.current or self._answered
        if not self.shown or here is None:
            return next(iter(self.shown), None)
        places = list(map(order, self.shown))
        if step < 0:
            return self.shown[bisect_left(places, order(here)) - 1]
        after = bisect_right if self.current else bisect_left
        return self.shown[after(places, order(here)) % len(places)]

    def seek(self, step: int) -> Asked | None:
        """The question beside (see `beside`) that is still asked: others than this session may have changed its article
        since it was checked. None where none is left, or where so many are gone that all is checked again."""
        for _time in range(_MOST):
            asked = self.beside(step)
            if asked is None or self._is_open(asked):
                return asked
            found = self._check(asked.article)
            if found is None:
                return asked  # which was told
            if still := _same(asked, found):
                return still
        self.begin()
        return None

    def place(self) -> int:
        """The place of the current question among those that are shown, from 0; -1 where there is none."""
        return self.shown.index(self.current) if self.current in self.shown else -1

    # Inside

    def _begun(self, found: Checked) -> None:
        self._checks, self._annotator = found.checks, self._session.annotator
        self._all, self.counts = found.asked, Counter(one.question.kind for one in found.asked)
        self.kind, self.current, self._answered = None, None, None
        self._show()
        self.begun.emit()

    def _not_begun(self, error: Exception) -> None:
        if isinstance(error, CorpusError):
            self._session.failed.emit(str(error))
        elif not isinstance(error, Cancelled):
            raise error

    def _leave(self) -> None:
        """Another annotator's labels were not checked."""
        if self._session.annotator != self._annotator:
            self.end()

    def _stepped(self, step: Step | None) -> None:
        if not self.active:
            return
        uids = {edit.article for edit in step.edits} if step else set()
        if len(uids) > _MOST:
            self.begin()
            return
        if step:
            self._learn(step)
        here = self._session.article.uid if self._session.article else None
        for uid in uids - {here}:
            self._check(uid)
        self._check_open(again=bool(step and step.undoes))

    def _is_open(self, asked: Asked) -> bool:
        return self._session.article is not None and self._session.article.uid == asked.article

    def _learn(self, step: Step) -> None:
        """What is usual is another thing after these edits."""
        for edit in step.edits:
            for record, times in ((edit.before, -1), (edit.after, 1)):
                text = self._text(edit) if isinstance(record, Span) and self._checks else None
                if text is not None and isinstance(record, Span) and self._checks:
                    self._checks.usage.learn(form(text, record.start, record.end), record.label, times)

    def _text(self, edit: Edit) -> str | None:
        article, corpus = self._session.article, self._session.corpus
        if article and article.uid == edit.article:
            return article.text
        try:
            return corpus.article(edit.article).text if corpus else None
        except CorpusError as error:
            self._session.failed.emit(str(error))
            return None

    def _check_open(self, *, again: bool) -> None:
        """Check the open article; a question that was answered and is asked `again` is the current one again."""
        if not self.active or not self._session.article:
            return
        before, uid = self.current, self._session.article.uid
        asked = self._check(uid)
        if asked is None:
            return
        if again and before is None and self._answered in asked:
            self.choose(self._answered)
        elif before and before.article == uid and before not in asked:
            self._answered = before
            self.choose(_same(before, asked))

    def _check(self, uid: str) -> list[Asked] | None:
        """Ask anew what is asked about an article; the questions. None where it cannot be read, which is told."""
        corpus, checks = self._session.corpus, self._checks
        if not corpus or not checks:
            return None
        try:
            draft = corpus.whole(uid, self._annotator)
            known = dismissed(corpus, uid).get((uid, self._annotator), set())
        except CorpusError as error:
            self._session.failed.emit(str(error))
            return None
        first = bisect_left(self._all, draft.article.id, key=lambda one: one.number)
        last = bisect_right(self._all, draft.article.id, key=lambda one: one.number)
        before, new = self._all[first:last], check_again(checks, draft, self._annotator, known)
        if new != before:
            self.counts.subtract(one.question.kind for one in before)
            self.counts.update(one.question.kind for one in new)
            self._all[first:last] = new
            self._show()
        return new

    def _show(self) -> None:
        self.shown = [one for one in self._all if self.kind in (None, one.question.kind)]
        self.changed.emit()


def _same(asked: Asked, found: Iterable[Asked]) -> Asked | None:
    """The question about the same place, of the same kind and label."""
    return next((one for one in found if one.question.place == asked.question.place), None)
