"""The preferred languages of the system: from the environment, and on Windows and macOS from the system itself."""

import ctypes
import plistlib
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from annotator.system_language import system_languages


@pytest.fixture(autouse=True)
def _no_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)


@pytest.mark.parametrize(
    ("environment", "languages"),
    [
        ({}, []),
        ({"LANG": "fr_FR.UTF-8"}, ["fr"]),
        ({"LANG": "ar"}, ["ar"]),
        ({"LANG": "ca_ES@valencia"}, ["ca"]),
        ({"LANG": "fr_FR", "LC_MESSAGES": "en_GB.UTF-8"}, ["en"]),
        ({"LANG": "fr_FR", "LC_MESSAGES": "en_GB", "LC_ALL": "ar_MA.UTF-8"}, ["ar"]),
        ({"LANG": "fr_FR", "LC_ALL": ""}, ["fr"]),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "de:fr_CA:"}, ["de", "fr", "de"]),
        ({"LANG": "fr_FR", "LC_ALL": "C"}, []),
        ({"LANG": "C.UTF-8", "LANGUAGE": "fr"}, []),
        ({"LC_ALL": "POSIX"}, []),
    ],
)
def test_environment_is_read_in_the_order_of_gettext(
    environment: dict[str, str], languages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert list(system_languages()) == languages


@pytest.mark.parametrize(
    ("number", "languages"), [(0x1801, ["ar"]), (0x0409, ["en"]), (0x0C0C, ["fr"]), (0x0407, []), (0x1000, [])]
)
def test_windows_language_identifiers_are_mapped(
    number: int, languages: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = SimpleNamespace(GetUserDefaultUILanguage=lambda: number)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    assert list(system_languages()) == languages


@pytest.mark.parametrize("form", list(plistlib.PlistFormat))
def test_macos_languages_are_read_from_its_preferences(
    form: plistlib.PlistFormat, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert list(system_languages()) == []
    path = tmp_path / "Library" / "Preferences" / ".GlobalPreferences.plist"
    path.parent.mkdir(parents=True)
    path.write_bytes(plistlib.dumps({"AppleLanguages": ["de-DE", "ar-MA"], "other": 1}, fmt=form))
    assert list(system_languages()) == ["de", "ar"]
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    assert list(system_languages()) == ["fr", "de", "ar"]


@pytest.mark.parametrize(
    "content", [b"", b"bplist00damaged", b"<plist>", b"<?xml version='1.0'?><plist><dict/></plist>"]
)
def test_invalid_preferences_file_is_ignored(content: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    path = tmp_path / "Library" / "Preferences" / ".GlobalPreferences.plist"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    assert list(system_languages()) == []
