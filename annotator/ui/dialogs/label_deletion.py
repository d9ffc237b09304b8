"""What becomes of the spans of a label that is to be deleted: asked in the place of its form."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QPushButton, QRadioButton, QVBoxLayout, QWidget

from annotator.i18n import _, ngettext, number
from annotator.model.label_changes import REMOVE, Entry
from annotator.ui.widgets.bidi_text import plain_label
from annotator.ui.widgets.theme import Theme


class LabelLeaving(QWidget):
    """Shows a deleted entry. Nothing is proposed: whoever deletes has to decide."""

    decided = Signal(str)
    """What the spans get instead: the uid of an entry, or REMOVE."""
    kept = Signal()
    """The label is not to be deleted after all."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setStyleSheet(_style(theme))
        self._title = plain_label(name="heading")
        self._count = plain_label()
        self.give = QRadioButton(_("Give them another label:"))
        self.remove = QRadioButton(_("Remove them"))
        self._choices = QButtonGroup(self)
        self._choices.addButton(self.give)
        self._choices.addButton(self.remove)
        self.others = QComboBox()
        self.others.setAccessibleName(_("The label that they get"))
        self.others.setMinimumWidth(200)
        self.keep = QPushButton(_("Keep the label"))
        self.keep.setAutoDefault(False)
        self.give.clicked.connect(self._give)
        self.others.activated.connect(self._give)
        self.remove.clicked.connect(lambda: self.decided.emit(REMOVE))
        self.keep.clicked.connect(self.kept)
        given = QHBoxLayout()
        given.setSpacing(10)
        given.addWidget(self.give)
        given.addWidget(self.others)
        given.addStretch()
        kept = QHBoxLayout()
        kept.addWidget(self.keep)
        kept.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._title)
        column.addWidget(self._count)
        column.addLayout(given)
        column.addWidget(self.remove)
        column.addSpacing(8)
        column.addLayout(kept)
        column.addStretch()

    def show_entry(self, entry: Entry, entries: Sequence[Entry], count: int) -> None:
        """Ask about this one, which has `count` spans; `entries` are all that there are."""
        self._title.setText(_("To be deleted: {label}").format(label=entry.label.shown()))
        said = ngettext("{count} span has this label.", "{count} spans have this label.", count)
        self._count.setText(said.format(count=number(count)) if count else _("No span has this label."))
        others = [other for other in entries if not other.deleted]
        self.others.clear()
        for other in others:
            self.others.addItem(other.label.shown(), other.uid)
        for widget in (self.give, self.others, self.remove):
            widget.setVisible(bool(count))
        for widget in (self.give, self.others):
            widget.setEnabled(bool(others))
        self._choices.setExclusive(False)
        self.give.setChecked(bool(entry.instead))
        self.remove.setChecked(entry.instead == REMOVE)
        self._choices.setExclusive(True)
        if entry.instead:
            self.others.setCurrentIndex(self.others.findData(entry.instead))

    def start(self) -> None:
        """Begin with the first choice."""
        (self.give if self.give.isVisible() else self.keep).setFocus()

    def _give(self) -> None:
        self.decided.emit(self.others.currentData())


def _style(theme: Theme) -> str:
    return f"""
    QRadioButton {{ spacing: 8px; padding: 4px; border: 1px solid transparent; border-radius: 7px; }}
    QRadioButton:focus {{ border-color: {theme.accent}; }}
    QRadioButton::indicator {{
        width: 14px; height: 14px; border: 1px solid {theme.dim}; border-radius: 8px; background: {theme.paper};
    }}
    QRadioButton::indicator:checked {{
        width: 6px; height: 6px; border: 5px solid {theme.accent}; background: {theme.paper};
    }}
    """
