"""What is closed is closed: no thread and no process of the window has the file open afterwards, or writes to it."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from open_files import open_beside
from pytestqt.qtbot import QtBot

from annotator.jobs.suggestion_service import Suggesting
from annotator.store import verification
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError
from annotator.ui.session.maintenance_worker import Keeper
from annotator.ui.session.session import Session
from annotator.ui.window import Window

SLOW = 0.4  # seconds
ENDLESS = "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def slow_reading(monkeypatch: pytest.MonkeyPatch) -> Callable[[], bool]:
    """Have the suggesters' thread read for a while, as in a large corpus; returns whether it has begun to."""
    read, begun = Suggesting.of, list[Corpus]()

    def of(corpus: Corpus, **others: object) -> Suggesting:
        begun.append(corpus)
        end = time.monotonic() + SLOW
        while time.monotonic() < end:
            corpus.labels()
        return read(corpus, **others)  # type: ignore[arg-type]

    monkeypatch.setattr(Suggesting, "of", of)
    return lambda: bool(begun)


def test_the_thread_of_the_suggesters_lets_go(
    qtbot: QtBot, slow_reading: Callable[[], bool], window: Window, session: Session, corpus_path: Path
) -> None:
    said: list[str] = []
    session.failed.connect(said.append)
    qtbot.waitUntil(slow_reading)
    session.close()
    assert open_beside(corpus_path) == []
    data = corpus_path.read_bytes()
    qtbot.waitUntil(lambda: not window.suggestions.busy)
    assert corpus_path.read_bytes() == data
    session.open(Corpus.open(corpus_path))
    qtbot.waitUntil(lambda: not window.suggestions.busy)
    assert said == []
    assert window.suggestions._proposals  # it goes on in what was opened


def test_a_corpus_that_is_closed_before_its_suggesters_are_read_is_not_opened_for_them(
    qtbot: QtBot, window: Window, session: Session, corpus_path: Path
) -> None:
    window.suggestions._ask()
    session.close()
    for _time in range(50):
        assert open_beside(corpus_path) == []
        qtbot.wait(5)


def test_however_often_they_were_asked(
    qtbot: QtBot,
    slow_reading: Callable[[], bool],
    window: Window,
    session: Session,
    corpus_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, loaded = threading.Event(), threading.Event()

    def load(_complain: object) -> tuple[()]:
        """A person's own suggesters may take their time, before the corpus is read."""
        begun.set()
        loaded.wait()
        return ()

    qtbot.waitUntil(lambda: not window.suggestions.busy)
    monkeypatch.setattr("annotator.jobs.suggesting.brought", load)
    monkeypatch.setattr(window.suggestions, "_others", None)
    window.suggestions.learned()
    qtbot.waitUntil(begun.is_set)
    window.suggestions._ask()
    session.close()
    loaded.set()
    for _time in range(50):
        assert open_beside(corpus_path) == []
        qtbot.wait(5)
    assert not window.suggestions.busy


def test_a_thread_that_nobody_else_ends_lets_go(session: Session, corpus_path: Path) -> None:
    reading, ended = threading.Event(), list[str]()

    def read() -> None:
        with Corpus.open(corpus_path, readonly=True) as corpus:
            reading.set()
            try:
                corpus.tuples(ENDLESS)
            except CorpusError as error:
                ended.append(str(error))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    assert reading.wait(10)
    session.close()
    assert open_beside(corpus_path) == []
    thread.join(10)
    assert len(ended) == 1


def test_what_looks_through_the_file_and_backs_it_up_lets_go(
    qtbot: QtBot, session: Session, corpus_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "_CHECKED", 0)
    said: list[str] = []
    session.failed.connect(said.append)
    for wait in (0, 1, 3, 6, 10, 20, 40):  # milliseconds: at one stretch or another of its work
        keeper, left = Keeper(session), list[object]()
        session.corpus_closing.connect(lambda _path, keeper=keeper, left=left: left.append(keeper._thread))
        keeper.look()
        qtbot.wait(wait)
        session.close()
        assert left == [None]
        assert open_beside(corpus_path) == []
        session.open(Corpus.open(corpus_path))
        keeper.stop()
    assert said == []


@pytest.mark.posix_only("Windows does not say how often a file is open")
def test_a_job_lets_go(qtbot: QtBot, window: Window, session: Session, corpus_path: Path) -> None:
    told: list[str] = []
    session.told.connect(told.append)
    folder = corpus_path.parent / "many"
    folder.mkdir()
    for number in range(400):
        (folder / f"{number}.txt").write_text(f"خبر {number}\nقالت الوزارة.", encoding="utf-8")
    window.corpus_commands.take([str(folder)])
    qtbot.waitUntil(lambda: len(open_beside(corpus_path)) > 3)  # those of the session are three
    with qtbot.waitSignal(window.corpus_commands.background.ended):
        session.close()
        assert open_beside(corpus_path) == []
    assert told == ["The import was stopped; what had been stored is kept."]
