"""`annotator import CORPUS PATH...`: reads files and folders into a corpus."""

from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from annotator import settings
from annotator.cli.annotators import check_name, check_person
from annotator.cli.command import (
    FilePath,
    annotator_option,
    corpus_argument,
    jobs_option,
    json_option,
    option,
    parse_pairs,
)
from annotator.cli.console import (
    EXIT_INCOMPLETE,
    CommandError,
    format_remark,
    print_json,
    print_message,
    print_remarks,
    print_table,
    print_text,
    run_with_progress,
)
from annotator.cli.import_changes import build_record, list_rows
from annotator.cli.opening import open_corpus
from annotator.cli.root import root
from annotator.formats.documents import tables
from annotator.formats.json import doccano, jsonl
from annotator.formats.json.offset_units import UNITS
from annotator.formats.registry import READ_FORMATS
from annotator.i18n import LazyText, _, count_phrase
from annotator.jobs.imports import sources
from annotator.jobs.imports.dry_run import ArticleChanges, try_import
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.jobs.imports.importer import ImportOptions, ImportResult, import_paths
from annotator.jobs.imports.label_mapping import LabelMapping
from annotator.jobs.imports.replacement import LayerReplacement
from annotator.model.labels import InvalidLabelSet, LabelSet, default_labels, read_label_set
from annotator.model.reasons import Code
from annotator.model.records import UndividedNotice, VisualOrderNotice
from annotator.paths import explain_invalid_name as explain_invalid_file_name
from annotator.store.corpus import Corpus
from annotator.store.errors import ExistingCorpus
from annotator.store.queries.annotators import find_own_name

_ENCODING_CODES: Final = (Code.INVALID_ENCODING, Code.UNKNOWN_ENCODING)
_FORMATS: Final = [format_.name for format_ in READ_FORMATS]
_READ_OPTIONS: Final = ("format", "columns", "logical", "sentences_per_article", "encoding", "errors", "offsets")
"""The options of the command that are of ReadOptions too."""


def _parse_columns(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Parse column names by field, such as `text=body`."""
    columns = parse_pairs(context, parameter, values)
    invalid = next((field for field in columns if field not in tables.COLUMNS), None)
    if invalid is not None:
        reason = _("“{field}” is not one of {fields}").format(field=invalid, fields=", ".join(tables.COLUMNS))
        raise click.BadParameter(reason)
    return columns


def _parse_encoding(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Return the standard name of an encoding of texts."""
    try:
        return None if value is None else sources.find_encoding(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@root.command(
    "import",
    help=LazyText(
        "Import files and folders into CORPUS. All files in a folder are read, compressed ones too (.gz, .bz2, .xz, "
        ".zip); - is standard input. CORPUS is created if it does not exist."
    ),
    examples=(
        (LazyText("Import a folder of articles into a new corpus:"), "annotator import news.corpus articles"),
        (
            LazyText("Import a table whose texts are in the column “body”:"),
            "annotator import news.corpus articles.csv --column text=body",
        ),
        (
            LazyText("Import labelled files, and rename one of their labels:"),
            "annotator import news.corpus labelled.conll --rename ORG=INSTITUTION",
        ),
        (
            LazyText("Import a text in an older encoding:"),
            "annotator import news.corpus old.txt --encoding windows-1256",
        ),
    ),
    page="docs/import.md",
)
@corpus_argument
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=FilePath(allow_dash=True))
@option(
    "-f",
    "--format",
    type=click.Choice(_FORMATS),
    metavar="NAME",
    help=LazyText(
        "Format of the files; by default, it is detected for each file. Formats: {formats}.",
        formats=", ".join(_FORMATS),
    ),
)
@option(
    "columns",
    "--column",
    metavar="FIELD=NAME",
    multiple=True,
    callback=_parse_columns,
    help=LazyText(
        "Column of a table, or key of JSON lines, that contains the text, title, published, source or url, if its name "
        "does not show that; may be repeated."
    ),
)
@annotator_option(LazyText("Annotator of the spans, if a file does not name one; by default, you."))
@option(
    "--labels",
    metavar="FILE",
    type=FilePath(),
    help=LazyText("TOML file with the labels of a new corpus; by default, dates, institutions and plans."),
)
@option(
    "--rename",
    metavar="THEIRS=OURS",
    multiple=True,
    callback=parse_pairs,
    help=LazyText("Rename a label of the files to one of the corpus; may be repeated."),
)
@option(
    "--add-labels",
    is_flag=True,
    help=LazyText("Add labels that the corpus does not have; by default, their spans are refused."),
)
@option(
    "annotator_names",
    "--annotator-map",
    metavar="THEIRS=OURS",
    multiple=True,
    callback=parse_pairs,
    help=LazyText("Rename an annotator of the files to one of the corpus; may be repeated."),
)
@option(
    "--replace",
    is_flag=True,
    help=LazyText(
        "Make layers of articles that CORPUS already has what the files say: spans that were moved, relabelled, "
        "deleted or added there become edits, which the window can undo. By default, spans are only added."
    ),
)
@option(
    "--strict",
    is_flag=True,
    help=LazyText("All or nothing: if anything is refused, leave CORPUS unchanged."),
)
@option(
    "--dry-run",
    is_flag=True,
    help=LazyText("List what would be added, changed and removed, and change nothing: it is done to a copy of CORPUS."),
)
@option(
    "--logical",
    is_flag=True,
    help=LazyText("Repair text in presentation forms or visual order; by default, such text is only reported."),
)
@option(
    "--sentences-per-article",
    type=click.IntRange(min=1),
    metavar="N",
    help=LazyText(
        "Cut columns that do not say where articles begin into articles of N sentences; by default, such a file is one "
        "article."
    ),
)
@option(
    "--encoding",
    metavar="NAME",
    callback=_parse_encoding,
    help=LazyText(
        "Encoding of the texts, such as cp1256; by default, it is detected. Formats that declare theirs keep it."
    ),
)
@option(
    "--errors",
    type=click.Choice(sources.ERROR_HANDLERS),
    default=sources.STRICT,
    show_default=True,
    help=LazyText("What happens to bytes that are no characters of the encoding: strict refuses, replace reads “�”."),
)
@option(
    "--offsets",
    type=click.Choice(UNITS),
    help=LazyText(
        "What offsets in files of doccano count; by default, what the file says or what fits its words best."
    ),
)
@jobs_option
@json_option
def import_files(
    corpus: Path, paths: tuple[Path, ...], labels: Path | None, dry_run: bool, as_json: bool, **options: Any
) -> int:
    """Import files and folders."""
    reading = ReadOptions(**{name: options.pop(name) for name in _READ_OPTIONS})
    _check_usage(reading)
    if explain_invalid_file_name(corpus) or not corpus.exists():
        _parse_names(options["annotator"], options["annotator_names"], ())  # before there is a corpus
    stored = Counter[str]()

    def start(opened: Corpus) -> Generator[tuple[int, int], None, ImportResult]:
        return import_paths(opened, paths, _build_options(opened, reading, **options), stored)

    changes: list[ArticleChanges] = []
    try:
        if dry_run:
            result, changes = _try_import(corpus, labels, start)
        else:
            with _open_corpus(corpus, labels) as opened:
                result = run_with_progress(start(opened), _("Importing"))
    except KeyboardInterrupt:
        print_message(_describe_interruption(0 if options["strict"] or dry_run else stored["added"]))
        raise
    print_remarks([*result.skipped, *result.repaired, *result.noticed])
    for advice in _advise(result, reading):
        print_message(advice)
    if options["strict"] and result.skipped:
        print_message(_("nothing was imported, because not everything could be imported"))
    if dry_run:
        print_message(_("this was a dry run: nothing was imported"))
    if as_json:
        record = msgspec.to_builtins(result)
        print_json(record | ({"articles": list(map(build_record, changes))} if dry_run else {}))
    else:
        print_table(row for article in changes for row in list_rows(article))
        print_text(_format_summary(result))
    return EXIT_INCOMPLETE if result.skipped else 0


def _check_usage(reading: ReadOptions) -> None:
    """Raise UsageError for an option of another format than that of the files."""
    if reading.columns and reading.format not in (None, tables.FORMAT.name, jsonl.FORMAT.name):
        reason = _("--column applies only to tables and JSON lines, but the format is {format}")
        raise click.UsageError(reason.format(format=reading.format))
    if reading.offsets and reading.format not in (None, doccano.FORMAT.name):
        reason = _("--offsets applies only to files of doccano, but the format is {format}")
        raise click.UsageError(reason.format(format=reading.format))


def _build_options(
    corpus: Corpus,
    reading: ReadOptions,
    annotator: str | None,
    annotator_names: Mapping[str, str],
    rename: Mapping[str, str],
    add_labels: bool,
    replace: bool,
    strict: bool,
    jobs: int,
) -> ImportOptions:
    """Return how files come into this corpus. Raises CommandError for an annotator that it cannot have."""
    name, mapping = _parse_names(annotator, annotator_names, corpus.annotators())
    for each in filter(None, (name, *mapping.values())):
        check_person(corpus, each)
    return ImportOptions(
        reading,
        annotator=name or find_own_name(corpus, settings.load().annotator_name),
        annotator_names=mapping,
        labels=LabelMapping(rename, None if add_labels else frozenset()),
        replacement=LayerReplacement(name) if replace else None,
        strict=strict,
        jobs=jobs,
    )


def _try_import(
    corpus: Path, labels: Path | None, start: Callable[[Corpus], Generator[tuple[int, int], None, ImportResult]]
) -> tuple[ImportResult, list[ArticleChanges]]:
    """Import into a copy; see dry_run.try_import. Raises CommandError for other labels than those of the corpus."""
    if labels and corpus.exists():
        with open_corpus(corpus, readonly=True) as opened:
            _check_labels(opened, labels)
    label_set = _read_label_set(labels) if labels else default_labels()
    return run_with_progress(try_import(corpus, label_set, start), _("Importing"))


def _advise(result: ImportResult, reading: ReadOptions) -> Iterator[str]:
    """Yield the options that would import more of what was refused or doubtful."""
    if any(isinstance(notice, VisualOrderNotice) for notice in result.noticed):
        yield _("use --logical to repair such text; articles already in the corpus stay as they are")
    if reading.sentences_per_article is None and any(isinstance(notice, UndividedNotice) for notice in result.noticed):
        yield _("use --sentences-per-article to cut such a file into articles")
    if any(notice.code == Code.OFFSET_UNIT_GUESSED for notice in result.noticed):
        yield _("use --offsets to say what the offsets count")
    if reading.encoding is None and any(refusal.code in _ENCODING_CODES for refusal in result.skipped):
        if reading.errors == sources.STRICT:
            yield _(
                "use --encoding to name the encoding of the texts, or --errors replace to read invalid bytes as “�”"
            )
        else:  # bytes are replaced only in what is mostly of the encoding
            yield _("use --encoding to name the encoding of the texts")


def _parse_names(
    annotator: str | None, annotator_names: Mapping[str, str], names: Collection[str]
) -> tuple[str | None, dict[str, str]]:
    """Return the annotator, and the mapping of others', as those of a corpus with these names. Raises CommandError."""
    name = None if annotator is None else check_name(annotator, names)
    return name, {theirs: check_name(ours, names) for theirs, ours in annotator_names.items()}


def _open_corpus(path: Path, labels: Path | None) -> Corpus:
    """Open the corpus or create it. Raises CommandError, CorpusError."""
    if explain_invalid_file_name(path) or not path.exists():
        try:
            return Corpus.create(path, _read_label_set(labels) if labels else default_labels())
        except ExistingCorpus:
            if not path.exists():
                raise
            # Another import has created it at the same time.
    corpus = open_corpus(path)
    if labels:
        try:
            _check_labels(corpus, labels)
        except CommandError:
            corpus.close()
            raise
    return corpus


def _check_labels(corpus: Corpus, labels: Path) -> None:
    """Raise CommandError if the corpus has others than these."""
    if _read_label_set(labels) != corpus.labels():
        message = _("“{corpus}” already has labels, and they differ from those in “{file}”")
        raise CommandError(message.format(corpus=corpus.path, file=labels))


def _read_label_set(path: Path) -> LabelSet:
    try:
        return read_label_set(path)
    except InvalidLabelSet as error:
        raise CommandError(format_remark(error.refusal)) from error


def _describe_interruption(added: int) -> str:
    if not added:
        return _("no articles were added")
    return count_phrase(
        "{count} article was added and stays; the same command imports the rest",
        "{count} articles were added and stay; the same command imports the rest",
        added,
    )


def _format_summary(result: ImportResult) -> str:
    parts = [
        count_phrase("{count} article added", "{count} articles added", result.added),
        count_phrase("{count} was there already", "{count} were there already", result.duplicates),
        count_phrase("{count} span read", "{count} spans read", result.spans),
    ]
    if result.changed:
        parts.append(count_phrase("{count} changed", "{count} changed", result.changed))
    if result.removed:
        parts.append(count_phrase("{count} removed", "{count} removed", result.removed))
    if result.repaired:
        parts.append(count_phrase("{count} repair", "{count} repairs", len(result.repaired)))
    return _(", ").join(parts)
