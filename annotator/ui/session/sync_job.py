"""One sync of an open corpus with its team, for a thread with connections of its own."""

import time
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from annotator.i18n import count_phrase
from annotator.model.records import NEW
from annotator.remotes.invitation import FolderAddress
from annotator.remotes.memberships import Membership
from annotator.remotes.remote import (
    ANNOTATOR,
    AccessDenied,
    NewerProgramNeeded,
    OtherTeam,
    PasswordLocked,
    Remote,
    RemoteError,
    Unreachable,
)
from annotator.store.corpus import Corpus
from annotator.store.queries.article_list import count_by_state
from annotator.ui.session.sync_state import SyncOutcome, SyncPhase, SyncState, read_sync_state

if TYPE_CHECKING:
    from annotator.jobs.syncing import SyncResult

_STEPS_AT_ONCE: Final = 20
"""Steps of others that are merged in one transaction: while it lasts, no key can write."""
_REST: Final = 2.0
"""How long nothing is merged after a transaction, in times of how long that took: a key that waited comes first."""
_MAX_REST: Final = 0.5  # seconds
_QUEUE: Final = 20
"""Articles not begun that an annotator has at hand, enough for a day without a network."""
_PHASES: Final = (
    (Unreachable, SyncPhase.UNREACHABLE),
    (PasswordLocked, SyncPhase.PASSWORD_LOCKED),  # which is an AccessDenied, too
    (AccessDenied, SyncPhase.ACCESS_DENIED),
    (OtherTeam, SyncPhase.OTHER_TEAM),
    (NewerProgramNeeded, SyncPhase.NEWER_PROGRAM_NEEDED),
)


class RemoteSyncJob:
    """Syncs the corpus at `path`, which stood as `state`; `on_reached` is called in the thread with the remote open.

    It takes `wanted` articles of the team, at most, if any, and calls `await_pause` before each transaction. It has the
    corpus open only within `using_files`: while it connects, the corpus can be closed without waiting.
    """

    def __init__(
        self,
        path: Path,
        state: SyncState,
        on_reached: Callable[[], object],
        using_files: Callable[[], AbstractContextManager[None]],
        await_pause: Callable[[], object] = lambda: None,
        wanted: int = 0,
    ) -> None:
        self.path = path
        self._state, self._on_reached, self._using_files = state, on_reached, using_files
        self._await_pause, self._wanted = await_pause, wanted
        self._remote: Remote | None = None

    def hang_up(self) -> None:
        """Close the connection, from another thread: what waits for an answer fails at once."""
        if self._remote:
            self._remote.close()

    def run(self) -> Generator[tuple[int, int], None, SyncOutcome]:
        """Sync, and return what came of it; an error of the remote is a state. Raises CorpusError."""
        from annotator.jobs.teams.connecting import find_membership, open_membership

        with self._using_files(), Corpus.open(self.path) as corpus:
            membership = find_membership(corpus)
        outcome = SyncOutcome(self._state)
        try:
            with open_membership(membership) as remote:
                self._remote = remote
                self._on_reached()
                outcome = yield from self._sync(remote)
        except RemoteError as error:
            outcome = self._fail(membership, error)
        finally:
            self._remote = None
        return outcome

    def _sync(self, remote: Remote) -> Generator[tuple[int, int], None, SyncOutcome]:
        """Sync with an open remote; rest after each transaction, so that keys can write."""
        from annotator.jobs.syncing import sync

        with self._using_files(), Corpus.open(self.path) as corpus:
            if corpus.is_in_wal_mode():
                corpus.commit_lazily()  # the remote has what it brings, and the disk may be slow
            missing = self._wanted or self._count_missing(corpus)
            taken = remote.claim(missing) if missing else 0
            yield 0, 1  # a pull brings them
            steps = sync(
                corpus, remote, own_name=self._state.member, steps_at_once=_STEPS_AT_ONCE, await_pause=self._await_pause
            )
            with closing(steps):  # before the corpus, where this is stopped
                result = yield from self._rest_between(steps, corpus)
            state = replace(
                read_sync_state(corpus) or self._state, clock_error=result.clock_error, unreadable=result.unreadable
            )
        if result.refusals:
            state = replace(state, phase=SyncPhase.FAILED, reason=_describe_refusals(result.refusals))
        return SyncOutcome(state, result.pushed, result.pulled, taken if self._wanted else None)

    def _rest_between(
        self, steps: "Generator[tuple[int, int], None, SyncResult]", corpus: Corpus
    ) -> "Generator[tuple[int, int], None, SyncResult]":
        """Yield the progress of a sync, and rest after each transaction."""
        began = time.monotonic()
        while True:
            try:
                progress = next(steps)
            except StopIteration as end:
                result: SyncResult = end.value
                return result
            yield progress
            if not corpus.db.conn.in_transaction:
                time.sleep(min(_REST * (time.monotonic() - began), _MAX_REST))
                began = time.monotonic()

    def _count_missing(self, corpus: Corpus) -> int:
        """Return how many articles an annotator lacks who has few left."""
        if self._state.role != ANNOTATOR:
            return 0
        return max(0, _QUEUE - count_by_state(corpus, self._state.member, only_assigned=True)[NEW])

    def _fail(self, membership: Membership, error: RemoteError) -> SyncOutcome:
        """Return how the corpus stands after an error of the remote."""
        with self._using_files(), Corpus.open(self.path, readonly=True) as corpus:
            state = read_sync_state(corpus) or self._state
        is_folder = isinstance(membership.address, FolderAddress)
        return SyncOutcome(replace(state, phase=_find_phase(error), reason=str(error), is_folder=is_folder))


def _find_phase(error: RemoteError) -> SyncPhase:
    return next((phase for kind, phase in _PHASES if isinstance(error, kind)), SyncPhase.FAILED)


def _describe_refusals(refusals: dict[str, str]) -> str:
    count = count_phrase("The team refuses {count} step.", "The team refuses {count} steps.", len(refusals))
    return " ".join([count, next(iter(refusals.values()))])
