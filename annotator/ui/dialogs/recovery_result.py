"""The report on the recovery of a damaged corpus."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QVBoxLayout, QWidget

from annotator.i18n import _, format_number, ngettext
from annotator.store.recovery.salvage import SalvageResult
from annotator.ui.widgets.bidi_text import plain_label, tooltip


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
