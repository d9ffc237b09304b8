"""Line ends: what a person reads has those of the system, what a program reads has LF everywhere."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator import settings
from annotator.diagnostics import crash_reports, logs

ROOT = Path(__file__).resolve().parents[1]
TEXT_WRITERS = {"write_text", "open", "fdopen", "NamedTemporaryFile", "TemporaryFile", "SpooledTemporaryFile"}


def writes_text(call: ast.Call) -> bool:
    """Whether a call opens a file to write text to it, as far as its literal mode tells."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "write_text":
        return True
    if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "tarfile":
        return False
    modes = [
        argument.value
        for argument in (*call.args, *(keyword.value for keyword in call.keywords))
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]
    is_mode = [mode for mode in modes if mode and set(mode) <= set("rwxabt+")]
    return name in TEXT_WRITERS and any(set(mode) & set("wxa+") and "b" not in mode for mode in is_mode)


def calls(folder: str) -> Iterator[tuple[str, ast.Call]]:
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and writes_text(node):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


@pytest.mark.parametrize("folder", ["annotator", "packaging"])
def test_whoever_writes_text_says_which_line_ends_it_has(folder: str) -> None:
    writers = list(calls(folder))
    assert writers, "else nothing was looked at"
    assert [place for place, call in writers if "newline" not in {keyword.arg for keyword in call.keywords}] == []


def test_a_report_of_an_error_has_the_line_ends_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "linesep", "\r\n")
    path = crash_reports.save_report("one\ntwo\n")
    assert path
    assert path.read_bytes() == b"one\r\ntwo\r\n"


def test_the_log_has_the_line_ends_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "linesep", "\r\n")
    assert logs.start()
    logs._PROGRAM.info("one")
    logs.stop()
    assert logs.log_path().read_bytes().endswith(b"one\r\n")
    assert logs.last_lines(1)[0].endswith("one")


def test_the_settings_have_the_same_bytes_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "linesep", "\r\n")
    settings.save(settings.Settings(annotator="Sanae"))
    assert b"\r" not in (settings.config_dir() / "settings.json").read_bytes()
