"""What the pages about a team have in common."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from annotator.i18n import count_phrase
from annotator.ui.dialogs.figure_table import FigureTable
from annotator.ui.widgets.layouts import Item, vbox
from annotator.ui.widgets.scrolling import set_scrolled_margins
from annotator.ui.widgets.single_bar import keep_single_bar


def describe_hidden(count: int) -> str:
    """Say that so many articles do not count in what others did."""
    return count_phrase(
        "{count} article is left out, which you label blind and have not done yet.",
        "{count} articles are left out, which you label blind and have not done yet.",
        count,
    )


class TeamPage(QScrollArea):
    """A page about the whole team, which scrolls."""

    opened = Signal(object)
    """The articles behind a figure are wanted; carries the ArticleLink."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        keep_single_bar(self)

    def set_items(self, *items: Item) -> None:
        """Show these below one another, in place of what was shown."""
        content = QWidget()
        vbox(*items, None, spacing=10, parent=content)
        set_scrolled_margins(content, 8)
        for table in content.findChildren(FigureTable):
            table.opened.connect(self.opened)
        self.setWidget(content)
