"""Recognising unchanged exports at the target of an export."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from annotator.formats.report import report_path
from annotator.jobs.export.existing_output import (
    CannotExport,
    Companion,
    WouldReplace,
    check_folder_replaceable,
    check_replaceable,
    file_digest,
    folder_digest,
    read_digest,
)
from annotator.model.labels import default_labels
from annotator.store.corpus import Corpus


def filled(folder: Path) -> Path:
    """Create files in a folder and in subfolders."""
    for name in ("a.ann", "b/c.ann", "b/d/e.ann"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return folder


def write_report(path: Path, files: str | None, **more: object) -> None:
    report = {"format": "brat", "digest": "", "verified": True, "files": files, **more}
    report_path(path).write_bytes(msgspec.json.encode(report))


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file changed": lambda folder: (folder / "a.ann").write_text("x"),
    "a file changed below": lambda folder: (folder / "b" / "d" / "e.ann").write_text("x"),
    "a file added below": lambda folder: (folder / "b" / "new.ann").write_text("x"),
    "a file deleted below": lambda folder: (folder / "b" / "c.ann").unlink(),
    "a file renamed": lambda folder: (folder / "a.ann").rename(folder / "z.ann"),
    "a file moved": lambda folder: (folder / "b" / "c.ann").rename(folder / "c.ann"),
    "an empty folder added": lambda folder: (folder / "b" / "empty").mkdir(),
    "two contents exchanged": lambda folder: [
        (folder / name).write_text(content) for name, content in (("a.ann", "b/c.ann"), ("b/c.ann", "a.ann"))
    ],
}


def test_folders_with_the_same_files_have_the_same_digest(tmp_path: Path) -> None:
    digest = folder_digest(filled(tmp_path / "one"))
    other = tmp_path / "other"
    for name in ("b/d/e.ann", "a.ann", "b/c.ann"):
        (other / name).parent.mkdir(parents=True, exist_ok=True)
        (other / name).write_text(name, encoding="utf-8")
    assert folder_digest(other) == digest
    assert len(digest) == 64


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_in_a_folder_changes_its_digest_and_requires_force(tmp_path: Path, change: str) -> None:
    folder = filled(tmp_path / "train")
    write_report(folder, folder_digest(folder))
    check_folder_replaceable(folder, report_path(folder), force=False)
    CHANGES[change](folder)
    assert folder_digest(folder) != read_digest(report_path(folder))
    with pytest.raises(WouldReplace):
        check_folder_replaceable(folder, report_path(folder), force=False)
    check_folder_replaceable(folder, report_path(folder), force=True)


@pytest.mark.posix_only("Windows lets no one make a link without a right of its own")
def test_a_link_in_a_folder_changes_its_digest(tmp_path: Path) -> None:
    folder = filled(tmp_path / "train")
    digest = folder_digest(folder)
    (folder / "b" / "c.ann").unlink()
    (folder / "b" / "c.ann").symlink_to(folder / "a.ann")
    assert folder_digest(folder) != digest


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"format": "brat"}', b"[" * 100_000])
def test_force_does_not_replace_a_folder_without_a_report(tmp_path: Path, content: bytes) -> None:
    folder = filled(tmp_path / "train")
    for force in (False, True):
        with pytest.raises(CannotExport) as caught:
            check_folder_replaceable(folder, report_path(folder), force=force)
        assert type(caught.value) is CannotExport
        assert str(folder) in str(caught.value)
        report_path(folder).write_bytes(content)


@pytest.mark.parametrize("name", ["my.corpus", "b/d/my.corpus"])
def test_force_does_not_replace_a_folder_with_a_corpus_in_it(tmp_path: Path, name: str) -> None:
    folder = filled(tmp_path / "train")
    write_report(folder, folder_digest(folder))
    Corpus.create(folder / name, default_labels()).close()
    with pytest.raises(CannotExport, match="is a corpus, which an export never replaces") as caught:
        check_folder_replaceable(folder, report_path(folder), force=True, name=tmp_path / "before")
    assert str(tmp_path / "before" / name) in str(caught.value)


@pytest.mark.posix_only("Windows lets no one make a link without a right of its own")
def test_force_replaces_a_folder_with_a_link_to_a_corpus(tmp_path: Path) -> None:
    folder = filled(tmp_path / "train")
    write_report(folder, folder_digest(folder))
    Corpus.create(tmp_path / "my.corpus", default_labels()).close()
    (folder / "link").symlink_to(tmp_path / "my.corpus")
    check_folder_replaceable(folder, report_path(folder), force=True)


def test_the_digest_covers_files_of_one_chunk_and_larger(tmp_path: Path) -> None:
    digests = set()
    for length in (0, 1, (1 << 16) - 1, 1 << 16, (1 << 16) + 1, 1 << 18):
        folder = tmp_path / str(length)
        folder.mkdir()
        for last in (b"x", b"y"):
            (folder / "a").write_bytes(b"\0" * length + last)
            digests.add(folder_digest(folder))
    assert len(digests) == 12


def test_a_file_is_replaced_only_if_its_report_describes_it(tmp_path: Path) -> None:
    path = tmp_path / "train.conll"
    check_replaceable(path, force=False)
    path.write_bytes(b"")
    check_replaceable(path, force=False)
    path.write_bytes(b"one")
    for files, reason in ((None, "may have been changed"), ("0" * 64, "was changed after it was exported")):
        write_report(path, files)
        with pytest.raises(WouldReplace, match=reason):
            check_replaceable(path, force=False)
        check_replaceable(path, force=True)
    write_report(path, file_digest(path))
    check_replaceable(path, force=False)
    report_path(path).write_bytes(b"mine")
    with pytest.raises(WouldReplace, match="already exists and is not an export"):
        check_replaceable(path, force=False)
    path.unlink()
    with pytest.raises(WouldReplace, match="is not an export report"):
        check_replaceable(path, force=False)


def test_a_companion_is_replaced_only_if_the_report_describes_it_or_it_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    companion = Companion(tmp_path / "train.jsonl.labels.json", b"new")
    check_replaceable(path, companion, force=False)
    for content, reason in ((b"mine", "already exists and is not an export"), (b"new", None), (b"", None)):
        companion.path.write_bytes(content)
        if reason is None:
            check_replaceable(path, companion, force=False)
            continue
        with pytest.raises(WouldReplace, match=rf"labels\.json” {reason}"):
            check_replaceable(path, companion, force=False)
        check_replaceable(path, companion, force=True)
    path.write_bytes(b"one")
    old = Companion(companion.path, b"old")
    write_report(path, file_digest(path), companions={companion.path.name: old.digest()})
    companion.path.write_bytes(b"old")
    check_replaceable(path, companion, force=False)
    companion.path.write_bytes(b"mine")
    with pytest.raises(WouldReplace, match=r"labels\.json” was changed after it was exported"):
        check_replaceable(path, companion, force=False)


def test_the_digest_of_a_folder_agrees_with_older_reports(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes(b"text")
    assert folder_digest(tmp_path) == "319f2df82903742d96387b9c11e861810609d5da900eb376c1244eed05f348d9"
