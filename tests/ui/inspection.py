"""Read what widgets show, and what a session has stored."""

from collections.abc import Callable

from PySide6.QtWidgets import QLabel, QTreeWidget, QWidget

from annotator.store.corpus import Corpus
from annotator.ui.article.block import Block
from annotator.ui.article.page import Page
from annotator.ui.session.session import Session

Stretch = Callable[..., tuple[int, int]]
"""What the fixture `stretch` is: a function that returns where words are in the open article."""
_ISOLATES = str.maketrans("", "", "\u2066\u2067\u2068\u2069")


def concerns(*fields: str) -> Callable[[frozenset[str]], bool]:
    """Return a function that checks whether a signal of a session that has changed names one of these fields."""
    return lambda names: not names.isdisjoint(fields)


def strip_isolates(text: str) -> str:
    """Return a text without the marks that keep the directions of its parts apart."""
    return text.translate(_ISOLATES)


def label_texts(widget: QWidget) -> list[str]:
    """Return the texts of the labels in the widget, except empty ones."""
    return [label.text() for label in widget.findChildren(QLabel) if label.text()]


def shown_text(widget: QWidget) -> str:
    """Return the texts of the labels in the widget that are not hidden."""
    return " ".join(label.text() for label in widget.findChildren(QLabel) if not label.isHidden())


def described(widget: QWidget) -> str:
    """Return what a screen reader speaks of the widget."""
    return f"{widget.accessibleName()}\n{widget.accessibleDescription()}"


def tree_texts(tree: QTreeWidget) -> list[list[str]]:
    """Return the texts of the top rows of a table, column by column, without the marks of their directions."""
    rows = map(tree.topLevelItem, range(tree.topLevelItemCount()))
    return [[strip_isolates(row.text(column)) for column in range(tree.columnCount())] for row in rows if row]


def visible_blocks(page: Page) -> list[Block]:
    """Return the visible lines of the text, top down."""
    return list(dict.fromkeys(line.block for line in page.lines))


def stored_spans(session: Session) -> list[tuple[str, str]]:
    """Return the label and the text of each span of the open layer that is on disk."""
    assert session.corpus
    assert session.article
    with Corpus.open(session.corpus.path) as other:
        rows = other.spans(session.article.uid, session.annotator)
    return [(span.label, session.article.text[span.start : span.end]) for span in rows]
