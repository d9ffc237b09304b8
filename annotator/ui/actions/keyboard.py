"""Keyboards: which keys are the same physical key, and which one was meant by a press that Qt finds ambiguous.

A key is written as Qt's portable text: `Ctrl+Shift+Z`. The program names keys as a Latin keyboard does. Where a Latin
layout lies beside the Arabic one (us,ara), Qt finds the Latin key by itself; the twins are for where there is none, and
for other systems than Linux.
"""

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QKeyCombination, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShortcutEvent
from PySide6.QtWidgets import QApplication, QWidget

_PORTABLE: Final = QKeySequence.SequenceFormat.PortableText

# The letters of one physical key, US and Arabic (101); Morocco's Arabic (AZERTY) layout has the same letters there.
_LATIN: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,./`".upper()
_ARABIC: Final = "ضصثقفغعهخحجدشسيبلاتنمكطئءؤرﻻىةوزظذ"
_DIGITS: Final = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹")
_AZERTY: Final = "À&É\"'(-È_Ç"
"""What AZERTY's digit row writes without Shift, from 0 to 9. With Ctrl the signs are keys of their own (`Ctrl+-`)."""

_TO_LATIN: Final = {
    **dict(zip(_ARABIC, _LATIN, strict=True)),
    **{other: digit for row in _DIGITS[1:] for digit, other in zip(_DIGITS[0], row, strict=True)},
    **{sign: digit for sign, digit in zip(_AZERTY, _DIGITS[0], strict=True) if not sign.isascii()},
    "Backtab": "Tab",  # what Shift and Tab send
}

_HALVES: Final = (Qt.Key.Key_unknown, Qt.Key.Key_Super_L, Qt.Key.Key_Super_R, Qt.Key.Key_Hyper_L, Qt.Key.Key_Hyper_R)
_RANGES_OF_HALVES: Final = (
    (Qt.Key.Key_Shift, Qt.Key.Key_ScrollLock),
    (Qt.Key.Key_AltGr, Qt.Key.Key_Dead_Longsolidusoverlay),
)


def portable(key: str) -> str:
    """`key` in its one portable form, as a Latin keyboard names it; empty if it does not read as a single key."""
    sequence = QKeySequence(key, _PORTABLE)
    return latin(sequence.toString(_PORTABLE)) if sequence.count() == 1 else ""


def twins(key: str) -> list[str]:
    """What other keyboards send from the place of a (Latin, portable) key."""
    modifiers, last = _split(key)
    if last == "Return":
        return [f"{modifiers}Enter"]
    if len(last) > 1:
        return []
    if last in _DIGITS[0]:
        found = [row[int(last)] for row in (*_DIGITS[1:], _AZERTY)]
        return [modifiers + other for other in found if not (modifiers and other.isascii())]
    return [modifiers + _ARABIC[place] for place, letter in enumerate(_LATIN) if letter == last]


def latin(key: str) -> str:
    """A (portable) key as a Latin keyboard names it: `Ctrl+ئ` is `Ctrl+Z`."""
    modifiers, last = _split(key)
    return modifiers + _TO_LATIN.get(last, last)


def pressed(event: QKeyEvent) -> str:
    """The key that is pressed, as a Latin keyboard names it; empty while it is only half of one, as Shift is."""
    key, modifiers = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if not key or key in _HALVES or any(first <= key <= last for first, last in _RANGES_OF_HALVES):
        return ""
    if Qt.Key.Key_0 <= key <= Qt.Key.Key_9:
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier  # AZERTY writes its digits with it
    return latin(QKeySequence(int(key) | modifiers.value).toString(_PORTABLE))


def is_everywhere(key: str) -> bool:
    """Whether a (Latin, portable) key is one that every keyboard has: a sign with Shift has another place on each."""
    modifiers, last = _split(key)
    return len(last) > 1 or (last.isascii() and (last.isalnum() or "Shift+" not in modifiers))


def sequences(keys: Iterable[str]) -> list[QKeySequence]:
    """Portable keys as Qt takes them."""
    return [QKeySequence(key, _PORTABLE) for key in keys]


class OneMeaning(QObject):
    """Sees to it that one press does one thing, and the right one.

    - us,ara: Qt finds both the Arabic and the Latin key of a press, calls that ambiguous even if both are one action's,
      and does nothing.
    - fr,ma: A is where the twin of Q is. With Ctrl, Qt names the Latin key of a press, and that one counts.
    - Shift+7 of a US keyboard is no `&` of AZERTY's digit row.
    - A key that is held down: Qt takes some of an X server's repeats for presses when the machine is busy. They come
      at the very time of a release.
    - While a menu is open, its arrows and Enter are not the article's, which has the focus still.
    - An input field knows Ctrl+C, and not its twin: it is told the Latin key before the window's action has it.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._press: QKeyCombination | None = None
        self._released: tuple[object, int] | None = None  # the key that was released last, and when
        self._repeated = False  # whether the press is by a key that is held down
        window.installEventFilter(self)

    def watch(self, action: QAction) -> None:
        """Let `action` have its presses from here."""
        action.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            # It comes to the window when no part of it wants the key for itself.
            if QApplication.activePopupWidget():
                event.accept()  # no shortcut: the article's are in force while a menu has the keyboard, too
                return True
            taken = self._told_field(event)
            self._press = event.keyCombination()
            self._repeated = event.timestamp() > 0 and _moment(event) == self._released
            return taken
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyRelease:
            self._released = _moment(event)
            return False
        if isinstance(event, QShortcutEvent) and isinstance(watched, QAction):
            meant = self._meant(watched, event.key())
            self._press = None
            if meant and (meant.autoRepeat() or not self._repeated):
                meant.trigger()
            return True
        return False

    def _meant(self, action: QAction, found: QKeySequence) -> QAction | None:
        if self._press is None:
            return action
        modifiers, key = self._press.keyboardModifiers(), self._press.key()
        if modifiers & Qt.KeyboardModifier.ShiftModifier and found.toString(_PORTABLE) in _AZERTY:
            return None
        if modifiers & Qt.KeyboardModifier.ControlModifier and Qt.Key.Key_A <= key <= Qt.Key.Key_Z:
            named = QKeySequence(self._press)
            return next((one for one in (action, *self._window.actions()) if named in one.shortcuts()), None)
        return action

    def _told_field(self, event: QKeyEvent) -> bool:
        """Whether the field that has the focus took the Latin key of this press."""
        field, key = QApplication.focusWidget(), QKeySequence(event.keyCombination()).toString(_PORTABLE)
        letter = _TO_LATIN.get(_split(key)[1], "")
        if not field or not field.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled) or len(letter) != 1:
            return False
        asked, told = (
            QKeyEvent(kind, ord(letter), event.modifiers())
            for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
        )
        asked.ignore()
        QCoreApplication.sendEvent(field, asked)
        if asked.isAccepted():
            QCoreApplication.sendEvent(field, told)
            event.accept()
        return asked.isAccepted()


def _moment(event: QKeyEvent) -> tuple[object, int]:
    """Which key, with which others, and when (0 where that is not known)."""
    return event.keyCombination(), event.timestamp()


def _split(key: str) -> tuple[str, str]:
    """`Ctrl+Shift+Z` as `Ctrl+Shift+` and `Z`; the last character may be a plus sign itself."""
    cut = key.rfind("+", 0, -1) + 1
    return key[:cut], key[cut:]
