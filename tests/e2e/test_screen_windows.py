"""What the tests see of the windows on the screen."""

import os
import sys
from typing import Any

import pytest

if sys.platform == "win32" or not os.environ.get("DISPLAY"):
    pytest.skip("no X server here: packaging/dev.py test brings one", allow_module_level=True)

from e2e.devices_x11 import list_windows
from Xlib import X
from Xlib.display import Display
from Xlib.xobject.drawable import Window


def test_a_window_that_is_closed_meanwhile_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    display, owner = Display(), Display()
    windows = [owner.screen().root.create_window(0, 0, 10, 10, 0, X.CopyFromParent) for _number in range(2)]
    for window in windows:
        window.map()
    owner.sync()
    ids = [window.id for window in windows]
    assert [window.handle.id for window in list_windows(display) if window.handle.id in ids] == ids

    def close_and_ask(handle: Window) -> Any:
        if handle.id == ids[0]:
            windows[0].destroy()
            owner.sync()
        return ask(handle)

    ask = Window.get_attributes
    monkeypatch.setattr(Window, "get_attributes", close_and_ask)
    assert [window.handle.id for window in list_windows(display) if window.handle.id in ids] == ids[1:]
    owner.close()
    display.close()
