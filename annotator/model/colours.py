"""Readable colours: WCAG 2.2 contrast, and a palette of distinct colours."""

import colorsys
from typing import Final

from annotator.model.labels import Colour, LabelSet

MIN_CONTRAST: Final = 4.5
"""The contrast that WCAG 2.2 requires of text (1.4.3, level AA), for label names."""

PALETTE: Final = (
    Colour("#8f6a0a", "#ecc04c"),
    Colour("#2a62c9", "#6a9cf7"),
    Colour("#b81c66", "#f25c8e"),
    Colour("#303905", "#c0f0a8"),
    Colour("#626a39", "#9f9356"),
    Colour("#66007a", "#e774c0"),
    Colour("#064b40", "#7bf4cc"),
    Colour("#b83da3", "#e9c6fa"),
)
"""Label colours, each as far as possible from all before it, also for colour-blind readers."""

_STEPS: Final = 512  # shades between black and white, finer than `#rrggbb` can express


def contrast_ratio(first: str, second: str) -> float:
    """Return the WCAG 2.2 contrast ratio of two `#rrggbb`, 1 to 21."""
    dark, bright = sorted((_luminance(first), _luminance(second)))
    return (bright + 0.05) / (dark + 0.05)


def ensure_contrast(colour: str, paper: str) -> str:
    """Return `colour`, or the nearest shade of its hue readable on `paper` (all `#rrggbb`)."""
    if contrast_ratio(colour, paper) >= MIN_CONTRAST:
        return colour
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(colour))
    end = max(0.0, 1.0, key=lambda end: contrast_ratio(_shade(hue, end, saturation), paper))
    for step in range(1, _STEPS + 1):
        shade = _shade(hue, lightness + (end - lightness) * step / _STEPS, saturation)
        if contrast_ratio(shade, paper) >= MIN_CONTRAST:
            return shade
    raise AssertionError(f"neither black nor white can be read on {paper}")  # one of the two has 4.58 on any grey


def next_palette_colour(labels: LabelSet) -> Colour:
    """Return the first PALETTE colour that the fewest labels use."""
    used = [label.colour for label in labels.labels]
    return min(PALETTE, key=used.count)


def _shade(hue: float, lightness: float, saturation: float) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, lightness, saturation))


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (part / 255 for part in bytes.fromhex(colour[1:]))
    return red, green, blue


def _luminance(colour: str) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
