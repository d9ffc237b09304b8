"""Syncing with a folder, whatever a sync client, a crash, a stranger or a restored backup did to it."""

import errno
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from random import Random

import msgspec
import pytest
from remotes.replicas import (
    TEAM,
    Desktop,
    UnreliableRemote,
    copy_desktop,
    create_desktop,
    create_team,
    describe,
)
from running import raising

from annotator.generators import finish
from annotator.jobs.syncing import sync
from annotator.model.label_changes import LabelChange
from annotator.model.labels import LabelSet
from annotator.remotes.administration import Offer
from annotator.remotes.folder import FolderRemote
from annotator.remotes.remote import (
    CURATOR,
    LEAD,
    AccessDenied,
    Member,
    OtherTeam,
    RemoteError,
    Unreachable,
)
from annotator.store.label_set import change_labels
from annotator.store.queries.team import count_pending, read_team
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


def test_members_get_articles_labels_and_each_other_s_spans(team: Team) -> None:
    desktops, remotes, _folder = team
    desktops[1].tag(0, 6)
    result = desktops[1].sync(remotes[1])
    assert (result.pushed, result.pending, result.refusals) == (1, 0, {})
    assert desktops[0].sync(remotes[0]).pulled == 1
    sync_all(desktops, remotes)
    assert_equal(desktops)
    with desktops[2].open() as corpus:
        assert [span.annotator for span in corpus.spans(corpus.article(1).uid)] == ["Omar"]
    assert desktops[2].sync(remotes[2]) == desktops[2].sync(remotes[2])  # nothing is new


def test_a_lost_answer_loses_and_doubles_nothing(team: Team) -> None:
    desktops, remotes, _folder = team
    random = Random(1)
    for desktop, remote in zip(desktops, remotes, strict=True):
        for start in range(3):
            desktop.tag(start, start + 5)
            lossy = UnreliableRemote(remote, lambda _call: random.random() < 0.4)
            for _attempt in range(4):
                try:
                    desktop.sync(lossy)
                except Unreachable:
                    continue
    sync_all(desktops, remotes)
    assert_equal(desktops)
    with desktops[0].open() as corpus:
        assert len(corpus.spans(corpus.article(1).uid)) == 9
        assert count_pending(corpus) == 0


def test_a_sync_that_is_closed_anywhere_goes_on_next_time(team: Team) -> None:
    desktops, remotes, _folder = team
    for start in range(4):
        desktops[1].tag(start, start + 5)
    for length in range(12):
        with desktops[1].open() as corpus:
            steps = sync(corpus, remotes[1], steps_at_once=1)
            for _progress, _limit in zip(steps, range(length), strict=False):
                pass
            steps.close()
    for length in range(12):
        with desktops[2].open() as corpus:
            steps = sync(corpus, remotes[2], steps_at_once=1)
            for _progress, _limit in zip(steps, range(length), strict=False):
                pass
            steps.close()
    sync_all(desktops, remotes)
    assert_equal(desktops)


def test_a_second_computer_of_the_same_person_shares_the_layer(
    team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktops, remotes, folder = team
    laptop = create_desktop(tmp_path, 4, "user", monkeypatch, member=desktops[1].member)
    remote = FolderRemote.open(folder, laptop.member)
    laptop.sync(remote)
    laptop.tag(0, 6)
    desktops[1].tag(0, 6, "B")
    sync_all([*desktops, laptop], [*remotes, remote])
    assert_equal([*desktops, laptop])
    with laptop.open() as corpus:
        [name] = {span.annotator for span in corpus.spans(corpus.article(1).uid)}
        assert name == "user"


def test_labels_are_renamed_while_older_steps_travel(team: Team) -> None:
    desktops, remotes, _folder = team
    desktops[1].tag(0, 6, "A")
    with desktops[0].open() as corpus:
        before = corpus.labels()
        new_names = {"A": "B", "B": "A", "C": "مؤسسة"}
        labels = LabelSet(tuple(msgspec.structs.replace(each, name=new_names[each.name]) for each in before.labels))
        finish(change_labels(corpus, LabelChange(before, labels, new_names, {})))
    sync_all(desktops, remotes)
    assert_equal(desktops)
    for desktop in desktops:
        with desktop.open() as corpus:
            assert [span.label for span in corpus.spans(corpus.article(1).uid)] == ["B"]


def test_a_folder_of_yesterday_gets_all_that_is_missing(team: Team, tmp_path: Path) -> None:
    desktops, remotes, folder = team
    shutil.copytree(folder, tmp_path / "yesterday")
    for number, desktop in enumerate(desktops):
        desktop.tag(number, number + 4)
    sync_all(desktops, remotes)
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "yesterday", folder)
    for desktop in desktops[:2]:
        desktop.tag(5, 9, "C")
    sync_all(desktops, remotes)
    assert_equal(desktops)
    with desktops[2].open() as corpus:
        assert len(corpus.spans(corpus.article(1).uid)) == 5
    assert finish(remotes[0].verify()).faults == ()


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


def test_steps_of_newer_kinds_are_read_again_by_a_newer_version(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that could not be read is behind the cursor, but remembered."""
    desktops, remotes, _folder = team
    desktops[1].tag(0, 6)
    desktops[1].sync(remotes[1])

    def read_as_older(path: Path):  # type: ignore[no-untyped-def]
        changeset = yield from read_changeset(path)
        return msgspec.structs.replace(changeset, steps=(), newer_steps=tuple(each.uid for each in changeset.steps))

    with monkeypatch.context() as patch:
        patch.setattr("annotator.remotes.folder.read_changeset", read_as_older)
        result = desktops[2].sync(remotes[2])
        assert result.pulled == 0
    assert desktops[2].sync(remotes[2]).pulled == 1
    assert desktops[2].sync(remotes[2]).pulled == 0


def test_a_revoked_member_keeps_the_own_corpus_and_gets_nothing(team: Team) -> None:
    desktops, remotes, folder = team
    remotes[0].revoke(desktops[1].member)
    desktops[1].tag(0, 6)
    desktops[0].tag(0, 6)
    desktops[0].sync(remotes[0])
    files = list_files(folder, desktops[1])
    with pytest.raises(AccessDenied, match="not a member"):
        desktops[1].sync(remotes[1])
    assert list_files(folder, desktops[1]) == files
    with desktops[1].open() as corpus:
        assert len(corpus.spans(corpus.article(1).uid)) == 1
        assert count_pending(corpus) == 1
    remotes[0].invite(Member(desktops[1].member, "Omar", CURATOR))
    assert desktops[1].sync(remotes[1]).pushed == 1
    with desktops[1].open() as corpus:
        changed = read_team(corpus)
        assert changed is not None
        assert changed.role == CURATOR


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
