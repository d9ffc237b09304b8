"""One window per corpus: a start finds the window that has its corpus open, and has that one brought forward.

A window listens on a local socket, on Windows on a named pipe, whose address is derived from the path of its corpus
and from the settings folder: only windows of the same person and of the same copy of the program find each other.
A start sends its request there before it loads Qt, and opens a window of its own unless the answer is yes. It never
waits for a window that hangs, and no message is ever unpickled.

Several windows may have one corpus open (`--new-window`): each takes an address of its own, the first of `_SLOTS` that
is free.
"""

import ctypes
import hashlib
import logging
import os
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct

from annotator import settings

if TYPE_CHECKING:
    from multiprocessing.connection import Connection, Listener

_log = logging.getLogger(__name__)
_SLOTS: Final = 4  # windows on one corpus that can be found
_PATIENCE: Final = 3.0  # seconds that a start waits for all answers together
_PROMPT: Final = 1.5  # seconds in which a window answers, or else hangs
_LONGEST: Final = 1 << 16  # bytes of a message
_BACKLOG: Final = 8  # starts that may wait for an answer
_YES: Final = b"yes"
_NO: Final = b"no"
_PREFIX: Final = "arabic-news-annotator"
_PIPES: Final = "\\\\.\\pipe\\"


class Request(Struct, frozen=True):
    """What a start asks of a window: to come forward with the corpus at `path`.

    `activation_token` is what a Wayland compositor gave the start so that it may take the keyboard focus.
    """

    path: str
    activation_token: str = ""


Activate = Callable[[Request, float], bool]
"""Brings the window forward unless the time (of `time.monotonic`) has passed, and returns whether it did. Called in the
server's thread."""


def is_same_corpus(path: Path, other: Path) -> bool:
    """Compare two paths as the addresses do: links are followed, and where the system ignores case, case is ignored."""
    return _resolved(path) == _resolved(other)


# The start


def activate(path: Path) -> bool:
    """Have a window that has the corpus at `path` open brought forward, and return whether one was.

    False after three seconds at most, whatever the windows do.
    """
    addresses = [address for address in _addresses(path) if _is_present(address)]
    if not addresses or not _is_private(_folder()):
        return False
    request = Request(os.path.abspath(path), os.environ.get("XDG_ACTIVATION_TOKEN", ""))  # noqa: PTH100 - keeps links
    answered = threading.Event()

    def ask() -> None:
        if any(_ask(address, request) for address in addresses):
            answered.set()

    # A thread, since connecting to a window that hangs has no timeout. One that is stuck ends with the process.
    thread = threading.Thread(target=ask, name="activate", daemon=True)
    thread.start()
    thread.join(_PATIENCE)
    return answered.is_set()


def _ask(address: str, request: Request) -> bool:
    from multiprocessing.connection import Client  # takes 10 ms to load, and most starts find no window

    try:
        with Client(address) as connection:
            if not connection.poll(_PROMPT):
                return False
            _allow_foreground(int(connection.recv_bytes(_LONGEST)))
            connection.send_bytes(msgspec.json.encode(request))
            return connection.poll(_PROMPT) and connection.recv_bytes(_LONGEST) == _YES
    except (OSError, EOFError, ValueError):  # nobody listens any more, or something else does
        return False


def _allow_foreground(process: int) -> None:
    """Let the process take the foreground: Windows allows that only to the one that the person started last."""
    if sys.platform == "win32":
        ctypes.windll.user32.AllowSetForegroundWindow(process)


def _is_present(address: str) -> bool:
    if sys.platform == "win32":
        import _winapi

        try:
            _winapi.WaitNamedPipe(address, 1)
        except FileNotFoundError:
            return False
        except OSError:  # it is busy
            return True
        return True
    return os.path.lexists(address)


# The window


class Server:
    """Listens for starts that ask for the corpus at `path`, in a thread of its own, until it is closed."""

    def __init__(self, path: Path, activate: Activate) -> None:
        """Begin to listen; `address` is None where that is not possible, and the window then cannot be found."""
        self._activate = activate
        self._closed = False
        self.address: str | None = None
        listening = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(path, listening), name="single instance", daemon=True)
        self._thread.start()
        self._listening = listening

    def wait(self, seconds: float) -> bool:
        """Wait until the server listens, or has found that it cannot, and return whether it has an address."""
        self._listening.wait(seconds)
        return self.address is not None

    def close(self) -> None:
        """Stop listening and free the address."""
        self._listening.wait(_PROMPT)
        self._closed = True
        if self.address and self._thread.is_alive():
            from multiprocessing.connection import Client

            with suppress(OSError):  # closing a socket does not wake the thread that waits on it, a connection does
                Client(self.address).close()
            self._thread.join(_PROMPT)

    def _run(self, path: Path, listening: threading.Event) -> None:
        try:
            listener = _listener(path)
        except OSError as error:
            _log.warning("a second start will not find this window", exc_info=error)
            listener = None
        self.address = listener.address if listener else None
        listening.set()
        if not listener:
            return
        while not self._closed:
            try:
                connection = listener.accept()
            except OSError as error:
                _log.warning("a start was not answered", exc_info=error)
                time.sleep(0.1)
                continue
            with connection:
                if not self._closed:
                    self._answer(connection)
        with suppress(OSError), _locked():  # or a process that finds the socket stale meanwhile could lose its own
            listener.close()

    def _answer(self, connection: "Connection") -> None:
        try:
            connection.send_bytes(str(os.getpid()).encode())
            if not connection.poll(_PROMPT):
                return
            request = msgspec.json.decode(connection.recv_bytes(_LONGEST), type=Request)
            connection.send_bytes(_YES if self._activate(request, time.monotonic() + _PROMPT) else _NO)
        except (OSError, EOFError, ValueError) as error:  # whoever asked has gone, or spoke nonsense
            _log.info("a start went away", exc_info=error)


def _listener(path: Path) -> "Listener | None":
    """A listener on the first free address of the corpus; None where all are taken. Raises OSError."""
    from multiprocessing.connection import Listener

    for address in _addresses(path):
        with _locked(), suppress(FileExistsError, PermissionError):  # PermissionError: a pipe of that name exists
            _remove_stale(address)
            return Listener(address, "AF_PIPE" if sys.platform == "win32" else "AF_UNIX", _BACKLOG)
    return None


def _remove_stale(address: str) -> None:
    """Remove the socket of a process that was killed. Raises FileExistsError where a process listens on it."""
    if not _is_present(address):
        return
    if sys.platform == "win32":  # pipes go with their process
        raise FileExistsError(address)  # Wine would let two processes listen on one
    import socket

    with socket.socket(socket.AF_UNIX) as client:
        client.setblocking(False)
        try:
            client.connect(address)
        except (ConnectionRefusedError, FileNotFoundError):
            with suppress(FileNotFoundError):
                os.unlink(address)  # noqa: PTH108
            return
        except BlockingIOError:  # so many wait for an answer that no more are taken: it hangs
            pass
    raise FileExistsError(address)


@contextmanager
def _locked() -> Iterator[None]:
    """Keep other processes of this person from taking an address at the same time. Raises OSError."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    folder = _make_folder()
    with (folder / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# Addresses


def _addresses(path: Path) -> list[str]:
    of_both = "\0".join((os.path.normcase(settings.config_dir().absolute()), _resolved(path)))
    digest = hashlib.sha256(of_both.encode("utf-8", "surrogatepass")).hexdigest()[:20]
    names = [f"{digest}-{slot}" for slot in range(_SLOTS)]
    if sys.platform == "win32":
        return [f"{_PIPES}{_PREFIX}-{name}" for name in names]
    return [str(_folder() / name) for name in names]


def _resolved(path: Path) -> str:
    return os.path.normcase(os.path.realpath(path))


def _folder() -> Path:
    """The folder of the sockets; it may not exist yet."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.path.isdir(runtime):  # noqa: PTH112
        return Path(runtime, _PREFIX)
    import tempfile  # takes 4 ms to load

    return Path(tempfile.gettempdir(), f"{_PREFIX}-{os.getuid()}" if sys.platform != "win32" else _PREFIX)


def _make_folder() -> Path:
    """Make the folder of the sockets if need be. Raises PermissionError where others than this person may use it."""
    folder = _folder()
    folder.mkdir(mode=stat.S_IRWXU, exist_ok=True)
    if not _is_private(folder):
        raise PermissionError(f"others may use {folder}")
    return folder


def _is_private(folder: Path) -> bool:
    """Whether the folder belongs to this person and nobody else may use it. Pipes are in no folder."""
    if sys.platform == "win32":
        return True
    try:
        found = folder.lstat()
    except OSError:
        return False
    others = stat.S_IRWXG | stat.S_IRWXO
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & others
