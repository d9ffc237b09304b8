"""What is closed is closed: no thread and no process of the window has the file open afterwards, or writes to it."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from file_states import open_beside
from pytestqt.qtbot import QtBot

from annotator.jobs.suggesting import SuggesterPool
from annotator.store import verification
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.ui.session.maintenance_worker import MaintenanceWorker
from annotator.ui.session.session import Session
from annotator.ui.window import Window

SLOW = 0.4  # seconds
ENDLESS = "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def slow_reading(monkeypatch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """Have the suggesters' thread read for a while, as in a large corpus; returns whether it has begun to."""
    read, started = SuggesterPool.from_corpus, list[Corpus]()

    def of(corpus: Corpus, **others: object) -> SuggesterPool:
        started.append(corpus)
        end = time.monotonic() + SLOW
        while time.monotonic() < end:
            corpus.labels()
        return read(corpus, **others)  # type: ignore[arg-type]

    monkeypatch.setattr(SuggesterPool, "from_corpus", of)
    return lambda: bool(started)


def test_closing_releases_the_corpus_in_the_suggester_thread(
    qtbot: QtBot, slow_reading: Callable[[], bool], window: Window, session: Session, corpus_path: Path
) -> None:
    failures: list[str] = []
    session.failed.connect(failures.append)
    qtbot.waitUntil(slow_reading)
    session.close()
    assert open_beside(corpus_path) == []
    data = corpus_path.read_bytes()
    qtbot.waitUntil(lambda: not window.suggestions.is_busy)
    assert corpus_path.read_bytes() == data
    session.open(Corpus.open(corpus_path))
    qtbot.waitUntil(lambda: not window.suggestions.is_busy)
    assert failures == []
    assert window.suggestions._service  # it goes on in what was opened


def test_closed_corpus_is_not_reopened_for_suggesters(
    qtbot: QtBot, window: Window, session: Session, corpus_path: Path
) -> None:
    qtbot.waitUntil(lambda: not window.suggestions.is_busy)
    window.suggestions._is_stale = True
    window.suggestions._start_request()
    session.close()
    for _time in range(50):
        assert open_beside(corpus_path) == []
        qtbot.wait(5)


def test_closing_releases_the_corpus_after_several_requests(
    qtbot: QtBot,
    slow_reading: Callable[[], bool],
    window: Window,
    session: Session,
    corpus_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started, loaded = threading.Event(), threading.Event()

    def load(_complain: object) -> tuple[()]:
        """Take some time, as a user's own suggesters may before the corpus is read."""
        started.set()
        loaded.wait()
        return ()

    qtbot.waitUntil(lambda: not window.suggestions.is_busy)
    monkeypatch.setattr("annotator.jobs.suggesting.load_external_suggesters", load)
    monkeypatch.setattr(window.suggestions, "_external_suggesters", None)
    window.suggestions.reload()
    qtbot.waitUntil(started.is_set)
    window.suggestions.reload()
    session.close()
    loaded.set()
    for _time in range(50):
        assert open_beside(corpus_path) == []
        qtbot.wait(5)
    assert not window.suggestions.is_busy


def test_closing_releases_the_corpus_in_an_endless_thread(session: Session, corpus_path: Path) -> None:
    reading, ended = threading.Event(), list[str]()

    def read() -> None:
        with Corpus.open(corpus_path, readonly=True) as corpus:
            reading.set()
            try:
                corpus.fetch_tuples(ENDLESS)
            except CorpusError as error:
                ended.append(str(error))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    assert reading.wait(10)
    session.close()
    assert open_beside(corpus_path) == []
    thread.join(10)
    assert len(ended) == 1


def test_closing_releases_the_corpus_in_maintenance(
    qtbot: QtBot, session: Session, corpus_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "_MAX_CHECKED_SIZE", 0)
    failures: list[str] = []
    session.failed.connect(failures.append)
    for wait in (0, 1, 3, 6, 10, 20, 40):  # milliseconds: at one stretch or another of its work
        maintenance, threads = MaintenanceWorker(session), list[object]()
        session.corpus_closing.connect(
            lambda _path, maintenance=maintenance, threads=threads: threads.append(maintenance.tasks._run)
        )
        maintenance.run_now()
        qtbot.wait(wait)
        session.close()
        assert threads == [None]
        assert open_beside(corpus_path) == []
        session.open(Corpus.open(corpus_path))
        maintenance.stop()
    assert failures == []


@pytest.mark.posix_only("Windows does not say how often a file is open")
def test_closing_releases_the_corpus_in_a_job(
    qtbot: QtBot, window: Window, session: Session, corpus_path: Path
) -> None:
    failures: list[str] = []
    session.notified.connect(failures.append)
    folder = corpus_path.parent / "many"
    folder.mkdir()
    for number in range(400):
        (folder / f"{number}.txt").write_text(f"خبر {number}\nقالت الوزارة.", encoding="utf-8")
    window.corpus_commands.import_or_open([str(folder)])
    qtbot.waitUntil(lambda: len(open_beside(corpus_path)) > 3)  # those of the session are three
    with qtbot.waitSignal(window.tasks.finished):
        session.close()
        assert open_beside(corpus_path) == []
    assert failures == ["The import was cancelled; articles already imported are kept."]
