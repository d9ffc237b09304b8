"""The mouse and the keyboard of Windows, by SendInput, and what windows it shows."""

import ctypes
import sys
import time
from ctypes import wintypes

if sys.platform != "win32":
    raise ImportError("these are Windows' devices")

_X_OFFSET = 8  # an X code is that much above the code that the keyboard itself sends
_EXTENDED = {  # the keys beside the main block, by their X codes: the keyboard sends 0xE0 before these
    **{110: 0x47, 111: 0x48, 112: 0x49, 113: 0x4B, 114: 0x4D},
    **{115: 0x4F, 116: 0x50, 117: 0x51, 118: 0x52, 119: 0x53},
}
_CODES = {  # X codes of a PC keyboard, by X symbols
    **{"Home": 110, "Up": 111, "Prior": 112, "Left": 113, "Right": 114},
    **{"End": 115, "Down": 116, "Next": 117, "Insert": 118, "Delete": 119},
    **{"Escape": 9, "BackSpace": 22, "Tab": 23, "Return": 36, "Control_L": 37, "Shift_L": 50, "Alt_L": 64, "space": 65},
    **{f"F{number}": 66 + number for number in range(1, 11)},
    **{
        letter: first + step
        for first, row in ((10, "1234567890"), (24, "qwertyuiop"), (38, "asdfghjkl"), (52, "zxcvbnm"))
        for step, letter in enumerate(row)
    },
}
_MOVE, _WHEEL, _ABSOLUTE = 0x0001, 0x0800, 0x8000
_BUTTONS = {(1, True): 0x0002, (1, False): 0x0004, (3, True): 0x0008, (3, False): 0x0010}
_KEY_EXTENDED, _KEY_UP, _KEY_SCANCODE = 0x0001, 0x0002, 0x0008


class _MouseInput(ctypes.Structure):
    _fields_ = (
        ("dx", wintypes.LONG),
        ("dy", wintypes.LONG),
        ("mouseData", wintypes.DWORD),
        ("dwFlags", wintypes.DWORD),
        ("time", wintypes.DWORD),
        ("dwExtraInfo", ctypes.c_size_t),
    )


class _KeyboardInput(ctypes.Structure):
    _fields_ = (
        ("wVk", wintypes.WORD),
        ("wScan", wintypes.WORD),
        ("dwFlags", wintypes.DWORD),
        ("time", wintypes.DWORD),
        ("dwExtraInfo", ctypes.c_size_t),
    )


class _Union(ctypes.Union):
    _fields_ = (("mi", _MouseInput), ("ki", _KeyboardInput))


class _Input(ctypes.Structure):
    _anonymous_ = ("union",)
    _fields_ = (("type", wintypes.DWORD), ("union", _Union))


class Devices:
    """Real input events for the whole desktop.

    Keys are named by their X codes, which are those of the places on a PC keyboard, as on Linux.
    """

    def __init__(self) -> None:
        self._user = ctypes.WinDLL("user32", use_last_error=True)

    def close(self) -> None:
        pass

    def move(self, place: list[int]) -> None:
        """Move the pointer to a point of the screen."""
        # Absolute places are fractions of the screen, in 65536ths: the middle of a pixel is meant.
        x, y = ((value * 65536 + 32768) // self._user.GetSystemMetrics(axis) for axis, value in enumerate(place))
        self._mouse(_MOVE | _ABSOLUTE, x, y)
        time.sleep(0.02)  # as a hand does; without it Wine mixes up the moves with those that the X server echoes

    def button(self, number: int, *, pressed: bool, pause: int = 0) -> None:
        """Press or release a button (1 left, 3 right) after `pause` milliseconds."""
        time.sleep(pause / 1000)
        self._mouse(_BUTTONS[number, pressed])

    def turn(self, *, down: bool) -> None:
        """Turn the wheel by one notch."""
        self._mouse(_WHEEL, data=(-120 if down else 120) & 0xFFFFFFFF)

    def key(self, code: int, *, pressed: bool) -> None:
        """Press or release the key of this X code."""
        flags = _KEY_SCANCODE | (0 if pressed else _KEY_UP) | (_KEY_EXTENDED if code in _EXTENDED else 0)
        event = _KeyboardInput(wScan=_EXTENDED.get(code, code - _X_OFFSET), dwFlags=flags)
        self._send(_Input(type=1, ki=event))

    def code(self, symbol: str) -> int:
        """Return the X code of the key that has this X symbol, 0 if there is none."""
        return _CODES.get(symbol, 0)

    def _mouse(self, flags: int, x: int = 0, y: int = 0, data: int = 0) -> None:
        self._send(_Input(type=0, mi=_MouseInput(dx=x, dy=y, mouseData=data, dwFlags=flags)))

    def _send(self, event: _Input) -> None:
        if self._user.SendInput(1, ctypes.byref(event), ctypes.sizeof(event)) != 1:
            raise ctypes.WinError(ctypes.get_last_error())


def window_titles() -> list[str]:
    """Return the titles of all windows on the screen."""
    user, titles = ctypes.WinDLL("user32"), []

    @ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)
    def see(window: int, _: int) -> bool:
        text = ctypes.create_unicode_buffer(512)
        if user.IsWindowVisible(window) and user.GetWindowTextW(window, text, len(text)):
            titles.append(text.value)
        return True

    user.EnumWindows(see, 0)
    return titles
