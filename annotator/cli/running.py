"""One command line: its language, its exit code, and whatever goes wrong as one line."""

import os
import traceback
from collections.abc import Sequence
from typing import cast

import click

from annotator import settings
from annotator.cli import INTERRUPTED
from annotator.cli.output import NAME, UNUSABLE, tell
from annotator.cli.root import root
from annotator.cli.wording import speak
from annotator.i18n import _
from annotator.store.errors import CorpusError


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
        return INTERRUPTED
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
