"""`annotator merge CORPUS OTHER...`: brings the steps of changesets and other corpora into a corpus."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import click

from annotator import settings
from annotator.cli.command import FilePath, corpus_argument, decode_argument, json_option, option, parse_pairs
from annotator.cli.console import (
    EXIT_INCOMPLETE,
    CommandError,
    print_json,
    print_remarks,
    print_table,
    print_text,
    run_with_progress,
)
from annotator.cli.root import root
from annotator.i18n import LazyText, _, count_phrase
from annotator.jobs.merging import (
    MergeSource,
    MergeSummary,
    UnusableSource,
    build_joins,
    list_left_out,
    merge_sources,
    read_source,
)
from annotator.model.display_names import describe_conflict
from annotator.model.reasons import Code, Reason
from annotator.model.records import Notice, Refusal
from annotator.store.corpus import Corpus
from annotator.store.errors import NoSuchArticle
from annotator.store.merging import MergeResult

_Pairs: TypeAlias = Sequence[tuple[MergeSource, MergeResult]]
_SameName: TypeAlias = tuple[MergeSource, MergeResult, str]
"""A name of theirs that was taken for another person's than the one of that name here."""


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
    with Corpus.open(corpus) as opened:
        _check_names(opened, same, are_all_here=not others)
        sources, refusals = _read_sources(others)
        if not others:
            sources, same = build_joins(opened, same), {name: name for name in same.values()}
        summary = run_with_progress(merge_sources(opened, sources, same=same, is_dry_run=dry_run), _("Merging"))
        conflicts = [*_list_conflicts(opened, summary)]
    pairs = list(zip(sources, summary.results, strict=True))
    remarks = [*refusals, *(remark for pair in pairs for remark in list_left_out(*pair))]
    same_names = [(source, result, name) for source, result in pairs for name in result.same_names if name not in apart]
    print_remarks(remarks)
    print_remarks(_explain_same_name(*each, is_dry_run=dry_run) for each in same_names)
    if as_json:
        print_json(_build_record(summary, pairs, conflicts, same_names) | {"skipped": remarks})
    else:
        _print_summary(summary, conflicts, is_dry_run=dry_run)
    return EXIT_INCOMPLETE if remarks else 0


def _check_names(corpus: Corpus, same: Mapping[str, str], *, are_all_here: bool) -> None:
    """Raise CommandError unless the corpus has the annotators who are to be one with others."""
    names = set(corpus.annotators())
    required_names = [*same, *same.values()] if are_all_here else list(same.values())
    if not are_all_here:
        names.add(settings.load().annotator_name)  # who works here may not have begun
    unknown = next((name for name in required_names if name not in names), None)
    if unknown is not None:
        raise CommandError(_("The corpus has no annotator “{name}”.").format(name=unknown))


def _read_sources(paths: Sequence[Path]) -> tuple[list[MergeSource], list[Refusal]]:
    """Read each file; return the unusable ones as refusals."""
    sources, refusals = [], []
    for path in paths:
        try:
            sources.append(MergeSource(path, run_with_progress(read_source(path), _("Reading"))))
        except UnusableSource as error:
            refusals.append(error.refusal)
    return sources, refusals


def _explain_same_name(source: MergeSource, result: MergeResult, name: str, *, is_dry_run: bool) -> Notice:
    """Return a notice on a person who may be the one of this name here."""
    message = _("“{name}” is taken for another person than the one of this name here, and is “{new}” here.")
    advice = _("If they are one person, merge with {option}.")
    if not is_dry_run:
        advice = _("If they are one person, say so afterwards: {command}")
    new_name = result.people[name]
    option_text, command = f'--same "{name}={name}"', f'annotator merge CORPUS --same "{new_name}={name}"'
    text = f"{message} {advice}".format(name=name, new=new_name, option=option_text, command=command)
    return Notice.at(source.path, 0, Reason(Code.OTHER_PERSON, text))


def _list_conflicts(corpus: Corpus, summary: MergeSummary) -> Iterator[dict[str, Any]]:
    """Yield a record of each conflict; an article of a dry run may have no number yet."""
    for result in summary.results:
        for conflict in result.conflicts:
            try:
                number = corpus.article(conflict.article).id
            except NoSuchArticle:
                number = None
            reason = describe_conflict(conflict.reason)
            yield {
                "article": number,
                "uid": conflict.article,
                "step": conflict.step,
                "annotator": conflict.annotator,
                "author": conflict.author,
                "message": reason.text,
                "code": reason.code,
            }


def _build_record(
    summary: MergeSummary, pairs: _Pairs, conflicts: Sequence[Mapping[str, Any]], same_names: Sequence[_SameName]
) -> dict[str, Any]:
    """Build the JSON; the names of `annotators` are by source too, since two may have the same."""
    return {
        "steps": sum(result.steps for _source, result in pairs),
        "articles": sum(result.articles for _source, result in pairs),
        "annotators": {theirs: ours for _source, result in pairs for theirs, ours in result.people.items()},
        "same_names": [
            {"path": str(source.path), "theirs": name, "ours": result.people[name]}
            for source, result, name in same_names
        ],
        "conflicts": conflicts,
        "joined": _list_joined(summary),
        "files": [
            {
                "path": str(source.path),
                "steps": result.steps,
                "articles": result.articles,
                "annotators": result.people,
                "newer_steps": source.changeset.newer_steps,
                "waiting_steps": result.waiting_steps,
                "missing_articles": result.missing_articles,
            }
            for source, result in pairs
        ],
        "backup": summary.backup and str(summary.backup.path),
    }


def _list_joined(summary: MergeSummary) -> dict[str, str]:
    """Return the annotators who turned out to be another one here, each with the name that they have now."""
    return {former: name for result in summary.results for former, name in result.joined.items()}


def _print_summary(summary: MergeSummary, conflicts: Sequence[Mapping[str, Any]], *, is_dry_run: bool) -> None:
    counts = [
        count_phrase("{count} step", "{count} steps", sum(result.steps for result in summary.results)),
        count_phrase("{count} new article", "{count} new articles", sum(result.articles for result in summary.results)),
        count_phrase("{count} conflict", "{count} conflicts", len(conflicts)),
    ]
    print_text((_("to merge: {counts}") if is_dry_run else _("merged: {counts}")).format(counts=_(", ").join(counts)))
    message = _("{former} and {name} are one person: their work is put together.")
    for former, name in _list_joined(summary).items():
        print_text(message.format(former=former, name=name))
    print_table([["", str(row["article"] or "-"), row["author"], row["message"]] for row in conflicts])
    if conflicts and not is_dry_run:
        print_text(
            _("Each waits for the annotator named beside it, who decides in the window: Corpus > Team > Conflicts.")
        )
    if summary.backup:
        print_text(_("Backup made before: {path}").format(path=summary.backup.path))
