"""The search field and its clear button."""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from annotator.ui.widgets.search_line import SearchLine


@pytest.fixture
def line(qtbot: QtBot) -> SearchLine:
    search_line = SearchLine("Find")
    qtbot.addWidget(search_line)
    search_line.show()
    qtbot.waitExposed(search_line)
    return search_line


def button(line: SearchLine) -> QToolButton:
    [button] = line.findChildren(QToolButton)
    return button


def ink(line: SearchLine) -> set[str]:
    """Return the colours of the opaque pixels in the button's icon."""
    image = line.clear_action.icon().pixmap(QSize(20, 20)).toImage()
    points = [(x, y) for x in range(image.width()) for y in range(image.height())]
    return {image.pixelColor(*point).name() for point in points if image.pixelColor(*point).alpha() == 255}


def test_the_clear_button_is_visible_while_there_is_text(line: SearchLine, qtbot: QtBot) -> None:
    assert not button(line).isVisible()
    line.insert("قط")  # QTest types ASCII only
    assert button(line).isVisible()
    with qtbot.waitSignal(line.textChanged) as changed:
        QTest.mouseClick(button(line), Qt.MouseButton.LeftButton)
    assert changed.args == [""]
    qtbot.waitUntil(lambda: not button(line).isVisible())


def test_the_field_and_its_button_have_accessible_names(line: SearchLine) -> None:
    assert (line.placeholderText(), line.accessibleName(), button(line).toolTip()) == ("Find", "Find", "Clear")
    assert button(line).focusPolicy() == Qt.FocusPolicy.NoFocus  # Tab skips it


def test_the_clear_icon_has_the_text_colour_of_the_theme(line: SearchLine) -> None:
    for colour in ("#204060", "#e0e0e0"):
        palette = QPalette(line.palette())
        palette.setColor(QPalette.ColorRole.Text, QColor(colour))
        line.setText("a")
        line.setPalette(palette)
        assert ink(line) == {colour}
