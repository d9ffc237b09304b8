"""What this program is, what is new in it, what it is made of and under which terms."""

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QTextCursor
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from annotator import __version__, i18n
from annotator.diagnostics import crash_reports
from annotator.i18n import _
from annotator.licenses import bundled
from annotator.resources import resource
from annotator.store.queries.file_facts import facts
from annotator.ui.dialogs.components import PartsPane
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import left_to_right, plain_label
from annotator.ui.widgets.qt_versions import versions
from annotator.ui.widgets.theme import Theme

_ICON: Final = 72  # pixels
_ROOM: Final = 6  # pixels below a point of what is new


class AboutDialog(QDialog):
    """Two pages under the name of the program: what is new, and the parts. Nothing in it asks the network anything."""

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("About the program"))
        self.resize(1120, 680)
        self.news = _news()
        self.parts = PartsPane(theme)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setStyleSheet(_tab_style(theme))
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setAccessibleName(_("About the program"))
        self.tabs.addTab(self.news, _("What is new"))
        self.tabs.addTab(self.parts, _("Parts and their licences"))
        column = QVBoxLayout(self)
        column.setContentsMargins(22, 20, 22, 16)
        column.setSpacing(14)
        column.addLayout(self._head())
        column.addWidget(self.tabs, 1)
        column.addWidget(self._buttons())

    def _head(self) -> QHBoxLayout:
        picture = plain_label()
        picture.setPixmap(
            QIcon(str(resource("icons", "annotator.svg"))).pixmap(QSize(_ICON, _ICON), self.devicePixelRatioF())
        )
        name = plain_label(_("Arabic News Annotator"))
        name.setFont(fonts.interface(20, bold=True))
        self.version = plain_label(_("Version {version}").format(version=left_to_right(__version__)), "quiet")
        column = QVBoxLayout()
        column.setSpacing(3)
        first = QHBoxLayout()
        first.setSpacing(12)
        first.addWidget(name)
        first.addWidget(self.version, 0, Qt.AlignmentFlag.AlignBottom)
        first.addStretch()
        column.addLayout(first)
        column.addWidget(
            plain_label(_("Labels dates, institutions and plans in Arabic news, and makes training sets of them."))
        )
        column.addWidget(plain_label(_("Nothing leaves this computer: the program never uses the network."), "quiet"))
        row = QHBoxLayout()
        row.setSpacing(18)
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)
        return row

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox()
        self.copy = buttons.addButton(_("Copy the versions"), QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.setToolTip(_("For a message to whoever set the program up: no names and nothing of your articles"))
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(self._copy)
        buttons.addButton(_("Close"), QDialogButtonBox.ButtonRole.RejectRole).setDefault(True)
        buttons.rejected.connect(self.reject)
        return buttons

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(support())
        self.copy.setMinimumWidth(self.copy.width())  # the buttons stay where they are
        self.copy.setText(_("Copied"))


def support() -> str:
    """What a message that asks for help should say of this installation, a line each."""
    application, bundle = QApplication.instance(), bundled()
    assert isinstance(application, QApplication)
    known = {**crash_reports.own_facts(), **versions(application), **facts(None)}
    known["installed as"] = f"a bundle of commit {bundle.commit or 'not known'}" if bundle else "a Python package"
    return "\n".join(crash_reports.listed(known)) + "\n"


def _news() -> QTextBrowser:
    """The page of what is new, in the reader's language, from the newest version on: its title is the tab's."""
    page = QTextBrowser()
    page.setOpenLinks(False)
    page.setAccessibleName(_("What is new"))
    page.document().setDefaultFont(fonts.interface(14))
    page.document().setDocumentMargin(14)
    text = resource("changes", f"{i18n.current()}.md").read_text(encoding="utf-8")
    page.setMarkdown(text[text.index("## ") :])
    cursor = QTextCursor(page.document())
    while not cursor.atEnd():  # Qt leaves the points of a list no room
        form = cursor.blockFormat()
        form.setBottomMargin(_ROOM)
        cursor.setBlockFormat(form)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        cursor.movePosition(QTextCursor.MoveOperation.NextBlock)
    return page


def _tab_style(theme: Theme) -> str:
    return f"""
    QTabBar::tab {{ padding: 6px 16px; color: {theme.dim}; border-bottom: 2px solid transparent; }}
    QTabBar::tab:selected {{ color: {theme.ink}; border-bottom-color: {theme.accent}; }}
    QTabBar::tab:focus {{ background: {theme.chosen}; }}
    QTabWidget::pane {{ border: none; padding-top: 10px; }}
    QTextBrowser {{ background: {theme.paper}; border: 1px solid {theme.rule}; border-radius: 7px; }}
    """
