"""The icons: one family, sharp at every scale, in the theme's colours, mirrored where they point somewhere."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QTransform
from PySide6.QtWidgets import QApplication

from annotator.resources import resource
from annotator.ui.widgets import icons
from annotator.ui.widgets.theme import DARK, LIGHT, Theme

NEEDED = {
    *("search", "next", "previous", "undo", "redo", "done", "skip", "flag", "note", "value", "guide", "label", "add"),
    *("delete", "up", "down", "close", "keys", "import", "export", "filter", "article", "occurrences", "corpus"),
}


@pytest.fixture
def right_to_left(qapp: QApplication) -> Iterator[None]:
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def drawn(name: str, ratio: float = 2.0, colour: str = "#000000") -> QImage:
    return icons.picture(name, colour, icons.SIZE, ratio).toImage()


def colours(image: QImage) -> set[str]:
    """The colours of the pixels that are painted whole."""
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


def test_every_icon_that_is_needed_is_there() -> None:
    assert set(icons.names()) == NEEDED


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_an_icon_is_of_the_family(name: str) -> None:
    root = ET.fromstring(resource("icons", f"{name}.svg").read_text(encoding="utf-8"))
    assert root.get("viewBox") == "0 0 20 20"
    [group] = root
    assert group.attrib == {
        "fill": "none",
        "stroke": "#000000",
        "stroke-width": "1.6",
        "stroke-linecap": "round",
        "stroke-linejoin": "round",
    }
    for shape in group:
        # A dot is a line without a length, and may be as thick as it must be to be seen.
        assert shape.get("fill") is None
        assert shape.get("stroke-width") is None or re.fullmatch(r"M[\d. ]+h\.01", shape.attrib["d"])


@pytest.mark.parametrize("name", sorted(NEEDED))
@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_an_icon_has_room_on_every_side_and_is_as_large_as_asked_for(
    qapp: QApplication, name: str, ratio: float
) -> None:
    image = drawn(name, ratio)
    assert image.size() == QSize(20, 20) * ratio
    edge = [
        *((at, side) for at in range(image.width()) for side in (0, image.height() - 1)),
        *((side, at) for at in range(image.height()) for side in (0, image.width() - 1)),
    ]
    assert all(image.pixelColor(x, y).alpha() < 40 for x, y in edge), "cut off"
    assert colours(drawn(name, 4.0)) == {"#000000"}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_an_icon_has_the_colours_of_the_theme(qapp: QApplication, theme: Theme) -> None:
    made = icons.icon("search", theme)
    size = QSize(icons.SIZE, icons.SIZE)
    assert colours(made.pixmap(size, 2.0).toImage()) == {theme.ink}
    assert colours(made.pixmap(size, 2.0, QIcon.Mode.Disabled).toImage()) == {theme.faint}
    accented = icons.icon("search", theme, on_accent=True)
    assert colours(accented.pixmap(size, 2.0).toImage()) == {QColor(theme.accent_ink).name()}


def test_an_icon_is_drawn_for_the_screen_and_not_stretched(qapp: QApplication) -> None:
    made = icons.icon("guide", LIGHT)
    size = QSize(icons.SIZE, icons.SIZE)
    for ratio in (1.0, 2.0):
        image = made.pixmap(size, ratio).toImage()
        assert image.size() == size * ratio
        assert image == drawn("guide", ratio, LIGHT.ink).convertToFormat(image.format())


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_what_points_along_the_line_is_mirrored_from_right_to_left(
    qapp: QApplication, name: str, request: pytest.FixtureRequest
) -> None:
    before = drawn(name)
    request.getfixturevalue("right_to_left")
    after = drawn(name)
    assert (after != before) == (name in icons.MIRRORED)
    if name in icons.MIRRORED:
        back = after.transformed(QTransform().scale(-1, 1))
        near = sum(
            abs(back.pixelColor(x, y).alpha() - before.pixelColor(x, y).alpha())
            for x in range(back.width())
            for y in range(back.height())
        )
        assert near / (back.width() * back.height()) < 3


def test_undo_points_to_where_the_line_begins(right_to_left: None) -> None:
    assert {"next", "previous", "undo", "redo"} <= icons.MIRRORED
    image = drawn("next", 1.0)
    tip = [x for x in range(20) for y in range(20) if image.pixelColor(x, y).alpha() > 100 and abs(y - 10) > 3]
    assert max(tip) < 10, "forward is left"


def test_an_icon_that_is_not_there_is_an_error(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        icons.icon("nonsense", LIGHT)
