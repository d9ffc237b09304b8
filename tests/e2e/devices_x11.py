"""The mouse and the keyboard of an X server, by XTEST, and what windows it shows."""

from contextlib import suppress
from typing import NamedTuple

from PySide6.QtGui import QImage
from Xlib import XK, X, error
from Xlib.display import Display
from Xlib.ext import xtest
from Xlib.xobject.drawable import Window

_BEFORE_A_KEY = 2  # milliseconds: pressed in the one in which it was released, a key counts for Qt as repeated


class Devices:
    """Real input events for the whole X server, that of the tests or the one with this display."""

    def __init__(self, display: str | None = None) -> None:
        self._display = Display(display)

    def close(self) -> None:
        self._display.close()

    def move(self, place: list[int]) -> None:
        """Move the pointer to a point of the screen."""
        xtest.fake_input(self._display, X.MotionNotify, x=place[0], y=place[1])
        self._display.sync()

    def button(self, number: int, *, pressed: bool, pause: int = 0) -> None:
        """Press or release a button (1 left, 3 right) after `pause` milliseconds; the X server itself waits."""
        xtest.fake_input(self._display, X.ButtonPress if pressed else X.ButtonRelease, number, time=pause)
        self._display.sync()

    def turn(self, *, down: bool) -> None:
        """Turn the wheel by one notch."""
        for pressed in (True, False):
            self.button(5 if down else 4, pressed=pressed)

    def key(self, code: int, *, pressed: bool) -> None:
        """Press or release the key of this X code."""
        pause = _BEFORE_A_KEY if pressed else 0
        xtest.fake_input(self._display, X.KeyPress if pressed else X.KeyRelease, code, time=pause)
        self._display.sync()

    def code(self, symbol: str) -> int:
        """Return the X code of the key that has this X symbol, 0 if there is none."""
        return int(self._display.keysym_to_keycode(XK.string_to_keysym(symbol)))

    def resize_window(self, process: int, width: int, height: int) -> None:
        """Give the window of this process a size, as a window manager does."""
        for window in list_windows(self._display):
            if window.process == process:
                window.handle.configure(width=width, height=height)
        self._display.sync()

    def picture(self, width: int, height: int) -> QImage:
        """Return what the screen shows from its upper left corner on."""
        image = self._display.screen().root.get_image(0, 0, width, height, X.ZPixmap, 0xFFFFFFFF)
        return QImage(image.data, width, height, QImage.Format.Format_RGB32).copy()


class ShownWindow(NamedTuple):
    """A window on the screen, and the process that has it, 0 where it does not say."""

    handle: Window
    process: int
    title: str


def list_windows(display: Display) -> list[ShownWindow]:
    """Return the windows that the screen shows, without those that are closed meanwhile."""
    owner_atom, title_atom = display.intern_atom("_NET_WM_PID"), display.intern_atom("_NET_WM_NAME")
    windows: list[ShownWindow] = []
    for handle in display.screen().root.query_tree().children:
        with suppress(error.BadWindow):
            if handle.get_attributes().map_state == X.IsViewable:
                owner = handle.get_full_property(owner_atom, X.AnyPropertyType)
                title = handle.get_full_text_property(title_atom)
                windows.append(ShownWindow(handle, owner.value[0] if owner else 0, str(title or "")))
    return windows


def window_titles() -> list[str]:
    """Return the titles of all windows on the screen."""
    display = Display()
    titles = [window.title for window in list_windows(display) if window.title]
    display.close()
    return titles
