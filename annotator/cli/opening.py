"""`annotator [CORPUS]`: the window."""

import os
import sys
from pathlib import Path
from typing import Final

import click

from annotator.cli.command import corpus_argument
from annotator.cli.output import NAME, Failure
from annotator.i18n import _

_SCREENS: Final = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def command() -> click.Command:
    """What `annotator CORPUS` runs; no name of its own calls it."""
    return click.Command(NAME, callback=window, params=[corpus_argument()], add_help_option=False)


def window(corpus: Path | None = None) -> int:
    """Open the window on `corpus`, or on the last one; the exit code, once it is closed. Raises Failure."""
    if sys.platform.startswith("linux") and not any(map(os.environ.get, _SCREENS)):
        # Qt would abort the process with a page of its own.
        raise Failure(_("there is no screen here to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set"))
    from annotator.ui.app import run  # Qt takes its time to load, and no other command needs it

    return run(corpus)
