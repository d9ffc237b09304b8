"""What every command is made of."""

import os
import sys
from pathlib import Path
from typing import Any, Final, cast

import click

from annotator.cli.console import for_screen
from annotator.i18n import _
from annotator.paths import extend_path

_MOST_DIGITS: Final = 18  # of a number that SQLite can hold; a uid is longer


class Help(click.Command):
    """A command whose help can be read on a terminal that does not lay out Arabic."""

    def get_help(self, ctx: click.Context) -> str:
        """The help, as the terminal needs it."""
        return for_screen(super().get_help(ctx), sys.stdout)


def words(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """A parameter's value as the UTF-8 that it is, even in a locale without such letters, where Python leaves bytes."""
    return None if value is None else os.fsencode(value).decode("utf-8", "replace")


def identity(written: str) -> int | str:
    """What names an article on the command line: its number or its uid."""
    return int(written) if written.isdecimal() and len(written) <= _MOST_DIGITS else written


class FilePath(click.Path):
    """The path of a file or a folder, in a form that the system takes however long it is."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """See click.ParamType."""
        return extend_path(cast(Path, super().convert(value, param, ctx)))


def corpus_argument() -> click.Argument:
    """CORPUS: the path of the corpus file."""
    return click.Argument(["corpus"], type=FilePath())


def json_option() -> click.Option:
    """--json: results for programs."""
    return click.Option(["as_json", "--json"], is_flag=True, help=_("Print one JSON value instead of text."))
