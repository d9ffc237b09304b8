"""A line of a list of places: its end is left out with a sign where it has no room, never cut through a letter."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from annotator.ui.article.excerpt import paint_excerpt

INK, MARK = QColor("#102030"), QColor("#ffe680")
ARABIC, LATIN = "…وبنك المغرب والوكالة الوطنية لتقنين المواصلات", "…of the National Agency for Telecommunications"


def painted(text: str, marked: tuple[int, int], width: int) -> QImage:
    image = QImage(400, 40, QImage.Format.Format_RGB32)
    image.fill("white")
    painter = QPainter(image)
    paint_excerpt(painter, QRectF(0, 0, width, 40), text, marked, 14, INK, MARK)
    painter.end()
    return image


def columns(image: QImage, colour: QColor) -> Iterator[int]:
    """The columns with something of this colour, or nearly so."""
    for x in range(image.width()):
        for y in range(image.height()):
            at = image.pixelColor(x, y)
            if all(abs(a - b) < 60 for a, b in zip(at.getRgb(), colour.getRgb(), strict=True)):
                yield x
                break


@pytest.mark.parametrize("text", [ARABIC, LATIN])
def test_a_line_that_is_too_long_ends_with_a_sign_and_with_no_half_letter(qapp: object, text: str) -> None:
    widths = range(60, 260, 9)
    edges = [0 if text is ARABIC else width - 1 for width in widths]
    touched = [edge in columns(painted(text, (2, 4), width), INK) for edge, width in zip(edges, widths, strict=True)]
    assert sum(touched) < len(touched) / 5  # where the sign's own dot ends there


@pytest.mark.parametrize("text", [ARABIC, LATIN])
def test_a_line_that_has_room_is_all_there(qapp: object, text: str) -> None:
    whole = painted(text, (2, 4), 399)
    assert len([*columns(whole, INK)]) > len([*columns(painted(text, (2, 4), 150), INK)]) * 1.5
    assert [*columns(whole, MARK)]


def test_a_mark_that_begins_where_there_is_no_room_is_not_painted(qapp: object) -> None:
    at = ARABIC.index("المواصلات")
    assert [*columns(painted(ARABIC, (at, len(ARABIC)), 399), MARK)]
    assert not [*columns(painted(ARABIC, (at, len(ARABIC)), 90), MARK)]
