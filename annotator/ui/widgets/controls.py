"""Buttons, tables and fields as the dialogs have them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QPushButton,
    QSpinBox,
    QStyledItemDelegate,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from annotator.i18n import _
from annotator.ui.widgets.round_popups import RoundComboBox

ENTER_KEYS: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MIN_COLUMN_WIDTH: Final = 60  # pixels of the column that gives way to the others
_NUMBERS: Final = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter


class ButtonBox(QDialogButtonBox):
    """A button box of which Tab reaches each button.

    With a style sheet, Qt passes the focus of the box on to one of the buttons, and Tab skips those before it.
    """

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self.setFocusProxy(None)  # type: ignore[arg-type]  # PySide6's annotation lacks None


class NumberBox(QSpinBox):
    """A field for a whole number. The wheel scrolls what it stands in and counts nothing."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def create_button(text: str, clicked: Callable[[], object], *, is_auto_default: bool = False) -> QPushButton:
    """Create a push button, which Enter in a field does not press unless it `is_auto_default`."""
    button = QPushButton(text)
    button.setAutoDefault(is_auto_default)
    button.clicked.connect(clicked)
    return button


def create_button_box(
    dialog: QDialog, *actions: QPushButton, accept: QPushButton | None = None, reject: str = ""
) -> QDialogButtonBox:
    """Create a button box for a dialog with `actions`, and a button that rejects it: Close, or as `reject` says.

    Enter presses `accept`, or without one Close unless an action may take its place. The others must come after it: as
    long as a box is not in its dialog, Qt lets two buttons be the default.
    """
    box, role = ButtonBox(), QDialogButtonBox.ButtonRole
    if accept:
        make_primary(accept)
        box.addButton(accept, role.AcceptRole)
    for action in actions:
        box.addButton(action, role.ActionRole)
    close = box.addButton(reject or _("Close"), role.RejectRole)
    close.setDefault(not accept and not any(action.autoDefault() for action in actions))
    box.rejected.connect(dialog.reject)
    return box


def make_primary(button: QPushButton, *, is_default: bool = True) -> None:
    """Style a button as the dialog's main one, which Enter presses if it `is_default`."""
    button.setObjectName("primary")
    if is_default:
        button.setDefault(True)


def create_combo_box(texts: Mapping[Any, str]) -> QComboBox:
    """Create a combo box with these texts, by the data of the items."""
    box = RoundComboBox()
    box.setItemDelegate(QStyledItemDelegate(box))  # Qt's own pays no attention to the style sheet
    for value, text in texts.items():
        box.addItem(text, value)
    return box


def create_number_box(minimum: int, maximum: int, value: int, name: str) -> QSpinBox:
    """Create a field for a whole number, with a `name` for screen readers."""
    box = NumberBox()
    box.setRange(minimum, maximum)
    box.setValue(value)
    box.setAccessibleName(name)
    box.setAlignment(Qt.AlignmentFlag.AlignCenter)  # digits have no reading direction to align to
    return box


def create_tree(headings: Sequence[str], name: str, *, stretched: int | None = None) -> QTreeWidget:
    """Create a list with columns, and `name` for screen readers.

    With a `stretched` column, it takes the room that the others do not need.
    """
    tree = QTreeWidget()
    set_up_tree(tree, headings, name, stretched=stretched)
    return tree


def set_up_tree(tree: QTreeWidget, headings: Sequence[str], name: str, *, stretched: int | None = None) -> None:
    """Give a tree of a class of its own what `create_tree` gives others."""
    tree.setHeaderLabels(headings)
    tree.setAccessibleName(name)
    tree.setRootIsDecorated(False)
    tree.setUniformRowHeights(True)
    if stretched is not None:
        tree.header().setStretchLastSection(False)
        tree.header().setMinimumSectionSize(_MIN_COLUMN_WIDTH)
        tree.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        tree.header().setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)


def align_numbers(row: QTreeWidgetItem, columns: Iterable[int]) -> None:
    """Align numbers in these columns of a row, or of the header, at their last digits."""
    for column in columns:
        row.setTextAlignment(column, _NUMBERS)


def top_rows(tree: QTreeWidget) -> list[QTreeWidgetItem]:
    """Return the rows of a list that are in no other, top down."""
    return [row for index in range(tree.topLevelItemCount()) if (row := tree.topLevelItem(index))]


def add_group_row(tree: QTreeWidget, title: str) -> QTreeWidgetItem:
    """Add a row in bold that heads others; ticking it ticks all of these."""
    row = QTreeWidgetItem(tree, [title])
    font = row.font(0)
    font.setBold(True)
    row.setFont(0, font)
    row.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsAutoTristate)
    return row


def set_style_name(widget: QWidget, name: str) -> None:
    """Give a widget the style of this name in the style sheet."""
    if widget.objectName() != name:
        widget.setObjectName(name)
        widget.style().polish(widget)
