"""A mouse and a keyboard, and a person who looks at the window between one move and the next."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from stories import Person

from annotator.ui.keyboard import latin

if sys.platform == "win32":
    if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
        pytest.skip("no window is on the screen: QT_QPA_PLATFORM is offscreen", allow_module_level=True)
    from devices_windows import Devices, window_titles
else:
    if not os.environ.get("DISPLAY"):
        pytest.skip("no X server here: packaging/dev.py test brings one", allow_module_level=True)
    from devices_x11 import Devices, window_titles

__all__ = ["PATIENCE", "Annotator", "Desk", "Hands", "window_titles"]

PATIENCE = 15.0  # seconds until what should be seen must be seen
DESK = Path(__file__).with_name("desk.py")
KEYS = {"Shift": "Shift_L", "Ctrl": "Control_L", "Space": "space"}  # Qt's names of keys, and X's where they differ
CODES = {  # of the keys of a PC keyboard, by what a US layout writes: places, whatever the layout
    letter: first + step
    for first, row in ((10, "1234567890"), (24, "QWERTYUIOP[]"), (38, "ASDFGHJKL;'`"), (52, "ZXCVBNM,./"))
    for step, letter in enumerate(row)
}


class Hands:
    """Real input events, for the whole screen."""

    def __init__(self) -> None:
        self._devices = Devices()

    def close(self) -> None:
        self._devices.close()

    def drag(self, start: list[int], end: list[int]) -> None:
        """Press the left button at one point, move in steps, let go at the other."""
        self.hold(start, end)
        self.release()

    def hold(self, start: list[int], end: list[int]) -> None:
        """Press the left button at one point, move in steps to the other, and hold."""
        self._devices.move(start)
        self._devices.button(1, pressed=True)
        for step in range(1, 9):
            self._devices.move([round(a + (b - a) * step / 8) for a, b in zip(start, end, strict=True)])

    def release(self) -> None:
        self._devices.button(1, pressed=False)

    def click(self, place: list[int], button: int = 1) -> None:
        self._devices.move(place)
        self._devices.button(button, pressed=True)
        self._devices.button(button, pressed=False)

    def double_click(self, place: list[int]) -> None:
        """The devices wait 50 milliseconds before each event, so that no busy machine makes it two clicks."""
        self._devices.move(place)
        for pressed in (True, False) * 2:
            self._devices.button(1, pressed=pressed, pause=50)

    def turn(self, place: list[int], *, down: bool) -> None:
        """The wheel, one notch, over this point."""
        self._devices.move(place)
        self._devices.turn(down=down)

    def code(self, key: str) -> int:
        """The place of a key on the keyboard, by Qt's name of it or the Arabic letter on it."""
        if latin(key) in CODES:
            return CODES[latin(key)]
        return self._devices.code(KEYS.get(key, key))

    def press(self, *names: str) -> None:
        """Press keys together by the names of their symbols, the last one with the others held."""
        codes = [self._devices.code(name) for name in names]
        assert all(codes), f"no such key on this keyboard: {names}"
        self.press_physical(*codes)

    def press_physical(self, *codes: int) -> None:
        """Press keys together by their places on the keyboard, whatever the layout makes of them."""
        for code in codes:
            self._devices.key(code, pressed=True)
        for code in reversed(codes):
            self._devices.key(code, pressed=False)

    def hold_key(self, code: int, seconds: float) -> None:
        """Press a key and hold it: the X server repeats it meanwhile."""
        self._devices.key(code, pressed=True)
        time.sleep(seconds)
        self._devices.key(code, pressed=False)


class Desk:
    """The program in a process of its own."""

    def __init__(self, *corpus: Path) -> None:
        """Starts it on this corpus, or as it starts by itself."""
        self.process = subprocess.Popen(
            [sys.executable, str(DESK), *map(str, corpus)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.wait(lambda shown: shown["focus"], "the window has the keyboard")

    def ask(self, question: str, **details: object) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"ask": question, **details}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"the program ended with {self.process.wait(PATIENCE)}"
        return json.loads(answer)

    def wait(self, seen: Callable[[dict[str, Any]], object], what: str) -> dict[str, Any]:
        """Look until this is seen."""
        deadline = time.monotonic() + PATIENCE
        while True:
            shown: dict[str, Any] = self.ask("shown")
            if seen(shown):
                return shown
            assert time.monotonic() < deadline, f"never seen: {what}; but {shown}"
            time.sleep(0.02)

    def kill(self) -> None:
        """As the system does when memory runs out: no time for anything."""
        self.process.kill()
        self.process.wait(PATIENCE)


class Annotator(Person):
    """Sits at the program's window, with a mouse and a keyboard."""

    def __init__(self, hands: Hands, desk: Desk) -> None:
        super().__init__()
        self._hands, self._desk = hands, desk

    def ask(self, question: str, **details: Any) -> Any:
        return self._desk.ask(question, **details)

    def _seen(self, move: Callable[[], None], what: str | None = None) -> None:
        before = self.see()
        move()
        self._desk.wait(lambda shown: shown != before if what is None else shown[what] != before[what], "a change")

    def _press(self, keys: list[str]) -> None:
        self._hands.press_physical(*map(self._hands.code, keys))

    def _drag(self, start: list[int], end: list[int]) -> None:
        self._hands.drag(start, end)

    def _click(self, place: list[int]) -> None:
        self._hands.click(place)

    def _double_click(self, place: list[int]) -> None:
        self._hands.double_click(place)

    def _choose(self, place: list[int], action: str) -> None:
        self._hands.click(place, 3)
        deadline = time.monotonic() + PATIENCE
        while not (row := self.ask("menu", name=action)):
            assert time.monotonic() < deadline, "no menu opens"
        self._hands.click(row)

    def _turn(self, *, down: bool) -> None:
        self._seen(lambda: self._hands.turn(self.ask("paper"), down=down))
