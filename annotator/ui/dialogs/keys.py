"""The dialog to read, search and change keyboard shortcuts."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QBrush, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from annotator.i18n import _
from annotator.text.folding import fold
from annotator.ui.actions.keyboard import is_on_every_keyboard, pressed_key, to_latin
from annotator.ui.actions.keymap import Keymap, walk_menus
from annotator.ui.article.letter_jumps import describe_keys
from annotator.ui.widgets.bidi_text import format_keys, plain_label
from annotator.ui.widgets.controls import ENTER_KEYS, create_button, set_style_name
from annotator.ui.widgets.layouts import hbox, vbox
from annotator.ui.widgets.search_line import SearchLine

_ACTION_ROLE: Final = Qt.ItemDataRole.UserRole


class KeysDialog(QDialog):
    """Lists labels, keys of the article, and actions with their keys in menu order; changes apply at once."""

    changed = Signal(object)
    """The changed keys by action name: a dict for `Settings.keys`."""

    def __init__(self, parent: QWidget, keymap: Keymap) -> None:
        super().__init__(parent)
        self._keymap = keymap
        self._waiting_row: QTreeWidgetItem | None = None
        self._sections: list[tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = []
        self.setWindowTitle(_("Keyboard shortcuts"))
        self.resize(680, 690)
        self.filter_line = SearchLine(_("Search by name or key"))
        self.filter_line.textChanged.connect(self._apply_filter)
        self.filter_line.installEventFilter(self)
        self.tree = self._create_tree()
        self.message_label = plain_label(wraps=True)
        self._change_button = create_button(_("Change…"), lambda: self._wait_for_key(self.tree.currentItem()))
        self._default_button = create_button(_("Reset to default"), lambda: self._assign(None))
        self._clear_button = create_button(_("No key"), lambda: self._assign([]))
        self._restore_defaults_button = create_button(
            _("Restore defaults"), lambda: self._apply(self._keymap.with_default_keys())
        )
        self._restore_defaults_button.setToolTip(_("Resets all actions to their default keys"))
        close = create_button(_("Close"), self.reject)
        buttons = (self._change_button, self._default_button, self._clear_button, self._restore_defaults_button)
        layout = vbox(
            self.filter_line, (self.tree, 1), self.message_label, hbox(*buttons, None, close), spacing=10, parent=self
        )
        layout.setContentsMargins(16, 16, 16, 14)
        self._show_keys()
        self.tree.setCurrentItem(next(row for row in self._rows() if row.data(0, _ACTION_ROLE)))
        self.filter_line.setFocus()

    # Display

    def _create_tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setAccessibleName(_("Keyboard shortcuts"))
        tree.setColumnCount(2)
        tree.setHeaderHidden(True)
        tree.setRootIsDecorated(False)
        tree.setIndentation(0)
        tree.setStyleSheet("outline: none")  # the colour of the current row suffices
        tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        tree.header().setStretchLastSection(False)
        labels = self._keymap.labels
        label_keys = [(label.localised_title(), format_keys(filter(None, [label.key])), "") for label in labels]
        if label_keys:
            self._add_section(tree, _("Labels"), label_keys)
        # What has only keys comes first: the menus show the rest, too.
        for menu in sorted(walk_menus(self._keymap.menus), key=lambda menu: menu.in_bar):
            keys = [(_(action.text), "", action.name) for action in menu.actions()]
            if menu.name == "caret":
                keys += [(description, keys_text, "") for description, keys_text in describe_keys()]
            self._add_section(tree, _(menu.title).replace("&", ""), keys)
        tree.itemDoubleClicked.connect(lambda row, _column: self._wait_for_key(row))
        tree.currentItemChanged.connect(lambda _row, _before: self._stop_waiting())
        tree.installEventFilter(self)
        return tree

    def _add_section(self, tree: QTreeWidget, title: str, keys: list[tuple[str, str, str]]) -> None:
        """Add a heading and a row for each of `keys`: description, keys, and action name or ""."""
        head = QTreeWidgetItem(tree, [title])
        font = head.font(0)
        font.setBold(True)
        head.setFont(0, font)
        head.setFlags(Qt.ItemFlag.NoItemFlags)  # the arrow keys skip it
        head.setForeground(0, self.palette().text())
        rows = [QTreeWidgetItem(tree, [description, printed_keys]) for description, printed_keys, _name in keys]
        for row, (_description, _keys, name) in zip(rows, keys, strict=True):
            row.setData(0, _ACTION_ROLE, name)
        self._sections.append((head, rows))

    def _rows(self) -> list[QTreeWidgetItem]:
        return [row for _head, rows in self._sections for row in rows]

    def _show_keys(self) -> None:
        """Show the keys of all actions, custom ones in bold."""
        for row in self._rows():
            name = row.data(0, _ACTION_ROLE)
            if name:
                row.setText(1, format_keys(self._keymap.keys(name)) or "–")
                font = self.tree.font()
                font.setBold(name in self._keymap.custom_keys)
                row.setFont(1, font)
                row.setForeground(1, QBrush())
        self._update_buttons()

    def _update_buttons(self, error: str = "") -> None:
        """Enable the current row's buttons, and show a hint or the error."""
        name = self._current_action()
        for button in (self._change_button, self._clear_button):
            button.setEnabled(bool(name))
        self._default_button.setEnabled(name in self._keymap.custom_keys)
        self._restore_defaults_button.setEnabled(
            self._keymap.custom_keys != self._keymap.with_default_keys().custom_keys
        )
        if self._waiting_row:
            message = _("Press the new key, or Escape to cancel.")
        elif name:
            message = _("Press Enter or double-click to change the key.")
        else:
            message = _("The key of a label belongs to the corpus; change it in the label editor.")
        self.message_label.setText(error or message)
        set_style_name(self.message_label, "warning" if error else "quiet")

    def _apply_filter(self, text: str) -> None:
        words = [(fold(word), fold("".join(map(to_latin, word)))) for word in text.split()]
        for row in self._rows():
            title, keys = fold(row.text(0)), fold(row.text(1))
            row.setHidden(not all(word in title or key in keys for word, key in words))
        for head, rows in self._sections:
            head.setHidden(all(row.isHidden() for row in rows))
        matches = [row for row in self._rows() if not row.isHidden()]
        if matches and self.tree.currentItem() not in matches:
            self.tree.setCurrentItem(matches[0])

    # Changing

    def _current_action(self) -> str:
        """Return the name of the current row's action, "" without one."""
        row = self.tree.currentItem()
        return (row.data(0, _ACTION_ROLE) or "") if row and not row.isHidden() else ""

    def _wait_for_key(self, row: QTreeWidgetItem | None) -> None:
        """Wait for a row's new key."""
        if not row or not row.data(0, _ACTION_ROLE):
            return
        self.tree.setCurrentItem(row)
        self.tree.setFocus()
        self._waiting_row = row
        row.setText(1, _("Press the new key…"))
        row.setForeground(1, self.palette().placeholderText())
        self._update_buttons()

    def _stop_waiting(self) -> None:
        waiting, self._waiting_row = self._waiting_row, None
        if waiting:
            self._show_keys()
        else:
            self._update_buttons()

    def _assign(self, keys: list[str] | None) -> None:
        """Assign these keys (None: default keys) to the current action, or show the conflict."""
        error = self._keymap.find_conflict(self._current_action(), keys)
        if error:
            self._update_buttons(error)
        else:
            self._apply(self._keymap.with_keys(self._current_action(), keys))

    def _apply(self, keymap: Keymap) -> None:
        self._keymap, self._waiting_row = keymap, None
        self._show_keys()
        self.changed.emit(keymap.custom_keys)

    def _on_key_pressed(self, event: QKeyEvent) -> None:
        """Handle a key press while waiting."""
        key = pressed_key(event)
        if event.key() == Qt.Key.Key_Escape:
            self._stop_waiting()
        elif not key or event.isAutoRepeat():
            return
        elif not is_on_every_keyboard(key):
            self._update_buttons(_("That key is not on every keyboard. Use a letter, a digit, or a key like F2."))
        else:
            self._assign([key])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.tree and self._waiting_row:
            if event.type() == QEvent.Type.FocusOut:
                self._stop_waiting()
            elif isinstance(event, QKeyEvent):
                if event.type() == QEvent.Type.KeyPress:
                    self._on_key_pressed(event)
                return True  # Tab must not leave the tree
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if watched is self.tree and event.key() in ENTER_KEYS:
                self._wait_for_key(self.tree.currentItem())
                return True
            if watched is self.filter_line and event.key() in (*ENTER_KEYS, Qt.Key.Key_Down):
                self.tree.setFocus()
                return True
        return super().eventFilter(watched, event)
