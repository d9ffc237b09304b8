"""The import dialog's mapping of labels in the files to those of the corpus."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFormLayout, QScrollArea, QWidget

from annotator.i18n import _, count_phrase
from annotator.jobs.imports.label_mapping import LabelMapping
from annotator.model.labels import LabelSet, is_label_name
from annotator.ui.widgets.bidi_text import isolate, isolate_quotes, plain_label
from annotator.ui.widgets.controls import create_combo_box
from annotator.ui.widgets.layouts import vbox

_ADD: Final = "+"  # cannot be the name of a label
_LEAVE_OUT: Final = "-"


class LabelMappingForm(QWidget):
    """Asks which of the corpus's `labels` each unknown label means; hidden if there are none."""

    def __init__(self, labels: LabelSet) -> None:
        super().__init__()
        self._labels = labels
        self.boxes: dict[str, QComboBox] = {}
        question = _("The files use labels that this corpus does not have. What should happen to their spans?")
        self._area = QScrollArea()
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its boxes take the focus
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        vbox(plain_label(question, wraps=True), (self._area, 1), margins=0, parent=self)

    def show_unknown_labels(self, counts: Mapping[str, int], questions: Mapping[str, str]) -> None:
        """Ask for these labels, with their numbers of spans, and about some of them; keep earlier choices."""
        previous_choices = {name: box.currentData() for name, box in self.boxes.items()}
        page = QWidget()
        form = QFormLayout(page)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(8)
        form.setHorizontalSpacing(18)
        self.boxes = {}
        for name, count in counts.items():
            box = self.boxes[name] = self._create_box(name)
            box.setCurrentIndex(
                max(0, box.findData(previous_choices.get(name, _ADD if is_label_name(name) else _LEAVE_OUT)))
            )
            spans = count_phrase("{count} span", "{count} spans", count)
            form.addRow(f"{isolate(name)} · {spans}", box)
            if question := questions.get(name):
                form.addRow(plain_label(isolate_quotes(question), "quiet", wraps=True))
        self._area.setWidget(page)
        self.setVisible(bool(counts))

    def mapping(self) -> LabelMapping:
        """Return the chosen mapping."""
        choices = {name: box.currentData() for name, box in self.boxes.items()}
        renamed = {name: choice for name, choice in choices.items() if choice not in (_ADD, _LEAVE_OUT)}
        return LabelMapping(renamed, frozenset(name for name, choice in choices.items() if choice == _ADD))

    def _create_box(self, name: str) -> QComboBox:
        adding = {_ADD: _("Add the label")} if is_label_name(name) else {}
        mapping = {
            label.name: _("Map to {label}").format(label=label.localised_title()) for label in self._labels.labels
        }
        return create_combo_box({**adding, **mapping, _LEAVE_OUT: _("Skip these spans")})
