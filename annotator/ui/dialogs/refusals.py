"""What an import did not take, and why: nothing is passed over in silence."""

from collections.abc import Iterable

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from annotator.core.model import Refusal
from annotator.i18n import _
from annotator.ui.wording import plain_label


class RefusalsDialog(QDialog):
    """A row a refusal: file, line, reason."""

    def __init__(self, parent: QWidget, summary: str, refusals: Iterable[Refusal]) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Import"))
        self.resize(760, 420)
        rows = list(refusals)
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels([_("File"), _("Line"), _("Reason")])
        self.tree.setAccessibleName(_("This was not taken:"))
        self.tree.setRootIsDecorated(False)
        for row in rows:
            QTreeWidgetItem(self.tree, [row.path, str(row.line or ""), row.reason])
        for column in range(3):
            self.tree.resizeColumnToContents(column)
        self.tree.setColumnWidth(0, min(300, self.tree.columnWidth(0)))
        buttons = QDialogButtonBox()
        buttons.addButton(_("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(plain_label(summary))
        layout.addWidget(plain_label(_("This was not taken:")))
        layout.addWidget(self.tree)
        layout.addWidget(buttons)
