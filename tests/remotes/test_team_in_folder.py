"""Syncing with a folder, whatever a sync client, a crash, a stranger or a restored backup did to it."""

import errno
import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from remotes.replicas import (
    TEAM,
    Desktop,
    copy_desktop,
    create_desktop,
    create_team,
    describe,
)
from running import raising

from annotator.generators import finish
from annotator.remotes import changeset_files
from annotator.remotes.administration import Offer
from annotator.remotes.folder import FolderRemote
from annotator.remotes.remote import (
    LEAD,
    AccessDenied,
    Member,
    OtherTeam,
    RemoteError,
    Unreachable,
)
from annotator.store.queries.team import read_team
from annotator.team.changeset_file import encode_changeset, read_changeset

Team = tuple[list[Desktop], list[FolderRemote], Path]


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    """Return a lead and two members, each in a corpus of their own, that have synced."""
    desktops = [
        create_desktop(tmp_path, 1, "سناء", monkeypatch, role=LEAD),
        create_desktop(tmp_path, 2, "Omar", monkeypatch),
        create_desktop(tmp_path, 3, "ليلى", monkeypatch),
    ]
    folder = tmp_path / "team"
    remotes = list(create_team(folder, *desktops).values())
    for desktop, remote in zip(desktops, remotes, strict=True):
        desktop.sync(remote)
    return desktops, remotes, folder


def sync_all(desktops: Sequence[Desktop], remotes: Sequence[FolderRemote]) -> None:
    for _round in range(2):
        for desktop, remote in zip(desktops, remotes, strict=True):
            desktop.sync(remote)


def assert_equal(desktops: Sequence[Desktop]) -> None:
    first, *others = map(describe, desktops)
    for other in others:
        assert other == first


def list_files(folder: Path, desktop: Desktop) -> list[Path]:
    return sorted((folder / desktop.device).glob("*.changeset"))


def test_a_number_that_was_written_anew_after_a_restore_is_read_again(team: Team, tmp_path: Path) -> None:
    """Those who had nothing to lose had read another file under that number."""
    desktops, remotes, folder = team
    shutil.copytree(folder, tmp_path / "yesterday")
    desktops[1].tag(0, 6)
    desktops[1].sync(remotes[1])
    assert desktops[2].sync(remotes[2]).pulled == 1
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "yesterday", folder)
    desktops[1].tag(4, 9, "B")
    desktops[1].sync(remotes[1])
    assert desktops[2].sync(remotes[2]).pulled == 1
    sync_all(desktops, remotes)
    assert_equal(desktops)


def test_a_corpus_of_yesterday_reads_its_own_files_and_reuses_no_number(team: Team, tmp_path: Path) -> None:
    desktops, remotes, folder = team
    copy_desktop(desktops[1], tmp_path / "backup")
    desktops[1].tag(0, 6)
    desktops[1].sync(remotes[1])
    shutil.copyfile(tmp_path / "backup", desktops[1].path)
    desktops[1].tag(3, 9, "B")
    desktops[1].sync(remotes[1])
    numbers = [path.name[:8] for path in list_files(folder, desktops[1])]
    assert numbers == sorted(set(numbers))
    assert len(numbers) >= 2
    sync_all(desktops, remotes)
    assert_equal(desktops)
    with desktops[1].open() as corpus:
        assert len(corpus.spans(corpus.article(1).uid)) == 2


@pytest.mark.posix_only("making a link takes a right that few have on Windows")
def test_conflict_copies_locks_links_and_half_files_are_ignored_until_they_are_whole(
    team: Team, tmp_path: Path
) -> None:
    desktops, remotes, folder = team
    desktops[1].tag(0, 6)
    desktops[1].sync(remotes[1])
    [path] = list_files(folder, desktops[1])[-1:]
    data = path.read_bytes()
    for name in ("(conflicted copy 2026-11-28)", "~lock", "sync-conflict-1"):
        path.with_name(f"{path.stem} {name}.changeset").write_bytes(b"half")
    path.with_name(f".{path.name}.part").write_bytes(b"half")
    (folder / ".stfolder").mkdir()
    (folder / ".stversions").mkdir()
    path.write_bytes(data[: len(data) // 2])
    assert desktops[0].sync(remotes[0]).pulled == 0
    path.write_bytes(data)
    assert desktops[0].sync(remotes[0]).pulled == 1
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copyfile(path, elsewhere / path.name)
    (folder / ("e" * 32)).symlink_to(elsewhere)
    (folder / ("d" * 32)).mkdir()
    (folder / ("d" * 32) / f"00000001{path.name[8:]}").symlink_to(elsewhere / path.name)
    before = (folder / "team.json").read_bytes()
    desktops[2].sync(remotes[2])
    assert set(msgspec.json.decode(read_cursor(desktops[2]))["numbers"]) <= {desktop.device for desktop in desktops}
    assert (folder / "team.json").read_bytes() == before


def read_cursor(desktop: Desktop) -> str:
    with desktop.open() as corpus:
        team = read_team(corpus)
        assert team is not None
        return team.cursor


def test_a_file_waits_for_the_ones_before_it(team: Team) -> None:
    desktops, remotes, folder = team
    for start in range(3):
        desktops[1].tag(start, start + 5)
        desktops[1].sync(remotes[1])
    path = list_files(folder, desktops[1])[-2]
    data = path.read_bytes()
    path.unlink()
    assert desktops[2].sync(remotes[2]).pulled == 1
    assert finish(remotes[0].verify()).faults != ()
    path.write_bytes(data)
    assert desktops[2].sync(remotes[2]).pulled == 2


def test_what_a_file_had_that_is_gone_comes_again(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads from the beginning, and whoever has read it, ends with the same, whatever was planted there."""
    desktops, remotes, folder = team
    for start in range(3):
        desktops[1].tag(start, start + 5)
        desktops[1].sync(remotes[1])
    sync_all(desktops[:2], remotes[:2])
    lost, *_others = list_files(folder, desktops[1])[-3:]
    lost.with_name("99999999.changeset").write_bytes(b"rubbish")
    lost.unlink()
    now = time.time()
    monkeypatch.setattr(changeset_files, "time", SimpleNamespace(time=lambda: now + 3600))
    sync_all(desktops, remotes)
    with desktops[2].open() as corpus:
        assert len(corpus.spans(corpus.article(1).uid, "Omar")) == 3
    assert_equal(desktops)
    assert [fault.partition(".")[0][-8:] for fault in finish(remotes[0].verify()).faults] == ["99999999"]


def test_a_sync_tells_what_stays_unreadable_and_takes_all_else(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    desktops, remotes, folder = team
    for start in range(3):
        desktops[1].tag(start, start + 5)
        desktops[1].sync(remotes[1])
    damaged, *_others = list_files(folder, desktops[1])[-2:]
    data = damaged.read_bytes()
    damaged.write_bytes(data[: len(data) // 2])
    desktops[0].tag(6, 9)
    desktops[0].sync(remotes[0])
    result = desktops[2].sync(remotes[2])
    assert (result.pulled, result.unreadable) == (2, ())
    now = time.time()
    monkeypatch.setattr(changeset_files, "time", SimpleNamespace(time=lambda: now + 3600))
    desktops[2].tag(4, 9)
    result = desktops[2].sync(remotes[2])
    [file] = result.unreadable
    assert (result.pushed, result.pending) == (1, 0)
    assert (file.name, file.people, file.later) == (f"{desktops[1].device}/{damaged.name}", ("Omar",), 1)
    damaged.write_bytes(data)
    result = desktops[2].sync(remotes[2])
    assert (result.pulled, result.unreadable) == (2, ())


@pytest.mark.parametrize("is_last", [True, False])
def test_what_a_damaged_file_had_is_sent_again_once_it_is_moved_away(
    team: Team, monkeypatch: pytest.MonkeyPatch, is_last: bool
) -> None:
    desktops, remotes, folder = team
    for start in range(3):
        desktops[1].tag(start, start + 5)
        desktops[1].sync(remotes[1])
    damaged = list_files(folder, desktops[1])[-1 if is_last else -2]
    damaged.write_bytes(damaged.read_bytes()[:-20])
    now = time.time()
    monkeypatch.setattr(changeset_files, "time", SimpleNamespace(time=lambda: now + 3600))
    sync_all(desktops, remotes)
    [file] = desktops[2].sync(remotes[2]).unreadable
    assert file.name.endswith(damaged.name)
    damaged.unlink()
    sync_all(desktops, remotes)
    with desktops[2].open() as corpus:
        assert len(corpus.spans(corpus.article(1).uid, "Omar")) == 3
    assert_equal(desktops)
    assert [desktop.sync(remote).unreadable for desktop, remote in zip(desktops, remotes, strict=True)] == [(), (), ()]
    assert finish(remotes[0].verify()).faults == ()


def test_another_team_under_the_same_address_is_refused(team: Team, tmp_path: Path) -> None:
    desktops, _remotes, _folder = team
    lead = Member(desktops[0].member, "سناء", LEAD)
    other = FolderRemote.create(tmp_path / "other", team="f" * 32, name="b", lead=lead)
    with pytest.raises(OtherTeam):
        desktops[0].sync(other)
    assert list((tmp_path / "other").glob("*/*.changeset")) == []


def test_only_a_lead_changes_members_and_nobody_claims(team: Team) -> None:
    desktops, remotes, folder = team
    with pytest.raises(AccessDenied):
        remotes[1].set_role(desktops[1].member, LEAD)
    remotes[0].set_role(desktops[1].member, LEAD)
    assert remotes[1].welcome().member.role == LEAD
    assert remotes[0].claim(5) == 0
    with pytest.raises(RemoteError, match="assign"):
        remotes[0].offer(Offer("b", "b", ()))
    with pytest.raises(RemoteError, match="already"):
        FolderRemote.create(folder, team=TEAM, name="b", lead=Member("a", "a", LEAD))


def test_a_folder_that_is_gone_or_empty_is_no_loss(team: Team) -> None:
    desktops, remotes, folder = team
    desktops[1].tag(0, 6)
    folder.rename(folder.with_name("away"))
    with pytest.raises(Unreachable, match="cannot be reached"):
        desktops[1].sync(remotes[1])
    folder.mkdir()  # where a stick was mounted
    with pytest.raises(Unreachable, match="cannot be reached"):
        desktops[1].sync(remotes[1])
    folder.rmdir()
    folder.with_name("away").rename(folder)
    assert desktops[1].sync(remotes[1]).pushed == 1


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EACCES])
def test_a_full_or_read_only_folder_is_said_and_leaves_no_part(
    team: Team, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktops, remotes, folder = team
    desktops[1].tag(0, 6)
    before = sorted(folder.rglob("*"))
    with monkeypatch.context() as patch:
        patch.setattr("annotator.store.copying._fsync", raising(OSError(number, os.strerror(number))))
        with pytest.raises(Unreachable):
            desktops[1].sync(remotes[1])
    assert sorted(folder.rglob("*")) == [*sorted({*before, folder / desktops[1].device})]
    assert desktops[1].sync(remotes[1]).pushed == 1


def test_a_portion_is_written_as_a_changeset_that_travels_by_itself(team: Team, tmp_path: Path) -> None:
    """Whoever has no access to the folder can be sent a file out of it."""
    desktops, _remotes, folder = team
    path = list_files(folder, desktops[0])[0]
    changeset = finish(read_changeset(path))
    copy = tmp_path / "a.changeset"
    with copy.open("wb") as file:
        finish(encode_changeset(changeset, file))
    assert copy.read_bytes() == path.read_bytes()
