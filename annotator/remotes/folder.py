"""A team in a folder that its members share: with Nextcloud or Syncthing, on a network drive or a memory stick.

`team.json` says which team it is. Each device has a folder of its own, in which it writes numbered changesets; each
file is written once and never changed. In `members` are numbered files, of which the last one about a person counts.
Whatever else lies there is left alone: half a file waits until it is whole, and files behind it wait with it.

Nothing here can keep anybody from reading or writing: whoever has the folder has all.
"""

import re
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import chain, pairwise
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
from annotator.paths import hidden_path
from annotator.remotes.administration import Access, Offer, TeamExists, VerificationResult
from annotator.remotes.changeset_files import (
    LARGEST_GAP,
    continue_series,
    find_fault,
    find_last_change,
    find_mark,
    is_regular,
    is_settled,
    list_changesets,
    list_settled_gaps,
    mark_of,
    path_of,
    read_if_whole,
    read_whole,
    select_copies,
    select_numbers,
    to_text,
)
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
    UnreadableFile,
    UnreadableKind,
    Welcome,
    check_program,
)
from annotator.store.copying import new_file
from annotator.store.errors import CorpusError, ExistingCorpus, translating_file_errors
from annotator.team.changeset_file import encode_changeset

_TEAM: Final = "team.json"
_MEMBERS: Final = "members"
_MEMBER_SUFFIX: Final = ".json"
_NUMBER: Final = re.compile(r"([0-9]{8})(?![0-9])")
_VERSION: Final = re.compile(r"[\w.+-]{0,100}", re.ASCII)
_MAX_JSON_SIZE: Final = 100_000  # bytes
_ATTEMPTS: Final = 100
_FILLED_AT_ONCE: Final = 1000  # numbers, in some seconds

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
        self._last_own = 0  # the number of the last file of this device that was read, as far as it was asked for

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
            if folder.is_symlink():
                message = _("“{folder}” is a link, so nobody would read what is written there: delete it.")
                raise Unreachable(message.format(folder=folder))
            folder.mkdir(exist_ok=True)
            for _attempt in range(_ATTEMPTS):  # another program of this device may take the number
                last = self._find_last_own(select_numbers(list_changesets(folder)))
                with suppress(ExistingCorpus):
                    _write_changeset(path_of(folder, last + 1), changeset)
                    return Receipt(len(changeset.steps))
        raise Unreachable(_("The folder “{folder}” changes all the time: try again later.").format(folder=folder))

    def _find_last_own(self, numbers: Collection[int]) -> int:
        series = continue_series(self._folder / device_uid(), numbers, self._last_own)
        return max(series, default=self._last_own)

    def pull(self, cursor: str, most: int) -> Page:  # noqa: ARG002 - a file is read as a whole
        """Return the next file. Raises RemoteWentBack if files of this device are gone."""
        self._read_team()
        with _translating_errors(self._folder):
            return self._read_next(self._check_marks(_decode_cursor(cursor)), cursor)

    def _check_marks(self, position: _Cursor) -> _Cursor:
        """Return the position without the devices whose last file is gone, or another one. Raises RemoteWentBack."""
        own = device_uid()
        replaced = {
            device for device, number in position.numbers.items() if self._is_replaced(device, number, position)
        }
        if own in replaced:
            raise RemoteWentBack(_("The folder was restored from an older backup."))
        last = position.numbers.get(own, 0)
        self._last_own = max(self._last_own, last)
        self._check_own_files(last)
        numbers = {device: number for device, number in position.numbers.items() if device not in replaced}
        return replace(position, numbers=numbers)

    def _check_own_files(self, last: int) -> None:
        """Raise RemoteWentBack if a file of this device is gone that was read; write an empty one where another is.

        Whoever reads from the beginning would wait for it for ever.
        """
        folder = self._folder / device_uid()
        if path_of(folder, last + 1).exists():
            return  # it is read first
        numbers = select_numbers(list_changesets(folder))
        if list_settled_gaps(folder, numbers, last):
            raise RemoteWentBack(_("Files of this computer are missing in the folder of the team."))
        for number in list_settled_gaps(folder, numbers, self._find_last_own(numbers))[:_FILLED_AT_ONCE]:
            with suppress(CorpusError):  # where nothing can be written, all can be read
                _write_changeset(path_of(folder, number), Changeset(__version__, device_uid()))

    def _is_replaced(self, device: str, number: int, position: _Cursor) -> bool:
        path = path_of(self._folder / device, number)
        if not is_uid(device) or device not in position.marks:
            return False
        try:
            return not is_regular(path) or mark_of(path) != position.marks[device]
        except PermissionError:
            return False  # nobody knows

    def _read_next(self, position: _Cursor, cursor: str) -> Page:
        files = self._list_unread(position)
        for path, next_position in files:
            if (changeset := read_whole(path)) is not None:
                is_last = next(self._list_unread(next_position), None) is None
                return Page(changeset, msgspec.json.encode(next_position).decode(), is_last)
        return Page(Changeset(__version__), cursor, is_last=True)

    def read_articles(self, uids: Collection[str]) -> Changeset:  # noqa: ARG002
        """Return nothing: a pull brings everything."""
        return Changeset(__version__)

    def list_unreadable(self, cursor: str) -> Collection[UnreadableFile]:
        """Return the files behind the cursor that are as they are for longer than a sync client needs."""
        position = _decode_cursor(cursor)
        with _translating_errors(self._folder):
            return [
                replace(file, people=self._list_people(device, position))
                for device in self._list_devices()
                for file in self._list_unreadable_of(device, position)
            ]

    def _list_unreadable_of(self, device: Path, position: _Cursor) -> Iterator[UnreadableFile]:
        try:
            paths = list_changesets(device)
        except PermissionError as error:
            if is_settled(device):
                reason, since = explain_os_error(error), _format_last_change(device)
                yield UnreadableFile(device.name, device.name, reason, since, kind=UnreadableKind.LOCKED)
            return
        last = position.numbers.get(device.name, 0)
        series = list(continue_series(device, select_numbers(paths), last))
        if series and is_settled(path := path_of(device, series[0])):
            since = _format_last_change(path)
            if series[0] > last + 1:
                name, reason = _name_in_folder(path_of(device, last + 1)), _("It is missing.")
                yield UnreadableFile(name, device.name, reason, since, len(series), UnreadableKind.MISSING)
            elif fault := find_fault(path):
                yield UnreadableFile(_name_in_folder(path), device.name, fault, since, len(series) - 1)
        for path in select_copies(paths):
            if _name_in_folder(path) not in position.copies and is_settled(path) and (fault := find_fault(path)):
                yield UnreadableFile(_name_in_folder(path), device.name, fault, _format_last_change(path))

    def _list_people(self, device: Path, position: _Cursor) -> tuple[str, ...]:
        """Return who works on a computer, as a file tells that it wrote before or later; nobody if none does."""
        members, last = self._read_members(), position.numbers.get(device.name, 0)
        for number in (last, last + 2, last + 3, 1):
            changeset = read_if_whole(path_of(device, number))
            workers = {step.actor or step.annotator for step in changeset.steps if step.device == device.name}
            if workers:
                uids = {person.name: person.uids for person in changeset.people}
                return tuple(
                    next((members[uid].name for uid in uids.get(name, ()) if uid in members), name)
                    for name in sorted(workers)
                )
        return ()

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
        files: dict[Path, list[Path]] = {}
        for device in self._list_devices():
            try:
                files[device] = list_changesets(device)
            except PermissionError as error:
                faults.append(f"{device.name}: {explain_os_error(error)}")
        total = sum(map(len, files.values()))
        for count, path in enumerate(chain.from_iterable(files.values()), 1):
            if fault := find_fault(path):
                faults.append(_describe(path, fault))
            yield count, total
        for device, paths in files.items():
            faults += self._list_misnumbered(device, select_numbers(paths))
        return VerificationResult(total, tuple(faults))

    def _list_misnumbered(self, device: Path, numbers: Collection[int]) -> Iterator[str]:
        """Yield a sentence for each file that is missing, and each whose number is not one of those that follow."""
        series = [0, *continue_series(device, numbers, 0)]
        for before, number in pairwise(series):
            for missing in range(before + 1, number):
                yield _("{file} is missing.").format(file=f"{device.name}/{path_of(device, missing).name}")
        for number in sorted(set(numbers).difference(series[1:])):
            path = path_of(device, number)
            if not find_fault(path):
                yield _describe(
                    path, _("Its number does not follow those before it, so nobody reads it: move it away.")
                )

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
        for _number, path in self._list_member_files():
            member = _read_json(path, Member)
            name = clean_name(member.name) if member else ""
            if member and is_uid(member.uid) and member.role in ROLES and name and not explain_invalid_name(name):
                members[member.uid] = Member(member.uid, name, member.role, member.is_active)  # a folder knows no times
        return members

    def _list_member_files(self) -> list[tuple[int, Path]]:
        """Return the files about members with their numbers, in order, without those under a number far off.

        A stranger could write the last word about somebody else, and no number would be free for another one.
        """
        with _translating_errors(self._folder):
            paths = sorted((self._folder / _MEMBERS).glob(f"*{_MEMBER_SUFFIX}"))
        files: list[tuple[int, Path]] = []
        last = 0
        for path in paths:
            if (match := _NUMBER.match(path.name)) and (number := int(match[1])) <= last + LARGEST_GAP:
                files.append((number, path))
                last = number
        return files

    def _find_member(self, uid: str) -> Member:
        member = self._read_members().get(uid)
        if member is None:
            raise RemoteError(_("There is no such member."))
        return member

    def _save_member(self, member: Member) -> None:
        folder = self._folder / _MEMBERS
        last = max((number for number, _path in self._list_member_files()), default=0)
        with _translating_errors(folder):
            _write_json(folder / f"{last + 1:08}-{device_uid()}{_MEMBER_SUFFIX}", member)

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
            path = path_of(device, number)
            if mark := find_mark(path):
                yield (
                    path,
                    replace(
                        position,
                        numbers={**position.numbers, device.name: number},
                        marks={**position.marks, device.name: mark},
                    ),
                )
            for path in self._list_unread_copies(device, position):
                yield path, replace(position, copies=(*position.copies, _name_in_folder(path)))

    def _list_unread_copies(self, device: Path, position: _Cursor) -> list[Path]:
        try:
            copies = select_copies(list_changesets(device))
            return [path for path in copies if _name_in_folder(path) not in position.copies and is_regular(path)]
        except PermissionError:
            return []


def _decode_cursor(cursor: str) -> _Cursor:
    return msgspec.json.decode(cursor, type=_Cursor) if cursor != BEGINNING else _Cursor()


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


def _name_in_folder(path: Path) -> str:
    return f"{path.parent.name}/{to_text(path.name)}"


def _format_last_change(path: Path) -> str:
    """Return when a file was changed or came here; ISO 8601 in UTC."""
    return datetime.fromtimestamp(find_last_change(path) or 0, UTC).isoformat(timespec="seconds")


def _describe(path: Path, fault: str) -> str:
    return f"{_name_in_folder(path)}: {fault}"


def _write_changeset(path: Path, changeset: Changeset) -> None:
    with new_file(path) as temporary, translating_file_errors(path), temporary.open("wb") as file:
        finish(encode_changeset(changeset, file))


def _read_json(path: Path, kind: type[_Result]) -> _Result | None:
    """Return what a file has; None if it is not there, or not whole."""
    try:
        if not is_regular(path):
            return None
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(_MAX_JSON_SIZE), type=kind)
    except (OSError, ValueError, RecursionError):
        return None


def _write_json(path: Path, value: object) -> None:
    with new_file(path) as temporary, translating_file_errors(path):
        temporary.write_bytes(msgspec.json.encode(value))
