"""`annotator [CORPUS]`: the window."""

import ctypes
import gc
import os
import sys
from pathlib import Path
from typing import Final

import click

from annotator import settings, single_instance
from annotator.cli import signals
from annotator.cli.command import corpus_argument
from annotator.cli.console import NAME, Failure
from annotator.i18n import _

_SCREENS: Final = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY")


def command() -> click.Command:
    """What `annotator CORPUS` runs; no name of its own calls it."""
    return click.Command(NAME, callback=_open, params=[corpus_argument(), new_window_option()], add_help_option=False)


def new_window_option() -> click.Option:
    """--new-window: no window that is open is brought forward."""
    help_text = _("Open a window of its own even if another one has the corpus open.")
    return click.Option(["--new-window"], is_flag=True, help=help_text)


@click.pass_context
def _open(context: click.Context, corpus: Path, new_window: bool) -> int:
    assert context.parent
    return window(corpus, new_window=new_window or context.parent.params["new_window"])


def window(corpus: Path | None = None, *, new_window: bool = False) -> int:
    """Open the window on `corpus`, or on the last one; the exit code, once it is closed. Raises Failure.

    A window that has the corpus open already is brought forward instead, unless there is to be a `new_window`.
    """
    if not new_window and single_instance.activate(corpus or _last_corpus()):
        return 0
    if sys.platform.startswith("linux"):
        _look_for_screen()
    signals.release()
    gc.disable()  # until the window is there: what is loaded now stays
    import annotator.store.corpus  # noqa: F401 - before Qt: PySide takes a look at all that is imported after it
    from annotator.ui.app import run  # Qt takes its time to load, and no other command needs it

    return run(corpus)


def _last_corpus() -> Path:
    last = settings.load().last_corpus
    return Path(last) if last else settings.first_corpus_path()


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
