"""One sheet with every key: to read, to search, and to change."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QBrush, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from annotator.i18n import _
from annotator.text.folding import fold
from annotator.ui.actions.keyboard import is_everywhere, latin, pressed
from annotator.ui.actions.table import ACTIONS, MENUS, Keymap
from annotator.ui.article.jump import told
from annotator.ui.widgets.bidi_text import plain_label, printed
from annotator.ui.widgets.search_line import SearchLine

_ACTION: Final = Qt.ItemDataRole.UserRole
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class KeysDialog(QDialog):
    """Every action with its keys, in the order of the menus. What is changed applies at once."""

    changed = Signal(object)
    """The keys that a person gave to actions, by name: a dict for `Settings.keys`."""

    def __init__(self, parent: QWidget, keymap: Keymap) -> None:
        super().__init__(parent)
        self._keymap = keymap
        self._waiting: QTreeWidgetItem | None = None
        self._sections: list[tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = []
        self.setWindowTitle(_("All keys"))
        self.resize(680, 690)
        self.filter = SearchLine(_("Search by words or by key"))
        self.filter.textChanged.connect(self._filter)
        self.filter.installEventFilter(self)
        self.tree = self._tree()
        self.said = plain_label()
        self.said.setWordWrap(True)
        self._change = self._button(_("Change…"), lambda: self._wait(self.tree.currentItem()))
        self._usual = self._button(_("Back to the usual key"), lambda: self._give(None))
        self._none = self._button(_("No key"), lambda: self._give([]))
        self._all_usual = self._button(_("All back"), lambda: self._take(self._keymap.usual()))
        self._all_usual.setToolTip(_("Every action gets its usual keys back"))
        close = self._button(_("Close"), self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 14)
        column.setSpacing(10)
        column.addWidget(self.filter)
        column.addWidget(self.tree, 1)
        column.addWidget(self.said)
        buttons = QHBoxLayout()
        for button in (self._change, self._usual, self._none, self._all_usual):
            buttons.addWidget(button)
        buttons.addStretch()
        buttons.addWidget(close)
        column.addLayout(buttons)
        self._show_keys()
        self.tree.setCurrentItem(next(row for row in self._rows() if row.data(0, _ACTION)))
        self.filter.setFocus()

    # What is shown

    def _tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setAccessibleName(_("All keys"))
        tree.setColumnCount(2)
        tree.setHeaderHidden(True)
        tree.setRootIsDecorated(False)
        tree.setIndentation(0)
        tree.setStyleSheet("outline: none")  # the chosen row is told by its colour
        tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        tree.header().setStretchLastSection(False)
        for menu, title in [("", _("Labels")), *MENUS.items(), (None, _("In the article"))]:
            if menu == "":
                keys = [(label.shown(), printed(filter(None, [label.key])), "") for label in self._keymap.labels]
            else:
                keys = [(_(action.text), "", action.name) for action in ACTIONS if action.menu == menu]
            if menu is None:
                keys += [(does, pressed_so, "") for does, pressed_so in told()]
            if keys:
                self._section(tree, _(title).replace("&", ""), keys)
        tree.itemDoubleClicked.connect(lambda row, _column: self._wait(row))
        tree.currentItemChanged.connect(lambda _row, _before: self._stop())
        tree.installEventFilter(self)
        return tree

    def _section(self, tree: QTreeWidget, title: str, keys: list[tuple[str, str, str]]) -> None:
        """A heading, and a row for each of these: what it does, its keys, and the name of the action if it is one."""
        head = QTreeWidgetItem(tree, [title])
        font = head.font(0)
        font.setBold(True)
        head.setFont(0, font)
        head.setFlags(Qt.ItemFlag.NoItemFlags)  # nothing to choose: the arrow keys pass over it
        head.setForeground(0, self.palette().text())
        rows = [QTreeWidgetItem(tree, [does, printed_keys]) for does, printed_keys, _name in keys]
        for row, (_does, _keys, name) in zip(rows, keys, strict=True):
            row.setData(0, _ACTION, name)
        self._sections.append((head, rows))

    def _button(self, text: str, clicked: object) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)  # Enter is for the row
        button.clicked.connect(clicked)
        return button

    def _rows(self) -> list[QTreeWidgetItem]:
        return [row for _head, rows in self._sections for row in rows]

    def _show_keys(self) -> None:
        """The keys of every row, those that were changed in bold."""
        for row in self._rows():
            name = row.data(0, _ACTION)
            if name:
                row.setText(1, printed(self._keymap.keys(name)) or "–")
                font = self.tree.font()
                font.setBold(name in self._keymap.changed)
                row.setFont(1, font)
                row.setForeground(1, QBrush())
        self._show_choice()

    def _show_choice(self, complaint: str = "") -> None:
        """What can be done with the chosen row; or what could not."""
        name = self._name()
        for button in (self._change, self._none):
            button.setEnabled(bool(name))
        self._usual.setEnabled(name in self._keymap.changed)
        self._all_usual.setEnabled(self._keymap.changed != self._keymap.usual().changed)
        if self._waiting:
            said = _("Press the new key. Escape leaves it as it is.")
        elif name:
            said = _("Enter or a double click changes the key.")
        else:
            said = _("The key of a label belongs to the corpus, and is changed with the label.")
        self.said.setText(complaint or said)
        self.said.setObjectName("warning" if complaint else "quiet")
        self.said.style().polish(self.said)

    def _filter(self, text: str) -> None:
        words = [(fold(word), fold("".join(map(latin, word)))) for word in text.split()]
        for row in self._rows():
            said, keys = fold(row.text(0)), fold(row.text(1))
            row.setHidden(not all(word in said or key in keys for word, key in words))
        for head, rows in self._sections:
            head.setHidden(all(row.isHidden() for row in rows))
        found = [row for row in self._rows() if not row.isHidden()]
        if found and self.tree.currentItem() not in found:
            self.tree.setCurrentItem(found[0])

    # Changing

    def _name(self) -> str:
        """The action of the chosen row; empty if it is a label's."""
        row = self.tree.currentItem()
        return (row.data(0, _ACTION) or "") if row and not row.isHidden() else ""

    def _wait(self, row: QTreeWidgetItem | None) -> None:
        """Wait for the new key of this row."""
        if not row or not row.data(0, _ACTION):
            return
        self.tree.setCurrentItem(row)
        self.tree.setFocus()
        self._waiting = row
        row.setText(1, _("Press the new key…"))
        row.setForeground(1, self.palette().placeholderText())
        self._show_choice()

    def _stop(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting:
            self._show_keys()
        else:
            self._show_choice()

    def _give(self, keys: list[str] | None) -> None:
        """Give the chosen action these keys, or its usual ones; say what is in the way."""
        complaint = self._keymap.clash(self._name(), keys)
        if complaint:
            self._show_choice(complaint)
        else:
            self._take(self._keymap.changing(self._name(), keys))

    def _take(self, keymap: Keymap) -> None:
        self._keymap, self._waiting = keymap, None
        self._show_keys()
        self.changed.emit(keymap.changed)

    def _press(self, event: QKeyEvent) -> None:
        """A key while one is waited for."""
        key = pressed(event)
        if event.key() == Qt.Key.Key_Escape:
            self._stop()
        elif not key or event.isAutoRepeat():
            return
        elif not is_everywhere(key):
            self._show_choice(_("That key is not on every keyboard. Take a letter, a digit, or a key like F2."))
        else:
            self._give([key])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.tree and self._waiting:
            if event.type() == QEvent.Type.FocusOut:
                self._stop()
            elif isinstance(event, QKeyEvent):
                if event.type() == QEvent.Type.KeyPress:
                    self._press(event)
                return True  # no way out by Tab
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if watched is self.tree and event.key() in _ENTER:
                self._wait(self.tree.currentItem())
                return True
            if watched is self.filter and event.key() in (*_ENTER, Qt.Key.Key_Down):
                self.tree.setFocus()
                return True
        return super().eventFilter(watched, event)
