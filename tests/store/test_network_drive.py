"""Tests of a corpus on a drive without shared memory, such as a network drive, where it has no log."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

import pytest
from file_states import list_names

from annotator.generators import finish
from annotator.jobs.export.exporter import export
from annotator.jobs.export.options import ALL, ExportOptions
from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.store import backups, connections, restoring, shared_memory
from annotator.store.backups import Backup
from annotator.store.corpus import Corpus
from annotator.store.errors import LockedCorpus
from annotator.store.shared_memory import Mount

KILLED = """
import os, sys
from pathlib import Path
from annotator.model.article_builder import build_article
from annotator.store.corpus import Corpus
corpus = Corpus.open(Path(sys.argv[1]))
corpus.add(build_article("خبر ثان."))
os._exit(0)
"""


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/home/sanae", False),
        ("/home/sanae/share/news", True),
        ("/home/sanae/share/local", False),
        ("/home/sanae/shared", False),
        ("/mnt/nas", True),
        ("/mnt/nas2", False),
        ("/media/sftp/news", True),
        ("/media/stick", False),
        ("/Volumes/news", True),
    ],
)
def test_innermost_mount_decides_if_a_folder_is_remote(folder: str, expected: bool) -> None:
    mounts = [
        Mount("/", "ext4"),
        Mount("/home/sanae/share", "cifs"),
        Mount("/home/sanae/share/local", "tmpfs"),
        Mount("/mnt/nas", "tmpfs"),
        Mount("/mnt/nas", "nfs4"),  # hides the one before
        Mount("/media/sftp", "fuse.sshfs"),
        Mount("/media/stick", "fuseblk"),
        Mount("/Volumes/news", "smbfs"),
    ]
    assert shared_memory.is_remote(PurePosixPath(folder), mounts) is expected


def test_mounts_are_read_off_the_table_of_linux() -> None:
    table = (
        "/dev/vda1 / ext4 rw,relatime 0 0\n"
        "//nas/news /home/sanae/my\\040share\\134x cifs rw,vers=3.1.1 0 0\n"
        "sanae@host:/ /media/sftp fuse.sshfs rw 0 0\n"
    )
    mounts = [Mount("/", "ext4"), Mount("/home/sanae/my share\\x", "cifs"), Mount("/media/sftp", "fuse.sshfs")]
    assert list(shared_memory.parse_mount_table(table)) == mounts


def test_mounts_are_read_off_the_output_of_macos() -> None:
    output = (
        "/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)\n"
        "map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)\n"
        "//sanae@nas/news on /Volumes/my news (1) (smbfs, nodev, nosuid)\n"
        "host:/x on /Volumes/nfs (nfs)\n"
    )
    assert list(shared_memory.parse_mount_output(output)) == [
        Mount("/", "apfs"),
        Mount("/System/Volumes/Data/home", "autofs"),
        Mount("/Volumes/my news (1)", "smbfs"),
        Mount("/Volumes/nfs", "nfs"),
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="Linux has this table")
def test_a_drive_of_another_computer_is_not_usable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = f"/dev/vda1 / ext4 rw 0 0\nnas:/x {tmp_path} nfs4 rw 0 0\n"
    monkeypatch.setattr(Path, "read_text", lambda path, **_: table if str(path) == "/proc/self/mounts" else "")
    assert not shared_memory.is_usable(tmp_path / "folder")


def test_local_disk_is_usable(tmp_path: Path) -> None:
    assert shared_memory.is_usable(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(params=["simulated", "bindfs"])
def drive(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder in which files cannot be mapped into memory, or that is treated like one."""
    folder = tmp_path / "drive"
    folder.mkdir()
    if request.param == "simulated":
        is_usable = shared_memory.is_usable
        monkeypatch.setattr(shared_memory, "is_usable", lambda candidate: candidate != folder and is_usable(candidate))
        yield folder
        return
    if not shutil.which("bindfs"):
        pytest.skip("bindfs, which mounts a folder without shared memory, is not installed")
    source_folder = tmp_path / "behind"
    source_folder.mkdir()
    mounted = subprocess.run(["bindfs", "-o", "direct_io", source_folder, folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a folder takes the rights of the superuser")
    yield folder
    subprocess.run(["umount", "-l", folder], check=False, capture_output=True)


def texts(corpus: Corpus) -> list[str]:
    numbers = corpus.fetch_numbers("SELECT id AS number FROM article ORDER BY id")
    return [annotated.article.text for annotated in corpus.load_articles(numbers)]


def test_folder_without_mapped_files_is_not_usable(drive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_memory, "_is_remote", lambda _folder: False)
    assert not shared_memory.is_usable(drive)


def test_corpus_without_a_log_is_created_and_reopened_without_side_files(drive: Path) -> None:
    path = drive / "news.corpus"
    with Corpus.create(path, default_labels()) as corpus:
        assert not corpus.is_in_wal_mode()
        corpus.add(build_article("خبر."))
        assert list_names(drive) == ["news.corpus"]
        with Corpus.open(path, readonly=True) as other:
            assert texts(other) == ["خبر."]
        corpus.check_file_identity()
    with Corpus.open(path) as corpus:
        corpus.add(build_article("خبر ثان."))
        assert texts(corpus) == ["خبر.", "خبر ثان."]
    assert list_names(drive) == ["news.corpus"]


def test_log_left_by_a_killed_process_elsewhere_is_read(drive: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with Corpus.create(home / "news.corpus", default_labels()) as corpus:
        corpus.add(build_article("خبر."))
    subprocess.run([sys.executable, "-c", KILLED, home / "news.corpus"], check=True)
    assert "news.corpus-wal" in list_names(home)
    for path in home.iterdir():
        shutil.copy(path, drive)
    with Corpus.open(drive / "news.corpus", readonly=True) as corpus:
        assert texts(corpus) == ["خبر.", "خبر ثان."]
        assert not corpus.is_in_wal_mode()
    assert "news.corpus-wal" not in list_names(drive)


def test_corpus_copied_to_a_local_disk_uses_a_log_again(drive: Path, tmp_path: Path) -> None:
    Corpus.create(drive / "news.corpus", default_labels()).close()
    shutil.copy(drive / "news.corpus", tmp_path)
    with Corpus.open(tmp_path / "news.corpus") as corpus:
        assert corpus.is_in_wal_mode()


def test_corpus_without_a_log_is_backed_up_and_restored(drive: Path) -> None:
    path = drive / "news.corpus"
    with Corpus.create(path, default_labels()) as corpus:
        corpus.add(build_article("خبر."))
        backup = finish(backups.create_backup(path))
        corpus.add(build_article("خبر ثان."))
        safety_backup = finish(restoring.restore(path, backup.path))
        assert not corpus.is_in_wal_mode()
        assert texts(corpus) == ["خبر."]
    with Corpus.open_backup(safety_backup.path) as backup_corpus:
        assert texts(backup_corpus) == ["خبر.", "خبر ثان."]


def test_restore_without_a_log_fails_while_somebody_reads(drive: Path) -> None:
    path = drive / "news.corpus"
    with Corpus.create(path, default_labels()) as corpus:
        corpus.add(build_article("خبر."))
        backup = finish(backups.create_backup(path))
        corpus.add(build_article("خبر ثان."))
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM article").fetchone()
        with pytest.raises(LockedCorpus):
            finish(restoring.restore(path, backup.path))
        reader.close()
        assert texts(corpus) == ["خبر.", "خبر ثان."]


def test_nothing_can_be_written_between_the_last_check_and_the_restore(
    drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drive / "news.corpus"
    with Corpus.create(path, default_labels()) as corpus:
        corpus.add(build_article("خبر."))
    backup = finish(backups.create_backup(path))
    require_same_content, checked_backups, written = restoring._require_same_content, list[Backup](), list[str]()

    def check_then_write(corpus: Corpus, safety_backup: Backup) -> None:
        require_same_content(corpus, safety_backup)
        checked_backups.append(safety_backup)
        with suppress(LockedCorpus), Corpus.open(path) as other:
            other.set_busy_timeout(10)
            other.add(build_article("خبر بين النظرة والاستعادة"))
            written.append("an article")

    monkeypatch.setattr(restoring, "_require_same_content", check_then_write)
    monkeypatch.setattr(connections, "_BUSY_TIMEOUT", 0.05)
    finish(restoring.restore(path, backup.path))
    assert checked_backups
    assert written == []


def test_export_without_a_log_blocks_writers(drive: Path, tmp_path: Path) -> None:
    path = drive / "news.corpus"
    with Corpus.create(path, default_labels()) as corpus:
        corpus.set_busy_timeout(50)
        for number in range(30):
            corpus.add(build_article(f"الخبر رقم {number}."))
        steps = export(corpus, tmp_path / "train.jsonl", ExportOptions(format="jsonl", state=ALL))
        next(steps)
        with Corpus.open(path) as other:
            other.set_busy_timeout(50)
            with pytest.raises(LockedCorpus):
                other.add(build_article("خبر."))
        for _progress in steps:
            pass
        corpus.add(build_article("خبر."))


def test_log_in_use_by_another_program_is_not_disabled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "news.corpus"
    with Corpus.create(path, default_labels()) as corpus:
        corpus.add(build_article("خبر."))
        query = "SELECT count(*) FROM article"
        code = f"import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); print(*c.execute('{query}'))"
        code += "; sys.stdout.flush(); sys.stdin.read()"
        command = [sys.executable, "-c", code, str(path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout
            other.stdout.readline()
            corpus.close()
            monkeypatch.setattr(shared_memory, "is_usable", lambda _folder: False)
            monkeypatch.setattr("annotator.store.connections._BUSY_TIMEOUT", 0.1)
            with pytest.raises(LockedCorpus):
                Corpus.open(path)
            other.communicate("")
    with Corpus.open(path) as corpus:
        assert texts(corpus) == ["خبر."]
