"""Tests of creating and opening: clear errors, and no changed or leftover files after them."""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from os import stat_result
from pathlib import Path
from typing import Any

import pytest
from builders import apply_edits
from running import raising

from annotator import paths
from annotator.generators import finish
from annotator.model import operations
from annotator.model.article_builder import build_article
from annotator.model.labels import Colour, Label, LabelSet
from annotator.store import connections, copying, errors, opening, verification
from annotator.store.copying import copy_corpus
from annotator.store.corpus import Corpus
from annotator.store.schema import VERSION

LABELS = LabelSet((Label("DATE", {"ar": "تاريخ"}, Colour("#112233", "#ddeeff"), "1"),))


def read_all_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def make(path: Path) -> Path:
    Corpus.create(path, LABELS).close()
    return path


def text_file(path: Path) -> Path:
    path.write_text("هذا ليس ملف بيانات" * 20, encoding="utf-8")
    return path


def other_database(path: Path) -> Path:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE t (x)")
    db.close()
    return path


def newer_corpus(path: Path) -> Path:
    make(path)
    with sqlite3.connect(path, isolation_level=None) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    db.close()
    return path


def empty_file(path: Path) -> Path:
    path.touch()
    return path


def folder(path: Path) -> Path:
    path.mkdir()
    return path


@pytest.mark.parametrize(
    ("kind", "expected", "words"),
    [
        (text_file, errors.NotACorpus, r"is not a corpus\. If it has articles, import it"),
        (other_database, errors.NotACorpus, "a database, but not a corpus"),
        (newer_corpus, errors.NewerCorpus, "newer version"),
        (empty_file, errors.NotACorpus, "is not a corpus"),
        (folder, errors.NotACorpus, "is a folder"),
        (lambda path: path, errors.MissingCorpus, r"The file .* does not exist"),
        (lambda path: path / "deeper" / "a.corpus", errors.MissingCorpus, r"The folder .* does not exist"),
    ],
)
def test_file_that_is_no_corpus_is_refused_and_unchanged(
    tmp_path: Path, kind: Callable[[Path], Path], expected: type[Exception], words: str
) -> None:
    path = kind(tmp_path / "a.corpus")
    before = read_all_files(tmp_path)
    for readonly in (False, True):
        with pytest.raises(expected, match=words) as error_info:
            Corpus.open(path, readonly=readonly)
        assert str(path if "folder “" not in str(error_info.value) else path.parent) in str(error_info.value)
        assert "\n" not in str(error_info.value)
    assert read_all_files(tmp_path) == before


def test_newer_version_in_the_log_is_detected(tmp_path: Path) -> None:
    path = make(tmp_path / "a.corpus")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA wal_autocheckpoint = 0")
    other.execute(f"PRAGMA user_version = {VERSION + 1}")
    assert int.from_bytes(path.read_bytes()[60:64], "big") == VERSION
    with pytest.raises(errors.NewerCorpus, match="newer version"):
        Corpus.open(path)
    other.close()


def test_corpus_opens_during_a_checkpoint_of_another_process(tmp_path: Path) -> None:
    """SQLite writes the first page first, so for a moment its page count exceeds the size of the file."""
    path = make(tmp_path / "a.corpus")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA wal_autocheckpoint = 0")
    other.execute("INSERT INTO annotator VALUES ('Sanae', ?, 'person')", ["x" * 50_000])
    log, page, header = path.with_name("a.corpus-wal").read_bytes(), 4096, 24
    frames = [log[start : start + header + page] for start in range(32, len(log), header + page)]
    [*_, first_page] = [frame[header:] for frame in frames if frame[:4] == bytes([0, 0, 0, 1])]
    with path.open("r+b") as file:
        file.write(first_page)
    assert int.from_bytes(first_page[28:32], "big") > path.stat().st_size / page
    with Corpus.open(path) as corpus:
        assert corpus.annotators() == ["Sanae"]
    other.close()


def test_corpus_from_a_network_drive_takes_the_first_write(tmp_path: Path) -> None:
    """It comes without a log, which must not look like one that another program put there."""
    path = make(tmp_path / "a.corpus")
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
    with Corpus.open(path) as corpus:
        assert corpus.is_in_wal_mode()
        corpus.add(build_article("وصل القطار إلى وجدة."))


def test_write_protected_corpus_can_only_be_opened_readonly(tmp_path: Path) -> None:
    path = make(tmp_path / "a.corpus")
    path.chmod(0o444)
    before = read_all_files(tmp_path)
    with pytest.raises(errors.ReadOnlyCorpus, match="cannot be written to"):
        Corpus.open(path)
    with Corpus.open(path, readonly=True) as corpus:
        assert corpus.labels() == LABELS
    assert read_all_files(tmp_path)["a.corpus"] == before["a.corpus"]


def test_create_does_not_overwrite_a_file(tmp_path: Path) -> None:
    path = text_file(tmp_path / "a.corpus")
    with pytest.raises(errors.ExistingCorpus):
        Corpus.create(path, LABELS)
    assert path.read_text(encoding="utf-8").startswith("هذا")


def test_create_does_not_overwrite_a_concurrently_created_corpus(tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    with pytest.raises(errors.ExistingCorpus):
        opening.create(path, lambda _db: Corpus.create(path, LABELS).close())
    with Corpus.open(path) as corpus:
        assert corpus.labels() == LABELS
    assert [path.name for path in tmp_path.iterdir()] == ["a.corpus"]


def test_interrupted_create_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        opening.create(tmp_path / "a.corpus", raising(KeyboardInterrupt()))
    assert list(tmp_path.iterdir()) == []


def test_create_works_on_a_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "link", raising(OSError(95, "Operation not supported")))
    make(tmp_path / "a.corpus")
    assert [path.name for path in tmp_path.iterdir()] == ["a.corpus"]


def test_create_in_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.MissingCorpus, match=r"The folder .* does not exist"):
        Corpus.create(tmp_path / "none" / "a.corpus", LABELS)
    assert list(tmp_path.iterdir()) == []


def test_create_leaves_no_side_files(tmp_path: Path) -> None:
    make(tmp_path / "a.corpus")
    assert [path.name for path in tmp_path.iterdir()] == ["a.corpus"]


def test_file_name_may_contain_any_character(tmp_path: Path) -> None:
    forbidden = "" if sys.platform == "win32" else "?"
    path = make(tmp_path / f"مقالات ٢٠٢٤ {forbidden}#%20.corpus")
    with Corpus.open(path) as corpus:
        assert corpus.labels() == LABELS


def test_locked_corpus_raises_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.store.connections._BUSY_TIMEOUT", 0.05)
    path = make(tmp_path / "a.corpus")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with Corpus.open(path) as corpus, pytest.raises(errors.CorpusError, match="locked"), corpus.transaction():
        pass
    holder.close()


def test_damaged_corpus_raises_an_error(tmp_path: Path) -> None:
    path = make(tmp_path / "a.corpus")
    data = bytearray(path.read_bytes())
    data[100:] = b"\xff" * (len(data) - 100)
    path.write_bytes(data)
    with pytest.raises(errors.CorpusError, match="damaged"):
        Corpus.open(path)


def test_violated_constraint_is_a_conflict(tmp_path: Path) -> None:
    with Corpus.create(tmp_path / "a.corpus", LABELS) as corpus:
        corpus.add(build_article("خبر عاجل"))
        edits = operations.add_span(corpus.article(1), [], "Sanae", "NONE", 0, 3)
        with pytest.raises(errors.Conflict, match="another window"):
            apply_edits(corpus, edits)


def test_second_connection_does_not_drop_the_locks_of_the_first(
    tmp_path: Path,
) -> None:
    """POSIX drops all locks of a process on a file when it closes the file, even those of other connections."""
    path = make(tmp_path / "a.corpus")
    program = "import sys; from pathlib import Path; from annotator.store.corpus import Corpus\n"
    program += "with Corpus.open(Path(sys.argv[1])) as corpus: print(len(corpus.annotators()))"

    def count_annotators() -> int:
        process = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
        return int(process.stdout)

    with Corpus.open(path) as corpus:
        corpus.add(build_article("واحد"))
        Corpus.open(path).close()
        Corpus.open(path, readonly=True).close()
        assert count_annotators() == 0
        edits = operations.set_note(None, corpus.article(1), "Sanae", "ملاحظة")
        apply_edits(corpus, edits, name="note")
        assert count_annotators() == 1
    with Corpus.open(path) as corpus:
        assert corpus.annotators() == ["Sanae"]


def test_create_refuses_a_name_with_leftover_side_files(tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    log = path.with_name("a.corpus-wal")
    log.write_bytes(b"something that was not written into its file yet")
    with pytest.raises(errors.ExistingCorpus, match="corpus-wal"):
        make(path)
    assert log.exists()
    assert not path.exists()


# At the last call the file is already open, and Windows cannot delete an open file.
_WHILE_OPEN = pytest.mark.posix_only("Windows deletes no file that is open")


@pytest.mark.parametrize(
    ("readonly", "calls_before"),
    [
        (True, 0),
        pytest.param(True, 1, marks=_WHILE_OPEN),
        (False, 0),
        (False, 1),
        pytest.param(False, 2, marks=_WHILE_OPEN),
    ],
)
def test_file_deleted_during_opening_is_missing(
    readonly: bool, calls_before: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "test.corpus"
    Corpus.create(path, LabelSet(())).close()
    stat_file = connections.stat_file
    calls: list[Path] = []

    def delete_then_stat(path_: Path) -> stat_result:
        if len(calls) == calls_before:
            path.unlink()
        calls.append(path_)
        return stat_file(path_)

    for module in (connections, verification):
        monkeypatch.setattr(module, "stat_file", delete_then_stat)
    with pytest.raises(errors.MissingCorpus, match=r"test\.corpus"):
        Corpus.open(path, readonly=readonly)
    assert len(calls) == calls_before + 1


def test_too_long_name_is_refused_and_leaves_no_file(tmp_path: Path) -> None:
    path = tmp_path / ("أخبار" * 60 + ".corpus")
    with pytest.raises(errors.CorpusError, match="not a valid file name here") as error_info:
        Corpus.create(path, LABELS)
    assert path.name in str(error_info.value)
    assert read_all_files(tmp_path) == {}
    with pytest.raises(errors.CorpusError, match="not a valid file name here"):
        finish(copy_corpus(make(tmp_path / "a.corpus"), path))
    assert list(read_all_files(tmp_path)) == ["a.corpus"]


@pytest.mark.parametrize("name", ["a?b.corpus", "a:b.corpus", "NUL.corpus"])
def test_names_invalid_on_windows_are_refused_in_advance(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "PureWindowsPath", type(tmp_path))  # as on Windows
    with pytest.raises(errors.CorpusError, match=rf"“{re.escape(name)}” is not a valid file name here"):
        Corpus.create(Path(f"{tmp_path}{os.sep}{name}"), LABELS)  # not joined by Path, to which `a:` is a drive
    assert read_all_files(tmp_path) == {}


def test_name_may_be_as_long_as_its_side_files_allow(tmp_path: Path) -> None:
    longest = 255 - len("-journal")
    path = tmp_path / ("a" * (longest - len(".corpus")) + ".corpus")
    with Corpus.create(path, LABELS) as corpus:
        corpus.add(build_article("أعلن الوزير أمس"))
    assert list(read_all_files(tmp_path)) == [path.name]


def test_new_file_that_cannot_be_reopened_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "connect", raising(sqlite3.OperationalError("unable to open database file")))
    with pytest.raises(errors.CorpusError):
        Corpus.create(tmp_path / "a.corpus", LABELS)
    assert read_all_files(tmp_path) == {}


@pytest.mark.parametrize("failing", ["_harden", "Database"])
def test_connection_is_closed_if_hardening_fails(failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, opened = make(tmp_path / "a.corpus"), list[sqlite3.Connection]()
    connect = sqlite3.connect

    def remember(*arguments: Any, **keywords: Any) -> sqlite3.Connection:
        opened.append(connect(*arguments, **keywords))
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", remember)
    monkeypatch.setattr(connections, failing, raising(sqlite3.DatabaseError("file is not a database")))
    with pytest.raises(errors.CorpusError):
        Corpus.open(path)
    assert len(opened) == 2  # one for the header
    for connection in opened:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")


@pytest.mark.parametrize("start", [0, 18, 100, 4096, 12_288])
def test_damaged_file_is_closed(start: int, tmp_path: Path) -> None:
    path = make(tmp_path / "a.corpus")
    content = bytearray(path.read_bytes())
    content[start : start + 2000] = bytes(range(1, 251)) * 8
    path.write_bytes(content)
    with pytest.raises(errors.CorpusError) as error_info:
        Corpus.open(path)
    assert error_info.value.__traceback__  # whose frames could keep connections alive
    if sys.platform == "linux":
        assert not [link for link in Path("/proc/self/fd").iterdir() if link.exists() and link.resolve() == path]
    path.rename(tmp_path / "moved")  # which fails on Windows while the file is open


@pytest.mark.parametrize(
    ("code", "kind"), [("SQLITE_IOERR_READ", errors.Unreachable), ("SQLITE_ERROR", errors.CorpusError)]
)
@pytest.mark.parametrize("free", [0, 1 << 30])
def test_full_disk_is_reported_only_if_it_is_full_and_io_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, kind: type[errors.CorpusError], free: int
) -> None:
    monkeypatch.setattr(errors, "is_disk_full", lambda _path: free == 0)
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = code
    with (
        pytest.raises(errors.CorpusError) as error_info,
        errors.translating_sqlite_errors(tmp_path / "a.corpus"),
    ):
        raise error
    assert error_info.type is (errors.FullDisk if kind is errors.Unreachable and not free else kind)
