"""Paths as Windows accepts them, on any system."""

import os
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import pytest
from running import raising

from annotator import paths
from annotator.paths import (
    explain_invalid_name,
    extend_path,
    hidden_path,
    is_invalid_name,
    is_long,
    resolve_path,
    to_verbatim,
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (r"C:\أخبار\a.corpus", r"\\?\C:\أخبار\a.corpus"),
        (r"\\server\share\a.corpus", r"\\?\UNC\server\share\a.corpus"),
        (r"\\?\C:\a.corpus", r"\\?\C:\a.corpus"),
        (r"\\?\UNC\server\share\a.corpus", r"\\?\UNC\server\share\a.corpus"),
        (r"\\.\pipe\a", r"\\.\pipe\a"),
    ],
)
def test_to_verbatim_adds_the_prefix_once(path: str, expected: str) -> None:
    assert str(to_verbatim(PureWindowsPath(path))) == expected
    assert str(to_verbatim(to_verbatim(PureWindowsPath(path)))) == expected


def test_is_long_leaves_room_for_files_beside() -> None:
    assert not is_long(PureWindowsPath("C:\\" + "أ" * 156))
    assert is_long(PureWindowsPath("C:\\" + "أ" * 157))
    assert is_long(PureWindowsPath("C:\\" + "😀" * 79))  # two units each


def test_only_long_paths_are_extended_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    long = "C:\\" + "\\".join(["folder"] * 50) + "\\a.corpus"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(os.path, "abspath", str)
    monkeypatch.setattr(paths, "Path", PureWindowsPath)
    short: Any = PureWindowsPath(r"C:\a.corpus")
    extended: Any = PureWindowsPath(long)
    assert extend_path(short) is short
    assert str(extend_path(extended)) == f"\\\\?\\{long}"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows alone has paths that are long")
def test_no_path_is_extended_elsewhere() -> None:
    path = Path("/" + "a/" * 500)
    assert extend_path(path) is path


@pytest.mark.parametrize(
    "name",
    [
        *("a?b.corpus", "a:b.corpus", "a*b", 'a"b', "a<b", "a>b", "a|b", "a\tb", "a.", "a ", "أخبار."),
        *("a" * 256, "😀" * 128, "NUL", "nul.corpus", "con", "COM1.txt", "lpt9", "aux .corpus", "CONIN$", "com¹"),
    ],
)
def test_names_that_windows_refuses_are_invalid(name: str) -> None:
    assert is_invalid_name(PureWindowsPath(f"C:\\news\\{name}"))
    assert not is_invalid_name(PurePosixPath("/news") / name)


@pytest.mark.parametrize(
    "name", ["أ" * 255, "أخبار.corpus", "a b.corpus", ".a", "console.corpus", "nullify", "com10.corpus", "a.b", "con-1"]
)
def test_other_names_are_valid(name: str) -> None:
    assert not is_invalid_name(PureWindowsPath(f"C:\\news\\{name}"))


def test_explain_invalid_name_advises_the_person(tmp_path: Path) -> None:
    assert explain_invalid_name(tmp_path / "أخبار.corpus") is None
    assert explain_invalid_name(tmp_path) is None
    assert explain_invalid_name(tmp_path / "missing" / "a") is None
    explanation = explain_invalid_name(tmp_path / ("a" * 300))
    assert explanation is not None
    assert explanation.startswith(
        f"“{'a' * 300}” is not a valid file name here: choose another one, shorter and without"
    )


def test_resolve_path_returns_an_unresolvable_path_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if sys.platform != "win32":  # where a link asks for a right of its own
        (tmp_path / "link").symlink_to(tmp_path / "file")
        assert resolve_path(tmp_path / "link") == (tmp_path / "file").resolve()

    monkeypatch.setattr(Path, "resolve", raising(OSError(234, "More data available")))
    monkeypatch.chdir(tmp_path)
    assert resolve_path(Path("link")) == tmp_path / "link"


@pytest.mark.parametrize("name", ["أخبار.corpus", "a" * 255, "😀" * 63])
def test_hidden_path_shows_its_origin_and_is_never_too_long(name: str, tmp_path: Path) -> None:
    hidden = hidden_path(tmp_path / name, "part")
    assert hidden.name.startswith(f".{name[:40]}.")
    assert hidden.suffix == ".part"
    assert hidden != hidden_path(tmp_path / name, "part")
    hidden.touch()
