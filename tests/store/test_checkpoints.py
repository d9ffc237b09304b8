"""Tests that the file alone holds everything when idle, with real files, connections and processes."""

import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from running import raising

from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.store import checkpoints, connections, database_files
from annotator.store.checkpoints import Checkpointer
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, FullDisk
from annotator.store.sqlite_library import Database

Report = list[CorpusError | None]


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    with Corpus.create(tmp_path / "news.corpus", default_labels()) as corpus_:
        yield corpus_


@pytest.fixture
def reports() -> Report:
    return []


@pytest.fixture
def checkpointer(corpus: Corpus, reports: Report) -> Iterator[Checkpointer]:
    checkpointer_ = Checkpointer(corpus.path, lambda _self, error: reports.append(error))
    yield checkpointer_
    checkpointer_.close()


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def log_size(corpus: Corpus) -> int:
    return database_files.wal_path(corpus.path).stat().st_size


def count_articles_in_copy(corpus: Corpus) -> int:
    """Return the number of articles in a copy of the corpus file without its log."""
    copy = corpus.path.with_name("copy") / corpus.path.name
    shutil.rmtree(copy.parent, ignore_errors=True)
    copy.parent.mkdir()
    shutil.copy(corpus.path, copy)
    with Corpus.open(copy) as copied_corpus:
        return len(copied_corpus.fetch_tuples("SELECT id FROM article"))


@pytest.mark.usefixtures("checkpointer")
def test_file_alone_contains_every_step_shortly_after_a_write(corpus: Corpus) -> None:
    for number in range(1, 4):
        corpus.add(build_article(f"الخبر رقم {number}."))
        assert log_size(corpus)
        wait_until(lambda: not log_size(corpus))
        assert count_articles_in_copy(corpus) == number


def test_file_alone_lacks_steps_without_a_checkpointer(corpus: Corpus) -> None:
    corpus.add(build_article("خبر."))
    assert count_articles_in_copy(corpus) == 0


def test_write_is_in_the_file_within_a_second(corpus: Corpus, checkpointer: Checkpointer) -> None:
    durations: list[float] = []
    while len(durations) < 10 and min(durations, default=1) >= 1:  # a busy machine may be late now and then
        corpus.add(build_article(f"خبر {len(durations)}"))
        start = time.monotonic()
        wait_until(lambda: log_size(corpus) == 0)
        durations.append(time.monotonic() - start)
    assert min(durations) < 1


@pytest.mark.usefixtures("checkpointer")
def test_log_is_kept_while_a_reader_needs_it(corpus: Corpus, reports: Report) -> None:
    with Corpus.open(corpus.path, readonly=True) as other:
        with other.snapshot():
            assert other.fetch_tuples("SELECT count(*) FROM article") == [(0,)]
            corpus.add(build_article("خبر."))
            time.sleep(1)
            assert log_size(corpus)
            corpus.set_busy_timeout(0)  # a keystroke does not wait for the checkpoint that waits for the reader
            for offset in range(3):
                corpus.save_position("Sanae", corpus.article(1).uid, offset)
                time.sleep(0.4)
            assert other.fetch_tuples("SELECT count(*) FROM article") == [(0,)]
        wait_until(lambda: not log_size(corpus))
        assert other.fetch_tuples("SELECT count(*) FROM article") == [(1,)]
    assert set(reports) <= {None}


@pytest.mark.usefixtures("checkpointer")
def test_checkpoints_do_not_block_writers(corpus: Corpus) -> None:
    corpus.set_busy_timeout(250)
    for number in range(40):
        corpus.add(build_article(f"الخبر رقم {number}."))
        time.sleep(0.05 if number % 4 else 0.4)
    assert len(corpus.fetch_tuples("SELECT id FROM article")) == 40


def test_log_of_another_process_is_checkpointed(corpus: Corpus, checkpointer: Checkpointer, tmp_path: Path) -> None:
    script = "import sys; from pathlib import Path; from annotator.model.article_builder import build_article; "
    script += "from annotator.store.corpus import Corpus; corpus = Corpus.open(Path(sys.argv[1])); "
    script += "corpus.add(build_article('خبر.')); import os; os._exit(0)"  # like a killed process, it leaves the log
    subprocess.run([sys.executable, "-c", script, corpus.path], check=True)
    wait_until(lambda: not log_size(corpus))
    assert count_articles_in_copy(corpus) == 1


@pytest.mark.posix_only("Windows replaces no file that is open")
@pytest.mark.usefixtures("checkpointer")
def test_log_is_not_written_into_a_file_that_replaced_the_corpus(corpus: Corpus, tmp_path: Path) -> None:
    other = tmp_path / "other.corpus"
    shutil.copy(corpus.path, other)
    corpus.add(build_article("خبر."))
    other.replace(corpus.path)
    before = corpus.path.read_bytes()
    wait_until(lambda: not log_size(corpus))
    assert corpus.path.read_bytes() == before
    assert len(corpus.fetch_tuples("SELECT id FROM article")) == 1  # in the original file


def test_checkpointer_that_cannot_open_its_file_waits_before_it_tries_again(
    tmp_path: Path, reports: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[Path] = []

    def count_and_connect(path: Path, mode: str, *, readonly: bool, is_awaited: bool) -> Database:
        attempts.append(path)
        return connections.connect(path, mode, readonly=readonly, is_awaited=is_awaited)

    monkeypatch.setattr(checkpoints, "connect", count_and_connect)
    checkpointer = Checkpointer(tmp_path / "missing.corpus", lambda _self, error: reports.append(error))
    wait_until(lambda: bool(reports))
    time.sleep(0.5)
    checkpointer.close()
    assert len(attempts) == 1


def test_closed_checkpointer_has_ended_its_thread(corpus: Corpus, reports: Report) -> None:
    for number in range(20):
        checkpointer = Checkpointer(corpus.path, lambda _self, error: reports.append(error))
        corpus.add(build_article(f"الخبر رقم {number}."))
        time.sleep(0.25 + number / 100)
        checkpointer.close()
        assert not checkpointer._thread.is_alive()


def test_full_disk_is_reported_once_and_again_when_resolved(
    corpus: Corpus, checkpointer: Checkpointer, reports: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorname = "SQLITE_FULL"

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints, "_truncate_log", raising(full))
        corpus.add(build_article("خبر."))
        wait_until(lambda: bool(reports))
        time.sleep(1)
        assert [type(report) for report in reports] == [FullDisk]
    wait_until(lambda: len(reports) == 2)
    assert reports[1] is None
    assert count_articles_in_copy(corpus) == 1


def test_missing_file_is_reported(tmp_path: Path, reports: Report) -> None:
    checkpointer = Checkpointer(tmp_path / "none.corpus", lambda _self, error: reports.append(error))
    wait_until(lambda: bool(reports))
    checkpointer.close()
    [error] = reports
    assert "none.corpus" in str(error)
    assert not list(tmp_path.iterdir())
