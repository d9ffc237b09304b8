"""Measure how fast the page of a long article is laid out and painted."""

from collections.abc import Iterator

from long_article import SPANS, build_long_article
from measuring import RUNS, Figure, Size, measure_by_turns
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QTextEdit

from annotator.model.labels import default_labels
from annotator.model.records import AnnotatedArticle
from annotator.ui.article.article_canvas import BODY_SIZE
from annotator.ui.article.marks import Marks
from annotator.ui.article.nesting_depths import compute_depths
from annotator.ui.article.page import Page, column_width
from annotator.ui.article.painting import PagePainter
from annotator.ui.widgets import fonts
from annotator.ui.widgets.theme import LIGHT

_HEIGHT = 600  # pixels


def measure(runs: int = RUNS) -> Iterator[Figure]:
    """Every figure about the page."""
    read = build_long_article("bench")
    text, width, edit = read.article.text, column_width(BODY_SIZE), QTextEdit()
    edit.setFont(fonts.reading_font(BODY_SIZE))
    edit.resize(int(width), _HEIGHT)
    edit.show()

    def lay_out_again() -> None:
        edit.clear()
        edit.setPlainText(text)
        edit.document().size()

    yield measure_by_turns(
        "laying out all of a long article",
        lambda: Page(text, read.zones, width, BODY_SIZE).height,
        "a bare QTextEdit doing the same",
        lay_out_again,
        runs,
    )
    edit.close()
    yield measure_painting(f"painting it with {SPANS:,} spans", read, runs)


def measure_painting(what: str, read: AnnotatedArticle, runs: int, size: Size | None = None) -> Figure:
    """Measure painting a screen of the article with its spans, against the same without."""
    labels, width = default_labels(), column_width(BODY_SIZE)
    page = Page(read.article.text, read.zones, width, BODY_SIZE)
    image = QImage(int(width), _HEIGHT, QImage.Format.Format_RGB32)

    def paint(marks: Marks) -> None:
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        PagePainter(page, marks, labels, LIGHT).paint(painter, 0, image.height())
        painter.end()

    spans = Marks(read.spans, compute_depths(read.spans, labels))
    return measure_by_turns(what, lambda: paint(spans), "without", lambda: paint(Marks()), runs, size=size)
