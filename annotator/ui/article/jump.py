"""Going to a word by its first letter: a jump for the hands, as the eye makes it.

A letter goes to the next word that begins with it, once more to the one after that; with Shift it selects as far as
that word. A letter is a place on the keyboard: it means the Arabic one there, whatever layout is active, and the Latin
one too. A key that an action or a label has is never seen here: shortcuts come first.
"""

import re
import unicodedata
from itertools import islice
from typing import Final, NamedTuple

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

from annotator.i18n import _
from annotator.text.folding import fold
from annotator.ui.actions.keyboard import pressed, twins
from annotator.ui.article.article_view import ArticleView
from annotator.ui.session.active_item import Held
from annotator.ui.session.session import Session

NUMBER: Final = "0"
"""What every number begins with, whatever its first digit is."""
_OF_NUMBERS: Final = "N"  # the key of ى too, with which no word begins

# The keys of letters by their scan codes (set 1, that of PC keyboards).
_PLACES: Final = {
    first + step: letter
    for first, row in ((16, "QWERTYUIOP[]"), (30, "ASDFGHJKL;'`"), (44, "ZXCVBNM,./"))
    for step, letter in enumerate(row)
}
_SCANNED_FROM: Final = {"xcb": 8, "wayland": 8, "windows": 0}  # what the system adds to a scan code
_OTHER: Final = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
# The article with what is written before it, and two letters at least left: المركز, بالمركز, وللأمم. An alef with a
# hamza is none of it: ألمانيا, إلى.
_ARTICLE: Final = re.compile(r"([وف]?[بك]?ا|[وف]?ل)ل(?=\w\w)")


def beginnings(word: str) -> frozenset[str]:
    """What a person may call the beginning of a word: one folded letter or several, without the article ال.

    What is written before the article may count or not: بالمركز begins with ب and with م.
    """
    bare = "".join(letter for letter in word if letter != "ـ" and unicodedata.category(letter) not in ("Mn", "Cf"))
    if bare[:1].isdecimal():
        return frozenset((NUMBER,))
    article = _ARTICLE.match(bare)
    names = [bare[article.end() :]] if article else []
    if not article or article[1] != "ا":
        names.append(bare)
    return frozenset(filter(None, map(fold, names)))


def told() -> list[tuple[str, str]]:
    """What letters do, and how they are pressed, for a person who looks for it."""
    return [
        (_("To the next word that begins with a letter"), _("the letter")),
        (_("Select as far as that word"), _("Shift and the letter")),
        (_("To the next number, or select as far as that"), "   ".join((_OF_NUMBERS, *twins(_OF_NUMBERS)))),
    ]


def letters(event: QKeyEvent) -> tuple[str, ...]:
    """The beginnings that a press may mean, folded; none if it is no letter's. Shift makes no difference."""
    named = pressed(event).removeprefix("Shift+")
    first = _SCANNED_FROM.get(QGuiApplication.platformName())
    code = event.nativeScanCode()
    place = named if first is None or not code else _PLACES.get(code - first, "")
    arabic = fold("".join(twins(place))) if len(place) == 1 else ""
    if not arabic.isalpha() or event.modifiers() & _OTHER:
        return ()
    latin = named if len(named) == 1 and named.isascii() else place
    meant = [NUMBER] if place == _OF_NUMBERS else [arabic]
    return (*meant, latin.casefold()) if latin.isalpha() else tuple(meant)


class _Stand(NamedTuple):
    """Where the caret was: the places of words; `selecting` from one to the other."""

    anchor: int
    focus: int
    selecting: bool


class Jumps(QObject):
    """Takes the letters that are pressed in the article."""

    def __init__(self, session: Session, view: ArticleView, held: Held) -> None:
        super().__init__(view)
        self._session, self._view, self._held = session, view, held
        self._trail: list[_Stand] = []
        session.article_opened.connect(lambda _offset: self._trail.clear())
        view.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        meant = letters(event)
        if not meant or not self._session.article:
            return False
        self._go(meant, extend=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        return True

    def back(self) -> None:
        """Go back to where the last letter was pressed."""
        if self._trail:
            stand = self._trail.pop()
            self._view.go(stand.anchor)
            if stand.selecting:
                self._view.go(stand.focus, extend=True)

    def _go(self, meant: tuple[str, ...], *, extend: bool) -> None:
        caret, held = self._view.caret, self._held.it()
        place = self._next(meant)
        if place is None:
            said = (
                _("No number comes after this.") if NUMBER in meant else _("No word after this begins with “{letter}”.")
            )
            self._session.told.emit(said.format(letter=meant[0]))
        elif extend and held and not self._view.selection:
            self._held.resize(held, held.start, caret.words[place].end)
        else:
            self._trail.append(_Stand(caret.anchor, caret.focus, self._view.selection is not None))
            self._view.go(place, extend=extend)

    def _next(self, meant: tuple[str, ...]) -> int | None:
        """The place of the next word that begins so and is not folded away; None where there is none."""
        caret = self._view.caret
        for place, word in enumerate(islice(caret.words, caret.focus + 1, None), caret.focus + 1):
            found = beginnings(caret.page.text[word.start : word.end])
            if any(name.startswith(meant) for name in found) and caret.page.line_of(word.start):
                return place
        return None
