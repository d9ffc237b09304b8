"""The faces: they come with the program, so that every annotator reads the same letters."""

from functools import cache
from typing import Final

from PySide6.QtGui import QFont, QFontDatabase

from annotator.resources import resource

# Noto Naskh Arabic has no Latin letters and no hyphen, and neither has Noto Sans Arabic: Noto Sans has.
READING: Final = ("Noto Naskh Arabic", "Noto Sans")
INTERFACE: Final = ("Noto Sans Arabic", "Noto Sans")


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
