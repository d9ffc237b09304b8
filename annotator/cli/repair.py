"""`annotator repair CORPUS NEW`: what can be brought back of a damaged corpus, in a new one."""

from pathlib import Path

import click

from annotator.cli.command import FilePath, Help, corpus_argument, json_option
from annotator.cli.console import REFUSED, emit, finish, say, tell
from annotator.i18n import _, ngettext
from annotator.store.backups import backups
from annotator.store.errors import Damaged
from annotator.store.recovery.salvage import Salvaged, salvage


def command() -> click.Command:
    """The command, in the language that is spoken now."""
    return Help(
        "repair",
        callback=_repair,
        params=[corpus_argument(), click.Argument(["new"], type=FilePath()), json_option()],
        help=_(
            "Bring what can be read of a damaged CORPUS into a new corpus at NEW, and say what could not be. Articles "
            "that it has lost are taken from its backups. CORPUS is only read; no window may have it open. The exit "
            "code is 1 where something is lost."
        ),
    )


def _repair(corpus: Path, new: Path, as_json: bool) -> int:
    others = [backup.path for backup in backups(corpus)]
    try:
        found = finish(salvage(corpus, new, others), _("Bringing back what can be read"))
    except Damaged as nothing:  # no use to advise this command
        raise click.ClickException(str(nothing)) from nothing
    for loss in found.losses:
        tell(f"{corpus}: {loss.message}")
    if as_json:
        emit(found)
    else:
        say(f"{new}: {counts(found)}")
    return REFUSED if any(loss.lost for loss in found.losses) else 0


def counts(found: Salvaged) -> str:
    """How much was brought back."""
    return _(", ").join(
        (
            ngettext("{count} article", "{count} articles", found.articles).format(count=found.articles),
            ngettext("{count} span", "{count} spans", found.spans).format(count=found.spans),
        )
    )
