"""What an import did not take, what it put right and what it found doubtful: nothing is passed over in silence."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from annotator.i18n import _, number
from annotator.jobs.imports.importer import Imported
from annotator.model.records import Remark
from annotator.ui.widgets.bidi_text import left_to_right, plain_label, tooltip


class ImportedDialog(QDialog):
    """A row for each remark of `outcome`: file (its tooltip says where it lies), line, reason; under what became of it.
    `summary` stands above."""

    def __init__(self, parent: QWidget, summary: str, outcome: Imported) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Import"))
        self.resize(960, 460)
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels([_("File"), _("Line"), _("Reason")])
        self.tree.setAccessibleName(_("What became of the rest"))
        self.tree.setRootIsDecorated(False)
        self._add(_("This was not taken:"), outcome.skipped)
        self._add(_("This was put right and taken:"), outcome.repaired)
        self._add(_("This was taken and is doubtful:"), outcome.noticed)
        self.tree.expandAll()
        for column, widest in ((0, 260), (1, 90)):
            self.tree.resizeColumnToContents(column)
            self.tree.setColumnWidth(column, min(widest, self.tree.columnWidth(column)))
        buttons = QDialogButtonBox()
        buttons.addButton(_("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(plain_label(summary))
        layout.addWidget(self.tree)
        layout.addWidget(buttons)

    def _add(self, heading: str, remarks: Sequence[Remark]) -> None:
        if not remarks:
            return
        group = QTreeWidgetItem(self.tree, [f"{heading} {number(len(remarks))}"])
        group.setFirstColumnSpanned(True)
        for remark in remarks:
            row = QTreeWidgetItem(group, [left_to_right(Path(remark.path).name), str(remark.line or ""), remark.reason])
            row.setToolTip(0, tooltip(remark.path))
            row.setToolTip(2, tooltip(remark.reason))
