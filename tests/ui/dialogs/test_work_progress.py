"""The page of progress."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from ui.inspection import strip_isolates

from annotator import i18n
from annotator.model.labels import default_labels
from annotator.model.progress import DailyWork, Work
from annotator.model.records import DONE
from annotator.ui.dialogs.work_progress import WorkProgressDialog
from annotator.ui.widgets.period_chart import BarList, PeriodChart
from annotator.ui.window import Window

TODAY = date(2026, 3, 12)
YESTERDAY = TODAY - timedelta(days=1)
DAILY: DailyWork = {
    "Sanae": {
        TODAY - timedelta(days=300): Work({"PLAN": 1}),
        YESTERDAY: Work({"DATE": 3, "PLAN": 1}, 2, 1, 1, articles=2, seconds=18),
        TODAY: Work({"DATE": 6}, 6, 0, 0, articles=1, seconds=22),
    },
    "Omar": {TODAY: Work({"INSTITUTION": 10}, articles=5, seconds=150)},
}


def create_dialog(parent: QWidget, daily: DailyWork = DAILY, range_: str = "week") -> WorkProgressDialog:
    dialog = WorkProgressDialog(parent, daily, "Sanae", default_labels(), TODAY)
    dialog.range_box.setCurrentIndex(["week", "month", "year", "all"].index(range_))
    return dialog


def tiles(dialog: WorkProgressDialog) -> list[str]:
    return [strip_isolates(label.text()) for label in dialog.tiles.numbers]


def rows(dialog: WorkProgressDialog) -> list[list[str]]:
    items = (dialog.table.topLevelItem(index) for index in range(dialog.table.topLevelItemCount()))
    return [[strip_isolates(item.text(column)) for column in range(7)] for item in items if item]


def test_figures_are_those_of_the_chosen_time_and_annotator(parent: QWidget) -> None:
    dialog = create_dialog(parent)
    assert tiles(dialog) == ["10", "3", "4.0", "80%"]
    dialog.who_box.setCurrentIndex(1)
    assert tiles(dialog) == ["20", "8", "9.5", "80%"]
    dialog.who_box.setCurrentIndex(0)
    dialog.range_box.setCurrentIndex(2)
    assert tiles(dialog) == ["11", "3", "3.6", "80%"]
    assert len(dialog.periods) == 13


def test_the_gold_layer_is_named_last_and_doubles_nobodys_figures(parent: QWidget) -> None:
    daily = {**DAILY, "gold (2)": {TODAY: Work({"PLAN": 7}, articles=1)}}
    dialog = WorkProgressDialog(parent, daily, "Sanae", default_labels(), TODAY, (), "gold (2)")
    dialog.range_box.setCurrentIndex(0)
    titles = [strip_isolates(dialog.who_box.itemText(index)) for index in range(dialog.who_box.count())]
    assert titles == ["Sanae", "All annotators", "Gold layer"]
    dialog.who_box.setCurrentIndex(1)
    assert tiles(dialog)[:2] == ["20", "8"]
    dialog.who_box.setCurrentIndex(2)
    assert tiles(dialog)[:2] == ["7", "1"]


def test_table_has_the_figures_of_the_charts_last_day_first(parent: QWidget) -> None:
    dialog = create_dialog(parent)
    assert len(rows(dialog)) == 7
    assert rows(dialog)[:3] == [
        ["Thursday 12 March 2026", "6", "1", "3.7", "6", "0", "0"],
        ["Wednesday 11 March 2026", "4", "2", "4.5", "2", "1", "1"],
        ["Tuesday 10 March 2026", "0", "0", "–", "0", "0", "0"],
    ]
    charts = dialog.findChildren(PeriodChart)
    assert {chart.accessibleName() for chart in charts} == {"Spans", "Articles done", "Seconds a span", "Suggestions"}
    spans = next(chart for chart in charts if chart.accessibleName() == "Spans")
    assert [(series.title, [*series.values][-2:]) for series in spans.series] == [("Date", [3, 6]), ("Plan", [1, 0])]
    [bars] = dialog.findChildren(BarList)
    assert [(bar.title, bar.value) for bar in bars.bars] == [("Date", 9), ("Plan", 1)]


def test_table_is_copied_with_its_headings(parent: QWidget) -> None:
    dialog = create_dialog(parent)
    dialog._copy_button.click()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "Time\tSpans\tArticles done\tSeconds a span\tAccepted\tCorrected\tRejected"
    assert strip_isolates(lines[2]) == "Wednesday 11 March 2026\t4\t2\t4.5\t2\t1\t1"
    assert len(lines) == 8


def test_time_without_work_has_a_sentence_and_no_empty_charts(parent: QWidget) -> None:
    dialog = create_dialog(parent, {})
    assert dialog.findChildren(PeriodChart) == []
    assert tiles(dialog) == ["0", "0", "–", "–"]
    for index in range(4):
        dialog.range_box.setCurrentIndex(index)
        dialog.who_box.setCurrentIndex(index % 2)


def test_days_and_numbers_are_those_of_the_language(parent: QWidget) -> None:
    i18n.set_language("ar")
    i18n.set_numerals("eastern")
    try:
        dialog = create_dialog(parent)
        assert tiles(dialog)[:3] == ["١٠", "٣", "٤,٠"]
        assert rows(dialog)[0][0] == "الخميس ١٢ مارس ٢٠٢٦"
    finally:
        i18n.set_numerals("western")


def test_page_fits_a_small_screen(parent: QWidget, qtbot: QtBot) -> None:
    dialog = create_dialog(parent)
    dialog.resize(860, 480)
    dialog.show()
    qtbot.waitExposed(dialog)
    assert dialog.width() == 860, "nothing widens it"
    assert dialog.height() == 480


def test_menu_opens_the_page_with_the_work_in_the_corpus(
    qtbot: QtBot, window: Window, stretch: Callable[..., tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    window.session.tag("DATE", *stretch("أمس"))
    window.session.set_state(DONE)
    figures: list[list[str]] = []

    def record(dialog: WorkProgressDialog) -> int:
        figures.append(tiles(dialog))
        return 0

    monkeypatch.setattr(WorkProgressDialog, "exec", record)
    QTimer.singleShot(0, window.action("show_progress").trigger)
    qtbot.waitUntil(lambda: bool(figures))
    assert figures[0][:2] == ["1", "1"]
