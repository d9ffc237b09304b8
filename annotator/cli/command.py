"""What every command is made of."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from annotator.cli.output import for_screen
from annotator.i18n import _


class Help(click.Command):
    """A command whose help can be read on a terminal that does not lay out Arabic."""

    def get_help(self, ctx: click.Context) -> str:
        """The help, as the terminal needs it."""
        return for_screen(super().get_help(ctx), sys.stdout)


class Words(click.ParamType):
    """Words for the corpus: UTF-8, even in a locale that has no such letters, where Python leaves their bytes."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The words that the bytes are."""
        return os.fsencode(value).decode("utf-8", "replace")


def corpus_argument() -> click.Argument:
    """CORPUS: the path of the corpus file."""
    return click.Argument(["corpus"], type=click.Path(path_type=Path))


def json_option() -> click.Option:
    """--json: results for programs."""
    return click.Option(["as_json", "--json"], is_flag=True, help=_("Print one JSON value instead of text."))
