"""With a Python or an SQLite that is too old, the program exits with one plain sentence."""

import ast
import sqlite3
import sys
import tomllib
from pathlib import Path

import pytest

from annotator import cli
from annotator.cli.running import run

ROOT = Path(__file__).parents[2]


def test_old_python_is_reported_in_one_line_with_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 13, "final", 0))
    monkeypatch.setattr(sys, "argv", ["annotator", "--version"])
    with pytest.raises(SystemExit) as exit_info:
        cli.main()
    assert exit_info.value.code == 2
    assert capsys.readouterr().err == "annotator: Python 3.11 or later is needed; this is Python 3.10.\n"


@pytest.mark.parametrize("module", ["__init__.py", "__main__.py", "cli/__init__.py"])
def test_old_python_can_parse_the_module_that_reports_it(module: str) -> None:
    ast.parse((ROOT / "annotator" / module).read_text(encoding="utf-8"), feature_version=(3, 7))


def test_the_oldest_python_is_the_one_required_by_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == ">={}.{}".format(*cli.OLDEST_PYTHON)


@pytest.mark.parametrize(("language", "words"), [("en", "use a newer Python"), ("ar", "استعمل"), ("fr", "utilisez")])
def test_old_sqlite_is_reported_in_the_users_language(
    language: str, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANNOTATOR_LANGUAGE", language)
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 39, 4))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.39.4")
    assert run(["list", "no.corpus"]) == 2
    message = capsys.readouterr().err
    assert "3.39.4" in message
    assert "3.40.0" in message
    assert words in message
    assert message.count("\n") == 1
