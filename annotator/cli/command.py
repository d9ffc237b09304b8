"""Parameters and help common to all commands."""

import os
import sys
from pathlib import Path
from typing import Any, Final, cast

import click

from annotator.cli.console import format_for_terminal
from annotator.i18n import _
from annotator.paths import extend_path

_MAX_DIGITS: Final = 18  # of a number that SQLite can store; a uid is longer


class TerminalCommand(click.Command):
    """A command with help for terminals that do not lay out Arabic."""

    def get_help(self, ctx: click.Context) -> str:
        """Return the help, laid out."""
        return format_for_terminal(super().get_help(ctx), sys.stdout)


def decode_argument(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Decode a parameter as UTF-8, whatever the locale."""
    return None if value is None else os.fsencode(value).decode("utf-8", "replace")


def parse_article_id(text: str) -> int | str:
    """Parse an article's number or uid."""
    return int(text) if text.isdecimal() and len(text) <= _MAX_DIGITS else text


class FilePath(click.Path):
    """The path of a file or folder, usable at any length."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """See click.ParamType."""
        return extend_path(cast(Path, super().convert(value, param, ctx)))


def corpus_argument() -> click.Argument:
    """Return the CORPUS argument."""
    return click.Argument(["corpus"], type=FilePath())


def json_option() -> click.Option:
    """Return the --json option."""
    return click.Option(["as_json", "--json"], is_flag=True, help=_("Print one JSON value instead of text."))
