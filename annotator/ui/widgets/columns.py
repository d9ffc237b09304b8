"""Widths of a table's columns, divided anew whenever the table is resized."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QHeaderView, QTreeWidget

_MIN_WIDTH: Final = 40  # pixels of a column


class ColumnFitter(QObject):
    """Divides the width of `tree` among its columns, of which the `stretched` one takes what the others leave.

    Where their texts need more, those of the widest columns are elided if it `elides`; else the table scrolls.
    """

    def __init__(self, tree: QTreeWidget, *, stretched: int = -1, elides: bool = True) -> None:
        super().__init__(tree)
        self._tree, self._elides = tree, elides
        self._stretched = stretched % tree.columnCount()
        tree.header().setStretchLastSection(False)
        tree.header().setMinimumSectionSize(_MIN_WIDTH)
        tree.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        tree.viewport().installEventFilter(self)
        self.fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the width of the table."""
        if event.type() == QEvent.Type.Resize:
            self.fit()
        return super().eventFilter(watched, event)

    def fit(self) -> None:
        """Divide the width by the texts that the table has now."""
        tree, header = self._tree, self._tree.header()
        columns = range(tree.columnCount())
        needed = [max(tree.sizeHintForColumn(column), header.sectionSizeHint(column)) for column in columns]
        widths = divide_width(tree.viewport().width(), needed, self._stretched, elides=self._elides)
        for column, width in enumerate(widths):
            header.resizeSection(column, width)


def divide_width(room: int, needed: Sequence[int], stretched: int, *, elides: bool) -> list[int]:
    """Return the widths in pixels of columns that need so many: all of them, and the rest for the `stretched` one.

    If there is no `room` for that and it `elides`, no column is wider than what makes them fit, nor narrower than
    40 pixels.
    """
    widths = [max(_MIN_WIDTH, width) for width in needed]
    if sum(widths) > room and elides:
        limit = max(widths)
        while limit > _MIN_WIDTH and sum(min(width, limit) for width in widths) > room:
            limit -= 1
        widths = [min(width, limit) for width in widths]
    widths[stretched] += max(0, room - sum(widths))
    return widths
