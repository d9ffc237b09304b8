"""Fields of the dialogs and panels."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QSpinBox
from pytestqt.qtbot import QtBot

from annotator.ui.dialogs.export_parts import SplitOptions
from annotator.ui.widgets.controls import create_combo_box, create_number_box


@pytest.mark.parametrize("angle", [120, -120])
def test_the_wheel_over_a_field_leaves_it_and_scrolls_what_is_around(qtbot: QtBot, angle: int) -> None:
    combo_box, number_box = create_combo_box({1: "one", 2: "two", 3: "three"}), create_number_box(0, 9, 5, "number")
    combo_box.setCurrentIndex(1)
    options = SplitOptions()
    fields: list[QComboBox | QSpinBox] = [combo_box, number_box, options.dev_box, options.seed_box]
    values = combo_box.currentIndex(), number_box.value(), options.dev_box.value(), options.seed_box.value()
    qtbot.addWidget(options)
    for field in fields:
        qtbot.addWidget(field)
        field.setFocus()
        middle, held = QPointF(field.rect().center()), Qt.KeyboardModifier.NoModifier
        none, phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(middle, middle, QPoint(), QPoint(0, angle), none, held, phase, False)
        QApplication.sendEvent(field, event)
        assert not event.isAccepted()
    assert values == (
        combo_box.currentIndex(),
        number_box.value(),
        options.dev_box.value(),
        options.seed_box.value(),
    )
