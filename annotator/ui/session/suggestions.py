"""The suggestions for the open article.

The suggesters run in their own thread, after the effect of the last key is painted, so no key waits for them. A decided
suggestion disappears at once; what they learn from it follows later.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Generator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from msgspec.structs import replace
from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from annotator.i18n import count_phrase
from annotator.model import history
from annotator.model.open_suggestions import drop_decided, is_sure
from annotator.model.records import Article, Edit, Rejection, Removal, Span, Step, Suggestion, labelled_range
from annotator.ui.session.session import Session
from annotator.ui.session.state import REJECT, SessionState
from annotator.ui.session.tasks import TaskRunner

if TYPE_CHECKING:
    from annotator.jobs.suggesting import AnnotatorSuggester
    from annotator.suggest.base import Suggester

_PAUSE: Final = 100
"""Milliseconds from the last key to the thread's start, else both would compete for Python's lock."""
_DECISION_PAUSE: Final = 30
"""The same after a decision in the open article, from which the suggesters learn in some milliseconds."""
_REACTION_TIME: Final = 200
"""Milliseconds within which nobody can have noticed and acted on a new current suggestion."""


class _Response(NamedTuple):
    service: "AnnotatorSuggester | None" = None
    suggestions: tuple[Suggestion, ...] = ()


class Decider(Protocol):
    """What becomes of a suggestion that the annotator decides on; each returns whether that is on disk."""

    def accept(self, suggestion: Suggestion, edited: Suggestion) -> bool:
        """Accept a suggestion as `edited` by the annotator."""
        ...

    def accept_all(self, suggestions: Sequence[Suggestion]) -> bool:
        """Accept these suggestions in one step."""
        ...

    def reject(self, suggestion: Suggestion) -> bool:
        """Reject a suggestion."""
        ...


class Provider(Decider, Protocol):
    """Who has suggestions in place of the suggesters."""

    def is_sure(self, suggestion: Suggestion) -> bool:
        """Return whether it is among those that are accepted together."""
        ...


class SuggestionModel(QObject):
    """The suggestions; none is stored before the session accepts it.

    When the current one is decided, the next one becomes current; undoing makes it current again.
    """

    changed = Signal()
    """The visible suggestions changed."""
    current_changed = Signal()
    """Another suggestion or none is current, or its edges or label were edited."""
    settled = Signal()
    """All suggesters have responded."""
    _warned = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self.visible: tuple[Suggestion, ...] = ()
        """Sorted by start, longer ones first."""
        self.original: Suggestion | None = None
        """The current suggestion as suggested."""
        self.current: Suggestion | None = None
        """The current suggestion with the annotator's edits."""
        self.decider: Decider = session
        """What decides on them: the session, or who provides them."""
        self._provider: Provider | None = None  # in place of the suggesters
        self.is_enabled = True
        """Whether suggestions are visible at all."""
        self._restore_key: tuple[int, int, str] | None = None  # of the one to become current once visible again
        self._current_since = QElapsedTimer()  # when the current one became so
        self._undecided: tuple[Suggestion, ...] = ()  # visible if suggestions are enabled
        self._external_suggesters: tuple[Suggester, ...] | None = None  # the user's own; the thread loads them once
        self._service: AnnotatorSuggester | None = None  # the thread's, once it is loaded
        self._is_stale = True  # whether the service must be loaded, or loaded again
        self._pending_edits: list[tuple[Article, tuple[Edit, ...]]] = []
        self._is_requested = False  # whether to send a request
        self._is_closed = False
        self._tasks = TaskRunner(self, "suggestions")
        self._request_timer = QTimer(self, singleShot=True)
        self._request_timer.timeout.connect(self._start_request)
        self._warned.connect(session.failed)
        session.corpus_opened.connect(self.reload)
        session.on_change(self.reload, "annotator")  # whose rejections count
        session.corpus_closing.connect(self._release_corpus)
        session.on_change(self._on_labels_changed, "labels")
        session.on_change(self._schedule_request, "zones", "article")
        session.on_change(self._clear_current_if_span_selected, "selection")
        session.article_opened.connect(self._on_article_opened)
        session.corpus_changed.connect(self._on_corpus_changed)
        session.learned.connect(self.reload)
        self.reload()

    @property
    def is_busy(self) -> bool:
        """Whether a request is running or scheduled."""
        return self._tasks.is_busy or self._request_timer.isActive()

    def provide(self, provider: Provider, suggestions: tuple[Suggestion, ...]) -> None:
        """Show these in place of what the suggesters propose; the provider decides on them."""
        self._provider = self.decider = provider
        self._request_timer.stop()
        self._set_undecided(suggestions, is_decision=True)

    def end_provision(self) -> None:
        """Ask the suggesters again."""
        self._provider, self.decider = None, self._session
        self._set_undecided(())
        self.reload()

    def is_sure(self, suggestion: Suggestion) -> bool:
        """Return whether it is among those that are accepted together."""
        return self._provider.is_sure(suggestion) if self._provider else is_sure(suggestion)

    @property
    def is_provided(self) -> bool:
        """Whether the suggestions are not the suggesters'."""
        return self._provider is not None

    def remaining_text(self) -> str:
        """Return the number of undecided suggestions as a text; "" for none."""
        count = 0 if self.is_provided else len(self.visible)
        return count_phrase("{count} suggestion left", "{count} suggestions left", count) if count else ""

    def close(self) -> None:
        """Stop asking the suggesters for good."""
        self._is_closed = True
        self._request_timer.stop()
        self._tasks.cancel()

    def set_enabled(self, enabled: bool) -> None:
        """Show suggestions, or hide all."""
        self.is_enabled = enabled
        self._set_undecided(self._undecided)

    def set_current(self, suggestion: Suggestion | None) -> None:
        """Make a suggestion current and deselect the span, or make none current."""
        self._restore_key = None
        self._set_current(suggestion)

    def edit_current(self, edited: Suggestion) -> None:
        """Change the current suggestion's edges or label; drop its value, which belongs to the original."""
        if not self.original:
            return
        is_original = labelled_range(edited) == labelled_range(self.original)
        edited = self.original if is_original else replace(edited, value=None)
        if edited != self.current:
            self.current = edited
            self.current_changed.emit()

    def find_at(self, offset: int) -> Suggestion | None:
        """Return the innermost suggestion at this code point, else the next one (see find_next)."""
        innermost_first = (
            suggestion for suggestion in self.visible[::-1] if suggestion.start <= offset < suggestion.end
        )
        return next(innermost_first, None) or self.find_next(offset)

    def find_neighbour(self, suggestion: Suggestion, step: int) -> Suggestion | None:
        """Return the suggestion after (1) or before (-1) this one, wrapping around."""
        keys, key = list(map(_sort_key, self.visible)), _sort_key(suggestion)
        index = bisect_right(keys, key) if step > 0 else bisect_left(keys, key) - 1
        return self.visible[index % len(keys)] if keys else None

    def find_following(self, suggestion: Suggestion) -> Suggestion | None:
        """Return the first suggestion from a removed one's position on, or None."""
        index = bisect_left(self.visible, _sort_key(suggestion), key=_sort_key)
        return self.visible[index] if index < len(self.visible) else None

    def find_next(self, offset: int) -> Suggestion | None:
        """Return the first suggestion from this code point on, wrapping around."""
        first = next(iter(self.visible), None)
        return next((suggestion for suggestion in self.visible if suggestion.start >= offset), first)

    def find_previous(self, offset: int) -> Suggestion | None:
        """Return the last suggestion before this code point, wrapping around."""
        last = next(iter(self.visible[::-1]), None)
        return next((suggestion for suggestion in self.visible[::-1] if suggestion.start < offset), last)

    def reload(self) -> None:
        """Load the suggesters again after training data or models changed."""
        self._is_stale = True
        self._schedule_request()

    # Internals

    def _release_corpus(self, path: Path) -> None:
        self._request_timer.stop()
        self._is_stale = True
        self._tasks.release_corpus(path)

    def _on_article_opened(self) -> None:
        self._set_undecided(())
        self._schedule_request()

    def _on_labels_changed(self) -> None:
        """Drop suggestions with deleted labels."""
        labels = self._session.labels
        self._set_undecided(tuple(suggestion for suggestion in self._undecided if labels.find(suggestion.label)))
        self.reload()

    def _on_corpus_changed(self, step: Step | None) -> None:
        """Teach the suggesters edits of the open article; after other changes, reload them."""
        article = self._session.article
        if self.is_provided:
            self._is_stale = True  # once the suggesters are asked again
            return
        own_step = self._session.current.own_step  # known even if others have written too, or a model was learned
        if own_step and own_step.undoes:
            self._restore_key = _first_decided_key(own_step)
        removes = step is not None and any(isinstance(edit.after or edit.before, Removal) for edit in step.edits)
        if not step or not article or removes or any(edit.article != article.uid for edit in step.edits):
            self.reload()  # from a removed article nothing is learned
            return
        edits = tuple(edit for edit in step.edits if isinstance(edit.after or edit.before, Span | Rejection))
        if edits:
            records = [edit.after for edit in edits if isinstance(edit.after, Span | Rejection)]
            self._set_undecided(
                drop_decided(self._undecided, records), is_decision=step.name in (history.ACCEPT_STEP, REJECT)
            )
            self._pending_edits.append((article, edits))
            self._schedule_request(_DECISION_PAUSE if self._service and not self._is_stale else _PAUSE)

    def _schedule_request(self, pause: int = _PAUSE) -> None:
        self._is_requested = True
        if not self._is_closed and not self.is_provided and not self._tasks.is_busy:
            self._request_timer.start(pause)  # restarts with every key

    def _start_request(self) -> None:
        """Send one request to the thread; a change meanwhile causes another."""
        session = self._session
        current_service = self._service = None if self._is_stale else self._service
        new_edits = self._pending_edits if current_service else []  # else they are loaded from the corpus
        self._is_requested = self._is_stale = False
        if not session.corpus or not session.article:
            self._set_undecided(())
            self.settled.emit()
            return
        self._pending_edits = []
        self._tasks.run_quietly(
            partial(self._respond, session.current, current_service, new_edits),
            self._receive,
            failed=session.failed.emit,
            aborted=lambda: self._receive(_Response()),  # the next key asks again
            is_using_files=False,  # nobody waits for the suggesters to close a corpus that is loaded
        )

    def _respond(
        self,
        state: SessionState,
        service: "AnnotatorSuggester | None",
        edits: Sequence[tuple[Article, tuple[Edit, ...]]],
    ) -> Generator[tuple[int, int], None, _Response]:
        """Suggest for the open article, in the thread, after loading the service or teaching it these edits."""
        from annotator.jobs.suggesting import AnnotatorSuggester, load_external_suggesters  # no start waits for them

        if not state.corpus or not state.article:
            return _Response()
        if self._external_suggesters is None:
            self._external_suggesters = load_external_suggesters(self._warned.emit)
        if service is None:
            with self._tasks.using_files():
                service = AnnotatorSuggester.from_corpus_file(
                    state.corpus.path, state.annotator, self._external_suggesters
                )
        for article, article_edits in edits:
            service.learn(article, article_edits)
        yield 0, 0
        return _Response(service, service.suggest(state.article, state.spans, state.zones))

    def _receive(self, response: _Response) -> None:
        service, suggestions = response
        # Edits made while the service was loading may or may not be in it, so it is loaded once more.
        self._is_stale |= service is None or (self._service is None and bool(self._pending_edits))
        self._service = service
        if self._is_requested or self.is_provided:
            self._schedule_request()
        else:
            self._set_undecided(suggestions)
            self.settled.emit()

    def _set_undecided(self, undecided: tuple[Suggestion, ...], *, is_decision: bool = False) -> None:
        self._undecided, before = undecided, self.visible
        is_visible = (self.is_enabled or self.is_provided) and not self._session.reader
        self.visible = undecided if is_visible else ()
        self._update_current(is_decision=is_decision)
        if restored := self._find_visible(self._restore_key):
            self.set_current(restored)  # its decision was undone
        if self.visible != before:
            self.changed.emit()

    def _update_current(self, *, is_decision: bool) -> None:
        """Update the current suggestion.

        If it is gone, go to the next one after a decision or within the reaction time, else to none.
        """
        original = self.original
        if original is None:
            return
        updated = self._find_visible(labelled_range(original))
        if updated and self.current != original:
            self.original = updated
        elif updated or not (is_decision or self._current_since.elapsed() < _REACTION_TIME):
            self._set_current(updated)
        else:
            self._set_current(self.find_following(original))

    def _find_visible(self, key: tuple[int, int, str] | None) -> Suggestion | None:
        if key is None:
            return None
        first = bisect_left(self.visible, (key[0], -key[1]), key=_sort_key)
        return next(
            (suggestion for suggestion in self.visible[first : first + 1] if labelled_range(suggestion) == key), None
        )

    def _set_current(self, suggestion: Suggestion | None) -> None:
        if suggestion == self.original == self.current:
            return
        self.original = self.current = suggestion
        if suggestion:
            self._current_since.start()
            self._session.select(None)
        self.current_changed.emit()

    def _clear_current_if_span_selected(self) -> None:
        if self._session.selection:
            self.set_current(None)


def _first_decided_key(step: Step) -> tuple[int, int, str] | None:
    """Return the key of the first suggestion that the step makes undecided again."""
    removed = (
        [edit.before for edit in step.edits if edit.after is None] if step.name in (history.ACCEPT_STEP, REJECT) else []
    )
    # A suggestion accepted with changes also has a rejection at its original position.
    rejected = [labelled_range(record) for record in removed if isinstance(record, Rejection)]
    accepted = [labelled_range(record) for record in removed if isinstance(record, Span)]
    return min(rejected or accepted, default=None)


def _sort_key(suggestion: Suggestion) -> tuple[int, int]:
    return suggestion.start, -suggestion.end
