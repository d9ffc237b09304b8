"""Dialogs on what an import skipped or repaired, and on what was recovered from a damaged corpus."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from annotator.i18n import _, format_number, ngettext
from annotator.jobs.imports.importer import ImportResult
from annotator.model.records import Remark
from annotator.store.recovery.salvage import SalvageResult
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


class RecoveryResultDialog(QDialog):
    """Lists a recovery's losses, permanent ones first."""

    def __init__(self, parent: QWidget, salvaged: SalvageResult) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Recovery result"))
        self.resize(860, 460)
        self.summary_label = plain_label(
            "  ·  ".join(
                (
                    ngettext("{count} article", "{count} articles", salvaged.articles).format(
                        count=format_number(salvaged.articles)
                    ),
                    ngettext("{count} span", "{count} spans", salvaged.spans).format(
                        count=format_number(salvaged.spans)
                    ),
                    *([] if salvaged.losses else [_("Nothing was lost.")]),
                )
            )
        )
        self.loss_list = QListWidget()
        self.loss_list.setAccessibleName(_("Lost or uncertain"))
        self.loss_list.setWordWrap(True)
        for loss in sorted(salvaged.losses, key=lambda loss: not loss.lost):
            self.loss_list.addItem(loss.message)
            self.loss_list.item(self.loss_list.count() - 1).setToolTip(tooltip(loss.message))
        self.loss_list.setVisible(bool(salvaged.losses))
        buttons = QDialogButtonBox()
        buttons.addButton(_("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addWidget(self.summary_label)
        if salvaged.losses:
            layout.addWidget(plain_label(_("Lost or uncertain:")))
        layout.addWidget(self.loss_list)
        layout.addWidget(buttons)
