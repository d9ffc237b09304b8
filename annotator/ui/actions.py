"""Everything that a person can do in the window, as one table: its name, its words, its keys, its menu.

An action's name is also the name of the window's method that does it. Each key works on an Arabic keyboard too: the
Arabic letter or digit on the same physical key does the same.
"""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from PySide6.QtGui import QKeySequence

from annotator.core.labels import Label


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for a text that is translated where it is shown
    """Marks a text for translation."""
    return text


class Action(Struct, frozen=True):
    """`keys` are portable key sequences, the first the one that is shown. `menu` is a key of MENUS, or none for keys
    that only the article takes, while it has the focus."""

    name: str
    text: str
    keys: tuple[str, ...] = ()
    menu: str | None = None
    separated: bool = False


MENUS: Final = {
    "corpus": N_("&Corpus"),
    "edit": N_("&Edit"),
    "article": N_("&Article"),
    "line": N_("This &line is"),
    "view": N_("&View"),
    "help": N_("&Help"),
}
"""The menus, in their order."""

ACTIONS: Final = (
    Action("new_corpus", N_("New corpus…"), ("Ctrl+N",), "corpus"),
    Action("open_corpus", N_("Open corpus…"), ("Ctrl+O",), "corpus"),
    Action("import_files", N_("Import files…"), ("Ctrl+I",), "corpus", separated=True),
    Action("import_folder", N_("Import a folder…"), ("Ctrl+Shift+I",), "corpus"),
    Action("export", N_("Export the training set…"), ("Ctrl+E",), "corpus", separated=True),
    Action("choose_annotator", N_("Work under another name…"), ("Ctrl+U",), "corpus", separated=True),
    Action("quit", N_("Quit"), ("Ctrl+Q",), "corpus"),
    Action("undo", N_("Undo"), ("Ctrl+Z",), "edit"),
    Action("redo", N_("Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), "edit"),
    Action("copy", N_("Copy the text"), ("Ctrl+C",), "edit", separated=True),
    Action("remove", N_("Remove the span"), ("Delete", "Backspace"), "edit"),
    Action("end_forward", N_("End one word further"), ("Shift+Left",), "edit", separated=True),
    Action("end_back", N_("End one word earlier"), ("Shift+Right",), "edit"),
    Action("start_forward", N_("Start one word further"), ("Ctrl+Shift+Left",), "edit"),
    Action("start_back", N_("Start one word earlier"), ("Ctrl+Shift+Right",), "edit"),
    Action("end_forward_letter", N_("End one letter further"), ("Alt+Left",), "edit", separated=True),
    Action("end_back_letter", N_("End one letter earlier"), ("Alt+Right",), "edit"),
    Action("start_forward_letter", N_("Start one letter further"), ("Alt+Shift+Left",), "edit"),
    Action("start_back_letter", N_("Start one letter earlier"), ("Alt+Shift+Right",), "edit"),
    Action("done_and_next", N_("Done and next"), ("Ctrl+Return", "Ctrl+Enter"), "article"),
    Action("done", N_("Done"), ("Ctrl+D",), "article"),
    Action("skip", N_("Skip"), ("Ctrl+K",), "article"),
    Action("flag", N_("Flag for a second look"), ("Ctrl+M",), "article"),
    Action("next_article", N_("Next article"), ("Alt+Down", "Ctrl+PgDown"), "article", separated=True),
    Action("previous_article", N_("Previous article"), ("Alt+Up", "Ctrl+PgUp"), "article"),
    Action("line_headline", N_("Headline"), ("F6",), "line"),
    Action("line_dateline", N_("Dateline"), ("F7",), "line"),
    Action("line_body", N_("Body"), ("F8",), "line"),
    Action("line_boilerplate", N_("Not of the article"), ("F9",), "line"),
    Action("zoom_in", N_("Larger letters"), ("Ctrl++", "Ctrl+="), "view"),
    Action("zoom_out", N_("Smaller letters"), ("Ctrl+-",), "view"),
    Action("zoom_reset", N_("Usual letters"), ("Ctrl+0",), "view"),
    Action("toggle_folds", N_("Show or hide what is not of the article"), ("F4",), "view", separated=True),
    Action("show_keys", N_("All keys"), ("F1",), "help"),
    Action("about", N_("About the program"), (), "help"),
    Action("caret_forward", N_("One word on"), ("Left",)),
    Action("caret_back", N_("One word back"), ("Right",)),
    Action("caret_up", N_("One line up"), ("Up",)),
    Action("caret_down", N_("One line down"), ("Down",)),
    Action("caret_start", N_("To the beginning of the line"), ("Home",)),
    Action("caret_end", N_("To the end of the line"), ("End",)),
    Action("select_up", N_("Select one line up"), ("Shift+Up",)),
    Action("select_down", N_("Select one line down"), ("Shift+Down",)),
    Action("select_start", N_("Select to the beginning of the line"), ("Shift+Home",)),
    Action("select_end", N_("Select to the end of the line"), ("Shift+End",)),
    Action("next_span", N_("Next span"), ("Tab",)),
    Action("previous_span", N_("Previous span"), ("Shift+Tab",)),
    Action("deselect", N_("Select nothing"), ("Escape",)),
)

# Physical keys of the Arabic (101) layout; the layouts of the Maghreb and of the Mac put the same letters there.
_LATIN: Final = "qwertyuiop[]asdfghjkl;'zxcvnm,./`"
_ARABIC: Final = "ضصثقفغعهخحجدشسيبلاتنمكطئءؤرىةوزظذ"
_DIGITS: Final = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹")


def key_sequences(keys: Iterable[str]) -> list[QKeySequence]:
    """The sequences that do what `keys` say, on a Latin and on an Arabic keyboard."""
    sequences: dict[str, None] = dict.fromkeys(keys)
    for key in list(sequences):
        modifiers, last = _split(key)
        sequences.update(dict.fromkeys(modifiers + other for other in _twins(last)))
    return [QKeySequence(sequence) for sequence in sequences]


def label_keys(label: Label) -> list[QKeySequence]:
    """The sequences that tag with this label."""
    return key_sequences([label.key]) if label.key else []


def _split(key: str) -> tuple[str, str]:
    """`Ctrl+Shift+Z` as `Ctrl+Shift+` and `Z`; the last character may be a plus sign itself."""
    cut = key.rfind("+", 0, -1) + 1
    return key[:cut], key[cut:]


def _twins(key: str) -> list[str]:
    """What other keyboards send from the same key: letters of the other script, digits of the others."""
    place = _LATIN.find(key.lower()) if len(key) == 1 else -1
    found = [_ARABIC[place]] if place >= 0 else []
    for digits in _DIGITS:
        if len(key) == 1 and key in digits:
            found += [other[digits.index(key)] for other in _DIGITS if other != digits]
    return found
