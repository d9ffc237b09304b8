"""`annotator export CORPUS PATH --format NAME`: writes the training set and its report."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from annotator.cli.command import FilePath, Help, corpus_argument, json_option, words
from annotator.cli.console import REFUSED, Failure, copy, finish, say, tell
from annotator.formats.report import Report, beside
from annotator.formats.report import write as write_report
from annotator.i18n import _, ngettext
from annotator.jobs.export.existing_output import CannotExport, WouldReplace
from annotator.jobs.export.exporter import ALL, FILES, FORMATS, STATES, NothingToExport, Options, export
from annotator.jobs.export.read_back import NotVerified
from annotator.model.records import ZONE_KINDS
from annotator.store.corpus import Corpus
from annotator.tagging.flat import BOUNDARIES, FLATTENINGS
from annotator.tagging.schemes import SCHEMES

_DEFAULT: Final = Options()


def _zones(_context: click.Context, _parameter: click.Parameter, value: str) -> frozenset[str] | None:
    """The kinds of zones in `value`, set apart by commas; None for `all`."""
    if value == ALL:
        return None
    kinds = frozenset(kind.strip() for kind in value.split(","))
    for kind in sorted(kinds - set(ZONE_KINDS)):
        told = _("“{kind}” is not a kind of zone; they are {known}")
        raise click.BadParameter(told.format(kind=kind, known=", ".join(ZONE_KINDS)))
    return kinds


def _split(_context: click.Context, _parameter: click.Parameter, value: str | None) -> dict[str, int] | None:
    """The weights by part in `train=80,dev=10,test=10`. What parts may be called and weigh, the export says."""
    if value is None:
        return None
    parts = [part.partition("=") for part in value.split(",")]
    weights = {name.strip(): int(weight) for name, _equals, weight in parts if weight.strip().isdecimal()}
    if len(weights) < len(parts):
        raise click.BadParameter(_("“{value}” is not of the form train=80,dev=10,test=10").format(value=value))
    return weights


def command() -> click.Command:
    """The command, in the language that is spoken now."""
    return Help(
        "export",
        callback=_export,
        params=[
            corpus_argument(),
            click.Argument(["path"], type=FilePath()),
            *_options(),
            json_option(),
        ],
        help=_(
            "Write the spans of CORPUS as a training set to PATH, and what became of each to PATH.report.json. "
            "What was written is read back and compared first. For {formats}, PATH is a folder with a file for each "
            "article."
        ).format(formats=_(", ").join(format_.NAME for format_ in FILES)),
    )


def _options() -> list[click.Option]:
    return [
        click.Option(
            ["format_", "--format"],
            type=click.Choice([format_.NAME for format_ in FORMATS]),
            required=True,
            help=_("The format of the training set."),
        ),
        click.Option(
            ["--scheme"],
            type=click.Choice(SCHEMES),
            default=_DEFAULT.scheme,
            show_default=True,
            help=_("How tags tell where a span begins."),
        ),
        click.Option(
            ["--flatten"],
            type=click.Choice(FLATTENINGS),
            default=_DEFAULT.flatten,
            show_default=True,
            help=_("Which of overlapping spans is kept, where a format has room for one."),
        ),
        click.Option(
            ["--boundary"],
            type=click.Choice(BOUNDARIES),
            default=_DEFAULT.boundary,
            show_default=True,
            help=_(
                "What happens to a span that cuts a token: it is widened, the token is split, or the span is refused."
            ),
        ),
        click.Option(
            ["--annotator"],
            metavar="NAME",
            callback=words,
            help=_("Whose spans; needed where there are several annotators."),
        ),
        click.Option(
            ["--state"],
            type=click.Choice(STATES),
            default=_DEFAULT.state,
            show_default=True,
            help=_("Only the articles that the annotator is done with (done), or all of them (all)."),
        ),
        click.Option(
            ["--zones"],
            metavar="KIND,...",
            callback=_zones,
            default="headline,body",
            show_default=True,
            help=_("The zones to take, or all: {kinds}.").format(kinds=", ".join(ZONE_KINDS)),
        ),
        click.Option(
            ["--split"],
            metavar="PART=N,...",
            callback=_split,
            help=_("Make PATH a folder with a file for each part, such as train=80,dev=10,test=10."),
        ),
        click.Option(
            ["--seed"],
            metavar="N",
            type=int,
            default=_DEFAULT.seed,
            show_default=True,
            help=_("The same number splits the same way."),
        ),
        click.Option(
            ["--force"],
            is_flag=True,
            help=_("Replace what is at PATH even if it is no export, or one that was changed since."),
        ),
    ]


def _export(corpus: Path, path: Path, format_: str, as_json: bool, force: bool, **options: Any) -> int:
    with Corpus.open(corpus, readonly=True) as opened:
        try:
            report = finish(export(opened, path, Options(format=format_, **options), force=force), _("Exporting"))
        except NothingToExport as nothing:
            return _tell_nothing(corpus, nothing.report, str(nothing), as_json)
        except WouldReplace as error:
            raise Failure(_("{reason} With --force it is replaced.").format(reason=error)) from error
        except (CannotExport, NotVerified) as error:
            raise Failure(str(error)) from error
        except OSError as error:
            error.filename = error.filename or path  # a full disk does not say what it has no room for
            raise
    _tell_refusals(corpus, report)
    if as_json:
        copy(beside(path))
    else:
        say("\n".join(_summary(path, report)))
    return REFUSED if report.refused or report.left_out else 0


def _tell_nothing(corpus: Path, report: Report, reason: str, as_json: bool) -> int:
    """Say why no file was written; the report says it to programs."""
    _tell_refusals(corpus, report)
    if report.state != ALL and not report.left_out:
        reason = _("No article is done, so none was exported: mark articles as done, or use --state all.")
    tell(reason)
    if as_json:
        write_report(report, sys.stdout.buffer)
    return REFUSED


def _tell_refusals(corpus: Path, report: Report) -> None:
    for article in report.left_out:
        tell(f"{corpus}: {article.article}: {article.reason}")
    for entry in report.refused:
        text = _("“{text}” ({label})").format(text=entry.text, label=entry.label)
        tell(f"{corpus}: {entry.article}:{entry.start}-{entry.end} {text}: {entry.reason}")


def _summary(path: Path, report: Report) -> Iterator[str]:
    counts = [
        ngettext("{count} article", "{count} articles", report.articles).format(count=report.articles),
        ngettext("{count} sentence", "{count} sentences", report.sentences).format(count=report.sentences),
        ngettext("{count} token", "{count} tokens", report.tokens).format(count=report.tokens),
        ngettext("{count} span", "{count} spans", report.spans).format(count=report.spans),
    ]
    yield f"{path}: {_(', ').join(counts)}"
    fates = {
        _("written as they are: {count}"): report.written,
        _("widened to whole tokens: {count}"): len(report.widened),
        _("with their tokens split: {count}"): len(report.split),
        _("left out for another that overlaps: {count}"): len(report.flattened),
        _("refused: {count}"): len(report.refused),
        _("outside the zones: {count}"): len(report.outside_zones),
    }
    yield from (f"  {told.format(count=count)}" for told, count in fates.items() if count)
    yield _("The file was read back and compared. The account of every span: {path}").format(path=beside(path))
