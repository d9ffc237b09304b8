"""A mouse and a keyboard at the X server, and a person who looks at the window between one move and the next."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from Xlib import XK, X
from Xlib.display import Display
from Xlib.ext import xtest

PATIENCE = 15.0  # seconds until what should be seen must be seen
DESK = Path(__file__).with_name("desk.py")


class Hands:
    """Real input events, as XTEST makes them for the whole X server."""

    def __init__(self) -> None:
        self._display = Display()

    def close(self) -> None:
        self._display.close()

    def drag(self, start: list[int], end: list[int]) -> None:
        """Press the left button at one point, move in steps, let go at the other."""
        self.hold(start, end)
        self.release()

    def hold(self, start: list[int], end: list[int]) -> None:
        """Press the left button at one point, move in steps to the other, and hold."""
        self._move(start)
        self._event(X.ButtonPress, 1)
        for step in range(1, 9):
            self._move([round(a + (b - a) * step / 8) for a, b in zip(start, end, strict=True)])

    def release(self) -> None:
        self._event(X.ButtonRelease, 1)

    def click(self, place: list[int]) -> None:
        self._move(place)
        self._event(X.ButtonPress, 1)
        self._event(X.ButtonRelease, 1)

    def press(self, *names: str) -> None:
        """Press keys together by the names of their symbols, the last one with the others held."""
        codes = [self._display.keysym_to_keycode(XK.string_to_keysym(name)) for name in names]
        assert all(codes), f"no such key on this keyboard: {names}"
        self.press_physical(*codes)

    def press_physical(self, *codes: int) -> None:
        """Press keys together by their places on the keyboard, whatever the layout makes of them."""
        for code in codes:
            self._event(X.KeyPress, code)
        for code in reversed(codes):
            self._event(X.KeyRelease, code)

    def _move(self, place: list[int]) -> None:
        xtest.fake_input(self._display, X.MotionNotify, x=place[0], y=place[1])
        self._display.sync()

    def _event(self, kind: int, detail: int) -> None:
        xtest.fake_input(self._display, kind, detail)
        self._display.sync()


class Desk:
    """The program in a process of its own."""

    def __init__(self, corpus: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(DESK), str(corpus)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
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
