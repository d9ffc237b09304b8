"""The QActions of the window and its menus, made from the table in `actions`: one a row, one a label."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from annotator.i18n import _
from annotator.model.labels import Label
from annotator.ui.actions.keyboard import OneMeaning
from annotator.ui.actions.table import ACTIONS, MENUS, Keymap
from annotator.ui.widgets.bidi_text import menu_text, tooltip

_ROLES: Final = {"about": QAction.MenuRole.AboutRole, "quit": QAction.MenuRole.QuitRole}
"""What macOS moves into the application's own menu. Left to itself, Qt guesses it from the beginnings of the texts."""


class ActionSet:
    """`named` has the actions by name, `labels` those that tag, `menus` the menus by name; `keymap` is in force.

    Each row's action is done by the one of `handlers` whose class has a method of its name; `article` has those that
    only the article takes. `may_act` is asked before any is done, by its name ("" for a label's).
    """

    def __init__(
        self, window: QWidget, article: QWidget, handlers: Sequence[object], may_act: Callable[[str], bool]
    ) -> None:
        self._window, self._may_act = window, may_act
        self._one_meaning = OneMeaning(window)
        self.named: dict[str, QAction] = {}
        self.labels: list[QAction] = []
        self.menus = {name: QMenu(_(text), window) for name, text in MENUS.items()}
        self.keymap = Keymap({}, ())
        for row in ACTIONS:
            handler = next(getattr(one, row.name) for one in handlers if row.name in vars(type(one)))
            action = self.named[row.name] = self._make(_(row.text), handler, row.name)
            action.setMenuRole(_ROLES.get(row.name, QAction.MenuRole.NoRole))
            action.setCheckable(row.checkable)
            action.setAutoRepeat(row.repeats)
            if row.menu:
                if row.separated:
                    self.menus[row.menu].addSeparator()
                self.menus[row.menu].addAction(action)
            if row.in_article or not row.menu:
                action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
                article.addAction(action)
            else:
                window.addAction(action)

    def show_labels(self, labels: Iterable[Label], tag: Callable[[str], None]) -> None:
        """Have an action for each of these labels, which calls `tag` with its name."""
        for action in self.labels:
            self._window.removeAction(action)
            action.deleteLater()
        self.labels = []
        for label in labels:
            action = self._make(f"{label.shown()}\t{label.key or ''}", partial(tag, label.name))
            action.setAutoRepeat(False)  # a key held down would tag, remove, tag…
            action.setToolTip(tooltip(label.shown()))  # else Qt has its text for one, and takes that for HTML
            self._window.addAction(action)
            self.labels.append(action)

    def show_keys(self, changed: Mapping[str, list[str]], labels: Sequence[Label]) -> None:
        """Give the actions their keys: those that a person changed, and the usual ones; and these labels theirs."""
        self.keymap = Keymap(changed, labels)
        for row in ACTIONS:
            action = self.named[row.name]
            action.setText(menu_text(_(row.text), self.keymap.keys(row.name)[:1]))
            action.setShortcuts(self.keymap.sequences(row.name))
        for label, action in zip(labels, self.labels, strict=True):
            action.setShortcuts(self.keymap.label_sequences(label.name))

    def add_choices(self, menu: str, title: str, choices: Mapping[str, str], chosen: str, asked: Any) -> None:
        """A menu in this menu where one of `choices` is ticked; the signal `asked` tells the key of another."""
        submenu = self.menus[menu].addMenu(title)
        group = QActionGroup(submenu)
        for key, text in choices.items():
            action = submenu.addAction(text)
            action.setMenuRole(QAction.MenuRole.NoRole)
            action.setCheckable(True)
            action.setChecked(key == chosen)
            action.triggered.connect(lambda _checked=False, key=key: asked.emit(key))
            group.addAction(action)

    def _make(self, text: str, handler: Callable[[], Any], name: str = "") -> QAction:
        action = QAction(text, self._window)
        action.setMenuRole(QAction.MenuRole.NoRole)
        self._one_meaning.watch(action)
        action.triggered.connect(lambda _checked=False: self._do(action, handler, name))
        return action

    def _do(self, action: QAction, handler: Callable[[], Any], name: str) -> None:
        if self._may_act(name):
            handler()
        elif action.isCheckable():
            action.toggle()  # it is as it was
