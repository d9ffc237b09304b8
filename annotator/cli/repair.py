"""`annotator repair CORPUS NEW`: recovers what is readable of a damaged corpus."""

from pathlib import Path

import click

from annotator.cli.command import FilePath, corpus_argument, json_option
from annotator.cli.console import EXIT_INCOMPLETE, print_json, print_message, print_text, run_with_progress
from annotator.cli.root import root
from annotator.i18n import LazyText, _, count_phrase
from annotator.store.backups import list_backups
from annotator.store.errors import DamagedCorpus
from annotator.store.recovery.salvage import SalvageResult, salvage


@root.command(
    "repair",
    help=LazyText(
        "Recover a damaged CORPUS into a new corpus at NEW. Whatever cannot be read is listed. "
        "Lost articles are taken from the backups of CORPUS. CORPUS itself is not changed; no "
        "window may have it open. The exit code is 1 if anything is lost."
    ),
    examples=((LazyText("Recover a damaged corpus into a new one:"), "annotator repair news.corpus repaired.corpus"),),
)
@corpus_argument
@click.argument("new", type=FilePath())
@json_option
def repair(corpus: Path, new: Path, as_json: bool) -> int:
    """Recover a damaged corpus."""
    backup_paths = [backup.path for backup in list_backups(corpus)]
    try:
        salvaged = run_with_progress(salvage(corpus, new, backup_paths), _("Recovering readable data"))
    except DamagedCorpus as error:  # not as usual: that message advises this command
        raise click.ClickException(str(error)) from error
    for loss in salvaged.losses:
        print_message(f"{corpus}: {loss.message}")
    if as_json:
        print_json(salvaged)
    else:
        print_text(f"{new}: {format_counts(salvaged)}")
    return EXIT_INCOMPLETE if any(loss.lost for loss in salvaged.losses) else 0


def format_counts(salvaged: SalvageResult) -> str:
    """Format the numbers recovered."""
    return _(", ").join(
        (
            count_phrase("{count} article", "{count} articles", salvaged.articles),
            count_phrase("{count} span", "{count} spans", salvaged.spans),
        )
    )
