"""Many processes at one corpus: every edit arrives, and the log of writes is taken up by those who may."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.model import operations
from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.model.records import Step, new_uid
from annotator.store.corpus import Corpus, utc_timestamp
from annotator.ui.session.session import Session

HERE = Path(__file__).resolve().parent
AT_ONCE = 1000 * 4096  # bytes of the log at which SQLite brings it into the file


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork on Windows")
def test_what_eight_processes_write_at_once_arrives_and_what_is_refused_does_not() -> None:
    command = [sys.executable, str(HERE / "writers.py"), "--steps", "40"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    counts = {what.strip(): int(count) for count, what in (line.split(None, 1) for line in done.stdout.splitlines())}
    assert counts["written"] > 200
    assert counts["locked_out"] < counts["written"] / 10
    assert min(counts[what] for what in ("imports", "exports", "copies", "snapshots")) > 0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    corpus_path = tmp_path / "a.corpus"
    with Corpus.create(corpus_path, default_labels()) as corpus:
        corpus.add(build_article("وزارة الصحة تطلق خطة وطنية للتلقيح\nأعلنت وزارة الصحة عن الخطة الوطنية."))
    return corpus_path


def write(corpus: Corpus, count: int) -> None:
    """So many steps, each of which leaves the layer as it was before the one before it."""
    article = corpus.article(1)
    for _ in range(count // 2):
        [added] = operations.add_span(article, [], "Sanae", "DATE", 0, 5)
        for edit in (added, added.inverse()):
            corpus.apply(Step(new_uid(), "Sanae", utc_timestamp(), "tag", (edit,)))


def log(path: Path) -> int:
    return path.with_name(path.name + "-wal").stat().st_size


def test_a_window_that_is_only_open_does_not_let_the_log_grow(path: Path, qapp: object) -> None:
    session = Session("عمر")
    session.open(Corpus.open(path))
    session.tag("PLAN", 17, 20)
    session.check_file()
    with Corpus.open(path) as corpus:
        write(corpus, 400)
        once = log(path)
        write(corpus, 1200)
        assert log(path) < max(2 * AT_ONCE, once)
    session.close()


def test_the_log_is_used_again_once_nobody_reads_what_was(path: Path) -> None:
    """While a snapshot is read, all that is written stays in the log; after that it is overwritten."""
    with Corpus.open(path) as corpus, Corpus.open(path, readonly=True) as reader:
        with reader.snapshot():
            before = len(reader.history(corpus.article(1).uid, "Sanae"))
            write(corpus, 1000)
            grown = log(path)
            assert grown > 2 * AT_ONCE
            assert len(reader.history(corpus.article(1).uid, "Sanae")) == before
        write(corpus, 1000)
        assert log(path) < 1.1 * grown
    assert not path.with_name(path.name + "-wal").exists()
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT count(*) FROM edit").fetchone() == (2000,)
    raw.close()
