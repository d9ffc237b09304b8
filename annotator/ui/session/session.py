"""The only door from the widgets to the corpus: what is open (see `opened`), and every change of it.

A change that fails is told by `failed` and does nothing. One that could not be written, through no fault of its own,
waits: it is not shown as done, and is tried again until it is on disk or given up. No other change overtakes it.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from annotator.checks.issue import Question
from annotator.i18n import _
from annotator.model import history, operations
from annotator.model.records import IN_PROGRESS, NEW, Article, Edit, Past, Span, Step, Suggestion, new_uid
from annotator.store.checkpoints import Checkpointer
from annotator.store.corpus import Corpus, now
from annotator.store.errors import Conflict, CorpusError, LostLog, MissingCorpus, Unwritten
from annotator.store.recovery.rescue import Displacement, displace
from annotator.store.witness import Witness
from annotator.ui.session.opened import ACCEPT, DESCRIBE, DISMISS, REJECT, Opened
from annotator.ui.widgets.bidi_text import left_to_right

_AT_ONCE: Final = 2000
"""Edits: a tenth of a second."""
_PATIENCE: Final = 250
"""Milliseconds that a key waits at most while another program writes."""
_AGAIN: Final = 500
"""Milliseconds from one try to write what waits to the next."""
_BEGINNING_NOTHING: Final = frozenset(["state", "note", DISMISS])
"""The names of steps after which an article is as new as it was."""


class Session(Opened):
    """An annotator at a corpus."""

    trouble_changed = Signal()
    """Whether the file can be written to, why not, and whether a change waits for it."""
    displaced = Signal(object)
    """The corpus file was renamed, deleted or replaced, and the session goes on in another one: a Displacement."""
    displacing = Signal()
    """The corpus file is no longer at its place: what other processes do with it for this window must end."""
    given_up = Signal()
    """The change that waited will not be made; what was being typed for it is void too."""
    _checkpoint_reported = Signal(object, object)
    """A Checkpointer, and what keeps the last steps out of the file: a CorpusError or None."""

    def __init__(self, annotator: str, parent: QObject | None = None) -> None:
        super().__init__(annotator, parent)
        self.waiting: Step | None = None
        """What a person did and is not on disk yet."""
        self.trouble = ""
        """What is wrong with the file, in a sentence; "" where nothing is known to be."""
        self._displacement: Displacement | None = None  # what was found out, until its file is open
        self._checkpointer: Checkpointer | None = None
        self._witness: Witness | None = None
        self._checkpoint_trouble = ""
        self._checkpoint_reported.connect(self._take_report)
        self._stuck: set[str] = set()  # uids of steps that could not be taken back, which was told
        self._again = QTimer(self)
        self._again.setInterval(_AGAIN)
        self._again.timeout.connect(self.try_again)

    # The file

    def open(self, corpus: Corpus) -> None:
        corpus.hurry(_PATIENCE)
        super().open(corpus)
        self._connect_beside()
        if not corpus.has_log():
            text = _(
                "“{name}” is on a network drive: saving is slower, and waits while an export or a backup reads it."
            )
            self.told.emit(text.format(name=left_to_right(corpus.path.name)))

    def let_go(self) -> None:
        self.try_again()
        self._close_beside()
        self._hold(None)
        self._displacement = None
        super().let_go()

    def look(self) -> None:
        """See whether the file is still there, and show what others wrote to it meanwhile."""
        if not self.corpus or self.waiting:
            return
        try:
            self._find_again()
            version = self.corpus.version()
        except CorpusError as error:
            self._hold(None, str(error))
            return
        self._hold(None, self._checkpoint_trouble)
        if version == self._version:
            return
        self._version = version  # with no article, nothing else would say that it was seen
        spans, articles = self.spans, sum(self.counts.values())
        self.changed()
        if sum(self.counts.values()) != articles:
            self.refresh()
        if self.spans != spans:
            self.told.emit(_("This article was changed in another window: what is shown is what is there now."))

    def try_again(self) -> bool:
        """Write the change that waits, if one does; whether none does then."""
        step = self.waiting
        if step is None:
            return True
        try:
            self._find_again()
        except CorpusError as error:
            self._hold(step, str(error))
            return False
        if self._write(step):
            self.told.emit(_("What had waited is saved now."))
        return self.waiting is None

    def give_up(self) -> None:
        """Let go of the change that waits: what is shown is what is on disk."""
        self._hold(None)
        self.given_up.emit()
        self.changed()

    # Changes: each returns whether it is on disk

    def tag(self, label: str, start: int, end: int) -> bool:
        """Label code points `start` to `end`, and select the span."""
        return self._do("tag", lambda article: operations.add(article, self.spans, self.annotator, label, start, end))

    def relabel(self, span: Span, label: str) -> bool:
        """Give a span another label."""
        return self._do("relabel", lambda article: operations.relabel(article, self.spans, span, label))

    def resize(self, span: Span, start: int, end: int) -> bool:
        """Move a span's edges."""
        return self._do("resize", lambda article: operations.resize(article, self.spans, span, start, end))

    def describe(self, span: Span, value: str, note: str) -> bool:
        """Say what a span means, and what there is to note about it."""
        return self._do(DESCRIBE, lambda _article: operations.describe(span, value, note))

    def write_note(self, text: str) -> bool:
        """Note something about the article."""
        return self._do("note", lambda article: operations.note(self.note, article, self.annotator, text))

    def tag_each(self, label: str, places: Sequence[tuple[int, int]]) -> bool:
        """Label each of these stretches of the article, in one step."""
        return self._do(
            "tag_each", lambda article: operations.add_each(article, self.spans, self.annotator, label, places)
        )

    def accept(self, proposed: Suggestion, wanted: Suggestion) -> bool:
        """Label what a suggestion is about, as the annotator has changed it (see editing.accept)."""
        return self._do(
            ACCEPT, lambda article: operations.accept(article, self.spans, self.annotator, proposed, wanted)
        )

    def accept_each(self, suggestions: Sequence[Suggestion]) -> bool:
        """Label what each of these suggestions is about, in one step."""
        return self._do(
            ACCEPT, lambda article: operations.accept_each(article, self.spans, self.annotator, suggestions)
        )

    def reject(self, suggestion: Suggestion) -> bool:
        """Say that a suggestion is wrong."""
        return self._do(REJECT, lambda article: operations.reject(article, self.annotator, suggestion))

    def remove(self, span: Span) -> bool:
        """Take a span away."""
        return self._do("remove", lambda _article: operations.remove(span))

    def put_right(self, question: Question) -> bool:
        """Do what puts a question about the article right, where that is clear (see checks.issue.Remedy)."""
        span = next((one for one in self.spans if one.uid == question.span), None)
        remedy = question.remedy
        if remedy is None or (span is None and question.span is not None):
            return False
        place = remedy.label, remedy.start, remedy.end
        return self._do(
            "put_right", lambda article: operations.put_right(article, self.spans, self.annotator, span, *place)
        )

    def dismiss(self, question: Question) -> bool:
        """Say that this question about the article is not to be asked again."""
        return self._do(DISMISS, lambda article: operations.dismiss(article, self.annotator, *question.place))

    def mark_zone(self, kind: str, start: int, end: int) -> bool:
        """Say of what kind the stretch is."""
        return self._do("zone", lambda article: operations.mark_zone(article, self.zones, kind, start, end))

    def set_state(self, state: str) -> bool:
        """Say how far the annotator is with the article."""
        return self._do("state", lambda article: operations.set_state(self.status, article, self.annotator, state))

    def undo(self) -> bool:
        """Take back the annotator's last step on the article."""
        return self._take_back(self.undoable)

    def redo(self) -> bool:
        """Do again what was undone last."""
        return self._take_back(self.redoable)

    def long_step(self, stack: list[Past]) -> Past | None:
        """The step of this stack that `undo` or `redo` would take back next, where that is more than a key can wait
        for: it is then done by `jobs.undo`."""
        past = next((past for past in reversed(stack) if past.uid not in self._stuck), None)
        if past is None:
            return None
        long = False
        with self._telling():
            long = self._is_long(past)
        return past if long else None

    def pass_over(self, past: Past) -> None:
        """Tell that this step conflicts with what others did since. The next undo or redo goes on past it."""
        self._stuck.add(past.uid)
        self.changed()
        undone = past in self.redoable
        why = (
            _("This cannot be done again: it was changed in another window since.")
            if undone
            else _("This cannot be undone: it was changed in another window since.")
        )
        if any(other.uid not in self._stuck for other in (self.redoable if undone else self.undoable)):
            why += " " + _("The same key goes on past it.")
        self.failed.emit(why)

    def _do(self, name: str, verb: Callable[[Article], list[Edit]]) -> bool:
        if not self.article or not self._may_change():
            return False
        try:
            edits = verb(self.article)
        except operations.Rejected as rejected:
            self.failed.emit(str(rejected))
            return False
        if edits and name not in _BEGINNING_NOTHING and self.state() == NEW:
            edits += operations.set_state(self.status, self.article, self.annotator, IN_PROGRESS)
        return not edits or self._write(self._step(name, edits))

    def _take_back(self, stack: list[Past]) -> bool:
        if not stack or not self._may_change():
            return False
        for past in reversed(stack):
            try:
                if past.uid not in self._stuck or not self._is_long(past):
                    return self._reverse(past)
            except (Conflict, operations.Rejected):
                if past.uid not in self._stuck:  # else it was told, and may be in nobody's way by now
                    self.pass_over(past)
                    return False
            except CorpusError as error:
                self.fail(error)
                return False
        self.pass_over(stack[-1])
        return False

    def _reverse(self, past: Past) -> bool:
        """Take a step back. Raises CorpusError, Rejected."""
        if not self.corpus:
            return False
        step = self.corpus.step(past.uid)
        return self._store(self._step(step.name, history.reversal(step), step.uid))

    def _is_long(self, past: Past) -> bool:
        return self.corpus is not None and self.corpus.size(past.uid) > _AT_ONCE

    def _step(self, name: str, edits: Iterable[Edit], undoes: str | None = None) -> Step:
        return Step(new_uid(), self.annotator, now(), name, tuple(edits), undoes)

    def _may_change(self) -> bool:
        """Whether no change waited. One that did is tried again instead: what a person meant may be void once it is
        saved."""
        if not self.waiting:
            return True
        if not self.try_again():
            self.failed.emit(_("The change before this one is not saved yet."))
        return False

    def _write(self, step: Step) -> bool:
        """Have the step on disk; whether it is. Where the file fails it, it waits; else it is told why it cannot be."""
        try:
            return self._store(step)
        except (CorpusError, operations.Rejected) as error:
            self._hold(None)
            self.failed.emit(str(error))
            self.changed()
            return False

    def _store(self, step: Step) -> bool:
        """Have the step on disk; whether it is. Where the file fails it, it waits. Raises CorpusError, Rejected."""
        if not self.corpus:
            return False
        try:
            with self.corpus.transaction():
                if not self.corpus.size(step.uid):  # a disk may have failed after it had written
                    self.corpus.apply(step)
                    if self.article:
                        self.corpus.stand(self.annotator, self.article.uid, self.where())
            if self._witness:
                self._witness.require(step)
        except Unwritten as error:
            self._hold(step, str(error))
            return False
        self._hold(None, self._checkpoint_trouble)
        self._moved = True
        self._read_again(step)
        self._resting.stop()
        return True

    def _hold(self, step: Step | None, trouble: str = "") -> None:
        """Have this step wait, or none, for this reason."""
        if (step, trouble) == (self.waiting, self.trouble):
            return
        self.waiting, self.trouble = step, trouble
        if step:
            self._again.start()
        else:
            self._again.stop()
        self.trouble_changed.emit()

    def _connect_beside(self) -> None:
        """Have the log emptied at rest, and what is written read again, each through a connection of its own."""
        if self.corpus:
            self._checkpointer = Checkpointer(self.corpus.path, self._checkpoint_reported.emit)
            self._witness = Witness(self.corpus.path)

    def _close_beside(self) -> None:
        if self._checkpointer:
            self._checkpointer.close()
        if self._witness:
            self._witness.close()
        self._checkpointer, self._witness, self._checkpoint_trouble = None, None, ""

    def _take_report(self, checkpointer: Checkpointer, error: CorpusError | None) -> None:
        if checkpointer is self._checkpointer:
            self._checkpoint_trouble = str(error or "")
            if not self.waiting:
                self._hold(None, self._checkpoint_trouble)

    def _find_again(self) -> None:
        """Go on with the file that holds what is shown, where it is not, or not as it was, at the corpus' place.

        A log that was taken away is made anew. A file that was renamed is followed; of one that was deleted or
        replaced, a copy is made beside its place. A stick that comes back is gone on with. Raises CorpusError where
        nothing of this is possible.
        """
        if not self.corpus:
            return
        try:
            if not self._displacement:
                self.corpus.check_there()
        except LostLog:
            self._close_beside()
            self.corpus.reconnect()
            self.changed()
        except MissingCorpus as missing:
            self._close_beside()
            self.displacing.emit()
            try:
                self._displacement = displace(self.corpus)
            except MissingCorpus:
                self._take_up_again(self.corpus, missing)
        if self._displacement:
            self._go_on_in(Corpus.open(self._displacement.current))  # not before others have let go of the old one
            displacement, self._displacement = self._displacement, None
            self.displaced.emit(displacement)
        if not self._checkpointer:
            self._connect_beside()

    def _take_up_again(self, corpus: Corpus, missing: MissingCorpus) -> None:
        """Go on with the file at the corpus' place if it holds what is shown: a stick came back. Raises CorpusError."""
        if not corpus.path.exists():
            raise missing
        corpus.close_away()
        found = Corpus.open(corpus.path)
        try:
            if not self._is_shown(found):
                raise missing
        except BaseException:
            found.close()
            raise
        self._go_on_in(found)

    def _go_on_in(self, corpus: Corpus) -> None:
        """Have this corpus, which holds what is shown, in the place of the one that was closed."""
        self.corpus = corpus
        corpus.hurry(_PATIENCE)
        self.refresh()

    def _is_shown(self, corpus: Corpus) -> bool:
        """Whether this corpus holds what is on the screen."""
        if not self.article:
            return corpus.labels() == self.labels
        return corpus.spans(self.article.uid, self.annotator) == self.spans
