"""Where files cannot share memory, as on a network drive, a corpus is kept without a log, and nothing else differs."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

import pytest
from msgspec import Struct

from annotator.jobs.export.exporter import ALL, Options, export
from annotator.model.article_builder import draft
from annotator.model.labels import LabelSet, decode
from annotator.resources import resource
from annotator.store import backups, restoring, safe_connection, shared_memory
from annotator.store.backups import Backup
from annotator.store.corpus import Corpus
from annotator.store.errors import Locked

KILLED = """
import os, sys
from pathlib import Path
from annotator.model.article_builder import draft
from annotator.store.corpus import Corpus
corpus = Corpus.open(Path(sys.argv[1]))
corpus.add(draft("خبر ثان."))
os._exit(0)
"""


class Mount(Struct):
    mountpoint: str
    fstype: str


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
def test_the_innermost_mount_around_a_folder_says_whether_it_is_on_a_network(folder: str, expected: bool) -> None:
    mounts = [
        Mount("/", "ext4"),
        Mount("/home/sanae/share", "cifs"),
        Mount("/home/sanae/share/local", "tmpfs"),
        Mount("/mnt/nas", "tmpfs"),
        Mount("/mnt/nas", "nfs4"),  # which covers the one before
        Mount("/media/sftp", "fuse.sshfs"),
        Mount("/media/stick", "fuseblk"),
        Mount("/Volumes/news", "smbfs"),
    ]
    assert shared_memory.is_remote(PurePosixPath(folder), mounts) is expected


def test_this_computers_own_disk_is_usable(tmp_path: Path) -> None:
    assert shared_memory.is_usable(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def labels() -> LabelSet:
    path = resource("labels", "default.toml")
    return decode(path.read_bytes(), str(path))


@pytest.fixture(params=["said to be one", "made by bindfs"])
def drive(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which files cannot be mapped into memory, or are believed not to be."""
    folder = tmp_path / "drive"
    folder.mkdir()
    if request.param == "said to be one":
        usual = shared_memory.is_usable
        monkeypatch.setattr(shared_memory, "is_usable", lambda each: each != folder and usual(each))
        yield folder
        return
    if not shutil.which("bindfs"):
        pytest.skip("bindfs, which mounts a folder without shared memory, is not installed")
    behind = tmp_path / "behind"
    behind.mkdir()
    mounted = subprocess.run(["bindfs", "-o", "direct_io", behind, folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a folder takes the rights of the superuser")
    yield folder
    subprocess.run(["umount", "-l", folder], check=False, capture_output=True)


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def texts(corpus: Corpus) -> list[str]:
    return [text for (text,) in corpus.tuples("SELECT text FROM article ORDER BY id")]


def test_where_no_file_can_be_mapped_it_is_found_out(drive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_memory, "_is_remote", lambda _folder: False)
    assert not shared_memory.is_usable(drive)


def test_a_corpus_is_made_and_gone_on_with_and_no_file_stays_beside_it(drive: Path, labels: LabelSet) -> None:
    path = drive / "news.corpus"
    with Corpus.create(path, labels) as corpus:
        assert not corpus.has_log()
        corpus.add(draft("خبر."))
        assert names(drive) == ["news.corpus"]
        with Corpus.open(path, readonly=True) as other:
            assert texts(other) == ["خبر."]
        corpus.check_there()
    with Corpus.open(path) as corpus:
        corpus.add(draft("خبر ثان."))
        assert texts(corpus) == ["خبر.", "خبر ثان."]
    assert names(drive) == ["news.corpus"]


def test_of_a_corpus_that_was_killed_elsewhere_what_its_log_holds_is_there(
    drive: Path, tmp_path: Path, labels: LabelSet
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with Corpus.create(home / "news.corpus", labels) as corpus:
        corpus.add(draft("خبر."))
    subprocess.run([sys.executable, "-c", KILLED, home / "news.corpus"], check=True)
    assert "news.corpus-wal" in names(home)
    for each in home.iterdir():
        shutil.copy(each, drive)
    with Corpus.open(drive / "news.corpus", readonly=True) as corpus:
        assert texts(corpus) == ["خبر.", "خبر ثان."]
        assert not corpus.has_log()
    assert "news.corpus-wal" not in names(drive)


def test_a_corpus_that_comes_back_has_a_log_again(drive: Path, tmp_path: Path, labels: LabelSet) -> None:
    Corpus.create(drive / "news.corpus", labels).close()
    shutil.copy(drive / "news.corpus", tmp_path)
    with Corpus.open(tmp_path / "news.corpus") as corpus:
        assert corpus.has_log()


def test_it_is_backed_up_and_restored(drive: Path, labels: LabelSet) -> None:
    path = drive / "news.corpus"
    with Corpus.create(path, labels) as corpus:
        corpus.add(draft("خبر."))
        kept = _outcome(backups.keep(path))
        corpus.add(draft("خبر ثان."))
        before = _outcome(restoring.restore(path, kept.path))
        assert not corpus.has_log()
        assert texts(corpus) == ["خبر."]
    with restoring.look(before.path) as was:
        assert texts(was) == ["خبر.", "خبر ثان."]


def test_a_restore_is_given_up_while_somebody_reads(drive: Path, labels: LabelSet) -> None:
    path = drive / "news.corpus"
    with Corpus.create(path, labels) as corpus:
        corpus.add(draft("خبر."))
        kept = _outcome(backups.keep(path))
        corpus.add(draft("خبر ثان."))
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM article").fetchone()
        with pytest.raises(Locked):
            _outcome(restoring.restore(path, kept.path))
        reader.close()
        assert texts(corpus) == ["خبر.", "خبر ثان."]


def test_nothing_is_written_between_the_last_look_and_the_restore(
    drive: Path, labels: LabelSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drive / "news.corpus"
    with Corpus.create(path, labels) as corpus:
        corpus.add(draft("خبر."))
    kept = _outcome(backups.keep(path))
    look, looks, written = restoring._require_same, list[Backup](), list[str]()

    def look_and_let_others_write(corpus: Corpus, before: Backup) -> None:
        look(corpus, before)
        looks.append(before)
        with suppress(Locked), Corpus.open(path) as other:
            other.hurry(10)
            other.add(draft("خبر بين النظرة والاستعادة"))
            written.append("an article")

    monkeypatch.setattr(restoring, "_require_same", look_and_let_others_write)
    monkeypatch.setattr(safe_connection, "_WAIT", 0.05)
    _outcome(restoring.restore(path, kept.path))
    assert looks
    assert written == []


def test_whoever_writes_waits_while_an_export_reads(drive: Path, labels: LabelSet, tmp_path: Path) -> None:
    path = drive / "news.corpus"
    with Corpus.create(path, labels) as corpus:
        corpus.hurry(50)
        for number in range(30):
            corpus.add(draft(f"الخبر رقم {number}."))
        steps = export(corpus, tmp_path / "train.jsonl", Options(format="jsonl", state=ALL))
        next(steps)
        with Corpus.open(path) as other:
            other.hurry(50)
            with pytest.raises(Locked):
                other.add(draft("خبر."))
        for _done in steps:
            pass
        corpus.add(draft("خبر."))


def test_a_log_that_another_program_has_open_is_left_alone(
    tmp_path: Path, labels: LabelSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "news.corpus"
    with Corpus.create(path, labels) as corpus:
        corpus.add(draft("خبر."))
        query = "SELECT count(*) FROM article"
        code = f"import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); print(*c.execute('{query}'))"
        code += "; sys.stdout.flush(); sys.stdin.read()"
        command = [sys.executable, "-c", code, str(path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout
            other.stdout.readline()
            corpus.close()
            monkeypatch.setattr(shared_memory, "is_usable", lambda _folder: False)
            monkeypatch.setattr("annotator.store.safe_connection._WAIT", 0.1)
            with pytest.raises(Locked):
                Corpus.open(path)
            other.communicate("")
    with Corpus.open(path) as corpus:
        assert texts(corpus) == ["خبر."]


def _outcome(steps: Generator[tuple[int, int], None, Backup]) -> Backup:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            backup: Backup = end.value
            return backup
