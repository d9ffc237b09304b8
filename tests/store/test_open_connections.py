"""Connections that let go of the file when they are closed, and other threads that are made to."""

import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from open_files import open_beside

from annotator.model.article_builder import draft
from annotator.model.labels import Colour, Label, LabelSet
from annotator.store import open_connections, safe_connection
from annotator.store.corpus import Corpus
from annotator.store.errors import Damaged

ENDLESS = "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "news.corpus"
    labels = LabelSet((Label("PLAN", {"en": "Plan"}, Colour("#112233", "#445566")),))
    with Corpus.create(path, labels) as corpus:
        for number in range(50):
            corpus.add(draft(f"خبر {number}\nأعلنت الوزارة الخطة."))
    return path


def test_a_query_that_is_not_at_its_end_does_not_keep_the_file_open(path: Path) -> None:
    corpus = Corpus.open(path)
    rows = corpus.query("SELECT * FROM article")
    next(rows)
    assert open_beside(path)
    corpus.close()
    assert open_beside(path) == []


def test_an_error_does_not_keep_a_damaged_file_open(path: Path) -> None:
    db = sqlite3.connect(path)
    [[root]] = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'article'")
    db.close()
    data = bytearray(path.read_bytes())
    data[(root - 1) * 4096 : root * 4096] = b"\xa5" * 4096
    path.write_bytes(data)
    with pytest.raises(Damaged) as damaged:
        Corpus.open(path)
    assert open_beside(path) == []
    assert damaged.value.__traceback__  # which holds what was being done


def test_closing_everywhere_interrupts_what_other_threads_do(path: Path) -> None:
    corpus, reading, ended = Corpus.open(path), threading.Event(), list[str]()

    def read() -> None:
        connection = safe_connection.connect_readonly(path)
        try:
            reading.set()
            connection.execute(ENDLESS)
        except sqlite3.OperationalError as error:
            ended.append(str(error))
        finally:
            connection.close()

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    assert reading.wait(10)
    corpus.close_everywhere()
    assert open_beside(path) == []
    thread.join()
    assert ended == ["interrupted"]


def test_a_connection_that_is_just_being_made_is_waited_for(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is open a moment before whoever opens it holds the connection."""
    connect, is_open = sqlite3.connect, threading.Event()

    def connect_slowly(*arguments: Any, **keywords: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **keywords)
        is_open.set()
        time.sleep(0.3)
        return connection

    def read() -> None:
        safe_connection.connect_readonly(path).close()

    corpus = Corpus.open(path)
    monkeypatch.setattr("annotator.store.open_connections.sqlite3.connect", connect_slowly)
    thread = threading.Thread(target=read)
    thread.start()
    assert is_open.wait(10)
    corpus.close_everywhere()
    assert open_beside(path) == []
    thread.join()


def test_a_connection_that_could_not_be_made_is_not_waited_for(path: Path) -> None:
    def fail() -> None:
        with pytest.raises(sqlite3.OperationalError):
            open_connections.connect(path.with_name("none.corpus"), "mode=rw")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert open_connections.wait_until_closed(path.with_name("none.corpus"), 0.1)


def test_closing_everywhere_leaves_other_files_and_its_own_thread_alone(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.corpus"
    corpus, mine = Corpus.open(path), Corpus.open(path)
    with Corpus.create(other, corpus.labels()) as elsewhere:
        corpus.close_everywhere()
        assert len(elsewhere.labels().labels) == 1
    assert len(mine.labels().labels) == 1
    mine.close()
    assert open_beside(path) == []


def test_a_thread_that_never_ends_is_not_waited_for_endlessly(path: Path) -> None:
    done = threading.Event()
    reading = threading.Event()

    def keep() -> None:
        connection = safe_connection.connect_readonly(path)
        reading.set()
        done.wait()
        connection.close()

    thread = threading.Thread(target=keep)
    thread.start()
    assert reading.wait(10)
    assert not open_connections.wait_until_closed(path, 0.1)
    done.set()
    assert open_connections.wait_until_closed(path)
    thread.join()
