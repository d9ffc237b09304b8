"""The only door from the widgets to the corpus: what is open (see `opened`), and every change of it.

A change that fails is told by `failed` and does nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from annotator.core import editing, history
from annotator.core.model import IN_PROGRESS, NEW, Article, Edit, Past, Span, Step, Suggestion, new_uid
from annotator.quality.question import Question
from annotator.store.corpus import now
from annotator.store.errors import CorpusError
from annotator.ui.opened import ACCEPT, DESCRIBE, DISMISS, REJECT, Opened

_AT_ONCE: Final = 2000
"""Edits: a tenth of a second."""
_BEGINNING_NOTHING: Final = frozenset(["state", "note", DISMISS])
"""The names of steps after which an article is as new as it was."""


class Session(Opened):
    """An annotator at a corpus."""

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

    def describe(self, span: Span, value: str, note: str) -> bool:
        """Say what a span means, and what there is to note about it."""
        return self._do(DESCRIBE, lambda _article: editing.describe(span, value, note))

    def write_note(self, text: str) -> bool:
        """Note something about the article."""
        return self._do("note", lambda article: editing.note(self.note, article, self.annotator, text))

    def tag_each(self, label: str, places: Sequence[tuple[int, int]]) -> bool:
        """Label each of these stretches of the article, in one step."""
        return self._do(
            "tag_each", lambda article: editing.add_each(article, self.spans, self.annotator, label, places)
        )

    def accept(self, proposed: Suggestion, wanted: Suggestion) -> bool:
        """Label what a suggestion is about, as the annotator has changed it (see editing.accept)."""
        return self._do(ACCEPT, lambda article: editing.accept(article, self.spans, self.annotator, proposed, wanted))

    def accept_each(self, suggestions: Sequence[Suggestion]) -> bool:
        """Label what each of these suggestions is about, in one step."""
        return self._do(ACCEPT, lambda article: editing.accept_each(article, self.spans, self.annotator, suggestions))

    def reject(self, suggestion: Suggestion) -> bool:
        """Say that a suggestion is wrong."""
        return self._do(REJECT, lambda article: editing.reject(article, self.annotator, suggestion))

    def remove(self, span: Span) -> bool:
        """Take a span away."""
        return self._do("remove", lambda _article: editing.remove(span))

    def put_right(self, question: Question) -> bool:
        """Do what puts a question about the article right, where that is clear (see quality.question.Remedy)."""
        span = next((one for one in self.spans if one.uid == question.span), None)
        remedy = question.remedy
        if remedy is None or (span is None and question.span is not None):
            return False
        place = remedy.label, remedy.start, remedy.end
        return self._do(
            "put_right", lambda article: editing.put_right(article, self.spans, self.annotator, span, *place)
        )

    def dismiss(self, question: Question) -> bool:
        """Say that this question about the article is not to be asked again."""
        return self._do(DISMISS, lambda article: editing.dismiss(article, self.annotator, *question.place))

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

    def takes_long(self, stack: list[Past]) -> bool:
        """Whether what `undo` or `redo` would take back, the top of this stack, is more than a key can wait for: that
        is then done by `jobs.undoing`."""
        if not stack or not self.corpus:
            return False
        size = 0
        with self._telling():
            size = self.corpus.size(stack[-1].uid)
        return size > _AT_ONCE

    def _do(self, name: str, verb: Callable[[Article], list[Edit]]) -> bool:
        if not self.article:
            return False
        try:
            edits = verb(self.article)
        except editing.Rejected as rejected:
            self.failed.emit(str(rejected))
            return False
        if edits and name not in _BEGINNING_NOTHING and self.state() == NEW:
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
        step = Step(new_uid(), self.annotator, now(), name, tuple(edits), undoes)
        try:
            with self.corpus.transaction():
                self.corpus.apply(step)
                self.corpus.stand(self.annotator, self.article.uid, self.where())
        except (CorpusError, editing.Rejected) as error:
            self.changed()
            self.failed.emit(str(error))
            return False
        self._moved = True
        self._read_again(step)
        self._resting.stop()
        return True
