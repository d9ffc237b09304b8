"""Formatting of texts that mix right-to-left and left-to-right."""

import sys
from collections.abc import Iterable
from html import escape
from typing import Final

import regex
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QFontMetricsF, QKeySequence
from PySide6.QtWidgets import QLabel, QPlainTextEdit

from annotator.i18n import _, format_digits, format_number, is_rtl, ngettext, pgettext
from annotator.model.date_display import format_date_value
from annotator.model.display_names import to_percent, votes_of
from annotator.model.labels import LabelSet
from annotator.model.records import Span, Suggestion
from annotator.text.invisible import find_invisible
from annotator.ui.widgets.wrapped_label import WrappedLabel

_FSI, _LRI, _PDI = "\u2068", "\u2066", "\u2069"  # UAX #9: isolates, which do not affect the text around
LRM, _RLM = "\u200e", "\u200f"  # UAX #9: marks of the directions, which act like invisible letters
_BEFORE_NUMBER: Final = regex.compile(r"(?<=[\p{bidi_class=R}\p{bidi_class=AL}])(?=[^\p{L}]*\d)")
_ALM: Final = "\u061c"  # UAX #9: Arabic letter mark, which acts like an invisible Arabic letter
_QUOTED_PATH: Final = regex.compile(r"(?<=[«“])(\s?)((?:/|[A-Za-z]:[\\/]|\\\\)[^»”]*?)(?=\s?[»”])")
_ISOLATE_FIRST: Final = regex.compile(rf"(?m)^(?=[«“]?\s?[{_LRI}{_FSI}])")
_MAX_NAMES: Final = 4  # invisible characters listed by name
_STRONG: Final = regex.compile(r"[\p{bidi_class=L}\p{bidi_class=R}\p{bidi_class=AL}]")
_LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute
_QUOTED: Final = regex.compile(r"(“|«\s?)(.+?)(”|\s?»)")
# The labels of keys on Arabic keyboards too; Qt would translate half of them.
_KEY_LABELS: Final = {
    **{"Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "Return": "Enter", "Ins": "Insert"},
    **{"PgDown": "Page Down", "PgUp": "Page Up", "Del": "Delete", "Esc": "Escape", "plus": "+"},
}

_MACOS_KEY_LABELS: Final = {"Ctrl": "Cmd", "Alt": "Option", "Meta": "Control"}
"""Labels of keys that Qt knows by the names of other systems."""


def elide(text: str, metrics: QFontMetricsF, width: float) -> str:
    """Elide text to `width` pixels at its own end, whatever the context."""
    return f"{_FSI}{metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)}{_PDI}"


def elide_middle(text: str, length: int) -> str:
    """Shorten text to `length` characters in its middle."""
    half = (length - 1) // 2
    return text if len(text) <= length else f"{text[: length - 1 - half]}…{text[-half:]}"


def isolate(text: str) -> str:
    """Isolate text so that it keeps its own direction."""
    return f"{_FSI}{text}{_PDI}"


def isolate_quotes(text: str) -> str:
    """Isolate the quotations in a sentence: “ب”; 6 would change places."""
    return _QUOTED.sub(lambda match: f"{match[1]}{_FSI}{match[2]}{_PDI}{match[3]}", text)


def add_arabic_mark(text: str) -> str:
    """Make part of an Arabic article read as there: without a letter, 2024-2028 would be reversed."""
    return text if _STRONG.search(text) else _ALM + text


def mark_direction(text: str) -> str:
    """Make text begin in the direction of the interface, whatever word comes first."""
    return (_RLM if is_rtl() else LRM) + text


def mark_isolates(text: str) -> str:
    """Make lines that begin with an isolate read in the direction of the interface.

    In a label whose text can be selected, as those of message boxes, Qt goes by the words in the isolate.
    """
    return _ISOLATE_FIRST.sub(mark_direction(""), text)


def isolate_ltr(text: object) -> str:
    """Isolate left-to-right text, such as a path, and keep the numbers after an Arabic part of it in their place."""
    return f"{_LRI}{_BEFORE_NUMBER.sub(LRM, str(text))}{_PDI}"


def isolate_paths(sentence: str) -> str:
    """Isolate quoted paths so that they read from left to right in any language."""
    return _QUOTED_PATH.sub(lambda match: match[1] + isolate_ltr(match[2]), sentence)


def plain_label(text: str = "", name: str = "", *, wraps: bool = False) -> QLabel:
    """Create a label with literal text: Qt would interpret HTML."""
    label = WrappedLabel(text) if wraps else QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setObjectName(name)
    return label


def leading_side(*, is_rtl: bool) -> Qt.AlignmentFlag:
    """Return the alignment to the side where reading begins; absolute, as Qt would mirror it again."""
    return _RIGHT if is_rtl else _LEFT


def set_direction(field: QPlainTextEdit, direction: Qt.LayoutDirection) -> None:
    """Set a field's direction and alignment."""
    field.setLayoutDirection(direction)
    option = field.document().defaultTextOption()
    option.setTextDirection(direction)
    # Qt's default is left in both directions.
    option.setAlignment(leading_side(is_rtl=direction == Qt.LayoutDirection.RightToLeft))
    field.document().setDefaultTextOption(option)


def tooltip(text: str) -> str:
    """Return a wrapped tooltip with literal text."""
    return "<br>".join(escape(line) for line in text.split("\n")).join(("<p>", "</p>"))


def describe_invisible(text: str, start: int, end: int) -> str:
    """List the invisible characters in `text[start:end]` by short names, "" if none."""
    names = [character.name for character in find_invisible(text, start, end)]
    unique_names = list(map(isolate, dict.fromkeys(names)))
    listing = _(", ").join(unique_names[:_MAX_NAMES]) + ("…" if len(unique_names) > _MAX_NAMES else "")
    message = ngettext("{count} invisible character: {names}", "{count} invisible characters: {names}", len(names))
    return message.format(count=format_number(len(names)), names=listing) if names else ""


def accessible_text(words: str, spans: Iterable[Span], labels: LabelSet) -> str:
    """Return what a screen reader speaks: words, and the titles, values and notes of their spans."""
    parts = [" ".join(words.split())]
    for span in spans:
        label = labels.find(span.label)
        parts += [label.localised_title() if label else span.label, format_value(span.value or ""), span.note or ""]
    return ", ".join(filter(None, parts))


def format_percent(score: float) -> str:
    """Format a suggestion's score as a percentage, rounded as everywhere else, with the sign on its right."""
    text = _("{number}%").format(number=format_number(to_percent(score)))
    return isolate_ltr(text) if is_rtl() else text


def percent_sign() -> str:
    """Return what stands behind a number of per cent, with a space where the language has one."""
    return _("{number}%").format(number="")


def describe_score(suggestion: Suggestion) -> str:
    """Return the score of a suggestion in per cent, or the votes of so many annotators for it."""
    votes = votes_of(suggestion.source)
    return isolate_ltr(votes) if votes else format_percent(suggestion.score)


def format_decimal(value: float, places: int) -> str:
    """Format a number with this many decimals."""
    whole, _point, decimals = f"{value:.{places}f}".partition(".")
    text = pgettext("decimal number", "{whole}.{tenths}")
    return isolate_ltr(text.format(whole=format_digits(whole), tenths=format_digits(decimals)))


def format_value(value: str) -> str:
    """Return a value as a person reads it: a date in words, anything else as it is."""
    return format_date_value(value) or value


def describe_span(words: str, span: Span) -> str:
    """Return a span in one line: its words, its value and its note."""
    note = " ".join((span.note or "").split())
    return " · ".join(isolate(part) for part in (words, format_value(span.value or ""), note) if part)


def describe_value(suggestion: Suggestion) -> str:
    """Return a suggestion's value, saying if it is partly assumed; "" if none."""
    value = format_value(suggestion.value or "")
    return _("{value} (partly assumed)").format(value=value) if value and suggestion.assumed else value


def accessible_suggestion_text(words: str, suggestion: Suggestion, labels: LabelSet) -> str:
    """Return what a screen reader speaks for a suggestion."""
    label = labels.find(suggestion.label)
    title = _("suggested: {label}").format(label=label.localised_title() if label else suggestion.label)
    return ", ".join(
        filter(None, (" ".join(words.split()), title, describe_value(suggestion), describe_score(suggestion)))
    )


def format_keys(keys: Iterable[str]) -> str:
    """Format portable key sequences as labelled on the keyboard, separated by spaces."""
    symbols = {**_KEY_LABELS, **_MACOS_KEY_LABELS} if sys.platform == "darwin" else _KEY_LABELS
    formatted = []
    for key in keys:
        names = QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText).replace("++", "+plus").split("+")
        formatted.append(isolate_ltr("+".join(symbols.get(name, name) for name in names)))
    return "   ".join(formatted)


def menu_text(text: str, keys: Iterable[str]) -> str:
    """Return a menu item's text with its keys, in place of Qt's half-translated shortcut.

    The menu bar of macOS writes shortcuts itself, and would show the text after the tab.
    """
    return text if sys.platform == "darwin" else f"{text}\t{format_keys(keys)}"


def format_shortcut(action: QAction) -> str:
    """Format an action's shortcut like format_keys, "" if none."""
    _text, tab, key = action.text().partition("\t")
    return key if tab or action.shortcut().isEmpty() else format_keys([action.shortcut().toString()])
