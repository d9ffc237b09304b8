"""The only door from the widgets to the corpus: what is open, and every change of it.

Signals are past tense and say what changed; widgets re-read. A change that fails is told by `failed` and does nothing.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress

from PySide6.QtCore import QObject, Signal

from annotator.core import editing, history
from annotator.core.labels import LabelSet
from annotator.core.model import DONE, IN_PROGRESS, NEW, Article, Edit, Past, Span, Status, Step, Zone, new_uid
from annotator.store.corpus import Corpus, Summary, now
from annotator.store.errors import CorpusError


class Session(QObject):
    """An annotator at a corpus. Attributes hold the last read; nothing waits here to be saved."""

    corpus_opened = Signal()
    articles_changed = Signal()
    """The list of articles was read anew."""
    summary_changed = Signal(int)
    """What the list says of the article at this place."""
    article_opened = Signal()
    zones_changed = Signal()
    layer_changed = Signal()
    """Spans, state or history of the open article."""
    selected = Signal()
    """Another span, or none, is the selected one."""
    failed = Signal(str)
    told = Signal(str)
    """Something worth knowing that is no failure."""

    def __init__(self, annotator: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.annotator = annotator
        self.corpus: Corpus | None = None
        self.labels = LabelSet(())
        self.articles: list[Summary] = []
        self.article: Article | None = None
        self.zones: list[Zone] = []
        self.spans: list[Span] = []
        self.status: Status | None = None
        self.undoable: list[Past] = []
        self.redoable: list[Past] = []
        self.selection: Span | None = None

    # What is open

    def open(self, corpus: Corpus) -> None:
        """Work at `corpus` from now on, at its first article that this annotator has not done. Takes it over."""
        self.close()
        self.corpus = corpus
        self.labels = corpus.labels()
        self.articles = list(corpus.articles())
        self.corpus_opened.emit()
        waiting = [at for at, summary in enumerate(self.articles) if self.state_of(summary) in (NEW, IN_PROGRESS)]
        self.open_article(waiting[0] if waiting else 0)

    def close(self) -> None:
        """Let go of the corpus."""
        if self.corpus:
            self.corpus.close()
        self.corpus = None
        self.articles = []
        self.labels = LabelSet(())
        self._leave()

    def refresh(self) -> None:
        """Read the list of articles anew, after an import."""
        if not self.corpus:
            return
        self.articles = list(self.corpus.articles())
        self.articles_changed.emit()
        if self.article is None:
            self.open_article(0)

    def work_as(self, annotator: str) -> None:
        """Show and edit this annotator's layers from now on."""
        self.annotator = annotator
        self.articles_changed.emit()
        self.open_article(self.place())

    def open_article(self, place: int) -> None:
        """Open the article at this place of the list, if there is one."""
        if not self.corpus or not 0 <= place < len(self.articles):
            self._leave()
            self.article_opened.emit()
            return
        try:
            article = self.corpus.article(self.articles[place].uid)
            self.article, self.selection = article, None
            self._read()
        except CorpusError as error:
            self.failed.emit(str(error))
            return
        self.article_opened.emit()

    def place(self) -> int:
        """The place of the open article in the list; -1 when none is open."""
        uid = self.article.uid if self.article else None
        return next((at for at, summary in enumerate(self.articles) if summary.uid == uid), -1)

    def state(self) -> str:
        """How far the annotator is with the open article."""
        return self.status.state if self.status else NEW

    def state_of(self, summary: Summary) -> str:
        """How far the annotator is with an article of the list."""
        return summary.states.get(self.annotator, NEW)

    def done(self) -> int:
        """How many articles the annotator has done."""
        return self.corpus.count(self.annotator, DONE) if self.corpus else 0

    def select(self, span: Span | None) -> None:
        """Make a span of the layer the selected one, or none."""
        if span != self.selection:
            self.selection = span
            self.selected.emit()

    # Changes: each returns whether it is on disk

    def tag(self, label: str, start: int, end: int) -> bool:
        """Label code points `start` to `end`, and select the span."""
        return self._do("tag", lambda article: editing.add(article, self.spans, self.annotator, label, start, end))

    def relabel(self, span: Span, label: str) -> bool:
        """Give a span another label."""
        return self._do("relabel", lambda article: editing.relabel(article, self.spans, span, label))

    def resize(self, span: Span, start: int, end: int) -> bool:
        """Move a span's edges."""
        return self._do("resize", lambda article: editing.resize(article, self.spans, span, start, end))

    def remove(self, span: Span) -> bool:
        """Take a span away."""
        return self._do("remove", lambda _article: editing.remove(span))

    def mark_zone(self, kind: str, start: int, end: int) -> bool:
        """Say of what kind the stretch is."""
        return self._do("zone", lambda article: editing.mark_zone(article, self.zones, kind, start, end))

    def set_state(self, state: str) -> bool:
        """Say how far the annotator is with the article."""
        return self._do("state", lambda article: editing.set_state(self.status, article, self.annotator, state))

    def undo(self) -> bool:
        """Take back the annotator's last step on the article."""
        return self._take_back(self.undoable)

    def redo(self) -> bool:
        """Do again what was undone last."""
        return self._take_back(self.redoable)

    def _do(self, name: str, verb: Callable[[Article], list[Edit]]) -> bool:
        if not self.article:
            return False
        try:
            edits = verb(self.article)
        except editing.Rejected as rejected:
            self.failed.emit(str(rejected))
            return False
        if edits and name != "state" and self.state() == NEW:
            edits += editing.set_state(self.status, self.article, self.annotator, IN_PROGRESS)
        return not edits or self._apply(name, edits)

    def _take_back(self, stack: list[Past]) -> bool:
        if not stack or not self.corpus:
            return False
        try:
            step = self.corpus.step(stack[-1].uid)
        except CorpusError as error:
            self.failed.emit(str(error))
            return False
        return self._apply(step.name, history.reversal(step), undoes=step.uid)

    def _apply(self, name: str, edits: Iterable[Edit], undoes: str | None = None) -> bool:
        if not self.corpus or not self.article:
            return False
        step = Step(new_uid(), self.article.uid, self.annotator, now(), name, tuple(edits), undoes)
        try:
            self.corpus.apply(step)
        except (CorpusError, editing.Rejected) as error:
            with suppress(CorpusError):  # where not even reading goes, the last read stays on the screen
                self._read()
            self.layer_changed.emit()
            self.failed.emit(str(error))
            return False
        self._read()
        self._select_after(step)
        if any(isinstance(edit.before or edit.after, Zone) for edit in step.edits):
            self.zones_changed.emit()
        self.layer_changed.emit()
        self._list_again()
        return True

    def _read(self) -> None:
        if not self.corpus or not self.article:
            return
        uid = self.article.uid
        self.article = self.corpus.article(uid)
        self.zones = self.corpus.zones(uid)
        self.spans = self.corpus.spans(uid, self.annotator)
        self.status = self.corpus.status(uid, self.annotator)
        self.undoable, self.redoable = history.stacks(self.corpus.history(uid, self.annotator))
        if self.selection:
            chosen = self.selection.uid
            self.select(next((span for span in self.spans if span.uid == chosen), None))

    def _select_after(self, step: Step) -> None:
        """The span that a step left is the one that the next key is about."""
        left = [edit.after.uid for edit in step.edits if isinstance(edit.after, Span)]
        if left:
            self.select(next((span for span in self.spans if span.uid == left[-1]), None))

    def _list_again(self) -> None:
        place = self.place()
        if self.corpus and place >= 0:
            self.articles[place] = self.corpus.summary(self.articles[place].uid)
            self.summary_changed.emit(place)

    def _leave(self) -> None:
        self.article, self.status, self.selection = None, None, None
        self.zones, self.spans, self.undoable, self.redoable = [], [], [], []
