"""Running one command line: its language, exit code and errors."""

import errno
import gc
import gettext
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from itertools import zip_longest
from typing import TextIO, cast

import click

from annotator import i18n, settings
from annotator.cli import signals
from annotator.cli.command import LANGUAGE_OPTION
from annotator.cli.console import EXIT_UNUSABLE, PROGRAM_NAME, print_message
from annotator.cli.root import COMPLETION_VARIABLE, root
from annotator.file_ops import explain_os_error
from annotator.i18n import LANGUAGES, MissingCatalogue, _
from annotator.jobs.processes import GC_THRESHOLD
from annotator.resources import resource_path
from annotator.store.errors import CorpusError, DamagedCorpus
from annotator.store.sqlite_version import require_supported_sqlite


def run(arguments: Sequence[str]) -> int:
    """Run a command line; return the exit code. Each error is one line on stderr.

    For an error of the program it names the saved report; with ANNOTATOR_DEBUG in the environment, the traceback
    follows. Raises BrokenPipeError if the reader of the output is gone.
    """
    gc.set_threshold(GC_THRESHOLD)
    try:
        use_language(settings.interface_language())
        require_supported_sqlite()
        if instruction := os.environ.get(COMPLETION_VARIABLE):
            from annotator.cli.completion import complete  # late: rarely needed

            return complete(instruction)
        # First the language alone: errors in the arguments are to be in it.
        if language := find_language(arguments):
            use_language(language)
        _print_settings_problems()
        with root.make_context(PROGRAM_NAME, [*arguments]) as context:
            return cast(int | None, context.command.invoke(context)) or 0
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        print_message(error.format_message())
    except DamagedCorpus as error:
        message = _("{error}; run “annotator repair” to recover what is still readable")
        print_message(message.format(error=str(error).removesuffix(".")))
    except CorpusError as error:
        print_message(str(error))
    except KeyboardInterrupt as interrupt:
        print_message(_("interrupted"))
        return signals.exit_code(interrupt)
    except BrokenPipeError:
        raise
    except MissingCatalogue as broken:
        print_message(str(broken))  # no catalogue, no translation
    except Exception as error:
        if _is_closed_pipe(error):
            raise BrokenPipeError from error
        print_message(_report_unexpected(error))
        if os.environ.get("ANNOTATOR_DEBUG"):
            traceback.print_exc()
    return EXIT_UNUSABLE


def find_language(arguments: Sequence[str]) -> str | None:
    """Return the language that a command line asks for, before a command or behind it; the last one that exists."""
    last_language = None
    for word, next_word in zip_longest(arguments, arguments[1:], fillvalue=""):
        if word == "--":
            break
        language = next_word if word == LANGUAGE_OPTION else word.removeprefix(f"{LANGUAGE_OPTION}=")
        if word.startswith(LANGUAGE_OPTION) and language in LANGUAGES:
            last_language = language
    return last_language


def use_language(language: str) -> None:
    """Switch this program, click and (by the environment) the window to `language`.

    click uses gettext's global domain, in the environment's language. It is set to this program's, whose catalogues
    have click's messages too (packaging/catalogues.py).
    """
    i18n.set_language(language)
    os.environ["LANGUAGE"] = os.environ["ANNOTATOR_LANGUAGE"] = language
    gettext.bindtextdomain("annotator", str(resource_path("i18n")))
    gettext.textdomain("annotator")


def _print_settings_problems() -> None:
    """Print a line for all that is wrong with the file of the settings."""
    if problems := settings.find_problems():
        from annotator.jobs.settings_problems import describe_problem  # late: rarely needed

        for problem in problems:
            print_message(describe_problem(problem))


def _is_closed_pipe(error: Exception) -> bool:
    """Return whether the reader of the output is gone, which is EINVAL on Windows.

    EINVAL has other causes; without a reader, flushing the stream fails again.
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


def _report_unexpected(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        reason = explain_os_error(error)
        return (
            _("“{path}” cannot be used: {error}").format(path=error.filename, error=reason)
            if error.filename
            else reason
        )
    from annotator.diagnostics import crash_reports, logs  # late: rarely needed
    from annotator.store.queries.statistics import collect_facts

    logs.start()
    logging.getLogger(__name__).error("unforeseen error", exc_info=error)
    fault = crash_reports.ErrorDetails.from_error(error)
    report = crash_reports.save_report(crash_reports.format_report(fault, collect_facts(None)))
    logs.stop()
    if report is None:
        return _("internal error: {error}").format(error=fault.summary)
    return _("internal error: {error}; a report was saved: {path}").format(error=fault.summary, path=report)
