"""The About dialog: version, changelog, components and their licences."""

from collections.abc import Sequence
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
from annotator.ui.widgets.scrolling import is_on_lowest_screen
from annotator.ui.widgets.wrapped_label import WrappedLabel

_ICON, _LOW_ICON = 72, 36  # pixels
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
        self._is_low = is_on_lowest_screen(self)
        texts = [
            _("Annotates dates, institutions and plans in Arabic news, and exports training sets."),
            _("Nothing leaves this computer, unless you join a team: then your work goes to that team alone."),
        ]
        self.changelog = _build_changelog(texts if self._is_low else [])
        self.components = ComponentsPane()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setAccessibleName(_("About Annotator"))
        self.tabs.addTab(self.changelog, _("What's new"))
        self.tabs.addTab(self.components, _("Components and licences"))
        header = self._build_header([] if self._is_low else texts)
        layout = vbox(header, (self.tabs, 1), self._build_buttons(), spacing=8 if self._is_low else 14, parent=self)
        layout.setContentsMargins(*((22, 10, 22, 10) if self._is_low else (22, 20, 22, 16)))

    def _build_header(self, texts: Sequence[str]) -> QHBoxLayout:
        """Build the name, the version and these texts; a low screen has them where they scroll."""
        picture, size = plain_label(), _LOW_ICON if self._is_low else _ICON
        picture.setPixmap(
            QIcon(str(resource_path("icons", "annotator.svg"))).pixmap(QSize(size, size), self.devicePixelRatioF())
        )
        name = plain_label(_("Arabic News Annotator"))
        name.setFont(fonts.interface_font(20, bold=True))
        self.version_label = plain_label(_("Version {version}").format(version=isolate_ltr(__version__)), "quiet")
        labels = [WrappedLabel(text) for text in texts]
        for label in labels[1:]:
            set_style_name(label, "quiet")
        heading = hbox(name, (self.version_label, Qt.AlignmentFlag.AlignBottom), None, spacing=12)
        side = Qt.AlignmentFlag.AlignTop if texts else Qt.AlignmentFlag.AlignVCenter
        return hbox((picture, side), (vbox(heading, *labels, spacing=3), 1), spacing=18 if texts else 12)

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


def _build_changelog(texts: Sequence[str]) -> QTextBrowser:
    """Build the changelog in the interface language, newest version first, below these texts.

    The file's title is dropped, as the tab shows it.
    """
    page = QTextBrowser()
    page.setOpenLinks(False)
    page.setAccessibleName(_("What's new"))
    page.document().setDefaultFont(fonts.interface_font(14))
    page.document().setDocumentMargin(14)
    text = resource_path("changes", f"{i18n.current_language()}.md").read_text(encoding="utf-8")
    page.setMarkdown("\n\n".join([*texts, text[text.index("## ") :]]))
    cursor = QTextCursor(page.document())
    while not cursor.atEnd():  # Qt leaves no space between the items of a list
        form = cursor.blockFormat()
        form.setBottomMargin(_ROOM)
        cursor.setBlockFormat(form)
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock)
        cursor.movePosition(QTextCursor.MoveOperation.NextBlock)
    return page
