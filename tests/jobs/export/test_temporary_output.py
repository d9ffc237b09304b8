"""What an export that was killed has left beside its target, in every state that it may have been killed in."""

import os
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from annotator.formats.report import beside
from annotator.jobs.export.existing_output import folder_digest
from annotator.jobs.export.temporary_output import OLD, PART, REPORT_OLD, REPORT_PART, clear_leftovers, locked_key
from annotator.paths import hidden_path

KEY = "0123456789abcdef" * 2


def report_of(content: bytes | Path) -> bytes:
    """Return a report, as far as it is read here, of a file of this content or of a folder as it is now."""
    files = folder_digest(content) if isinstance(content, Path) else sha256(content).hexdigest()
    return msgspec.json.encode({"format": "conll2003", "digest": "", "verified": True, "files": files})


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "train"


@pytest.fixture
def left(target: Path) -> Callable[..., None]:
    """Write hidden files of one killed export: content by kind."""

    def write(files: dict[str, bytes], *, key: str = KEY, path: Path = target) -> None:
        for kind, content in {**files, "lock": b""}.items():
            hidden_path(path, kind, key).write_bytes(content)

    return write


def found(target: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in target.parent.iterdir() if path.is_file()}


def test_a_file_that_had_taken_its_place_gets_its_own_report(target: Path, left: Callable[..., None]) -> None:
    target.write_bytes(b"new")
    left({REPORT_PART: report_of(b"new"), REPORT_OLD: report_of(b"old")})
    clear_leftovers(target, beside(target))
    assert found(target) == {"train": b"new", "train.report.json": report_of(b"new")}


def test_a_file_that_was_not_replaced_yet_gets_its_old_report_back(target: Path, left: Callable[..., None]) -> None:
    target.write_bytes(b"old")
    left({PART: b"new", REPORT_PART: report_of(b"new"), REPORT_OLD: report_of(b"old")})
    clear_leftovers(target, beside(target))
    assert found(target) == {"train": b"old", "train.report.json": report_of(b"old")}


def test_a_file_that_somebody_changed_since_gets_no_report(target: Path, left: Callable[..., None]) -> None:
    target.write_bytes(b"changed by hand")
    left({PART: b"new", REPORT_PART: report_of(b"new"), REPORT_OLD: report_of(b"old")})
    clear_leftovers(target, beside(target))
    assert found(target) == {"train": b"changed by hand"}


def test_a_report_that_is_there_stays_and_one_without_a_file_is_deleted(
    target: Path, left: Callable[..., None]
) -> None:
    target.write_bytes(b"old")
    beside(target).write_bytes(report_of(b"another"))
    left({REPORT_OLD: report_of(b"old")})
    clear_leftovers(target, beside(target))
    assert found(target) == {"train": b"old", "train.report.json": report_of(b"another")}
    target.unlink()
    beside(target).unlink()
    left({PART: b"new", REPORT_PART: report_of(b"new")})
    clear_leftovers(target, beside(target))
    assert found(target) == {}


def test_a_folder_that_was_moved_away_comes_back_with_its_report(target: Path, left: Callable[..., None]) -> None:
    old = hidden_path(target, OLD, KEY)
    old.mkdir()
    (old / "a.ann").write_bytes(b"T1")
    report = report_of(old)
    left({REPORT_OLD: report})
    clear_leftovers(target, beside(target))
    assert found(target) == {"train.report.json": report}
    assert (target / "a.ann").read_bytes() == b"T1"
    assert not old.exists()


@pytest.mark.parametrize("is_ours", [False, True])
def test_a_folder_that_was_moved_away_is_deleted_only_where_an_export_has_taken_its_place(
    target: Path, left: Callable[..., None], is_ours: bool
) -> None:
    old = hidden_path(target, OLD, KEY)
    old.mkdir()
    (old / "a.ann").write_bytes(b"T1")
    target.mkdir()
    (target / "b.ann").write_bytes(b"T2")
    left({REPORT_PART: report_of(target) if is_ours else report_of(old)})
    clear_leftovers(target, beside(target))
    assert beside(target).exists() == is_ours
    assert old.exists() == (not is_ours)
    assert (target / "b.ann").exists()


def test_an_export_at_work_is_left_alone_and_cleared_once_its_lock_is_gone(target: Path) -> None:
    with locked_key(target) as key:
        draft = hidden_path(target, PART, key)
        draft.write_bytes(b"new")
        clear_leftovers(target, beside(target))
        assert draft.exists()
    clear_leftovers(target, beside(target))
    assert found(target) == {}


def test_a_corpus_under_way_has_no_lock_and_stays(target: Path) -> None:
    draft = hidden_path(target, PART, KEY)
    draft.write_bytes(b"SQLite format 3\0 and pages")
    clear_leftovers(target, beside(target))
    assert draft.exists()


@pytest.mark.parametrize(("seconds", "stays"), [(50, True), (70, False)])
def test_a_lock_alone_may_belong_to_an_export_that_begins_now(
    target: Path, left: Callable[..., None], seconds: int, stays: bool
) -> None:
    left({})
    lock = hidden_path(target, "lock", KEY)
    before = time.time() - seconds
    os.utime(lock, (before, before))
    clear_leftovers(target, beside(target))
    assert lock.exists() == stays


def test_leftovers_of_another_target_stay(target: Path, left: Callable[..., None]) -> None:
    left({PART: b"other"}, path=target.with_name("trains"))
    before = found(target)
    clear_leftovers(target, beside(target))
    assert found(target) == before
