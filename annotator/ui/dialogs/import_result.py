"""The dialog that lists what an import skipped, repaired or found doubtful."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from annotator.i18n import _, format_number
from annotator.jobs.imports.importer import ImportResult
from annotator.model.records import Remark
from annotator.ui.widgets.bidi_text import isolate_ltr, plain_label, tooltip


class ImportResultDialog(QDialog):
    """Shows `summary`, and rows for the remarks of `outcome`: file name (path as tooltip), line, reason."""

    def __init__(self, parent: QWidget, summary: str, outcome: ImportResult) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Import"))
        self.resize(960, 460)
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels([_("File"), _("Line"), _("Reason")])
        self.tree.setAccessibleName(_("Skipped, repaired and doubtful"))
        self.tree.setRootIsDecorated(False)
        self._add_group(_("Skipped:"), outcome.skipped)
        self._add_group(_("Repaired and imported:"), outcome.repaired)
        self._add_group(_("Imported but doubtful:"), outcome.noticed)
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

    def _add_group(self, heading: str, remarks: Sequence[Remark]) -> None:
        if not remarks:
            return
        group = QTreeWidgetItem(self.tree, [f"{heading} {format_number(len(remarks))}"])
        group.setFirstColumnSpanned(True)
        for remark in remarks:
            row = QTreeWidgetItem(group, [isolate_ltr(Path(remark.path).name), str(remark.line or ""), remark.reason])
            row.setToolTip(0, tooltip(remark.path))
            row.setToolTip(2, tooltip(remark.reason))
