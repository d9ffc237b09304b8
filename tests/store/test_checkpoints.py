"""At rest, everything is in the one corpus file: with real files, connections and processes."""

import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from annotator.model.article_builder import draft
from annotator.model.labels import decode
from annotator.resources import resource
from annotator.store import side_files
from annotator.store.checkpoints import Checkpointer
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError, FullDisk

Report = list[CorpusError | None]


@pytest.fixture
def corpus(tmp_path: Path) -> Iterator[Corpus]:
    path = resource("labels", "default.toml")
    with Corpus.create(tmp_path / "news.corpus", decode(path.read_bytes(), str(path))) as made:
        yield made


@pytest.fixture
def reports() -> Report:
    return []


@pytest.fixture
def checkpointer(corpus: Corpus, reports: Report) -> Iterator[Checkpointer]:
    made = Checkpointer(corpus.path, lambda _self, error: reports.append(error))
    yield made
    made.close()


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def log_size(corpus: Corpus) -> int:
    return side_files.log_path(corpus.path).stat().st_size


def articles_in_a_copy(corpus: Corpus) -> int:
    """How many articles a copy of the corpus file alone holds."""
    copy = corpus.path.with_name("copy") / corpus.path.name
    shutil.rmtree(copy.parent, ignore_errors=True)
    copy.parent.mkdir()
    shutil.copy(corpus.path, copy)
    with Corpus.open(copy) as opened:
        return len(opened.tuples("SELECT id FROM article"))


@pytest.mark.usefixtures("checkpointer")
def test_a_copy_of_the_file_alone_holds_every_step_a_moment_after_the_last(corpus: Corpus) -> None:
    for number in range(1, 4):
        corpus.add(draft(f"الخبر رقم {number}."))
        assert log_size(corpus)
        wait_until(lambda: not log_size(corpus))
        assert articles_in_a_copy(corpus) == number


def test_without_it_the_copy_lacks_steps(corpus: Corpus) -> None:
    corpus.add(draft("خبر."))
    assert articles_in_a_copy(corpus) == 0


def test_a_second_after_a_write_it_is_in_the_file(corpus: Corpus, checkpointer: Checkpointer) -> None:
    taken: list[float] = []
    while len(taken) < 10 and min(taken, default=1) >= 1:  # a machine with other work may be late now and then
        corpus.add(draft(f"خبر {len(taken)}"))
        begun = time.monotonic()
        wait_until(lambda: log_size(corpus) == 0)
        taken.append(time.monotonic() - begun)
    assert min(taken) < 1


@pytest.mark.usefixtures("checkpointer")
def test_what_somebody_still_reads_stays_in_the_log_until_they_are_done(corpus: Corpus, reports: Report) -> None:
    with Corpus.open(corpus.path, readonly=True) as other:
        with other.snapshot():
            assert other.tuples("SELECT count(*) FROM article") == [(0,)]
            corpus.add(draft("خبر."))
            time.sleep(1)
            assert log_size(corpus)
            corpus.hurry(0)  # a key does not wait for what waits for the reader
            for offset in range(3):
                corpus.stand("Sanae", corpus.article(1).uid, offset)
                time.sleep(0.4)
            assert other.tuples("SELECT count(*) FROM article") == [(0,)]
        wait_until(lambda: not log_size(corpus))
        assert other.tuples("SELECT count(*) FROM article") == [(1,)]
    assert set(reports) <= {None}


@pytest.mark.usefixtures("checkpointer")
def test_it_is_in_nobodys_way(corpus: Corpus) -> None:
    corpus.hurry(250)
    for number in range(40):
        corpus.add(draft(f"الخبر رقم {number}."))
        time.sleep(0.05 if number % 4 else 0.4)
    assert len(corpus.tuples("SELECT id FROM article")) == 40


def test_what_another_process_wrote_is_brought_into_the_file_too(
    corpus: Corpus, checkpointer: Checkpointer, tmp_path: Path
) -> None:
    script = "import sys; from pathlib import Path; from annotator.model.article_builder import draft; "
    script += "from annotator.store.corpus import Corpus; c = Corpus.open(Path(sys.argv[1])); c.add(draft('خبر.')); "
    script += "import os; os._exit(0)"  # as if it were killed: it leaves the log
    subprocess.run([sys.executable, "-c", script, corpus.path], check=True)
    wait_until(lambda: not log_size(corpus))
    assert articles_in_a_copy(corpus) == 1


@pytest.mark.posix_only("Windows replaces no file that is open")
@pytest.mark.usefixtures("checkpointer")
def test_another_file_in_its_place_gets_nothing_of_the_log(corpus: Corpus, tmp_path: Path) -> None:
    other = tmp_path / "other.corpus"
    shutil.copy(corpus.path, other)
    corpus.add(draft("خبر."))
    other.replace(corpus.path)
    before = corpus.path.read_bytes()
    wait_until(lambda: not log_size(corpus))
    assert corpus.path.read_bytes() == before
    assert len(corpus.tuples("SELECT id FROM article")) == 1  # it is in the file that was there before


def test_when_it_is_closed_it_has_nothing_open_any_more(corpus: Corpus, reports: Report) -> None:
    for number in range(20):
        checkpointer = Checkpointer(corpus.path, lambda _self, error: reports.append(error))
        corpus.add(draft(f"الخبر رقم {number}."))
        time.sleep(0.25 + number / 100)
        checkpointer.close()
        assert not checkpointer._thread.is_alive()


def test_a_full_disk_is_reported_once_and_when_there_is_room_again(
    corpus: Corpus, checkpointer: Checkpointer, reports: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorname = "SQLITE_FULL"

    def fail(_connection: sqlite3.Connection, _kind: str) -> tuple[int, int, int]:
        raise full

    with monkeypatch.context() as patch:
        patch.setattr("annotator.store.safe_connection.checkpoint", fail)
        corpus.add(draft("خبر."))
        wait_until(lambda: bool(reports))
        time.sleep(1)
        assert [type(report) for report in reports] == [FullDisk]
    wait_until(lambda: len(reports) == 2)
    assert reports[1] is None
    assert articles_in_a_copy(corpus) == 1


def test_a_file_that_cannot_be_opened_is_reported(tmp_path: Path, reports: Report) -> None:
    checkpointer = Checkpointer(tmp_path / "none.corpus", lambda _self, error: reports.append(error))
    wait_until(lambda: bool(reports))
    checkpointer.close()
    [error] = reports
    assert "none.corpus" in str(error)
    assert not list(tmp_path.iterdir())
