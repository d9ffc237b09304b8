"""When a corpus is synced with its team, and what is said about it."""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from builders import apply_edits
from file_states import open_beside
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from annotator.model.records import DONE, Edit, Span, new_uid
from annotator.remotes.remote import UnreadableFile
from annotator.store.corpus import Corpus
from annotator.store.errors import FullDisk
from annotator.ui.session import synchroniser
from annotator.ui.session.session import Session
from annotator.ui.session.sync_state import SyncOutcome, SyncPhase, SyncState
from annotator.ui.session.synchroniser import Synchroniser

STATE = SyncState("News", member="Sanae", role="annotator")
SYNCED = "2026-11-28T13:02:59Z"
UsingFiles = Callable[[], AbstractContextManager[None]]
FAST = 20  # milliseconds in place of some seconds
_COARSE = 0.95  # Qt's timers may fire a twentieth early


class Script:
    """What the syncs of a test come to, one after the other, the last one again and again."""

    def __init__(self) -> None:
        self.outcomes: list[SyncOutcome | Exception] = [SyncOutcome(replace(STATE, synced=SYNCED))]
        self.wanted: list[int] = []
        """How many articles each sync was to take."""
        self.starts: list[float] = []
        """When syncs began; `time.monotonic`."""
        self.gate = threading.Event()
        """Syncs wait for it, as for a server."""
        self.gate.set()
        self.connected = threading.Event()
        """Syncs wait for it first, without the corpus."""
        self.connected.set()
        self.hung_up: list[Path] = []

    @property
    def count(self) -> int:
        return len(self.starts)

    def create(
        self,
        path: Path,
        _state: SyncState,
        on_reached: Callable[[], object],
        using_files: UsingFiles,
        _await_pause: Callable[[], object],
        wanted: int,
    ) -> "Job":
        self.wanted.append(wanted)
        return Job(self, path, on_reached, using_files)

    def take_outcome(self) -> SyncOutcome:
        outcome = self.outcomes[0] if len(self.outcomes) == 1 else self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


class Job:
    """Does what the script says, with the corpus open as a sync has it."""

    def __init__(self, script: Script, path: Path, on_reached: Callable[[], object], using_files: UsingFiles) -> None:
        self.path, self._script, self._on_reached, self._using_files = path, script, on_reached, using_files

    def hang_up(self) -> None:
        self._script.hung_up.append(self.path)
        self._script.gate.set()

    def run(self) -> Generator[tuple[int, int], None, SyncOutcome]:
        self._script.starts.append(time.monotonic())
        self._script.connected.wait(20)
        with self._using_files(), Corpus.open(self.path):
            self._on_reached()
            self._script.gate.wait(10)
            yield 0, 1
            return self._script.take_outcome()


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    """Have syncs do what a script says, and have time pass quickly."""
    scripted = Script()
    monkeypatch.setattr(synchroniser, "_PAUSE", 10 * FAST)
    yield scripted
    scripted.gate.set()
    scripted.connected.set()


@pytest.fixture
def messages(session: Session) -> list[str]:
    texts: list[str] = []
    session.notified.connect(texts.append)
    session.failed.connect(texts.append)
    return texts


@pytest.fixture
def opened(script: Script, session: Session, corpus_path: Path) -> Iterator[Synchroniser]:
    """Open the corpus of a team; the first sync is still to come, and begins with `_start`."""
    opened_synchroniser = Synchroniser(session, lambda _corpus: STATE, script.create)
    session.open(Corpus.open(corpus_path))
    yield opened_synchroniser
    opened_synchroniser.stop()


@pytest.fixture
def in_step(opened: Synchroniser, script: Script, qtbot: QtBot) -> Synchroniser:
    """Return the synchroniser after the first sync."""
    opened._start()
    qtbot.waitUntil(lambda: script.count == 1 and not opened.tasks.is_busy)
    return opened


def test_opened_corpus_is_synced(
    session: Session, script: Script, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, corpus_path: Path
) -> None:
    monkeypatch.setattr(synchroniser, "_OPENING_TIME", 0)
    opened = Synchroniser(session, lambda _corpus: STATE, script.create)
    session.open(Corpus.open(corpus_path))
    assert session.sync == STATE
    qtbot.waitUntil(lambda: script.count == 1 and not opened.tasks.is_busy)
    assert session.sync == replace(STATE, synced=SYNCED)


def test_corpus_without_a_team_is_never_synced(
    session: Session, script: Script, qtbot: QtBot, corpus_path: Path
) -> None:
    synchroniser_of_none = Synchroniser(session, lambda _corpus: None, script.create)
    session.open(Corpus.open(corpus_path))
    assert session.tag("DATE", 0, 5)
    synchroniser_of_none.sync_now()
    qtbot.wait(15 * FAST)
    assert session.sync is None
    assert script.count == 0


def test_steps_are_sent_together_after_a_pause(
    session: Session, in_step: Synchroniser, script: Script, qtbot: QtBot
) -> None:
    for start in (0, 10, 20):
        assert session.tag("DATE", start, start + 5)
        qtbot.wait(FAST)
    last_key = time.monotonic()
    assert session.sync
    assert session.sync.pending == 3
    qtbot.waitUntil(lambda: script.count == 2)
    assert script.starts[1] - last_key > 4 * FAST / 1000
    qtbot.waitUntil(lambda: not in_step.tasks.is_busy)
    assert session.sync.pending == 0


def test_done_article_is_sent_at_once(session: Session, in_step: Synchroniser, script: Script, qtbot: QtBot) -> None:
    now = time.monotonic()
    assert session.set_state(DONE)
    qtbot.waitUntil(lambda: script.count == 2)
    assert script.starts[1] - now < 10 * FAST / 1000


def test_steady_typing_does_not_put_a_sync_off_for_ever(
    session: Session, in_step: Synchroniser, script: Script, qtbot: QtBot
) -> None:
    in_step._schedule(8 * FAST)
    for start in range(12):
        assert session.tag("DATE", 7 * start, 7 * start + 5)
        qtbot.wait(FAST)
    assert script.count >= 2


def test_step_of_somebody_else_does_not_wait(session: Session, in_step: Synchroniser) -> None:
    session.switch_annotator("Omar")
    assert session.tag("DATE", 0, 5)
    assert session.sync
    assert session.sync.pending == 0


@pytest.mark.parametrize("article", [1, 2])
def test_step_after_what_others_did_is_counted_and_sent(
    session: Session, in_step: Synchroniser, script: Script, qtbot: QtBot, article: int
) -> None:
    assert session.corpus
    with Corpus.open(session.corpus.path) as corpus:  # as a sync does
        span = Span(new_uid(), corpus.article(article).uid, "Omar", "DATE", 0, 5)
        apply_edits(corpus, [Edit(None, span)], "Omar")
    assert session.tag("DATE", 0, 5)
    assert session.sync
    assert session.sync.pending == 1
    qtbot.waitUntil(lambda: script.count == 2)


def test_sync_waits_while_keys_come(in_step: Synchroniser, monkeypatch: pytest.MonkeyPatch) -> None:
    """It writes soon after a key, or once none has come for a while."""
    clock = [100.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(time, "sleep", sleep)

    def wait_after_key(age: float) -> float:
        in_step.note_key()
        clock[0] += age
        start = clock[0]
        in_step._await_pause()
        return clock[0] - start

    assert 0.02 < wait_after_key(0.01) < 0.1
    assert wait_after_key(0.06) == 0
    assert 0.05 < wait_after_key(0.2) < 0.15
    assert wait_after_key(0.5) == 0


def test_step_during_a_sync_is_sent_by_the_next(
    session: Session, in_step: Synchroniser, script: Script, qtbot: QtBot
) -> None:
    script.gate.clear()
    in_step.sync_now()
    qtbot.waitUntil(lambda: script.count == 2)
    assert session.tag("DATE", 0, 5)
    script.gate.set()
    qtbot.waitUntil(lambda: script.count == 3)


def test_without_a_network_attempts_become_rarer(
    opened: Synchroniser, session: Session, script: Script, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synchroniser, "_BACK_OFF", (3 * FAST, 9 * FAST, 18 * FAST))
    offline = replace(STATE, phase=SyncPhase.UNREACHABLE, pending=2, reason="No way.")
    script.outcomes = [SyncOutcome(offline)]
    opened._start()
    qtbot.waitUntil(lambda: script.count == 5)
    pauses = [1000 * (later - earlier) for earlier, later in zip(script.starts, script.starts[1:], strict=False)]
    leasts = (3 * FAST, 9 * FAST, 18 * FAST, 18 * FAST)
    assert all(pause >= _COARSE * least - 5 for pause, least in zip(pauses, leasts, strict=True))
    assert pauses[0] < 9 * FAST
    qtbot.waitUntil(lambda: not opened.tasks.is_busy)
    assert session.sync == offline
    assert session.tag("DATE", 0, 5)  # is not tried sooner for a key
    remaining = opened._timer.remainingTime()
    assert remaining > 2 * FAST
    script.outcomes = [SyncOutcome(STATE)]
    qtbot.waitUntil(lambda: session.sync == STATE)
    assert opened._timer.interval() == synchroniser._INTERVAL


def test_computer_that_has_slept_syncs_soon(
    in_step: Synchroniser, script: Script, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synchroniser, "_WAKING_TIME", 0)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 10)
    in_step._notice_sleep()
    qtbot.wait(2 * FAST)
    assert script.count == 1
    monkeypatch.setattr(time, "time", lambda: now + 3600)
    in_step._notice_sleep()
    qtbot.waitUntil(lambda: script.count == 2)


@pytest.mark.parametrize(
    "phase", [SyncPhase.ACCESS_DENIED, SyncPhase.OTHER_TEAM, SyncPhase.NEWER_PROGRAM_NEEDED, SyncPhase.FAILED]
)
def test_failure_opens_no_dialog_and_is_said_where_somebody_asked(
    phase: SyncPhase,
    opened: Synchroniser,
    session: Session,
    script: Script,
    messages: list[str],
    qtbot: QtBot,
    no_dialogs: None,
) -> None:
    state = replace(STATE, phase=phase, reason="Ask the lead.")
    script.outcomes = [SyncOutcome(state)]
    opened._start()
    qtbot.waitUntil(lambda: script.count == 1 and not opened.tasks.is_busy)
    assert session.sync == state
    assert messages == []
    opened.sync_now()
    qtbot.waitUntil(lambda: script.count == 2 and not opened.tasks.is_busy)
    assert messages == ["Ask the lead."]


def test_full_disk_is_a_failure_too(opened: Synchroniser, session: Session, script: Script, qtbot: QtBot) -> None:
    script.outcomes = [FullDisk("The disk is full.")]
    opened._start()
    qtbot.waitUntil(lambda: session.sync == replace(STATE, phase=SyncPhase.FAILED, reason="The disk is full."))


def test_what_was_asked_for_is_answered(
    in_step: Synchroniser, session: Session, script: Script, messages: list[str], qtbot: QtBot
) -> None:
    file = UnreadableFile("a/00000001.changeset", "a", "It is incomplete.", "2026-11-28T13:02:59+00:00")
    unreadable = SyncOutcome(replace(STATE, unreadable=(file,)), pushed=2)
    script.outcomes = [SyncOutcome(STATE, pushed=2, pulled=7), SyncOutcome(STATE), unreadable]
    for count in (2, 3, 4):
        in_step.sync_now()
        assert session.sync
        assert session.sync.phase == SyncPhase.SYNCING
        qtbot.waitUntil(lambda count=count: script.count == count and not in_step.tasks.is_busy)  # type: ignore[misc]
    assert messages == [
        "In step with the team: 2 steps sent, 7 received.",
        "In step with the team; there was nothing new.",
        "A file of the team cannot be read. Point at the line at the bottom to see which; all else is here.",
    ]


def test_wrong_clock_is_announced_once(
    in_step: Synchroniser, session: Session, script: Script, qtbot: QtBot, corpus_path: Path
) -> None:
    notices: list[str] = []
    session.announced.connect(lambda notice: notices.append(notice.text))
    script.outcomes = [SyncOutcome(replace(STATE, clock_error=-7200))]
    for count in (2, 3):
        in_step.sync_now()
        qtbot.waitUntil(lambda count=count: script.count == count and not in_step.tasks.is_busy)  # type: ignore[misc]
    [notice] = notices
    assert notice.startswith("Set the clock of this computer: it is 2 hours behind")
    session.open(Corpus.open(corpus_path))
    in_step.sync_now()
    qtbot.waitUntil(lambda: script.count == 4 and not in_step.tasks.is_busy)
    assert notices == [notice, notice]


def test_short_sync_shows_no_word_and_a_long_one_does(
    in_step: Synchroniser, session: Session, script: Script, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    phases: list[SyncPhase] = []
    session.on_change(lambda: phases.append(session.sync.phase) if session.sync else None, "sync")
    in_step._word_timer.setInterval(3 * FAST)
    in_step._start()
    qtbot.waitUntil(lambda: script.count == 2 and not in_step.tasks.is_busy)
    assert SyncPhase.SYNCING not in phases
    script.gate.clear()
    in_step._start()
    qtbot.waitUntil(lambda: SyncPhase.SYNCING in phases)
    script.gate.set()
    qtbot.waitUntil(lambda: not in_step.tasks.is_busy)
    assert session.sync
    assert session.sync.phase == SyncPhase.IDLE


def test_closed_corpus_is_sent_first(
    in_step: Synchroniser, session: Session, script: Script, corpus_path: Path
) -> None:
    assert session.tag("DATE", 0, 5)
    session.close()
    assert script.count == 2
    assert script.hung_up == []
    assert open_beside(corpus_path) == []
    assert session.sync is None


def test_closed_corpus_with_nothing_new_is_not_synced(in_step: Synchroniser, session: Session, script: Script) -> None:
    session.close()
    assert script.count == 1


def test_closing_waits_for_no_server_that_hangs(
    in_step: Synchroniser, session: Session, script: Script, corpus_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synchroniser, "_CLOSING_TIME", 0.1)
    monkeypatch.setattr(synchroniser, "_HANG_UP_TIME", 0.1)
    assert session.tag("DATE", 0, 5)
    script.gate.clear()
    session.close()
    assert script.hung_up == [corpus_path]
    assert open_beside(corpus_path) == []


def test_closing_without_a_network_tries_nothing(
    opened: Synchroniser, session: Session, script: Script, qtbot: QtBot
) -> None:
    script.outcomes = [SyncOutcome(replace(STATE, phase=SyncPhase.UNREACHABLE, pending=2))]
    opened._start()
    qtbot.waitUntil(lambda: script.count == 1 and not opened.tasks.is_busy)
    session.close()
    assert script.count == 1


def test_other_corpus_is_synced_in_its_place(
    in_step: Synchroniser, session: Session, tmp_path: Path, corpus_path: Path
) -> None:
    other = tmp_path / "other.corpus"
    other.write_bytes(corpus_path.read_bytes())
    session.open(Corpus.open(other))
    assert session.sync == STATE  # nothing of the first one
    assert in_step._timer.isActive()


def test_whoever_works_here_is_the_member(session: Session, script: Script, corpus_path: Path) -> None:
    opened = Synchroniser(session, lambda _corpus: replace(STATE, member="Sanae (2)"), script.create)
    session.open(Corpus.open(corpus_path))
    assert session.annotator == "Sanae (2)"
    assert session.article
    opened.stop()
    session.close()
    assert session.annotator == "Sanae"  # in other corpora the name is the old one


def test_closing_does_not_wait_for_a_connection(
    in_step: Synchroniser,
    session: Session,
    script: Script,
    corpus_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(synchroniser, "_CLOSING_TIME", 0.1)
    monkeypatch.setattr(synchroniser, "_HANG_UP_TIME", 0.1)
    monkeypatch.setattr(synchroniser, "_OPENING_TIME", 0)
    assert session.tag("DATE", 0, 5)
    script.connected.clear()
    session.close()
    assert open_beside(corpus_path) == []
    session.open(Corpus.open(corpus_path))
    assert in_step.tasks.is_busy  # with the one that still connects
    script.connected.set()
    qtbot.waitUntil(lambda: script.count == 3 and not in_step.tasks.is_busy)
    assert session.sync == replace(STATE, synced=SYNCED)
