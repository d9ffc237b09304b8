"""The icons: one style, sharp at every scale, in the theme's colours, mirrored if they have a direction."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QTransform
from PySide6.QtWidgets import QApplication

from annotator.resources import resource_path
from annotator.ui.widgets import icons
from annotator.ui.widgets.theme import DARK, LIGHT, Theme

OF_STYLE_SHEETS = {f"{name}-{theme}" for name in ("check", "down", "tick") for theme in ("dark", "light")}
"""Drawings in the folder with colours of their own, as is the program's icon."""
NEEDED = {
    *("next", "previous", "undo", "redo", "done", "skip", "flag", "note", "value", "guide", "add", "delete", "up"),
    *("down", "close", "import", "export", "filter", "article", "corpus", "calendar", "issues", "warning"),
    *("information", "folder", "computer", "edge"),
}


@pytest.fixture
def right_to_left(qapp: QApplication) -> Iterator[None]:
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    yield
    qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def draw(name: str, ratio: float = 2.0, colour: str = "#000000") -> QImage:
    return icons.draw_pixmap(name, colour, icons.SIZE, ratio).toImage()


def opaque_colours(image: QImage) -> set[str]:
    """Return the colours of the opaque pixels."""
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {pixel.name() for pixel in pixels if pixel.alpha() == 255}


def test_all_required_icons_exist() -> None:
    names = {path.stem for path in resource_path("icons").glob("*.svg")}
    assert names == NEEDED | OF_STYLE_SHEETS | {"annotator"}


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_icons_share_one_stroke_style(name: str) -> None:
    root = ET.fromstring(resource_path("icons", f"{name}.svg").read_text(encoding="utf-8"))
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
        # A dot is a line of length zero and may be thicker.
        assert shape.get("fill") is None
        assert shape.get("stroke-width") is None or re.fullmatch(r"M[\d. ]+h\.01", shape.attrib["d"])


@pytest.mark.parametrize("name", sorted(NEEDED))
@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_icons_have_a_margin_and_the_requested_size(qapp: QApplication, name: str, ratio: float) -> None:
    image = draw(name, ratio)
    assert image.size() == QSize(20, 20) * ratio
    edge = [
        *((position, side) for position in range(image.width()) for side in (0, image.height() - 1)),
        *((side, position) for position in range(image.height()) for side in (0, image.width() - 1)),
    ]
    assert all(image.pixelColor(x, y).alpha() < 40 for x, y in edge), "cut off"
    assert opaque_colours(draw(name, 4.0)) == {"#000000"}


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_icons_have_the_colours_of_the_theme(qapp: QApplication, theme: Theme) -> None:
    icon = icons.icon("filter", theme)
    size = QSize(icons.SIZE, icons.SIZE)
    assert opaque_colours(icon.pixmap(size, 2.0).toImage()) == {theme.ink}
    assert opaque_colours(icon.pixmap(size, 2.0, QIcon.Mode.Disabled).toImage()) == {theme.faint}
    accented = icons.icon("filter", theme, on_accent=True)
    assert opaque_colours(accented.pixmap(size, 2.0).toImage()) == {QColor(theme.accent_ink).name()}


def test_icons_are_drawn_at_the_resolution_of_the_screen(qapp: QApplication) -> None:
    icon = icons.icon("guide", LIGHT)
    size = QSize(icons.SIZE, icons.SIZE)
    for ratio in (1.0, 2.0):
        image = icon.pixmap(size, ratio).toImage()
        assert image.size() == size * ratio
        assert image == draw("guide", ratio, LIGHT.ink).convertToFormat(image.format())


@pytest.mark.parametrize("name", sorted(NEEDED))
def test_directional_icons_are_mirrored_in_right_to_left_layouts(
    qapp: QApplication, name: str, request: pytest.FixtureRequest
) -> None:
    before = draw(name)
    request.getfixturevalue("right_to_left")
    after = draw(name)
    assert (after != before) == (name in icons.MIRRORED)
    if name in icons.MIRRORED:
        mirrored = after.transformed(QTransform().scale(-1, 1))
        difference = sum(
            abs(mirrored.pixelColor(x, y).alpha() - before.pixelColor(x, y).alpha())
            for x in range(mirrored.width())
            for y in range(mirrored.height())
        )
        assert difference / (mirrored.width() * mirrored.height()) < 3


def test_next_points_to_the_left_in_right_to_left_layouts(right_to_left: None) -> None:
    assert {"next", "previous", "undo", "redo"} <= icons.MIRRORED
    image = draw("next", 1.0)
    tip = [x for x in range(20) for y in range(20) if image.pixelColor(x, y).alpha() > 100 and abs(y - 10) > 3]
    assert max(tip) < 10, "forward is left"


def test_an_unknown_icon_raises(qapp: QApplication) -> None:
    with pytest.raises(FileNotFoundError):
        icons.icon("nonsense", LIGHT)
