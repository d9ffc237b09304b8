"""Texts that are shaped once look like those that QPainter draws."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage, QPainter

from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import isolate
from annotator.ui.widgets.shaped_text import draw_shaped_text

RIGHT_TO_LEFT, LEFT_TO_RIGHT = Qt.LayoutDirection.RightToLeft, Qt.LayoutDirection.LeftToRight


def draw(direction: Qt.LayoutDirection, act: Callable[[QPainter], None]) -> QImage:
    image = QImage(300, 50, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.white)
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setLayoutDirection(direction)
        act(painter)
    return image


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("direction", [RIGHT_TO_LEFT, LEFT_TO_RIGHT])
@pytest.mark.parametrize("is_bold", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        *("مُؤسَّسة", "لا", "Date", "“Plan 🙂” (لائحة)", "9 يوليو 2024، 09:00", ""),
        *(f"{isolate('خطة')} · 90%", f"{isolate('Institution')} · 90٪", f"{isolate('Date')} •"),
    ],
)
def test_shaped_text_looks_as_drawn_by_qt(text: str, is_bold: bool, direction: Qt.LayoutDirection) -> None:
    font, place = fonts.interface_font(11, bold=is_bold), QPointF(40.4, 30)

    def draw_by_qt(painter: QPainter) -> None:
        painter.setFont(font)
        painter.drawText(place, text)

    image = draw(direction, lambda painter: draw_shaped_text(painter, place, text, font))
    assert image == draw(direction, draw_by_qt)
    assert (image == draw(direction, lambda painter: None)) == (not text)
