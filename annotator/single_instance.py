"""One window per corpus: a start of the program activates the window that has its corpus open.

A window listens on a local socket (Windows: a named pipe). Its address derives from the paths of the corpus and the
settings folder, so only windows of one person and copy of the program find each other. A start sends its request before
loading Qt, never waits for a hanging window, and opens its own window unless the answer is yes. No message is
unpickled.

With several windows for one corpus (`--new-window`), each takes the first free address of `_SLOTS`.
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
_SLOTS: Final = 4  # windows per corpus that can be found
_PATIENCE: Final = 3.0  # seconds that a start waits for all answers together
_PROMPT: Final = 1.2  # seconds until a window without an answer counts as hanging
_RETURN: Final = 0.3  # seconds that an answer may take to come back
_LONGEST: Final = 1 << 16  # bytes of a message
_BACKLOG: Final = 8  # starts that may wait for an answer
_YES: Final = b"yes"
_NO: Final = b"no"
_PREFIX: Final = "arabic-news-annotator"
_PIPES: Final = "\\\\.\\pipe\\"


class Request(Struct, frozen=True):
    """A start's request that the window with the corpus at `path` come to the foreground by `deadline`.

    The deadline is a `time.monotonic`, which all processes of a computer share; later, the start opens a window of its
    own. A Wayland compositor gave the start its `activation_token`, to let it take the keyboard focus. `team_file` is
    the path of a changeset or an invitation that the window is to open, `place` one that it is to show (see
    model.places); both may be "".
    """

    path: str
    deadline: float
    activation_token: str = ""
    team_file: str = msgspec.field(default="", name="changeset")  # as earlier versions call it
    place: str = ""


Activate = Callable[[Request], bool]
"""Brings the window to the foreground unless it is past the deadline; returns whether it did.

Called in the server's thread.
"""


def is_same_corpus(path: Path, other_path: Path) -> bool:
    """Compare two paths as addresses do: links followed, case ignored where the system does."""
    return _resolve(path) == _resolve(other_path)


# The start


def activate(path: Path, team_file: Path | None = None, place: str = "") -> bool:
    """Bring a window with the corpus at `path` to the foreground; return whether there was one.

    There it opens the `team_file`, a changeset or an invitation, or shows the `place`. Takes three seconds at most.
    """
    addresses = [address for address in _addresses(path) if _is_present(address)]
    if not addresses or not _is_private(_folder()):
        return False
    full_path, token = os.path.abspath(path), os.environ.get("XDG_ACTIVATION_TOKEN", "")  # noqa: PTH100 - keeps links
    full_team_file = os.path.abspath(team_file) if team_file else ""  # noqa: PTH100
    latest = time.monotonic() + _PATIENCE - _RETURN
    request = Request(full_path, latest, token, full_team_file, place)
    answered = threading.Event()

    def ask() -> None:
        if any(_ask(address, request, latest) for address in addresses):
            answered.set()

    # A thread, since connecting to a hanging window has no timeout; a stuck one ends with the process.
    thread = threading.Thread(target=ask, name="activate", daemon=True)
    thread.start()
    thread.join(_PATIENCE)
    return answered.is_set()


def _ask(address: str, request: Request, latest: float) -> bool:
    """Ask the window at this address, which must answer at once and not after `latest`; return whether it said yes."""
    from multiprocessing.connection import Client  # takes 10 ms to load, and most starts find no window

    try:
        with Client(address) as connection:
            if not connection.poll(_PROMPT):
                return False
            _allow_foreground(int(connection.recv_bytes(_LONGEST)))
            deadline = min(time.monotonic() + _PROMPT, latest)
            connection.send_bytes(msgspec.json.encode(msgspec.structs.replace(request, deadline=deadline)))
            return connection.poll(_PROMPT + _RETURN) and connection.recv_bytes(_LONGEST) == _YES
    except (OSError, EOFError, ValueError):  # the listener is gone or another program
        return False


def _allow_foreground(process: int) -> None:
    """Let the process take the foreground, which Windows allows only to the one started last."""
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
    """A server, in its own thread, for starts that ask for the corpus at `path`."""

    def __init__(self, path: Path, activate: Activate) -> None:
        """Begin to listen; if that fails, `address` stays None and the window cannot be found."""
        self._activate = activate
        self._closed = False
        self.address: str | None = None
        listening = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(path, listening), name="single instance", daemon=True)
        self._thread.start()
        self._listening = listening

    def wait(self, seconds: float) -> bool:
        """Wait until the server listens or has failed; return whether it has an address."""
        self._listening.wait(seconds)
        return self.address is not None

    def close(self) -> None:
        """Stop listening and free the address."""
        self._listening.wait(_PROMPT)
        self._closed = True
        if self.address and self._thread.is_alive():
            from multiprocessing.connection import Client

            with suppress(OSError):  # unlike closing the socket, a connection wakes the waiting thread
                Client(self.address).close()
            self._thread.join(_PROMPT)

    def _run(self, path: Path, listening: threading.Event) -> None:
        try:
            listener = _open_listener(path)
        except OSError as error:
            _log.warning("a second instance will not find this window", exc_info=error)
            listener = None
        self.address = listener.address if listener else None
        listening.set()
        if not listener:
            return
        while not self._closed:
            try:
                connection = listener.accept()
            except OSError as error:
                _log.warning("cannot answer another instance", exc_info=error)
                time.sleep(0.1)
                continue
            with connection:
                if not self._closed:
                    self._answer(connection)  # type: ignore[arg-type, unused-ignore]  # a PipeConnection on Windows
        # Without the lock, a process that finds the socket stale could lose its own.
        with suppress(OSError), _address_lock():
            listener.close()

    def _answer(self, connection: "Connection") -> None:
        try:
            connection.send_bytes(str(os.getpid()).encode())
            if not connection.poll(_PROMPT):
                return
            request = msgspec.json.decode(connection.recv_bytes(_LONGEST), type=Request)
            connection.send_bytes(_YES if self._activate(request) else _NO)
        except (OSError, EOFError, ValueError) as error:  # the client is gone or sent nonsense
            _log.info("another instance disconnected", exc_info=error)


def _open_listener(path: Path) -> "Listener | None":
    """Listen on the corpus's first free address; None if all are taken. Raises OSError."""
    from multiprocessing.connection import Listener

    for address in _addresses(path):
        with _address_lock(), suppress(FileExistsError, PermissionError):  # PermissionError: a pipe of that name exists
            _remove_stale(address)
            return Listener(address, "AF_PIPE" if sys.platform == "win32" else "AF_UNIX", _BACKLOG)
    return None


def _remove_stale(address: str) -> None:
    """Remove a killed process's socket. Raises FileExistsError if a process listens on it."""
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
        except BlockingIOError:  # its backlog is full: it hangs
            pass
    raise FileExistsError(address)


@contextmanager
def _address_lock() -> Iterator[None]:
    """Keep this person's other processes from taking an address meanwhile. Raises OSError."""
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
    of_both = "\0".join((os.path.normcase(settings.config_dir().absolute()), _resolve(path)))
    digest = hashlib.sha256(of_both.encode("utf-8", "surrogatepass")).hexdigest()[:20]
    names = [f"{digest}-{slot}" for slot in range(_SLOTS)]
    if sys.platform == "win32":
        return [f"{_PIPES}{_PREFIX}-{name}" for name in names]
    return [str(_folder() / name) for name in names]


def _resolve(path: Path) -> str:
    return os.path.normcase(os.path.realpath(path))


def _folder() -> Path:
    """Return the folder of the sockets, which may not exist yet."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.path.isdir(runtime):  # noqa: PTH112
        return Path(runtime, _PREFIX)
    import tempfile  # takes 4 ms to load

    if sys.platform == "win32":
        return Path(tempfile.gettempdir(), _PREFIX)
    return Path(tempfile.gettempdir(), f"{_PREFIX}-{os.getuid()}")


def _make_folder() -> Path:
    """Create the folder of the sockets if necessary. Raises PermissionError if others may use it."""
    folder = _folder()
    folder.mkdir(mode=stat.S_IRWXU, exist_ok=True)
    if not _is_private(folder):
        raise PermissionError(f"other users can access {folder}")
    return folder


def _is_private(folder: Path) -> bool:
    """Return whether only this person may use the folder. Pipes have none."""
    if sys.platform == "win32":
        return True
    try:
        status = folder.lstat()
    except OSError:
        return False
    others_mask = stat.S_IRWXG | stat.S_IRWXO
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & others_mask
