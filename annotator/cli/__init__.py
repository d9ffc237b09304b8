"""The `annotator` command: the window, and what can be done without one."""

import os
import sys
from io import TextIOWrapper
from typing import Final

INTERRUPTED: Final = 130
"""Exit code after Ctrl-C: 128 and the number of the signal, as shells have it."""


def main() -> None:
    """Do what the command line says, and end the process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal shows what its encoding has; pipes and files get UTF-8, whatever the locale.
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    try:
        from annotator.cli.running import run  # takes a moment to load, in which Ctrl-C must be as quiet as later

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        # Whoever read has seen enough. What Python would still flush at its end goes nowhere.
        for stream in (sys.stdout, sys.stderr):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        code = 0
    sys.exit(code)
