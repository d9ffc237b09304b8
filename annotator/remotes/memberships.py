"""The teams that this computer belongs to, and where it has the passwords.

A membership is a file that only the user may read, in the program's data folder. The password is in the system's
keyring; only where there is none, as on Linux without a desktop, or where nobody unlocks it, is it in a file beside the
membership. Each login has its own: somebody who joins once more is in the team by the older one until the newer one is
known to work.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from enum import StrEnum
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec
from msgspec import Struct

from annotator import optional_packages, settings
from annotator.file_ops import delete_file, lock_file
from annotator.i18n import _
from annotator.model.operations import InvalidEdit
from annotator.remotes.invitation import Address, ServerAddress, check_address, is_uid, write_privately
from annotator.remotes.remote import AccessDenied, PasswordLocked, RemoteError
from annotator.store.errors import translating_file_errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyring.backend import KeyringBackend

_Answer = TypeVar("_Answer")
_log = logging.getLogger(__name__)
_SERVICE: Final = "arabic-news-annotator"
_FOLDER: Final = "teams"
_MEMBERSHIP: Final = ".json"
_ATTEMPT: Final = ".attempt"
_PASSWORD: Final = ".password"
_LEAST_PRIORITY: Final = 1  # of a back end that keyring recommends; a lower one is no keyring, or not a safe one
_KEYRING_SECONDS: Final = 60.0  # within which somebody can unlock the keyring
_LOCK: Final = "teams.lock"
_LOCK_SECONDS: Final = 2 * _KEYRING_SECONDS + 30.0  # to ask for a password, to save it, and to reach the server
_MAX_PASSWORD_LENGTH: Final = 1000
_PASSWORD_BYTES: Final = 32


class Membership(Struct, frozen=True):
    """A team (uid and name), who in it works on this computer (uid of the person, name, role), and where it meets.

    `corpus` is the path of the corpus that belonged to it last, "" for none yet.
    """

    team: str
    name: str
    member: str
    member_name: str
    role: str
    address: Address
    corpus: str = ""


class KeyringEntry(Struct, frozen=True):
    """How a keyring names a password: by a program and a user."""

    service: str
    username: str


class PasswordPlace(StrEnum):
    """Where a password is."""

    KEYRING = "keyring"
    FILE = "file"


def teams_dir() -> Path:
    """Return the folder of the memberships; it may not exist yet."""
    return settings.data_dir() / _FOLDER


@contextlib.contextmanager
def locking_passwords() -> Iterator[None]:
    """Let no other process of the user choose a password meanwhile, or wait for the one that does. Raises CorpusError.

    One that waits too long goes on all the same, as does one on a drive that has no locks.
    """
    path = settings.data_dir() / _LOCK
    with contextlib.ExitStack() as stack:
        with translating_file_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(lock_file(path, patience=_LOCK_SECONDS))
        yield


def save_membership(membership: Membership) -> None:
    """Save a membership, replacing an older one of this member. Raises CorpusError."""
    _write(_path(membership, _MEMBERSHIP), msgspec.json.encode(membership))


def load_membership(team: str, member: str) -> Membership | None:
    """Return the membership of this member in this team (uids); None where this computer has none.

    Raises RemoteError for a damaged file.
    """
    path = teams_dir() / f"{team}.{member}{_MEMBERSHIP}"
    if not (is_uid(team) and is_uid(member)) or not path.exists():
        return None
    try:
        return _read(path)
    except (ValueError, InvalidEdit) as error:
        message = _("“{path}”, which says how to reach the team, is damaged: join the team again.")
        raise RemoteError(message.format(path=path)) from error


def list_memberships() -> list[Membership]:
    """Return all memberships of this computer, by the name of the team. Raises RemoteError for a damaged file."""
    parts = (path.name.removesuffix(_MEMBERSHIP).partition(".") for path in teams_dir().glob(f"*{_MEMBERSHIP}"))
    memberships = (load_membership(team, member) for team, _dot, member in parts)
    return sorted(filter(None, memberships), key=lambda each: (each.name, each.member_name, each.team))


def forget_membership(membership: Membership) -> KeyringEntry | None:
    """Delete a membership and its passwords; return what may stay in a keyring, as forget_login does.

    Raises CorpusError.
    """
    remaining = forget_login(membership)
    path = _path(membership, _MEMBERSHIP)
    with translating_file_errors(path):
        for password_path in path.parent.glob(f"{path.stem}.*{_PASSWORD}"):  # of logins that never came to work
            delete_file(password_path)
        delete_file(_path(membership, _ATTEMPT))
        delete_file(path)
    return remaining


def save_attempt(membership: Membership, password: str | None = None) -> PasswordPlace | None:
    """Note that a team is about to be made with this lead, and the password of their login; return where that is.

    Where it was made, and no more came of it, the next attempt goes on. Raises CorpusError.
    """
    _write(_path(membership, _ATTEMPT), msgspec.json.encode(membership))
    return None if password is None else save_password(membership, password)


def list_attempts() -> list[Membership]:
    """Return the leads of the teams that this computer began to make. Raises CorpusError."""
    attempts = []
    for path in sorted(teams_dir().glob(f"*{_ATTEMPT}")):
        with contextlib.suppress(ValueError, InvalidEdit):  # a damaged one is none
            attempts.append(_read(path))
    return attempts


def forget_attempt(membership: Membership) -> None:
    """Forget that a team was being made, and the password where no membership has come of it. Raises CorpusError."""
    if load_membership(membership.team, membership.member) is None:
        forget_login(membership)
    path = _path(membership, _ATTEMPT)
    with translating_file_errors(path):
        delete_file(path)


def generate_password() -> str:
    """Return a new password, which nobody can guess."""
    return token_urlsafe(_PASSWORD_BYTES)


def forget_login(membership: Membership) -> KeyringEntry | None:
    """Delete the password of a login; return what may stay in a keyring that is locked or cannot be reached.

    Raises CorpusError.
    """
    if not isinstance(membership.address, ServerAddress):
        return None
    path = _password_path(membership, membership.address)
    with translating_file_errors(path):
        was_in_file = path.exists()
        delete_file(path)
    entry = KeyringEntry(_SERVICE, _keyring_name(membership.address, membership.team))
    return None if _forget_in_keyring(entry, may_be_none=was_in_file) else entry


def save_password(membership: Membership, password: str) -> PasswordPlace:
    """Put the password of a member in the system's keyring, or else in a private file; return where it is.

    Raises CorpusError.
    """
    assert isinstance(membership.address, ServerAddress)
    path = _password_path(membership, membership.address)
    if _save_in_keyring(membership.address, membership.team, password):
        with translating_file_errors(path):
            delete_file(path)
        return PasswordPlace.KEYRING
    _write(path, password.encode())
    return PasswordPlace.FILE


def load_password(membership: Membership) -> str:
    """Return the password of a member.

    Raises PasswordLocked, AccessDenied where this computer has it no more, and CorpusError.
    """
    assert isinstance(membership.address, ServerAddress)
    path = _password_path(membership, membership.address)
    with translating_file_errors(path):
        if path.exists():
            return path.read_bytes()[:_MAX_PASSWORD_LENGTH].decode(errors="replace")
    name = _keyring_name(membership.address, membership.team)
    try:
        password: str | None = _ask_keyring(lambda keyring: keyring.get_password(_SERVICE, name))
    except _NoKeyring as error:
        message = _(
            "The password of “{name}” in “{team}” is neither in a file here nor in a keyring that can be reached: "
            "work on the desktop on which you joined, or ask for a new invitation."
        )
        raise AccessDenied(message.format(name=membership.member_name, team=membership.name)) from error
    except Exception as error:  # back ends raise errors of their own, as where nobody unlocks the keyring
        message = _("The keyring of this system does not give the password of the team: unlock it, then try again.")
        raise PasswordLocked(message) from error
    if password is None:
        message = _("This computer does not have the password of “{name}” in “{team}”: ask for a new invitation.")
        raise AccessDenied(message.format(name=membership.member_name, team=membership.name))
    return password


def explain_place(place: PasswordPlace) -> str:
    """Say where a password is."""
    if place == PasswordPlace.KEYRING:
        return _("The password is in the keyring of this system.")
    message = _("The password is in a file that only you can read, in {folder}: there is no keyring, or it is locked.")
    return message.format(folder=teams_dir())


def _read(path: Path) -> Membership:
    """Return the membership in a file. Raises ValueError and InvalidEdit for a damaged one, and CorpusError."""
    with translating_file_errors(path):
        data = path.read_bytes()
    membership = msgspec.json.decode(data, type=Membership)
    if isinstance(membership.address, ServerAddress):
        check_address(membership.address)
    return membership


def _path(membership: Membership, suffix: str) -> Path:
    assert is_uid(membership.team)
    assert is_uid(membership.member)
    return teams_dir() / f"{membership.team}.{membership.member}{suffix}"


def _password_path(membership: Membership, address: ServerAddress) -> Path:
    return _path(membership, f".{address.login}{_PASSWORD}")


def _write(path: Path, data: bytes) -> None:
    with translating_file_errors(path.parent):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_privately(path, data)


class _NoKeyring(Exception):
    """The system has no keyring that can be reached, or none that keyring itself recommends."""


def _find_keyring() -> "KeyringBackend":
    """Return the keyring of the system. Raises _NoKeyring."""
    if not optional_packages.is_installed("keyring"):
        raise _NoKeyring
    import keyring  # late: rarely needed

    try:
        backend = keyring.get_keyring()
        is_recommended = backend.priority >= _LEAST_PRIORITY
    except Exception as error:  # as where the service has ended, or where the user has set up one that is not here
        _log.warning("there is no keyring", exc_info=error)
        raise _NoKeyring from error
    if not is_recommended:
        raise _NoKeyring
    return backend


class _Questions:
    """What is asked of the keyring: one question at a time, so that as long as one waits no other opens a dialog."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._deadline: float | None = None  # of the question that waits; a time.monotonic

    def ask(self, question: "Callable[[], _Answer]") -> _Answer:
        """Return the answer, for which a thread waits: back ends wait without a limit.

        Raises TimeoutError, at once if an earlier question still waits after its time, and what the question raises.
        """
        with self._changed:
            while self._deadline is not None:
                if not self._changed.wait(max(0.0, self._deadline - time.monotonic())):
                    raise TimeoutError
            self._deadline = time.monotonic() + _KEYRING_SECONDS
        answer: Future[_Answer] = Future()

        def work() -> None:
            try:
                answer.set_result(question())
            except Exception as error:
                answer.set_exception(error)
            finally:
                with self._changed:
                    self._deadline = None
                    self._changed.notify()

        threading.Thread(target=work, name="keyring", daemon=True).start()
        return answer.result(_KEYRING_SECONDS)


_questions: Final = _Questions()


def _ask_keyring(ask: "Callable[[KeyringBackend], _Answer]") -> _Answer:
    """Return what the keyring of the system answers, which may first open a dialog to unlock it.

    Raises _NoKeyring, TimeoutError where nobody answers that dialog or the service hangs, and what back ends raise.
    """
    return _questions.ask(lambda: ask(_find_keyring()))


def _save_in_keyring(address: ServerAddress, team: str, password: str) -> bool:
    name = _keyring_name(address, team)

    def save(keyring: "KeyringBackend") -> bool:
        keyring.set_password(_SERVICE, name, password)
        saved: str | None = keyring.get_password(_SERVICE, name)
        return saved == password

    try:
        return _ask_keyring(save)
    except _NoKeyring:
        return False
    except Exception as error:  # see above
        _log.warning("the keyring refuses a password", exc_info=error)
        return False


def _forget_in_keyring(entry: KeyringEntry, *, may_be_none: bool) -> bool:
    """Delete a password; return whether it is gone. Where `may_be_none`, it never was in a keyring that is not here."""

    def forget(keyring: "KeyringBackend") -> None:
        if keyring.get_password(entry.service, entry.username) is not None:
            keyring.delete_password(entry.service, entry.username)

    try:
        _ask_keyring(forget)
    except _NoKeyring:
        return may_be_none
    except Exception as error:  # see above
        _log.warning("the keyring does not forget a password", exc_info=error)
        return False
    return True


def _keyring_name(address: ServerAddress, team: str) -> str:
    return f"{team}/{address.login}"
