"""The group `annotator team`, and what its commands share."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from annotator.cli.command import (
    TerminalCommand,
    decode_argument,
    option,
)
from annotator.cli.console import (
    EXIT_INCOMPLETE,
    print_json,
    print_message,
)
from annotator.cli.root import root
from annotator.i18n import LazyText
from annotator.remotes.remote import NewerProgramNeeded, Unreachable

PAGE: Final = "docs/team.en.md"

Function = TypeVar("Function", bound=Callable[..., Any])


class TeamCommand(TerminalCommand):
    """A command of a team. Where it cannot meet the team now, it says so and ends with 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; return the exit code."""
        try:
            return super().invoke(ctx)
        except (NewerProgramNeeded, Unreachable) as error:
            print_message(str(error))
            if ctx.params.get("as_json"):
                print_json({"error": str(error)})
            return EXIT_INCOMPLETE


class TeamGroup(TerminalCommand, click.Group):
    """The commands of a team."""

    command_class = TeamCommand


@root.group(
    "team",
    cls=TeamGroup,
    help=LazyText(
        "Work on one corpus as a team that meets at a PostgreSQL server or in a shared folder. Everybody has a whole "
        "corpus and works without a network too; a sync brings what each has done to the others."
    ),
    examples=(
        (LazyText("Make a team in a folder that all can reach:"), "annotator team create lab news.corpus"),
        (LazyText("Invite an annotator:"), "annotator team invite Salma --role annotator salma.team"),
        (LazyText("Send and fetch what is new:"), "annotator team sync news.corpus"),
        (LazyText("Show how the team stands:"), "annotator team status"),
    ),
    page=PAGE,
)
def team() -> None:
    """Run a command of a team."""


def team_command(name: str, **attributes: Any) -> Callable[[Function], click.Command]:
    """Return the decorator of a command of the group."""
    return team.command(name, page=PAGE, **attributes)


team_option: Final = option(
    "team_name",
    "--team",
    metavar="NAME",
    callback=decode_argument,
    help=LazyText("The team, if this computer belongs to several."),
)
