"""The list of spans shows their values and notes."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from ui.inspection import Stretch

from annotator.model.article_builder import build_article
from annotator.model.records import Suggestion
from annotator.ui.session.session import Session
from annotator.ui.widgets.theme import LIGHT
from annotator.ui.window import Window


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


def test_the_list_follows_the_suggestions_that_are_accepted(window: Window, session: Session) -> None:
    panel = window.span_panel
    for start in range(0, 60, 2):
        session.tag("PLAN", start, start + 1)
    session.select(None)
    panel.scrollToTop()
    assert session.article
    start = len(session.article.text) - 5
    suggestion = Suggestion(start, start + 4, "PLAN", score=0.9, source="memory")
    session.accept(suggestion, suggestion)
    assert session.selection is None
    assert panel.visualRect(panel.model().index(len(session.spans) - 1, 0)).bottom() <= panel.viewport().height()


def test_latin_words_of_an_arabic_article_begin_where_all_rows_do(window: Window, session: Session) -> None:
    assert session.corpus
    text = "دمشق، سوريا (CNN) -- أكدت جهات سورية معارضة."
    session.corpus.add(build_article(text))
    session.reload_articles()
    session.open_article(2)
    start = text.index("CNN")
    session.tag("INSTITUTION", start, start + 3)
    session.select(None)
    image = row_image(window)
    inked = [
        x
        for x in range(image.width())
        if any(image.pixelColor(x, y) == QColor(LIGHT.ink) for y in range(image.height()))
    ]
    assert min(inked) > image.width() / 2
