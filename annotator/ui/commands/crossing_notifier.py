"""Says so when a span crosses another: guidelines know spans inside spans, and formats often no others."""

from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from annotator.i18n import _
from annotator.model.records import Span, Step
from annotator.ui.session.notice import Notice
from annotator.ui.session.session import Session
from annotator.ui.widgets.bidi_text import elide_middle, isolate

_MAX_WORDS: Final = 40  # letters of the other span


class CrossingNotifier(QObject):
    """Announces, with a button that undoes the step, that a new or moved span of the open layer crosses another."""

    def __init__(self, window: QWidget, session: Session) -> None:
        super().__init__(window)
        self._session = session
        session.corpus_changed.connect(self._on_step)

    def _on_step(self, step: Step | None) -> None:
        session = self._session
        if not step or step.undoes or not session.article:
            return
        for edit in step.edits:
            span = edit.after
            if not isinstance(span, Span) or span.article != session.article.uid or not _has_moved(edit.before, span):
                continue
            if crossed := find_crossed(span, session.spans):
                words = " ".join(session.article.text[crossed.start : crossed.end].split())
                words = isolate(elide_middle(words, _MAX_WORDS))
                text = _("This span crosses “{words}”: neither lies inside the other.").format(words=words)
                session.announced.emit(Notice(text, is_undoable=True))
                return


def find_crossed(span: Span, others: Sequence[Span]) -> Span | None:
    """Return the first of `others`, which are sorted by start, that crosses a span, if any does."""
    end = bisect_left(others, span.end, key=attrgetter("start"))
    overlapping = (other for other in others[:end] if other.end > span.start)  # a key waits: there may be a thousand
    return next((other for other in overlapping if crosses(span, other)), None)


def crosses(first: Span, second: Span) -> bool:
    """Return whether each of two spans has a part of its own beside the part that they share."""
    return first.start < second.start < first.end < second.end or second.start < first.start < second.end < first.end


def _has_moved(before: object, after: Span) -> bool:
    return not isinstance(before, Span) or (before.start, before.end) != (after.start, after.end)
