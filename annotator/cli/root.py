"""The `annotator` command itself: subcommands, or a corpus or a link to open."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from annotator import __version__
from annotator.cli.command import LANGUAGE_OPTION, TerminalCommand, TranslatedOption, corpus_argument, option
from annotator.cli.console import PROGRAM_NAME
from annotator.cli.open_window import show_link, show_window
from annotator.i18n import LANGUAGES, LazyText, _
from annotator.model.links import has_scheme
from annotator.model.places import parse_place
from annotator.paths import CORPUS_SUFFIX, extend_path

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_PLACE_FORM: Final = "ID@START-END"
_HELP: Final = "help"
"""Before a command, or alone, the same as --help."""
COMPLETION_VARIABLE: Final = "_ANNOTATOR_COMPLETE"
"""The environment variable in which a shell asks for completions."""
_COMMANDS: Final = {
    "import": ("import_files", LazyText("Import files and folders.")),
    "list": ("list_articles", LazyText("List the articles.")),
    "show": ("show", LazyText("Show one article with its zones and spans.")),
    "search": ("search", LazyText("Find articles by their words.")),
    "suggest": ("suggest", LazyText("List or accept suggestions.")),
    "learn": ("learn", LazyText("Train the model that suggests spans.")),
    "train": ("train", LazyText("Train a model of your own, and score it.")),
    "adjudicate": ("adjudicate", LazyText("Decide where annotators differ.")),
    "export": ("export", LazyText("Export spans as a training set.")),
    "check": ("check", LazyText("List doubtful labels and damage to the file.")),
    "assign": ("assign", LazyText("Give out articles to annotators.")),
    "progress": ("progress", LazyText("Show how far each annotator is.")),
    "agreement": ("agreement", LazyText("Measure how far annotators agree.")),
    "mark": ("mark", LazyText("Set the state of articles.")),
    "remove": ("remove", LazyText("Remove or restore articles.")),
    "labels": ("labels", LazyText("List, add, rename or delete labels.")),
    "config": ("config", LazyText("List, show or change your settings.")),
    "stats": ("stats", LazyText("Count articles, spans and edits.")),
    "backup": ("backup", LazyText("Copy a corpus, even while it is in use.")),
    "restore": ("restore", LazyText("List the backups, or restore one.")),
    "repair": ("repair", LazyText("Recover what can be read of a damaged corpus.")),
    "merge": ("merge", LazyText("Merge the work of others into a corpus.")),
    "team": ("team", LazyText("Make a team, join one, and sync with it.")),
    "changes": ("changes", LazyText("Write changes to a file for others to merge.")),
}
"""The module of each command, imported when it is called, and what the list of commands says of it."""


class RootGroup(TerminalCommand, click.Group):
    """A group whose first argument may be a corpus or a link to open: `annotator my.corpus`."""

    command_class = TerminalCommand

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the command names."""
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command:
        """Return what is listed of a command, which does nothing: see load_command."""
        return TerminalCommand(name, short_help=_COMMANDS[name][1])

    def load_command(self, name: str) -> click.Command:
        """Return a command, which its module adds to the group."""
        import_module(f"annotator.cli.{_COMMANDS[name][0]}")
        return self.commands[name]

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Return what begins so: options, or commands and (left to the shell) files."""
        from click.shell_completion import CompletionItem  # late: rarely needed

        files = [] if incomplete.startswith("-") else [CompletionItem(incomplete, type="file")]
        return [*super().shell_complete(ctx, incomplete), *files]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        word = args[0]
        if word in _COMMANDS:
            return word, self.load_command(word), args[1:]
        if has_scheme(word):  # before any file is looked for
            return PROGRAM_NAME, open_link, args
        if Path(word).suffix == CORPUS_SUFFIX or extend_path(Path(word)).exists():
            return PROGRAM_NAME, open_corpus, args
        if ctx.resilient_parsing:
            return None, None, []
        if word == _HELP:
            names = args[1:]
            if names and names[0] != _HELP and not names[0].startswith("-"):
                return self.resolve_command(ctx, [*names, "--help"])
            click.echo(ctx.get_help(), color=ctx.color)
            ctx.exit()
        commands = ", ".join(self.list_commands(ctx))
        message = _("“{word}” is neither a command nor a corpus; the commands are {known}")
        raise click.UsageError(message.format(word=word, known=commands), ctx)


class _OpenCommand(TerminalCommand):
    """A nameless command, as `annotator CORPUS` runs it."""

    def get_help(self, ctx: click.Context) -> str:
        """Return the help of the program."""
        assert ctx.parent
        return ctx.parent.get_help()


_new_window_option: Final = option(
    "--new-window", is_flag=True, help=LazyText("Open a new window even if another one has the corpus open.")
)


def _check_place(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if value and not parse_place(value):
        raise click.BadParameter(_("“{value}” is not of the form {form}").format(value=value, form=_PLACE_FORM))
    return value


_at_option: Final = option(
    "place",
    "--at",
    metavar=_PLACE_FORM,
    default="",
    callback=_check_place,
    help=LazyText("Show this range of an article in the window, in code points, and select it."),
)


@click.group(
    PROGRAM_NAME,
    cls=RootGroup,
    invoke_without_command=True,
    subcommand_metavar="[CORPUS | LINK | COMMAND ...]",
    context_settings={"help_option_names": ["-h", "--help"]},
    help=LazyText(
        "Label dates, institutions and plans in Arabic news. With a corpus, a link to a place in one, or without "
        "arguments, the window opens; the commands work without a window."
    ),
    examples=(
        (LazyText("Open a corpus in the window:"), "annotator news.corpus"),
        (LazyText("Open it at a place that a report names:"), "annotator news.corpus --at 12@130-144"),
        (LazyText("Show the options and examples of a command:"), "annotator export --help"),
    ),
)
@option(
    LANGUAGE_OPTION, type=click.Choice(list(LANGUAGES)), help=LazyText("Language of the window and of all messages.")
)
@_new_window_option
@_at_option
@click.version_option(
    __version__, prog_name=PROGRAM_NAME, cls=TranslatedOption, help=LazyText("Show the version and exit.")
)
@click.pass_context
def root(
    context: click.Context,
    language: str | None,  # noqa: ARG001 - `run` has already used it
    new_window: bool,
    place: str,
) -> int:
    """Open the window if there is no command."""
    return 0 if context.invoked_subcommand else show_window(new_window=new_window, place=place)


@click.command(cls=_OpenCommand)
@corpus_argument
@_new_window_option
@_at_option
@click.pass_context
def open_corpus(context: click.Context, corpus: Path, new_window: bool, place: str) -> int:
    """Open the window on a corpus."""
    assert context.parent
    parent_options = context.parent.params
    return show_window(
        corpus, new_window=new_window or parent_options["new_window"], place=place or parent_options["place"]
    )


@click.command(cls=_OpenCommand)
@click.argument("link")
@click.pass_context
def open_link(context: click.Context, link: str) -> int:
    """Open the window where a link leads; what stands behind it may be a stranger's, and is refused."""
    assert context.parent
    options = context.parent.params  # which stand before the link, where nobody else can put them
    return show_link(link, new_window=options["new_window"], place=options["place"])
