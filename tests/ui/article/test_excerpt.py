"""Excerpts in lists: their end is elided if there is no room, never cut through a letter."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from annotator.ui.article.excerpt import paint_excerpt

INK, MARK = QColor("#102030"), QColor("#ffe680")
ARABIC, LATIN = "…وبنك المغرب والوكالة الوطنية لتقنين المواصلات", "…of the National Agency for Telecommunications"


def paint(text: str, marked: tuple[int, int], width: int) -> QImage:
    image = QImage(400, 40, QImage.Format.Format_RGB32)
    image.fill("white")
    painter = QPainter(image)
    paint_excerpt(painter, QRectF(0, 0, width, 40), text, marked, 14, INK, MARK)
    painter.end()
    return image


def components(colour: QColor) -> tuple[int, int, int, int]:
    return colour.red(), colour.green(), colour.blue(), colour.alpha()


def columns(image: QImage, colour: QColor) -> Iterator[int]:
    """Yield the columns with a pixel of this colour, or nearly so."""
    for x in range(image.width()):
        for y in range(image.height()):
            pixel = image.pixelColor(x, y)
            if all(abs(a - b) < 60 for a, b in zip(components(pixel), components(colour), strict=True)):
                yield x
                break


@pytest.mark.parametrize("text", [ARABIC, LATIN])
def test_a_line_that_is_too_long_is_elided_at_a_letter(qapp: object, text: str) -> None:
    widths = range(60, 260, 9)
    edges = [0 if text is ARABIC else width - 1 for width in widths]
    touched = [edge in columns(paint(text, (2, 4), width), INK) for edge, width in zip(edges, widths, strict=True)]
    assert sum(touched) < len(touched) / 5  # where a dot of the ellipsis ends there


@pytest.mark.parametrize("text", [ARABIC, LATIN])
def test_a_line_that_fits_is_painted_completely(qapp: object, text: str) -> None:
    image = paint(text, (2, 4), 399)
    assert len([*columns(image, INK)]) > len([*columns(paint(text, (2, 4), 150), INK)]) * 1.5
    assert [*columns(image, MARK)]


def test_a_mark_in_the_elided_part_is_not_painted(qapp: object) -> None:
    start = ARABIC.index("المواصلات")
    assert [*columns(paint(ARABIC, (start, len(ARABIC)), 399), MARK)]
    assert not [*columns(paint(ARABIC, (start, len(ARABIC)), 90), MARK)]
