"""The `annotator` command, a module for each subcommand.

May import everything but `ui`, which only `open_window` does.
"""

import os
import sys
from io import TextIOWrapper
from typing import Final

OLDEST_PYTHON: Final = (3, 11)
UNSUPPORTED: Final = 2
"""Exit code on an older Python."""


def main() -> None:
    """Run the command line and end the process."""
    if sys.version_info < OLDEST_PYTHON:  # before importing anything with newer syntax
        needed, version = (".".join(map(str, numbers[:2])) for numbers in (OLDEST_PYTHON, sys.version_info))
        sys.stderr.write(f"annotator: Python {needed} or later is needed; this is Python {version}.\n")
        sys.exit(UNSUPPORTED)
    _replace_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal keeps its encoding; pipes and files get UTF-8 in every locale.
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    from annotator.cli import signals

    signals.install_handlers()
    try:
        from annotator.cli.running import run  # slow: Ctrl+C must already be quiet

        code = run(sys.argv[1:])
    except KeyboardInterrupt as interrupt:
        code = signals.exit_code(interrupt)
    except BrokenPipeError:
        # The pipe is closed: discard what Python would flush at exit.
        for stream in (sys.stdout, sys.stderr):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        code = 0
    sys.exit(code)


def _replace_closed_streams() -> None:
    """Put the null device in place of streams that are closed, as after `>&-`.

    It also gets their numbers, which the next file to be opened would have, and with it what is written to the stream.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - open until the end
