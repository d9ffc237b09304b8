"""The table of the window's actions, and the keymap.

An action's name is also its method's. Users can change keys; `Keymap` holds those in force. They work on Arabic
keyboards too (see `keyboard`).
"""

import sys
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from msgspec import Struct
from PySide6.QtGui import QKeySequence

from annotator.i18n import _
from annotator.model.labels import Label
from annotator.ui.actions.keyboard import to_portable, to_sequences, twin_keys
from annotator.ui.widgets.bidi_text import format_keys


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a text that is translated where it is shown
    """Mark a text for translation."""
    return text


class Action(Struct, frozen=True):
    """An action. `keys` are portable key sequences, the first for display. `menu` is a key of MENUS.

    With `in_article` or without a menu, keys work only while the article has the focus. Without `auto_repeat`, a key
    held down triggers once.
    """

    name: str
    text: str
    keys: tuple[str, ...] = ()
    menu: str | None = None
    separator_before: bool = False
    checkable: bool = False
    in_article: bool = False
    auto_repeat: bool = True


MENUS: Final = {
    "corpus": N_("&Corpus"),
    "edit": N_("&Edit"),
    "suggestions": N_("&Suggestions"),
    "issues": N_("&Issues"),
    "article": N_("&Article"),
    "line": N_("&Line type"),
    "view": N_("&View"),
    "help": N_("&Help"),
}
"""The menus from left to right."""

ACTIONS: Final = (
    Action("new_corpus", N_("New corpus…"), ("Ctrl+N",), "corpus"),
    Action("corpus_from_files", N_("New corpus from files…"), ("Ctrl+Shift+N",), "corpus"),
    Action("open_corpus", N_("Open corpus…"), ("Ctrl+O",), "corpus"),
    Action("edit_labels", N_("Labels…"), ("Ctrl+Shift+L",), "corpus", separator_before=True),
    Action("import_files", N_("Import files…"), ("Ctrl+I",), "corpus", separator_before=True),
    Action("import_folder", N_("Import folder…"), ("Ctrl+Shift+I",), "corpus"),
    Action("export", N_("Export training set…"), ("Ctrl+E",), "corpus", separator_before=True),
    Action("save_now", N_("Save now"), ("Ctrl+S",), "corpus", separator_before=True),
    Action("rescue_copy", N_("Save a rescue copy"), ("Ctrl+Shift+S",), "corpus"),
    Action("show_backups", N_("Backups…"), ("Ctrl+B",), "corpus", separator_before=True),
    Action("choose_annotator", N_("Switch annotator…"), ("Ctrl+U",), "corpus", separator_before=True),
    Action("quit", N_("Quit"), ("Ctrl+Q",), "corpus"),
    Action("undo", N_("Undo"), ("Ctrl+Z",), "edit"),
    Action("redo", N_("Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), "edit"),
    Action("copy", N_("Copy"), ("Ctrl+C",), "edit", separator_before=True),
    Action("remove", N_("Remove span or reject suggestion"), ("Delete", "Backspace"), "edit", auto_repeat=False),
    Action("toggle_proclitic", N_("Include or exclude the proclitic"), ("Space",), "edit"),
    Action("tag_all_here", N_("Tag all occurrences in the article…"), ("Ctrl+A",), "edit", separator_before=True),
    Action("tag_all_corpus", N_("Tag all occurrences in the corpus…"), ("Ctrl+Shift+A",), "edit"),
    Action("toggle_sticky", N_("Tag every selection automatically"), ("Ctrl+L",), "edit"),
    Action("edit_value", N_("Edit span value"), ("F2",), "edit", separator_before=True),
    Action("edit_note", N_("Edit span note"), ("Shift+F2",), "edit"),
    Action("find_in_article", N_("Find in article"), ("Ctrl+F",), "edit", separator_before=True),
    Action("find_next", N_("Find next"), ("F3",), "edit"),
    Action("find_previous", N_("Find previous"), ("Shift+F3",), "edit"),
    Action("find_in_corpus", N_("Search corpus"), ("Ctrl+Shift+F",), "edit"),
    Action("end_forward", N_("Move end forward one word"), ("Shift+Left",), "edit", separator_before=True),
    Action("end_back", N_("Move end back one word"), ("Shift+Right",), "edit"),
    Action("start_forward", N_("Move start forward one word"), ("Ctrl+Shift+Left",), "edit"),
    Action("start_back", N_("Move start back one word"), ("Ctrl+Shift+Right",), "edit"),
    Action("end_forward_letter", N_("Move end forward one letter"), ("Alt+Left",), "edit", separator_before=True),
    Action("end_back_letter", N_("Move end back one letter"), ("Alt+Right",), "edit"),
    Action("start_forward_letter", N_("Move start forward one letter"), ("Alt+Shift+Left",), "edit"),
    Action("start_back_letter", N_("Move start back one letter"), ("Alt+Shift+Right",), "edit"),
    Action("accept", N_("Accept suggestion"), ("Return",), "suggestions", in_article=True, auto_repeat=False),
    Action(
        "accept_sentence",
        N_("Accept sure suggestions in the sentence"),
        ("Shift+Return",),
        "suggestions",
        in_article=True,
        auto_repeat=False,
    ),
    Action(
        "accept_article",
        N_("Accept sure suggestions in the article"),
        ("Ctrl+Shift+Return",),
        "suggestions",
        in_article=True,
        auto_repeat=False,
    ),
    Action("next_suggestion", N_("Next suggestion"), ("F5",), "suggestions", separator_before=True),
    Action("previous_suggestion", N_("Previous suggestion"), ("Shift+F5",), "suggestions"),
    Action("toggle_suggestions", N_("Show or hide suggestions"), ("Shift+F4",), "suggestions", separator_before=True),
    Action("show_suggestion_statistics", N_("Suggestion statistics…"), ("Ctrl+G",), "suggestions"),
    Action("check_labels", N_("Start or stop checking labels"), ("Ctrl+Shift+K",), "issues"),
    Action("next_issue", N_("Next issue"), ("F10",), "issues", separator_before=True),
    Action("previous_issue", N_("Previous issue"), ("Ctrl+F10",), "issues"),
    Action(
        "apply_fix",
        N_("Apply the fix"),
        ("Ctrl+R",),
        "issues",
        separator_before=True,
        auto_repeat=False,
    ),
    Action("dismiss_issue", N_("Dismiss issue permanently"), ("Ctrl+Delete",), "issues", auto_repeat=False),
    Action("done_and_next", N_("Done and next"), ("Ctrl+Return",), "article"),
    Action("next_open", N_("Next open article"), ("Ctrl+Down",), "article"),
    Action("done", N_("Mark as done"), ("Ctrl+D",), "article"),
    Action("skip", N_("Skip"), ("Ctrl+K",), "article"),
    Action("flag", N_("Flag for review"), ("Ctrl+M",), "article"),
    Action("edit_article_note", N_("Edit article note"), ("Ctrl+F2",), "article"),
    Action("next_article", N_("Next article"), ("Alt+Down", "Ctrl+PgDown"), "article", separator_before=True),
    Action("previous_article", N_("Previous article"), ("Alt+Up", "Ctrl+PgUp"), "article"),
    Action(
        "toggle_informative",
        N_("Most informative articles first"),
        ("Ctrl+Shift+Down",),
        "article",
        separator_before=True,
        checkable=True,
    ),
    Action("line_headline", N_("Headline"), ("F6",), "line"),
    Action("line_dateline", N_("Dateline"), ("F7",), "line"),
    Action("line_body", N_("Body"), ("F8",), "line"),
    Action("line_boilerplate", N_("Boilerplate"), ("F9",), "line"),
    Action("zoom_in", N_("Zoom in"), ("Ctrl++", "Ctrl+="), "view"),
    Action("zoom_out", N_("Zoom out"), ("Ctrl+-",), "view"),
    Action("zoom_reset", N_("Reset zoom"), ("Ctrl+0",), "view"),
    Action("toggle_folds", N_("Show or hide boilerplate"), ("F4",), "view", separator_before=True),
    Action("toggle_invisible", N_("Show invisible characters"), ("Ctrl+Shift+H",), "view", checkable=True),
    Action("next_panel", N_("Focus next panel"), ("Ctrl+Tab",), "view", separator_before=True),
    Action("previous_panel", N_("Focus previous panel"), ("Ctrl+Shift+Tab",), "view"),
    Action("toggle_guidelines", N_("Labelling guidelines"), ("Shift+F1",), "help"),
    Action("show_keys", N_("Keyboard shortcuts"), ("F1",), "help"),
    Action("show_welcome", N_("Welcome page"), (), "help"),
    Action("show_reports", N_("Reports and log"), ("Ctrl+Shift+F1",), "help", separator_before=True),
    Action("about", N_("About Annotator"), (), "help"),
    Action("caret_forward", N_("Next word"), ("Left",)),
    Action("caret_back", N_("Previous word"), ("Right",)),
    Action("sentence_forward", N_("Next sentence"), ("Ctrl+Left",)),
    Action("sentence_back", N_("Previous sentence"), ("Ctrl+Right",)),
    Action("article_start", N_("Start of article"), ("Ctrl+Home",)),
    Action("article_end", N_("End of article"), ("Ctrl+End",)),
    Action("caret_up", N_("Line up"), ("Up",)),
    Action("caret_down", N_("Line down"), ("Down",)),
    Action("caret_start", N_("Start of line"), ("Home",)),
    Action("caret_end", N_("End of line"), ("End",)),
    Action("select_up", N_("Select line up"), ("Shift+Up",)),
    Action("select_down", N_("Select line down"), ("Shift+Down",)),
    Action("select_start", N_("Select to start of line"), ("Shift+Home",)),
    Action("select_end", N_("Select to end of line"), ("Shift+End",)),
    Action("jump_back", N_("Go back to before the last letter key"), ("Shift+Backspace",)),
    Action("next_span", N_("Next span"), ("Tab",)),
    Action("previous_span", N_("Previous span"), ("Shift+Tab",)),
    Action("deselect", N_("Clear selection"), ("Escape",)),
)

FORMER_NAMES: Final = {
    "next_question": "next_issue",
    "previous_question": "previous_issue",
    "put_right": "apply_fix",
    "dismiss_question": "dismiss_issue",
    "show_quality": "show_suggestion_statistics",
    "toggle_instructive": "toggle_informative",
    "next_pane": "next_panel",
    "previous_pane": "previous_panel",
    "toggle_guide": "toggle_guidelines",
}
"""Earlier names of actions, which may be in the custom keys of settings."""

_MACOS_KEYS: Final = {"next_panel": ("Meta+Tab",), "previous_panel": ("Meta+Shift+Tab",)}
"""Default keys on macOS, which reserves Cmd+Tab. Qt calls Cmd `Ctrl` there and Control `Meta`."""


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

    def __init__(self, custom_keys: Mapping[str, list[str]], labels: Iterable[Label]) -> None:
        renamed = {FORMER_NAMES[name]: keys for name, keys in custom_keys.items() if name in FORMER_NAMES}
        self.custom_keys = renamed | {name: keys for name, keys in custom_keys.items() if name not in FORMER_NAMES}
        self.labels = tuple(labels)
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

    def keys(self, name: str) -> list[str]:
        """Return an action's keys in force, portable; the first is for display."""
        return [key for key in self._keys_of("action", name) if key in self._direct_keys]

    def sequences(self, name: str) -> list[QKeySequence]:
        """Return an action's key sequences on all keyboard layouts."""
        return to_sequences(self._keys_of("action", name))

    def label_sequences(self, name: str) -> list[QKeySequence]:
        """Return a label's key sequences on all keyboard layouts."""
        return to_sequences(self._keys_of("label", name))

    def find_conflict(self, name: str, keys: list[str] | None) -> str:
        """Return a sentence that names another owner of one of these keys, or "" if there is none.

        None stands for the action's default keys.
        """
        for key in default_keys(name) if keys is None else keys:
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
        custom_keys = {
            other_name: other_keys for other_name, other_keys in self.custom_keys.items() if other_name != name
        }
        if keys is not None and keys != default_keys(name):
            custom_keys[name] = keys
        return Keymap(custom_keys, self.labels)

    def with_default_keys(self) -> "Keymap":
        """Return this keymap with all default keys."""
        names = {action.name for action in ACTIONS}
        return Keymap({name: keys for name, keys in self.custom_keys.items() if name not in names}, self.labels)

    def _keys_of(self, kind: str, name: str) -> list[str]:
        return [key for key, owner in self._owners.items() if (owner.kind, owner.name) == (kind, name)]

    def _claims(self) -> list[tuple[KeyOwner, list[str]]]:
        """Return all owners and the keys they claim, by precedence."""
        menus = [
            (KeyOwner("menu", name, _(text).replace("&", "")), _valid_keys([QKeySequence.mnemonic(_(text)).toString()]))
            for name, text in MENUS.items()
            if name != "line"  # a menu within another
        ]
        labels = [
            (KeyOwner("label", label.name, label.localised_title()), _valid_keys([label.key or ""]))
            for label in self.labels
        ]
        custom, default = [], []
        for action in ACTIONS:
            owner = KeyOwner("action", action.name, _(action.text).removesuffix("…"))
            custom_keys = self.custom_keys.get(action.name)
            if custom_keys is not None and (not custom_keys or _valid_keys(custom_keys)):
                custom.append((owner, _valid_keys(custom_keys)))
            else:
                default.append((owner, default_keys(action.name)))
        return [*menus, *labels, *custom, *default]


def default_keys(name: str) -> list[str]:
    """Return an action's default keys, portable."""
    on_macos = _MACOS_KEYS if sys.platform == "darwin" else {}
    return next((_valid_keys(on_macos.get(name, action.keys)) for action in ACTIONS if action.name == name), [])


def _valid_keys(keys: Iterable[str]) -> list[str]:
    return [key for key in map(to_portable, keys) if key]
