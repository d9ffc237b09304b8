"""The teams that this computer belongs to, and where it has the passwords.

A membership is a file that only the user may read, in the program's data folder. The password is in the system's
keyring; only where there is none, as on Linux without a desktop, is it in a file beside the membership. Each login has
its own: somebody who joins once more is in the team by the older one until the newer one is known to work.
"""

import logging
from enum import StrEnum
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct

from annotator import optional_packages, settings
from annotator.file_ops import delete_file
from annotator.i18n import _
from annotator.model.operations import InvalidEdit
from annotator.remotes.invitation import Address, ServerAddress, check_address, is_uid, write_privately
from annotator.remotes.remote import AccessDenied, RemoteError
from annotator.store.errors import translating_file_errors

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_log = logging.getLogger(__name__)
_SERVICE: Final = "arabic-news-annotator"
_FOLDER: Final = "teams"
_MEMBERSHIP: Final = ".json"
_PASSWORD: Final = ".password"
_LEAST_PRIORITY: Final = 1  # of a back end that keyring recommends; a lower one is no keyring, or not a safe one
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


class PasswordPlace(StrEnum):
    """Where a password is."""

    KEYRING = "keyring"
    FILE = "file"


def teams_dir() -> Path:
    """Return the folder of the memberships; it may not exist yet."""
    return settings.data_dir() / _FOLDER


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
    with translating_file_errors(path):
        data = path.read_bytes()
    try:
        membership = msgspec.json.decode(data, type=Membership)
        if isinstance(membership.address, ServerAddress):
            check_address(membership.address)
    except (ValueError, InvalidEdit) as error:
        message = _("“{path}”, which says how to reach the team, is damaged: join the team again.")
        raise RemoteError(message.format(path=path)) from error
    return membership


def list_memberships() -> list[Membership]:
    """Return all memberships of this computer, by the name of the team. Raises RemoteError for a damaged file."""
    parts = (path.name.removesuffix(_MEMBERSHIP).partition(".") for path in teams_dir().glob(f"*{_MEMBERSHIP}"))
    memberships = (load_membership(team, member) for team, _dot, member in parts)
    return sorted(filter(None, memberships), key=lambda each: (each.name, each.member_name, each.team))


def forget_membership(membership: Membership) -> None:
    """Delete a membership and its passwords. Raises CorpusError."""
    forget_login(membership)
    path = _path(membership, _MEMBERSHIP)
    with translating_file_errors(path):
        for password_path in path.parent.glob(f"{path.stem}.*{_PASSWORD}"):  # of logins that never came to work
            delete_file(password_path)
        delete_file(path)


def generate_password() -> str:
    """Return a new password, which nobody can guess."""
    return token_urlsafe(_PASSWORD_BYTES)


def forget_login(membership: Membership) -> None:
    """Delete the password of a login. Raises CorpusError."""
    if isinstance(membership.address, ServerAddress):
        path = _password_path(membership, membership.address)
        with translating_file_errors(path):
            delete_file(path)
        _forget_in_keyring(membership, membership.address)


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
    """Return the password of a member. Raises AccessDenied where this computer has it no more, and CorpusError."""
    assert isinstance(membership.address, ServerAddress)
    path = _password_path(membership, membership.address)
    with translating_file_errors(path):
        if path.exists():
            return path.read_bytes()[:_MAX_PASSWORD_LENGTH].decode(errors="replace")
    password = _load_from_keyring(membership.address, membership.team)
    if password is None:
        message = _("This computer does not have the password of “{name}” in “{team}”: ask for a new invitation.")
        if _find_keyring() is None:
            message = _(
                "The password of “{name}” in “{team}” is neither in a file here nor in a keyring that can be reached: "
                "work on the desktop on which you joined, or ask for a new invitation."
            )
        raise AccessDenied(message.format(name=membership.member_name, team=membership.name))
    return password


def explain_place(place: PasswordPlace) -> str:
    """Say where a password is."""
    if place == PasswordPlace.KEYRING:
        return _("The password is in the keyring of this system.")
    message = _("This system has no keyring: the password is in a file that only you can read, in {folder}.")
    return message.format(folder=teams_dir())


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


def _find_keyring() -> "KeyringBackend | None":
    """Return the keyring of the system; None where there is none that keyring itself recommends."""
    if not optional_packages.is_installed("keyring"):
        return None
    import keyring  # late: rarely needed

    backend = keyring.get_keyring()
    return backend if backend.priority >= _LEAST_PRIORITY else None


def _save_in_keyring(address: ServerAddress, team: str, password: str) -> bool:
    backend = _find_keyring()
    if backend is None:
        return False
    name = _keyring_name(address, team)
    try:
        backend.set_password(_SERVICE, name, password)
        saved: str | None = backend.get_password(_SERVICE, name)
    except Exception as error:  # back ends raise errors of their own, as where nobody unlocks the keyring
        _log.warning("the keyring refuses a password", exc_info=error)
        return False
    return saved == password


def _load_from_keyring(address: ServerAddress, team: str) -> str | None:
    backend = _find_keyring()
    if backend is None:
        return None
    try:
        password: str | None = backend.get_password(_SERVICE, _keyring_name(address, team))
    except Exception as error:  # see above
        message = _("The keyring of this system does not give the password of the team: unlock it, then try again.")
        raise AccessDenied(message) from error
    return password


def _forget_in_keyring(membership: Membership, address: ServerAddress) -> None:
    backend = _find_keyring()
    try:
        if backend and backend.get_password(_SERVICE, _keyring_name(address, membership.team)) is not None:
            backend.delete_password(_SERVICE, _keyring_name(address, membership.team))
    except Exception as error:  # see above; the password is worth nothing any more
        _log.warning("the keyring does not forget a password", exc_info=error)


def _keyring_name(address: ServerAddress, team: str) -> str:
    return f"{team}/{address.login}"
