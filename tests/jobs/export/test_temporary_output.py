"""Leftovers of an export beside its target, for every moment at which it may be killed."""

import os
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from annotator.formats.report import report_path
from annotator.jobs.export.existing_output import folder_digest
from annotator.jobs.export.temporary_output import OLD, PART, REPORT_OLD, REPORT_PART, clear_leftovers, temporary_paths
from annotator.paths import hidden_path

KEY = "0123456789abcdef" * 2


def report_of(content: bytes | Path) -> bytes:
    """Return the relevant part of a report on a file with this content or on a folder in its present state."""
    files = folder_digest(content) if isinstance(content, Path) else sha256(content).hexdigest()
    return msgspec.json.encode({"format": "conll2003", "digest": "", "verified": True, "files": files})


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "train"


@pytest.fixture
def leave(target: Path) -> Callable[..., None]:
    """Return a function that writes the temporary files of a killed export: content by kind."""

    def write(contents: dict[str, bytes], *, key: str = KEY, path: Path = target) -> None:
        for kind, content in {**contents, "lock": b""}.items():
            hidden_path(path, kind, key).write_bytes(content)

    return write


def files(target: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in target.parent.iterdir() if path.is_file()}


def test_a_file_already_in_place_gets_its_own_report(target: Path, leave: Callable[..., None]) -> None:
    target.write_bytes(b"new")
    leave({REPORT_PART: report_of(b"new"), REPORT_OLD: report_of(b"old")})
    clear_leftovers(target, report_path(target))
    assert files(target) == {"train": b"new", "train.report.json": report_of(b"new")}


def test_a_file_not_yet_replaced_gets_its_old_report_back(target: Path, leave: Callable[..., None]) -> None:
    target.write_bytes(b"old")
    leave({PART: b"new", REPORT_PART: report_of(b"new"), REPORT_OLD: report_of(b"old")})
    clear_leftovers(target, report_path(target))
    assert files(target) == {"train": b"old", "train.report.json": report_of(b"old")}


def test_a_file_changed_since_gets_no_report(target: Path, leave: Callable[..., None]) -> None:
    target.write_bytes(b"changed by hand")
    leave({PART: b"new", REPORT_PART: report_of(b"new"), REPORT_OLD: report_of(b"old")})
    clear_leftovers(target, report_path(target))
    assert files(target) == {"train": b"changed by hand"}


def test_an_existing_report_stays_and_one_without_a_file_is_deleted(target: Path, leave: Callable[..., None]) -> None:
    target.write_bytes(b"old")
    report_path(target).write_bytes(report_of(b"another"))
    leave({REPORT_OLD: report_of(b"old")})
    clear_leftovers(target, report_path(target))
    assert files(target) == {"train": b"old", "train.report.json": report_of(b"another")}
    target.unlink()
    report_path(target).unlink()
    leave({PART: b"new", REPORT_PART: report_of(b"new")})
    clear_leftovers(target, report_path(target))
    assert files(target) == {}


def test_a_folder_moved_aside_is_restored_with_its_report(target: Path, leave: Callable[..., None]) -> None:
    old = hidden_path(target, OLD, KEY)
    old.mkdir()
    (old / "a.ann").write_bytes(b"T1")
    report = report_of(old)
    leave({REPORT_OLD: report})
    clear_leftovers(target, report_path(target))
    assert files(target) == {"train.report.json": report}
    assert (target / "a.ann").read_bytes() == b"T1"
    assert not old.exists()


@pytest.mark.parametrize("is_ours", [False, True])
def test_a_folder_moved_aside_is_deleted_only_if_an_export_replaced_it(
    target: Path, leave: Callable[..., None], is_ours: bool
) -> None:
    old = hidden_path(target, OLD, KEY)
    old.mkdir()
    (old / "a.ann").write_bytes(b"T1")
    target.mkdir()
    (target / "b.ann").write_bytes(b"T2")
    leave({REPORT_PART: report_of(target) if is_ours else report_of(old)})
    clear_leftovers(target, report_path(target))
    assert report_path(target).exists() == is_ours
    assert old.exists() == (not is_ours)
    assert (target / "b.ann").exists()


@pytest.mark.parametrize("is_folder", [False, True])
def test_files_of_a_running_export_stay_until_it_ends(target: Path, is_folder: bool) -> None:
    with temporary_paths(target) as temporary:
        draft = temporary(PART)
        if is_folder:
            draft.mkdir()
        (draft / "a" if is_folder else draft).write_bytes(b"new")
        temporary(REPORT_PART).write_bytes(b"new")
        clear_leftovers(target, report_path(target))
        assert draft.exists()
        assert temporary(REPORT_PART).exists()
    assert files(target) == {}


def test_a_corpus_being_created_has_no_lock_and_stays(target: Path) -> None:
    draft = hidden_path(target, PART, KEY)
    draft.write_bytes(b"SQLite format 3\0 and pages")
    clear_leftovers(target, report_path(target))
    assert draft.exists()


@pytest.mark.parametrize(("seconds", "stays"), [(50, True), (70, False)])
def test_a_lone_lock_file_stays_only_while_it_is_new(
    target: Path, leave: Callable[..., None], seconds: int, stays: bool
) -> None:
    leave({})
    lock = hidden_path(target, "lock", KEY)
    before = time.time() - seconds
    os.utime(lock, (before, before))
    clear_leftovers(target, report_path(target))
    assert lock.exists() == stays


def test_leftovers_of_another_target_stay(target: Path, leave: Callable[..., None]) -> None:
    leave({PART: b"other"}, path=target.with_name("trains"))
    before = files(target)
    clear_leftovers(target, report_path(target))
    assert files(target) == before
