"""`annotator` itself: a group of commands that also takes the corpus to open."""

from importlib import import_module
from pathlib import Path
from typing import Final

import click

from annotator import __version__
from annotator.cli import open_window
from annotator.cli.command import Help
from annotator.cli.console import NAME
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
"""Where each command is made; only what is asked for is loaded, for the window is what starts most often."""


class Root(Help, click.Group):
    """A group whose first argument may be a corpus instead of a command: `annotator my.corpus` opens it."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The names of the commands."""
        return list(_MODULES)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """The command of this name, in the language that is spoken now."""
        if name not in _MODULES:
            return None
        made: click.Command = import_module(f"annotator.cli.{_MODULES[name]}").command()
        return made

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        word = args[0]
        if word in _MODULES:
            return super().resolve_command(ctx, args)
        if Path(word).suffix == _SUFFIX or extend_path(Path(word)).exists():
            return NAME, open_window.command(), args
        known = ", ".join(self.list_commands(ctx))
        told = _("“{word}” is neither a command nor a corpus; the commands are {known}")
        raise click.UsageError(told.format(word=word, known=known), ctx)


def root() -> click.Group:
    """The group with all its commands, in the language that is spoken now."""
    language = click.Option(
        ["--language"],
        type=click.Choice(list(LANGUAGES)),
        help=_("The language of the window and of every message."),
    )
    group = Root(
        NAME,
        callback=_window_without_arguments,
        params=[language, open_window.new_window_option()],
        help=_(
            "Label dates, institutions and plans in Arabic news. With a corpus, or nothing, the window opens; "
            "the commands do their work without one."
        ),
        invoke_without_command=True,
        subcommand_metavar="[CORPUS | COMMAND ...]",
    )
    return click.version_option(__version__, prog_name=NAME)(group)


@click.pass_context
def _window_without_arguments(context: click.Context, language: str | None, new_window: bool) -> int:
    """What happens before any command, and alone where there is none. `language` was dealt with in `run`."""
    return 0 if context.invoked_subcommand else open_window.window(None, new_window=new_window)
