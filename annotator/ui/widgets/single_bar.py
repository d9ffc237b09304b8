"""One scroll bar for a page and the lists, texts and areas in it."""

from collections.abc import Iterator
from math import ceil

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractScrollArea,
    QPlainTextEdit,
    QScrollArea,
    QTextEdit,
    QTreeView,
)

from annotator.ui.widgets.layouts import UNLIMITED


def keep_single_bar(page: QScrollArea) -> None:
    """Have the trees, texts and areas in `page` as high as their contents once it scrolls: it alone has a bar.

    Two bars beside each other do not say which of them moves what.
    """
    _PageWatcher(page)


class _PageWatcher(QObject):
    """Waits until a page is found to scroll; that may also be so for a moment, before its layout has settled."""

    def __init__(self, page: QScrollArea) -> None:
        super().__init__(page)
        self._page = page
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._grow_views)
        page.verticalScrollBar().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice the scroll bar of the page."""
        if event.type() == QEvent.Type.Show:
            self._timer.start()
        return super().eventFilter(watched, event)

    def _grow_views(self) -> None:
        content = self._page.widget()
        if not content or not self._page.verticalScrollBar().isVisible():
            return
        for view in content.findChildren(QAbstractScrollArea):
            is_kind = isinstance(view, QTreeView | QPlainTextEdit | QTextEdit | QScrollArea)
            if is_kind and view.window() is content.window() and not view.findChild(_GrowingView):
                _GrowingView(view, self._page)


class _GrowingView(QObject):
    """Gives a tree, a text or an area the height of its content; the page follows its current row or its caret."""

    def __init__(self, view: QAbstractScrollArea, page: QScrollArea) -> None:
        super().__init__(view)
        self._view, self._page = view, page
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._fit)
        self._follow_timer = QTimer(self, singleShot=True, interval=0)  # once the view has its height and its rows
        self._follow_timer.timeout.connect(self._follow)
        view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setMaximumHeight(UNLIMITED)
        view.viewport().installEventFilter(self)
        if isinstance(view, QTreeView):
            view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
            model = view.model()
            for changed in (model.rowsInserted, model.rowsRemoved, model.modelReset, view.expanded, view.collapsed):
                changed.connect(self._timer.start)
            view.selectionModel().currentChanged.connect(self._follow_timer.start)
        elif isinstance(view, QPlainTextEdit | QTextEdit):
            view.document().documentLayout().documentSizeChanged.connect(lambda _size: self._timer.start())
            view.cursorPositionChanged.connect(self._follow_timer.start)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the width, by which lines break, and what is in a scroll area."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.ChildAdded, QEvent.Type.LayoutRequest):
            self._timer.start()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        edges = self._view.height() - self._view.viewport().height()  # with the heading of a tree
        self._view.setMinimumHeight(self._content_height() + edges)

    def _content_height(self) -> int:
        """Return the height of all rows or lines, in pixels."""
        view = self._view
        if isinstance(view, QScrollArea):
            content = view.widget()
            return content.sizeHint().height() if content else 0
        if isinstance(view, QTreeView):
            last = _last_row(view)
            return view.visualRect(last).bottom() + 1 + view.verticalScrollBar().value() if last.isValid() else 0
        if isinstance(view, QPlainTextEdit):  # whose document counts lines, which may be of different heights
            return ceil(sum(_block_heights(view.document())) + 2 * view.document().documentMargin())
        assert isinstance(view, QTextEdit), "the page watcher looks for these kinds only"
        return round(view.document().size().height())

    def _follow(self) -> None:
        if self._view.hasFocus():
            self._page.ensureWidgetVisible(self._view)


def _block_heights(document: QTextDocument) -> Iterator[float]:
    """Yield the heights of the paragraphs, in pixels."""
    block = document.begin()
    while block.isValid():
        yield document.documentLayout().blockBoundingRect(block).height()
        block = block.next()


def _last_row(tree: QTreeView) -> QModelIndex:
    """Return the last row that is not in a closed one."""
    model, row = tree.model(), QModelIndex()
    while count := model.rowCount(row):
        row = model.index(count - 1, 0, row)
        if not tree.isExpanded(row):
            break
    return row
