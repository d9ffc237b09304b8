"""One command line: its language, its exit code, and whatever goes wrong as one line."""

import errno
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from typing import TextIO, cast

import click

from annotator import settings
from annotator.cli import signals
from annotator.cli.console import NAME, UNUSABLE, tell
from annotator.cli.language import speak
from annotator.cli.root import root
from annotator.i18n import MissingCatalogue, _
from annotator.store.errors import CorpusError, Damaged
from annotator.store.sqlite_version import require_supported_sqlite


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say and return the exit code. Whatever goes wrong is one line on stderr.

    Of an error that nothing was prepared for there is a report, which the line names; with ANNOTATOR_DEBUG in the
    environment it is followed by all that Python says of it. Raises BrokenPipeError when nobody reads any more.
    """
    try:
        speak(settings.language())
        require_supported_sqlite()
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
    except Damaged as damaged:
        said = _("{error}; “annotator repair” brings back what can still be read")
        tell(said.format(error=str(damaged).removesuffix(".")))
    except CorpusError as unusable:
        tell(str(unusable))
    except KeyboardInterrupt as interrupt:
        tell(_("stopped"))
        return signals.exit_code(interrupt)
    except BrokenPipeError:
        raise
    except MissingCatalogue as broken:
        tell(str(broken))  # there are no words to say it in
    except Exception as error:
        if _is_closed_pipe(error):
            raise BrokenPipeError from error
        tell(_unforeseen(error))
        if os.environ.get("ANNOTATOR_DEBUG"):
            traceback.print_exc()
    return UNUSABLE


def _is_closed_pipe(error: Exception) -> bool:
    """Return whether an error says, as Windows does with EINVAL, that nobody reads the output any more.

    EINVAL has other causes: a stream whose reader is gone fails again when what it still holds is flushed.
    """
    if sys.platform == "win32" and isinstance(error, OSError) and error.errno == errno.EINVAL and not error.filename:
        return any(_fails_to_flush(stream) for stream in (sys.stdout, sys.stderr) if stream)
    return False


def _fails_to_flush(stream: TextIO) -> bool:
    try:
        stream.flush()
    except OSError as error:
        return error.errno in (errno.EINVAL, errno.EPIPE)
    return False


def _unforeseen(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    from annotator.diagnostics import crash_reports, logs  # no command waits for what none should need
    from annotator.store.queries.file_facts import facts

    logs.start()
    logging.getLogger(__name__).error("not foreseen", exc_info=error)
    fault = crash_reports.Fault.of(error)
    report = crash_reports.write(crash_reports.report(fault, facts(None)))
    logs.stop()
    if report is None:
        return _("an error of the program: {error}").format(error=fault.what)
    return _("an error of the program: {error}; there is a report of it: {path}").format(error=fault.what, path=report)
