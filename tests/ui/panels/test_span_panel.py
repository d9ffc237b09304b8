"""The list of spans shows their values and notes."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage

from annotator.ui.session.session import Session
from annotator.ui.widgets.theme import LIGHT
from annotator.ui.window import Window

Stretch = Callable[..., tuple[int, int]]


def tooltip(window: Window, row: int = 0) -> str:
    index = window.span_panel.model().index(row, 0)
    return str(index.data(Qt.ItemDataRole.ToolTipRole))


def row_image(window: Window, row: int = 0) -> QImage:
    """Return the picture of a row."""
    panel = window.span_panel
    return panel.viewport().grab(panel.visualRect(panel.model().index(row, 0))).toImage()


def has_colour(image: QImage, colour: str) -> bool:
    """Return whether a pixel of the picture has this colour."""
    wanted = QColor(colour)
    return any(image.pixelColor(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


def test_tooltip_is_one_line_with_value_and_note(window: Window, session: Session, stretch: Stretch) -> None:
    session.tag("DATE", *stretch("أمس"))
    session.describe(session.spans[0], "2024-07-08T09:00", "first\nsecond")
    assert tooltip(window) == "<p>\u2068أمس\u2069 · \u20688 July 2024, 09:00\u2069 · \u2068first second\u2069</p>"


def test_value_and_note_are_seen_in_the_row(window: Window, session: Session, stretch: Stretch) -> None:
    session.tag("PLAN", *stretch("أمس"))
    session.select(None)
    plain = row_image(window)
    session.describe(session.spans[0], "2024", "")
    with_value = row_image(window)
    session.describe(session.spans[0], "2024", "note")
    with_note = row_image(window)
    assert plain != with_value != with_note
    session.describe(session.spans[0], "أمس", "")
    assert row_image(window) == plain, "a value that the words say is not repeated"


def test_value_that_is_no_date_is_marked_in_the_row(window: Window, session: Session, stretch: Stretch) -> None:
    session.tag("DATE", *stretch("أمس"))
    session.select(None)
    session.describe(session.spans[0], "2024-07-08", "")
    assert not has_colour(row_image(window), LIGHT.warning)
    session.describe(session.spans[0], "IIIIIIIII", "")
    assert has_colour(row_image(window), LIGHT.warning)
