"""Opening the window from the command line."""

import ctypes
import gc
import os
import sys
from pathlib import Path
from typing import Final

from annotator import settings, single_instance
from annotator.cli import signals
from annotator.cli.console import CommandError
from annotator.i18n import _
from annotator.model.links import InvalidLink, resolve_link
from annotator.paths import is_team_file

_SCREENS: Final = ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY")


def show_window(corpus: Path | None = None, *, new_window: bool = False, place: str = "") -> int:
    """Show the window on `corpus` or the last one; return the exit code. Raises CommandError.

    If `corpus` is a changeset, the window asks whether to merge it into the last corpus, and if it is an invitation,
    whether to join the team. Unless `new_window` is set, a
    window that has the corpus open is activated instead. It shows the `place`, if any (see model.places).
    """
    team_file = corpus if corpus and is_team_file(corpus) else None
    corpus = None if team_file else corpus
    if not new_window and single_instance.activate(corpus or _last_corpus(), team_file, place):
        return 0
    if sys.platform.startswith("linux"):
        _require_display()
    signals.remove_handlers()
    gc.disable()  # until the window is open: everything loaded now stays
    from annotator.ui.app import run  # late: Qt is slow to load

    return run(team_file or corpus, place)


def show_link(link: str, *, new_window: bool = False, place: str = "") -> int:
    """Show the window where a link leads, or at another `place`, as `show_window` does; return the exit code.

    Raises CommandError for a link that leads nowhere, which who has no terminal sees in a dialog.
    """
    try:
        corpus, linked_place = resolve_link(link)
    except InvalidLink as error:
        from annotator.ui.app import show_invalid_link  # late: Qt is slow to load

        show_invalid_link(error)
        raise CommandError(str(error)) from error
    return show_window(corpus, new_window=new_window, place=place or str(linked_place))


def _last_corpus() -> Path:
    last = settings.load().last_corpus
    return Path(last) if last else settings.first_corpus_path()


def _require_display() -> None:
    """Raise CommandError if no window can open; Qt would abort with a page of output."""
    platform, wayland, display = map(os.environ.get, _SCREENS)
    if platform or wayland:
        return
    if not display:
        raise CommandError(_("cannot open a window: neither DISPLAY nor WAYLAND_DISPLAY is set"))
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return  # Qt lacks it too, and reports that
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    has_error = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if has_error:
        raise CommandError(_("cannot open a window: display {display} does not respond").format(display=display))
