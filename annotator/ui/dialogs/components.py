"""What the program is made of: a list of the parts, and beside it the terms of the one that is chosen."""

from concurrent.futures import Future, ThreadPoolExecutor
from html import escape
from typing import Final

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from annotator import licenses
from annotator.i18n import _
from annotator.licenses import Part
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import isolated, left_to_right, plain_label, set_direction, tooltip
from annotator.ui.widgets.theme import Theme

_PAUSE: Final = 30  # milliseconds between two looks whether the parts are read
_BETWEEN: Final = "\n\n" + 60 * "=" + "\n\n"


class PartsPane(QWidget):
    """Shows the parts once they are read, which takes a thread of its own up to half a second."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._parts: tuple[Part, ...] = ()
        self.list = QTreeWidget()
        self.list.setAccessibleName(_("All parts"))
        self.list.setHeaderLabels([_("Part"), _("Version"), _("Licence")])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentItemChanged.connect(self._show)
        self.name = plain_label(_("Reading what is installed…"))
        self.name.setFont(fonts.interface(15, bold=True))
        self.home = QLabel()
        self.home.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.home.linkActivated.connect(lambda address: QDesktopServices.openUrl(QUrl(address)))
        self.notice = plain_label()
        self.notice.setWordWrap(True)
        self.notice.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.terms = QPlainTextEdit()
        self.terms.setReadOnly(True)
        self.terms.setTabChangesFocus(True)
        self.terms.setAccessibleName(_("Terms"))
        self.terms.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        set_direction(self.terms, Qt.LayoutDirection.LeftToRight)
        side = QVBoxLayout()
        side.setSpacing(6)
        head = QHBoxLayout()
        head.addWidget(self.name)
        head.addStretch()
        head.addWidget(self.home)
        side.addLayout(head)
        side.addWidget(self.notice)
        self.notice.hide()
        side.addWidget(self.terms, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addWidget(self.list, 2)
        row.addLayout(side, 3)
        self._reading: Future[tuple[Part, ...]] | None = None
        self._look = QTimer(self)
        self._look.timeout.connect(self._take)
        self._look.start(_PAUSE)

    def _take(self) -> None:
        """Show the parts if they are read. They begin to be read once the dialog is there, and not before."""
        if self._reading is None:
            thread = ThreadPoolExecutor(1, "parts")
            self._reading = thread.submit(licenses.parts)
            thread.shutdown(wait=False)
        if not self._reading.done():
            return
        self._look.stop()
        self._parts = self._reading.result()
        for one in self._parts:
            row = QTreeWidgetItem(self.list, [isolated(one.name), left_to_right(one.version), isolated(one.terms)])
            row.setToolTip(2, tooltip(one.terms))
        for column, widest in ((0, 180), (1, 80)):
            self.list.resizeColumnToContents(column)
            self.list.setColumnWidth(column, min(widest, self.list.columnWidth(column)))
        if first := self.list.topLevelItem(0):
            self.list.setCurrentItem(first)

    def _show(self, row: QTreeWidgetItem) -> None:
        """Show the terms of the part in this row."""
        one = self._parts[self.list.indexOfTopLevelItem(row)]
        self.name.setText(left_to_right(f"{one.name} {one.version}"))
        self.home.setText(_link(one.home, self._theme.accent))
        self.notice.setText(_notice(one))
        self.notice.setVisible(bool(self.notice.text()))
        self.terms.setPlainText(_BETWEEN.join(text.strip("\n") for text in one.texts))


def _link(address: str, colour: str) -> str:
    """The address as a link, where a browser can do something with it."""
    shown = escape(address)
    if not address.startswith(("https://", "http://")):
        return shown
    return f'<a href="{shown}" style="color: {colour}">{shown}</a>'


def _notice(one: Part) -> str:
    """What a person has to know of a part besides its terms; empty where there is nothing."""
    folder = licenses.folder(one.name)
    if folder:
        said = _(
            "Used under the GNU Lesser General Public License. Its libraries are files of their own in this folder, "
            "and may be replaced by others of the same interface, also by ones that you have built or changed:"
        )
        return f"{said}\n{left_to_right(folder)}"
    if not one.texts:
        return _("It brings no text of its terms; its home page has it.")
    return ""
