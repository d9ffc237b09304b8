"""A team in a folder that its members share: with Nextcloud or Syncthing, on a network drive or a memory stick.

`team.json` says which team it is. Each device has a folder of its own, in which it writes numbered changesets; each
file is written once and never changed. In `members` are numbered files, of which the last one about a person counts.
Whatever else lies there is left alone: half a file waits until it is whole, and files behind it wait with it.

Nothing here can keep anybody from reading or writing: whoever has the folder has all.
"""

import os
import re
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from annotator import __version__
from annotator.device_key import device_uid
from annotator.file_ops import discard_file, explain_os_error, replace_file, synced_file
from annotator.generators import finish
from annotator.i18n import _
from annotator.model.annotator_names import clean_name, explain_invalid_name
from annotator.model.changeset import Changeset
from annotator.open_databases import is_open_here
from annotator.paths import CHANGESET_SUFFIX, hidden_path
from annotator.remotes.administration import Access, Offer, TeamExists, VerificationResult
from annotator.remotes.invitation import FolderAddress, is_uid
from annotator.remotes.remote import (
    BEGINNING,
    LEAD,
    ROLES,
    AccessDenied,
    Member,
    NewerProgramNeeded,
    Page,
    Receipt,
    RemoteError,
    RemoteWentBack,
    Unreachable,
    Welcome,
    check_program,
)
from annotator.store.copying import new_file
from annotator.store.errors import CorpusError, ExistingCorpus, translating_file_errors
from annotator.team.changeset_file import InvalidChangeset, NewerChangeset, encode_changeset, read_changeset

_TEAM: Final = "team.json"
_MEMBERS: Final = "members"
_MEMBER_SUFFIX: Final = ".json"
_NUMBER: Final = re.compile(r"[0-9]{8}")
_VERSION: Final = re.compile(r"[\w.+-]{0,100}", re.ASCII)
_MAX_JSON_SIZE: Final = 100_000  # bytes
_ATTEMPTS: Final = 100
_MARK_LENGTH: Final = 8  # bytes

_Result = TypeVar("_Result")


class _TeamFile(Struct, frozen=True):
    uid: str
    name: str
    version: int = 1
    oldest: str = ""  # the version of the oldest program that may meet the team; "": any


class _Cursor(Struct, frozen=True):
    """The number of the last file that was read of each device, and the names of other files that were read.

    `marks` tell that last file from another one that a device wrote under its number after the folder was restored.
    """

    numbers: dict[str, int] = {}
    copies: tuple[str, ...] = ()
    marks: dict[str, str] = {}


class FolderRemote:
    """The folder, opened by a member of its team."""

    def __init__(self, folder: Path, member: str) -> None:
        self._folder, self._member = folder, member

    @classmethod
    def create(cls, folder: Path, *, team: str, name: str, lead: Member) -> Self:
        """Make a team, with this uid and name, in a folder that has none, or complete it where that was interrupted.

        Raises TeamExists for another team, and CorpusError.
        """
        with _translating_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / _MEMBERS).mkdir(exist_ok=True)
        remote = cls(folder, lead.uid)
        members: dict[str, Member] = {}
        try:
            _write_json(folder / _TEAM, _TeamFile(team, name))
        except ExistingCorpus as error:
            existing, members = _read_json(folder / _TEAM, _TeamFile), remote._read_members()
            if existing is None or existing.uid != team or (members and lead.uid not in members):
                message = _("The folder “{folder}” has a team already.")
                uid = existing.uid if existing else ""
                raise TeamExists(message.format(folder=folder), FolderAddress(str(folder)), uid) from error
        if lead.uid not in members:
            remote._save_member(lead)
        return remote

    @classmethod
    def open(cls, folder: Path, member: str) -> Self:
        """Open the folder as the member with this uid. Raises Unreachable where there is no team now."""
        remote = cls(folder, member)
        remote._read_team()
        return remote

    def welcome(self) -> Welcome:
        """Return which team this is, and its members. Raises AccessDenied to who is none of them."""
        team, members = self._read_team(), self._read_members()
        own = members.get(self._member)
        if own is None or not own.is_active:
            raise AccessDenied(_("You are not a member of this team, or not any more. Ask its lead."))
        return Welcome(team.uid, team.name, own, tuple(members.values()))

    def push(self, changeset: Changeset) -> Receipt:
        """Write the changeset as the next file of this device."""
        self._read_team()
        folder = self._folder / device_uid()
        with _translating_errors(folder):
            folder.mkdir(exist_ok=True)
            for _attempt in range(_ATTEMPTS):  # another program of this device may take the number
                path = _path_of(folder, _last_number(folder) + 1)
                with suppress(ExistingCorpus):
                    with new_file(path) as temporary, translating_file_errors(path), temporary.open("wb") as file:
                        finish(encode_changeset(changeset, file))
                    return Receipt(len(changeset.steps))
        raise Unreachable(_("The folder “{folder}” changes all the time: try again later.").format(folder=folder))

    def pull(self, cursor: str, most: int) -> Page:  # noqa: ARG002 - a file is read as a whole
        """Return the next file. Raises RemoteWentBack if files of this device are gone."""
        self._read_team()
        position = msgspec.json.decode(cursor, type=_Cursor) if cursor != BEGINNING else _Cursor()
        with _translating_errors(self._folder):
            return self._read_next(self._check_marks(position), cursor)

    def _check_marks(self, position: _Cursor) -> _Cursor:
        """Return the position without the devices whose last file is gone, or another one. Raises RemoteWentBack."""
        own = device_uid()
        replaced = {
            device for device, number in position.numbers.items() if self._is_replaced(device, number, position)
        }
        if own in replaced or _last_number(self._folder / own) < position.numbers.get(own, 0):
            raise RemoteWentBack(_("The folder was restored from an older backup."))
        numbers = {device: number for device, number in position.numbers.items() if device not in replaced}
        return replace(position, numbers=numbers)

    def _is_replaced(self, device: str, number: int, position: _Cursor) -> bool:
        path = _path_of(self._folder / device, number)
        if not is_uid(device) or device not in position.marks:
            return False
        return not _is_regular(path) or _mark(path) != position.marks[device]

    def _read_next(self, position: _Cursor, cursor: str) -> Page:
        files = self._list_unread(position)
        for path, next_position in files:
            if (changeset := _read_whole(path)) is not None:
                is_last = next(self._list_unread(next_position), None) is None
                return Page(changeset, msgspec.json.encode(next_position).decode(), is_last)
        return Page(Changeset(__version__), cursor, is_last=True)

    def read_articles(self, uids: Collection[str]) -> Changeset:  # noqa: ARG002
        """Return nothing: a pull brings everything."""
        return Changeset(__version__)

    def claim(self, most: int) -> int:  # noqa: ARG002
        """Give none: in a folder nobody can see to it that an article goes to one member only."""
        return 0

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    # What the lead does

    def invite(self, member: Member) -> Access:
        """Add a member, or let one who is there join once more."""
        self._check_lead()
        self._save_member(member)
        return Access()

    def set_role(self, uid: str, role: str) -> None:
        """Give a member another role."""
        self._check_lead()
        self._save_member(replace(self._find_member(uid), role=role))

    def revoke(self, uid: str) -> None:
        """Take a member for none any more; the folder itself has to be taken from them elsewhere."""
        self._check_lead()
        self._save_member(replace(self._find_member(uid), is_active=False))

    def require_program(self, oldest: str) -> None:
        """Let no program that is older than this version meet the team."""
        self._check_lead()
        path = self._folder / _TEAM
        new_path = hidden_path(path, "new")
        with _translating_errors(self._folder):
            try:
                with synced_file(new_path) as file:
                    file.write(msgspec.json.encode(replace(self._read_team(), oldest=oldest)))
                replace_file(new_path, path)
            finally:
                discard_file(new_path)

    def offer(self, offer: Offer) -> int:  # noqa: ARG002
        """Refuse: see claim."""
        message = _("In a folder nobody can claim articles: give them out with “annotator assign”.")
        raise RemoteError(message)

    def list_offered(self) -> Collection[str]:
        """Return nothing: see offer."""
        return ()

    def verify(self) -> Generator[tuple[int, int], None, VerificationResult]:
        """Check all files; yield (checked, all)."""
        faults: list[str] = []
        paths = [path for device in self._list_devices() for path in sorted(device.glob(f"*{CHANGESET_SUFFIX}"))]
        for count, path in enumerate(paths, 1):
            if fault := _find_fault(path):
                faults.append(f"{path.parent.name}/{_to_text(path.name)}: {fault}")
            yield count, len(paths)
        for device in self._list_devices():
            numbers = sorted(_list_numbers(device))
            missing = set(range(1, max(numbers, default=0) + 1)).difference(numbers)
            faults += [
                _("{file} is missing.").format(file=f"{device.name}/{number:08}{CHANGESET_SUFFIX}")
                for number in sorted(missing)
            ]
        return VerificationResult(len(paths), tuple(faults))

    # Internals

    def _read_team(self) -> _TeamFile:
        team = _read_json(self._folder / _TEAM, _TeamFile)
        name = clean_name(team.name) if team else ""
        if team is None or not name or explain_invalid_name(name) or not _VERSION.fullmatch(team.oldest):
            message = _("The folder of the team, “{folder}”, cannot be reached.")
            raise Unreachable(message.format(folder=self._folder))
        if team.version != 1:
            raise NewerProgramNeeded(_("A newer version of the program made this team: update the program."))
        check_program(team.oldest)
        return replace(team, name=name)

    def _read_members(self) -> dict[str, Member]:
        """Return the members by their uids. What no program would write is left alone, such as a name of two lines."""
        members: dict[str, Member] = {}
        with _translating_errors(self._folder):
            paths = sorted((self._folder / _MEMBERS).glob(f"*{_MEMBER_SUFFIX}"))
        for path in paths:
            member = _read_json(path, Member)
            name = clean_name(member.name) if member else ""
            if member and is_uid(member.uid) and member.role in ROLES and name and not explain_invalid_name(name):
                members[member.uid] = Member(member.uid, name, member.role, member.is_active)  # a folder knows no times
        return members

    def _find_member(self, uid: str) -> Member:
        member = self._read_members().get(uid)
        if member is None:
            raise RemoteError(_("There is no such member."))
        return member

    def _save_member(self, member: Member) -> None:
        folder = self._folder / _MEMBERS
        numbers = [int(path.name[:8]) for path in folder.glob(f"*{_MEMBER_SUFFIX}") if _NUMBER.match(path.name)]
        number = max(numbers, default=0) + 1
        with _translating_errors(folder):
            _write_json(folder / f"{number:08}-{device_uid()}{_MEMBER_SUFFIX}", member)

    def _check_lead(self) -> None:
        if self.welcome().member.role != LEAD:
            raise AccessDenied(_("Your role in the team does not allow this."))

    def _list_devices(self) -> list[Path]:
        with _translating_errors(self._folder):
            return sorted(
                path for path in self._folder.iterdir() if is_uid(path.name) and path.is_dir() and not path.is_symlink()
            )

    def _list_unread(self, position: _Cursor) -> Iterator[tuple[Path, _Cursor]]:
        """Yield the next file of each device with the cursor behind it, and the copies that sync programs made."""
        for device in self._list_devices():
            number = position.numbers.get(device.name, 0) + 1
            path = _path_of(device, number)
            if mark := _find_mark(path):
                yield (
                    path,
                    replace(
                        position,
                        numbers={**position.numbers, device.name: number},
                        marks={**position.marks, device.name: mark},
                    ),
                )
            for path in sorted(device.glob(f"*{CHANGESET_SUFFIX}")):
                name = f"{device.name}/{_to_text(path.name)}"
                is_copy = not _NUMBER.fullmatch(path.name.removesuffix(CHANGESET_SUFFIX)) and path.name[0] != "."
                if is_copy and name not in position.copies and _is_regular(path):
                    yield path, replace(position, copies=(*position.copies, name))


@contextmanager
def _translating_errors(folder: Path) -> Iterator[None]:
    """Translate errors of files: the folder cannot be used now, later it may be."""
    try:
        with translating_file_errors(folder):
            yield
    except RemoteError:
        raise
    except CorpusError as error:
        raise Unreachable(str(error)) from error


def _path_of(folder: Path, number: int) -> Path:
    return folder / f"{number:08}{CHANGESET_SUFFIX}"


def _is_regular(path: Path) -> bool:
    """Return whether this is a file that may be opened: no link, which leads anywhere, nor another name of a corpus."""
    return path.is_file() and not path.is_symlink() and not is_open_here(path)


def _mark(path: Path) -> str:
    """Return the size of a file and its last bytes, which in gzip are a check sum."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - _MARK_LENGTH, 0))
        return f"{size} {file.read().hex()}"


def _find_mark(path: Path) -> str | None:
    """Return the mark of a file; None if it cannot be read, so that it waits as half a file does."""
    try:
        return _mark(path) if _is_regular(path) else None
    except OSError:
        return None


def _to_text(name: str) -> str:
    """Return the name of a file as JSON can have it: on Linux it may be of bytes that are no text."""
    return name.encode("utf-8", "backslashreplace").decode()


def _last_number(folder: Path) -> int:
    return max(_list_numbers(folder), default=0)


def _list_numbers(folder: Path) -> list[int]:
    names = (path.name.removesuffix(CHANGESET_SUFFIX) for path in folder.glob(f"*{CHANGESET_SUFFIX}"))
    return [int(name) for name in names if _NUMBER.fullmatch(name)]


def _read_whole(path: Path) -> Changeset | None:
    """Return the changeset in a file; None for one that is not whole yet. Raises NewerProgramNeeded."""
    try:
        return finish(read_changeset(path))
    except NewerChangeset as error:
        raise NewerProgramNeeded(str(error)) from error
    except (InvalidChangeset, OSError):
        return None


def _find_fault(path: Path) -> str:
    """Return why a file cannot be read, "" if it can be."""
    try:
        if not _is_regular(path):
            return _("This is no file that a member of the team wrote: move it away.")
        finish(read_changeset(path))
    except InvalidChangeset as error:
        return str(error)
    except OSError as error:
        return explain_os_error(error)
    return ""


def _read_json(path: Path, kind: type[_Result]) -> _Result | None:
    """Return what a file has; None if it is not there, or not whole."""
    try:
        if not _is_regular(path):
            return None
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(_MAX_JSON_SIZE), type=kind)
    except (OSError, ValueError, RecursionError):
        return None


def _write_json(path: Path, value: object) -> None:
    with new_file(path) as temporary, translating_file_errors(path):
        temporary.write_bytes(msgspec.json.encode(value))
