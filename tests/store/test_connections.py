"""Tests that closed connections release the file, in all threads."""

import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from file_states import open_beside

from annotator.model.article_builder import build_article
from annotator.model.labels import Colour, Label, LabelSet
from annotator.store import connections
from annotator.store.corpus import Corpus
from annotator.store.errors import DamagedCorpus

ENDLESS = "WITH RECURSIVE n(i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "news.corpus"
    labels = LabelSet((Label("PLAN", {"en": "Plan"}, Colour("#112233", "#445566")),))
    with Corpus.create(path, labels) as corpus:
        for number in range(50):
            corpus.add(build_article(f"خبر {number}\nأعلنت الوزارة الخطة."))
    return path


def test_unfinished_query_does_not_keep_the_file_open(path: Path) -> None:
    corpus = Corpus.open(path)
    rows = corpus.query("SELECT * FROM article")
    next(rows)
    assert open_beside(path)
    corpus.close()
    assert open_beside(path) == []


def test_a_corpus_may_be_closed_again_while_a_query_is_alive(path: Path) -> None:
    corpus = Corpus.open(path)
    rows = corpus.query("SELECT * FROM article")
    next(rows)
    corpus.close()
    corpus.close()
    assert open_beside(path) == []


def test_error_does_not_keep_a_damaged_file_open(path: Path) -> None:
    db = sqlite3.connect(path)
    [[root]] = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'article'")
    db.close()
    data = bytearray(path.read_bytes())
    data[(root - 1) * 4096 : root * 4096] = b"\xa5" * 4096
    path.write_bytes(data)
    with pytest.raises(DamagedCorpus) as error_info:
        Corpus.open(path)
    assert open_beside(path) == []
    assert error_info.value.__traceback__  # which keeps frames and cursors alive


def test_close_everywhere_interrupts_other_threads(path: Path) -> None:
    corpus, is_reading, messages = Corpus.open(path), threading.Event(), list[str]()

    def read() -> None:
        connection = connections.connect_readonly(path)
        try:
            is_reading.set()
            connection.execute(ENDLESS)
        except sqlite3.OperationalError as error:
            messages.append(str(error))
        finally:
            connection.close()

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    assert is_reading.wait(10)
    corpus.close_everywhere()
    assert open_beside(path) == []
    thread.join()
    assert messages == ["interrupted"]


def test_close_everywhere_waits_for_a_connection_being_opened(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is open a moment before the caller has the connection."""
    connect, is_open = sqlite3.connect, threading.Event()

    def connect_slowly(*arguments: Any, **keywords: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **keywords)
        is_open.set()
        time.sleep(0.3)
        return connection

    def read() -> None:
        connections.connect_readonly(path).close()

    corpus = Corpus.open(path)
    monkeypatch.setattr("annotator.store.connections.sqlite3.connect", connect_slowly)
    thread = threading.Thread(target=read)
    thread.start()
    assert is_open.wait(10)
    corpus.close_everywhere()
    assert open_beside(path) == []
    thread.join()


def test_failed_connection_is_not_waited_for(path: Path) -> None:
    def fail() -> None:
        with pytest.raises(sqlite3.OperationalError):
            connections.connect_tracked(path.with_name("none.corpus"), "mode=rw")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert connections.wait_until_closed(path.with_name("none.corpus"), 0.1)


def test_close_everywhere_ignores_other_files_and_its_own_thread(path: Path, tmp_path: Path) -> None:
    other_path = tmp_path / "other.corpus"
    corpus, same_thread = Corpus.open(path), Corpus.open(path)
    with Corpus.create(other_path, corpus.labels()) as other_corpus:
        corpus.close_everywhere()
        assert len(other_corpus.labels().labels) == 1
    assert len(same_thread.labels().labels) == 1
    same_thread.close()
    assert open_beside(path) == []


def test_waiting_for_a_thread_that_never_ends_times_out(path: Path) -> None:
    is_over = threading.Event()
    is_reading = threading.Event()

    def hold_connection() -> None:
        connection = connections.connect_readonly(path)
        is_reading.set()
        is_over.wait()
        connection.close()

    thread = threading.Thread(target=hold_connection)
    thread.start()
    assert is_reading.wait(10)
    assert not connections.wait_until_closed(path, 0.1)
    is_over.set()
    assert connections.wait_until_closed(path)
    thread.join()


def test_interrupt_ignores_connections_to_other_files(path: Path, tmp_path: Path) -> None:
    other, is_open, position = tmp_path / "other.corpus", threading.Event(), threading.Event()
    Corpus.create(other, LabelSet(())).close()

    def hold() -> None:
        connection = connections.connect_readonly(other)
        is_open.set()
        position.wait(10)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert is_open.wait(10)
    assert (connections.interrupt(path), connections.interrupt(other)) == (False, True)
    position.set()
    thread.join()
    assert not connections.interrupt(other)
