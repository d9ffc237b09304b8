"""Files that another program has open: retried, then reported, and never half replaced."""

import errno
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from file_states import list_names
from running import raising

from annotator import file_ops, i18n, settings
from annotator.generators import finish
from annotator.jobs.export.exporter import export
from annotator.jobs.export.options import ExportOptions
from annotator.model.article_builder import build_article
from annotator.model.labels import default_labels
from annotator.settings import Settings
from annotator.store import backups, restoring
from annotator.store.copying import copy_corpus
from annotator.store.corpus import Corpus
from annotator.store.errors import CorpusError

ACCESS_DENIED, SHARING_VIOLATION, LOCK_VIOLATION, FILE_NOT_FOUND = 5, 32, 33, 2
ALWAYS = 1_000_000
OPERATIONS: dict[str, Callable[[Path, Path], None]] = {
    "replace": file_ops.replace_file,
    "rename": file_ops.rename_file,
    "delete": lambda path, _target: file_ops.delete_file(path),
    "discard": lambda path, _target: file_ops.discard_file(path),
}


class Program:
    """Another program with open files, as Windows shows it: renaming or deleting one fails a number of times."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._tries: dict[Path, int] = {}
        self._code = 0
        for name in ("replace", "rename", "unlink"):
            monkeypatch.setattr(Path, name, self._guarded(getattr(Path, name)))
        monkeypatch.setattr(shutil, "rmtree", self._guarded(shutil.rmtree))

    def open(self, path: Path, tries: int = ALWAYS, code: int = SHARING_VIOLATION) -> None:
        self._tries[path], self._code = tries, code

    def _guarded(self, function: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: Path, **options: object) -> object:
            for path in arguments:
                if self._tries.get(path, 0) and path.exists():
                    self._tries[path] -= 1
                    error = PermissionError(errno.EACCES, "the system's own words", str(path))
                    setattr(error, "winerror", self._code)  # noqa: B010 (a type checker knows it on Windows alone)
                    raise error
            return function(*arguments, **options)

        return call


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Program:
    return Program(monkeypatch)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_ops, "_LONGEST_PAUSE", 0.01)
    for function in (file_ops.replace_file, file_ops.rename_file, file_ops.delete_file):
        monkeypatch.setattr(function, "__kwdefaults__", {"patience": 0.05})


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    path, target = tmp_path / "new", tmp_path / "old"
    path.write_bytes(b"new")
    return path, target


@pytest.mark.parametrize("code", [ACCESS_DENIED, SHARING_VIOLATION, LOCK_VIOLATION])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_briefly_open_source_is_retried(operation: str, code: int, program: Program, files: tuple[Path, Path]) -> None:
    path, target = files
    program.open(path, 4, code)
    OPERATIONS[operation](path, target)
    assert not path.exists()
    assert target.exists() == (operation in ("replace", "rename"))


def test_briefly_open_target_is_retried(program: Program, files: tuple[Path, Path]) -> None:
    path, target = files
    target.write_bytes(b"old")
    program.open(target, 4, ACCESS_DENIED)
    file_ops.replace_file(path, target)
    assert target.read_bytes() == b"new"


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("language", ["en", "ar", "fr"])
@pytest.mark.parametrize("code", [ACCESS_DENIED, SHARING_VIOLATION])
def test_file_that_stays_open_raises_with_advice(
    code: int, language: str, program: Program, files: tuple[Path, Path]
) -> None:
    i18n.set_language(language)
    program.open(files[0], code=code)
    with pytest.raises(PermissionError) as raised:
        file_ops.replace_file(*files)
    messages = {"en": "it is open in another program", "ar": "برنامج آخر", "fr": "un autre programme"}
    assert messages[language] in str(raised.value.strerror)
    assert (raised.value.filename, raised.value.errno) == (str(files[1]), errno.EACCES)
    file_ops.discard_file(files[0])
    assert files[0].exists()


def test_other_errors_are_raised_at_once(
    program: Program, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", raising(AssertionError("waited")))
    program.open(files[0], code=FILE_NOT_FOUND)
    with pytest.raises(PermissionError, match="the system's own words"):
        file_ops.delete_file(files[0])
    with pytest.raises(FileNotFoundError):
        file_ops.rename_file(files[0].with_name("nowhere"), files[1])


def test_briefly_open_folder_is_retried(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "file").touch()
    program.open(folder, 3)
    file_ops.discard_folder(folder)
    assert not folder.exists()
    file_ops.discard_folder(folder)


# Whoever uses them


def test_settings_wait_for_a_scanner(program: Program) -> None:
    settings.save(Settings(annotator="old"))
    program.open(settings.config_dir() / "settings.json", 3, ACCESS_DENIED)
    settings.save(Settings(annotator="new"))
    assert settings.load().annotator == "new"


def test_settings_that_stay_open_are_unchanged(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(time, "sleep", lambda seconds: clock.append(clock.pop() + seconds))
    settings.save(Settings(annotator="old"))
    program.open(settings.config_dir() / "settings.json")
    with pytest.raises(PermissionError, match="it is open in another program"):
        settings.save(Settings(annotator="new"))
    assert 0 < clock[0] <= 1, "the window waits meanwhile"
    assert settings.load().annotator == "old"
    assert list_names(settings.config_dir()) == ["settings.json"]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpora"
    folder.mkdir()
    path = folder / "a.corpus"
    with Corpus.create(path, default_labels()) as new_corpus:
        new_corpus.add(build_article("أعلنت وزارة الصحة عن الخطة."))
    return path


@pytest.mark.parametrize("name", ["train.conll", "folder"])
def test_export_waits_for_an_open_file(corpus: Path, program: Program, tmp_path: Path, name: str) -> None:
    target = tmp_path / "exports" / name
    target.parent.mkdir()
    split = None if name == "train.conll" else {"train": 100}
    with Corpus.open(corpus) as opened:
        options = ExportOptions("conll2002", state="all", split=split)
        finish(export(opened, target, options))
        program.open(target, 3)
        finish(export(opened, target, options))
    assert list_names(target.parent) == sorted([name, f"{name}.report.json"])


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", ["train.conll", "folder"])
@pytest.mark.parametrize("open_part", ["", ".report.json"])
def test_export_over_a_file_that_stays_open_changes_nothing(
    corpus: Path, program: Program, tmp_path: Path, name: str, open_part: str
) -> None:
    target = tmp_path / "exports" / name
    target.parent.mkdir()
    split = None if name == "train.conll" else {"train": 100}
    with Corpus.open(corpus) as opened:
        options = ExportOptions("conll2002", state="all", split=split)
        finish(export(opened, target, options))
        before = {path: path.read_bytes() for path in target.parent.rglob("*") if path.is_file()}
        opened.add(build_article("أعلنت وزارة العدل عن خطة أخرى."))
        program.open(target.with_name(name + open_part))
        with pytest.raises(PermissionError, match="it is open in another program"):
            finish(export(opened, target, options))
    assert {path: path.read_bytes() for path in target.parent.rglob("*") if path.is_file()} == before


def test_open_old_backup_does_not_prevent_a_new_one(
    corpus: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "_ACTION_BACKUPS", 1)
    monkeypatch.setattr(file_ops.delete_file, "__kwdefaults__", {"patience": 0.05})
    first = finish(backups.create_backup(corpus, backups.BEFORE_RESTORE))
    assert isinstance(first, backups.Backup)
    program.open(first.path)
    finish(backups.create_backup(corpus, backups.BEFORE_RESTORE))
    assert len(backups.list_backups(corpus)) == 2
    program.open(first.path, 0)
    finish(backups.create_backup(corpus, backups.BEFORE_RESTORE))
    assert len(backups.list_backups(corpus)) == 1


@pytest.mark.usefixtures("impatient")
def test_damaged_corpus_that_stays_open_is_left_whole(corpus: Path, program: Program) -> None:
    backup = finish(backups.create_backup(corpus))
    assert isinstance(backup, backups.Backup)
    log = corpus.with_name("a.corpus-wal")
    log.write_bytes(b"a log that was left")
    before = {path.name: path.read_bytes() for path in corpus.parent.iterdir()}
    program.open(corpus)
    with pytest.raises(CorpusError, match="it is open in another program"):
        finish(restoring.replace_damaged(corpus, backup.path))
    assert {path.name: path.read_bytes() for path in corpus.parent.iterdir()} == before


def test_copy_waits_for_a_scanner(corpus: Path, program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    target, rename, tries = corpus.with_name("b.corpus"), Path.rename, iter(range(3))

    def scanned(path: Path, other: Path) -> Path:
        if other == target and next(tries, None) is not None:
            error = PermissionError(errno.EACCES, "", str(path))
            setattr(error, "winerror", SHARING_VIOLATION)  # noqa: B010 (a type checker knows it on Windows alone)
            raise error
        return rename(path, other)

    monkeypatch.setattr(Path, "rename", scanned)
    finish(copy_corpus(corpus, target))
    assert list_names(corpus.parent) == ["a.corpus", "b.corpus"]


# Real files that are open


@pytest.mark.skipif(sys.platform != "win32", reason="only Windows keeps open files from being renamed")
def test_file_that_another_process_has_open(files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path, target = files
    target.write_bytes(b"old")
    holder = "import sys, time; file = open(sys.argv[1]); print('open', flush=True); time.sleep(float(sys.argv[2]))"
    for seconds in ("0.7", "60"):
        process = subprocess.Popen([sys.executable, "-c", holder, target, seconds], stdout=subprocess.PIPE)
        assert process.stdout
        process.stdout.readline()
        if seconds == "0.7":
            file_ops.replace_file(path, target)
            assert target.read_bytes() == b"new"
            path.write_bytes(b"newer")
        else:
            with pytest.raises(PermissionError, match="it is open in another program"):
                file_ops.replace_file(path, target)
            with pytest.raises(PermissionError, match="it is open in another program"):
                file_ops.delete_file(target)
            assert target.read_bytes() == b"new"
        process.kill()
        process.wait()


@pytest.mark.parametrize("number", [number for numbers in file_ops._REASONS.values() for number in numbers])
def test_error_of_the_system_is_explained_in_the_language_of_the_interface(number: int) -> None:
    error = OSError(number, os.strerror(number), "a.corpus")
    english = file_ops.explain_os_error(error)
    try:
        i18n.set_language("ar")
        arabic = file_ops.explain_os_error(error)
    finally:
        i18n.set_language("en")
    assert os.strerror(number) not in (english, arabic)
    assert english != arabic


def test_error_that_nobody_foresaw_says_whose_words_it_has() -> None:
    system_words = os.strerror(errno.EDOM)
    explanation = file_ops.explain_os_error(OSError(errno.EDOM, system_words))
    assert explanation == f"the operating system reports an error ({system_words})"


def test_error_with_words_of_its_own_keeps_them() -> None:
    assert file_ops.explain_os_error(PermissionError(errno.EACCES, "close it first")) == "close it first"
    assert file_ops.explain_os_error(OSError("something else")) == "something else"


@pytest.mark.posix_only("msvcrt locks there")
@pytest.mark.parametrize(("code", "is_waited_for"), [(errno.ENOLCK, False), (errno.EAGAIN, True)])
def test_a_drive_without_locks_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, code: int, is_waited_for: bool
) -> None:
    lock = mock.Mock(side_effect=OSError(code, ""))
    monkeypatch.setattr("fcntl.flock", lock)
    with file_ops.lock_file(tmp_path / "lock", patience=0.05) as is_locked:
        assert not is_locked
    assert (lock.call_count > 1) == is_waited_for
