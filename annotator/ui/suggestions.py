"""What the program suggests for the open article, and which suggestion the next key is about.

The suggesters are asked in a thread of their own; no key waits for them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from PySide6.QtCore import QObject, Signal

from annotator.core.model import Article, Rejection, Span, Step, Suggestion
from annotator.core.suggesting import Rejected
from annotator.jobs.suggesting import Heard, Suggesting, left
from annotator.store import learning
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.ui.opened import ACCEPT, REJECT
from annotator.ui.session import Session


class Suggestions(QObject):
    """Attributes hold what is shown; nothing of it is stored before the session is told to accept it."""

    changed = Signal()
    """Which suggestions stand."""
    chosen_changed = Signal()
    """Another suggestion, or none, is the chosen one, or its edges or label are others."""
    settled = Signal()
    """All suggesters have answered."""
    _answered = Signal(object, object)  # what to do with it in this thread, and a Future

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.standing: tuple[Suggestion, ...] = ()
        self.proposed: Suggestion | None = None
        """The chosen one, as it stands."""
        self.chosen: Suggestion | None = None
        """The same as the annotator has changed it."""
        self.shown = True
        """Whether any stand; else none does, whatever is suggested."""
        self._back: tuple[int, int, str] | None = None  # the place of one that is chosen as soon as it stands again
        self._heard: Heard = {}
        self._rejected = Rejected()
        self._suggesting: Suggesting | None = None
        self._turn = 0  # how often the corpus was read: what an earlier reading says comes too late
        self._waiting = 0
        self._thread: ThreadPoolExecutor | None = ThreadPoolExecutor(1, "suggestions")
        self._answered.connect(self._take)
        session.corpus_opened.connect(self._begin)
        session.labels_changed.connect(self._begin)
        session.article_opened.connect(self._open)
        session.stepped.connect(self._learn)
        session.layer_changed.connect(self._show)
        session.zones_changed.connect(self._show)
        session.selected.connect(self._give_way)
        self._begin()

    @property
    def busy(self) -> bool:
        """Whether the suggesters are still being asked."""
        return self._waiting > 0

    def close(self) -> None:
        """Ask no more, whatever happens; the thread has ended afterwards."""
        if self._thread:
            self._thread.shutdown(wait=True, cancel_futures=True)
        self._thread = None

    def choose(self, suggestion: Suggestion | None) -> None:
        """Make a suggestion the one that the next key is about, or none; no span is selected beside it."""
        self._back = None
        self._choose(suggestion)

    def change(self, wanted: Suggestion) -> None:
        """Have the chosen one with other edges or another label."""
        if self.proposed and wanted != self.chosen:
            self.chosen = wanted
            self.chosen_changed.emit()

    def show(self, shown: bool) -> None:
        """Have suggestions stand, or none."""
        self.shown = shown
        self._show()

    def here(self, offset: int) -> Suggestion | None:
        """The innermost suggestion at this code point, or the next one after it (see next_after)."""
        at = (one for one in self.standing[::-1] if one.start <= offset < one.end)
        return next(at, None) or self.next_after(offset)

    def beside(self, one: Suggestion, step: int) -> Suggestion | None:
        """The suggestion after this one (1) or before it (-1), and round again."""
        order = list(map(_order, self.standing))
        at = bisect_right(order, _order(one)) if step > 0 else bisect_left(order, _order(one)) - 1
        return self.standing[at % len(order)] if order else None

    def following(self, one: Suggestion) -> Suggestion | None:
        """The first suggestion at the place of this one, which stands no longer, or after it; None after the last."""
        at = bisect_left(self.standing, _order(one), key=_order)
        return self.standing[at] if at < len(self.standing) else None

    def next_after(self, offset: int) -> Suggestion | None:
        """The first suggestion that begins at this code point or after it, after the last the first."""
        return next((one for one in self.standing if one.start >= offset), next(iter(self.standing), None))

    def last_before(self, offset: int) -> Suggestion | None:
        """The last suggestion that begins before this code point, before the first the last."""
        return next((one for one in self.standing[::-1] if one.start < offset), next(iter(self.standing[::-1]), None))

    def learned(self) -> None:
        """What the corpus has learned is another than before: ask anew."""
        self._begin()

    # Inside

    def _begin(self) -> None:
        """Another corpus, other labels, or anything in it may be different: read it, in the thread."""
        self._turn += 1
        self._suggesting = None
        if self._session.corpus is None:
            self._hear({})
            return
        path, annotator = self._session.corpus.path, self._session.annotator

        def read() -> tuple[Suggesting, Rejected]:
            with Corpus.open(path, readonly=True) as corpus, corpus.snapshot():
                return Suggesting.of(corpus), Rejected(learning.rejected(corpus, annotator))

        def ready(found: tuple[Suggesting, Rejected]) -> None:
            self._suggesting, self._rejected = found
            self._ask()

        turn = self._turn
        self._submit(read, ready, lambda: self._turn == turn)

    def _open(self) -> None:
        self._hear({})
        self._ask()

    def _ask(self) -> None:
        suggesting, article = self._suggesting, self._session.article
        if suggesting and article:
            self._submit(lambda: suggesting.ask(article), self._hear, lambda: self._is_open(suggesting, article))

    def _learn(self, step: Step | None) -> None:
        """What was decided here teaches at once; after anything else, all that was learned is read anew."""
        suggesting, article = self._suggesting, self._session.article
        if step and step.undoes:
            self._back = _undecided(step)
        if not step or not suggesting or not article or any(edit.article != article.uid for edit in step.edits):
            self._begin()
        elif any(isinstance(edit.before or edit.after, Span | Rejection) for edit in step.edits):
            for edit in step.edits:
                for record, times in ((edit.before, -1), (edit.after, 1)):
                    if isinstance(record, Rejection):
                        self._rejected.learn(article.text, record, times)
            self._submit(
                lambda: suggesting.learn(article, step.edits),
                lambda said: self._hear({**self._heard, **said}),
                lambda: self._is_open(suggesting, article),
            )

    def _is_open(self, suggesting: Suggesting, article: Article) -> bool:
        here = self._session.article
        return self._suggesting is suggesting and here is not None and here.uid == article.uid

    def _hear(self, heard: Heard) -> None:
        self._heard = heard
        self._show()

    def _show(self) -> None:
        session, before = self._session, self.standing
        self.standing = (
            left(session.article, self._heard, self._rejected, session.spans, session.zones)
            if session.article and self._heard and self.shown
            else ()
        )
        self._keep_chosen()
        self._take_back()
        if self.standing != before:
            self.changed.emit()

    def _keep_chosen(self) -> None:
        """What is known of the chosen one may be new; it may also stand no longer."""
        here = self.proposed
        if here is None:
            return
        again = next((one for one in self.standing if _place(one) == _place(here)), None)
        if again is None or self.chosen == here:
            self._choose(again)
        else:
            self.proposed = again

    def _choose(self, suggestion: Suggestion | None) -> None:
        if suggestion == self.proposed == self.chosen:
            return
        self.proposed = self.chosen = suggestion
        if suggestion:
            self._session.select(None)
        self.chosen_changed.emit()

    def _take_back(self) -> None:
        """What was decided is so no longer, and is what the next key is about, as it was before."""
        if self._back:
            again = next((one for one in self.standing if _place(one) == self._back), None)
            if again:
                self.choose(again)

    def _give_way(self) -> None:
        if self._session.selection:
            self.choose(None)

    def _submit(self, work: Callable[[], Any], then: Callable[[Any], None], wanted: Callable[[], bool]) -> None:
        """Have this done in the thread and its outcome taken here, if it is still wanted by then."""
        if not self._thread:
            return
        self._waiting += 1

        def come(future: Future[Any]) -> None:
            self._answered.emit((then, wanted), future)

        self._thread.submit(work).add_done_callback(come)

    def _take(self, asked: tuple[Callable[[Any], None], Callable[[], bool]], future: Future[Any]) -> None:
        self._waiting -= 1
        then, wanted = asked
        if not future.cancelled() and wanted():
            try:
                then(future.result())
            except CorpusError as error:
                self._session.failed.emit(str(error))
        if not self.busy:
            self.settled.emit()


def _order(suggestion: Suggestion) -> tuple[int, int]:
    return suggestion.start, -suggestion.end


def _undecided(step: Step) -> tuple[int, int, str] | None:
    """The first place that an undone step had decided on."""
    gone = [edit.before for edit in step.edits if edit.after is None] if step.name in (ACCEPT, REJECT) else []
    # What was accepted otherwise was proposed where it is rejected.
    rejected = [(one.start, one.end, one.label) for one in gone if isinstance(one, Rejection)]
    accepted = [(one.start, one.end, one.label) for one in gone if isinstance(one, Span)]
    return min(rejected or accepted, default=None)


def _place(suggestion: Suggestion) -> tuple[int, int, str]:
    return suggestion.start, suggestion.end, suggestion.label
