"""Whether an export is divided into parts, and how: a box to tick in its dialog, and the numbers beneath it."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from annotator.i18n import _, number
from annotator.ui.widgets.bidi_text import plain_label

TRAIN, DEV, TEST = "train", "dev", "test"
_WHOLE: Final = 100
_PER_CENT: Final = " %"
_USUAL: Final = 10
_SEEDS: Final = 999_999


def part_title(part: str) -> str:
    """What a part is called on the screen."""
    return {TRAIN: _("Training"), DEV: _("Development"), TEST: _("Test")}.get(part, part)


class Parts(QWidget):
    """Asks for the parts; what is left of them by the others is for training."""

    def __init__(self) -> None:
        super().__init__()
        self.divided = QCheckBox(_("Divide into training, development and test"))
        self.dev, self.test, self.seed = (QSpinBox() for _field in range(3))
        self._train = plain_label()
        self.divided.setToolTip(_("Labels are spread evenly. Articles that are nearly the same stay together."))
        self._numbers = self._fields()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.divided)
        column.addWidget(self._numbers)
        self.divided.toggled.connect(self._fit)
        self._fit()

    def split(self) -> dict[str, int] | None:
        """The weights by part; None where all is one part."""
        if not self.divided.isChecked():
            return None
        dev, test = self.dev.value(), self.test.value()
        return {part: share for part, share in ((TRAIN, _WHOLE - dev - test), (DEV, dev), (TEST, test)) if share}

    def _fields(self) -> QWidget:
        for share in (self.dev, self.test):
            share.setSuffix(_PER_CENT)
            share.setValue(_USUAL)
            share.valueChanged.connect(self._fit)
        self.seed.setMaximum(_SEEDS)
        self.seed.setToolTip(_("The same number splits the same way."))
        numbers = QWidget()
        grid = QGridLayout(numbers)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        fields: tuple[QLabel | QSpinBox, ...] = self._train, self.dev, self.test, self.seed
        names = part_title(TRAIN), part_title(DEV), part_title(TEST), _("Seed")
        for column, (field, name) in enumerate(zip(fields, names, strict=True)):
            label = plain_label(name, "quiet")
            label.setBuddy(field)
            field.setAccessibleName(name)
            grid.addWidget(label, 0, column, Qt.AlignmentFlag.AlignHCenter)
            grid.addWidget(field, 1, column)
            field.setAlignment(Qt.AlignmentFlag.AlignCenter)  # numbers have no side of their own to begin at
            grid.setColumnStretch(column, 1)
        return numbers

    def _fit(self) -> None:
        """Something is left for training, and shown; and nothing is asked where nothing is divided."""
        for field, other in ((self.dev, self.test), (self.test, self.dev)):
            field.setMaximum(_WHOLE - 1 - other.value())
        left = number(_WHOLE - self.dev.value() - self.test.value())
        self._train.setText(left + _PER_CENT)
        self._numbers.setVisible(self.divided.isChecked())
