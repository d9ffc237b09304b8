"""A start finds the window that has its corpus open: with real processes, including killed and hung ones."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Client
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from annotator import single_instance
from annotator.single_instance import Server, activate

WINDOW = """
import json, sys, time
from pathlib import Path
from annotator.single_instance import Server

def bring_forward(request):
    print(json.dumps([request.path, request.activation_token]), flush=True)
    if sys.argv[2] == "hangs":
        time.sleep(60)
    return sys.argv[2] == "yes"

server = Server(Path(sys.argv[1]), bring_forward)
assert server.wait(10)
print(json.dumps(server.address), flush=True)
sys.stdin.read()
server.close()
"""
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has pipes, which go with their process")


class Window:
    """A process that stands for a window: what a start asks of it is a line on its standard output."""

    def __init__(self, path: Path, answer: str = "yes") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WINDOW, str(path), answer], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.address: str = self.read()

    def read(self) -> Any:
        assert self.process.stdout
        return json.loads(self.process.stdout.readline())

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def close(self) -> None:
        self.process.communicate(timeout=10)
        assert self.process.returncode == 0


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """Make a folder for sockets, whose paths have at most 107 bytes: those of parallel pytest processes are longer."""
    with TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "مدونة.corpus"
    path.touch()
    return path


@pytest.fixture
def open_window(corpus: Path) -> Iterator[Callable[..., Window]]:
    windows: list[Window] = []

    def start(path: Path = corpus, answer: str = "yes") -> Window:
        windows.append(Window(path, answer))
        return windows[-1]

    yield start
    for window in windows:
        window.kill()


def test_start_finds_only_the_window_of_its_corpus(
    open_window: Callable[..., Window], corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not activate(corpus)
    window = open_window()
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "token of the compositor")
    assert activate(corpus)
    assert window.read() == [str(corpus), "token of the compositor"]
    assert not activate(corpus.with_name("other.corpus"))
    monkeypatch.chdir(corpus.parent)
    assert activate(Path(corpus.name))
    assert window.read()[0] == str(corpus)


@POSIX
def test_link_counts_as_its_target(open_window: Callable[..., Window], corpus: Path) -> None:
    open_window()
    link = corpus.with_name("link.corpus")
    link.symlink_to(corpus)
    assert activate(link)


def test_other_copy_of_the_program_is_not_contacted(
    open_window: Callable[..., Window], corpus: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    open_window()
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path / "portable"))
    assert not activate(corpus)


def test_window_with_another_corpus_by_now_refuses(open_window: Callable[..., Window], corpus: Path) -> None:
    window = open_window(answer="no")
    assert not activate(corpus)
    assert window.read()[0] == str(corpus)


def test_second_window_is_found_after_the_first_is_closed(open_window: Callable[..., Window], corpus: Path) -> None:
    first, second = open_window(), open_window()
    assert first.address != second.address
    assert activate(corpus)
    assert first.read()[0] == str(corpus)
    first.close()
    assert activate(corpus)
    assert second.read()[0] == str(corpus)
    second.close()
    assert not activate(corpus)


def test_killed_window_does_not_block_its_address(open_window: Callable[..., Window], corpus: Path) -> None:
    killed = open_window()
    killed.kill()
    if sys.platform != "win32":
        assert os.path.lexists(killed.address), "else this is no test of a socket that was left"
    assert not activate(corpus)
    window = open_window()
    assert window.address == killed.address
    assert activate(corpus)


@pytest.mark.timeout(30)  # it hangs for a minute
def test_start_does_not_wait_for_a_hanging_window(open_window: Callable[..., Window], corpus: Path) -> None:
    open_window(answer="hangs")
    assert not activate(corpus)
    open_window()
    assert activate(corpus), "a second window, which does not hang"


@POSIX
def test_start_does_not_wait_for_a_stopped_process(open_window: Callable[..., Window], corpus: Path) -> None:
    stopped = open_window()
    stopped.process.send_signal(signal.SIGSTOP)
    for _start in range(single_instance._BACKLOG + 3):  # after some, nobody can connect any more
        threading.Thread(target=activate, args=(corpus,), daemon=True).start()
    time.sleep(0.5)
    assert not activate(corpus)
    assert open_window().address != stopped.address


def test_invalid_messages_do_no_harm(open_window: Callable[..., Window], corpus: Path) -> None:
    window = open_window()
    for nonsense in (None, b"", b"\x80\x04N.", b'{"path": 5}', b"[" * 30_000, b"x" * 100_000):
        with Client(window.address) as connection:
            connection.recv_bytes()
            if nonsense is not None:
                with suppress(OSError):  # it hangs up on what is too long
                    connection.send_bytes(nonsense)
    assert activate(corpus)
    assert window.read()[0] == str(corpus)


@POSIX
def test_folder_that_others_may_use_is_not_trusted(
    corpus: Path, short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short_folder))
    server = Server(corpus, lambda _request: True)
    assert server.wait(10)
    assert activate(corpus)
    single_instance._folder().chmod(0o777)
    assert not activate(corpus)
    other_window = Server(corpus.with_name("other.corpus"), lambda _request: True)
    assert not other_window.wait(10)
    other_window.close()
    server.close()


def test_closed_server_frees_its_address(corpus: Path) -> None:
    for _attempt in range(3):
        server = Server(corpus, lambda _request: True)
        assert server.wait(10)
        assert server.address == single_instance._addresses(corpus)[0]
        assert activate(corpus)
        server.close()
        assert not single_instance._is_present(server.address)
        assert not activate(corpus)
