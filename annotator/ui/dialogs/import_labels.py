"""What becomes of the labels that files name and the corpus lacks, asked before anything is imported."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from annotator.core.labels import LabelSet, is_name
from annotator.i18n import _, ngettext, number
from annotator.jobs.importing import Naming
from annotator.ui.wording import isolated, plain_label

_ADD: Final = "+"  # no label is called so
_OUT: Final = "-"


class ImportLabelsDialog(QDialog):
    """Asks for each of `lacking`, labels by how many spans have them, which of the corpus' `labels` it is."""

    def __init__(self, parent: QWidget, lacking: Mapping[str, int], labels: LabelSet) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Import"))
        self.resize(560, 420)
        asked = plain_label(_("The files have labels that this corpus lacks. What is to become of their spans?"))
        asked.setWordWrap(True)
        page = QWidget()
        form = QFormLayout(page)
        form.setVerticalSpacing(10)
        form.setHorizontalSpacing(18)
        self.choices: dict[str, QComboBox] = {}
        for name, count in lacking.items():
            box = self.choices[name] = QComboBox()
            if is_name(name):
                box.addItem(_("Add the label"), _ADD)
            for label in labels.labels:
                box.addItem(_("They are: {label}").format(label=label.shown()), label.name)
            box.addItem(_("Leave these spans out"), _OUT)
            if not is_name(name):
                box.setCurrentIndex(box.count() - 1)
            spans = ngettext("{count} span", "{count} spans", count).format(count=number(count))
            form.addRow(f"{isolated(name)} · {spans}", box)
        area = QScrollArea()
        area.setWidget(page)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        buttons = QDialogButtonBox()
        go = buttons.addButton(_("Import"), QDialogButtonBox.ButtonRole.AcceptRole)
        go.setObjectName("primary")
        go.setDefault(True)
        buttons.addButton(_("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(14)
        column.addWidget(asked)
        column.addWidget(area, 1)
        column.addWidget(buttons)

    def naming(self) -> Naming:
        """What was chosen."""
        chosen = {name: box.currentData() for name, box in self.choices.items()}
        renamed = {name: choice for name, choice in chosen.items() if choice not in (_ADD, _OUT)}
        return Naming(renamed, frozenset(name for name, choice in chosen.items() if choice == _ADD))
