"""The charts of the suggestion statistics."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, QTimer
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QToolTip, QWidget
from pytestqt.qtbot import QtBot
from ui.inspection import strip_isolates

from annotator import i18n
from annotator.model.labels import default_labels
from annotator.model.records import DONE
from annotator.store.queries.suggestion_statistics import SuggestionCounts, SuggestionStatistics
from annotator.ui.dialogs.suggestion_statistics import SuggestionStatisticsDialog
from annotator.ui.widgets.suggestion_chart import SuggestionChart, format_tally, percentages
from annotator.ui.widgets.theme import DARK, LIGHT, Theme, current_theme
from annotator.ui.window import Window

LABELS = default_labels()
DATE = LABELS.labels[0]
PARTS = [SuggestionCounts(1, 0, 1, 2), SuggestionCounts(), SuggestionCounts(9, 0, 0, 1)]


def create_chart(qtbot: QtBot, tallies: list[SuggestionCounts]) -> SuggestionChart:
    chart = SuggestionChart(DATE, [4] * len(tallies), tallies)
    qtbot.addWidget(chart)
    chart.resize(700, 104)
    return chart


@pytest.mark.parametrize(
    ("tally", "expected"),
    [
        (SuggestionCounts(), (0, 0, 0, 0)),
        (SuggestionCounts(1, 0, 0, 0), (100, 0, 0, 0)),
        (SuggestionCounts(0, 0, 0, 7), (0, 0, 0, 100)),
        (SuggestionCounts(1, 0, 1, 1), (33, 0, 33, 34)),
        (SuggestionCounts(2, 0, 1, 0), (67, 0, 33, 0)),
        (SuggestionCounts(1, 0, 199, 0), (0, 0, 100, 0)),
        (SuggestionCounts(199, 0, 1, 200), (50, 0, 0, 50)),
        (SuggestionCounts(1, 1, 1, 3), (16, 17, 17, 50)),
    ],
)
def test_percentages_add_up_to_100(tally: SuggestionCounts, expected: tuple[int, int, int]) -> None:
    assert percentages(tally) == expected
    assert sum(expected) in (0, 100)


def test_the_recent_figures_begin_at_the_edge_of_the_chart_in_arabic_too(qtbot: QtBot) -> None:
    i18n.set_language("ar")
    image = create_chart(qtbot, PARTS).grab(QRect(600, 40, 100, 60)).toImage()
    ink = {x for x in range(100) for y in range(60) if image.pixel(x, y) != image.pixel(99, 59)}
    assert max(ink) >= 95


def test_column_without_decisions_shows_no_recent_figures(qtbot: QtBot) -> None:
    recent, empty = (
        create_chart(qtbot, [SuggestionCounts(9, 0, 0, 1), SuggestionCounts(), last])
        for last in (SuggestionCounts(0, 0, 1, 0), SuggestionCounts())
    )
    images = [chart.grab(QRect(0, 40, 150, 60)).toImage() for chart in (recent, empty)]
    colours = [{image.pixel(x, y) for x in range(150) for y in range(60)} for image in images]
    assert len(colours[0]) > 1
    assert len(colours[1]) == 1


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_columns_follow_the_reading_direction_and_show_the_shares(
    qtbot: QtBot, set_theme: Callable[[Theme], None], language: str, theme: Theme
) -> None:
    i18n.set_language(language)
    set_theme(theme)
    chart = create_chart(qtbot, PARTS)
    first, _second, last = (chart.column_rect(is_filled) for is_filled in range(3))
    assert (first.center().x() > last.center().x()) == (language == "ar")
    image = chart.grab().toImage()
    firm = theme.line_colour(DATE)

    def is_filled(column: int, height: float) -> bool:
        """Return whether the column has the label's colour at this height, from 0 to 1."""
        rect = chart.column_rect(column)
        x, y = rect.center().x(), rect.bottom() - height * rect.height()
        return image.pixelColor(int(x), int(y)) == QColor(firm)

    assert is_filled(0, 0.12), "a quarter accepted"
    assert not is_filled(0, 0.75), "the upper half missed"
    assert is_filled(2, 0.8)
    assert not is_filled(2, 0.95)
    assert not is_filled(1, 0.1), "nothing was decided"


def test_tooltip_of_a_column_shows_its_figures(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    chart = create_chart(qtbot, PARTS)
    description = strip_isolates(chart.describe_column(0))
    assert description == "Articles 1 to 4: 4 decisions, 25% accepted, 0% corrected, 25% rejected, 50% missed"
    assert chart.describe_column(1) == "Articles 5 to 8: no suggestions or labels"
    tooltips: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _where, text, _of: tooltips.append(text))
    for position in (chart.column_rect(2).center().toPoint(), QPoint(0, 0)):
        QApplication.sendEvent(chart, QHelpEvent(QHelpEvent.Type.ToolTip, position, chart.mapToGlobal(position)))
    assert "90% accepted" in strip_isolates(tooltips[0])
    assert tooltips[1] == ""
    assert chart.accessibleName() == DATE.localised_title()
    assert chart.accessibleDescription() == format_tally(PARTS[2])


def test_figures_use_the_digits_of_the_settings(qtbot: QtBot) -> None:
    i18n.set_language("ar")
    i18n.set_numerals("eastern")
    try:
        assert "٢٥" in create_chart(qtbot, PARTS).describe_column(0)
    finally:
        i18n.set_numerals("western")


def test_table_shows_all_and_the_last_articles_of_each_label(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = SuggestionStatisticsDialog(parent, SuggestionStatistics([4, 4, 4], {"DATE": PARTS, "GONE": PARTS}), LABELS)
    qtbot.addWidget(dialog)
    assert [chart.accessibleName() for chart in dialog.charts] == [DATE.localised_title()]
    rows = [dialog.table.topLevelItem(index) for index in range(dialog.table.topLevelItemCount())]
    assert [[row.text(column) for column in range(7)] for row in rows if row] == [
        [DATE.localised_title(), "all 12", "14", "71%", "0%", "7%", "22%"],
        [DATE.localised_title(), "the last 4", "10", "90%", "0%", "0%", "10%"],
    ]


@pytest.mark.parametrize(("language", "expected"), [("en", "the only one"), ("fr", "le seul"), ("ar", "الوحيد")])
def test_table_says_so_where_one_article_is_all(qtbot: QtBot, language: str, expected: str) -> None:
    i18n.set_language(language)
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = SuggestionStatisticsDialog(parent, SuggestionStatistics([1], {"DATE": PARTS[:1]}), LABELS)
    qtbot.addWidget(dialog)
    row = dialog.table.topLevelItem(0)
    assert row
    assert row.text(1) == expected


@pytest.mark.parametrize("language", ["ar", "en"])
def test_few_articles_are_shown_as_a_bar_over_the_whole_width(qtbot: QtBot, language: str) -> None:
    i18n.set_language(language)
    chart = create_chart(qtbot, [SuggestionCounts(1, 0, 0, 3), SuggestionCounts(1, 0, 0, 3)])
    image, firm = chart.grab().toImage(), current_theme().line_colour(DATE)
    filled = [x for x in range(700) if image.pixelColor(x, 20) == firm]
    # The label's title and the axis take 184 pixels, a quarter of the other 508 is accepted.
    assert filled[-1] - filled[0] == pytest.approx(127, abs=3)
    assert filled[0 if language == "en" else -1] == pytest.approx(184 if language == "en" else 700 - 184, abs=2)


def test_dialog_fits_its_content_and_the_screen(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    few, many = (
        SuggestionStatisticsDialog(parent, SuggestionStatistics([1] * bins, counts), LABELS)
        for bins, counts in (
            (1, {"DATE": [SuggestionCounts(1, 0, 0, 0)]}),
            (20, {label.name: [SuggestionCounts(1, 1, 1, 1)] * 20 for label in LABELS.labels}),
        )
    )
    for dialog in (few, many):
        qtbot.addWidget(dialog)
        dialog.show()
        assert dialog.height() <= dialog.screen().availableSize().height() * 3 // 4
    assert few.table.topLevelItemCount() == 1, "one article is no course of time"
    assert few.height() < many.height()
    [area] = few.findChildren(QScrollArea)
    assert not area.verticalScrollBar().isVisible()


def test_dialog_without_data_explains_what_it_will_show(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = SuggestionStatisticsDialog(parent, SuggestionStatistics([], {}), LABELS)
    qtbot.addWidget(dialog)
    assert dialog.charts == []
    assert any("Once some articles are done" in label.text() for label in dialog.findChildren(QLabel))


def test_menu_opens_the_dialog(
    qtbot: QtBot, window: Window, stretch: Callable[..., tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    window.session.tag("DATE", *stretch("أمس"))
    window.session.set_state(DONE)
    dialogs: list[SuggestionStatisticsDialog] = []

    def record(dialog: SuggestionStatisticsDialog) -> int:
        dialogs.append(dialog)
        return 0

    monkeypatch.setattr(SuggestionStatisticsDialog, "exec", record)
    QTimer.singleShot(0, window.action("show_suggestion_statistics").trigger)
    qtbot.waitUntil(lambda: bool(dialogs))
    assert [chart._tallies for chart in dialogs[0].charts] == [[SuggestionCounts(0, 0, 0, 1)]]
