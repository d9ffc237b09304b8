"""File dialogs that open none of the files they list.

Qt's own dialog opens files to detect their types. A process with an open corpus must not: under POSIX, closing any
descriptor of a file drops all locks of the process on it (https://sqlite.org/howtocorrupt.html#posix_close_bug), and
the next process to close the corpus deletes the WAL that this one still writes to. Windows and macOS show the native
dialog, which runs elsewhere or drops no locks.
"""

import sys
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, TypeAlias

from PySide6.QtCore import (
    QChildEvent,
    QFileInfo,
    QIdentityProxyModel,
    QLocale,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QSize,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QAbstractFileIconProvider, QIcon
from PySide6.QtWidgets import (
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QFileIconProvider,
    QFileSystemModel,
    QLineEdit,
    QListView,
    QMessageBox,
    QSplitter,
    QStyledItemDelegate,
    QToolButton,
    QTreeView,
    QWidget,
)

from annotator.i18n import _
from annotator.store.database_files import SIDE_FILE_SUFFIXES
from annotator.ui.widgets import icons
from annotator.ui.widgets.bidi_text import LRM, isolate, isolate_ltr
from annotator.ui.widgets.file_facts import format_size, format_time
from annotator.ui.widgets.text_menu import set_text_menus
from annotator.ui.widgets.theme import current_theme

_ICONS: Final = {"backButton": "previous", "forwardButton": "next", "toParentButton": "up", "newFolderButton": "add"}
_SIZE: Final = QSize(860, 500)
_PLACES_WIDTH: Final = 160  # pixels of the list of folders
_COLUMN_WIDTHS: Final = 260, 110, 80, 160  # pixels: name, size, type, date
_NAME_COLUMN, _SIZE_COLUMN, _TIME_COLUMN = 0, 1, 3  # of QFileSystemModel
_ICON_SIZE: Final = QSize(icons.SIZE, icons.SIZE)
_VIEWS: Final = ("listModeButton", "detailModeButton")
_NATIVE: Final = sys.platform in ("win32", "darwin")
Index: TypeAlias = QModelIndex | QPersistentModelIndex
_START_FOLDER: Final = ":/"
"""Qt's own resources: a new dialog lists its folder immediately, before its options can be set."""


def choose_file(parent: QWidget, title: str, folder: str, filters: str = "") -> str:
    """Ask for a file in a folder; return "" if cancelled. `filters` are QFileDialog's."""
    return next(iter(_choose(_dialog(parent, title, folder, filters, QFileDialog.FileMode.ExistingFile))), "")


def choose_files(parent: QWidget, title: str, folder: str, filters: str = "") -> list[str]:
    """Ask for files in a folder; return an empty list if cancelled."""
    return _choose(_dialog(parent, title, folder, filters, QFileDialog.FileMode.ExistingFiles))


def choose_folder(parent: QWidget, title: str, folder: str) -> str:
    """Ask for a folder, starting in `folder`; return "" if cancelled."""
    dialog = _dialog(parent, title, folder, "", QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return next(iter(_choose(dialog)), "")


def choose_save_path(parent: QWidget, title: str, path: str, filters: str = "", *, confirm: bool = True) -> str:
    """Ask for a file to write to, proposing `path`; return "" if cancelled.

    `confirm` asks before it returns an existing file.
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
    # Behind Arabic words, (*.corpus) would read (corpus.*); Qt takes the pattern out of the brackets.
    dialog = _Dialog(parent, title, _START_FOLDER, filters.replace("(*", f"{LRM}(*"))
    if not _NATIVE:
        dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.setOption(QFileDialog.Option.DontUseCustomDirectoryIcons)
        provider = _icon_provider()
        provider.draw()
        dialog.setIconProvider(provider)
        dialog.setProxyModel(_FileModel(dialog))
        _style(dialog)
    dialog.setFileMode(mode)
    dialog.setDirectory(folder)
    if buttons := dialog.findChild(QDialogButtonBox):
        buttons.setFocusProxy(None)  # type: ignore[arg-type]  # see controls.ButtonBox; PySide6's annotation lacks None
    return dialog


def _style(dialog: QFileDialog) -> None:
    """Draw the program's icons on the dialog's buttons, hide those for two views, and show paths from left to right."""
    dialog.resize(_SIZE)
    set_text_menus(dialog)
    dialog.setSizeGripEnabled(False)
    dialog.setLabelText(QFileDialog.DialogLabel.Reject, _("Cancel"))
    if splitter := dialog.findChild(QSplitter):
        splitter.setSizes([_PLACES_WIDTH, _SIZE.width() - _PLACES_WIDTH])
    if places := dialog.findChild(QListView, "sidebar"):
        places.setIconSize(_ICON_SIZE)
    if table := dialog.findChild(QTreeView, "treeView"):
        for column, width in enumerate(_COLUMN_WIDTHS):
            table.setColumnWidth(column, width)
        table.header().setStretchLastSection(True)
        table.setItemDelegateForColumn(_NAME_COLUMN, _NameDelegate(table))
    if folder := dialog.findChild(QComboBox, "lookInCombo"):
        folder.setModel(_PathModel(folder))
    if (name_field := dialog.findChild(QLineEdit, "fileNameEdit")) and (popup := name_field.completer().popup()):
        popup.setObjectName("popup")  # for its style
    for name, icon in _ICONS.items():
        if button := dialog.findChild(QToolButton, name):
            button.setIcon(icons.icon(icon, current_theme()))
    for name in _VIEWS:
        if button := dialog.findChild(QToolButton, name):
            button.hide()


def _choose(dialog: QFileDialog) -> list[str]:
    try:  # not run_dialog: the system's own dialog has nothing to fit or to give menus
        return dialog.selectedFiles() if dialog.exec() else []
    finally:
        dialog.deleteLater()


class _Dialog(QFileDialog):
    """A file dialog with plain-text message boxes: a file's name may look like HTML."""

    def childEvent(self, event: QChildEvent) -> None:
        """Set the text format of Qt's message boxes."""
        box = event.child()
        if event.polished() and isinstance(box, QMessageBox):
            box.setTextFormat(Qt.TextFormat.PlainText)
        super().childEvent(event)


class _PathModel(QIdentityProxyModel):
    """Isolates the paths of a combo box: in an Arabic window, Qt would draw them from right to left."""

    def __init__(self, box: QComboBox) -> None:
        super().__init__(box)
        paths = box.model()
        paths.setParent(self)  # or the box would delete it with the change of its model
        self.setSourceModel(paths)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        value = super().data(index, role)
        return isolate_ltr(value) if role == Qt.ItemDataRole.DisplayRole and value else value


class _NameDelegate(QStyledItemDelegate):
    """Isolates names: in an Arabic window, 12.txt would read txt.12. In the model, keys would not find them then."""

    def displayText(self, value: Any, _locale: QLocale | QLocale.Language) -> str:  # noqa: N802 - Qt's name
        return isolate(str(value))


class _FileModel(QSortFilterProxyModel):
    """Says sizes and times as people do, and hides SQLite's files beside a corpus.

    Opening, moving or deleting them damages it.
    """

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and index.column() in (_SIZE_COLUMN, _TIME_COLUMN):
            files, file = self.sourceModel(), self.mapToSource(index)
            assert isinstance(files, QFileSystemModel)
            if index.column() == _TIME_COLUMN:
                return format_time(datetime.fromtimestamp(files.lastModified(file).toSecsSinceEpoch(), UTC))
            return "" if files.isDir(file) else format_size(files.size(file))
        return super().data(index, role)

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:  # noqa: N802 - Qt's name
        name = self.sourceModel().index(row, 0, parent).data()
        return not str(name).endswith(SIDE_FILE_SUFFIXES)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Let Qt's model sort: it puts folders first and compares sizes as numbers."""
        self.sourceModel().sort(column, order)


@cache
def _icon_provider() -> "_Icons":
    """Return the only instance: Qt's thread may use it while a dialog lives."""
    return _Icons()


class _Icons(QFileIconProvider):
    """Distinguishes files from folders without opening them. Qt calls it in another thread."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = self._file = self._computer = QIcon()

    def draw(self) -> None:
        """Draw the icons in the colours of the theme."""
        theme = current_theme()
        self._folder, self._file, self._computer = (
            icons.icon(name, theme) for name in ("folder", "article", "computer")
        )

    def icon(self, kind: QFileInfo | QAbstractFileIconProvider.IconType) -> QIcon:
        """Return the icon of a file or icon type."""
        if isinstance(kind, QFileInfo):
            return self._folder if kind.isDir() else self._file
        if kind == QAbstractFileIconProvider.IconType.Computer:
            return self._computer
        return self._file if kind == QAbstractFileIconProvider.IconType.File else self._folder

    def type(self, info: QFileInfo) -> str:
        """Return the text for the type column."""
        return "" if info.isDir() else info.suffix()


def dropped_files(mime: QMimeData) -> list[str]:
    """Return the paths of dropped files and folders."""
    return [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
