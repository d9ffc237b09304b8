"""Python modules that lie beside a corpus, sent by anyone, are not imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import annotator

ROOT = Path(annotator.__file__).parent.parent
PROGRAMS = {
    "-m": [sys.executable, "-m", "annotator"],
    "-P -m": [sys.executable, "-P", "-m", "annotator"],
    "as the command": [sys.executable, "-P", "-c", "from annotator.cli import main; main()"],
}


def plant(folder: Path, *names: str) -> Path:
    """Create modules in the folder that leave a file there when imported; return that file's path."""
    trace = folder / "trace"
    for name in names:
        (folder / f"{name}.py").write_text(f"open({str(trace)!r}, 'w').close(); raise SystemExit")
    return trace


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_module_beside_the_corpus_is_not_imported(corpus: Path, program: str) -> None:
    trace = plant(corpus.parent, "click", "msgspec", "regex", "sqlite_utils", "platformdirs", "tomllib", "getpass")
    ended = subprocess.run(
        [*PROGRAMS[program], "list", corpus.name],
        cwd=corpus.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert (ended.returncode, ended.stderr, trace.exists()) == (0, "", False)
    assert ended.stdout


@pytest.mark.parametrize("program", PROGRAMS)
def test_other_processes_do_not_import_it_either(corpus: Path, program: str) -> None:
    trace = plant(corpus.parent, "multiprocessing", "concurrent", "pickle", "msgspec", "regex", "gettext")
    ended = subprocess.run(
        [
            *PROGRAMS[program],
            *f"export {corpus.name} train --format conll2003 --annotator salma --state all --jobs 2".split(),
        ],
        cwd=corpus.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert (ended.stderr, trace.exists()) == ("", False)
    assert (corpus.parent / "train").exists()


def test_the_program_runs_from_its_own_working_directory(corpus: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "annotator", "list", str(corpus)]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.posix_only("Windows lets nobody delete the folder that a process is in")
def test_a_deleted_working_directory_does_not_crash(corpus: Path, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    line = f"cd {gone} && rmdir {gone} && exec {sys.executable} -m annotator list {corpus}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(["sh", "-c", line], env=environment, capture_output=True, text=True, encoding="utf-8")
    assert (ended.returncode, ended.stderr) == (0, "")
