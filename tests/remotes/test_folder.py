"""A team in a folder: what sync programs and disks do to its files."""

import errno
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from running import raising

from annotator.device_key import device_uid
from annotator.generators import finish
from annotator.model.changeset import Changeset, Person
from annotator.model.records import Edit, Status, Step, new_uid
from annotator.remotes import changeset_files
from annotator.remotes import folder as folder_remote
from annotator.remotes.folder import FolderRemote
from annotator.remotes.remote import (
    ANNOTATOR,
    BEGINNING,
    LEAD,
    AccessDenied,
    Member,
    RemoteError,
    RemoteWentBack,
    Unreachable,
)
from annotator.store.errors import CorpusError

LEAD_MEMBER = Member("a" * 32, "سلمى", LEAD)
COLLEAGUE = Member("b" * 32, "Youssef", ANNOTATOR)
ARTICLE = "c" * 64


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "shared"


@pytest.fixture
def remote(folder: Path) -> FolderRemote:
    return FolderRemote.create(folder, team="d" * 32, name="الفريق", lead=LEAD_MEMBER)


def build_changeset() -> Changeset:
    status = Status(ARTICLE, LEAD_MEMBER.name, "done")
    step = Step(new_uid(), LEAD_MEMBER.name, "2024-07-09T09:00:00+00:00", "state", (Edit(None, status),), clock=1)
    return Changeset("1", people=(Person(LEAD_MEMBER.name, (LEAD_MEMBER.uid,)),), steps=(step,))


def pull_all(remote: FolderRemote, cursor: str = BEGINNING) -> tuple[list[str], str]:
    """Return the uids of all steps after the cursor, and the cursor behind them."""
    uids: list[str] = []
    is_last = False
    while not is_last:
        page = remote.pull(cursor, 500)
        uids += [step.uid for step in page.changeset.steps]
        cursor, is_last = page.cursor, page.is_last
    return uids, cursor


def push(remote: FolderRemote) -> str:
    """Write a step, and return its uid."""
    changeset = build_changeset()
    assert remote.push(changeset).steps == 1
    return changeset.steps[0].uid


def own_file(folder: Path, number: int) -> Path:
    return folder / device_uid() / f"{number:08}.changeset"


def test_files_are_read_once_and_in_order(remote: FolderRemote) -> None:
    uids = [push(remote) for _step in range(3)]
    steps, cursor = pull_all(remote)
    assert steps == uids
    assert pull_all(remote, cursor) == ([], cursor)
    uids.append(push(remote))
    assert pull_all(remote, cursor)[0] == uids[-1:]


def test_half_a_file_waits_with_all_behind_it(remote: FolderRemote, folder: Path) -> None:
    uids = [push(remote) for _step in range(2)]
    path = own_file(folder, 1)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    steps, cursor = pull_all(remote)
    assert steps == []
    path.write_bytes(whole)
    assert pull_all(remote, cursor)[0] == uids


def test_a_file_that_is_not_there_yet_is_waited_for(remote: FolderRemote, folder: Path, tmp_path: Path) -> None:
    uids = [push(remote) for _step in range(3)]
    late = own_file(folder, 2).rename(tmp_path / "late")
    steps, cursor = pull_all(remote)
    assert steps == uids[:1]
    late.rename(own_file(folder, 2))
    assert pull_all(remote, cursor)[0] == uids[1:]


def test_the_copy_that_a_sync_program_makes_of_a_conflict_is_read_too(remote: FolderRemote, folder: Path) -> None:
    first = push(remote)
    copy = own_file(folder, 1).with_name("00000001 (conflicted copy 2026-11-28).changeset")
    own_file(folder, 1).rename(copy)
    second = push(remote)
    steps, cursor = pull_all(remote)
    assert sorted(steps) == sorted((first, second))
    assert pull_all(remote, cursor)[0] == []


@pytest.mark.parametrize("name", [".stfolder", ".~lock.00000001.changeset#", "Thumbs.db", "notes.txt", "desktop.ini"])
def test_what_else_lies_there_is_left_alone(remote: FolderRemote, folder: Path, name: str) -> None:
    uid = push(remote)
    for place in (folder, folder / device_uid(), folder / "members"):
        (place / name).write_bytes(b"\0")
    assert pull_all(remote)[0] == [uid]
    assert [member.uid for member in remote.welcome().members] == [LEAD_MEMBER.uid]


def write_member(folder: Path, name: str, uid: str = "e" * 32, **values: str) -> None:
    values = {"uid": uid, "name": name, "role": ANNOTATOR, **values}
    (folder / "members" / "00000007.json").write_text(json.dumps(values), encoding="utf-8")


@pytest.mark.parametrize("name", ["Two\nlines", "\u202eThe other way", " "])
def test_names_are_shown_as_people_may_have_them(remote: FolderRemote, folder: Path, name: str) -> None:
    """They stand in sentences: a mark of direction or a line would change those."""
    write_member(folder, name, seen="yesterday")
    team = {"uid": "d" * 32, "name": f"The team {name}"}
    (folder / "team.json").write_text(json.dumps(team), encoding="utf-8")
    welcome = remote.welcome()
    members = {member.uid: member for member in welcome.members}
    clean = " ".join(name.replace("\u202e", "").split())
    assert welcome.name == f"The team {clean}".rstrip()
    assert members.get("e" * 32) == (Member("e" * 32, clean, ANNOTATOR) if clean else None)


@pytest.mark.parametrize(
    "values",
    [{"name": "ا" * 1000}, {"uid": "../" * 10}, {"role": "king"}, {"name": ""}],
    ids=["long name", "uid", "role", "no name"],
)
def test_a_member_that_no_program_would_write_is_left_alone(
    remote: FolderRemote, folder: Path, values: dict[str, str]
) -> None:
    write_member(folder, **{"name": "Salma", **values})
    assert [member.uid for member in remote.welcome().members] == [LEAD_MEMBER.uid]


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 90_000,
        b'{"uid": "' + b"d" * 32 + b'", "name": "\xff"}',
        b'{"uid": "' + b"d" * 32 + b'", "name": "a", "oldest": "9\\nlines"}',
        b'{"uid": "' + b"d" * 32 + b'", "name": "' + b"a" * 2_000_000 + b'"}',
        b"",
    ],
    ids=["deep", "no text", "no version", "huge", "empty"],
)
def test_a_team_that_no_program_would_write_is_told(remote: FolderRemote, folder: Path, data: bytes) -> None:
    (folder / "team.json").write_bytes(data)
    with pytest.raises(Unreachable, match="cannot be reached"):
        remote.welcome()


@pytest.mark.posix_only("named pipes")
def test_what_is_no_file_is_never_waited_for(remote: FolderRemote, folder: Path) -> None:
    uid = push(remote)
    own_file(folder, 2).mkdir()
    os.mkfifo(own_file(folder, 3))
    os.mkfifo(own_file(folder, 1).with_name("copy.changeset"))
    os.mkfifo(folder / "members" / "00000009.json")
    assert pull_all(remote)[0] == [uid]
    assert len(remote.welcome().members) == 1
    faults = finish(remote.verify()).faults
    assert [fault.partition(": ")[2][:15] for fault in faults] == ["This is no file"] * 3
    (folder / "team.json").unlink()
    os.mkfifo(folder / "team.json")
    with pytest.raises(Unreachable):
        remote.welcome()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each name is a text")
def test_a_copy_whose_name_is_no_text_is_read(remote: FolderRemote, folder: Path) -> None:
    uid = push(remote)
    own_file(folder, 1).rename(os.fsdecode(os.fsencode(folder / device_uid()) + b"/copie \xe9t\xe9.changeset"))
    steps, cursor = pull_all(remote)
    assert steps == [uid]
    assert pull_all(remote, cursor)[0] == []
    own_file(folder, 1).parent.joinpath(os.fsdecode(b"\xff.changeset")).touch()
    [fault] = finish(remote.verify()).faults
    assert fault.encode().startswith(device_uid().encode() + rb"/\udcff.changeset: ")


def test_a_file_that_is_gone_while_it_is_read_waits(
    remote: FolderRemote, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sync program takes it away for a moment."""
    uids = [push(remote) for _step in range(2)]
    mark = changeset_files.mark_of

    def vanish(path: Path) -> str:
        if path == own_file(folder, 2):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        return mark(path)

    with monkeypatch.context() as patch:
        patch.setattr(changeset_files, "mark_of", vanish)
        steps, cursor = pull_all(remote)
    assert steps == uids[:1]
    assert pull_all(remote, cursor)[0] == uids[1:]


def test_a_drive_that_fails_is_told(remote: FolderRemote, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> Iterator[Path]:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    for name in ("glob", "iterdir"):
        monkeypatch.setattr(Path, name, fail)
    for ask in (remote.welcome, lambda: remote.pull(BEGINNING, 1), lambda: finish(remote.verify())):
        with pytest.raises(Unreachable, match="does not respond"):
            ask()


@pytest.mark.posix_only("links of this kind")
def test_no_link_is_followed(remote: FolderRemote, folder: Path, tmp_path: Path) -> None:
    push(remote)
    own_file(folder, 1).rename(tmp_path / "elsewhere")
    own_file(folder, 1).symlink_to(tmp_path / "elsewhere")
    (folder / ("e" * 32)).symlink_to(folder / device_uid(), target_is_directory=True)
    assert pull_all(remote)[0] == []


def test_files_of_this_device_that_are_gone_are_noticed(remote: FolderRemote, folder: Path) -> None:
    push(remote)
    _steps, cursor = pull_all(remote)
    own_file(folder, 1).unlink()
    with pytest.raises(RemoteWentBack):
        remote.pull(cursor, 500)


def test_a_folder_that_is_not_there_is_told(remote: FolderRemote, folder: Path) -> None:
    folder.rename(folder.with_name("away"))
    for ask in (remote.welcome, lambda: remote.pull(BEGINNING, 1), lambda: remote.push(build_changeset())):
        with pytest.raises(Unreachable):
            ask()
    assert not folder.exists()


def test_there_is_one_team_in_a_folder(remote: FolderRemote, folder: Path) -> None:
    with pytest.raises(RemoteError, match="already"):
        FolderRemote.create(folder, team="f" * 32, name="other", lead=COLLEAGUE)
    with pytest.raises(RemoteError, match="already"):
        FolderRemote.create(folder, team="d" * 32, name="same", lead=COLLEAGUE)
    remote.set_role(LEAD_MEMBER.uid, "curator")
    again = FolderRemote.create(folder, team="d" * 32, name="same", lead=LEAD_MEMBER)  # where that was interrupted
    assert (again.welcome().name, again.welcome().member.role) == (remote.welcome().name, "curator")
    assert remote.welcome().team == "d" * 32


def test_the_lead_says_who_is_a_member_and_nobody_else_does(remote: FolderRemote, folder: Path) -> None:
    colleague = FolderRemote(folder, COLLEAGUE.uid)
    with pytest.raises(AccessDenied):
        colleague.welcome()
    remote.invite(COLLEAGUE)
    assert colleague.welcome().member == COLLEAGUE
    with pytest.raises(AccessDenied):
        colleague.set_role(COLLEAGUE.uid, LEAD)
    remote.set_role(COLLEAGUE.uid, "curator")
    assert colleague.welcome().member.role == "curator"
    remote.revoke(COLLEAGUE.uid)
    with pytest.raises(AccessDenied):
        colleague.welcome()


def test_a_check_names_files_that_are_damaged_or_missing(remote: FolderRemote, folder: Path) -> None:
    for _step in range(3):
        push(remote)
    assert finish(remote.verify()).faults == ()
    own_file(folder, 1).write_bytes(b"\x1f\x8b")
    own_file(folder, 2).unlink()
    result = finish(remote.verify())
    assert result.items == 2
    assert [f"{number:08}" in fault for number, fault in zip((1, 2), result.faults, strict=True)] == [True, True]


def write_rubbish(folder: Path, number: int, device: str = "") -> Path:
    path = folder / (device or device_uid()) / f"{number:08}.changeset"
    path.write_bytes(b"rubbish")
    return path


def let_time_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all files be as they are for longer than a sync client needs."""
    now = time.time()
    monkeypatch.setattr(changeset_files, "time", SimpleNamespace(time=lambda: now + 3600))


@pytest.mark.parametrize("number", [99_999_999, 5])
def test_a_number_that_a_stranger_took_holds_up_nobody(
    remote: FolderRemote, folder: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers would end, or those between would be waited for."""
    uids = [push(remote)]
    write_rubbish(folder, number)
    let_time_pass(monkeypatch)
    uids += [push(remote) for _step in range(2)]
    steps, cursor = pull_all(remote)
    assert steps == uids
    assert [own_file(folder, number).exists() for number in (2, 3, 4)] == [True, True, False]
    faults = finish(remote.verify()).faults
    assert [f"{number:08}" in fault for fault in faults] == [True]
    uids.append(push(remote))
    assert pull_all(remote, cursor)[0] == uids[-1:]


def test_a_copy_of_an_own_file_under_a_number_far_off_is_no_end_of_numbers(remote: FolderRemote, folder: Path) -> None:
    uids = [push(remote)]
    shutil.copyfile(own_file(folder, 1), own_file(folder, 99_999_999))
    uids += [push(remote) for _step in range(2)]
    assert pull_all(remote)[0] == uids
    [fault] = finish(remote.verify()).faults
    assert fault.startswith(f"{device_uid()}/99999999.changeset: ")


def test_the_number_that_comes_next_is_passed_where_a_stranger_has_it(
    remote: FolderRemote, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies there may be a file of this device that a disk damaged: it is not replaced."""
    uids = [push(remote)]
    _steps, cursor = pull_all(remote)
    rubbish = write_rubbish(folder, 2)
    uids += [push(remote) for _step in range(2)]
    assert own_file(folder, 4).exists()
    assert pull_all(remote, cursor) == ([], cursor)
    rubbish.unlink()  # as it is told to be
    assert pull_all(remote, cursor) == ([], cursor)
    let_time_pass(monkeypatch)
    with monkeypatch.context() as patch:
        patch.setattr(folder_remote, "_write_changeset", raising(CorpusError("read-only")))
        assert pull_all(remote, cursor) == ([], cursor)
    assert pull_all(remote, cursor)[0] == uids[1:]
    assert finish(remote.verify()).faults == ()


def test_a_file_from_amid_those_of_this_device_that_is_gone_is_noticed(
    remote: FolderRemote, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who reads from the beginning would wait for it for ever; what it had is sent again."""
    uids = [push(remote) for _step in range(4)]
    _steps, cursor = pull_all(remote)
    own_file(folder, 2).unlink()
    assert pull_all(remote, cursor) == ([], cursor)  # a sync client may be bringing it
    let_time_pass(monkeypatch)
    with pytest.raises(RemoteWentBack):
        remote.pull(cursor, 500)
    assert not own_file(folder, 2).exists()
    uids.append(push(remote))
    assert own_file(folder, 5).exists()
    steps, gap = pull_all(remote)
    assert steps + pull_all(remote, gap)[0] == [uids[0], *uids[2:]]
    assert pull_all(remote, cursor)[0] == uids[-1:]
    assert finish(remote.verify()).faults == ()


def test_no_number_is_used_anew_where_somebody_tidied_old_files_away(
    remote: FolderRemote, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others have read past it, and would not read it again."""
    uids = [push(remote) for _step in range(4)]
    _steps, cursor = pull_all(remote)
    for number in (1, 2, 3):
        own_file(folder, number).unlink()
    let_time_pass(monkeypatch)
    uids.append(push(FolderRemote(folder, LEAD_MEMBER.uid)))
    assert own_file(folder, 5).exists()
    assert pull_all(remote, cursor)[0] == uids[-1:]
    assert pull_all(FolderRemote(folder, COLLEAGUE.uid))[0] == uids[-2:]


def test_no_number_that_was_read_is_used_anew_however_many_are_gone(
    remote: FolderRemote, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _step in range(4):
        push(remote)
    _steps, cursor = pull_all(remote)
    for number in (1, 2, 3):
        own_file(folder, number).unlink()
    monkeypatch.setattr(changeset_files, "LARGEST_GAP", 1)
    again = FolderRemote(folder, LEAD_MEMBER.uid)
    again.pull(cursor, 500)
    push(again)
    assert own_file(folder, 5).exists()


@pytest.mark.posix_only("links of this kind")
def test_nothing_is_written_where_nobody_reads(remote: FolderRemote, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    own_file(folder, 1).parent.symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    with pytest.raises(Unreachable, match="is a link"):
        push(remote)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_member_is_revoked_whatever_number_a_stranger_took(remote: FolderRemote, folder: Path) -> None:
    remote.invite(COLLEAGUE)
    own = folder / "members" / f"00000002-{device_uid()}.json"
    for name in ("99999999", f"99999999-{device_uid()}", "100000000"):
        shutil.copyfile(own, own.with_name(f"{name}.json"))
    for is_active in (False, True, False):
        if is_active:
            remote.invite(COLLEAGUE)
        else:
            remote.revoke(COLLEAGUE.uid)
        [member] = [member for member in remote.welcome().members if member.uid == COLLEAGUE.uid]
        assert member.is_active == is_active


def test_a_folder_that_may_not_be_read_keeps_nobody_from_reading_others(
    remote: FolderRemote, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = folder / ("9" * 32)
    other.mkdir()
    uid = push(remote)
    shutil.copyfile(own_file(folder, 1), other / "00000001.changeset")
    _steps, cursor = pull_all(remote)
    locked = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    for name in ("iterdir", "is_file", "open"):
        method = getattr(Path, name)

        def refuse(path: Path, *arguments: Any, method: Callable[..., Any] = method) -> Any:
            if other in (path, path.parent):
                raise locked
            return method(path, *arguments)

        monkeypatch.setattr(Path, name, refuse)
    assert pull_all(remote, cursor) == ([], cursor)
    assert pull_all(remote)[0] == [uid]
    new = push(remote)
    assert pull_all(remote, cursor)[0] == [new]
    [fault] = finish(remote.verify()).faults
    assert fault.startswith("9" * 32)
    let_time_pass(monkeypatch)
    [file] = remote.list_unreadable(cursor)
    assert (file.name, file.device, file.reason[:16], file.kind) == ("9" * 32, "9" * 32, "access is denied", "locked")


def cut_off(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def describe_unreadable(remote: FolderRemote, cursor: str = BEGINNING) -> list[tuple[str, int, str]]:
    return [(file.name.partition("/")[2], file.later, file.kind) for file in remote.list_unreadable(cursor)]


def test_a_file_that_stays_unreadable_is_told_with_what_waits_for_it(
    remote: FolderRemote, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(remote)
    _steps, cursor = pull_all(remote)
    for _step in range(3):
        push(remote)
    write_rubbish(folder, 99_999_999)
    whole = own_file(folder, 2).read_bytes()
    cut_off(own_file(folder, 2))
    assert describe_unreadable(remote, cursor) == []  # a sync client may be writing it
    let_time_pass(monkeypatch)
    [file] = remote.list_unreadable(cursor)
    assert (file.name, file.device, file.later) == (f"{device_uid()}/00000002.changeset", device_uid(), 2)
    assert "damaged" in file.reason
    assert abs(datetime.fromisoformat(file.since).timestamp() - time.time()) < 60
    own_file(folder, 2).unlink()
    assert describe_unreadable(remote, cursor) == [("00000002.changeset", 2, "missing")]
    own_file(folder, 2).mkdir()
    assert describe_unreadable(remote, cursor) == [("00000002.changeset", 2, "damaged")]
    own_file(folder, 2).rmdir()
    own_file(folder, 2).write_bytes(whole)
    assert describe_unreadable(remote, cursor) == []


def test_a_file_that_was_read_or_that_nobody_waits_for_is_not_told(
    remote: FolderRemote, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _step in range(2):
        push(remote)
    _steps, cursor = pull_all(remote)
    cut_off(own_file(folder, 1))
    write_rubbish(folder, 99_999_999)
    write_rubbish(folder, 5)
    let_time_pass(monkeypatch)
    assert describe_unreadable(remote, cursor) == []


def test_a_copy_that_stays_unreadable_is_told(
    remote: FolderRemote, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(remote)
    copy = own_file(folder, 1).with_name("00000001 (conflicted copy).changeset")
    shutil.copyfile(own_file(folder, 1), copy)
    cut_off(copy)
    assert describe_unreadable(remote) == []
    let_time_pass(monkeypatch)
    shutil.copyfile(own_file(folder, 1), copy)
    assert describe_unreadable(remote) == []
    cut_off(copy)
    assert describe_unreadable(remote) == [(copy.name, 0, "damaged")]


@pytest.mark.parametrize(
    ("age", "is_told"),
    [
        pytest.param(30 * 86_400, False, marks=pytest.mark.not_on_wine("a file there is made when it was changed")),
        (0, False),
        (-3 * 3600, False),
        (-400 * 86_400, True),
    ],
)
def test_a_file_is_as_old_as_its_coming_here_and_not_from_the_future(
    remote: FolderRemote, folder: Path, age: int, is_told: bool
) -> None:
    """Sync clients give it the time of its making; a clock years ahead would keep it from ever being told."""
    push(remote)
    cut_off(own_file(folder, 1))
    changed = time.time() - age
    os.utime(own_file(folder, 1), (changed, changed))
    assert bool(describe_unreadable(remote)) == is_told
