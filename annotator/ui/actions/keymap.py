"""Actions and menus as values, and the keymap.

Users can change keys; `Keymap` holds those in force. They work on Arabic keyboards too (see `keyboard`).
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, Literal, TypeVar

from msgspec import Struct
from PySide6.QtGui import QAction, QKeySequence

from annotator.i18n import _
from annotator.model.labels import Label
from annotator.ui.actions.keyboard import to_portable, to_sequences, twin_keys
from annotator.ui.widgets.bidi_text import format_keys

T = TypeVar("T")


class Action(Struct, Generic[T], frozen=True):
    """An action: `run` gets what the window's commands are, and so do the predicates on its state.

    `keys` are portable key sequences, the first for display; `macos_keys` replace them where macOS reserves them (Qt
    calls Cmd `Ctrl` there, and Control `Meta`). Custom keys are stored by `name`, and earlier perhaps by `former_name`.

    With `in_article`, keys work only while the article has the focus. Without `auto_repeat`, a key held down triggers
    once. With `is_checked`, the action is checkable. `disabled_reason` says why it is not enabled. `describe` returns
    what it would do now, in place of `text`, or "". `menu_role` is where macOS moves it.
    """

    name: str
    text: str
    run: Callable[[T], object]
    keys: tuple[str, ...] = ()
    in_article: bool = False
    auto_repeat: bool = True
    runs_during_jobs: bool = False
    is_enabled: Callable[[T], bool] | None = None
    disabled_reason: str = ""
    describe: Callable[[T], str] | None = None
    is_checked: Callable[[T], bool] | None = None
    macos_keys: tuple[str, ...] = ()
    former_name: str = ""
    menu_role: QAction.MenuRole = QAction.MenuRole.NoRole

    def default_keys(self) -> list[str]:
        """Return the default keys, portable."""
        return _valid_keys((sys.platform == "darwin" and self.macos_keys) or self.keys)


class EditAction(Action[T], frozen=True):
    """An action that changes what an annotator has made: it is disabled where that can only be read."""


class Choice(Struct, Generic[T], frozen=True):
    """A submenu of texts by value, of which one is checked: `current`. Choosing another calls `choose` with it."""

    title: str
    texts: Mapping[str, str]
    choose: Callable[[T, str], object]
    current: Callable[[T], str]


class ListMenu(Struct, Generic[T], frozen=True):
    """A submenu of `texts` by value, read anew each time it opens. Choosing one calls `choose` with its value.

    Without any it says `empty_text`.
    """

    title: str
    texts: Callable[[T], Mapping[str, str]]
    choose: Callable[[T, str], object]
    empty_text: str


class Menu(Struct, Generic[T], frozen=True):
    """A menu; None among its items is a separator. Without `in_bar`, its actions have only keys, in the article."""

    name: str
    title: str
    items: "tuple[Action[T] | Choice[T] | ListMenu[T] | Menu[T] | None, ...]"
    in_bar: bool = True

    def actions(self) -> list[Action[T]]:
        """Return the menu's own actions."""
        return [item for item in self.items if isinstance(item, Action)]


def list_actions(menus: Iterable[Menu[T]]) -> list[Action[T]]:
    """Return the actions of menus and submenus, in order."""
    return [action for menu in walk_menus(menus) for action in menu.actions()]


def walk_menus(menus: Iterable[Menu[T]]) -> Iterator[Menu[T]]:
    """Yield the menus, each before its submenus."""
    for menu in menus:
        yield menu
        yield from walk_menus(item for item in menu.items if isinstance(item, Menu))


class KeyOwner(Struct, frozen=True):
    """The owner of a key: an action, a label or a menu. `text` is its name for users."""

    kind: Literal["menu", "label", "action"]
    name: str
    text: str


class Keymap:
    """The single owner of each key.

    Menus come first, then labels, custom keys and default keys; any key takes precedence over the twin keys of others.
    `custom_keys` are by name of action, possibly a former one; invalid keys are ignored.
    """

    def __init__(
        self, menus: Sequence[Menu[Any]], custom_keys: Mapping[str, list[str]], labels: Iterable[Label]
    ) -> None:
        self.menus, self.labels = menus, tuple(labels)
        self._actions = {action.name: action for action in list_actions(menus)}
        new_names = {action.former_name: name for name, action in self._actions.items() if action.former_name}
        self.custom_keys = {new_names[name]: keys for name, keys in custom_keys.items() if name in new_names}
        self.custom_keys |= {name: keys for name, keys in custom_keys.items() if name not in new_names}
        claims = self._claims()
        self._owners: dict[str, KeyOwner] = {}
        for owner, keys in claims:
            for key in keys:
                self._owners.setdefault(key, owner)
        self._direct_keys = frozenset(self._owners)
        for owner, keys in claims:
            for key in keys if owner.kind != "menu" else ():
                if self._owners[key] == owner:
                    for twin in twin_keys(key):
                        self._owners.setdefault(twin, owner)
        self._keys: dict[tuple[str, str], list[str]] = {}
        for key, owner in self._owners.items():
            self._keys.setdefault((owner.kind, owner.name), []).append(key)

    def keys(self, name: str) -> list[str]:
        """Return an action's keys in force, portable; the first is for display."""
        return [key for key in self.all_keys(name) if key in self._direct_keys]

    def all_keys(self, name: str) -> list[str]:
        """Return an action's keys in force on all keyboard layouts, portable."""
        return self._keys_of("action", name)

    def has_same_keys(self, other: "Keymap", name: str) -> bool:
        """Return whether an action has the same keys in force in both."""
        return self.keys(name) == other.keys(name) and self.all_keys(name) == other.all_keys(name)

    def sequences(self, name: str) -> list[QKeySequence]:
        """Return an action's key sequences on all keyboard layouts."""
        return to_sequences(self.all_keys(name))

    def label_sequences(self, name: str) -> list[QKeySequence]:
        """Return a label's key sequences on all keyboard layouts."""
        return to_sequences(self._keys_of("label", name))

    def find_conflict(self, name: str, keys: list[str] | None) -> str:
        """Return a sentence that names another owner of one of these keys, or "" if there is none.

        None stands for the action's default keys.
        """
        for key in self._actions[name].default_keys() if keys is None else keys:
            for sequence in (key, *twin_keys(key)):
                owner = self._owners.get(sequence)
                if not owner or (owner.kind, owner.name) == ("action", name):
                    continue
                if owner.kind == "menu":
                    message = _("{key} opens the menu “{name}”.")
                elif sequence == key and key in self._direct_keys:
                    message = _("{key} is already assigned to “{name}”.")
                else:
                    message = _("On another keyboard layout, {key} is already assigned to “{name}”.")
                return message.format(key=format_keys([key]), name=owner.text)
        return ""

    def with_keys(self, name: str, keys: list[str] | None) -> "Keymap":
        """Return this keymap with these keys for an action, or with None its default keys."""
        custom_keys = {other: other_keys for other, other_keys in self.custom_keys.items() if other != name}
        if keys is not None and keys != self._actions[name].default_keys():
            custom_keys[name] = keys
        return Keymap(self.menus, custom_keys, self.labels)

    def with_default_keys(self) -> "Keymap":
        """Return this keymap with all default keys."""
        unknown = {name: keys for name, keys in self.custom_keys.items() if name not in self._actions}
        return Keymap(self.menus, unknown, self.labels)

    def _keys_of(self, kind: str, name: str) -> list[str]:
        return self._keys.get((kind, name), [])

    def _claims(self) -> list[tuple[KeyOwner, list[str]]]:
        """Return all owners and the keys they claim, by precedence."""
        menus = [
            (KeyOwner("menu", menu.name, _(menu.title).replace("&", "")), _mnemonics(_(menu.title)))
            for menu in self.menus
        ]
        labels = [
            (KeyOwner("label", label.name, label.localised_title()), _valid_keys([label.key or ""]))
            for label in self.labels
        ]
        custom, default = [], []
        for action in self._actions.values():
            owner = KeyOwner("action", action.name, _(action.text).removesuffix("…"))
            custom_keys = self.custom_keys.get(action.name)
            if custom_keys is not None and (not custom_keys or _valid_keys(custom_keys)):
                custom.append((owner, _valid_keys(custom_keys)))
            else:
                default.append((owner, action.default_keys()))
        return [*menus, *labels, *custom, *default]


def _mnemonics(title: str) -> list[str]:
    """Return the key that opens the menu with this title, if any."""
    return _valid_keys([QKeySequence.mnemonic(title).toString()])


def _valid_keys(keys: Iterable[str]) -> list[str]:
    return [key for key in map(to_portable, keys) if key]
