"""Everything that a person can do in the window, as one table: its name, its words, its keys, its menu.

An action's name is also the name of the window's method that does it. Its keys are the usual ones; a person may change
them, and `Keymap` has those in force. Each key works on an Arabic keyboard too (see `keyboard`).
"""

import sys
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from msgspec import Struct
from PySide6.QtGui import QKeySequence

from annotator.i18n import _
from annotator.model.labels import Label
from annotator.ui.actions.keyboard import portable, sequences, twins
from annotator.ui.widgets.bidi_text import printed


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a text that is translated where it is shown
    """Marks a text for translation."""
    return text


class Action(Struct, frozen=True):
    """`keys` are portable key sequences, the first the one that is shown. `menu` is a key of MENUS.

    With `in_article`, and in no menu, they are keys that only the article takes, while it has the focus. Unless it
    `repeats`, a key held down does it once. A `checkable` one is on or off.
    """

    name: str
    text: str
    keys: tuple[str, ...] = ()
    menu: str | None = None
    separated: bool = False
    checkable: bool = False
    in_article: bool = False
    repeats: bool = True


MENUS: Final = {
    "corpus": N_("&Corpus"),
    "edit": N_("&Edit"),
    "suggestions": N_("&Suggestions"),
    "questions": N_("&Questions"),
    "article": N_("&Article"),
    "line": N_("This &line is"),
    "view": N_("&View"),
    "help": N_("&Help"),
}
"""The menus, in their order."""

ACTIONS: Final = (
    Action("new_corpus", N_("New corpus…"), ("Ctrl+N",), "corpus"),
    Action("corpus_from_files", N_("New corpus from files…"), ("Ctrl+Shift+N",), "corpus"),
    Action("open_corpus", N_("Open corpus…"), ("Ctrl+O",), "corpus"),
    Action("edit_labels", N_("Labels…"), ("Ctrl+Shift+L",), "corpus", separated=True),
    Action("import_files", N_("Import files…"), ("Ctrl+I",), "corpus", separated=True),
    Action("import_folder", N_("Import a folder…"), ("Ctrl+Shift+I",), "corpus"),
    Action("export", N_("Export the training set…"), ("Ctrl+E",), "corpus", separated=True),
    Action("save_now", N_("Save now"), ("Ctrl+S",), "corpus", separated=True),
    Action("rescue_copy", N_("Keep a copy of everything"), ("Ctrl+Shift+S",), "corpus"),
    Action("show_backups", N_("Backups…"), ("Ctrl+B",), "corpus", separated=True),
    Action("choose_annotator", N_("Work under another name…"), ("Ctrl+U",), "corpus", separated=True),
    Action("quit", N_("Quit"), ("Ctrl+Q",), "corpus"),
    Action("undo", N_("Undo"), ("Ctrl+Z",), "edit"),
    Action("redo", N_("Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), "edit"),
    Action("copy", N_("Copy the text"), ("Ctrl+C",), "edit", separated=True),
    Action("remove", N_("Remove the span, reject the suggestion"), ("Delete", "Backspace"), "edit", repeats=False),
    Action("toggle_proclitic", N_("Without the proclitic, or with it"), ("Space",), "edit"),
    Action("tag_all_here", N_("Tag all such places in the article…"), ("Ctrl+A",), "edit", separated=True),
    Action("tag_all_corpus", N_("Tag all such places in the corpus…"), ("Ctrl+Shift+A",), "edit"),
    Action("toggle_sticky", N_("Tag each selection at once"), ("Ctrl+L",), "edit"),
    Action("edit_value", N_("Value of the span"), ("F2",), "edit", separated=True),
    Action("edit_note", N_("Note on the span"), ("Shift+F2",), "edit"),
    Action("find_in_article", N_("Find in the article"), ("Ctrl+F",), "edit", separated=True),
    Action("find_next", N_("Find the next one"), ("F3",), "edit"),
    Action("find_previous", N_("Find the one before"), ("Shift+F3",), "edit"),
    Action("find_in_corpus", N_("Search the corpus"), ("Ctrl+Shift+F",), "edit"),
    Action("end_forward", N_("End one word further"), ("Shift+Left",), "edit", separated=True),
    Action("end_back", N_("End one word earlier"), ("Shift+Right",), "edit"),
    Action("start_forward", N_("Start one word further"), ("Ctrl+Shift+Left",), "edit"),
    Action("start_back", N_("Start one word earlier"), ("Ctrl+Shift+Right",), "edit"),
    Action("end_forward_letter", N_("End one letter further"), ("Alt+Left",), "edit", separated=True),
    Action("end_back_letter", N_("End one letter earlier"), ("Alt+Right",), "edit"),
    Action("start_forward_letter", N_("Start one letter further"), ("Alt+Shift+Left",), "edit"),
    Action("start_back_letter", N_("Start one letter earlier"), ("Alt+Shift+Right",), "edit"),
    Action("accept", N_("Accept the suggestion"), ("Return",), "suggestions", in_article=True, repeats=False),
    Action(
        "accept_sentence",
        N_("Accept the sure ones of the sentence"),
        ("Shift+Return",),
        "suggestions",
        in_article=True,
        repeats=False,
    ),
    Action(
        "accept_article",
        N_("Accept the sure ones of the article"),
        ("Ctrl+Shift+Return",),
        "suggestions",
        in_article=True,
        repeats=False,
    ),
    Action("next_suggestion", N_("Next suggestion"), ("F5",), "suggestions", separated=True),
    Action("previous_suggestion", N_("Suggestion before"), ("Shift+F5",), "suggestions"),
    Action("toggle_suggestions", N_("Show or hide suggestions"), ("Shift+F4",), "suggestions", separated=True),
    Action("show_quality", N_("How good the suggestions are…"), ("Ctrl+G",), "suggestions"),
    Action("check_labels", N_("Check the labels, or end that"), ("Ctrl+Shift+K",), "questions"),
    Action("next_question", N_("Next question"), ("F10",), "questions", separated=True),
    Action("previous_question", N_("Question before"), ("Ctrl+F10",), "questions"),
    Action("put_right", N_("Put right what is asked about"), ("Ctrl+R",), "questions", separated=True, repeats=False),
    Action("dismiss_question", N_("Dismiss the question for good"), ("Ctrl+Delete",), "questions", repeats=False),
    Action("done_and_next", N_("Done and next"), ("Ctrl+Return",), "article"),
    Action("next_open", N_("Next open article"), ("Ctrl+Down",), "article"),
    Action("done", N_("Done"), ("Ctrl+D",), "article"),
    Action("skip", N_("Skip"), ("Ctrl+K",), "article"),
    Action("flag", N_("Flag for a second look"), ("Ctrl+M",), "article"),
    Action("edit_article_note", N_("Note on the article"), ("Ctrl+F2",), "article"),
    Action("next_article", N_("Next article"), ("Alt+Down", "Ctrl+PgDown"), "article", separated=True),
    Action("previous_article", N_("Previous article"), ("Alt+Up", "Ctrl+PgUp"), "article"),
    Action(
        "toggle_instructive",
        N_("Most instructive article first"),
        ("Ctrl+Shift+Down",),
        "article",
        separated=True,
        checkable=True,
    ),
    Action("line_headline", N_("Headline"), ("F6",), "line"),
    Action("line_dateline", N_("Dateline"), ("F7",), "line"),
    Action("line_body", N_("Body"), ("F8",), "line"),
    Action("line_boilerplate", N_("Not of the article"), ("F9",), "line"),
    Action("zoom_in", N_("Larger letters"), ("Ctrl++", "Ctrl+="), "view"),
    Action("zoom_out", N_("Smaller letters"), ("Ctrl+-",), "view"),
    Action("zoom_reset", N_("Usual letters"), ("Ctrl+0",), "view"),
    Action("toggle_folds", N_("Show or hide what is not of the article"), ("F4",), "view", separated=True),
    Action("toggle_invisible", N_("Show invisible characters"), ("Ctrl+Shift+H",), "view", checkable=True),
    Action("next_pane", N_("To the next part of the window"), ("Ctrl+Tab",), "view", separated=True),
    Action("previous_pane", N_("To the part before"), ("Ctrl+Shift+Tab",), "view"),
    Action("toggle_guide", N_("What the labels mean"), ("Shift+F1",), "help"),
    Action("show_keys", N_("All keys"), ("F1",), "help"),
    Action("show_welcome", N_("Welcome page"), (), "help"),
    Action("show_reports", N_("Reports and log"), ("Ctrl+Shift+F1",), "help", separated=True),
    Action("about", N_("About the program"), (), "help"),
    Action("caret_forward", N_("One word on"), ("Left",)),
    Action("caret_back", N_("One word back"), ("Right",)),
    Action("sentence_forward", N_("One sentence on"), ("Ctrl+Left",)),
    Action("sentence_back", N_("One sentence back"), ("Ctrl+Right",)),
    Action("article_start", N_("To the beginning of the article"), ("Ctrl+Home",)),
    Action("article_end", N_("To the end of the article"), ("Ctrl+End",)),
    Action("caret_up", N_("One line up"), ("Up",)),
    Action("caret_down", N_("One line down"), ("Down",)),
    Action("caret_start", N_("To the beginning of the line"), ("Home",)),
    Action("caret_end", N_("To the end of the line"), ("End",)),
    Action("select_up", N_("Select one line up"), ("Shift+Up",)),
    Action("select_down", N_("Select one line down"), ("Shift+Down",)),
    Action("select_start", N_("Select to the beginning of the line"), ("Shift+Home",)),
    Action("select_end", N_("Select to the end of the line"), ("Shift+End",)),
    Action("jump_back", N_("Back to before the last letter"), ("Shift+Backspace",)),
    Action("next_span", N_("Next span"), ("Tab",)),
    Action("previous_span", N_("Previous span"), ("Shift+Tab",)),
    Action("deselect", N_("Select nothing"), ("Escape",)),
)

_MACOS_KEYS: Final = {"next_pane": ("Meta+Tab",), "previous_pane": ("Meta+Shift+Tab",)}
"""Usual keys of macOS, which takes Cmd+Tab for itself. Qt calls Cmd `Ctrl` there, and Control `Meta`."""


class Holder(Struct, frozen=True):
    """Whose a key is: an action's, a label's of the open corpus, or a menu's. `text` is what a person knows it by."""

    of: Literal["menu", "label", "action"]
    name: str
    text: str


class Keymap:
    """Whose each key is. No two have the same one: it is the first one's of a menu, a label, an action that a person
    gave it to, and an action that usually has it; and any key comes before the twins of others.

    `changed` has the keys that a person gave to actions, by name. What does not read in it is passed over.
    """

    def __init__(self, changed: Mapping[str, list[str]], labels: Iterable[Label]) -> None:
        self.changed = dict(changed)
        self.labels = tuple(labels)
        claims = self._claims()
        self._held: dict[str, Holder] = {}
        for holder, keys in claims:
            for key in keys:
                self._held.setdefault(key, holder)
        self._own = frozenset(self._held)
        for holder, keys in claims:
            for key in keys if holder.of != "menu" else ():
                if self._held[key] == holder:
                    for twin in twins(key):
                        self._held.setdefault(twin, holder)

    def keys(self, name: str) -> list[str]:
        """The keys in force of an action, portable; the first is the one that is shown."""
        return [key for key in self._all("action", name) if key in self._own]

    def sequences(self, name: str) -> list[QKeySequence]:
        """Every sequence that does the action, on every keyboard."""
        return sequences(self._all("action", name))

    def label_sequences(self, name: str) -> list[QKeySequence]:
        """Every sequence that tags with the label of this name, on every keyboard."""
        return sequences(self._all("label", name))

    def clash(self, name: str, keys: list[str] | None) -> str:
        """Why an action cannot have these keys (its usual ones with None): a sentence that names who has one, or ""."""
        for key in usual_keys(name) if keys is None else keys:
            for sequence in (key, *twins(key)):
                holder = self._held.get(sequence)
                if not holder or (holder.of, holder.name) == ("action", name):
                    continue
                if holder.of == "menu":
                    said = _("{key} opens the menu “{name}”.")
                elif sequence == key and key in self._own:
                    said = _("{key} is the key of “{name}”.")
                else:
                    said = _("On another keyboard, {key} is the key of “{name}”.")
                return said.format(key=printed([key]), name=holder.text)
        return ""

    def changing(self, name: str, keys: list[str] | None) -> "Keymap":
        """This map with these keys for an action, its usual ones with None."""
        changed = {other: theirs for other, theirs in self.changed.items() if other != name}
        if keys is not None and keys != usual_keys(name):
            changed[name] = keys
        return Keymap(changed, self.labels)

    def usual(self) -> "Keymap":
        """This map with every action's usual keys."""
        names = {action.name for action in ACTIONS}
        return Keymap({name: keys for name, keys in self.changed.items() if name not in names}, self.labels)

    def _all(self, of: str, name: str) -> list[str]:
        return [key for key, holder in self._held.items() if (holder.of, holder.name) == (of, name)]

    def _claims(self) -> list[tuple[Holder, list[str]]]:
        """Who wants which keys, the first ones first."""
        menus = [
            (Holder("menu", name, _(text).replace("&", "")), _readable([QKeySequence.mnemonic(_(text)).toString()]))
            for name, text in MENUS.items()
            if name != "line"  # a menu within another
        ]
        labels = [(Holder("label", label.name, label.shown()), _readable([label.key or ""])) for label in self.labels]
        given, usual = [], []
        for action in ACTIONS:
            holder = Holder("action", action.name, _(action.text).removesuffix("…"))
            wanted = self.changed.get(action.name)
            if wanted is not None and (not wanted or _readable(wanted)):
                given.append((holder, _readable(wanted)))
            else:
                usual.append((holder, usual_keys(action.name)))
        return [*menus, *labels, *given, *usual]


def usual_keys(name: str) -> list[str]:
    """The keys that the action of this name has unless they are changed, portable."""
    on_macos = _MACOS_KEYS if sys.platform == "darwin" else {}
    return next((_readable(on_macos.get(name, action.keys)) for action in ACTIONS if action.name == name), [])


def _readable(keys: Iterable[str]) -> list[str]:
    return [key for key in map(portable, keys) if key]
