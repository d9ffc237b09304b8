"""Rows of lists: Arabic and Latin texts are each at the side where they begin, in any interface."""

import pytest
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem

from annotator.ui.panels.row_list import Row
from annotator.ui.widgets import fonts

LEFT_TO_RIGHT, RIGHT_TO_LEFT = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft
WIDTH = 400  # pixels


def painted_sides(text: str, layout: Qt.LayoutDirection) -> tuple[bool, bool]:
    """Return whether there is ink in the left and right quarter of a row with this text."""
    image = QImage(WIDTH, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, WIDTH, 30)
    option.direction = layout
    with QPainter(image) as painter:
        row, font = Row(painter, option), fonts.interface_font(14)
        row.paint_line(QRectF(row.rect), text, font, "#000000", direction=row.content_direction(text))

    def has_ink(columns: range) -> bool:
        return any(image.pixelColor(x, y).lightness() < 128 for x in columns for y in range(image.height()))

    return has_ink(range(WIDTH // 4)), has_ink(range(WIDTH * 3 // 4, WIDTH))


@pytest.mark.parametrize(
    ("text", "layout", "expected"),
    [
        ("وزارة الصحة", LEFT_TO_RIGHT, (False, True)),
        ("وزارة الصحة", RIGHT_TO_LEFT, (False, True)),
        ("\u061c2024-2028", LEFT_TO_RIGHT, (False, True)),
        ("«OECD»", LEFT_TO_RIGHT, (True, False)),
        ("«OECD»", RIGHT_TO_LEFT, (True, False)),
        ("2024", LEFT_TO_RIGHT, (True, False)),
        ("2024", RIGHT_TO_LEFT, (False, True)),
    ],
)
def test_text_is_at_the_side_where_it_begins(
    qapp: QApplication, text: str, layout: Qt.LayoutDirection, expected: tuple[bool, bool]
) -> None:
    assert painted_sides(text, layout) == expected
