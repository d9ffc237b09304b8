"""Fonts; those of articles are bundled so that all annotators see the same letters."""

import sys
from functools import cache
from typing import Final

from PySide6.QtGui import QFont, QFontDatabase

from annotator.resources import resource_path

# Noto Sans supplies Latin letters and the hyphen, which Noto Naskh Arabic and Noto Sans Arabic lack.
_READING: Final = ("Noto Naskh Arabic", "Noto Sans")
_INTERFACE: Final = ("Noto Sans Arabic", "Noto Sans")
# The two fonts of Windows with Arabic letters.
_WINDOWS_INTERFACE: Final = "Segoe UI"
_WINDOWS_READING: Final = "Sakkal Majalla"
INTERFACE_SIZE: Final = 14
"""Default font size of the interface in pixels."""


def reading_families(platform: str) -> tuple[str, ...]:
    """Return the font families for article text on `platform` (`sys.platform`), by preference.

    A system font only supplies letters that the bundled ones lack.
    """
    return (*_READING, _WINDOWS_READING, _WINDOWS_INTERFACE) if platform == "win32" else _READING


def interface_families(platform: str) -> tuple[str, ...]:
    """Return the font families for everything else on `platform`, likewise."""
    return (_WINDOWS_INTERFACE, *_INTERFACE) if platform == "win32" else _INTERFACE


READING_FAMILIES: Final = reading_families(sys.platform)
INTERFACE_FAMILIES: Final = interface_families(sys.platform)


class MissingFont(RuntimeError):
    """A bundled font cannot be loaded: the installation is broken."""


def load() -> None:
    """Register the fonts in resources/fonts with Qt. Raises MissingFont."""
    for path in sorted(resource_path("fonts").glob("*.ttf")):
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            raise MissingFont(str(path))


def reading_font(pixels: float, *, bold: bool = False) -> QFont:
    """Return the font for article text."""
    return _font(READING_FAMILIES, pixels, bold)


def interface_font(pixels: float, *, bold: bool = False) -> QFont:
    """Return the font for everything else."""
    return _font(INTERFACE_FAMILIES, pixels, bold)


@cache
def _font(families: tuple[str, ...], pixels: float, bold: bool) -> QFont:
    """Create a font, cached for list rows: callers must not modify it."""
    font = QFont(list(families))
    font.setPixelSize(max(1, round(pixels)))
    font.setBold(bold)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font
