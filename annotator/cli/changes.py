"""`annotator changes CORPUS FILE`: writes a changeset, for others to merge."""

from pathlib import Path

import click

from annotator.cli.command import FilePath, annotator_option, corpus_argument, json_option, option
from annotator.cli.console import CommandError, format_remark, print_json, print_text, run_with_progress
from annotator.cli.opening import open_corpus
from annotator.cli.root import root
from annotator.i18n import LazyText, _, count_phrase
from annotator.jobs.merging import UnusableSource, write_changes


@root.command(
    "changes",
    help=LazyText(
        "Write the steps of CORPUS, and what they need, to FILE, a changeset that “annotator merge” reads. A day of "
        "work is small enough for an e-mail. Nothing is overwritten."
    ),
    examples=(
        (LazyText("Write everything:"), "annotator changes news.corpus wednesday.changeset"),
        (
            LazyText("Write what was done since the last changeset:"),
            "annotator changes news.corpus thursday.changeset --since wednesday.changeset",
        ),
    ),
    page="docs/team.en.md",
)
@corpus_argument
@click.argument("file", type=FilePath())
@option(
    "--since",
    metavar="FILE",
    type=FilePath(),
    help=LazyText("A changeset or a corpus that the others have: its steps are left out."),
)
@annotator_option(LazyText("Write only the steps of this annotator; by default, of all annotators."))
@json_option
def changes(corpus: Path, file: Path, since: Path | None, annotator: str | None, as_json: bool) -> None:
    """Write a changeset."""
    with open_corpus(corpus, readonly=True) as opened:
        if annotator is not None and annotator not in opened.annotators():
            raise CommandError(_("The corpus has no annotator “{name}”.").format(name=annotator))
        names = None if annotator is None else [annotator]
        try:
            written = run_with_progress(write_changes(opened, file, since=since, annotators=names), _("Writing"))
        except UnusableSource as error:
            raise CommandError(format_remark(error.refusal)) from error
    if as_json:
        print_json(written)
        return
    counts = [
        count_phrase("{count} step", "{count} steps", written.steps),
        count_phrase("{count} article", "{count} articles", written.articles),
    ]
    message = _("{counts} written to {path}: {bytes} bytes")
    print_text(message.format(counts=_(", ").join(counts), path=file, bytes=written.bytes))
