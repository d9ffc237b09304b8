"""The state of a session as last read: the open corpus, its articles, and the open article.

Signals say what changed; widgets re-read.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from annotator.i18n import _
from annotator.model import history
from annotator.model.labels import LabelSet
from annotator.model.records import NEW, STATES, Article, Dismissal, Note, Rejection, Span, Status, Step, StepInfo, Zone
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, DamagedCorpus, NoSuchArticle
from annotator.store.queries.article_list import (
    ArticleFilter,
    ArticleSummary,
    LazyArticleList,
    count_by_state,
    find_first_open,
)
from annotator.store.queries.training_data import list_uncertain_articles
from annotator.text.proclitics import skip_known_proclitics

DESCRIBE: Final = "describe"
REJECT: Final = "reject"
DISMISS: Final = "dismiss"
SELECTION_KEEPING_STEPS: Final = frozenset([DESCRIBE, history.ACCEPT_STEP, REJECT, DISMISS])
"""Names of steps that leave the selection unchanged."""
_POSITION_DELAY: Final = 1000  # milliseconds without movement before the position is saved


class BaseSession(QObject):
    """A corpus and an annotator; attributes hold what was last read, nothing unsaved."""

    corpus_opened = Signal()
    """Another corpus is open, or none."""
    corpus_closing = Signal(object)
    """The corpus at this path is about to be closed; each slot must close its own connections before it returns."""
    articles_changed = Signal()
    """The list shows other articles."""
    summaries_changed = Signal(int)
    """The summary at this index of the list, or any of them (-1), and the counts by state changed."""
    labels_changed = Signal()
    article_closing = Signal()
    """Another article is about to be opened: typed text about this one must be saved now."""
    article_opened = Signal(int)
    """The open article changed; carries the code point of the caret."""
    zones_changed = Signal()
    layer_changed = Signal()
    """Spans, state, note or history of the open article."""
    selection_changed = Signal()
    """Another span is selected, or none."""
    corpus_changed = Signal(object)
    """The corpus on disk changed by this step, or in an unknown way (None)."""
    learning_changed = Signal()
    """`is_learning` changed."""
    learned = Signal()
    """The models stored in the corpus changed."""
    failed = Signal(str)
    damaged = Signal(str, str)
    """Reading found damage; carries the path of the open corpus and a message. Once per corpus."""
    notified = Signal(str)
    """A message that is not an error."""

    def __init__(self, annotator: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.annotator = annotator
        self.corpus: Corpus | None = None
        self.labels = LabelSet(())
        self.article_filter = ArticleFilter()
        self.prefers_informative = False
        """Whether the next unfinished article is the most informative one, if known, or the next in the list."""
        self.is_learning = False
        self.articles = LazyArticleList()
        self.counts = dict.fromkeys(STATES, 0)
        self.get_offset: Callable[[], int] = int
        """Returns the annotator's offset in the article; set by the widget that shows it."""
        self._version = 0  # of the corpus, when the article was read
        self._has_moved = False  # whether the annotator opened or changed anything
        self._is_damaged = False  # whether damage was already reported
        self._position_timer = QTimer(self)
        self._position_timer.setSingleShot(True)
        self._position_timer.setInterval(_POSITION_DELAY)
        self._position_timer.timeout.connect(self._save_position)
        self.article: Article | None = None
        self.zones: list[Zone] = []
        self.spans: list[Span] = []
        self.status: Status | None = None
        self.note: Note | None = None
        self.undoable: list[StepInfo] = []
        self.redoable: list[StepInfo] = []
        self.selection: Span | None = None

    # Opening

    def open(self, corpus: Corpus) -> None:
        """Take ownership of `corpus` and show it at the annotator's last position.

        Raises CorpusError if its labels cannot be read; the previous corpus stays open.
        """
        labels = corpus.labels()
        self.close_silently()
        self.corpus, self.labels, self.article_filter = corpus, labels, ArticleFilter()
        with self._reporting_errors():
            self._load_articles()
        self.corpus_opened.emit()
        self.resume_article()

    def close(self) -> None:
        """Close the corpus."""
        if self.corpus:
            self.close_silently()
            self.corpus_opened.emit()
            self.article_opened.emit(0)

    def close_silently(self) -> None:
        """Close the corpus without updating the widgets."""
        self._close_article()
        self._has_moved, self._is_damaged = False, False
        corpus, self.corpus = self.corpus, None
        if corpus:
            self.corpus_closing.emit(corpus.path)
            corpus.close_everywhere()
        self.articles = LazyArticleList()
        self.counts = dict.fromkeys(STATES, 0)
        self.labels = LabelSet(())
        self._clear_article()

    def resume_article(self) -> None:
        """Open the annotator's last article, else the first unfinished one."""
        with self._reporting_errors():
            position = self.corpus.last_position(self.annotator) if self.corpus else None
            if self.corpus and position:
                self.open_by_id(self.corpus.article(position[0]).id, position[1])
        if self.article is None and not self.open_next_unfinished():
            self.open_article(0)

    def reload_articles(self) -> None:
        """Read the list of articles again."""
        if not self.corpus:
            return
        with self._reporting_errors():
            self._load_articles()
        self.articles_changed.emit()
        if self.article is None:
            self.open_article(0)

    def set_article_filter(self, article_filter: ArticleFilter) -> None:
        """Filter the list of articles; the open one stays open."""
        if article_filter != self.article_filter:
            self.article_filter = article_filter
            self.reload_articles()

    def switch_annotator(self, annotator: str) -> None:
        """Show and edit this annotator's layers.

        Their stored position stays until they open or change something.
        """
        self._close_article()
        self.annotator = annotator
        with self._reporting_errors():
            self._load_articles()
        self.articles_changed.emit()
        if self.article:
            self._open(self.article.id, self.get_offset())
        self._has_moved = False
        self._position_timer.stop()

    def open_article(self, index: int) -> None:
        """Open the article at this index of the list, or none if out of range."""
        if 0 <= index < len(self.articles):
            self.open_by_id(self.articles.numbers[index])
        else:
            self._close_article()
            self._clear_article()
            self.article_opened.emit(0)

    def open_by_id(self, article_id: int, offset: int = 0) -> None:
        """Open the article with this number, listed or not, at this code point."""
        if self._open(article_id, offset):
            self._has_moved = True
            self.schedule_position_save()

    def schedule_position_save(self) -> None:
        """Save the position after a pause, so no key waits for the disk."""
        if self._has_moved:
            self._position_timer.start()

    def open_relative(self, step: int) -> None:
        """Open the article `step` places further in the list, or the nearest one."""
        if not self.articles:
            return
        index = self.current_index()
        # From an unlisted article, the next one is where it would be inserted.
        target = index + step if index >= 0 else -1 - index - (step < 0)
        target = max(0, min(target, len(self.articles) - 1))
        if target != index:
            self.open_article(target)
        elif step > 0:
            self.notified.emit(_("This is the last article of the list."))
        else:
            self.notified.emit(_("This is the first article of the list."))

    def open_next_unfinished(self) -> bool:
        """Open the next unfinished article, wrapping around, and return whether there is one.

        See `prefers_informative`.
        """
        if not self.corpus:
            return False
        current = self.article.id if self.article else 0
        numbers = self.articles.numbers
        after = bisect_right(numbers, current)
        next_number = None
        with self._reporting_errors():
            if self.prefers_informative:
                next_number = self._find_most_informative(self.corpus, current)
            if next_number is None:
                next_number = find_first_open(self.corpus, self.annotator, [*numbers[after:], *numbers[:after]])
        if next_number is None or next_number == current:
            return False
        self.open_by_id(next_number)
        return True

    def set_learning(self, is_learning: bool) -> None:
        """Set whether the program is learning."""
        self.is_learning = is_learning
        self.learning_changed.emit()

    def load_summary(self, index: int) -> ArticleSummary | None:
        """Return the summary at this index; None, after an error message, if unreadable."""
        try:
            return self.articles[index]
        except CorpusError as error:
            self.report_error(error)
            return None

    def current_index(self) -> int:
        """Return the list index of the open article (see LazyArticleList.find_index)."""
        return self.articles.find_index(self.article.id if self.article else 0)

    def report_error(self, error: CorpusError) -> None:
        """Report an error; emit `damaged` too if it is a DamagedCorpus."""
        self.failed.emit(str(error))
        if isinstance(error, DamagedCorpus) and self.corpus and not self._is_damaged:
            self._is_damaged = True
            self.damaged.emit(str(self.corpus.path), str(error))

    def state(self) -> str:
        """Return the annotator's state of the article."""
        return self.status.state if self.status else NEW

    def state_of(self, summary: ArticleSummary) -> str:
        """Return the annotator's state of a listed article."""
        return summary.states.get(self.annotator, NEW)

    def refine_selection(self, start: int, end: int) -> tuple[int, int]:
        """Drop a snapped selection's proclitics if the corpus has its word tagged without them."""
        if not self.article or not self.corpus:
            return start, end
        with suppress(CorpusError):
            return skip_known_proclitics(self.article.text, start, end, self.corpus.has_mention), end
        return start, end

    def select(self, span: Span | None) -> None:
        """Select a span of the layer, or none."""
        if span != self.selection:
            self.selection = span
            self.selection_changed.emit()

    def reload(self) -> None:
        """Read everything shown again, after others wrote to the corpus."""
        if not self.corpus:
            return
        if self.article and self._is_gone(self.corpus, self.article.uid):
            self._clear_article()
            self.reload_articles()
            return
        if self.article is None:
            with self._reporting_errors():
                self._show_labels(self.corpus.labels())
        self._reload_after(None)

    # Reading

    def _is_gone(self, corpus: Corpus, uid: str) -> bool:
        """Return whether the article is missing, as after a restored backup."""
        try:
            corpus.article(uid)
        except NoSuchArticle:
            return True
        except CorpusError:
            pass  # reported when the article is read
        return False

    def _reload_after(self, step: Step | None) -> None:
        """Update the state after this step or any change (None), unless reading fails."""
        version, kinds = self._version, {type(edit.before or edit.after) for edit in step.edits} if step else set()
        with self._reporting_errors():
            if step and self._changes_only_open_layer(step):
                # The same as reading them, but a long article's thousand spans cannot be read within a frame.
                self.spans = history.apply_edits(self.spans, step.edits)
                history.advance_stacks(self.undoable, self.redoable, StepInfo(step.uid, step.name, step.undoes))
            elif self.article:
                self._read(self.article.uid)
        anything = step is None or self._version != version  # others have written too
        if anything or Status in kinds:
            with self._reporting_errors():
                self._load_counts()
        self._select_after(step)
        self.corpus_changed.emit(None if anything else step)
        if anything or Zone in kinds:
            self.zones_changed.emit()
        self.layer_changed.emit()
        if anything or Status in kinds or Zone in kinds:  # the list shows states and headlines
            uid = self.article.uid if self.article else None
            only_open = uid and step and not anything and all(edit.article == uid for edit in step.edits)
            self.articles.invalidate(self.article.id if self.article and only_open else None)
            self.summaries_changed.emit(self.current_index() if only_open else -1)

    def _changes_only_open_layer(self, step: Step) -> bool:
        """Return whether the step changed only the open layer and nobody else wrote."""
        uid = self.article.uid if self.article else None
        only_layer = all(
            isinstance(edit.after or edit.before, Span | Rejection | Dismissal) and edit.article == uid
            for edit in step.edits
        )
        return only_layer and self.corpus is not None and self.corpus.data_version() == self._version

    def _find_most_informative(self, corpus: Corpus, current: int) -> int | None:
        """Return the most informative listed article, or the one ranked after `current`."""
        ranked = [
            number
            for number in list_uncertain_articles(corpus, self.annotator)
            if self.articles.find_index(number) >= 0
        ]
        after = ranked.index(current) + 1 if current in ranked else 0
        return next((number for number in [*ranked[after:], *ranked[:after]] if number != current), None)

    def _open(self, number: int, offset: int) -> bool:
        if not self.corpus:
            return False
        if self.article:
            self.article_closing.emit()
        opened = False
        with self._reporting_errors():
            self._read(number)
            self.selection, opened = None, True
            self.article_opened.emit(max(0, min(offset, len(self.article.text) if self.article else 0)))
        return opened

    def _read(self, identity: int | str) -> None:
        """Make the article with this number or uid the open one.

        Raises CorpusError, with nothing changed, if any part cannot be read.
        """
        if not self.corpus:
            return
        with self.corpus.snapshot():  # every span's label is among the labels, whatever others write
            version, labels = self.corpus.data_version(), self.corpus.labels()
            article = self.corpus.article(identity)
            layer = article.uid, self.annotator
            (self.article, self.zones, self.spans, self.status, self.note, (self.undoable, self.redoable)) = (
                article,
                self.corpus.zones(article.uid),
                self.corpus.spans(*layer),
                self.corpus.status(*layer),
                self.corpus.note(*layer),
                history.build_stacks(self.corpus.history(*layer)),
            )
        self._version = version
        self._show_labels(labels)

    def _show_labels(self, labels: LabelSet) -> None:
        if labels != self.labels:
            self.labels = labels
            self.labels_changed.emit()

    def _select_after(self, step: Step | None) -> None:
        """Select the step's last remaining span, or keep the selection."""
        selected = self.selection.uid if self.selection else None
        if step and self.article and (step.undoes or step.name not in SELECTION_KEEPING_STEPS):
            uid = self.article.uid
            changed = [edit.after.uid for edit in step.edits if isinstance(edit.after, Span) and edit.article == uid]
            selected = changed[-1] if changed else selected
        self.select(next((span for span in self.spans if span.uid == selected), None))

    def _load_articles(self) -> None:
        self.articles = LazyArticleList(self.corpus, self.annotator, self.article_filter)
        self._load_counts()

    def _load_counts(self) -> None:
        if self.corpus:
            self.counts = count_by_state(self.corpus, self.annotator)

    def _close_article(self) -> None:
        """Announce the closing and save the position; failing to is harmless."""
        if self.corpus and self.article:
            self.article_closing.emit()
            if self._has_moved:
                self._save_position()

    def _save_position(self) -> None:
        self._position_timer.stop()
        if self.corpus and self.article:
            with suppress(CorpusError):
                self.corpus.save_position(self.annotator, self.article.uid, self.get_offset())

    @contextmanager
    def _reporting_errors(self) -> Iterator[None]:
        """Report and suppress a CorpusError of the block."""
        try:
            yield
        except CorpusError as error:
            self.report_error(error)

    def _clear_article(self) -> None:
        self.article, self.status, self.note, self.selection = None, None, None, None
        self.zones, self.spans, self.undoable, self.redoable = [], [], [], []
