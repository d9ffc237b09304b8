"""The line for words to look for, and the button that empties it."""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from annotator.ui.widgets.search_line import SearchLine


@pytest.fixture
def line(qtbot: QtBot) -> SearchLine:
    made = SearchLine("Find")
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def button(line: SearchLine) -> QToolButton:
    [found] = line.findChildren(QToolButton)
    return found


def ink(line: SearchLine) -> set[str]:
    """The colours of what is drawn strongly in the button's icon."""
    picture = line.clearing.icon().pixmap(QSize(20, 20)).toImage()
    points = [(x, y) for x in range(picture.width()) for y in range(picture.height())]
    return {picture.pixelColor(*at).name() for at in points if picture.pixelColor(*at).alpha() == 255}


def test_the_button_is_there_while_there_is_something_to_clear(line: SearchLine, qtbot: QtBot) -> None:
    assert not button(line).isVisible()
    line.insert("قط")  # QTest types ASCII alone
    assert button(line).isVisible()
    with qtbot.waitSignal(line.textChanged) as changed:
        qtbot.mouseClick(button(line), Qt.MouseButton.LeftButton)
    assert changed.args == [""]
    qtbot.waitUntil(lambda: not button(line).isVisible())


def test_it_says_what_it_is_for(line: SearchLine) -> None:
    assert (line.placeholderText(), line.accessibleName(), button(line).toolTip()) == ("Find", "Find", "Clear")
    assert button(line).focusPolicy() == Qt.FocusPolicy.NoFocus  # Tab goes on to what comes next


def test_its_icon_is_drawn_in_the_ink_of_the_theme(line: SearchLine) -> None:
    for colour in ("#204060", "#e0e0e0"):
        palette = QPalette(line.palette())
        palette.setColor(QPalette.ColorRole.Text, QColor(colour))
        line.setText("a")
        line.setPalette(palette)
        assert ink(line) == {colour}
