"""Files that are no corpus, or not for us: one clear sentence, and not a byte changed, not a file left beside."""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from os import stat_result
from pathlib import Path
from typing import Any

import pytest
from jobs.reports import finish

from annotator import paths
from annotator.model import operations
from annotator.model.article_builder import draft
from annotator.model.labels import Colour, Label, LabelSet
from annotator.model.records import Step, new_uid
from annotator.store import copying, errors, opening, safe_connection, sqlite_errors, verification
from annotator.store.copying import copy
from annotator.store.corpus import Corpus, now
from annotator.store.schema import VERSION

LABELS = LabelSet((Label("DATE", {"ar": "تاريخ"}, Colour("#112233", "#ddeeff"), "1"),))


def everything(folder: Path) -> dict[str, bytes]:
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


def newer(path: Path) -> Path:
    make(path)
    with sqlite3.connect(path, isolation_level=None) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    db.close()
    return path


def empty(path: Path) -> Path:
    path.touch()
    return path


def folder(path: Path) -> Path:
    path.mkdir()
    return path


@pytest.mark.parametrize(
    ("kind", "expected", "words"),
    [
        (text_file, errors.NotACorpus, "is not a corpus"),
        (other_database, errors.NotACorpus, "a database, but not a corpus"),
        (newer, errors.NewerCorpus, "newer version"),
        (empty, errors.NotACorpus, "is not a corpus"),
        (folder, errors.NotACorpus, "is a folder"),
        (lambda path: path, errors.MissingCorpus, "There is no file"),
        (lambda path: path / "deeper" / "a.corpus", errors.MissingCorpus, "There is no folder"),
    ],
)
def test_what_is_no_corpus_is_refused_untouched(
    tmp_path: Path, kind: Callable[[Path], Path], expected: type[Exception], words: str
) -> None:
    path = kind(tmp_path / "a.corpus")
    before = everything(tmp_path)
    for readonly in (False, True):
        with pytest.raises(expected, match=words) as caught:
            Corpus.open(path, readonly=readonly)
        assert str(path if "folder “" not in str(caught.value) else path.parent) in str(caught.value)
        assert "\n" not in str(caught.value)
    assert everything(tmp_path) == before


def test_a_newer_version_that_stands_only_in_the_log_is_seen(tmp_path: Path) -> None:
    path = make(tmp_path / "a.corpus")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA wal_autocheckpoint = 0")
    other.execute(f"PRAGMA user_version = {VERSION + 1}")
    assert int.from_bytes(path.read_bytes()[60:64], "big") == VERSION
    with pytest.raises(errors.NewerCorpus, match="newer version"):
        Corpus.open(path)
    other.close()


def test_a_corpus_opens_while_another_process_brings_its_log_into_it(tmp_path: Path) -> None:
    """SQLite writes the first page first: for a moment it tells of more pages than the file has."""
    path = make(tmp_path / "a.corpus")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA wal_autocheckpoint = 0")
    other.execute("INSERT INTO annotator VALUES ('Sanae', ?)", ["x" * 50_000])
    log, page, header = path.with_name("a.corpus-wal").read_bytes(), 4096, 24
    frames = [log[at : at + header + page] for at in range(32, len(log), header + page)]
    [*_, first] = [frame[header:] for frame in frames if frame[:4] == bytes([0, 0, 0, 1])]
    with path.open("r+b") as file:
        file.write(first)
    assert int.from_bytes(first[28:32], "big") > path.stat().st_size / page
    with Corpus.open(path) as corpus:
        assert corpus.annotators() == ["Sanae"]
    other.close()


def test_a_write_protected_corpus_is_read_but_not_opened_for_work(tmp_path: Path) -> None:
    path = make(tmp_path / "a.corpus")
    path.chmod(0o444)
    before = everything(tmp_path)
    with pytest.raises(errors.ReadOnlyCorpus, match="cannot be written to"):
        Corpus.open(path)
    with Corpus.open(path, readonly=True) as corpus:
        assert corpus.labels() == LABELS
    assert everything(tmp_path)["a.corpus"] == before["a.corpus"]


def test_a_corpus_is_not_made_over_a_file(tmp_path: Path) -> None:
    path = text_file(tmp_path / "a.corpus")
    with pytest.raises(errors.ExistingCorpus):
        Corpus.create(path, LABELS)
    assert path.read_text(encoding="utf-8").startswith("هذا")


def test_a_corpus_is_not_made_over_one_that_was_made_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    with pytest.raises(errors.ExistingCorpus):
        opening.create(path, lambda _db: Corpus.create(path, LABELS).close())
    with Corpus.open(path) as corpus:
        assert corpus.labels() == LABELS
    assert [path.name for path in tmp_path.iterdir()] == ["a.corpus"]


def test_a_corpus_that_cannot_be_filled_is_not_made(tmp_path: Path) -> None:
    def fail(_db: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        opening.create(tmp_path / "a.corpus", fail)
    assert list(tmp_path.iterdir()) == []


def test_a_corpus_is_made_where_files_have_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_paths: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(copying, "link", none)
    make(tmp_path / "a.corpus")
    assert [path.name for path in tmp_path.iterdir()] == ["a.corpus"]


def test_a_corpus_is_not_made_where_there_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(errors.MissingCorpus, match="no folder"):
        Corpus.create(tmp_path / "none" / "a.corpus", LABELS)
    assert list(tmp_path.iterdir()) == []


def test_a_new_corpus_leaves_nothing_beside_it(tmp_path: Path) -> None:
    make(tmp_path / "a.corpus")
    assert [path.name for path in tmp_path.iterdir()] == ["a.corpus"]


def test_a_name_may_hold_any_character(tmp_path: Path) -> None:
    forbidden = "" if sys.platform == "win32" else "?"
    path = make(tmp_path / f"مقالات ٢٠٢٤ {forbidden}#%20.corpus")
    with Corpus.open(path) as corpus:
        assert corpus.labels() == LABELS


def test_a_locked_corpus_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("annotator.store.safe_connection._WAIT", 0.05)
    path = make(tmp_path / "a.corpus")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with Corpus.open(path) as corpus, pytest.raises(errors.CorpusError, match="locked"), corpus.transaction():
        pass
    holder.close()


def test_a_damaged_corpus_is_one_sentence(tmp_path: Path) -> None:
    path = make(tmp_path / "a.corpus")
    data = bytearray(path.read_bytes())
    data[100:] = b"\xff" * (len(data) - 100)
    path.write_bytes(data)
    with pytest.raises(errors.CorpusError, match="damaged"):
        Corpus.open(path)


def test_what_the_schema_refuses_is_what_another_program_has_changed(tmp_path: Path) -> None:
    with Corpus.create(tmp_path / "a.corpus", LABELS) as corpus:
        corpus.add(draft("خبر عاجل"))
        edits = operations.add(corpus.article(1), [], "Sanae", "NONE", 0, 3)
        with pytest.raises(errors.Conflict, match="another window"):
            corpus.apply(Step(new_uid(), "Sanae", now(), "tag", tuple(edits)))


def test_a_corpus_that_is_opened_twice_here_keeps_what_is_written_after_another_program_has_closed_it(
    tmp_path: Path,
) -> None:
    """POSIX: a process that closes a file has no lock on it any more, not even those of its other connections."""
    path = make(tmp_path / "a.corpus")
    elsewhere = "import sys; from pathlib import Path; from annotator.store.corpus import Corpus\n"
    elsewhere += "with Corpus.open(Path(sys.argv[1])) as corpus: print(len(corpus.annotators()))"

    def annotators() -> int:
        done = subprocess.run([sys.executable, "-c", elsewhere, path], capture_output=True, text=True, check=True)
        return int(done.stdout)

    with Corpus.open(path) as corpus:
        corpus.add(draft("واحد"))
        Corpus.open(path).close()
        Corpus.open(path, readonly=True).close()
        assert annotators() == 0
        edits = operations.note(None, corpus.article(1), "Sanae", "ملاحظة")
        corpus.apply(Step(new_uid(), "Sanae", now(), "note", tuple(edits)))
        assert annotators() == 1
    with Corpus.open(path) as corpus:
        assert corpus.annotators() == ["Sanae"]


def test_what_another_corpus_left_is_not_mixed_with_a_new_one_of_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.corpus"
    log = path.with_name("a.corpus-wal")
    log.write_bytes(b"something that was not written into its file yet")
    with pytest.raises(errors.ExistingCorpus, match="corpus-wal"):
        make(path)
    assert log.exists()
    assert not path.exists()


# The file is open before the last look, and Windows deletes no such file.
_WHILE_OPEN = pytest.mark.posix_only("Windows deletes no file that is open")


@pytest.mark.parametrize(
    ("readonly", "looks"),
    [
        (True, 0),
        pytest.param(True, 1, marks=_WHILE_OPEN),
        (False, 0),
        (False, 1),
        pytest.param(False, 2, marks=_WHILE_OPEN),
    ],
)
def test_a_file_that_goes_while_it_is_opened_is_missing(
    readonly: bool, looks: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "test.corpus"
    Corpus.create(path, LabelSet(())).close()
    look, looked = safe_connection.stat_file, []

    def go_before_that(asked: Path) -> stat_result:
        if len(looked) == looks:
            path.unlink()
        looked.append(asked)
        return look(asked)

    for module in (safe_connection, verification):
        monkeypatch.setattr(module, "stat_file", go_before_that)
    with pytest.raises(errors.MissingCorpus, match=r"test\.corpus"):
        Corpus.open(path, readonly=readonly)
    assert len(looked) == looks + 1


def test_a_name_that_the_system_refuses_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / ("أخبار" * 60 + ".corpus")
    with pytest.raises(errors.CorpusError, match="choose another name") as caught:
        Corpus.create(path, LABELS)
    assert path.name in str(caught.value)
    assert everything(tmp_path) == {}
    with pytest.raises(errors.CorpusError, match="choose another name"):
        finish(copy(make(tmp_path / "a.corpus"), path))
    assert list(everything(tmp_path)) == ["a.corpus"]


@pytest.mark.parametrize("name", ["a?b.corpus", "a:b.corpus", "NUL.corpus"])
def test_names_that_windows_refuses_are_told_before_anything_is_made(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "PureWindowsPath", type(tmp_path))  # as if these were paths of Windows
    with pytest.raises(errors.CorpusError, match=rf"No file can be called “{re.escape(name)}” here"):
        Corpus.create(Path(f"{tmp_path}{os.sep}{name}"), LABELS)  # joined by hand: `a:` is a drive
    assert everything(tmp_path) == {}


def test_the_name_of_a_corpus_may_be_as_long_as_its_files_allow(tmp_path: Path) -> None:
    longest = 255 - len("-journal")
    path = tmp_path / ("a" * (longest - len(".corpus")) + ".corpus")
    with Corpus.create(path, LABELS) as corpus:
        corpus.add(draft("أعلن الوزير أمس"))
    assert list(everything(tmp_path)) == [path.name]


def test_a_new_file_that_cannot_be_opened_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_more: object) -> Any:
        raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr(opening, "connect_safely", fail)
    with pytest.raises(errors.CorpusError):
        Corpus.create(tmp_path / "a.corpus", LABELS)
    assert everything(tmp_path) == {}


@pytest.mark.parametrize("failing", ["_defend", "Database"])
def test_a_connection_is_closed_where_it_cannot_be_made_safe(
    failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, connections = make(tmp_path / "a.corpus"), list[sqlite3.Connection]()
    connect = sqlite3.connect

    def remember(*arguments: Any, **more: Any) -> sqlite3.Connection:
        connections.append(connect(*arguments, **more))
        return connections[-1]

    def fail(*_arguments: object, **_more: object) -> Any:
        raise sqlite3.DatabaseError("file is not a database")

    monkeypatch.setattr(sqlite3, "connect", remember)
    monkeypatch.setattr(safe_connection, failing, fail)
    with pytest.raises(errors.CorpusError):
        Corpus.open(path)
    assert len(connections) == 2  # one for the header
    for connection in connections:
        with pytest.raises(sqlite3.ProgrammingError, match="closed"):
            connection.execute("SELECT 1")


@pytest.mark.parametrize("start", [0, 18, 100, 4096, 12_288])
def test_a_damaged_file_is_let_go_of(start: int, tmp_path: Path) -> None:
    path = make(tmp_path / "a.corpus")
    content = bytearray(path.read_bytes())
    content[start : start + 2000] = bytes(range(1, 251)) * 8
    path.write_bytes(content)
    with pytest.raises(errors.CorpusError) as caught:
        Corpus.open(path)
    assert caught.value.__traceback__  # whose frames would hold what is open
    if sys.platform == "linux":
        assert not [link for link in Path("/proc/self/fd").iterdir() if link.exists() and link.resolve() == path]
    path.rename(tmp_path / "moved")  # which Windows refuses while anybody has it open


@pytest.mark.parametrize(
    ("code", "kind"), [("SQLITE_IOERR_READ", errors.Unreachable), ("SQLITE_ERROR", errors.CorpusError)]
)
@pytest.mark.parametrize("free", [0, 1 << 30])
def test_a_disk_is_said_to_be_full_only_where_it_is_and_its_files_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, kind: type[errors.CorpusError], free: int
) -> None:
    monkeypatch.setattr(sqlite_errors, "is_disk_full", lambda _path: free == 0)
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = code
    with pytest.raises(errors.CorpusError) as caught, sqlite_errors.translating_sqlite_errors(tmp_path / "a.corpus"):
        raise error
    assert caught.type is (errors.FullDisk if kind is errors.Unreachable and not free else kind)
