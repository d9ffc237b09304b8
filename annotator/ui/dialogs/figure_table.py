"""Tables of figures that open the articles behind them."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeAlias

from msgspec import Struct
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QTreeWidget, QTreeWidgetItem

from annotator.store.corpus import Corpus
from annotator.ui.widgets.columns import ColumnFitter
from annotator.ui.widgets.controls import ENTER_KEYS, align_numbers, set_up_tree

_LINK_ROLE: Final = Qt.ItemDataRole.UserRole
_ROOM: Final = 4  # pixels below the last row, so that nothing scrolls


class ArticleLink(Struct, frozen=True):
    """The articles behind a figure: `find` returns their numbers, and may take some tenths of a second.

    They show the work of `annotator`, or "" for whoever's is shown.
    """

    find: Callable[[Corpus], Sequence[int]]
    annotator: str = ""


class Cell(NamedTuple):
    """A figure, and the articles behind it, if any."""

    text: str
    link: ArticleLink | None = None


Index: TypeAlias = QModelIndex | QPersistentModelIndex


class FigureTable(QTreeWidget):
    """A table whose first columns have names, the others figures; Enter or a double click on a figure opens it.

    It is as high as its rows, but at most `max_rows` of them, then it scrolls.
    """

    opened = Signal(object)
    """The articles behind a figure are wanted; carries the ArticleLink."""

    def __init__(self, headings: Sequence[str], name: str, max_rows: int, *, name_columns: int = 1) -> None:
        super().__init__()
        set_up_tree(self, headings, name)
        self._max_rows, self._name_columns = max_rows, name_columns
        self._columns = ColumnFitter(self, stretched=0, elides=False)  # names are never cut
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)  # arrow keys reach each figure
        align_numbers(self.headerItem(), range(name_columns, len(headings)))
        self.activated.connect(self._open)
        self._fit()

    def add_row(self, name: str | Cell, *cells: str | Cell) -> None:
        """Add a row of figures."""
        texts = [Cell(cell) if isinstance(cell, str) else cell for cell in (name, *cells)]
        row = QTreeWidgetItem(self, [cell.text for cell in texts])
        for column, cell in enumerate(texts):
            row.setData(column, _LINK_ROLE, cell.link)
        align_numbers(row, range(self._name_columns, len(texts)))
        if self.topLevelItemCount() == 1:
            self.setCurrentItem(row, 0)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.key() in ENTER_KEYS:
            event.accept()  # else the dialog's default button is pressed, too

    def _fit(self) -> None:
        rows = min(self.topLevelItemCount(), self._max_rows)
        height = self.header().sizeHint().height() + max(0, self.sizeHintForRow(0)) * rows
        self.setFixedHeight(height + 2 * self.frameWidth() + _ROOM)
        self._columns.fit()

    def _open(self, index: Index) -> None:
        link = index.data(_LINK_ROLE)
        if link:
            self.opened.emit(link)
