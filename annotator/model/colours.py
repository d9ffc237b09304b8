"""Colours that can be read: the contrast of WCAG 2.2, and a handful that are easily told apart."""

import colorsys
from typing import Final

from annotator.model.labels import Colour, LabelSet

READABLE: Final = 4.5
"""The contrast that WCAG 2.2 asks of text (1.4.3, level AA): a label's name is written in its colour."""

READY: Final = (
    Colour("#8f6a0a", "#ecc04c"),
    Colour("#2a62c9", "#6a9cf7"),
    Colour("#b81c66", "#f25c8e"),
    Colour("#303905", "#c0f0a8"),
    Colour("#626a39", "#9f9356"),
    Colour("#66007a", "#e774c0"),
    Colour("#064b40", "#7bf4cc"),
    Colour("#b83da3", "#e9c6fa"),
)
"""Colours for labels, those first that are furthest apart from all before, to colour-blind readers too."""

_STEPS: Final = 512  # shades between black and white: finer than `#rrggbb` can say


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two `#rrggbb`, 1 to 21, as WCAG 2.2 defines it."""
    dark, bright = sorted((_luminance(one), _luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def readable(colour: str, paper: str) -> str:
    """`colour`, or else the nearest shade of its hue that can be read on `paper`; all are `#rrggbb`."""
    if contrast(colour, paper) >= READABLE:
        return colour
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(colour))
    end = max(0.0, 1.0, key=lambda end: contrast(_shade(hue, end, saturation), paper))
    for step in range(1, _STEPS + 1):
        found = _shade(hue, lightness + (end - lightness) * step / _STEPS, saturation)
        if contrast(found, paper) >= READABLE:
            return found
    raise AssertionError(f"neither black nor white can be read on {paper}")  # one of the two has 4.58 on any grey


def next_ready(labels: LabelSet) -> Colour:
    """The first of READY that the fewest labels have."""
    used = [label.colour for label in labels.labels]
    return min(READY, key=used.count)


def _shade(hue: float, lightness: float, saturation: float) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, lightness, saturation))


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (part / 255 for part in bytes.fromhex(colour[1:]))
    return red, green, blue


def _luminance(colour: str) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
