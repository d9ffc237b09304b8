"""Keeps an open corpus in step with its team: sends what is new, and fetches what others did, beside the window.

A sync has its own thread and connections. What it merges reaches the window as any change by others does, by
`Session.check_file`. No dialog ever opens by itself: the status line has a word, and what was asked for gets a message.
"""

import logging
import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer, Signal

from annotator.i18n import _, count_phrase, format_number
from annotator.jobs.clock_error import explain_clock_error
from annotator.model.records import DONE, Status, Step
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.ui.session.notice import Notice
from annotator.ui.session.session import Session
from annotator.ui.session.sync_state import SyncOutcome, SyncPhase, SyncState
from annotator.ui.session.tasks import TaskRunner

_log = logging.getLogger(__name__)
_OPENING_TIME: Final = 2000  # milliseconds after which an opened corpus is on the screen
_PAUSE: Final = 3000  # milliseconds from the last change until it is sent
_INTERVAL: Final = 60_000  # milliseconds between two syncs of a person who only reads
_BACK_OFF: Final = (10_000, 30_000, 60_000)
"""Milliseconds until the next attempt, after the first failure in a row, the second and all later ones."""
_HELP_INTERVAL: Final = 600_000  # milliseconds until the next attempt where somebody has to do something
_WORD_DELAY: Final = 400  # milliseconds that a sync may take without a word about it
_TICK: Final = 5000  # milliseconds between two looks at the clock
_SLEEP: Final = 30.0  # seconds by which the clock is ahead after a sleep
_WAKING_TIME: Final = 2000  # milliseconds until there may be a network after a sleep
_CLOSING_TIME: Final = 2.0  # seconds that a closed corpus is kept open to send what is new
_TAKEN_AT_ONCE: Final = 20
"""Articles that somebody takes at once, for a day without a network, say."""
_TYPING_PAUSE: Final = 0.3  # seconds from the last key until nobody types
_ANSWER_TIME: Final = 0.04  # seconds from a key until it is written and painted
_NEXT_KEY_TIME: Final = 0.12  # seconds from a key until the next one may come soon
_LONGEST_WAIT: Final = 1.0  # seconds that a transaction waits, such as for a key that is held down
_WAIT: Final = 0.01
"""Seconds between two looks at the keys."""
_HANG_UP_TIME: Final = 0.5  # seconds until a sync that is to stop loses its connection


class SyncJob(Protocol):
    """One sync of the corpus at `path`."""

    path: Path

    def run(self) -> Generator[tuple[int, int], None, SyncOutcome]:
        """Sync, in a thread, and return what came of it. Raises CorpusError."""

    def hang_up(self) -> None:
        """Close the connection, from another thread: what waits for an answer fails at once."""


class CreateJob(Protocol):
    """Creates the sync of the corpus at a path; it calls a function, in its thread, once the remote is reached.

    It opens the corpus only within the context of `using_files`, which raises Cancelled; calls `await_pause` before it
    writes to it; and takes `wanted` articles at most that the team offers.
    """

    def __call__(
        self,
        path: Path,
        state: SyncState,
        on_reached: Callable[[], object],
        using_files: Callable[[], AbstractContextManager[None]],
        await_pause: Callable[[], object],
        wanted: int,
        /,
    ) -> SyncJob: ...


class Synchroniser(QObject):
    """Syncs the session's corpus if it belongs to a team, and keeps `Session.sync`.

    `read_state` returns how a corpus stands with its team, None without one, and may raise CorpusError.
    """

    _reached = Signal()
    """The running sync has reached the remote."""

    def __init__(
        self, session: Session, read_state: Callable[[Corpus], SyncState | None], create_job: CreateJob
    ) -> None:
        super().__init__(session)
        self._session, self._read_corpus, self._create_job = session, read_state, create_job
        self.tasks = TaskRunner(self, "sync")
        self._job: SyncJob | None = None
        self._state: SyncState | None = None
        self._failures = 0  # in a row
        self._is_asked_for = False  # whether somebody waits for the running sync
        self._is_due_again = False  # whether something has changed since it began
        self._wanted = 0  # articles that the next sync is to take
        self._due = 0.0  # when the next sync begins at the latest; a time.monotonic
        self._is_clock_announced = False  # whether a wrong clock of this computer was
        self._conflict_count: int | None = None  # at the beginning of the last sync; None before there was any
        self._last_key = 0.0  # when a key was pressed in the window; a time.monotonic
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._start)
        self._word_timer = QTimer(self, singleShot=True, interval=_WORD_DELAY)
        self._word_timer.timeout.connect(self._show_syncing)
        self._clock_timer = QTimer(self, interval=_TICK)
        self._clock_timer.timeout.connect(self._notice_sleep)
        self._last_tick = time.time()
        self._reached.connect(self._on_reached)
        session.corpus_opened.connect(self._on_corpus_opened)
        session.displaced.connect(self._on_corpus_opened)
        session.displacing.connect(self.stop)  # it would write into the log of the old file
        session.corpus_closing.connect(self._on_corpus_closing)
        session.corpus_changed.connect(self._on_corpus_changed)
        session.on_change(self._announce_conflicts, "conflict_count")

    def stop(self) -> None:
        """Stop syncing; what was sent and merged so far stays so, and the rest comes next time."""
        for timer in (self._timer, self._word_timer, self._clock_timer):
            timer.stop()
        if self._job and self.tasks.is_busy:
            self.tasks.stop()
            if not self.tasks.wait(_HANG_UP_TIME):
                self._job.hang_up()
            self.tasks.release_corpus(self._job.path)  # the thread may still wait for a connection
        self._job = None

    def sync_now(self) -> None:
        """Sync at once and say what came of it."""
        if self._state:
            self._is_asked_for, self._failures = True, 0
            self._start()
            self._show_syncing()

    def take_articles(self) -> None:
        """Sync at once and take articles that nobody has; say how many came."""
        self._wanted = _TAKEN_AT_ONCE
        self.sync_now()

    def note_key(self) -> None:
        """Note that a key is pressed now, beside which nothing should be written."""
        self._last_key = time.monotonic()

    # When

    def _on_corpus_opened(self) -> None:
        self.stop()
        self._failures, self._conflict_count, self._is_asked_for, self._wanted = 0, None, False, 0
        self._is_clock_announced = False
        self._state = state = self._read_state()
        if state and state.member and not state.sends_work_of(self._session.current.user):
            self._session.work_here_as(state.member)  # under the name here, nothing would be sent
        self._session.set_sync(state)
        if self._state:
            self._schedule(_OPENING_TIME)
            self._last_tick = time.time()
            self._clock_timer.start()

    def _on_corpus_changed(self, step: Step | None) -> None:
        """Count an own step, and have it sent soon; at once if an article is done."""
        step = step or self._session.current.own_step  # known even if others have written too
        if not self._state or not step or not self._state.is_of_member(step):
            return
        self._set_state(replace(self._state, pending=self._state.pending + 1))
        if self.tasks.is_busy:
            self._is_due_again = True
        elif not self._failures:
            is_done = any(isinstance(edit.after, Status) and edit.after.state == DONE for edit in step.edits)
            remaining = max(0, round(1000 * (self._due - time.monotonic())))
            self._timer.start(0 if is_done else min(_PAUSE, remaining))

    def _notice_sleep(self) -> None:
        """Sync soon after the computer has slept: timers do not count that time."""
        now, last, self._last_tick = time.time(), self._last_tick, time.time()
        if now - last > _TICK / 1000 + _SLEEP and self._state:
            self._failures = 0
            self._schedule(_WAKING_TIME)

    def _schedule(self, delay: int) -> None:
        """Begin the next sync after so many milliseconds at the latest."""
        self._due = time.monotonic() + delay / 1000
        self._timer.start(delay)

    # The sync

    def _start(self) -> None:
        corpus = self._session.corpus
        if not corpus or not self._state:
            return
        if self.tasks.is_busy:
            self._is_due_again = True
            return
        self._timer.stop()
        self._is_due_again = False
        self._conflict_count = self._session.conflict_count
        self._run(corpus.path, self._state)

    def _run(self, path: Path, state: SyncState) -> None:
        wanted, self._wanted = self._wanted, 0
        job = self._job = self._create_job(
            path, state, self._reached.emit, self.tasks.using_files, self._await_pause, wanted
        )
        self.tasks.run_quietly(
            job.run,
            partial(self._on_ended, job),
            failed=partial(self._on_failed, job),
            aborted=partial(self._start_again, job),
            is_using_files=False,
        )

    def _await_pause(self) -> None:
        """Wait, in the thread of the sync, for a moment in which no key has to wait for a transaction.

        That is when none has come for a while, or soon after one was answered: people do not press the next so soon.
        """
        latest = time.monotonic() + _LONGEST_WAIT
        while (now := time.monotonic()) < latest:
            age = now - self._last_key
            if age > _TYPING_PAUSE or _ANSWER_TIME < age < _NEXT_KEY_TIME:
                return
            time.sleep(_WAIT)

    def _on_reached(self) -> None:
        if self.tasks.is_busy:
            self._word_timer.start()

    def _show_syncing(self) -> None:
        if self.tasks.is_busy and self._state:
            self._set_state(replace(self._state, phase=SyncPhase.SYNCING))

    def _start_again(self, job: SyncJob) -> None:
        """Sync the corpus that is open now, once the sync of another one has ended."""
        if job is not self._job and self._state:
            self._schedule(_OPENING_TIME)

    def _on_failed(self, job: SyncJob, reason: str) -> None:
        """Take an error of the corpus, such as a full disk."""
        if self._state:
            self._on_ended(job, SyncOutcome(replace(self._state, phase=SyncPhase.FAILED, reason=reason)))

    def _on_ended(self, job: SyncJob, outcome: SyncOutcome) -> None:
        """Show how the corpus stands now, and have it synced again in time."""
        if job is not self._job:
            self._start_again(job)
            return
        self._word_timer.stop()
        state = outcome.state
        self._failures = self._failures + 1 if state.has_failed else 0
        self._set_state(state)
        self._announce_clock_error(state)
        _log.info("sync: %s, %d sent, %d received", state.phase, outcome.pushed, outcome.pulled)
        if state.needs_help:
            self._schedule(_HELP_INTERVAL if state.phase != SyncPhase.FAILED else _BACK_OFF[-1])
        elif state.has_failed:
            self._schedule(_BACK_OFF[min(self._failures, len(_BACK_OFF)) - 1])
        else:
            self._schedule(_PAUSE if self._is_due_again else _INTERVAL)
        if self._wanted and not state.has_failed:
            self._start()  # somebody has asked for articles since it began
        elif self._is_asked_for:
            self._is_asked_for, self._wanted = False, 0
            self._announce(outcome)

    def _on_corpus_closing(self) -> None:
        """Send what is new, for a short time, unless there was no way before."""
        state = self._state
        if self._job and state and state.pending and not self._failures:
            if not self.tasks.is_busy:
                self._run(self._job.path, state)
            self.tasks.wait(_CLOSING_TIME)
        self.stop()
        self._state = None

    # What is shown

    def _read_state(self) -> SyncState | None:
        corpus = self._session.corpus
        try:
            return self._read_corpus(corpus) if corpus else None
        except CorpusError as error:
            self._session.report_error(error)
            return None

    def _set_state(self, state: SyncState) -> None:
        self._state = state
        self._session.set_sync(state)

    def _announce(self, outcome: SyncOutcome) -> None:
        """Say what came of a sync that somebody asked for."""
        if outcome.state.has_failed:
            self._session.failed.emit(outcome.state.reason or _("The last sync failed. It is tried again by itself."))
        elif outcome.taken is not None:
            self._session.notified.emit(_describe_taken(outcome.taken))
        elif outcome.state.unreadable:
            text = _(
                "A file of the team cannot be read. Point at the line at the bottom to see which; all else is here."
            )
            self._session.notified.emit(text)
        elif outcome.pushed or outcome.pulled:
            text = _("In step with the team: {sent} sent, {received} received.")
            sent = count_phrase("{count} step", "{count} steps", outcome.pushed)
            self._session.notified.emit(text.format(sent=sent, received=format_number(outcome.pulled)))
        else:
            self._session.notified.emit(_("In step with the team; there was nothing new."))

    def _announce_clock_error(self, state: SyncState) -> None:
        """Say once that the clock of this computer is wrong."""
        problem = explain_clock_error(state.clock_error)
        if problem and not self._is_clock_announced:
            self._session.announced.emit(Notice(problem))
            self._is_clock_announced = True

    def _announce_conflicts(self) -> None:
        """Say that there are conflicts which were not there before the last sync."""
        count = self._session.conflict_count
        if self._conflict_count is not None and count > self._conflict_count:
            new = count_phrase(
                "{count} step of yours is in conflict with what others did.",
                "{count} steps of yours are in conflict with what others did.",
                count - self._conflict_count,
            )
            self._session.announced.emit(Notice(new, is_of_conflicts=True))
            self._conflict_count = count


def _describe_taken(count: int) -> str:
    if not count:
        return _("There is no work left that you may claim.")
    return count_phrase(
        "{count} more article is yours: it is in your list.",
        "{count} more articles are yours: they are in your list.",
        count,
    )
