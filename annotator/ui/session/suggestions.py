"""What the program suggests for the open article, and which suggestion the next key is about.

The suggesters are asked in a thread of their own, and no sooner than what a key did is painted: no key waits for them.
What was decided is taken out of what stands at once; what else follows from it comes a moment later.
"""

from bisect import bisect_left, bisect_right
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event, Lock
from typing import TYPE_CHECKING, Final, NamedTuple

from msgspec.structs import replace
from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from annotator.model.open_suggestions import undecided
from annotator.model.records import Article, Edit, Rejection, Span, Step, Suggestion
from annotator.store.errors import CorpusError
from annotator.store.open_connections import interrupt_until
from annotator.ui.session.opened import ACCEPT, REJECT
from annotator.ui.session.session import Session

if TYPE_CHECKING:
    from annotator.jobs.suggestion_service import Proposals
    from annotator.suggest.base import Suggester

_PAUSE: Final = (
    100  # milliseconds after the last key until the thread gets to work: else both would want Python at once
)
_GLANCE: Final = 200  # milliseconds in which nobody has yet seen which suggestion is chosen, and acted upon it


class _Answer(NamedTuple):
    proposals: "Proposals | None"
    left: tuple[Suggestion, ...]


class Suggestions(QObject):
    """Attributes hold what is shown; nothing of it is stored before the session is told to accept it.

    When the chosen one is decided on, the next one is chosen, if any comes after it; when that is undone, it is again.
    """

    changed = Signal()
    """Which suggestions stand."""
    chosen_changed = Signal()
    """Another suggestion, or none, is the chosen one, or its edges or label are others."""
    settled = Signal()
    """All suggesters have answered."""
    _answered = Signal(object)  # a Future
    _complained = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.standing: tuple[Suggestion, ...] = ()
        """By start, the longer first."""
        self.proposed: Suggestion | None = None
        """The chosen one, as it stands."""
        self.chosen: Suggestion | None = None
        """The same as the annotator has changed it."""
        self.shown = True
        """Whether any stand; else none does, whatever is suggested."""
        self._back: tuple[int, int, str] | None = None  # the place of one that is chosen as soon as it stands again
        self._since = QElapsedTimer()  # when it was chosen
        self._left: tuple[Suggestion, ...] = ()  # what stands when suggestions are shown
        self._others: tuple[Suggester, ...] | None = None  # what a person brought; the thread loads it once
        self._proposals: Proposals | None = None  # the thread's, once they are read
        self._stale = True  # whether they are to be read, or read again
        self._annotator = session.annotator  # whose they are
        self._lessons: list[tuple[Article, tuple[Edit, ...]]] = []
        self._opening = False  # whether the suggesters are to be asked about another article
        self._again = self._waiting = False  # whether there is anything to be asked, and an answer to come
        self._thread: ThreadPoolExecutor | None = ThreadPoolExecutor(1, "suggestions")
        self._stop = Event()  # of all that is read of the corpus that is open
        self._reading = Lock()  # the thread holds it as long as it may have the corpus open
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE)
        self._soon.timeout.connect(self._ask)
        self._answered.connect(self._take)
        self._complained.connect(session.failed)
        session.corpus_opened.connect(self._begin)
        session.corpus_closing.connect(self._let_go)
        session.labels_changed.connect(self._relabel)
        session.article_opened.connect(self._open)
        session.stepped.connect(self._learn)
        session.learned.connect(self.learned)
        session.zones_changed.connect(self._ask_soon)
        session.selected.connect(self._give_way)
        self.learned()

    @property
    def busy(self) -> bool:
        """Whether the suggesters are still being asked, or about to be."""
        return self._waiting or self._soon.isActive()

    def close(self) -> None:
        """Ask no more, whatever happens; the thread has ended afterwards."""
        self._soon.stop()
        if self._thread:
            self._thread.shutdown(wait=True, cancel_futures=True)
        self._thread = None

    def show(self, shown: bool) -> None:
        """Have suggestions stand, or none."""
        self.shown = shown
        self._stand(self._left)

    def choose(self, suggestion: Suggestion | None) -> None:
        """Make a suggestion the one that the next key is about, or none; no span is selected beside it."""
        self._back = None
        self._choose(suggestion)

    def change(self, wanted: Suggestion) -> None:
        """Have the chosen one with other edges or another label; its value is of the words that were proposed."""
        if not self.proposed:
            return
        same = _place(wanted) == _place(self.proposed)
        wanted = self.proposed if same else replace(wanted, value=None)
        if wanted != self.chosen:
            self.chosen = wanted
            self.chosen_changed.emit()

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
        """What the corpus holds to learn from, or has learned, is another than before: read it anew."""
        self._stale = True
        self._ask_soon()

    # Inside

    def _begin(self) -> None:
        self._stop = Event()
        self.learned()

    def _let_go(self, path: Path) -> None:
        self._stop.set()
        self._soon.stop()
        self._stale = True
        if interrupt_until(path, lambda seconds: self._reading.acquire(timeout=seconds)):
            self._reading.release()

    def _open(self) -> None:
        self._opening = True
        self._stale |= self._session.annotator != self._annotator
        self._stand(())
        self._ask_soon()

    def _relabel(self) -> None:
        """Nothing is shown with a label that is gone."""
        labels = self._session.labels
        self._stand(tuple(one for one in self._left if labels.find(one.label)))
        self.learned()

    def _learn(self, step: Step | None) -> None:
        """What was decided here teaches soon; after anything else, all that there is to learn is read anew."""
        article = self._session.article
        if step and step.undoes:
            self._back = _taken_back(step)
        if not step or not article or any(edit.article != article.uid for edit in step.edits):
            self.learned()
            return
        edits = tuple(edit for edit in step.edits if isinstance(edit.after or edit.before, Span | Rejection))
        if edits:
            records = [edit.after for edit in edits if isinstance(edit.after, Span | Rejection)]
            self._stand(undecided(self._left, records), decided=step.name in (ACCEPT, REJECT))
            self._lessons.append((article, edits))
            self._ask_soon()

    def _ask_soon(self) -> None:
        self._again = True
        if self._thread and not self._waiting:
            self._soon.start()  # from now on: who goes on is waited for

    def _ask(self) -> None:
        """One question at a time: what comes up meanwhile is asked next."""
        session = self._session
        known = self._proposals = None if self._stale else self._proposals
        lessons = self._lessons if known else []  # the others are read
        self._again = self._stale = False
        self._annotator = session.annotator
        if not self._thread or not session.corpus or not session.article:
            self._stand(())
            self.settled.emit()
            return
        path, annotator, article = session.corpus.path, session.annotator, session.article
        layer, zones, opening = tuple(session.spans), tuple(session.zones), self._opening or known is None
        self._lessons, self._opening, self._waiting = [], False, True
        stop = self._stop

        def read() -> "Proposals | None":
            """Those of the corpus; None where it was closed."""
            from annotator.jobs.suggestion_service import Proposals  # no start waits for what the suggesters know

            with self._reading:
                try:
                    return None if stop.is_set() else Proposals.of(path, annotator, self._others or ())
                except CorpusError:
                    if stop.is_set():  # it was interrupted
                        return None
                    raise

        def work() -> _Answer:
            from annotator.jobs.suggesting import brought

            if self._others is None:
                self._others = brought(self._complained.emit)
            proposals = known or read()
            if proposals is None:
                return _Answer(None, ())
            for about, edits in lessons:
                proposals.learn(about, edits)
            if opening:
                proposals.open(article)
            return _Answer(proposals, proposals.left(layer, zones))

        self._thread.submit(work).add_done_callback(self._answered.emit)

    def _take(self, future: Future[_Answer]) -> None:
        self._waiting = False
        if future.cancelled():
            return
        proposals: Proposals | None
        try:
            proposals, left = future.result()
        except CorpusError as error:
            proposals, left = None, ()
            self._session.failed.emit(str(error))
        # Whether what was done while it was reading has been read is not known: it reads once more.
        self._stale |= proposals is None or (self._proposals is None and bool(self._lessons))
        self._proposals = proposals
        if self._again:
            self._ask_soon()
        else:
            self._stand(left)
            self.settled.emit()

    def _stand(self, left: tuple[Suggestion, ...], *, decided: bool = False) -> None:
        self._left, before = left, self.standing
        self.standing = left if self.shown else ()
        self._keep_chosen(decided=decided)
        if again := self._standing_at(self._back):
            self.choose(again)  # what was decided is so no longer
        if self.standing != before:
            self.changed.emit()

    def _keep_chosen(self, *, decided: bool) -> None:
        """What is known of the chosen one may be new; it may also stand no longer."""
        here = self.proposed
        if here is None:
            return
        again = self._standing_at(_place(here))
        if again and self.chosen != here:
            self.proposed = again
        elif again or not (decided or self._since.elapsed() < _GLANCE):
            self._choose(again)
        else:
            self._choose(self.following(here))

    def _standing_at(self, place: tuple[int, int, str] | None) -> Suggestion | None:
        if place is None:
            return None
        first = bisect_left(self.standing, (place[0], -place[1]), key=_order)
        return next((one for one in self.standing[first : first + 1] if _place(one) == place), None)

    def _choose(self, suggestion: Suggestion | None) -> None:
        if suggestion == self.proposed == self.chosen:
            return
        self.proposed = self.chosen = suggestion
        if suggestion:
            self._since.start()
            self._session.select(None)
        self.chosen_changed.emit()

    def _give_way(self) -> None:
        if self._session.selection:
            self.choose(None)


def _taken_back(step: Step) -> tuple[int, int, str] | None:
    """The first place that an undone step had decided on."""
    gone = [edit.before for edit in step.edits if edit.after is None] if step.name in (ACCEPT, REJECT) else []
    # What was accepted otherwise was proposed where it is rejected.
    rejected = [(one.start, one.end, one.label) for one in gone if isinstance(one, Rejection)]
    accepted = [(one.start, one.end, one.label) for one in gone if isinstance(one, Span)]
    return min(rejected or accepted, default=None)


def _order(suggestion: Suggestion) -> tuple[int, int]:
    return suggestion.start, -suggestion.end


def _place(suggestion: Suggestion) -> tuple[int, int, str]:
    return suggestion.start, suggestion.end, suggestion.label
