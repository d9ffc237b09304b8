"""Run a peer's server on a free port of this machine, and talk to it."""

import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import dev
import pytest

START_SECONDS: Final = 600.0
"""Both servers make their database first, with more than a hundred migrations."""
ANSWER_SECONDS: Final = 120.0
"""The longest answers, to an import of all articles, take some ten seconds."""
PEER_TEST_SECONDS: Final = 1200.0
"""The limit of a test, with the start of its server."""
_PR_SET_PDEATHSIG: Final = 1
_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def peer_python(group: str) -> Path:
    """Return the Python of a server's environment; skips the test where there is none."""
    python: Path = dev.peer_server_python(group)
    if not python.exists():
        pytest.skip(f"{group} is not installed; this brings it: python3 packaging/dev.py test --with peers")
    return python


def peer_environment(folder: Path, more: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a server: no settings of the user, and no way out of this machine."""
    needed = {name: value for name, value in os.environ.items() if name in ("PATH", "SYSTEMROOT", "TEMP", "TMP")}
    unreachable = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    return {**needed, **unreachable, "HOME": str(folder), "LC_ALL": "C.UTF-8", **more}


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def running_server(
    command: Sequence[str | Path], folder: Path, env: Mapping[str, str], url: str, seconds: float = START_SECONDS
) -> Iterator[None]:
    """Run a server until the block ends; it answers at `url`. Its log is `server.log` in `folder`.

    On Linux it also ends with this process, even if that is killed. Fails the test after that many seconds without an
    answer.
    """
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*low_priority(), *command],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )
        try:
            _wait(server, url, folder / "server.log", seconds)
            yield
        finally:
            server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(20)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)  # with its workers, if any of them is left
            server.wait()


def _end_with_parent() -> None:
    """Have the kernel kill this process when the thread that started it ends."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def run_command(command: Sequence[str | Path], folder: Path, env: Mapping[str, str] | None = None) -> str:
    """Run a command of a peer, and return its output; one that fails or hangs fails the test with what it says."""
    try:
        completed = subprocess.run(
            [*low_priority(), *command],
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        pytest.fail(str(error))
    if completed.returncode:
        pytest.fail(f"{command} ends with {completed.returncode}:\n{completed.stderr[-4000:]}")
    return completed.stdout


def low_priority() -> list[str]:
    """Return what is put before a command so that other programs come first."""
    return ["nice", "-n", "10"] if shutil.which("nice") else []


def _wait(server: "subprocess.Popen[bytes]", url: str, log: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while (remaining := deadline - time.monotonic()) > 0:
        if server.poll() is not None:
            break
        try:
            with _OPENER.open(url, timeout=min(30, remaining)):
                return
        except urllib.error.HTTPError:
            return  # it answers, if only that this needs a login
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"the server does not start:\n{log.read_text(encoding='utf-8', errors='replace')[-4000:]}")


class Client:
    """Requests to a server as one user, whose token is sent along.

    Where an answer takes more than that many seconds, this and all later requests fail their tests.
    """

    def __init__(self, url: str, token: str = "", seconds: float = ANSWER_SECONDS) -> None:
        self.url, self.token, self.seconds = url, token, seconds
        self._hanging = ""

    def send(self, method: str, path: str, content: Any = None) -> Any:
        """Send JSON, and return the JSON of the answer, None if that is empty."""
        body = None if content is None else json.dumps(content).encode()
        answer = self.send_bytes(method, path, body, "application/json")
        return json.loads(answer) if answer else None

    def upload(self, path: str, field: str, file: Path) -> bytes:
        """Upload a file as a form does."""
        boundary = uuid4().hex
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{file.name}"\r\n'
        body = head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + file.read_bytes()
        body += f"\r\n--{boundary}--\r\n".encode()
        return self.send_bytes("POST", path, body, f"multipart/form-data; boundary={boundary}")

    def send_bytes(self, method: str, path: str, body: bytes | None = None, content_type: str = "") -> bytes:
        """Send bytes, and return those of the answer; a refusal fails the test with what the server says."""
        headers = {"Content-Type": content_type} if body is not None else {}
        if self.token:
            headers["Authorization"] = f"Token {self.token}"
        request = urllib.request.Request(self.url + path, body, headers, method=method)
        if self._hanging:
            pytest.fail(f"the server hangs since {self._hanging}")
        try:
            with _OPENER.open(request, timeout=self.seconds) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as refusal:
            pytest.fail(f"{method} {path}: {refusal.code} {refusal.read().decode(errors='replace')[:2000]}")
        except OSError as error:
            # urllib wraps the timeout of a connection, not that of an answer.
            if isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError):
                self._hanging = f"{method} {path}"
            pytest.fail(f"{method} {path}: {error}")
