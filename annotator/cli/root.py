"""The `annotator` command itself: subcommands, or a corpus to open."""

from importlib import import_module
from pathlib import Path
from typing import Final

import click

from annotator import __version__
from annotator.cli import open_window
from annotator.cli.command import TerminalCommand
from annotator.cli.console import PROGRAM_NAME
from annotator.i18n import LANGUAGES, _
from annotator.paths import extend_path

_SUFFIX: Final = ".corpus"
_MODULES: Final = {
    "import": "import_files",
    "list": "list_articles",
    "show": "show",
    "search": "search",
    "suggest": "suggest",
    "learn": "learn",
    "export": "export",
    "check": "check",
    "stats": "stats",
    "backup": "backup",
    "restore": "restore",
    "repair": "repair",
}
"""Modules by command, imported on demand: most starts only open the window."""


class RootGroup(TerminalCommand, click.Group):
    """A group whose first argument may be a corpus to open: `annotator my.corpus`."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the command names."""
        return list(_MODULES)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """Return the command of this name, in the current language."""
        if name not in _MODULES:
            return None
        command: click.Command = import_module(f"annotator.cli.{_MODULES[name]}").build_command()
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        word = args[0]
        if word in _MODULES:
            return super().resolve_command(ctx, args)
        if Path(word).suffix == _SUFFIX or extend_path(Path(word)).exists():
            return PROGRAM_NAME, open_window.build_command(), args
        commands = ", ".join(self.list_commands(ctx))
        message = _("“{word}” is neither a command nor a corpus; the commands are {known}")
        raise click.UsageError(message.format(word=word, known=commands), ctx)


def build_root() -> click.Group:
    """Build the group in the current language."""
    language = click.Option(
        ["--language"],
        type=click.Choice(list(LANGUAGES)),
        help=_("Language of the window and of all messages."),
    )
    group = RootGroup(
        PROGRAM_NAME,
        callback=_window_without_arguments,
        params=[language, open_window.new_window_option()],
        help=_(
            "Label dates, institutions and plans in Arabic news. With a corpus or without arguments, "
            "the window opens; the commands work without a window."
        ),
        invoke_without_command=True,
        subcommand_metavar="[CORPUS | COMMAND ...]",
    )
    return click.version_option(__version__, prog_name=PROGRAM_NAME)(group)


@click.pass_context
def _window_without_arguments(
    context: click.Context,
    language: str | None,  # noqa: ARG001
    new_window: bool,
) -> int:
    """Open the window if there is no command. `run` has already used `language`."""
    return 0 if context.invoked_subcommand else open_window.show_window(None, new_window=new_window)
