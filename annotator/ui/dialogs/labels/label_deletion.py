"""The form that asks what to do with a deleted label's spans."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QRadioButton, QWidget

from annotator.i18n import _, count_phrase
from annotator.model.label_changes import REMOVE, LabelEntry
from annotator.ui.widgets.bidi_text import plain_label
from annotator.ui.widgets.controls import create_button, create_combo_box
from annotator.ui.widgets.layouts import hbox, vbox


class LabelDeletionForm(QWidget):
    """Shows a deleted entry, with nothing preselected, so the user must decide."""

    replacement_chosen = Signal(str)
    """The new label of the spans: the uid of an entry, or REMOVE."""
    deletion_cancelled = Signal()
    """The user keeps the label."""

    def __init__(self) -> None:
        super().__init__()
        self._title_label = plain_label(name="heading")
        self._count_label = plain_label()
        self.replace_option = QRadioButton(_("Change their label to:"))
        self.remove_option = QRadioButton(_("Remove the spans"))
        self._options = QButtonGroup(self)
        self._options.addButton(self.replace_option)
        self._options.addButton(self.remove_option)
        self.replacement_box = create_combo_box({})
        self.replacement_box.setAccessibleName(_("New label"))
        self.replacement_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.replacement_box.setMinimumContentsLength(10)
        self.keep_button = create_button(_("Keep the label"), self.deletion_cancelled.emit)
        self.replace_option.clicked.connect(self._choose_replacement)
        self.replacement_box.activated.connect(self._choose_replacement)
        self.remove_option.clicked.connect(lambda: self.replacement_chosen.emit(REMOVE))
        vbox(
            self._title_label,
            self._count_label,
            hbox(self.replace_option, (self.replacement_box, 1), spacing=10),
            self.remove_option,
            8,
            hbox(self.keep_button, None),
            None,
            spacing=12,
            parent=self,
        )

    def show_entry(self, entry: LabelEntry, entries: Sequence[LabelEntry], count: int) -> None:
        """Ask about this entry with `count` spans; `entries` are all of the label set."""
        self._title_label.setText(_("To be deleted: {label}").format(label=entry.label.localised_title()))
        spans = count_phrase("{count} span has this label.", "{count} spans have this label.", count)
        self._count_label.setText(spans if count else _("No span has this label."))
        replacements = [replacement for replacement in entries if not replacement.is_deleted]
        self.replacement_box.clear()
        for replacement in replacements:
            self.replacement_box.addItem(replacement.label.localised_title(), replacement.uid)
        for widget in (self.replace_option, self.replacement_box, self.remove_option):
            widget.setVisible(bool(count))
        for widget in (self.replace_option, self.replacement_box):
            widget.setEnabled(bool(replacements))
        self._options.setExclusive(False)
        self.replace_option.setChecked(bool(entry.replacement))
        self.remove_option.setChecked(entry.replacement == REMOVE)
        self._options.setExclusive(True)
        if entry.replacement:
            self.replacement_box.setCurrentIndex(self.replacement_box.findData(entry.replacement))

    def focus_first_field(self) -> None:
        """Focus the first option, or else the button."""
        (self.replace_option if self.replace_option.isVisible() else self.keep_button).setFocus()

    def _choose_replacement(self) -> None:
        self.replacement_chosen.emit(self.replacement_box.currentData())
