"""What was brought back of a damaged corpus, and what was not."""

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QVBoxLayout, QWidget

from annotator.i18n import _, ngettext, number
from annotator.store.recovery.salvage import Salvaged
from annotator.ui.widgets.bidi_text import plain_label, tooltip


class BroughtBackDialog(QDialog):
    """A line for each loss of `found`, what is lost for good first."""

    def __init__(self, parent: QWidget, found: Salvaged) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("What was brought back"))
        self.resize(860, 460)
        self.summary = plain_label(
            "  ·  ".join(
                (
                    ngettext("{count} article", "{count} articles", found.articles).format(
                        count=number(found.articles)
                    ),
                    ngettext("{count} span", "{count} spans", found.spans).format(count=number(found.spans)),
                    *([] if found.losses else [_("Nothing was lost.")]),
                )
            )
        )
        self.list = QListWidget()
        self.list.setAccessibleName(_("What was not brought back, or not for sure"))
        self.list.setWordWrap(True)
        for loss in sorted(found.losses, key=lambda loss: not loss.lost):
            self.list.addItem(loss.message)
            self.list.item(self.list.count() - 1).setToolTip(tooltip(loss.message))
        self.list.setVisible(bool(found.losses))
        buttons = QDialogButtonBox()
        buttons.addButton(_("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addWidget(self.summary)
        if found.losses:
            layout.addWidget(plain_label(_("What was not brought back, or not for sure:")))
        layout.addWidget(self.list)
        layout.addWidget(buttons)
