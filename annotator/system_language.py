"""The system's preferred languages, as its settings name them: `fr_FR.UTF-8`, `ar-MA`."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_PRIMARY: Final = {0x01: "ar", 0x09: "en", 0x0C: "fr"}  # Windows primary language identifiers


def system_languages() -> Iterator[str]:
    """Return the codes of the person's languages, preferred first.

    First the environment's, in gettext's order; then, on Windows and macOS, the system settings', since a program
    started by its icon has none in its environment.
    """
    names = _read_environment()
    if sys.platform == "win32":
        names += _read_windows()
    if sys.platform == "darwin":
        names += _read_macos(Path.home() / "Library/Preferences/.GlobalPreferences.plist")
    return map(_language_code, names)


def _read_environment() -> list[str]:
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "C")
    if _language_code(locale) in ("c", "posix"):  # gettext ignores LANGUAGE then
        return []
    return [*filter(None, os.environ.get("LANGUAGE", "").split(":")), locale]


def _read_windows() -> list[str]:
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined, unused-ignore]  # only on Windows
    language = _PRIMARY.get(kernel.GetUserDefaultUILanguage() & 0x3FF)
    return [language] if language else []


def _read_macos(path: Path) -> list[str]:
    """Return the languages in the person's global settings; none if the file is missing or invalid."""
    import plistlib
    from xml.parsers.expat import ExpatError

    try:
        languages = plistlib.loads(path.read_bytes()).get("AppleLanguages", [])
    except (OSError, ValueError, ExpatError):
        return []  # the program must start without it
    return [name for name in languages if isinstance(name, str)]


def _language_code(name: str) -> str:
    """Return a locale's language code: `fr` for `fr_FR.UTF-8@euro` and `fr-FR`."""
    for separator in ".@_-":
        name = name.partition(separator)[0]
    return name.lower()
