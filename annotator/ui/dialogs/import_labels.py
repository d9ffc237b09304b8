"""What becomes of the labels that files name and the corpus lacks, as a part of the dialog before an import."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFormLayout, QScrollArea, QVBoxLayout, QWidget

from annotator.i18n import _, ngettext, number
from annotator.jobs.imports.importer import Naming
from annotator.model.labels import LabelSet, is_name
from annotator.ui.widgets.bidi_text import isolated, plain_label

_ADD: Final = "+"  # no label is called so
_OUT: Final = "-"


class LabelChoices(QWidget):
    """Asks for labels of the files which of the corpus' `labels` they are; it is hidden where there is none to ask."""

    def __init__(self, labels: LabelSet) -> None:
        super().__init__()
        self._labels = labels
        self.choices: dict[str, QComboBox] = {}
        asked = plain_label(_("The files have labels that this corpus lacks. What is to become of their spans?"))
        asked.setWordWrap(True)
        self._area = QScrollArea()
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its boxes have it
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(asked)
        column.addWidget(self._area, 1)

    def ask(self, lacking: Mapping[str, int]) -> None:
        """Ask for these labels, by how many spans have them; what was chosen for one that is asked again stays."""
        before = {name: box.currentData() for name, box in self.choices.items()}
        page = QWidget()
        form = QFormLayout(page)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(18)
        self.choices = {}
        for name, count in lacking.items():
            box = self.choices[name] = self._box(name)
            box.setCurrentIndex(max(0, box.findData(before.get(name, _ADD if is_name(name) else _OUT))))
            spans = ngettext("{count} span", "{count} spans", count).format(count=number(count))
            form.addRow(f"{isolated(name)} · {spans}", box)
        self._area.setWidget(page)
        self.setVisible(bool(lacking))

    def naming(self) -> Naming:
        """What was chosen."""
        chosen = {name: box.currentData() for name, box in self.choices.items()}
        renamed = {name: choice for name, choice in chosen.items() if choice not in (_ADD, _OUT)}
        return Naming(renamed, frozenset(name for name, choice in chosen.items() if choice == _ADD))

    def _box(self, name: str) -> QComboBox:
        box = QComboBox()
        if is_name(name):
            box.addItem(_("Add the label"), _ADD)
        for label in self._labels.labels:
            box.addItem(_("They are: {label}").format(label=label.shown()), label.name)
        box.addItem(_("Leave these spans out"), _OUT)
        return box
