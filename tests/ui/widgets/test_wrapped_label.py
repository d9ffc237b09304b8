"""Labels of several lines."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from annotator.ui.widgets.wrapped_label import WrappedLabel, text_direction

WRAP = Qt.TextFlag.TextWordWrap.value
ARABIC = "تقرير الخارجية حول الاتجار بالبشر، وتنويه بجهود المغرب في التصدي للجريمة"


def right_margins(image: QImage, pitch: int) -> list[int]:
    """Return how far from the right edge each line begins, in pixels."""
    paper = image.pixelColor(0, 0)
    margins = []
    for top in range(0, image.height() - pitch + 1, pitch):
        columns = (
            column
            for column in range(image.width())
            if any(image.pixelColor(image.width() - 1 - column, top + y) != paper for y in range(pitch))
        )
        margins.append(next(columns))
    return margins


def test_arabic_lines_begin_at_one_edge(qtbot: QtBot) -> None:
    label = WrappedLabel("\n".join(["وزارة " * 12] * 2).strip(), pitch=30)
    qtbot.addWidget(label)
    label.resize(170, label.heightForWidth(170))
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    margins = right_margins(label.grab().toImage(), 30)
    assert len(margins) > 3
    assert max(margins) - min(margins) <= 1


def test_lines_neither_begin_nor_end_with_a_dot(qtbot: QtBot) -> None:
    label = WrappedLabel("تاريخ · القواعد · 97")
    qtbot.addWidget(label)
    for width in range(30, 200, 5):
        lines = label.lines(width)
        assert not any(line != line.strip(" ·") for line in lines)
        assert "".join("".join(lines).split()).replace("·", "") == "تاريخالقواعد97"


def test_height_is_that_of_the_lines(qtbot: QtBot) -> None:
    label = WrappedLabel(ARABIC, pitch=20)
    qtbot.addWidget(label)
    assert label.heightForWidth(150) == 20 * len(label.lines(150)) > 20


@pytest.mark.parametrize("text", [ARABIC, "Your done articles. Each column shows what you decided about a label."])
def test_no_word_stands_alone_on_the_last_line(qtbot: QtBot, text: str) -> None:
    label = WrappedLabel(text)
    qtbot.addWidget(label)
    widest = label.fontMetrics().horizontalAdvance(text)
    for width in range(widest // 2 + 60, widest + 40, 7):
        lines, needed = label.lines(width), label.fontMetrics().boundingRect(0, 0, width, 0, WRAP, text).height()
        assert len(lines) * label.fontMetrics().lineSpacing() <= needed + 2, "no more lines than there must be"
        assert len(lines) == 1 or len(lines[-1].split()) > 1, (width, lines)
        assert " ".join(lines) == text


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("2024 وزارة a", Qt.LayoutDirection.RightToLeft),
        ("«a» وزارة", Qt.LayoutDirection.LeftToRight),
        ("2024", Qt.LayoutDirection.RightToLeft),
    ],
)
def test_direction_is_that_of_the_first_letter(text: str, direction: Qt.LayoutDirection) -> None:
    assert text_direction(text, Qt.LayoutDirection.RightToLeft) == direction
