"""The faces: they come with the program, so that every annotator reads the same letters."""

import sys
from functools import cache
from typing import Final

from PySide6.QtGui import QFont, QFontDatabase

from annotator.resources import resource

# Noto Naskh Arabic has no Latin letters and no hyphen, and neither has Noto Sans Arabic: Noto Sans has.
_READING: Final = ("Noto Naskh Arabic", "Noto Sans")
_INTERFACE: Final = ("Noto Sans Arabic", "Noto Sans")
# Of Windows' own faces these two have Arabic letters.
_WINDOWS_INTERFACE: Final = "Segoe UI"
_WINDOWS_READING: Final = "Sakkal Majalla"
SIZE: Final = 14
"""Pixels of the interface's text where nothing else is said."""


def reading_families(platform: str) -> tuple[str, ...]:
    """Return the faces of an article's text on this system (`sys.platform`), the first one first.

    Two annotators are to see the same letters, so a face of the system only stands in for letters that ours lack.
    """
    return (*_READING, _WINDOWS_READING, _WINDOWS_INTERFACE) if platform == "win32" else _READING


def interface_families(platform: str) -> tuple[str, ...]:
    """Return the faces of everything else on this system (`sys.platform`), the first one first."""
    return (_WINDOWS_INTERFACE, *_INTERFACE) if platform == "win32" else _INTERFACE


READING: Final = reading_families(sys.platform)
INTERFACE: Final = interface_families(sys.platform)


class MissingFont(RuntimeError):
    """A font file that belongs to the program could not be loaded: a broken installation."""


def load() -> None:
    """Make the faces in resources/fonts known to Qt. Raises MissingFont."""
    for path in sorted(resource("fonts").glob("*.ttf")):
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise MissingFont(str(path))


def reading(pixels: float, *, bold: bool = False) -> QFont:
    """The face of an article's text."""
    return _font(READING, pixels, bold)


def interface(pixels: float, *, bold: bool = False) -> QFont:
    """The face of everything else."""
    return _font(INTERFACE, pixels, bold)


@cache
def _font(families: tuple[str, ...], pixels: float, bold: bool) -> QFont:
    """Made once: a row of a list is painted with two of them. Nobody changes what is given out here."""
    font = QFont(list(families))
    font.setPixelSize(max(1, round(pixels)))
    font.setBold(bold)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font
