"""A second start: real processes, real windows. It brings the window forward that has the corpus open."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from e2e.hands import require_screen, window_titles
from e2e.program import PATIENCE, Program, start_process

from annotator import settings
from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.settings import Settings
from annotator.store.corpus import Corpus

require_screen()


def make_corpus(path: Path) -> Path:
    with Corpus.create(path, default_labels()) as corpus:
        corpus.add(build_article("أعلنت وزارة الصحة، أمس الثلاثاء، عن الخطة الوطنية للتلقيح."))
    return path


def start_annotator(*arguments: str | Path) -> "subprocess.Popen[bytes]":
    return start_process(sys.executable, "-m", "annotator", "--language", "en", *arguments)


def open_corpora() -> list[str]:
    """Return the names of the corpora in the titles of all windows on the screen."""
    return [title.partition(" – ")[0] for title in window_titles()]


def wait_for(name: str, count: int) -> None:
    """Wait until so many windows have the corpus of this name open."""
    deadline = time.monotonic() + PATIENCE
    while (open_now := open_corpora()).count(name) != count:
        assert time.monotonic() < deadline, f"never {count} windows on {name}, but {open_now}"
        time.sleep(0.1)


@pytest.fixture
def desks(tmp_path: Path) -> tuple[Program, Program]:
    """Open a window on one.corpus, and above it one on two.corpus."""
    return Program(make_corpus(tmp_path / "one.corpus")), Program(make_corpus(tmp_path / "two.corpus"))


def test_it_brings_the_window_forward_and_ends(desks: tuple[Program, Program], tmp_path: Path) -> None:
    first, second = desks
    first.wait(lambda state: not state["focus"], "the other window has the keyboard")
    assert start_annotator(tmp_path / "one.corpus").wait(PATIENCE) == 0
    first.wait(lambda state: state["focus"], "the window with the corpus has the keyboard")
    second.wait(lambda state: not state["focus"], "the other window lost the keyboard")

    settings.save(Settings(annotator="Sanae", last_corpus=str(tmp_path / "two.corpus")))
    assert start_annotator().wait(PATIENCE) == 0
    second.wait(lambda state: state["focus"], "the window with the last corpus has the keyboard")


def test_a_window_of_its_own_opens_for_another_corpus_or_on_request(
    desks: tuple[Program, Program], tmp_path: Path
) -> None:
    settings.save(Settings(annotator="Sanae", last_corpus=str(tmp_path / "two.corpus")))
    make_corpus(tmp_path / "three.corpus")
    processes = [start_annotator("--new-window")]
    wait_for("two", 2)
    processes += [
        start_annotator(tmp_path / "three.corpus"),
        start_annotator("--new-window", tmp_path / "one.corpus"),
        start_annotator(tmp_path / "one.corpus", "--new-window"),
    ]
    for name, count in (("one", 3), ("two", 2), ("three", 1)):
        wait_for(name, count)
    assert [process.poll() for process in processes] == [None] * 4


@pytest.mark.skipif(sys.platform == "win32", reason="a process is stopped by a signal of POSIX")
def test_it_opens_a_window_of_its_own_beside_one_that_was_killed_or_hangs(
    desks: tuple[Program, Program], tmp_path: Path
) -> None:
    killed, stopped = desks
    killed.kill()
    stopped.process.send_signal(signal.SIGSTOP)
    processes = [start_annotator(tmp_path / "one.corpus"), start_annotator(tmp_path / "two.corpus")]
    wait_for("one", 1)
    wait_for("two", 2)
    stopped.kill()
    assert start_annotator(tmp_path / "two.corpus").wait(PATIENCE) == 0, "the new window was not found"
    assert [process.poll() for process in processes] == [None] * 2
