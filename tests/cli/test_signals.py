"""Exports ended by a signal or a kill, in their own processes, and recovery by the next export."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cli.sample import Run

from annotator.cli import signals
from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.store.corpus import Corpus

pytestmark = pytest.mark.slow
Start = Callable[..., "subprocess.Popen[bytes]"]
DEFAULT = {"SIGTERM": "SIG_DFL", "SIGHUP": "SIG_DFL", "SIGINT": "default_int_handler"}
"""The initial handler of a signal, unless the parent ignores it, as shells do for background jobs."""
posix_only = pytest.mark.posix_only("Windows has no such signals")


@pytest.fixture(scope="module")
def large_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a corpus that takes two processes most of a second to write and read back."""
    path = tmp_path_factory.mktemp("large") / "large.corpus"
    with Corpus.create(path, default_labels()) as corpus:
        for number in range(200):  # each sentence is another: caches know none
            sentences = (f"أعلنت وزارة العدل عن خطة رقم {number}-{index} أمس. " for index in range(300))
            corpus.add(build_article("".join(sentences)))
    return path


def _heed_signals() -> None:
    """Ignore no signals, although shells make background jobs ignore some."""
    for name in DEFAULT:
        signal.signal(signal.Signals[name], signal.SIG_DFL)


@pytest.fixture
def start(large_corpus: Path) -> Iterator[Start]:
    """Return a function that starts an export of the large corpus and returns once it writes."""
    running = []

    def begin(target: Path, *options: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "annotator", "--language", "en", "export", str(large_corpus), str(target)]
        process = subprocess.Popen(
            [*command, "--state", "all", *options],
            stderr=subprocess.PIPE,
            preexec_fn=None if sys.platform == "win32" else _heed_signals,
        )
        running.append(process)
        while not any(target.parent.glob(f".{target.name}.*.part")):
            assert process.poll() is None, process.communicate()
            time.sleep(0.001)
        return process

    yield begin
    for process in running:
        with process:
            process.kill()


@posix_only
@pytest.mark.parametrize(
    "options",
    [["--format", "conll2003"], ["--format", "brat"], ["--format", "conll2003", "--jobs", "2"]],
    ids=["file", "folder", "processes"],
)
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_ends_an_export_and_leaves_nothing(start: Start, out: Path, options: list[str], name: str) -> None:
    process = start(out / "train", *options)
    process.send_signal(signal.Signals[name])
    _out, err = process.communicate()
    assert (process.returncode, err.decode()) == (128 + signal.Signals[name], "annotator: interrupted\n")
    assert list(out.iterdir()) == []


@posix_only
@pytest.mark.parametrize(
    ("delay", "size"),
    [(0, 0), (0.05, 0), (0, 1)],
    ids=["before processes start", "as they start", "as they work"],
)
def test_ctrl_c_in_a_terminal_is_for_the_command_alone(large_corpus: Path, out: Path, delay: float, size: int) -> None:
    command = [sys.executable, "-m", "annotator", "--language", "en", "export", str(large_corpus), str(out / "train")]
    process = subprocess.Popen(
        [*command, "--state", "all", "--format", "conll2003", "--jobs", "2"],
        stderr=subprocess.PIPE,
        process_group=0,
        preexec_fn=_heed_signals,
    )
    while not any(part.stat().st_size >= size for part in out.glob(".train.*.part")):
        time.sleep(0.001)
    time.sleep(delay)
    os.killpg(process.pid, signal.SIGINT)
    _out, err = process.communicate()
    assert (process.returncode, err.decode()) == (128 + signal.SIGINT, "annotator: interrupted\n")
    assert list(out.iterdir()) == []


@posix_only
def test_an_ignored_signal_stays_ignored(large_corpus: Path, out: Path) -> None:
    command = [sys.executable, "-m", "annotator", "export", str(large_corpus), str(out / "a"), "--state", "all"]
    process = subprocess.Popen(
        [*command, "--format", "conll2003"], preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    )
    while not any(out.iterdir()):
        time.sleep(0.001)
    process.send_signal(signal.SIGHUP)
    assert process.wait() == 0
    assert (out / "a").exists()


@pytest.mark.parametrize("options", [["--format", "conll2003"], ["--format", "brat"]], ids=["file", "folder"])
def test_the_next_export_clears_the_leftovers_of_a_killed_one(
    start: Start, run: Run, large_corpus: Path, out: Path, options: list[str]
) -> None:
    process = start(out / "train", *options)
    process.kill()
    process.wait()
    assert any(out.glob(".train.*.part"))
    assert run("export", large_corpus, out / "train", "--state", "all", *options).code == 0
    assert {path.name for path in out.iterdir()} == {"train", "train.report.json"}


@posix_only
@pytest.mark.parametrize("options", [["--format", "conll2003"], ["--format", "brat"]], ids=["file", "folder"])
def test_files_of_a_running_export_are_left_alone(
    start: Start, run: Run, large_corpus: Path, out: Path, options: list[str]
) -> None:
    process = start(out / "train", *options)
    process.send_signal(signal.SIGSTOP)
    assert run("export", large_corpus, out / "train", "--state", "all", *options).code == 0
    process.send_signal(signal.SIGCONT)
    _out, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert {path.name for path in out.iterdir()} == {"train", "train.report.json"}


KILLED = """
import os, sys
from pathlib import Path
from annotator.cli import running

def counted(action, left=[int(sys.argv[1])]):
    def act(*arguments):
        if not left[0]:
            os._exit(9)  # as a kill: nothing is cleaned up
        left[0] -= 1
        return action(*arguments)
    return act

Path.replace = counted(Path.replace)
os._exit(running.run(sys.argv[2:]))
"""


@pytest.mark.parametrize("format_", ["conll2003", "brat"])
def test_the_next_export_after_a_kill_between_moves_needs_no_force(
    run: Run, corpus: Path, out: Path, format_: str
) -> None:
    """Each kill happens while an older export is replaced by one with other options."""
    target = out / "train"
    older = ["export", corpus, target, "--format", format_, "--annotator", "سميرة"]
    newer = [*older, "--state", "all"]
    for moves in range(10):
        assert run(*older).code == 0
        command = [sys.executable, "-c", KILLED, str(moves), *map(str, newer)]
        completed = subprocess.run(command, env={**os.environ, "ANNOTATOR_LANGUAGE": "en"}, capture_output=True)
        ended = run(*older)
        assert (ended.code, ended.err) == (0, ""), moves
        assert {path.name for path in out.iterdir()} == {"train", "train.report.json"}, moves
        if completed.returncode == 0:
            assert moves > 1
            return
        assert completed.returncode == 9
    raise AssertionError("it was killed each time")


SWALLOWING = """
import os, signal, sys, threading, time
from annotator.cli import signals

class Grave:
    def __del__(self):
        os.kill(os.getpid(), getattr(signal, sys.argv[1]))
        for _pause in range(1000):  # it is handled within this function
            pass

def start_slowly(thread, start=threading.Thread.start):
    start(thread)
    time.sleep(float(sys.argv[2]))

threading.Thread.start = start_slowly
signals.install_handlers()
try:
    Grave()
    time.sleep(10)
except KeyboardInterrupt as interrupt:
    os._exit(signals.exit_code(interrupt))
"""


@posix_only
@pytest.mark.parametrize("delay", ["0", "0.2"], ids=["", "on a busy machine"])
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_is_not_lost_in_a_destructor(name: str, delay: str) -> None:
    command = [sys.executable, "-c", f"import signal; signal.signal({signal.Signals[name]}, signal.{DEFAULT[name]})"]
    command[-1] += SWALLOWING
    completed = subprocess.run([*command, name, delay], capture_output=True, timeout=60)
    assert (completed.returncode, completed.stderr) == (128 + signal.Signals[name], b"")


@posix_only
def test_a_window_is_ended_by_a_signal_at_once() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup has it ignored
    signals.install_handlers()
    try:
        with pytest.raises(signals.Terminated):
            signal.raise_signal(signal.SIGTERM)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signals.install_handlers()
    finally:
        signals.remove_handlers()
        ended_by = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)]
        signal.signal(signal.SIGHUP, before)
    assert ended_by == [signal.SIG_DFL, signal.SIG_DFL]
