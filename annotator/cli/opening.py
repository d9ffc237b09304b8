"""`annotator [CORPUS]`: the window."""

import ctypes
import gc
import os
import sys
from pathlib import Path
from typing import Final

import click

from annotator.cli.command import corpus_argument
from annotator.cli.output import NAME, Failure
from annotator.i18n import _

_SCREENS: Final = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY")


def command() -> click.Command:
    """What `annotator CORPUS` runs; no name of its own calls it."""
    return click.Command(NAME, callback=window, params=[corpus_argument()], add_help_option=False)


def window(corpus: Path | None = None) -> int:
    """Open the window on `corpus`, or on the last one; the exit code, once it is closed. Raises Failure."""
    if sys.platform.startswith("linux"):
        _look_for_screen()
    gc.disable()  # until the window is there: what is loaded now stays
    import annotator.store.corpus  # noqa: F401 - before Qt: PySide takes a look at all that is imported after it
    from annotator.ui.app import run  # Qt takes its time to load, and no other command needs it

    return run(corpus)


def _look_for_screen() -> None:
    """Raise Failure where no window can be opened: Qt would abort the process with a page of its own."""
    platform, wayland, display = map(os.environ.get, _SCREENS)
    if platform or wayland:
        return
    if not display:
        raise Failure(_("there is no screen here to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set"))
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return  # Qt lacks it too, and says so
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if refused:
        raise Failure(_("the screen {display} does not answer, so no window can be opened").format(display=display))
