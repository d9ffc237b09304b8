"""Keys on different keyboard layouts, and the resolution of key presses ambiguous to Qt.

Keys are written in Qt's portable text format, as on a Latin keyboard: `Ctrl+Shift+Z`. With a Latin layout beside the
Arabic one (us,ara), Qt finds the Latin key itself; without, and on systems other than Linux, twin keys (other
characters on the same physical key) are needed.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QKeyCombination, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShortcutEvent
from PySide6.QtWidgets import QApplication, QWidget

_PORTABLE: Final = QKeySequence.SequenceFormat.PortableText

# Letters on the same physical keys, US and Arabic (101); Morocco's Arabic (AZERTY) layout has the same.
_LATIN: Final = "qwertyuiop[]asdfghjkl;'zxcvbnm,./`".upper()
_ARABIC: Final = "ضصثقفغعهخحجدشسيبلاتنمكطئءؤرﻻىةوزظذ"
_DIGITS: Final = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹")
_AZERTY: Final = "À&É\"'(-È_Ç"
"""AZERTY's digit row without Shift, 0 to 9. With Ctrl, `-` is a key of its own."""

_TO_LATIN: Final = {
    **dict(zip(_ARABIC, _LATIN, strict=True)),
    **{other: digit for row in _DIGITS[1:] for digit, other in zip(_DIGITS[0], row, strict=True)},
    **{sign: digit for sign, digit in zip(_AZERTY, _DIGITS[0], strict=True) if not sign.isascii()},
    "Backtab": "Tab",  # sent by Shift and Tab
}

_INCOMPLETE_KEYS: Final = (
    Qt.Key.Key_unknown,
    Qt.Key.Key_Super_L,
    Qt.Key.Key_Super_R,
    Qt.Key.Key_Hyper_L,
    Qt.Key.Key_Hyper_R,
)
_INCOMPLETE_KEY_RANGES: Final = (
    (Qt.Key.Key_Shift, Qt.Key.Key_ScrollLock),
    (Qt.Key.Key_AltGr, Qt.Key.Key_Dead_Longsolidusoverlay),
)


@lru_cache(maxsize=1024)  # each keymap asks for all keys
def to_portable(key: str) -> str:
    """Return a key's canonical portable form on a Latin keyboard; "" unless a single key."""
    sequence = QKeySequence(key, _PORTABLE)
    return to_latin(sequence.toString(_PORTABLE)) if sequence.count() == 1 else ""


def twin_keys(key: str) -> list[str]:
    """Return the keys that other layouts send from a (Latin, portable) key's position."""
    modifiers, last = _split(key)
    if last == "Return":
        return [f"{modifiers}Enter"]
    if len(last) > 1:
        return []
    if last in _DIGITS[0]:
        characters = [row[int(last)] for row in (*_DIGITS[1:], _AZERTY)]
        return [modifiers + character for character in characters if not (modifiers and character == "-")]
    return [modifiers + _ARABIC[index] for index, letter in enumerate(_LATIN) if letter == last]


def to_latin(key: str) -> str:
    """Convert a portable key to a Latin keyboard: `Ctrl+ئ` to `Ctrl+Z`."""
    modifiers, last = _split(key)
    return modifiers + _TO_LATIN.get(last, last)


def pressed_key(event: QKeyEvent) -> str:
    """Return the pressed key, Latin and portable; "" for a modifier or dead key alone."""
    key, modifiers = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if not key or key in _INCOMPLETE_KEYS or any(first <= key <= last for first, last in _INCOMPLETE_KEY_RANGES):
        return ""
    if Qt.Key.Key_0 <= key <= Qt.Key.Key_9:
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier  # AZERTY needs it for digits
    return to_latin(QKeySequence(int(key) | modifiers.value).toString(_PORTABLE))


def is_on_every_keyboard(key: str) -> bool:
    """Return whether a (Latin, portable) key is on all layouts: symbols with Shift are not."""
    modifiers, last = _split(key)
    return len(last) > 1 or (last.isascii() and (last.isalnum() or "Shift+" not in modifiers))


def to_sequences(keys: Iterable[str]) -> list[QKeySequence]:
    """Convert portable keys to Qt's key sequences."""
    return [QKeySequence(key, _PORTABLE) for key in keys]


class ShortcutResolver(QObject):
    """An event filter that makes each key press trigger the right action, once.

    - us,ara: Qt finds a press ambiguous between its Arabic and Latin key, even within one action, and does nothing.
    - fr,ma: A is where the twin of Q is. With Ctrl, Qt names the Latin key, which counts.
    - Shift+7 on a US keyboard is not the `&` of AZERTY's digit row.
    - On a busy machine, Qt takes some of X's key repeats for presses. They have a release's timestamp.
    - An open menu's arrow keys and Enter must not reach the article, which still has the focus.
    - An input field handles Ctrl+C but not its twin: it is offered the Latin key before the window's action.
    """

    pressed = Signal()
    """A key was pressed that no input field keeps for itself."""
    ignored = Signal(QKeySequence)
    """A key press has reached the window: no enabled action and no widget has handled it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._press: QKeyCombination | None = None
        self._last_release: tuple[object, int] | None = None  # the last released key, and when
        self._is_repeat = False  # whether the press comes from a key held down
        window.installEventFilter(self)

    def watch(self, action: QAction) -> None:
        """Resolve the key presses of an action."""
        action.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            # It reaches the window if no child widget takes the key.
            self.pressed.emit()
            if QApplication.activePopupWidget():
                event.accept()  # suppress shortcuts, which are active even while a menu has the keyboard
                return True
            was_taken = offer_latin_key(event)
            self._press = event.keyCombination()
            self._is_repeat = event.timestamp() > 0 and _key_and_time(event) == self._last_release
            return was_taken
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched is self._window:
            self.ignored.emit(QKeySequence(event.keyCombination()))
            return False
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyRelease:
            self._last_release = _key_and_time(event)
            return False
        if isinstance(event, QShortcutEvent) and isinstance(watched, QAction):
            target = self._resolve(watched, event.key())
            self._press = None
            if target and (target.autoRepeat() or not self._is_repeat):
                target.trigger()
            return True
        return False

    def _resolve(self, action: QAction, sequence: QKeySequence) -> QAction | None:
        if self._press is None:
            return action
        modifiers, key = self._press.keyboardModifiers(), self._press.key()
        if modifiers & Qt.KeyboardModifier.ShiftModifier and _split(sequence.toString(_PORTABLE))[1] in _AZERTY:
            return None
        if modifiers & Qt.KeyboardModifier.ControlModifier and Qt.Key.Key_A <= key <= Qt.Key.Key_Z:
            pressed_sequence = QKeySequence(self._press)
            candidates = (action, *self._window.actions())
            return next((candidate for candidate in candidates if pressed_sequence in candidate.shortcuts()), None)
        return action


def offer_latin_key(event: QKeyEvent) -> bool:
    """Offer the Latin key of a ShortcutOverride to the focused input field, and return whether it took it."""
    field, key = QApplication.focusWidget(), QKeySequence(event.keyCombination()).toString(_PORTABLE)
    letter = _TO_LATIN.get(_split(key)[1], "")
    if not field or not field.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled) or len(letter) != 1:
        return False
    override, press = (
        QKeyEvent(kind, ord(letter), event.modifiers()) for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
    )
    override.ignore()
    QCoreApplication.sendEvent(field, override)
    if override.isAccepted():
        QCoreApplication.sendEvent(field, press)
        event.accept()
    return override.isAccepted()


def _key_and_time(event: QKeyEvent) -> tuple[object, int]:
    """Return the key with modifiers, and the timestamp (0 if unknown)."""
    return event.keyCombination(), event.timestamp()


def _split(key: str) -> tuple[str, str]:
    """Split `Ctrl+Shift+Z` into `Ctrl+Shift+` and `Z`; the last part may be `+`."""
    index = key.rfind("+", 0, -1) + 1
    return key[:index], key[index:]
