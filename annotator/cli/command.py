"""What commands are made of: parameters, and help in the language of the reader."""

import os
import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import click

from annotator.cli import terminal
from annotator.cli.console import should_reorder
from annotator.i18n import LANGUAGES, LazyText, _
from annotator.jobs.export import shares
from annotator.paths import extend_path

LANGUAGE_OPTION: Final = "--language"
"""An option of the program that may also stand behind a command."""

_LRM: Final = "\u200e"
_RLM: Final = "\u200f"

Function = TypeVar("Function", bound=Callable[..., Any])


class _Translated:
    """An attribute for a LazyText, which is translated whenever it is read."""

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = f"_{name}"

    def __set__(self, instance: object, text: object) -> None:
        instance.__dict__[self._name] = text

    def __get__(self, instance: object, _owner: type) -> str | None:
        text = instance.__dict__[self._name]
        return None if text is None else str(text)


class HelpFormatter(click.HelpFormatter):
    """Lays out help for terminals that do not do it for Arabic: each cell alone, its lines flush right."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._is_visual = should_reorder(sys.stdout)
        self._column = 0

    def write(self, string: str) -> None:
        """Write lines, or a part of one."""
        for line in string.splitlines(keepends=True):
            text = line.strip()
            if self._is_visual and terminal.has_arabic(text):
                # The first word of a line may be Latin, the paragraph is Arabic.
                laid_out = terminal.reorder_for_display(_RLM + text, self.width - self._column, sys.stdout.encoding)
                line = laid_out + line[len(line.rstrip()) :]
            super().write(line)
            self._column = 0 if line.endswith("\n") else self._column + len(line)

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line that shows the arguments, of which brackets at the end belong to the Latin text."""
        super().write_usage(prog, args + _LRM if self._is_visual else args, prefix)

    def write_example(self, sentence: str, line: str) -> None:
        """Write a sentence and a command that can be copied: left to right, and not wrapped."""
        self.write(f"{'':>{self.current_indent}}{sentence}\n")
        text = terminal.reorder_for_display(line, encoding=sys.stdout.encoding) if self._is_visual else line
        super().write(f"{'':>{self.current_indent + 2}}{text}\n")


class _Context(click.Context):
    formatter_class = HelpFormatter


class TerminalCommand(click.Command):
    """A command whose help has examples, each a sentence and a command line, and names a page of the documentation."""

    context_class = _Context
    help: Any = _Translated()
    short_help: Any = _Translated()

    def __init__(
        self,
        *arguments: Any,
        examples: Sequence[tuple[LazyText, str]] = (),
        page: str = "docs/engineers.md",
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self.examples = examples
        self.page = page

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the parameters, with an option that is listed for the program as a whole."""
        own = super().get_params(ctx)
        return own if any(LANGUAGE_OPTION in parameter.opts for parameter in own) else [*own, _language_option]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return the option --help; click would keep its text in the first language."""
        option = super().get_help_option(ctx)
        if option:
            option.help = _("Show this message and exit.")
        return option

    def format_epilog(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, and where to read on."""
        assert isinstance(formatter, HelpFormatter)
        if self.examples:
            with formatter.section(_("Examples")):
                for sentence, line in self.examples:
                    formatter.write_example(str(sentence), line)
        formatter.write_paragraph()
        formatter.write(_("Documentation: {page}").format(page=self.page) + "\n")


class TranslatedOption(click.Option):
    """An option with help in the current language."""

    help: Any = _Translated()

    def __init__(self, *arguments: Any, help: LazyText, **options: Any) -> None:  # noqa: A002 - click's name
        super().__init__(*arguments, **options)
        self.help = help


_language_option: Final = TranslatedOption(
    [LANGUAGE_OPTION],
    type=click.Choice(list(LANGUAGES)),
    expose_value=False,  # `run` has already used it
    hidden=True,
    help=LazyText("Language of the window and of all messages."),
)


def option(*names: str, help: LazyText, **options: Any) -> Callable[[Function], Function]:  # noqa: A002
    """Return the decorator of an option; see click.option."""
    return click.option(*names, cls=TranslatedOption, help=help, **options)


class FilePath(click.Path):
    """The path of a file or folder, usable at any length; `-` is one only where standard input or output may be it."""

    def __init__(self, *, allow_dash: bool = False) -> None:
        super().__init__(path_type=Path, allow_dash=allow_dash)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """See click.ParamType."""
        if not os.fspath(value):  # as of a variable that is not set; pathlib takes it for the working directory
            self.fail(_("the path is empty"), param, ctx)
        if os.fspath(value) == "-" and not self.allow_dash:  # else it would be a file of this name
            self.fail(_("“-” is standard input or output, which cannot be used here"), param, ctx)
        return extend_path(cast(Path, super().convert(value, param, ctx)))


class Share(click.ParamType[Fraction]):
    """A share such as 10% or 0.1."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """See click.ParamType."""
        try:
            share = shares.parse_share(str(value)).value
        except ValueError:
            share = Fraction(-1)
        if not 0 <= share <= 1:
            self.fail(_("“{value}” is no share: write it as 10% or 0.1").format(value=value), param, ctx)
        return share


def parse_split(_context: click.Context, _parameter: click.Parameter, value: str | None) -> dict[str, Fraction] | None:
    """Parse weights of parts; see `shares.parse_split`."""
    try:
        return None if value is None else shares.parse_split(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def decode_argument(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Decode a parameter as UTF-8, whatever the locale."""
    return None if value is None else os.fsencode(value).decode("utf-8", "replace")


def decode_arguments(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Decode the values of a repeated parameter as UTF-8, whatever the locale."""
    return tuple(os.fsencode(value).decode("utf-8", "replace") for value in values)


def parse_pairs(_context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Parse values such as `PER=PERSON`, as UTF-8, whatever the locale; no name may stand for two."""
    pairs = [os.fsencode(value).decode("utf-8", "replace").partition("=") for value in values]
    invalid = next(("".join(pair) for pair in pairs if not all(part.strip() for part in pair)), None)
    if invalid is not None:
        raise click.BadParameter(_("“{value}” is not of the form {form}").format(value=invalid, form=parameter.metavar))
    names: dict[str, str] = {}
    for before, _equals, after in pairs:
        if names.setdefault(before.strip(), after.strip()) != after.strip():
            raise click.BadParameter(_("“{name}” is given twice, with different names").format(name=before.strip()))
    return names


corpus_argument: Final = click.argument("corpus", type=FilePath())
json_option: Final = option("as_json", "--json", is_flag=True, help=LazyText("Print one JSON value instead of text."))

jobs_option: Final = option(
    "-j",
    "--jobs",
    metavar="N",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help=LazyText("Number of processes that share the work."),
)

limit_option: Final = option(
    "-n",
    "--limit",
    metavar="N",
    type=click.IntRange(min=1),
    help=LazyText("Stop after N articles; by default, list all."),
)


def annotator_option(help: LazyText) -> Callable[[Function], Function]:  # noqa: A002
    """Return the decorator of the option --annotator."""
    return option("-a", "--annotator", metavar="NAME", callback=decode_argument, help=help)
