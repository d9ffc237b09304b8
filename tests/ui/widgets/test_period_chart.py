"""Charts of numbers over time."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QHelpEvent, QImage
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from annotator import i18n
from annotator.ui.widgets.period_chart import Bar, BarList, PeriodChart, Series, nice_ceiling
from annotator.ui.widgets.theme import DARK, LIGHT, Theme, current_theme

RED, BLUE = QColor("#ff0000"), QColor("#0000ff")
NAMES = ["Monday", "Tuesday", "Wednesday"]


def create_chart(qtbot: QtBot, *series: list[float | None], is_line: bool = False) -> PeriodChart:
    colours = RED, BLUE
    chart = PeriodChart(
        "Spans",
        NAMES,
        [
            Series(f"series {index}", values, lambda colour=colours[index]: QBrush(colour))  # type: ignore[misc]
            for index, values in enumerate(series)
        ],
        lambda index: f"{NAMES[index]}: {series[0][index]}",
        is_line=is_line,
    )
    qtbot.addWidget(chart)
    chart.resize(420, 176)
    return chart


def count_pixels(image: QImage, colour: QColor, x: int) -> int:
    """Return how many pixels of a column of the image have this colour."""
    return sum(image.pixelColor(x, y) == colour for y in range(image.height()))


@given(st.one_of(st.integers(0, 10**9), st.floats(0, 1e9)))
def test_axis_ends_at_the_next_even_round_number(value: float) -> None:
    ceiling = nice_ceiling(value)
    assert ceiling >= max(value, 2)
    assert ceiling % 2 == 0
    assert ceiling <= max(2, 1.5 * value) or value < 4
    assert len(str(ceiling).rstrip("0")) <= 2


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_columns_are_stacked_in_the_direction_of_reading(
    qtbot: QtBot, set_theme: Callable[[Theme], None], language: str, theme: Theme
) -> None:
    i18n.set_language(language)
    set_theme(theme)
    chart = create_chart(qtbot, [10.0, 0, 30.0], [10.0, 0, None])
    image = chart.grab().toImage()
    first, second, third = (int(chart.slot_rect(index).center().x()) for index in range(3))
    assert (first > second > third) == (language == "ar")
    height = chart.slot_rect(0).height()
    for x, red, blue in ((first, 1 / 3, 1 / 3), (second, 0, 0), (third, 1, 0)):
        assert count_pixels(image, RED, x) == pytest.approx(red * height, abs=2)
        assert count_pixels(image, BLUE, x) == pytest.approx(blue * height, abs=2)


def test_line_has_no_point_where_there_is_no_number(qtbot: QtBot) -> None:
    chart = create_chart(qtbot, [2.0, None, 4.0], is_line=True)
    image = chart.grab().toImage()
    x_of = [int(chart.slot_rect(index).center().x()) for index in range(3)]
    assert [count_pixels(image, RED, x) > 0 for x in x_of] == [True, False, True]


def test_tooltip_describes_a_period(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    chart = create_chart(qtbot, [1.0, 2.0, 3.0])
    tooltips: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _where, text, _of: tooltips.append(text))
    for position in (chart.slot_rect(1).center().toPoint(), QPoint(0, 0)):
        QApplication.sendEvent(chart, QHelpEvent(QHelpEvent.Type.ToolTip, position, chart.mapToGlobal(position)))
    assert "Tuesday: 2.0" in tooltips[0]
    assert tooltips[1] == ""
    assert chart.accessibleName() == "Spans"
    assert "Wednesday: 3.0" in chart.accessibleDescription()


def test_names_below_the_axis_do_not_overlap(qtbot: QtBot) -> None:
    names = [f"{day} September" for day in range(1, 31)]
    chart = PeriodChart("Spans", names, [Series("spans", [1] * 30, lambda: QBrush(RED))], str)
    qtbot.addWidget(chart)
    metrics = QFontMetricsF(chart.font())
    for width in range(300, 900, 20):
        chart.resize(width, 176)
        rects = sorted((rect for _index, rect in chart._name_rects(metrics)), key=lambda rect: rect.left())
        assert len(rects) >= 2
        assert not any(before.intersects(after) for before, after in pairwise(rects))
        assert rects[0].left() >= 0
        assert rects[-1].right() <= width
        gaps = [after.left() - before.right() for before, after in pairwise(rects)]
        assert max(gaps) < rects[0].width(), "another name would have room there"


@pytest.mark.parametrize("language", ["ar", "en"])
def test_bars_begin_beside_their_names(qtbot: QtBot, language: str) -> None:
    i18n.set_language(language)
    bars = BarList("By label", [Bar("A", 10, lambda: QBrush(RED)), Bar("B", 5, lambda: QBrush(BLUE))])
    qtbot.addWidget(bars)
    bars.resize(bars.sizeHint())
    image = bars.grab().toImage()
    red, blue = (
        {x for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y) == colour}
        for colour in (RED, BLUE)
    )
    assert (max(red) - min(red)) / (max(blue) - min(blue)) == pytest.approx(2, rel=0.05)
    assert (max(red) == max(blue)) == (language == "ar")
    assert (min(red) == min(blue)) == (language == "en")
    assert bars.accessibleDescription() == {"en": "A: 10; B: 5", "ar": "A: 10؛ B: 5"}[language]


def test_title_has_the_colour_of_text(qtbot: QtBot, set_theme: Callable[[Theme], None]) -> None:
    set_theme(DARK)
    image = create_chart(qtbot, [1.0, 1.0, 1.0]).grab().toImage()
    assert any(image.pixelColor(x, y) == QColor(current_theme().ink) for x in range(420) for y in range(26))
