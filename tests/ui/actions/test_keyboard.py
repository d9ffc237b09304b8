"""Keys on all keyboards: conversions, and real presses at an X server with the layouts of annotators."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget
from pytestqt import exceptions
from pytestqt.qtbot import QtBot

from annotator.model.labels import default_labels
from annotator.ui.actions.keyboard import (
    ShortcutResolver,
    is_on_every_keyboard,
    pressed_key,
    to_latin,
    to_portable,
    twin_keys,
)
from annotator.ui.actions.keymap import Keymap
from annotator.ui.commands.table import ACTIONS, MENUS

CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
PLAIN, KEYPAD = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier
KEYS = sorted({key for action in ACTIONS for key in action.default_keys()})


@pytest.mark.parametrize(
    ("key", "others"),
    [
        ("1", ["١", "۱", "&"]),
        ("2", ["٢", "۲", "É"]),
        ("6", ["٦", "۶", "-"]),
        ("0", ["٠", "۰", "À"]),
        ("Ctrl+1", ["Ctrl+١", "Ctrl+۱", "Ctrl+&"]),
        ("Ctrl+6", ["Ctrl+٦", "Ctrl+۶"]),
        ("Ctrl+0", ["Ctrl+٠", "Ctrl+۰", "Ctrl+À"]),
        ("B", ["ﻻ"]),
        ("Ctrl+Z", ["Ctrl+ئ"]),
        ("Ctrl+Shift+Z", ["Ctrl+Shift+ئ"]),
        ("Ctrl+Return", ["Ctrl+Enter"]),
    ],
)
def test_twin_keys_of_a_key(key: str, others: list[str]) -> None:
    assert twin_keys(key) == others


@pytest.mark.parametrize("key", ["Del", "Ctrl++", "Ctrl+-", "Ctrl+=", "F1", "Shift+Left", "Space", "Tab", "É"])
def test_keys_that_are_the_same_on_all_layouts_have_no_twins(key: str) -> None:
    assert to_portable(key) == to_latin(key)
    assert twin_keys(key) == []


@given(st.sampled_from([*KEYS, *"0123456789", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "Alt+B", "Shift+M", "Meta+["]))
def test_twin_keys_convert_back_to_their_latin_key(key: str) -> None:
    assert len({*twin_keys(key), key}) == len(twin_keys(key)) + 1
    for twin in twin_keys(key):
        if twin.isascii():  # a symbol of AZERTY's digit row, a key of its own on other layouts
            assert to_portable(twin) == twin
        else:
            assert to_portable(twin) == to_latin(twin) == key


@given(st.text() | st.sampled_from(["Ctrl+K, Ctrl+B", "Ctrl+Foo", "Strg+Z", "لا", "😀", "\u064e", "Ctrl+"]))
def test_to_portable_returns_nothing_for_text_that_is_no_single_key(text: str) -> None:
    key = to_portable(text)
    assert to_portable(key) == key
    assert key or text.strip() == "" or len(text) != 1 or not text.isascii() or not text.isprintable()


def press(key: int, modifiers: Qt.KeyboardModifier = PLAIN, text: str = "") -> QKeyEvent:
    return QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text)


@pytest.mark.parametrize(
    ("event", "key"),
    [
        (press(Qt.Key.Key_E, CONTROL), "Ctrl+E"),
        (press(0x626, CONTROL, "ئ"), "Ctrl+Z"),
        (press(0xFEFB, PLAIN, "ﻻ"), "B"),
        (press(0x662, PLAIN, "٢"), "2"),
        (press(Qt.Key.Key_2, SHIFT, "2"), "2"),  # AZERTY
        (press(Qt.Key.Key_Eacute, PLAIN, "é"), "2"),
        (press(Qt.Key.Key_7, KEYPAD, "7"), "7"),
        (press(Qt.Key.Key_Left, ALT | SHIFT), "Alt+Shift+Left"),
        (press(Qt.Key.Key_Backtab, SHIFT), "Shift+Tab"),
        (press(Qt.Key.Key_F5), "F5"),
        (press(Qt.Key.Key_Shift, SHIFT), ""),
        (press(Qt.Key.Key_Control, CONTROL), ""),
        (press(Qt.Key.Key_AltGr), ""),
        (press(Qt.Key.Key_Super_L), ""),
        (press(Qt.Key.Key_CapsLock), ""),
        (press(Qt.Key.Key_Dead_Circumflex), ""),
        (press(Qt.Key.Key_unknown), ""),
        (press(0), ""),
    ],
)
def test_pressed_key_is_named_as_on_a_latin_keyboard(event: QKeyEvent, key: str) -> None:
    assert pressed_key(event) == key


@pytest.mark.parametrize(
    ("key", "everywhere"),
    [
        ("A", True),
        ("Ctrl+Shift+L", True),
        ("7", True),
        ("/", True),
        ("Ctrl++", True),
        ("Shift+F2", True),
        ("Shift+Space", True),
        ("Shift+?", False),
        ("Ctrl+Shift+~", False),
        ("É", False),
        ("Shift+إ", False),
    ],
)
def test_keys_that_exist_on_every_keyboard(key: str, everywhere: bool) -> None:
    assert is_on_every_keyboard(key) == everywhere


# The window's keys on a widget that only records the actions triggered.


class Board(QWidget):
    """A widget with all actions and labels that records which were triggered."""

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self.triggered: list[str] = []
        self.field, self.notes = QLineEdit(), QPlainTextEdit()
        column = QVBoxLayout(self)
        column.addWidget(self.field)
        column.addWidget(self.notes)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        resolver = ShortcutResolver(self)
        rows = [(action.name, keymap.sequences(action.name)) for action in ACTIONS]
        rows += [(label.name, keymap.label_sequences(label.name)) for label in keymap.labels]
        for name, sequences in rows:
            action = QAction(self)
            action.setShortcuts(sequences)
            action.triggered.connect(lambda _checked=False, name=name: self.triggered.append(name))
            resolver.watch(action)
            self.addAction(action)


@pytest.fixture
def board(qtbot: QtBot, request: pytest.FixtureRequest) -> Board:
    """Return a focused board; the parameter is its custom keys."""
    board = Board(Keymap(MENUS, getattr(request, "param", {}), default_labels().labels))
    qtbot.addWidget(board)
    board.show()
    board.activateWindow()
    board.setFocus()
    qtbot.waitUntil(board.hasFocus)
    return board


@pytest.mark.parametrize("name", ["field", "notes"])
@pytest.mark.parametrize("board", [{"quit": ["B"], "undo": ["Z"], "toggle_folds": ["Space"]}], indirect=True)
@pytest.mark.parametrize(
    ("text", "does"),
    [
        *[("1", "DATE"), ("١", "DATE"), ("۲", "INSTITUTION"), ("é", "INSTITUTION"), ("&", "DATE")],
        *[("b", "quit"), ("ﻻ", "quit"), ("ئ", "undo"), (" ", "toggle_folds")],
    ],
)
def test_typing_in_a_field_triggers_no_action(board: Board, name: str, text: str, does: str) -> None:
    field: Any = getattr(board, name)
    field.setFocus()
    QTest.sendKeyEvent(QTest.KeyAction.Click, field, Qt.Key(ord(text.upper())), text, PLAIN)
    assert (field.text() if name == "field" else field.toPlainText()) == text
    assert board.triggered == []
    board.setFocus()
    QTest.sendKeyEvent(QTest.KeyAction.Click, board, Qt.Key(ord(text.upper())), text, PLAIN)
    assert board.triggered == [does]


@pytest.mark.parametrize("name", ["field", "notes"])
def test_a_field_handles_the_twins_of_its_own_shortcuts(board: Board, name: str) -> None:
    field: Any = getattr(board, name)
    field.setFocus()
    QTest.keyClicks(field, "abc")
    text = field.text if name == "field" else field.toPlainText
    for key in "شؤ":  # A, C
        QTest.sendKeyEvent(QTest.KeyAction.Click, field, Qt.Key(ord(key)), key, CONTROL)
    assert QGuiApplication.clipboard().text() == "abc"
    QTest.sendKeyEvent(QTest.KeyAction.Click, field, Qt.Key(ord("ئ")), "ئ", CONTROL)
    assert text() == ""
    QTest.sendKeyEvent(QTest.KeyAction.Click, field, Qt.Key(ord("ر")), "ر", CONTROL)
    assert text() == "abc"
    assert board.triggered == []
    QTest.sendKeyEvent(QTest.KeyAction.Click, field, Qt.Key(ord("خ")), "خ", CONTROL)  # the field has no Ctrl+O
    assert board.triggered == ["open_corpus"]


# At a real X server


NAMED = {
    **{"Del": "Delete", "Backspace": "BackSpace", "Esc": "Escape", "PgDown": "Next", "PgUp": "Prior", "Space": "space"},
    **{"+": "plus", "-": "minus", "=": "equal", "[": "bracketleft", "]": "bracketright", "/": "slash"},
    **{".": "period", ",": "comma", ";": "semicolon", "'": "apostrophe"},
    **{"Ctrl": "Control_L", "Shift": "Shift_L", "Alt": "Alt_L", "Meta": "Super_L"},
}
"""X11 names of keys that differ from Qt's."""


def key_code(display: Any, key: str) -> tuple[int, bool]:
    """Return the X11 code of a key without modifiers, and whether it needs Shift."""
    from Xlib import XK

    symbol = XK.string_to_keysym(NAMED.get(key, key.lower() if len(key) == 1 else key))
    code = display.keysym_to_keycode(symbol)
    assert code, f"{key} is not on this keyboard"
    return code, len(key) == 1 and display.keycode_to_keysym(code, 0) != symbol


LAYOUTS = {
    "us": ("us", "", "us"),
    "French": ("fr", "azerty", "fr"),
    "Arabic": ("ara", "", "us"),
    "Arabic, ١٢٣": ("ara", "digits", "us"),
    "Arabic of Morocco": ("ma", "", "us"),
    "Arabic beside us": ("ara,us", ",", "us"),
    "Arabic, ١٢٣, beside us": ("ara,us", "digits,", "us"),
    "Arabic of Morocco beside French": ("ma,fr", ",azerty", "fr"),
}
"""Layout and variant for setxkbmap, and the Latin layout printed on the keys."""


@pytest.fixture
def layout(qapp: QApplication) -> Iterator[Callable[[str, str], Any]]:
    """Return a function that switches the X server's layout and returns a display."""
    if qapp.platformName() != "xcb" or not shutil.which("setxkbmap"):
        pytest.skip(
            "no X server or no setxkbmap here: Debian has it in x11-xkb-utils, packaging/dev.py brings a server"
        )
    display_module = pytest.importorskip("Xlib.display")
    opened = []

    def switch(name: str, variant: str) -> Any:
        subprocess.run(["setxkbmap", "-layout", name, "-variant", variant, "-option", ""], check=True)
        QTest.qWait(150)
        opened.append(display_module.Display())
        return opened[-1]

    yield switch
    switch("us", "")
    for display in opened:
        display.close()


def press_together(display: Any, codes: list[int]) -> None:
    """Press these keys together and release them."""
    from Xlib import X
    from Xlib.ext import xtest

    for kind, order in ((X.KeyPress, codes), (X.KeyRelease, codes[::-1])):
        for code in order:
            xtest.fake_input(display, kind, code)
    display.sync()


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_key_works_with_every_layout(
    name: str, layout: Callable[[str, str], Any], board: Board, qtbot: QtBot
) -> None:
    symbols, variant, printed = LAYOUTS[name]
    keys = [(action.name, key) for action in ACTIONS for key in action.default_keys()]
    if printed == "fr" or symbols == "ma":
        keys.remove(("choose_candidate_6", "Ctrl+6"))  # 6 is where - is, with which Ctrl zooms
    keys += [(label.name, label.key) for label in default_labels().labels if label.key]
    parts = [(key[: key.rfind("+", 0, -1) + 1].split("+")[:-1], key[key.rfind("+", 0, -1) + 1 :]) for _, key in keys]
    # Letters and digits are on the same key in all layouts; symbols are not.
    before = layout(printed, "azerty" if printed == "fr" else "")
    places = {last: key_code(before, last)[0] for _, last in parts if last.isalnum()}
    display = layout(symbols, variant)
    wrong = []
    for (wanted, key), (modifiers, last) in zip(keys, parts, strict=True):
        code, shifted = (places[last], False) if last in places else key_code(display, last)
        board.triggered.clear()
        press_together(display, [*(key_code(display, name)[0] for name in modifiers + ["Shift"] * shifted), code])
        with suppress(exceptions.TimeoutError):
            qtbot.waitUntil(lambda: bool(board.triggered), timeout=10_000)
        QTest.qWait(2)
        if board.triggered != [wanted]:
            wrong.append((key, wanted, list(board.triggered)))
    assert wrong == []


def test_a_symbol_with_shift_is_not_a_digit_of_azerty(layout: Callable[[str, str], Any], board: Board) -> None:
    display = layout("us", "")
    press_together(display, [key_code(display, "Shift")[0], key_code(display, "7")[0]])  # &
    QTest.qWait(50)
    press_together(display, [key_code(display, "1")[0]])
    QTest.qWait(50)
    assert board.triggered == ["DATE"]


@pytest.mark.parametrize(
    ("board", "does"),
    [({"tag_all_here": []}, []), ({"tag_all_here": [], "copy": ["Ctrl+A"]}, ["copy"] * 3)],
    indirect=["board"],
)
def test_the_printed_letter_counts_rather_than_that_of_a_us_keyboard(
    layout: Callable[[str, str], Any], board: Board, does: list[str], qtbot: QtBot
) -> None:
    code = key_code(layout("fr", "azerty"), "A")[0]
    display = layout("ma,fr", ",azerty")
    for _time in range(3):
        press_together(display, [key_code(display, "Ctrl")[0], code])  # the twin of Ctrl+Q is on this key
        QTest.qWait(50)
    qtbot.waitUntil(lambda: len(board.triggered) >= len(does))
    assert board.triggered == does
