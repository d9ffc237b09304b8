"""Invitations: the files by which people join a team, which may come from anybody.

A file is one JSON object. That of a team at a server has `host`, `port`, `database`, `login`, a `secret` that is good
for one use `until` a time, and the `certificate` of the authority (PEM) by which the server is known, or null. That of
a team in a folder has `folder`, the path on the computer of whoever invites.
"""

import ipaddress
import os
import re
from base64 import b64decode
from codecs import BOM_UTF8
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

import msgspec
from msgspec import Struct

from annotator.file_ops import discard_file, explain_os_error, replace_file
from annotator.formats.library_errors import explain_error
from annotator.formats.reading import read_limited
from annotator.i18n import _
from annotator.model.annotator_names import clean_name, explain_invalid_name
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason, json_error_code, os_error_code
from annotator.model.records import Refusal
from annotator.paths import hidden_path
from annotator.remotes.remote import ROLES
from annotator.store.errors import CorpusError, translating_file_errors

VERSION: Final = 1
"""The version of the format, counted up where an older program would misread a file."""
MAX_SIZE: Final = 200_000
"""Bytes of a file; a chain of certificates has some ten thousand."""
DEFAULT_PORT: Final = 5432

_MAX_SECRET_LENGTH: Final = 1000
_MAX_PATH_LENGTH: Final = 4000
_UID: Final = re.compile(r"[0-9a-f]{32}")
_HOST_LABEL: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_IDENTIFIER: Final = re.compile(r"[\w.-][\w. -]{0,62}")  # PostgreSQL cuts names after 63 bytes
_SECRET: Final = re.compile(r"[\x21-\x7e]+")
_CERTIFICATES: Final = re.compile(r"(?:-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+")
_CERTIFICATE: Final = re.compile(r"-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----")


class ServerAddress(Struct, frozen=True, tag="server"):
    """A database at a PostgreSQL server, and the login of a member; without a `certificate` the system's ones count."""

    host: str
    port: int
    database: str
    login: str
    certificate: str | None = None

    def __str__(self) -> str:
        """Return the address for people."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORT else f":{self.port}"
        return f"{host}{port}/{self.database}"


class FolderAddress(Struct, frozen=True, tag="folder"):
    """A folder that the members share."""

    folder: str

    def __str__(self) -> str:
        """Return the address for people."""
        return self.folder


Address: TypeAlias = ServerAddress | FolderAddress
"""Where a team meets."""


class InvitedMember(Struct, frozen=True):
    """Who is invited: the uid of the person, the name that the team has for them, and their role."""

    uid: str
    name: str
    role: str


class Invitation(Struct, frozen=True):
    """An invitation to the team with this uid and name. `until` is ISO 8601; a folder has neither that nor a secret."""

    team: str
    name: str
    member: InvitedMember
    address: Address
    secret: str = ""
    until: str = ""

    def __repr__(self) -> str:
        """Return what may stand in a trace: the secret may not."""
        return f"Invitation(team={self.team!r}, member={self.member!r}, address={self.address!r})"


class InvalidInvitation(CorpusError):
    """A file that nobody can join a team by; `refusal` has the file and the reason."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(
            _("“{path}” cannot be used as an invitation. {reason}").format(path=refusal.path, reason=refusal.reason)
        )


class _File(Struct, frozen=True):
    """An invitation as the file has it."""

    team: str
    name: str
    member: InvitedMember
    version: int = VERSION
    host: str | None = None
    port: int | None = None
    database: str | None = None
    login: str | None = None
    secret: str | None = None
    until: str | None = None
    certificate: str | None = None
    folder: str | None = None


def write_invitation(invitation: Invitation, path: Path) -> None:
    """Write an invitation that only its owner may read, to a file that replaces an older one. Raises CorpusError."""
    record: dict[str, object] = {"version": VERSION, "team": invitation.team, "name": invitation.name}
    record |= msgspec.structs.asdict(invitation.address)
    if isinstance(invitation.address, ServerAddress):
        record |= {"secret": invitation.secret, "until": invitation.until}
    record["member"] = msgspec.structs.asdict(invitation.member)
    write_privately(path, msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n")


def write_privately(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read, replacing an older one. Raises CorpusError."""
    new_path = hidden_path(path, "new")
    with translating_file_errors(path):
        try:
            with open(new_path, "xb", opener=_open_privately) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            replace_file(new_path, path)
        finally:
            discard_file(new_path)


def _open_privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def read_invitation(path: Path) -> Invitation:
    """Return the invitation in a file, which may be anybody's. Raises InvalidInvitation."""
    try:
        return decode_invitation(read_limited(path, MAX_SIZE))
    except InvalidEdit as error:
        raise InvalidInvitation(Refusal.at(path, 0, error.reason)) from error
    except OSError as error:
        reason = Reason(os_error_code(error), explain_os_error(error))
        raise InvalidInvitation(Refusal.at(path, 0, reason)) from error


def decode_invitation(data: bytes) -> Invitation:
    """Return the invitation that the bytes of a file are. Raises InvalidEdit, whose message never has the secret."""
    try:
        record = msgspec.json.decode(data.removeprefix(BOM_UTF8), type=_File)  # editors on Windows write it
    except (ValueError, RecursionError) as error:
        # Nothing of the file is quoted: it may be the secret.
        words = "" if isinstance(error, UnicodeDecodeError) else explain_error(error)
        raise _not_an_invitation(words, json_error_code(error)) from None
    if record.version != VERSION:
        message = _("It was made by a newer version of this program: update the program to join the team.")
        raise InvalidEdit(Reason(Code.NEWER_VERSION, message))
    _check_member(record)
    if record.folder is not None and record.host is None:
        if not record.folder.strip() or len(record.folder) > _MAX_PATH_LENGTH or not record.folder.isprintable():
            raise _invalid("folder")
        return Invitation(record.team, record.name, record.member, FolderAddress(record.folder))
    if record.folder is not None or record.host is None:
        raise _not_an_invitation(_("it must name either a server or a folder"))
    address = ServerAddress(
        host=record.host,
        port=DEFAULT_PORT if record.port is None else record.port,
        database=record.database or "",
        login=record.login or "",
        certificate=record.certificate,
    )
    check_address(address)
    secret, until = record.secret or "", record.until or ""
    if not _SECRET.fullmatch(secret) or len(secret) > _MAX_SECRET_LENGTH:
        raise _invalid("secret")
    if not _is_time(until):
        raise _invalid("until")
    return Invitation(record.team, record.name, record.member, address, secret, until)


def check_address(address: ServerAddress) -> None:
    """Raise InvalidEdit unless this may be the address of a database that others can reach.

    A host with a slash would be the path of a socket, one with a comma several hosts.
    """
    if not _is_host(address.host):
        raise _invalid("host")
    if not 0 < address.port < 1 << 16:
        raise _invalid("port")
    for name in ("database", "login"):
        if not _IDENTIFIER.fullmatch(getattr(address, name)):
            raise _invalid(name)
    if address.certificate is not None and not _are_certificates(address.certificate):
        raise _invalid("certificate")


def place_key(address: Address) -> tuple[str, ...]:
    """Return what is equal of two addresses that are spelled differently and lead to the same place.

    Names that a network or a mounted drive gives to one place stay two.
    """
    if isinstance(address, FolderAddress):
        return ("folder", os.path.normcase(os.path.normpath(address.folder)))
    try:
        host = str(ipaddress.ip_address(address.host))
    except ValueError:
        host = address.host.lower().removesuffix(".")
    return ("server", host, str(address.port), address.database)


def is_uid(text: str) -> bool:
    """Return whether a text is a uid as this program makes them, and so may be a part of the name of a file."""
    return bool(_UID.fullmatch(text))


def _check_member(record: _File) -> None:
    member = record.member
    if not is_uid(record.team):
        raise _invalid("team")
    if not is_uid(member.uid):
        raise _invalid("member.uid")
    if member.role not in ROLES:
        raise _invalid("member.role")
    for field, name in (("name", record.name), ("member.name", member.name)):
        if explain_invalid_name(name) or not clean_name(name):
            raise _invalid(field)


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.removesuffix(".").split(".")
        return len(host) <= 253 and all(map(_HOST_LABEL.fullmatch, labels)) and not labels[-1].isdigit()
    return "%" not in host


def _are_certificates(text: str) -> bool:
    try:
        bodies = [b64decode("".join(body.split()), validate=True) for body in _CERTIFICATE.findall(text)]
    except ValueError:
        return False
    are_sequences = all(body.startswith(b"\x30") for body in bodies)  # of DER, as every certificate is
    return are_sequences and bool(_CERTIFICATES.fullmatch(text.lstrip()))


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _invalid(field: str) -> InvalidEdit:
    """Return the error of a field whose value cannot be; the value itself is not shown."""
    return _not_an_invitation(_("“{field}” is missing or has no possible value").format(field=field))


def _not_an_invitation(words: str, code: Code = Code.NOT_AN_INVITATION) -> InvalidEdit:
    text = _("This is not an invitation to a team.")
    return InvalidEdit(Reason(code, f"{text} ({words})" if words else text))
