"""`annotator merge CORPUS OTHER...`: brings the steps of changesets and other corpora into a corpus."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import click

from annotator import settings
from annotator.cli.command import FilePath, corpus_argument, decode_argument, json_option, option, parse_pairs
from annotator.cli.console import (
    EXIT_INCOMPLETE,
    print_json,
    print_remarks,
    print_table,
    print_text,
    run_with_progress,
)
from annotator.cli.opening import open_corpus
from annotator.cli.root import root
from annotator.i18n import LazyText, _, count_phrase
from annotator.jobs.merge_report import MergeReport, SameName, build_report, check_same
from annotator.jobs.merging import MergeSource, build_joins, merge_sources, open_copy, read_sources
from annotator.model.reasons import Code, Reason
from annotator.model.records import Notice, Refusal


def _decode_names(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> frozenset[str | None]:
    return frozenset(decode_argument(context, parameter, value) for value in values)


@root.command(
    "merge",
    help=LazyText(
        "Merge the steps of OTHER, changesets or corpora of any version, into CORPUS. What is there already is left as "
        "it is, so that files may be merged again and in any order. CORPUS is backed up first; OTHER is never changed."
        " Steps that do not fit are kept as conflicts for their author."
    ),
    examples=(
        (LazyText("Merge the work of two annotators:"), "annotator merge news.corpus salma.changeset youssef.corpus"),
        (
            LazyText("Say that two names are one person:"),
            "annotator merge news.corpus salma.changeset --same user=Salma",
        ),
        (LazyText("Say it later, when both are in the corpus:"), "annotator merge news.corpus --same user=Salma"),
    ),
    page="docs/team.en.md",
)
@corpus_argument
@click.argument("others", metavar="[OTHER]...", nargs=-1, type=FilePath())
@option(
    "--same",
    metavar="THEIRS=OURS",
    multiple=True,
    callback=parse_pairs,
    help=LazyText(
        "Annotator in OTHER who is this one in CORPUS; may be repeated. Without OTHER, both are in CORPUS: their work "
        "becomes one layer, and copies that merge CORPUS learn it."
    ),
)
@option(
    "--apart",
    metavar="NAME",
    multiple=True,
    callback=_decode_names,
    help=LazyText(
        "Annotator in OTHER who is another person than the one of this name in CORPUS, as is assumed with a notice if "
        "nothing is said; may be repeated."
    ),
)
@option("--dry-run", is_flag=True, help=LazyText("Change nothing; print what would be merged."))
@json_option
def merge(
    corpus: Path,
    others: Sequence[Path],
    same: Mapping[str, str],
    apart: Collection[str],
    dry_run: bool,
    as_json: bool,
) -> int:
    """Merge others' work."""
    if not (others or same):
        raise click.UsageError(_("name what to merge, or two names of one person with --same"))
    own_name = settings.load().annotator_name
    with open_copy(corpus) if dry_run else open_corpus(corpus) as opened:
        check_same(opened, same, own_name=own_name, are_all_here=not others)
        sources, refusals = _read_sources(others)
        if not others:
            sources, same = build_joins(opened, same), {name: name for name in same.values()}
        steps = merge_sources(opened, sources, same=same, own_name=own_name, is_dry_run=dry_run)
        summary = run_with_progress(steps, _("Merging"))
        report = build_report(opened, sources, summary, refusals, apart=apart)
    print_remarks(report.skipped)
    print_remarks(_explain_same_name(entry, is_dry_run=dry_run) for entry in report.same_names)
    if as_json:
        print_json(report)
    else:
        _print_summary(report, is_dry_run=dry_run)
    return EXIT_INCOMPLETE if report.skipped else 0


def _read_sources(paths: Sequence[Path]) -> tuple[list[MergeSource], list[Refusal]]:
    """Read each file; return the unusable ones as refusals."""
    sources, refusals = list[MergeSource](), list[Refusal]()
    for path in paths:
        usable, unusable = run_with_progress(read_sources([path]), _("Reading"))
        sources += usable
        refusals += unusable
    return sources, refusals


def _explain_same_name(entry: SameName, *, is_dry_run: bool) -> Notice:
    """Return a notice on a person who may be the one of this name here."""
    name = entry.theirs
    message = _("“{name}” is taken for another person than the one of this name here, and is “{new}” here.")
    advice = _("If they are one person, merge with {option}.")
    if not is_dry_run:
        advice = _("If they are one person, say so afterwards: {command}")
    option_text, command = f'--same "{name}={name}"', f'annotator merge CORPUS --same "{entry.ours}={name}"'
    text = f"{message} {advice}".format(name=name, new=entry.ours, option=option_text, command=command)
    return Notice.at(Path(entry.path), 0, Reason(Code.OTHER_PERSON, text))


def _print_summary(report: MergeReport, *, is_dry_run: bool) -> None:
    counts = [
        count_phrase("{count} step", "{count} steps", report.steps),
        count_phrase("{count} new article", "{count} new articles", report.articles),
        count_phrase("{count} conflict", "{count} conflicts", len(report.conflicts)),
    ]
    print_text((_("to merge: {counts}") if is_dry_run else _("merged: {counts}")).format(counts=_(", ").join(counts)))
    message = _("{former} and {name} are one person: their work is put together.")
    for former, name in report.joined.items():
        print_text(message.format(former=former, name=name))
    print_table([["", str(entry.article or "-"), entry.author, entry.message] for entry in report.conflicts])
    if report.conflicts and not is_dry_run:
        print_text(
            _("Each waits for the annotator named beside it, who decides in the window: Corpus > Team > Conflicts.")
        )
    if report.backup:
        print_text(_("Backup made before: {path}").format(path=report.backup))
