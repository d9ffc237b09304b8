"""Detection of files that other processes have open, by real locks of real processes."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from file_states import open_beside

from annotator.model.labels import LabelSet
from annotator.store import locks
from annotator.store.corpus import Corpus

pytestmark = pytest.mark.posix_only("Windows lets nobody replace a file that is open")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.corpus"
    Corpus.create(path, LabelSet(())).close()
    return path


@pytest.fixture
def in_use(path: Path) -> Iterator[Path]:
    """Open the same corpus in another process, which reads from it."""
    script = (
        "import sqlite3, sys; connection = sqlite3.connect(sys.argv[1]); "
        "connection.execute('SELECT count(*) FROM edit').fetchone()"
    )
    with running(script, path):
        yield path


@contextmanager
def running(script: str, path: Path) -> Iterator[None]:
    """Run the script on the file in another process, which stays until the block ends."""
    command = [sys.executable, "-c", f"{script}; print(flush=True); sys.stdin.read()", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdin
        process.stdout.readline()
        yield
        process.stdin.close()


def test_log_of_a_closed_file_is_not_in_use(path: Path) -> None:
    assert not locks.is_wal_in_use(path)
    assert not locks.is_foreign_wal(path)


def test_log_of_a_file_open_in_another_process_is_in_use_but_not_foreign(in_use: Path) -> None:
    assert locks.is_wal_in_use(in_use)
    assert not locks.is_foreign_wal(in_use)


def test_log_in_use_is_foreign_once_the_file_is_replaced(in_use: Path, tmp_path: Path) -> None:
    Corpus.create(tmp_path / "other.corpus", LabelSet(())).close()
    (tmp_path / "other.corpus").replace(in_use)
    assert locks.is_wal_in_use(in_use)
    assert locks.is_foreign_wal(in_use)


def test_checking_locks_leaves_no_file_open(in_use: Path) -> None:
    locks.is_foreign_wal(in_use)
    assert open_beside(in_use) == []


def test_lock_on_bytes_that_sqlite_does_not_use_is_ignored(path: Path) -> None:
    shared_memory = path.with_name(f"{path.name}-shm")
    shared_memory.write_bytes(bytes(256))
    script = "import fcntl, sys; file = open(sys.argv[1], 'r+b'); fcntl.lockf(file, fcntl.LOCK_EX, 1, 0)"
    with running(script, shared_memory):
        assert not locks.is_wal_in_use(path)
