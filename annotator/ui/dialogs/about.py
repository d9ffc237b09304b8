"""The About dialog: version, changelog, components and their licences."""

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
    QWidget,
)

from annotator import __version__, i18n
from annotator.diagnostics import crash_reports
from annotator.i18n import _
from annotator.licenses import load_bundle_contents
from annotator.resources import resource_path
from annotator.store.queries.statistics import collect_facts
from annotator.ui.dialogs.components import ComponentsPane
from annotator.ui.session.window_context import WindowContext
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import isolate_ltr, plain_label
from annotator.ui.widgets.controls import create_button, create_button_box, set_style_name
from annotator.ui.widgets.layouts import hbox, vbox
from annotator.ui.widgets.modal import run_dialog
from annotator.ui.widgets.qt_versions import versions
from annotator.ui.widgets.wrapped_label import WrappedLabel

_ICON: Final = 72  # pixels
_ROOM: Final = 6  # pixels below an item of the changelog


def open_dialog(context: WindowContext) -> None:
    """Open the dialog."""
    run_dialog(AboutDialog(context.window))


class AboutDialog(QDialog):
    """Shows the changelog and the components in tabs, without network requests."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("About Annotator"))
        self.resize(1120, 680)
        self.changelog = _build_changelog()
        self.components = ComponentsPane()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setAccessibleName(_("About Annotator"))
        self.tabs.addTab(self.changelog, _("What's new"))
        self.tabs.addTab(self.components, _("Components and licences"))
        layout = vbox(self._build_header(), (self.tabs, 1), self._build_buttons(), spacing=14, parent=self)
        layout.setContentsMargins(22, 20, 22, 16)

    def _build_header(self) -> QHBoxLayout:
        picture = plain_label()
        picture.setPixmap(
            QIcon(str(resource_path("icons", "annotator.svg"))).pixmap(QSize(_ICON, _ICON), self.devicePixelRatioF())
        )
        name = plain_label(_("Arabic News Annotator"))
        name.setFont(fonts.interface_font(20, bold=True))
        self.version_label = plain_label(_("Version {version}").format(version=isolate_ltr(__version__)), "quiet")
        purpose = _("Annotates dates, institutions and plans in Arabic news, and exports training sets.")
        privacy = _("Nothing leaves this computer, unless you join a team: then your work goes to that team alone.")
        privacy_label = WrappedLabel(privacy)
        set_style_name(privacy_label, "quiet")
        texts = vbox(
            hbox(name, (self.version_label, Qt.AlignmentFlag.AlignBottom), None, spacing=12),
            WrappedLabel(purpose),
            privacy_label,
            spacing=3,
        )
        return hbox((picture, Qt.AlignmentFlag.AlignTop), (texts, 1), spacing=18)

    def _build_buttons(self) -> QDialogButtonBox:
        self.copy_button = create_button(_("Copy version information"), self._copy)
        self.copy_button.setToolTip(_("For a support request: contains no names and nothing from your articles"))
        return create_button_box(self, self.copy_button)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(support_details())
        self.copy_button.setMinimumWidth(self.copy_button.width())  # keeps the buttons in place
        self.copy_button.setText(_("Copied"))


def support_details() -> str:
    """Return the facts about this installation for a support request, one per line."""
    application, bundle = QApplication.instance(), load_bundle_contents()
    assert isinstance(application, QApplication)
    facts = {**crash_reports.program_facts(), **versions(application), **collect_facts(None)}
    facts["installed as"] = f"a bundle of commit {bundle.commit or 'not known'}" if bundle else "a Python package"
    return "\n".join(crash_reports.format_facts(facts)) + "\n"


def _build_changelog() -> QTextBrowser:
    """Build the changelog in the interface language, newest version first.

    The file's title is dropped, as the tab shows it.
    """
    page = QTextBrowser()
    page.setOpenLinks(False)
    page.setAccessibleName(_("What's new"))
    page.document().setDefaultFont(fonts.interface_font(14))
    page.document().setDocumentMargin(14)
    text = resource_path("changes", f"{i18n.current_language()}.md").read_text(encoding="utf-8")
    page.setMarkdown(text[text.index("## ") :])
    cursor = QTextCursor(page.document())
    while not cursor.atEnd():  # Qt leaves no space between the items of a list
        form = cursor.blockFormat()
        form.setBottomMargin(_ROOM)
        cursor.setBlockFormat(form)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        cursor.movePosition(QTextCursor.MoveOperation.NextBlock)
    return page
