"""The options that split an export into parts."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSpinBox, QWidget

from annotator.i18n import _, format_number
from annotator.ui.widgets.bidi_text import percent_sign, plain_label
from annotator.ui.widgets.controls import NumberBox
from annotator.ui.widgets.layouts import vbox

TRAIN, DEV, TEST = "train", "dev", "test"
_TOTAL: Final = 100
_DEFAULT_SHARE: Final = 10
_MAX_SEED: Final = 999_999


def part_title(part: str) -> str:
    """Return a part's displayed name."""
    return {TRAIN: _("Training"), DEV: _("Development"), TEST: _("Test")}.get(part, part)


class SplitOptions(QWidget):
    """Asks for the parts' shares; the rest is for training."""

    def __init__(self) -> None:
        super().__init__()
        self.enabled_box = QCheckBox(_("Split into training, development and test"))
        self.dev_box, self.test_box, self.seed_box = (NumberBox() for _field in range(3))
        self._train_label = plain_label()
        self.enabled_box.setToolTip(
            _("An article stays in its part as the corpus grows. Near-duplicate articles stay together.")
        )
        self._numbers = self._build_fields()
        vbox(self.enabled_box, self._numbers, margins=0, parent=self)
        self.enabled_box.toggled.connect(self._update_fields)
        self._update_fields()

    def weights(self) -> dict[str, int] | None:
        """Return the weights by part, None for an unsplit export."""
        if not self.enabled_box.isChecked():
            return None
        dev_share, test_share = self.dev_box.value(), self.test_box.value()
        return {
            part: share
            for part, share in ((TRAIN, _TOTAL - dev_share - test_share), (DEV, dev_share), (TEST, test_share))
            if share
        }

    def _build_fields(self) -> QWidget:
        for share in (self.dev_box, self.test_box):
            share.setSuffix(percent_sign())
            share.setValue(_DEFAULT_SHARE)
            share.valueChanged.connect(self._update_fields)
        self.seed_box.setMaximum(_MAX_SEED)
        self.seed_box.setToolTip(_("Random seed of the split; the same number gives the same split."))
        numbers = QWidget()
        grid = QGridLayout(numbers)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        fields: tuple[QLabel | QSpinBox, ...] = self._train_label, self.dev_box, self.test_box, self.seed_box
        names = part_title(TRAIN), part_title(DEV), part_title(TEST), _("Seed")
        for index, (field, name) in enumerate(zip(fields, names, strict=True)):
            label = plain_label(name, "quiet")
            label.setBuddy(field)
            field.setAccessibleName(name)
            grid.addWidget(label, 0, index, Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(field, 1, index)
            field.setAlignment(Qt.AlignmentFlag.AlignCenter)  # digits have no reading direction to align to
            grid.setColumnStretch(index, 1)
        return numbers

    def _update_fields(self) -> None:
        """Limit the shares to leave some training data; hide them for an unsplit export."""
        for share_field, other_field in ((self.dev_box, self.test_box), (self.test_box, self.dev_box)):
            share_field.setMaximum(_TOTAL - 1 - other_field.value())
        train = format_number(_TOTAL - self.dev_box.value() - self.test_box.value())
        self._train_label.setText(train + percent_sign())
        self._numbers.setVisible(self.enabled_box.isChecked())
