"""`annotator export CORPUS PATH --format NAME`: writes the training set and its report."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource

from annotator.cli.command import (
    FilePath,
    annotator_option,
    corpus_argument,
    jobs_option,
    json_option,
    option,
    parse_split,
)
from annotator.cli.console import (
    EXIT_INCOMPLETE,
    CommandError,
    format_for_terminal,
    is_standard_output,
    print_file,
    print_message,
    print_text,
    run_with_progress,
)
from annotator.cli.opening import open_corpus
from annotator.cli.root import root
from annotator.formats.format import Files
from annotator.formats.json.offset_units import UNITS
from annotator.formats.registry import WRITTEN_FORMATS, get_format
from annotator.formats.report import PartCounts, Report, report_path
from annotator.formats.report import write as write_report
from annotator.i18n import LazyText, _, count_phrase
from annotator.jobs.export.existing_output import CannotExport, WouldReplace
from annotator.jobs.export.exporter import NothingToExport, export, export_to_stream
from annotator.jobs.export.gold_layers import describe_origins
from annotator.jobs.export.options import ALL, FOLD_COUNTS, STATES, ExportOptions
from annotator.jobs.export.read_back import NotVerified
from annotator.jobs.export.writers import has_span_layer
from annotator.model.records import ZONE_KINDS
from annotator.tagging.flat import BOUNDARIES, FLATTENINGS
from annotator.tagging.schemes import SCHEMES

_DEFAULT: Final = ExportOptions()
_FORMATS: Final = [format_.name for format_ in WRITTEN_FORMATS]


def _parse_zones(_context: click.Context, _parameter: click.Parameter, value: str) -> frozenset[str] | None:
    """Parse kinds of zones; None means `all`."""
    if value == ALL:
        return None
    kinds = frozenset(kind.strip() for kind in value.split(","))
    for kind in sorted(kinds - set(ZONE_KINDS)):
        message = _("“{kind}” is not a kind of zone; choose from {known}")
        raise click.BadParameter(message.format(kind=kind, known=", ".join(ZONE_KINDS)))
    return kinds


@root.command(
    "export",
    context_settings={"show_default": True},
    help=LazyText(
        "Export the spans of CORPUS to PATH as a training set. The outcome of each span is "
        "written to PATH.report.json. The export is first read back and compared with CORPUS. For"
        " {formats}, PATH is a folder with one file per article. One text file is compressed if PATH ends with .gz, "
        "and goes to standard output if PATH is -.",
        formats=", ".join(format_.name for format_ in WRITTEN_FORMATS if isinstance(format_.output, Files)),
    ),
    examples=(
        (LazyText("Export the articles that are done:"), "annotator export news.corpus train.conll --format conll2003"),
        (
            LazyText("Split the training set into parts:"),
            "annotator export news.corpus parts --format jsonl --split train=80,test=20",
        ),
    ),
    page="docs/export.md",
)
@corpus_argument
@click.argument("path", type=FilePath(allow_dash=True))
@option(
    "format_",
    "-f",
    "--format",
    type=click.Choice(_FORMATS),
    metavar="NAME",
    required=True,
    help=LazyText("Format of the training set. Formats: {formats}.", formats=", ".join(_FORMATS)),
)
@option(
    "--scheme",
    type=click.Choice(SCHEMES),
    default=_DEFAULT.scheme,
    help=LazyText("How tags mark the start of a span."),
)
@option(
    "--flatten",
    type=click.Choice(FLATTENINGS),
    default=_DEFAULT.flatten,
    help=LazyText("Which of several overlapping spans to keep, in formats that allow only one."),
)
@option(
    "--boundary",
    type=click.Choice(BOUNDARIES),
    default=_DEFAULT.boundary,
    help=LazyText("What to do with a span that cuts a token: widen the span, split the token, or refuse the span."),
)
@annotator_option(LazyText("Export the spans of this annotator; required if there are several."))
@option(
    "-s",
    "--state",
    type=click.Choice(STATES),
    default=_DEFAULT.state,
    help=LazyText("Export only articles that the annotator has marked as done (done), or all articles (all)."),
)
@option(
    "--zones",
    metavar="KIND,...",
    callback=_parse_zones,
    default="headline,body",
    help=LazyText("Kinds of zones to export, or all. Kinds: {kinds}.", kinds=", ".join(ZONE_KINDS)),
)
@option(
    "--split",
    metavar="PART=N,...",
    callback=parse_split,
    help=LazyText(
        "Split the articles into parts, such as train=80,dev=10,test=10 or train=0.9,test=0.1; PATH is then a folder "
        "with one file per part."
    ),
)
@option(
    "--folds",
    metavar="N",
    type=click.IntRange(FOLD_COUNTS.start, FOLD_COUNTS.stop - 1),
    help=LazyText(
        "Write N folds for cross-validation: PATH is then a folder with fold-1 to fold-N, each with a training and a "
        "test set."
    ),
)
@option(
    "--seed",
    metavar="N",
    type=int,
    default=_DEFAULT.seed,
    help=LazyText("Random seed of the split or the folds; the same number gives the same ones."),
)
@option(
    "--offsets",
    type=click.Choice(UNITS),
    help=LazyText(
        "What offsets for doccano count: UTF-16 units as its window does (utf16, the default), graphemes as it does in "
        "a project with grapheme mode, or code points as most programs do."
    ),
)
@option(
    "--layer",
    metavar="TYPE|LABEL[|VALUE[|NOTE]]",
    default="",
    show_default=False,
    help=LazyText(
        "Layer of the spans for {formats}: its type, and its features for label, value and note. Default: the named "
        "entities of DKPro and INCEpTION.",
        formats=", ".join(format_.name for format_ in WRITTEN_FORMATS if has_span_layer(format_)),
    ),
)
@option(
    "--gold",
    is_flag=True,
    help=LazyText("Export the gold layer of the articles that are adjudicated; the report says where each comes from."),
)
@option(
    "--single",
    is_flag=True,
    help=LazyText("With --gold, export the articles too that only one annotator has done."),
)
@option(
    "report_file",
    "--report",
    type=FilePath(),
    metavar="FILE",
    help=LazyText("Where to write the report of an export to standard output."),
)
@option(
    "--force",
    is_flag=True,
    help=LazyText("Replace PATH even if it is not an export, or an export that has been changed since."),
)
@jobs_option
@json_option
def export_corpus(
    corpus: Path,
    path: Path,
    format_: str,
    report_file: Path | None,
    as_json: bool,
    force: bool,
    jobs: int,
    **options: Any,
) -> int:
    """Write the training set."""
    _check_usage(path, format_, report_file, as_json, options)
    export_options = ExportOptions(format=format_, **options)
    with open_corpus(corpus, readonly=True) as opened:
        try:
            if is_standard_output(path):
                if sys.__stdout__ is None:  # and `sys.stdout` is the null device
                    raise CommandError(_("standard output is closed, so nothing was exported"))
                output = sys.stdout.buffer
                steps = export_to_stream(opened, output, export_options, report=report_file, force=force, jobs=jobs)
            else:
                steps = export(opened, path, export_options, force=force, jobs=jobs)
            report = run_with_progress(steps, _("Exporting"))
        except NothingToExport as error:
            return _print_empty_export(corpus, error.report, str(error), as_json)
        except WouldReplace as error:
            raise CommandError(_("{reason} Use --force to replace it.").format(reason=error)) from error
        except (CannotExport, NotVerified) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            # The error of a full disk has no file name.
            error.filename = error.filename or (_("standard output") if is_standard_output(path) else path)
            raise
    _print_refusals(corpus, report)
    for notice in report.noticed:
        print_message(_("note: {reason}").format(reason=notice.reason))
    if as_json:
        print_file(report_path(path))
    elif is_standard_output(path):
        for line in _format_summary(_("standard output"), report, report_file):
            click.echo(format_for_terminal(line, sys.stderr), err=True)
    else:
        print_text("\n".join(_format_summary(path, report, report_path(path))))
    return EXIT_INCOMPLETE if report.refused or report.left_out else 0


def _check_usage(
    path: Path, format_name: str, report_file: Path | None, as_json: bool, options: Mapping[str, Any]
) -> None:
    """Raise UsageError for options that exclude each other, or that this export has no use for."""
    is_divided = options["split"] is not None or options["folds"] is not None
    faults = {
        _("--single is for exports with --gold."): options["single"] and not options["gold"],
        _("--gold and --annotator exclude each other."): options["gold"] and options["annotator"] is not None,
        _("--split and --folds exclude each other."): options["split"] is not None and options["folds"] is not None,
        _("--seed is for exports with --split or --folds."): _is_given("seed") and not is_divided,
        _("--json prints the report; with -, --report FILE writes it."): as_json and is_standard_output(path),
        _("--report is for exports to standard output; others have a report beside them."): report_file is not None
        and not is_standard_output(path),
        _("--offsets is for exports to doccano."): options["offsets"] is not None
        and get_format(format_name).output_in_unit is None,
    }
    for message, is_fault in faults.items():
        if is_fault:
            raise click.UsageError(message)


def _is_given(parameter: str) -> bool:
    return click.get_current_context().get_parameter_source(parameter) is not ParameterSource.DEFAULT


def _print_empty_export(corpus: Path, report: Report, reason: str, as_json: bool) -> int:
    """Print why no file was written; for programs, the report too."""
    _print_refusals(corpus, report)
    is_unlimited = report.state == ALL or report.origin is not None
    if not (is_unlimited or report.articles or report.left_out or report.removed):
        reason = _("No articles are done, so nothing was exported. Mark articles as done, or use --state all.")
    print_message(reason)
    if as_json:
        write_report(report, sys.stdout.buffer)
    return EXIT_INCOMPLETE


def _print_refusals(corpus: Path, report: Report) -> None:
    for article in report.left_out:
        print_message(f"{corpus}: {article.article}: {article.reason}")
    for entry in report.refused:
        text = _("“{text}” ({label})").format(text=entry.text, label=entry.label)
        print_message(f"{corpus}: {entry.article}:{entry.start}-{entry.end} {text}: {entry.reason}")


def _format_summary(path: Path | str, report: Report, report_file: Path | None) -> Iterator[str]:
    yield f"{path}: {_format_counts(report)}"
    yield from (f"  {line}" for line in format_parts(report))
    outcome_counts = {
        _("written unchanged: {count}"): report.written,
        _("widened to whole tokens: {count}"): len(report.widened),
        _("written with split tokens: {count}"): len(report.split),
        _("left out because they overlap another span: {count}"): len(report.flattened),
        _("refused: {count}"): len(report.refused),
        _("outside the zones: {count}"): len(report.outside_zones),
    }
    yield from (f"  {template.format(count=count)}" for template, count in outcome_counts.items() if count)
    yield from (f"  {text}" for text in describe_origins((report.origin or {}).values()))
    if report.removed:
        removed = count_phrase("{count} article removed", "{count} articles removed", report.removed)
        yield f"  {removed}"
    if report_file is None:
        yield _("What was written was read back and compared first.")
    else:
        yield _("The file was read back and compared. Report on every span: {path}").format(path=report_file)


def format_parts(report: Report) -> Iterator[str]:
    """Yield a line for each part of a split: what it has, and how many spans of each label."""
    for part, counts in (report.parts or {}).items():
        labels = (f"{label} {count}" for label, count in sorted(counts.labels.items()))
        yield f"{part}: {_(', ').join([_format_counts(counts), *labels])}"


def _format_counts(counts: Report | PartCounts) -> str:
    phrases = [
        count_phrase("{count} article", "{count} articles", counts.articles),
        count_phrase("{count} sentence", "{count} sentences", counts.sentences),
        count_phrase("{count} token", "{count} tokens", counts.tokens),
        count_phrase("{count} span", "{count} spans", counts.spans),
    ]
    return _(", ").join(phrases)
