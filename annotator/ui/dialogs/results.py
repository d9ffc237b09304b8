"""Dialogs on what an import skipped or repaired, and on what was recovered from a damaged corpus."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QDialog, QListWidget, QTreeWidgetItem, QWidget

from annotator.i18n import _, count_phrase, format_number
from annotator.jobs.imports.importer import ImportResult
from annotator.model.records import Remark
from annotator.store.recovery.salvage import SalvageResult
from annotator.ui.widgets.bidi_text import isolate_ltr, plain_label, tooltip
from annotator.ui.widgets.columns import ColumnFitter
from annotator.ui.widgets.controls import create_button_box, create_tree
from annotator.ui.widgets.layouts import vbox


class ImportResultDialog(QDialog):
    """Shows `summary`, and rows for the remarks of `outcome`: file name (path as tooltip), line, reason."""

    def __init__(self, parent: QWidget, summary: str, outcome: ImportResult) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Import"))
        self.resize(960, 460)
        self.tree = create_tree([_("File"), _("Line"), _("Reason")], _("Skipped, repaired and doubtful"))
        self._add_group(_("Skipped:"), outcome.skipped)
        self._add_group(_("Repaired and imported:"), outcome.repaired)
        self._add_group(_("Imported but doubtful:"), outcome.noticed)
        self.tree.expandAll()
        ColumnFitter(self.tree)
        vbox(plain_label(summary), self.tree, create_button_box(self), parent=self)

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
                    count_phrase("{count} article", "{count} articles", salvaged.articles),
                    count_phrase("{count} span", "{count} spans", salvaged.spans),
                    *([] if salvaged.losses else [_("Nothing was lost.")]),
                )
            )
        )
        self.loss_list = QListWidget()
        self.loss_list.setObjectName("framed")
        self.loss_list.setAccessibleName(_("Lost or uncertain"))
        self.loss_list.setWordWrap(True)
        for loss in sorted(salvaged.losses, key=lambda loss: not loss.lost):
            self.loss_list.addItem(loss.message)
            self.loss_list.item(self.loss_list.count() - 1).setToolTip(tooltip(loss.message))
        self.loss_list.setVisible(bool(salvaged.losses))
        heading = [plain_label(_("Lost or uncertain:"))] if salvaged.losses else []
        vbox(self.summary_label, *heading, self.loss_list, create_button_box(self), spacing=12, parent=self)
