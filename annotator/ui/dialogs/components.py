"""The program's components, with the licence terms of the selected one."""

from html import escape
from typing import Final

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QFontDatabase
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QTreeWidgetItem, QWidget

from annotator import licenses
from annotator.i18n import _
from annotator.licenses import Component
from annotator.ui.widgets import fonts
from annotator.ui.widgets.bidi_text import isolate, isolate_ltr, plain_label, set_direction, tooltip
from annotator.ui.widgets.columns import ColumnFitter
from annotator.ui.widgets.controls import create_tree
from annotator.ui.widgets.layouts import hbox, vbox
from annotator.ui.widgets.theme import current_theme

_MIN_WIDTH: Final = 760  # pixels of a screen that has room for the versions in the list
_SEPARATOR: Final = "\n\n" + 60 * "=" + "\n\n"


class ComponentsPane(QWidget):
    """Shows the components and the terms of one."""

    def __init__(self) -> None:
        super().__init__()
        self._components = licenses.list_components()
        has_versions = self.screen().availableSize().width() >= _MIN_WIDTH  # the heading of the terms has them, too
        headings = [_("Component"), *([_("Version")] if has_versions else []), _("Licence")]
        self.list = create_tree(headings, _("All components"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentItemChanged.connect(self._show_terms)
        self.name_label = plain_label()
        self.name_label.setFont(fonts.interface_font(15, bold=True))
        self.home_link = QLabel()
        self.home_link.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self.home_link.linkActivated.connect(lambda address: QDesktopServices.openUrl(QUrl(address)))
        self.notice_label = plain_label(wraps=True)
        self.notice_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.terms_view = QPlainTextEdit()
        self.terms_view.setReadOnly(True)
        self.terms_view.setTabChangesFocus(True)
        self.terms_view.setAccessibleName(_("Terms"))
        self.terms_view.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        set_direction(self.terms_view, Qt.LayoutDirection.LeftToRight)
        self.notice_label.hide()
        heading = hbox(self.name_label, None, self.home_link)
        side = vbox(heading, self.notice_label, (self.terms_view, 1), spacing=6)
        hbox((self.list, 2), (side, 3), spacing=16, margins=0, parent=self)
        for component in self._components:
            version = [isolate_ltr(component.version)] if has_versions else []
            item = QTreeWidgetItem(self.list, [isolate(component.name), *version, isolate(component.terms)])
            item.setToolTip(len(headings) - 1, tooltip(component.terms))
        ColumnFitter(self.list)
        if first := self.list.topLevelItem(0):
            self.list.setCurrentItem(first)

    def _show_terms(self, item: QTreeWidgetItem) -> None:
        """Show the terms of this item's component."""
        component = self._components[self.list.indexOfTopLevelItem(item)]
        self.name_label.setText(isolate_ltr(f"{component.name} {component.version}"))
        self.home_link.setText(_link(component.home, current_theme().accent))
        self.notice_label.setText(_notice(component))
        self.notice_label.setVisible(bool(self.notice_label.text()))
        self.terms_view.setPlainText(_SEPARATOR.join(text.strip("\n") for text in component.texts))


def _link(address: str, colour: str) -> str:
    """Return the address, as a link if a browser can open it."""
    text = escape(address)
    if not address.startswith(("https://", "http://")):
        return text
    return f'<a href="{text}" style="color: {colour}">{text}</a>'


def _notice(component: Component) -> str:
    """Return what users need to know beside a component's terms, or ""."""
    folder = licenses.library_folder(component.name)
    if folder:
        text = _(
            "Used under the GNU Lesser General Public License. Its libraries are files of their own in this folder, "
            "and may be replaced by others of the same interface, also by ones that you have built or changed:"
        )
        return f"{text}\n{isolate_ltr(folder)}"
    if not component.texts:
        return _("The licence text is not included; see the home page.")
    return ""
