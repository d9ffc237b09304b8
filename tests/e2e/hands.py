"""A mouse and a keyboard, and a person who looks at the window between one move and the next."""

import os
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import pytest
from e2e.program import Program
from e2e.stories import Person

from annotator.ui.actions.keyboard import to_latin

if sys.platform == "win32":
    from e2e.devices_windows import Devices, window_titles
else:
    from e2e.devices_x11 import Devices, window_titles

__all__ = [
    "KEYS",
    "PLACES",
    "Annotator",
    "Input",
    "RealInput",
    "require_screen",
    "window_titles",
]

# Qt's names of keys, and X's where they differ
KEYS = {"Shift": "Shift_L", "Ctrl": "Control_L", "Alt": "Alt_L", "Space": "space", "Backspace": "BackSpace"}
PLACES = {  # of the keys of a PC keyboard, by what a US layout writes: places, whatever the layout
    letter: first + step
    for first, row in ((10, "1234567890"), (24, "QWERTYUIOP[]"), (38, "ASDFGHJKL;'`"), (52, "ZXCVBNM,./"))
    for step, letter in enumerate(row)
}


_CORNER = [9999, 9999]  # the lower right one of any screen
_BACKGROUND = frozenset(["learning", "suggestions"])
"""What of the window's state changes by itself: a key that has not come yet would else be pressed again."""


def selects(words: str) -> Callable[[dict[str, Any]], bool]:
    """Return whether these words are selected in a state."""
    return lambda state: bool(state["selection"] == words)


def has_spans(count: int) -> Callable[[dict[str, Any]], bool]:
    """Return whether a state has so many spans."""
    return lambda state: len(state["spans"]) == count


def differs_from(before: dict[str, Any]) -> Callable[[dict[str, Any]], bool]:
    """Return whether a state is another one."""
    return lambda state: state != before


def require_screen() -> None:
    """Skip the module that calls this where windows are on no screen."""
    if sys.platform == "win32":
        if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
            pytest.skip("windows are on no screen: QT_QPA_PLATFORM is offscreen", allow_module_level=True)
    elif not os.environ.get("DISPLAY"):
        pytest.skip("no X server here: packaging/dev.py test brings one", allow_module_level=True)


class Input(ABC):
    """What hands do with a mouse and a keyboard, whatever makes the events."""

    def drag(self, start: list[int], end: list[int]) -> None:
        """Press the left button at one point, move in steps, let go at the other."""
        self.hold(start, end)
        self.release()

    def hold(self, start: list[int], end: list[int]) -> None:
        """Press the left button at one point, move in steps to the other, and hold."""
        self._move(start)
        self._button(1, True)
        self.move_on(start, end)

    def move_on(self, start: list[int], end: list[int]) -> None:
        """Move in steps from one point to the other."""
        for step in range(1, 9):
            self._move([round(a + (b - a) * step / 8) for a, b in zip(start, end, strict=True)])

    def release(self) -> None:
        self._button(1, False)

    def click(self, place: list[int], button: int = 1) -> None:
        self._move(place)
        self._button(button, True)
        self._button(button, False)

    def click_while_holding(self, code: int, place: list[int]) -> None:
        """Click while the key with this code is down."""
        self._key(code, True)
        self.click(place)
        self._key(code, False)

    def double_click(self, place: list[int]) -> None:
        self.click(place)
        self.click(place)

    def turn(self, place: list[int], *, down: bool) -> None:
        """Turn the wheel by one notch over this point."""
        self._move(place)
        self._scroll(down=down)

    def press(self, *names: str) -> None:
        """Press keys together by the names of their symbols, the last one with the others held."""
        self.press_physical(*map(self._code_of_symbol, names))

    def press_physical(self, *codes: int) -> None:
        """Press keys together by their places on the keyboard, whatever the layout makes of them."""
        for code in codes:
            self._key(code, True)
        for code in reversed(codes):
            self._key(code, False)

    def hold_key(self, code: int, seconds: float) -> None:
        """Press a key and hold it: it is repeated meanwhile."""
        self._key(code, True)
        time.sleep(seconds)
        self._key(code, False)

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def code(self, key: str) -> int:
        """Return the X code of a key's place on the keyboard, by Qt's name of it or the Arabic letter on it."""

    @abstractmethod
    def _code_of_symbol(self, name: str) -> int:
        """Return the code of the key with this symbol."""

    @abstractmethod
    def _move(self, place: list[int]) -> None: ...

    @abstractmethod
    def _button(self, button: int, pressed: bool) -> None:
        """Press or release a button by X's number of it."""

    @abstractmethod
    def _scroll(self, *, down: bool) -> None: ...

    @abstractmethod
    def _key(self, code: int, pressed: bool) -> None: ...


class RealInput(Input):
    """Real input events, for the whole screen of an X server, by default that of the tests, or of Windows."""

    def __init__(self, devices: Devices | None = None) -> None:
        self.devices = devices or Devices()

    def close(self) -> None:
        """Let go of the devices, with the pointer where no later test has a menu under it."""
        self.devices.move(_CORNER)
        self.devices.close()

    def double_click(self, place: list[int]) -> None:
        """Double-click, with 50 milliseconds before each event: a busy machine must not take it for two clicks."""
        self._move(place)
        for pressed in (True, False) * 2:
            self.devices.button(1, pressed=pressed, pause=50)

    def code(self, key: str) -> int:
        if to_latin(key) in PLACES:
            return PLACES[to_latin(key)]
        return self.devices.code(KEYS.get(key, key))

    def _code_of_symbol(self, name: str) -> int:
        code = self.devices.code(name)
        assert code, f"no such key on this keyboard: {name}"
        return code

    def _move(self, place: list[int]) -> None:
        self.devices.move(place)

    def _button(self, button: int, pressed: bool) -> None:
        self.devices.button(button, pressed=pressed)

    def _scroll(self, *, down: bool) -> None:
        self.devices.turn(down=down)

    def _key(self, code: int, pressed: bool) -> None:
        self.devices.key(code, pressed=pressed)


class Annotator(Person):
    """Sits at the program's window, with a mouse and a keyboard."""

    def __init__(self, hands: Input, program: Program) -> None:
        super().__init__(program.patience)
        self._hands, self._program = hands, program

    def ask(self, question: str, **details: Any) -> Any:
        return self._program.ask(question, **details)

    def _seen(self, move: Callable[[], None], what: str | None = None) -> None:
        before = self.see()
        names = [what] if what else before.keys() - _BACKGROUND
        move()
        self._program.wait(lambda state: any(state[name] != before[name] for name in names), "a change")

    def _press(self, keys: list[str]) -> None:
        self._hands.press_physical(*map(self._hands.code, keys))

    def _drag(self, start: list[int], end: list[int]) -> None:
        self._hands.drag(start, end)

    def _click(self, place: list[int]) -> None:
        self._hands.click(place)

    def _shift_click(self, place: list[int]) -> None:
        self._hands.click_while_holding(self._hands.code("Shift"), place)

    def _double_click(self, place: list[int]) -> None:
        self._hands.double_click(place)

    def _choose(self, place: list[int], action: str) -> None:
        self._hands.click(place, 3)
        self._hands.click(self._find("menu", action))

    def _turn(self, *, down: bool) -> None:
        self._seen(lambda: self._hands.turn(self.ask("paper"), down=down))
