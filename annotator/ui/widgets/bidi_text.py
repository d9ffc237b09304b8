"""Texts as they are put on the screen, where two directions of writing meet."""

import sys
from collections.abc import Iterable
from html import escape
from typing import Final

import regex
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QFontMetricsF, QKeySequence
from PySide6.QtWidgets import QLabel, QMessageBox, QPlainTextEdit, QWidget

from annotator.i18n import _, ngettext, number
from annotator.model.display_names import hundredth
from annotator.model.labels import LabelSet
from annotator.model.records import Span, Suggestion
from annotator.text.invisible import hidden
from annotator.ui.widgets.message_box import MessageBox

_FSI, _LRI, _PDI = "\u2068", "\u2066", "\u2069"  # UAX 9: isolates keep a text's direction from its neighbours
_ALM: Final = "\u061c"  # UAX 9: an Arabic letter that is not seen
_QUOTED_PATH: Final = regex.compile(r"(?<=[«“])(\s?)((?:/|[A-Za-z]:[\\/]|\\\\)[^»”]*?)(?=\s?[»”])")
_LISTED: Final = 4  # kinds of invisible characters that are named
_STRONG: Final = regex.compile(r"[\p{bidi_class=L}\p{bidi_class=R}\p{bidi_class=AL}]")
_QUOTED: Final = regex.compile(r"(“|«\s?)(.+?)(”|\s?»)")
# What is printed on the keys of an Arabic keyboard too, which Qt would translate half of.
_PRINTED: Final = {
    **{"Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "Return": "Enter", "Ins": "Insert"},
    **{"PgDown": "Page Down", "PgUp": "Page Up", "Del": "Delete", "Esc": "Escape", "plus": "+"},
}

_PRINTED_ON_MACOS: Final = {"Ctrl": "Cmd", "Alt": "Option", "Meta": "Control"}
"""What is printed there on the keys that Qt knows by the names of other systems."""


def elided(text: str, metrics: QFontMetricsF, width: float) -> str:
    """`text` cut to `width` pixels, the sign of it at its own end, whatever the direction around it."""
    return f"{_FSI}{metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)}{_PDI}"


def isolated(text: str) -> str:
    """A text in its own direction, whatever is around it."""
    return f"{_FSI}{text}{_PDI}"


def quotes_apart(text: str) -> str:
    """A sentence with what it quotes in a direction of its own: “ب”; 6 would else change places."""
    return _QUOTED.sub(lambda quoted: f"{quoted[1]}{_FSI}{quoted[2]}{_PDI}{quoted[3]}", text)


def as_read(text: str) -> str:
    """A stretch of an Arabic article as it reads there: without a letter, 2024-2028 would run the other way."""
    return text if _STRONG.search(text) else _ALM + text


def left_to_right(text: object) -> str:
    """A path or the like, to stand in a sentence of any direction."""
    return f"{_LRI}{text}{_PDI}"


def with_paths(sentence: str) -> str:
    """A sentence in which the paths, which stand in quotes, read from the left, whatever the language."""
    return _QUOTED_PATH.sub(lambda match: match[1] + left_to_right(match[2]), sentence)


def plain_label(text: str = "", name: str = "") -> QLabel:
    """A label that shows its text as it is: Qt takes what looks like HTML for HTML, and articles hold anything."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setObjectName(name)
    return label


def set_direction(field: QPlainTextEdit, direction: Qt.LayoutDirection) -> None:
    """Have the text of a field run in this direction, from the side that it begins on."""
    field.setLayoutDirection(direction)
    option = field.document().defaultTextOption()
    option.setTextDirection(direction)
    # Qt's own option says left, whatever the direction.
    side = Qt.AlignmentFlag.AlignRight if direction == Qt.LayoutDirection.RightToLeft else Qt.AlignmentFlag.AlignLeft
    option.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute)
    field.document().setDefaultTextOption(option)


def tooltip(text: str) -> str:
    """A tooltip that shows `text` as it is, in lines that are not too long."""
    return "<br>".join(escape(line) for line in text.split("\n")).join(("<p>", "</p>"))


def invisible(text: str, start: int, end: int) -> str:
    """What there is in `text[start:end]` that nobody sees, by short names; empty where there is nothing."""
    names = [one.name for one in hidden(text, start, end)]
    several = list(map(isolated, dict.fromkeys(names)))
    listed = _(", ").join(several[:_LISTED]) + ("…" if len(several) > _LISTED else "")
    said = ngettext("{count} invisible character: {names}", "{count} invisible characters: {names}", len(names))
    return said.format(count=number(len(names)), names=listed) if names else ""


def spoken(words: str, spans: Iterable[Span], labels: LabelSet) -> str:
    """Words and what they are labelled, as a screen reader says it: the title and the value of each span."""
    said = [" ".join(words.split())]
    for span in spans:
        label = labels.find(span.label)
        said += [label.shown() if label else span.label, span.value or ""]
    return ", ".join(filter(None, said))


def percent(score: float) -> str:
    """How sure a suggestion is (see model.display_names.hundredth)."""
    return _("{number}%").format(number=number(hundredth(score)))


def proposed_value(one: Suggestion) -> str:
    """What a suggestion means, and whether a part of it was assumed; empty where it has no value."""
    if one.value is None:
        return ""
    return _("{value} (in part assumed)").format(value=one.value) if one.assumed else one.value


def spoken_suggestion(words: str, one: Suggestion, labels: LabelSet) -> str:
    """A suggestion's words and what is said of it, as a screen reader says it."""
    label = labels.find(one.label)
    said = _("suggested: {label}").format(label=label.shown() if label else one.label)
    return ", ".join(filter(None, (" ".join(words.split()), said, proposed_value(one), percent(one.score))))


def tell(parent: QWidget | None, icon: QMessageBox.Icon, text: str) -> None:
    """A box with this text, as it is, until it is read."""
    box = MessageBox(icon, parent)
    box.setText(with_paths(text))
    box.exec()
    box.deleteLater()


def printed(keys: Iterable[str]) -> str:
    """Portable key sequences as they are printed on the keys, apart from one another."""
    names = {**_PRINTED, **_PRINTED_ON_MACOS} if sys.platform == "darwin" else _PRINTED
    shown = []
    for key in keys:
        parts = QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText).replace("++", "+plus").split("+")
        shown.append(left_to_right("+".join(names.get(part, part) for part in parts)))
    return "   ".join(shown)


def menu_text(text: str, keys: Iterable[str]) -> str:
    """The text of a menu's row, with these keys where Qt would write one, half of it translated.

    The menu bar of macOS writes the key itself, and would show what follows the tab besides.
    """
    return text if sys.platform == "darwin" else f"{text}\t{printed(keys)}"


def shown_key(action: QAction) -> str:
    """The key of an action as it is printed; empty when it has none."""
    _text, tab, key = action.text().partition("\t")
    return key if tab or action.shortcut().isEmpty() else printed([action.shortcut().toString()])
