"""The languages that the system is set to, as its settings name them: `fr_FR.UTF-8`, `ar-MA`."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_PRIMARY: Final = {0x01: "ar", 0x09: "en", 0x0C: "fr"}  # of the languages that Windows numbers, those of this program


def system_languages() -> Iterator[str]:
    """The codes of the languages that a person reads, as far as the system says so, the one they like most first.

    First the environment's, in the order in which gettext reads it; then, on Windows and macOS, what the person chose
    in the system's settings, which a program that an icon starts finds in no environment.
    """
    named = _of_environment()
    if sys.platform == "win32":
        named += _of_windows()
    if sys.platform == "darwin":
        named += _of_macos(Path.home() / "Library/Preferences/.GlobalPreferences.plist")
    return map(_code, named)


def _of_environment() -> list[str]:
    locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "C")
    if _code(locale) in ("c", "posix"):  # no language is chosen, and LANGUAGE does not count then
        return []
    return [*filter(None, os.environ.get("LANGUAGE", "").split(":")), locale]


def _of_windows() -> list[str]:
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined, unused-ignore]  # Windows alone has it
    language = _PRIMARY.get(kernel.GetUserDefaultUILanguage() & 0x3FF)
    return [language] if language else []


def _of_macos(path: Path) -> list[str]:
    """What is in the person's global settings; nothing where they are not there or do not read."""
    import plistlib
    from xml.parsers.expat import ExpatError

    try:
        languages = plistlib.loads(path.read_bytes()).get("AppleLanguages", [])
    except (OSError, ValueError, ExpatError):
        return []  # which language it is, is no reason not to start
    return [name for name in languages if isinstance(name, str)]


def _code(name: str) -> str:
    """`fr` of `fr_FR.UTF-8@euro` and of `fr-FR`."""
    for sign in ".@_-":
        name = name.partition(sign)[0]
    return name.lower()
