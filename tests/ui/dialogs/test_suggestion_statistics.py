"""The picture of how good the suggestions are."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, QTimer
from PySide6.QtGui import QColor, QHelpEvent
from PySide6.QtWidgets import QApplication, QLabel, QToolTip
from pytestqt.qtbot import QtBot

from annotator import i18n
from annotator.model.labels import default_labels
from annotator.model.records import DONE
from annotator.store.queries.suggestion_statistics import Quality, Tally
from annotator.ui.dialogs.suggestion_statistics import QualityDialog
from annotator.ui.widgets.suggestion_chart import QualityChart, figures, hundredths
from annotator.ui.widgets.theme import DARK, LIGHT
from annotator.ui.window import Window

LABELS = default_labels()
DATE = LABELS.labels[0]
PARTS = [Tally(1, 1, 2), Tally(), Tally(9, 0, 1)]


def chart(qtbot: QtBot, tallies: list[Tally], theme: object = LIGHT) -> QualityChart:
    made = QualityChart(DATE, [4] * len(tallies), tallies, theme)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.resize(700, 104)
    return made


@pytest.mark.parametrize(
    ("tally", "expected"),
    [
        (Tally(), (0, 0, 0)),
        (Tally(1, 0, 0), (100, 0, 0)),
        (Tally(0, 0, 7), (0, 0, 100)),
        (Tally(1, 1, 1), (33, 33, 34)),
        (Tally(2, 1, 0), (67, 33, 0)),
        (Tally(1, 199, 0), (0, 100, 0)),
        (Tally(199, 1, 200), (50, 0, 50)),
    ],
)
def test_hundredths_add_up(tally: Tally, expected: tuple[int, int, int]) -> None:
    assert hundredths(tally) == expected
    assert sum(expected) in (0, 100)


def test_nothing_is_said_of_late_where_nothing_was_decided(qtbot: QtBot) -> None:
    recent, none = (chart(qtbot, [Tally(9, 0, 1), last]) for last in (Tally(0, 1, 0), Tally()))
    beneath = QRect(0, 40, 150, 60)
    assert len({recent.grab(beneath).toImage().pixel(x, y) for x in range(150) for y in range(60)}) > 1
    assert len({none.grab(beneath).toImage().pixel(x, y) for x in range(150) for y in range(60)}) == 1


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_columns_stand_in_the_order_of_reading_and_show_the_shares(qtbot: QtBot, language: str, theme: object) -> None:
    i18n.use(language)
    made = chart(qtbot, PARTS, theme)
    first, _second, last = (made.column(at) for at in range(3))
    assert (first.center().x() > last.center().x()) == (language == "ar")
    picture = made.grab().toImage()
    firm = theme.firm(DATE)  # type: ignore[attr-defined]

    def at(column: int, height: float) -> bool:
        """Whether the column is filled with the label's colour at this height, from 0 to 1."""
        place = made.column(column)
        x, y = place.center().x(), place.bottom() - height * place.height()
        return picture.pixelColor(int(x), int(y)) == QColor(firm)

    assert at(0, 0.12), "a quarter accepted"
    assert not at(0, 0.75), "the upper half missed"
    assert at(2, 0.8)
    assert not at(2, 0.95)
    assert not at(1, 0.1), "nothing was decided"


def test_each_column_tells_its_numbers(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    made = chart(qtbot, PARTS)
    assert made.told(0) == "Articles 1 to 4: 4 decisions, of a hundred 25 accepted, 25 rejected, 50 missed"
    assert made.told(1) == "Articles 5 to 8: nothing was suggested or labelled"
    shown: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _where, text, _of: shown.append(text))
    for place in (made.column(2).center().toPoint(), QPoint(0, 0)):
        QApplication.sendEvent(made, QHelpEvent(QHelpEvent.Type.ToolTip, place, made.mapToGlobal(place)))
    assert "90 accepted" in shown[0]
    assert shown[1] == ""
    assert made.accessibleName() == DATE.shown()
    assert made.accessibleDescription() == figures(PARTS[2])


def test_digits_are_those_of_the_settings(qtbot: QtBot) -> None:
    i18n.use("ar")
    i18n.use_numerals("eastern")
    try:
        assert "٢٥" in chart(qtbot, PARTS).told(0)
    finally:
        i18n.use_numerals("western")


def test_the_table_has_all_and_the_last_of_each_label(qtbot: QtBot) -> None:
    dialog = QualityDialog(None, Quality([4, 4, 4], {"DATE": PARTS, "GONE": PARTS}), LABELS, LIGHT)
    qtbot.addWidget(dialog)
    assert [made.accessibleName() for made in dialog.charts] == [DATE.shown()]
    rows = [dialog.table.topLevelItem(at) for at in range(dialog.table.topLevelItemCount())]
    assert [[row.text(column) for column in range(6)] for row in rows if row] == [
        [DATE.shown(), "all 12", "14", "71%", "7%", "22%"],
        [DATE.shown(), "the last 4", "10", "90%", "0%", "10%"],
    ]


def test_before_anything_is_done_it_says_what_will_be_shown(qtbot: QtBot) -> None:
    dialog = QualityDialog(None, Quality([], {}), LABELS, LIGHT)
    qtbot.addWidget(dialog)
    assert dialog.charts == []
    assert any("Once you have done some articles" in label.text() for label in dialog.findChildren(QLabel))


def test_it_is_opened_from_the_menu(
    qtbot: QtBot, window: Window, stretch: Callable[..., tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    window.session.tag("DATE", *stretch("أمس"))
    window.session.set_state(DONE)
    seen: list[QualityDialog] = []

    def look(dialog: QualityDialog) -> int:
        seen.append(dialog)
        return 0

    monkeypatch.setattr(QualityDialog, "exec", look)
    QTimer.singleShot(0, window.action("show_quality").trigger)
    qtbot.waitUntil(lambda: bool(seen))
    assert [made._tallies for made in seen[0].charts] == [[Tally(0, 0, 1)]]
