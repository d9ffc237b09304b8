"""What is open, as it was read last: the corpus, the list of its articles, and one of them with what is in it.

Signals are past tense and say what changed; widgets re-read.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from annotator.i18n import _
from annotator.model import history
from annotator.model.labels import LabelSet
from annotator.model.records import NEW, STATES, Article, Dismissal, Note, Past, Rejection, Span, Status, Step, Zone
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, Damaged, NoSuchArticle
from annotator.store.queries.article_list import Choice, Listing, Summary, counts, first_open
from annotator.store.queries.training_data import doubtful
from annotator.text.proclitics import known_start

DESCRIBE: Final = "describe"
ACCEPT: Final = "accept"
REJECT: Final = "reject"
DISMISS: Final = "dismiss"
SELECTING_NONE: Final = frozenset([DESCRIBE, ACCEPT, REJECT, DISMISS])
"""The names of steps that leave the selection as it was."""
_REST: Final = 1000  # milliseconds that the annotator stays somewhere before it is kept


class Opened(QObject):
    """A corpus and an annotator. Attributes hold the last read; nothing waits here to be saved."""

    corpus_opened = Signal()
    """Another corpus, or none any more."""
    corpus_closing = Signal(object)
    """The corpus at this path is about to be closed: whoever has it open beside the session lets go of it, and has when
    the signal returns."""
    articles_changed = Signal()
    """Which articles the list shows."""
    summaries_changed = Signal(int)
    """What the list says of the article at this place, or of any (-1), and how many are in which state."""
    labels_changed = Signal()
    article_left = Signal()
    """Another article is about to be opened: what is being typed about this one is to be kept now."""
    article_opened = Signal(int)
    """And the code point of it where to begin."""
    zones_changed = Signal()
    layer_changed = Signal()
    """Spans, state, note or history of the open article."""
    selected = Signal()
    """Another span, or none, is the selected one."""
    stepped = Signal(object)
    """What is on disk is another than before by this step; by anything, with None."""
    learning_changed = Signal()
    """Whether the program is learning from what is done."""
    learned = Signal()
    """What the corpus has learned is another than before."""
    failed = Signal(str)
    damaged = Signal(str, str)
    """The path of the open corpus, and a sentence: what was read of it is damaged. Once for each corpus."""
    told = Signal(str)
    """Something worth knowing that is no failure."""

    def __init__(self, annotator: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.annotator = annotator
        self.corpus: Corpus | None = None
        self.labels = LabelSet(())
        self.choice = Choice()
        self.instructive = False
        """Whether the next open article is the one that would teach most, where that is known, and not the next one."""
        self.learning = False
        self.articles = Listing()
        self.counts = dict.fromkeys(STATES, 0)
        self.where: Callable[[], int] = int
        """Asked for the place in the article where the annotator is: whoever shows the article knows it."""
        self._version = 0  # of the corpus, when the article was read
        self._moved = False  # whether the annotator opened or changed anything
        self._is_damaged = False  # whether it was told that the corpus is damaged
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(_REST)
        self._resting.timeout.connect(self._stand)
        self.article: Article | None = None
        self.zones: list[Zone] = []
        self.spans: list[Span] = []
        self.status: Status | None = None
        self.note: Note | None = None
        self.undoable: list[Past] = []
        self.redoable: list[Past] = []
        self.selection: Span | None = None

    # What is open

    def open(self, corpus: Corpus) -> None:
        """Work at `corpus` from now on, where this annotator stopped. Takes it over.

        Raises CorpusError where it cannot be read; what was open stays open then.
        """
        labels = corpus.labels()
        self.let_go()
        self.corpus, self.labels, self.choice = corpus, labels, Choice()
        with self._telling():
            self._list()
        self.corpus_opened.emit()
        self.resume()

    def close(self) -> None:
        """Let go of the corpus."""
        if self.corpus:
            self.let_go()
            self.corpus_opened.emit()
            self.article_opened.emit(0)

    def let_go(self) -> None:
        """Close the corpus and tell nobody."""
        self._take_leave()
        self._moved, self._is_damaged = False, False
        corpus, self.corpus = self.corpus, None
        if corpus:
            self.corpus_closing.emit(corpus.path)
            corpus.close_everywhere()
        self.articles = Listing()
        self.counts = dict.fromkeys(STATES, 0)
        self.labels = LabelSet(())
        self._leave()

    def resume(self) -> None:
        """Open the article where the annotator stopped; where nobody ever did, the first that is not done."""
        with self._telling():
            stopped = self.corpus.place(self.annotator) if self.corpus else None
            if self.corpus and stopped:
                self.open_number(self.corpus.article(stopped[0]).id, stopped[1])
        if self.article is None and not self.open_next():
            self.open_article(0)

    def refresh(self) -> None:
        """Read the list of articles anew, after an import."""
        if not self.corpus:
            return
        with self._telling():
            self._list()
        self.articles_changed.emit()
        if self.article is None:
            self.open_article(0)

    def choose(self, choice: Choice) -> None:
        """Show these articles in the list; the open one stays open."""
        if choice != self.choice:
            self.choice = choice
            self.refresh()

    def work_as(self, annotator: str) -> None:
        """Show and edit this annotator's layers from now on, in the article that is open. Where they stopped themselves
        is kept until they open or change something."""
        self._take_leave()
        self.annotator = annotator
        with self._telling():
            self._list()
        self.articles_changed.emit()
        if self.article:
            self._open(self.article.id, self.where())
        self._moved = False
        self._resting.stop()

    def open_article(self, place: int) -> None:
        """Open the article at this place of the list, or none where there is no such place."""
        if 0 <= place < len(self.articles):
            self.open_number(self.articles.numbers[place])
        else:
            self._take_leave()
            self._leave()
            self.article_opened.emit(0)

    def open_number(self, number: int, offset: int = 0) -> None:
        """Open the article of this number, in the list or not, and stand at this code point of it."""
        if self._open(number, offset):
            self._moved = True
            self.moved()

    def moved(self) -> None:
        """The annotator is somewhere else: it is kept once they stay there, and no key waits for it."""
        if self._moved:
            self._resting.start()

    def open_step(self, step: int) -> None:
        """Open the article that is so many places further in the list, or the last one there is."""
        if not self.articles:
            return
        place = self.place()
        # From beside the list, the next one is where the open one would stand.
        at = place + step if place >= 0 else -1 - place - (step < 0)
        at = max(0, min(at, len(self.articles) - 1))
        if at != place:
            self.open_article(at)
        elif step > 0:
            self.told.emit(_("This is the last article of the list."))
        else:
            self.told.emit(_("This is the first article of the list."))

    def open_next(self) -> bool:
        """Open the next article of the list that waits to be done, after its last the first; whether there is one.
        See `instructive`."""
        if not self.corpus:
            return False
        here = self.article.id if self.article else 0
        numbers = self.articles.numbers
        after = bisect_right(numbers, here)
        found = None
        with self._telling():
            if self.instructive:
                found = self._most_instructive(self.corpus, here)
            if found is None:
                found = first_open(self.corpus, self.annotator, [*numbers[after:], *numbers[:after]])
        if found is None or found == here:
            return False
        self.open_number(found)
        return True

    def now_learning(self, learning: bool) -> None:
        """Tell whether the program is learning."""
        self.learning = learning
        self.learning_changed.emit()

    def summary(self, place: int) -> Summary | None:
        """What the list says of the article at this place; None where it cannot be read, which is told."""
        try:
            return self.articles[place]
        except CorpusError as error:
            self.fail(error)
            return None

    def place(self) -> int:
        """The place of the open article in the list; where it is not there, see Listing.place."""
        return self.articles.place(self.article.id if self.article else 0)

    def fail(self, error: CorpusError) -> None:
        """Tell what the corpus fails; where it is damaged, have something done about it."""
        self.failed.emit(str(error))
        if isinstance(error, Damaged) and self.corpus and not self._is_damaged:
            self._is_damaged = True
            self.damaged.emit(str(self.corpus.path), str(error))

    def state(self) -> str:
        """How far the annotator is with the open article."""
        return self.status.state if self.status else NEW

    def state_of(self, summary: Summary) -> str:
        """How far the annotator is with an article of the list."""
        return summary.states.get(self.annotator, NEW)

    def meant(self, start: int, end: int) -> tuple[int, int]:
        """A snapped selection as it is likely to be meant: without a proclitic before a word that the corpus knows."""
        if not self.article or not self.corpus:
            return start, end
        with suppress(CorpusError):
            return known_start(self.article.text, start, end, self.corpus.knows), end
        return start, end

    def select(self, span: Span | None) -> None:
        """Make a span of the layer the selected one, or none."""
        if span != self.selection:
            self.selection = span
            self.selected.emit()

    def changed(self) -> None:
        """Read anew what is shown: something else than this session wrote to the corpus for it."""
        if not self.corpus:
            return
        if self.article and self._is_gone(self.corpus, self.article.uid):
            self._leave()
            self.refresh()
            return
        if self.article is None:
            with self._telling():
                self._show_labels(self.corpus.labels())
        self._read_again(None)

    # How it is read

    def _is_gone(self, corpus: Corpus, uid: str) -> bool:
        """Whether the corpus does not hold this article any more: a backup has taken its place."""
        try:
            corpus.article(uid)
        except NoSuchArticle:
            return True
        except CorpusError:
            pass  # it is told when the article is read
        return False

    def _read_again(self, step: Step | None) -> None:
        """What is shown is no longer what was read: after this step, or after anything. Where not even reading goes,
        the last read stays on the screen."""
        seen, kinds = self._version, {type(edit.before or edit.after) for edit in step.edits} if step else set()
        with self._telling():
            if step and self._is_mine(step):
                # As it would be read, and a long article's thousand spans would not be read within a frame.
                self.spans = history.applied(self.spans, step.edits)
                history.advance(self.undoable, self.redoable, Past(step.uid, step.name, step.undoes))
            elif self.article:
                self._read(self.article.uid)
        anything = step is None or self._version != seen  # others have written too
        if anything or Status in kinds:
            with self._telling():
                self._count()
        self._select_after(step)
        self.stepped.emit(None if anything else step)
        if anything or Zone in kinds:
            self.zones_changed.emit()
        self.layer_changed.emit()
        if anything or Status in kinds or Zone in kinds:  # the list shows states and headlines
            here = self.article.uid if self.article else None
            only = here and step and not anything and all(edit.article == here for edit in step.edits)
            self.articles.forget(self.article.id if self.article and only else None)
            self.summaries_changed.emit(self.place() if only else -1)

    def _is_mine(self, step: Step) -> bool:
        """Whether a step that was just written changed spans of the open layer alone, and nobody else anything."""
        here = self.article.uid if self.article else None
        mine = all(
            isinstance(edit.after or edit.before, Span | Rejection | Dismissal) and edit.article == here
            for edit in step.edits
        )
        return mine and self.corpus is not None and self.corpus.version() == self._version

    def _most_instructive(self, corpus: Corpus, here: int) -> int | None:
        """The article of the list that would teach most, of those less instructive than `here` if that is one, too."""
        known = [number for number in doubtful(corpus, self.annotator) if self.articles.place(number) >= 0]
        after = known.index(here) + 1 if here in known else 0
        return next((number for number in [*known[after:], *known[:after]] if number != here), None)

    def _open(self, number: int, offset: int) -> bool:
        if not self.corpus:
            return False
        if self.article:
            self.article_left.emit()
        opened = False
        with self._telling():
            self._read(number)
            self.selection, opened = None, True
            self.article_opened.emit(max(0, min(offset, len(self.article.text) if self.article else 0)))
        return opened

    def _read(self, identity: int | str) -> None:
        """Read the article of this number or uid, which is the open one then, and all that is shown of it; what cannot
        be read changes nothing."""
        if not self.corpus:
            return
        with self.corpus.snapshot():  # a span's label is one of the labels, whatever others do
            version, labels = self.corpus.version(), self.corpus.labels()
            article = self.corpus.article(identity)
            of_mine = article.uid, self.annotator
            (self.article, self.zones, self.spans, self.status, self.note, (self.undoable, self.redoable)) = (
                article,
                self.corpus.zones(article.uid),
                self.corpus.spans(*of_mine),
                self.corpus.status(*of_mine),
                self.corpus.note(*of_mine),
                history.stacks(self.corpus.history(*of_mine)),
            )
        self._version = version
        self._show_labels(labels)

    def _show_labels(self, labels: LabelSet) -> None:
        if labels != self.labels:
            self.labels = labels
            self.labels_changed.emit()

    def _select_after(self, step: Step | None) -> None:
        """The span that a step left in the article is the one that the next key is about; else it is the one before."""
        chosen = self.selection.uid if self.selection else None
        if step and self.article and (step.undoes or step.name not in SELECTING_NONE):
            uid = self.article.uid
            left = [edit.after.uid for edit in step.edits if isinstance(edit.after, Span) and edit.article == uid]
            chosen = left[-1] if left else chosen
        self.select(next((span for span in self.spans if span.uid == chosen), None))

    def _list(self) -> None:
        self.articles = Listing(self.corpus, self.annotator, self.choice)
        self._count()

    def _count(self) -> None:
        if self.corpus:
            self.counts = counts(self.corpus, self.annotator)

    def _take_leave(self) -> None:
        """Keep where the annotator is, for the next time. Nothing is lost where that cannot be written."""
        if self.corpus and self.article:
            self.article_left.emit()
            if self._moved:
                self._stand()

    def _stand(self) -> None:
        self._resting.stop()
        if self.corpus and self.article:
            with suppress(CorpusError):
                self.corpus.stand(self.annotator, self.article.uid, self.where())

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What the corpus fails in a block is told, and ends the block."""
        try:
            yield
        except CorpusError as error:
            self.fail(error)

    def _leave(self) -> None:
        self.article, self.status, self.note, self.selection = None, None, None, None
        self.zones, self.spans, self.undoable, self.redoable = [], [], [], []
