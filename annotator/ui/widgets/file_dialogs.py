"""Dialogs that ask a person for files and folders, without opening any of the files that they list.

Qt's own dialog opens files to tell their types. In the process that has a corpus open this must not happen: POSIX takes
all locks of a process from a file as soon as the process closes any descriptor of it
(https://sqlite.org/howtocorrupt.html#posix_close_bug), and the next process to close the corpus then deletes the log
that this one still writes to. Windows and macOS show the system's dialog, which lives elsewhere or takes no locks away.
"""

import sys
from functools import cache
from typing import Final

from PySide6.QtCore import QChildEvent, QFileInfo, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QAbstractFileIconProvider, QIcon
from PySide6.QtWidgets import QApplication, QFileDialog, QFileIconProvider, QMessageBox, QStyle, QWidget

from annotator.store.side_files import SIDE_FILES

_NATIVE: Final = sys.platform in ("win32", "darwin")
_NOWHERE: Final = ":/"
"""Qt's own resources: a new dialog lists its folder at once, before it can be told how to."""


def choose_file(parent: QWidget, title: str, folder: str, filters: str = "") -> str:
    """Ask for a file in a folder; "" where none is chosen. `filters` are as QFileDialog has them."""
    return next(iter(_choose(_dialog(parent, title, folder, filters, QFileDialog.FileMode.ExistingFile))), "")


def choose_files(parent: QWidget, title: str, folder: str, filters: str = "") -> list[str]:
    """Ask for several files in a folder; none where none is chosen."""
    return _choose(_dialog(parent, title, folder, filters, QFileDialog.FileMode.ExistingFiles))


def choose_folder(parent: QWidget, title: str, folder: str) -> str:
    """Ask for a folder, at first in this one; "" where none is chosen."""
    dialog = _dialog(parent, title, folder, "", QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return next(iter(_choose(dialog)), "")


def choose_target(parent: QWidget, title: str, path: str, filters: str = "", *, confirm: bool = True) -> str:
    """Ask for the file to write to, at first this one; "" where none is chosen.

    With `confirm`, a person is asked whether a file that is there is to be replaced.
    """
    info = QFileInfo(path)
    folder = path if info.isDir() else info.path()
    dialog = _dialog(parent, title, folder, filters, QFileDialog.FileMode.AnyFile)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setOption(QFileDialog.Option.DontConfirmOverwrite, not confirm)
    if not info.isDir():
        dialog.selectFile(info.fileName())
    return next(iter(_choose(dialog)), "")


def _dialog(parent: QWidget, title: str, folder: str, filters: str, mode: QFileDialog.FileMode) -> QFileDialog:
    dialog = _Dialog(parent, title, _NOWHERE, filters)
    if not _NATIVE:
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setOption(QFileDialog.Option.DontUseCustomDirectoryIcons)
        dialog.setIconProvider(_icon_provider())
        dialog.setProxyModel(_WithoutSideFiles(dialog))
    dialog.setFileMode(mode)
    dialog.setDirectory(folder)
    return dialog


def _choose(dialog: QFileDialog) -> list[str]:
    try:
        return dialog.selectedFiles() if dialog.exec() else []
    finally:
        dialog.deleteLater()


class _Dialog(QFileDialog):
    """Has what it asks itself shown as it is: the name of a file may look like HTML."""

    def childEvent(self, event: QChildEvent) -> None:
        """Follow the boxes that Qt makes."""
        box = event.child()
        if event.polished() and isinstance(box, QMessageBox):
            box.setTextFormat(Qt.TextFormat.PlainText)
        super().childEvent(event)


class _WithoutSideFiles(QSortFilterProxyModel):
    """Leaves out what SQLite puts beside a corpus: to open, move or delete it breaks the corpus."""

    def filterAcceptsRow(self, row: int, parent: QModelIndex | QPersistentModelIndex) -> bool:  # noqa: N802 - Qt's name
        name = self.sourceModel().index(row, 0, parent).data()
        return not str(name).endswith(SIDE_FILES)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Have the files sorted by Qt's model, which knows folders from files and sizes from texts."""
        self.sourceModel().sort(column, order)


@cache
def _icon_provider() -> "_Icons":
    """Return the only one: Qt's thread may ask it for as long as a dialog lives."""
    return _Icons()


class _Icons(QFileIconProvider):
    """Tells files from folders by what the file system says of them, and by nothing in them.

    Qt asks in a thread of its own.
    """

    def __init__(self) -> None:
        super().__init__()
        style = QApplication.style()
        self._folder = style.standardIcon(QStyle.StandardPixmap.SP_DirIcon)
        self._file = style.standardIcon(QStyle.StandardPixmap.SP_FileIcon)

    def icon(self, what: QFileInfo | QAbstractFileIconProvider.IconType) -> QIcon:
        """Return the icon of a file, or of a kind of places."""
        if isinstance(what, QFileInfo):
            return self._folder if what.isDir() else self._file
        return self._file if what == QAbstractFileIconProvider.IconType.File else self._folder

    def type(self, info: QFileInfo) -> str:
        """Return what the column of kinds says."""
        return "" if info.isDir() else info.suffix()
