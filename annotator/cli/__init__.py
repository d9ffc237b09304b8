"""The `annotator` command: the window, and what can be done without one."""

import os
import sys
from io import TextIOWrapper
from typing import Final

OLDEST_PYTHON: Final = (3, 11)
UNSUPPORTED: Final = 2
"""Exit code on a Python that is older than that."""


def main() -> None:
    """Do what the command line says, and end the process."""
    if sys.version_info < OLDEST_PYTHON:  # before anything is loaded that an older Python cannot read
        needed, version = (".".join(map(str, numbers[:2])) for numbers in (OLDEST_PYTHON, sys.version_info))
        sys.stderr.write(f"annotator: Python {needed} or later is needed; this is Python {version}.\n")
        sys.exit(UNSUPPORTED)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A terminal shows what its encoding has; pipes and files get UTF-8, whatever the locale.
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")
    from annotator.cli import signals

    signals.catch()
    try:
        from annotator.cli.running import run  # takes a moment to load, in which Ctrl-C must be as quiet as later

        code = run(sys.argv[1:])
    except KeyboardInterrupt as interrupt:
        code = signals.exit_code(interrupt)
    except BrokenPipeError:
        # Whoever read has seen enough. What Python would still flush at its end goes nowhere.
        for stream in (sys.stdout, sys.stderr):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        code = 0
    sys.exit(code)
