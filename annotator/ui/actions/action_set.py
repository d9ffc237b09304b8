"""The window's QActions and menus, from the table of actions and the corpus labels."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from annotator.i18n import _
from annotator.model.labels import Label
from annotator.ui.actions.keyboard import ShortcutResolver
from annotator.ui.actions.table import ACTIONS, MENUS, Keymap
from annotator.ui.widgets.bidi_text import menu_text, tooltip

_ROLES: Final = {"about": QAction.MenuRole.AboutRole, "quit": QAction.MenuRole.QuitRole}
"""Actions that macOS moves into the application menu; without roles, Qt would guess by their texts."""


class ActionSet:
    """The actions of a window: `by_name`, `label_actions` that tag, `menus` by name, and the `keymap`.

    An action runs the method of its name in one of `handlers` if `is_allowed` accepts the name ("" for labels). Some
    keys work only in `article`.
    """

    def __init__(
        self, window: QWidget, article: QWidget, handlers: Sequence[object], is_allowed: Callable[[str], bool]
    ) -> None:
        self._window, self._is_allowed = window, is_allowed
        self._shortcut_resolver = ShortcutResolver(window)
        self.by_name: dict[str, QAction] = {}
        self.label_actions: list[QAction] = []
        self.menus = {name: QMenu(_(text), window) for name, text in MENUS.items()}
        self.keymap = Keymap({}, ())
        for row in ACTIONS:
            handler = next(getattr(candidate, row.name) for candidate in handlers if row.name in vars(type(candidate)))
            action = self.by_name[row.name] = self._make(_(row.text), handler, row.name)
            action.setMenuRole(_ROLES.get(row.name, QAction.MenuRole.NoRole))
            action.setCheckable(row.checkable)
            action.setAutoRepeat(row.auto_repeat)
            if row.menu:
                if row.separator_before:
                    self.menus[row.menu].addSeparator()
                self.menus[row.menu].addAction(action)
            if row.in_article or not row.menu:
                action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
                article.addAction(action)
            else:
                window.addAction(action)

    def show_labels(self, labels: Iterable[Label], tag: Callable[[str], None]) -> None:
        """Create an action for each label that calls `tag` with its name."""
        for action in self.label_actions:
            self._window.removeAction(action)
            action.deleteLater()
        self.label_actions = []
        for label in labels:
            action = self._make(f"{label.localised_title()}\t{label.key or ''}", partial(tag, label.name))
            action.setAutoRepeat(False)  # holding the key down would tag, remove, tag…
            action.setToolTip(tooltip(label.localised_title()))  # Qt would use the text, as HTML
            self._window.addAction(action)
            self.label_actions.append(action)

    def show_keys(self, custom_keys: Mapping[str, list[str]], labels: Sequence[Label]) -> None:
        """Set the shortcuts of actions, custom or default, and labels."""
        self.keymap = Keymap(custom_keys, labels)
        for row in ACTIONS:
            action = self.by_name[row.name]
            action.setText(menu_text(_(row.text), self.keymap.keys(row.name)[:1]))
            action.setShortcuts(self.keymap.sequences(row.name))
        for label, action in zip(labels, self.label_actions, strict=True):
            action.setShortcuts(self.keymap.label_sequences(label.name))

    def add_choices(self, menu: str, title: str, choices: Mapping[str, str], current: str, signal: Any) -> None:
        """Add a submenu of `choices` with `current` checked; a choice emits its key through `signal`."""
        submenu = self.menus[menu].addMenu(title)
        group = QActionGroup(submenu)
        for key, text in choices.items():
            action = submenu.addAction(text)
            action.setMenuRole(QAction.MenuRole.NoRole)
            action.setCheckable(True)
            action.setChecked(key == current)
            action.triggered.connect(lambda _checked=False, key=key: signal.emit(key))
            group.addAction(action)

    def _make(self, text: str, handler: Callable[[], Any], name: str = "") -> QAction:
        action = QAction(text, self._window)
        action.setMenuRole(QAction.MenuRole.NoRole)
        self._shortcut_resolver.watch(action)
        action.triggered.connect(lambda _checked=False: self._trigger(action, handler, name))
        return action

    def _trigger(self, action: QAction, handler: Callable[[], Any], name: str) -> None:
        if self._is_allowed(name):
            handler()
        elif action.isCheckable():
            action.toggle()  # undo Qt's toggle
