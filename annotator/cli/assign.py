"""`annotator assign CORPUS`: gives out articles to annotators, in the corpus or as files to send."""

from fractions import Fraction
from pathlib import Path

import click

from annotator.cli.annotators import check_name
from annotator.cli.batch_options import batch_options
from annotator.cli.command import (
    FilePath,
    corpus_argument,
    decode_arguments,
    json_option,
    option,
)
from annotator.cli.console import CommandError, print_json, print_table, print_text, run_with_progress
from annotator.cli.opening import open_corpus
from annotator.cli.root import root
from annotator.i18n import LazyText, _, count_phrase
from annotator.jobs.assignment import AssignmentPlan, Division, give_out, name_batch
from annotator.model.annotator_names import explain_invalid_name


@root.command(
    "assign",
    help=LazyText(
        "Give the articles of CORPUS that nobody has yet to annotators, by chance and in equal numbers. The window "
        "then shows each annotator a queue. Articles that come later leave earlier ones where they are. With FOLDER, "
        "everything assigned to an annotator is also written there as a corpus to send, with nobody else's work."
    ),
    examples=(
        (
            LazyText("Give the articles to two annotators, a tenth of them to both:"),
            "annotator assign news.corpus --annotator A --annotator B --double 10%",
        ),
        (
            LazyText("Write a corpus to send for each of two annotators:"),
            "annotator assign news.corpus to-send --annotator A --annotator B",
        ),
        (LazyText("Give someone twenty more:"), "annotator assign news.corpus --annotator A --each 20"),
        (
            LazyText("Give what someone has not done to another one:"),
            "annotator assign news.corpus --remove A --annotator B",
        ),
    ),
    page="docs/team.en.md",
)
@corpus_argument
@click.argument("folder", type=FilePath(), required=False)
@option(
    "annotators",
    "-a",
    "--annotator",
    metavar="NAME",
    multiple=True,
    callback=decode_arguments,
    help=LazyText("Give articles to this annotator; may be given several times."),
)
@option(
    "--remove",
    metavar="NAME",
    multiple=True,
    callback=decode_arguments,
    help=LazyText(
        "First take back from this annotator what they have not done; may be given several times. What they did there "
        "stays. Other copies learn it when they merge CORPUS."
    ),
)
@option(
    "--each",
    metavar="N",
    type=click.IntRange(min=1),
    help=LazyText("Give each annotator at most N articles now; by default, all are given out."),
)
@batch_options
@json_option
def assign(
    corpus: Path,
    folder: Path | None,
    annotators: tuple[str, ...],
    remove: tuple[str, ...],
    double: Fraction,
    blind: bool,
    each: int | None,
    seed: int,
    batch: str | None,
    as_json: bool,
) -> None:
    """Take back articles, and give out articles."""
    if not (annotators or remove):
        raise click.UsageError(_("name who gets articles with --annotator, or loses them with --remove"))
    with open_corpus(corpus) as opened:
        names = opened.annotators()
        getting = tuple(dict.fromkeys(check_name(name, names) for name in annotators))
        losing = tuple(dict.fromkeys(check_name(name, names) for name in remove))
        if double and len(getting) < 2:
            raise click.UsageError(_("articles for two need two annotators: name another one with --annotator"))
        unknown = next((name for name in losing if name not in names), None)
        if unknown is not None:
            raise CommandError(_("The corpus has no annotator “{name}”.").format(name=unknown))
        batch_name = name_batch(batch or "")
        if reason := explain_invalid_name(batch_name):
            raise CommandError(reason)
        plan = AssignmentPlan(getting, batch_name, double, blind, seed, each, losing)
        result = run_with_progress(give_out(opened, plan, folder), _("Writing the files"))
    division = result.division
    if as_json:
        files = {name: str(file.path) for name, file in result.files.items()}
        record = {"annotators": division.annotators, "double": division.double, "files": files}
        print_json(record | ({"taken_back": result.taken_back} if remove else {}))
        return
    for name, count in result.taken_back.items():
        fact = count_phrase("{count} article taken back", "{count} articles taken back", count)
        print_text(_("{name}: {fact}").format(name=name, fact=fact))
    if annotators:
        _print_division(division)
    for file in result.files.values():
        articles = count_phrase("{count} article", "{count} articles", file.articles)
        print_text(_("{name}: {fact}").format(name=file.path, fact=articles))


def _print_division(division: Division) -> None:
    if not division.names:
        print_text(_("nothing was given out: somebody has every article already"))
        return
    print_table(
        [name, count_phrase("{count} article", "{count} articles", count)]
        for name, count in division.annotators.items()
    )
    if division.double:
        print_text(
            count_phrase(
                "{count} of the articles is with two annotators",
                "{count} of the articles are with two annotators",
                division.double,
            )
        )
