"""The `annotator` command: the window, and what can be done without one."""

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Final, cast

import click

from annotator import settings
from annotator.cli.output import NAME, UNUSABLE, tell
from annotator.cli.root import root
from annotator.cli.wording import speak
from annotator.i18n import _
from annotator.store.errors import CorpusError

_INTERRUPTED: Final = 130
"""Exit code after Ctrl-C: 128 and the number of the signal, as shells have it."""


def main() -> None:
    """Do what the command line says, and end the process."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal shows what its encoding has; pipes and files get UTF-8, whatever the locale.
        stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")  # type: ignore[attr-defined]
    try:
        code = run(sys.argv[1:])
    except BrokenPipeError:
        # Whoever read has seen enough. What Python would still flush at its end goes nowhere.
        for stream in (sys.stdout, sys.stderr):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        code = 0
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say and return the exit code. Whatever goes wrong is one line on stderr.

    With ANNOTATOR_DEBUG in the environment, a line about an error that nothing was prepared for is followed by the
    place where it happened. Raises BrokenPipeError when nobody reads any more.
    """
    try:
        speak(settings.language())
        # Help is written when the commands are made: a first set of them tells the language of the second.
        asked = root().make_context(NAME, [*arguments], resilient_parsing=True).params["language"]
        if asked:
            speak(asked)
        with root().make_context(NAME, [*arguments]) as context:
            return cast(int, context.command.invoke(context))
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as refused:
        tell(refused.format_message())
    except CorpusError as unusable:
        tell(str(unusable))
    except KeyboardInterrupt:
        tell(_("stopped"))
        return _INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as error:
        tell(_unforeseen(error))
        if os.environ.get("ANNOTATOR_DEBUG"):
            traceback.print_exc()
    return UNUSABLE


def _unforeseen(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return _("an error of the program, {name}: {error}").format(name=type(error).__name__, error=error)
