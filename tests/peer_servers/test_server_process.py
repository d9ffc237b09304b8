"""Servers of peers: one that hangs fails its tests in time, and none outlives them."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from peer_servers.server_process import Client, free_port, run_command, running_server

pytestmark = pytest.mark.posix_only("the servers of peers are run as on Linux")
SILENT = "import socket, sys, time; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); time.sleep(600)"
"""A server that accepts connections and says nothing."""
PARENT = """
import sys, time
from pathlib import Path
from peer_servers.server_process import running_server
port, folder = sys.argv[1:]
command = [sys.executable, "-m", "http.server", port, "--bind", "127.0.0.1"]
with running_server(command, Path(folder), {}, f"http://127.0.0.1:{port}"):
    print("ready", flush=True)
    time.sleep(600)
"""
"""A test with a server, in a process of its own."""


@pytest.fixture
def silent_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_server_that_never_answers_fails_in_time_and_is_ended(tmp_path: Path) -> None:
    import psutil  # not there on Windows

    port = free_port()
    command = [sys.executable, "-c", SILENT, str(port)]
    with (
        pytest.raises(pytest.fail.Exception, match="does not start"),
        running_server(command, tmp_path, {}, f"http://127.0.0.1:{port}", seconds=1.5),
    ):
        pass
    assert not [process for process in psutil.Process().children(recursive=True) if str(port) in process.cmdline()]


def test_after_one_answer_that_does_not_come_no_request_waits(silent_port: int) -> None:
    client = Client(f"http://127.0.0.1:{silent_port}", seconds=0.5)
    with pytest.raises(pytest.fail.Exception, match=r"GET /first.*timed out"):
        client.send("GET", "/first")
    with pytest.raises(pytest.fail.Exception, match="hangs since GET /first"):
        client.send("GET", "/second")


def test_a_request_to_nobody_fails_with_a_sentence() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"GET /first: .*refused"):
        Client(f"http://127.0.0.1:{free_port()}").send("GET", "/first")


def test_a_command_that_fails_says_why(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="no such migration"):
        run_command([sys.executable, "-c", "raise SystemExit('no such migration')"], tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no process ends with its parent")
def test_a_server_ends_with_tests_that_are_killed(tmp_path: Path) -> None:
    import psutil

    port = free_port()
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(port), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
    )
    assert parent.stdout
    assert parent.stdout.readline() == b"ready\n"
    [server] = psutil.Process(parent.pid).children()
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    gone, _alive = psutil.wait_procs([server], timeout=20)
    assert gone
