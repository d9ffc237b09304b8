"""One sheet with every key."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from annotator.core.labels import LabelSet
from annotator.i18n import _
from annotator.ui.actions import ACTIONS, MENUS
from annotator.ui.wording import printed


class KeysDialog(QDialog):
    """Every action with its keys, in the order of the menus."""

    def __init__(self, parent: QWidget, labels: LabelSet) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("All keys"))
        self.resize(560, 620)
        self.tree = tree = QTreeWidget()
        tree.setColumnCount(2)
        tree.setHeaderHidden(True)
        tree.setRootIsDecorated(False)
        tree.setSelectionMode(QTreeWidget.SelectionMode.NoSelection)
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        tree.header().setStretchLastSection(False)
        self._section(tree, _("Labels"), [(label.shown(), [label.key] if label.key else []) for label in labels.labels])
        for menu, title in [*MENUS.items(), (None, _("In the article"))]:
            rows = [(_(action.text), list(action.keys)) for action in ACTIONS if action.menu == menu]
            if rows:
                self._section(tree, _(title).replace("&", ""), rows)
        tree.expandAll()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(tree)
        column.addWidget(buttons)

    def _section(self, tree: QTreeWidget, title: str, rows: list[tuple[str, list[str]]]) -> None:
        head = QTreeWidgetItem(tree, [title])
        font = head.font(0)
        font.setBold(True)
        head.setFont(0, font)
        for text, keys in rows:
            QTreeWidgetItem(head, [text, printed(keys)])
