"""The window's QActions and menus, from the table of actions and the corpus labels."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Generic

from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from annotator.i18n import _
from annotator.model.labels import Label
from annotator.store.errors import CorpusError
from annotator.ui.actions.keyboard import ShortcutResolver
from annotator.ui.actions.keymap import Action, Choice, EditAction, Keymap, ListMenu, Menu, T, walk_menus
from annotator.ui.actions.letter_menu import LetterMenu
from annotator.ui.widgets.bidi_text import menu_text, tooltip
from annotator.ui.widgets.modal import warn


class ActionSet(QObject, Generic[T]):
    """The actions of a window: `by_name`, `label_actions` that tag, `menus` by name, and the `keymap`.

    They run with `commands`, if `is_allowed` accepts the action (None for a label's); a CorpusError is shown. Some keys
    work only in `article`. An EditAction and a label's are disabled while `read_only_reason` returns one. An
    action's `whatsThis` says why it is disabled.
    """

    refused = Signal(str)
    """The key of a disabled action was pressed; carries the reason."""

    def __init__(
        self,
        window: QWidget,
        article: QWidget,
        menus: Sequence[Menu[T]],
        commands: T,
        is_allowed: Callable[[Action[T] | None], bool],
        read_only_reason: Callable[[], str],
    ) -> None:
        super().__init__(window)
        self._read_only_reason = read_only_reason
        self._window, self._article, self._commands, self._is_allowed = window, article, commands, is_allowed
        self._table = menus
        self._shortcut_resolver = ShortcutResolver(window)
        self.key_pressed = self._shortcut_resolver.pressed
        self._shortcut_resolver.ignored.connect(self._explain)
        self._rows: dict[str, Action[T]] = {}
        self.by_name: dict[str, QAction] = {}
        self.label_actions: list[QAction] = []
        self._states: dict[QAction, tuple[bool, str]] = {}  # whether it is enabled, and why not
        self.choices: list[tuple[Choice[T], str, QAction]] = []
        """The choices of the table, each value with its action."""
        self.menus: dict[str, QMenu] = {}
        self.keymap = Keymap(menus, {}, ())
        for menu in menus:
            self._build_menu(menu)
        self.update_states()

    def add_menus(self, bar: QMenuBar) -> None:
        """Add the menus to the menu bar."""
        for menu in self._table:
            if menu.in_bar:
                bar.addMenu(self.menus[menu.name])

    def walk_menus(self) -> Iterator[Menu[T]]:
        """Yield the menus of the table, each before its submenus."""
        return walk_menus(self._table)

    def show_labels(self, labels: Iterable[Label], tag: Callable[[str], None]) -> None:
        """Create an action for each label that calls `tag` with its name."""
        for action in self.label_actions:
            self._window.removeAction(action)
            self._states.pop(action, None)
            action.deleteLater()
        self.label_actions = []
        for label in labels:
            action = self._create_action(f"{label.localised_title()}\t{label.key or ''}", partial(tag, label.name))
            action.setAutoRepeat(False)  # holding the key down would tag, remove, tag…
            action.setToolTip(tooltip(label.localised_title()))  # Qt would use the text, as HTML
            self._window.addAction(action)
            self.label_actions.append(action)
        self.update_states()

    def show_keys(self, custom_keys: Mapping[str, list[str]], labels: Sequence[Label]) -> None:
        """Set the shortcuts of actions, custom or default, and labels."""
        before, self.keymap = self.keymap, Keymap(self._table, custom_keys, labels)
        for name in self._rows:
            if not self.keymap.has_same_keys(before, name):
                self._show_keys_of(name)
        for label, action in zip(labels, self.label_actions, strict=True):
            action.setShortcuts(self.keymap.label_sequences(label.name))

    def create_list_menu(self, item: ListMenu[T], *further: str) -> QMenu:
        """Create a menu that lists what `item` says whenever it opens, and below that `further` actions by name."""
        menu = LetterMenu(_(item.title), self._window)
        menu.aboutToShow.connect(lambda: self._fill_list(menu, item, further))
        self._fill_list(menu, item, further)  # macOS shows no menu that is empty
        return menu

    def list_items(self) -> list[tuple[ListMenu[T], str, str, Callable[[], None]]]:
        """Return what the list menus of the table have now: menu, value, text, and a function that chooses it."""
        lists = [item for menu in self.walk_menus() for item in menu.items if isinstance(item, ListMenu)]
        return [
            (item, value, text, partial(self._trigger, partial(item.choose, self._commands, value), None))
            for item in lists
            for value, text in item.texts(self._commands).items()
        ]

    def update_states(self) -> None:
        """Enable and check the actions that say when they are."""
        read_only_reason = self._read_only_reason()
        for name, row in self._rows.items():
            if read_only_reason and isinstance(row, EditAction):
                self._set_enabled(self.by_name[name], False, read_only_reason)
            elif row.is_enabled or isinstance(row, EditAction):
                is_enabled = row.is_enabled is None or row.is_enabled(self._commands)
                self._set_enabled(self.by_name[name], is_enabled, row.disabled_reason and _(row.disabled_reason))
            if row.is_checked:
                self.by_name[name].setChecked(row.is_checked(self._commands))
        for action in self.label_actions:
            self._set_enabled(action, not read_only_reason, read_only_reason)

    def prepare_display(self) -> None:
        """Update the states of the actions, and have those that can say what they would do now."""
        self.update_states()
        for name, row in self._rows.items():
            if row.describe:
                text = row.describe(self._commands) or _(row.text)
                self.by_name[name].setText(menu_text(text, self.keymap.keys(name)[:1]))

    def _build_menu(self, menu: Menu[T]) -> QMenu:
        built = self.menus[menu.name] = LetterMenu(_(menu.title), self._window)
        built.aboutToShow.connect(self.prepare_display)
        for item in menu.items:
            if isinstance(item, Action):
                action = self._add_action(item)
                if menu.in_bar:
                    built.addAction(action)
                is_local = item.in_article or not menu.in_bar
                if is_local:
                    action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
                (self._article if is_local else self._window).addAction(action)
            elif isinstance(item, Menu):
                built.addMenu(self._build_menu(item))
            elif isinstance(item, Choice):
                built.addMenu(self._create_choice_menu(item))
            elif isinstance(item, ListMenu):
                built.addMenu(self.create_list_menu(item))
            else:
                built.addSeparator()
        return built

    def _add_action(self, row: Action[T]) -> QAction:
        self._rows[row.name] = row
        action = self.by_name[row.name] = self._create_action(_(row.text), lambda: row.run(self._commands), row)
        action.setMenuRole(row.menu_role)
        action.setCheckable(row.is_checked is not None)
        action.setAutoRepeat(row.auto_repeat)
        self._show_keys_of(row.name)
        return action

    def _show_keys_of(self, name: str) -> None:
        action = self.by_name[name]
        action.setText(menu_text(_(self._rows[name].text), self.keymap.keys(name)[:1]))
        action.setShortcuts(self.keymap.sequences(name))

    def _create_choice_menu(self, choice: Choice[T]) -> QMenu:
        submenu = LetterMenu(_(choice.title), self._window)
        group, current = QActionGroup(submenu), choice.current(self._commands)
        for value, text in choice.texts.items():
            action = submenu.addAction(_(text))
            action.setMenuRole(QAction.MenuRole.NoRole)
            action.setCheckable(True)
            action.setChecked(value == current)
            action.triggered.connect(lambda _checked=False, value=value: choice.choose(self._commands, value))
            group.addAction(action)
            self.choices.append((choice, value, action))
        return submenu

    def _fill_list(self, menu: QMenu, item: ListMenu[T], further: Sequence[str]) -> None:
        menu.clear()
        texts = item.texts(self._commands)
        for value, text in texts.items():
            action = menu.addAction(text.replace("&", "&&"))
            action.setMenuRole(QAction.MenuRole.NoRole)
            run = partial(item.choose, self._commands, value)
            action.triggered.connect(lambda _checked=False, run=run: self._trigger(run, None))
        if not texts:
            menu.addAction(_(item.empty_text)).setEnabled(False)
        if further:
            menu.addSeparator()
            menu.addActions([self.by_name[name] for name in further])

    def _create_action(self, text: str, run: Callable[[], Any], row: Action[T] | None = None) -> QAction:
        action = QAction(text, self._window)
        action.setMenuRole(QAction.MenuRole.NoRole)
        self._shortcut_resolver.watch(action)
        action.triggered.connect(lambda _checked=False: self._trigger(run, row))
        return action

    def _set_enabled(self, action: QAction, is_enabled: bool, reason: str) -> None:
        """Enable an action, or disable it for a reason."""
        state = is_enabled, "" if is_enabled else reason
        if self._states.get(action) == state:  # nearly always, and a key waits for all of them
            return
        self._states[action] = state
        if action.isEnabled() == is_enabled:
            action.setWhatsThis(state[1])
        else:
            with QSignalBlocker(action):  # what shows the action is told once, of both
                action.setWhatsThis(state[1])
            action.setEnabled(is_enabled)

    def _explain(self, key: QKeySequence) -> None:
        """Say why the action of this key, which nothing has handled, is disabled."""
        for action in (*self.by_name.values(), *self.label_actions):
            if not action.isEnabled() and action.whatsThis() and key in action.shortcuts():
                is_local = action.shortcutContext() == Qt.ShortcutContext.WidgetShortcut
                if self._article.hasFocus() or not is_local:
                    self.refused.emit(action.whatsThis())
                return

    def _trigger(self, run: Callable[[], Any], row: Action[T] | None) -> None:
        if self._is_allowed(row):
            try:
                run()
            except CorpusError as error:
                warn(self._window, str(error))
        if row and row.is_checked:
            self.by_name[row.name].setChecked(row.is_checked(self._commands))  # Qt has toggled it
