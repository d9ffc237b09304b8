"""Keyboard navigation to words by their first letters.

A letter key moves to the next word that begins with it; Shift selects up to there. Letters that are typed one right
after the other are the beginning of one word, as in lists. In any layout, a key stands for the Arabic and the Latin
letter at its position. Keys of actions and labels never arrive here: shortcuts come first.
"""

import re
import unicodedata
from itertools import islice
from operator import add
from typing import Final, NamedTuple

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent

from annotator.i18n import _
from annotator.text.folding import fold
from annotator.ui.actions.keyboard import pressed_key, twin_keys
from annotator.ui.article.article_view import ArticleView
from annotator.ui.session.active_item import ActiveItem
from annotator.ui.session.session import Session

NUMBER: Final = "0"
"""The initial of all numbers, whatever their first digit."""
_NUMBER_KEY: Final = "N"  # also the key of ى, with which no word begins
_ALEF_MAKSURA: Final = fold("ى")
_TYPING_PAUSE: Final = 700
"""Milliseconds after which a letter begins a new word; a practised typist needs some 280 for a key."""

# Letter keys by their scan codes (set 1, that of PC keyboards).
_KEYS_BY_SCAN_CODE: Final = {
    first + step: letter
    for first, row in ((16, "QWERTYUIOP[]"), (30, "ASDFGHJKL;'`"), (44, "ZXCVBNM,./"))
    for step, letter in enumerate(row)
}
_SCAN_CODE_OFFSETS: Final = {"xcb": 8, "wayland": 8, "windows": 0}  # what the platform adds to a scan code
_MODIFIER_KEYS: Final = {Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr, Qt.Key.Key_Meta}
_SHORTCUT_MODIFIERS: Final = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)
# The article ال with its proclitics before at least two letters: المركز, بالمركز, وللأمم. An alef with a hamza is not
# part of it: ألمانيا, إلى.
_ARTICLE: Final = re.compile(r"([وف]?[بك]?ا|[وف]?ل)ل(?=\w\w)")


def initial_forms(word: str) -> frozenset[str]:
    """Return the folded forms of a word whose first letter leads to it: without the article ال, or NUMBER.

    A proclitic before the article gives two forms: بالمركز begins with ب and م.
    """
    bare = "".join(letter for letter in word if letter != "ـ" and unicodedata.category(letter) not in ("Mn", "Cf"))
    if bare[:1].isdecimal():
        return frozenset((NUMBER,))
    article = _ARTICLE.match(bare)
    names = [bare[article.end() :]] if article else []
    if not article or article[1] != "ا":
        names.append(bare)
    return frozenset(filter(None, map(fold, names)))


def describe_keys() -> list[tuple[str, str]]:
    """Return the actions of letter keys with the keys, for the shortcut list."""
    return [
        (_("Next word that begins with the letter"), _("letter")),
        (_("Next word that begins with several letters"), _("letters, typed quickly")),
        (_("Select to that word"), _("Shift and letter")),
        (_("Next number, or with Shift select to it"), number_keys()),
    ]


def number_keys() -> str:
    """Return the keys that go to the next number, on Latin and Arabic keyboards."""
    return "   ".join((_NUMBER_KEY, *twin_keys(_NUMBER_KEY)))


def pressed_letters(event: QKeyEvent) -> tuple[str, ...]:
    """Return the folded initials a key press may stand for, none if not a letter; ignore Shift."""
    key = pressed_key(event).removeprefix("Shift+")
    offset = _SCAN_CODE_OFFSETS.get(QGuiApplication.platformName())
    scan_code = event.nativeScanCode()
    latin_key = key if offset is None or not scan_code else _KEYS_BY_SCAN_CODE.get(scan_code - offset, "")
    arabic = fold("".join(twin_keys(latin_key))) if len(latin_key) == 1 else ""
    if not arabic.isalpha() or event.modifiers() & _SHORTCUT_MODIFIERS:
        return ()
    latin_letter = key if len(key) == 1 and key.isascii() else latin_key
    initials = [NUMBER] if latin_key == _NUMBER_KEY else [arabic]
    return (*initials, latin_letter.casefold()) if latin_letter.isalpha() else tuple(initials)


class _CaretState(NamedTuple):
    """The caret as word indices, and whether everything between was selected."""

    anchor: int
    focus: int
    has_selection: bool


class _Typing(NamedTuple):
    """Letters of a word's beginning, as each script has them, and what it takes to go on with them.

    `origin` is the word index from which on the word is looked for; `landing` is where the last letter led; `keys` and
    `timestamp`, in milliseconds, are how many keys had been pressed by then, and when.
    """

    prefixes: tuple[str, ...]
    origin: int
    landing: int
    extend: bool
    keys: int
    timestamp: int


class LetterJumps(QObject):
    """Event filter for letter keys in the article."""

    jumped = Signal()
    """A letter key moved the caret."""

    def __init__(self, session: Session, view: ArticleView, active_item: ActiveItem) -> None:
        super().__init__(view)
        self._session, self._view, self._active_item = session, view, active_item
        self._history: list[_CaretState] = []
        self._typing: _Typing | None = None
        self._keys = 0  # that were pressed in the article, those of actions and labels among them
        self._last_key: tuple[int, int] | None = None
        session.article_opened.connect(lambda _offset: self._history.clear())
        view.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            self._count_key(event)
        if event.type() != QEvent.Type.KeyPress:
            return False
        initials = pressed_letters(event)
        if not initials or not self._session.article:
            return False
        self._go(initials, event.timestamp(), extend=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        return True

    def _count_key(self, event: QKeyEvent) -> None:
        """Count a key by the event that comes, once or more often, before its press or its action."""
        key = event.key(), event.timestamp()
        if event.key() not in _MODIFIER_KEYS and key != self._last_key:
            self._keys, self._last_key = self._keys + 1, key

    def go_back(self) -> None:
        """Undo the last letter key's move."""
        if self._history:
            state = self._history.pop()
            self._view.move_to_word(state.anchor)
            if state.has_selection:
                self._view.move_to_word(state.focus, extend=True)

    def _go(self, initials: tuple[str, ...], timestamp: int, *, extend: bool) -> None:
        caret, item = self._view.caret, self._active_item.current
        prefixes, origin = self._continue_typing(initials, timestamp, extend=extend) or (initials, caret.focus)
        index = self._find_next(prefixes, origin)
        if index is None and prefixes != initials:  # no word begins so: the letter begins another one
            prefixes, origin = initials, caret.focus
            index = self._find_next(prefixes, origin)
        self._typing = None if index is None else _Typing(prefixes, origin, index, extend, self._keys, timestamp)
        if index is None:
            message = _("No number follows.") if NUMBER in initials else _("No following word begins with “{letter}”.")
            self._session.notified.emit(message.format(letter=initials[0]))
        elif extend and item and not self._view.selection:
            self._active_item.resize(item, item.start, caret.words[index].end)
        else:
            self._history.append(_CaretState(caret.anchor, caret.focus, self._view.selection is not None))
            self._view.move_to_word(index, extend=extend)
            self.jumped.emit()

    def _continue_typing(
        self, initials: tuple[str, ...], timestamp: int, *, extend: bool
    ) -> tuple[tuple[str, ...], int] | None:
        """Return the letters typed so far with these, and from where on to look, or None where they begin a word.

        The same letter again goes from word to word. The key of numbers is that of ى within a word.
        """
        typing = self._typing
        if (
            typing is None
            or typing.prefixes == initials
            or typing.extend != extend
            or typing.landing != self._view.caret.focus
            or self._keys > typing.keys + 1  # another key, say a label's, was pressed in between
            or timestamp - typing.timestamp > _TYPING_PAUSE
        ):
            return None
        letters = (_ALEF_MAKSURA if letter == NUMBER else letter for letter in initials)
        return tuple(map(add, typing.prefixes, letters)), typing.origin

    def _find_next(self, prefixes: tuple[str, ...], origin: int) -> int | None:
        """Return the index of the first unfolded word behind `origin` that begins with one of these, or None."""
        caret = self._view.caret
        for index, word in enumerate(islice(caret.words, origin + 1, None), origin + 1):
            forms = initial_forms(caret.page.text[word.start : word.end])
            if any(form.startswith(prefixes) for form in forms) and caret.page.line_of(word.start):
                return index
        return None
