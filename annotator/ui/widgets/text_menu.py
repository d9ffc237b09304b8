"""The menu of a text field, with Qt's actions, the program's words, and its look."""

from functools import partial
from typing import Final, NamedTuple, TypeAlias

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QIcon, QKeySequence
from PySide6.QtWidgets import QAbstractScrollArea, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

from annotator.i18n import N_, _
from annotator.ui.widgets.bidi_text import menu_text
from annotator.ui.widgets.round_popups import RoundMenu

_Field: TypeAlias = QLineEdit | QPlainTextEdit | QTextEdit
_Key = QKeySequence.StandardKey


class _Row(NamedTuple):
    title: str
    key: QKeySequence.StandardKey


_ROWS: Final = {
    "edit-undo": _Row(N_("Undo"), _Key.Undo),
    "edit-redo": _Row(N_("Redo"), _Key.Redo),
    "edit-cut": _Row(N_("Cut"), _Key.Cut),
    "edit-copy": _Row(N_("Copy"), _Key.Copy),
    "edit-paste": _Row(N_("Paste"), _Key.Paste),
    "edit-delete": _Row(N_("Delete"), _Key.Delete),
    "select-all": _Row(N_("Select all"), _Key.SelectAll),
}
"""By the object names that Qt gives its actions."""


def set_text_menus(container: QWidget) -> None:
    """Give the menu to all fields in a widget that have Qt's."""
    kinds: tuple[type[_Field], ...] = (QLineEdit, QPlainTextEdit, QTextEdit)
    for kind in kinds:
        for field in container.findChildren(kind):
            if field.contextMenuPolicy() == Qt.ContextMenuPolicy.DefaultContextMenu:
                set_text_menu(field)


def set_text_menu(field: _Field) -> None:
    """Show the program's menu on a right click, or the menu key, in this field."""
    field.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    field.customContextMenuRequested.connect(partial(_show_menu, field))


def _show_menu(field: _Field, position: QPoint) -> None:
    menu, standard = RoundMenu(field), field.createStandardContextMenu()
    standard.setParent(menu)  # the actions live as long as it does
    for action in standard.actions():
        if row := _ROWS.get(action.objectName()):
            action.setText(menu_text(_(row.title), [QKeySequence(row.key).toString()]))
            action.setIcon(QIcon())
        menu.addAction(action)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    area = field.viewport() if isinstance(field, QAbstractScrollArea) else field
    menu.popup(area.mapToGlobal(position))
