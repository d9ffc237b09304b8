"""`annotator import CORPUS PATH...`: reads files and folders into a corpus."""

from pathlib import Path

import click

from annotator import settings
from annotator.cli.command import FilePath, Help, corpus_argument, json_option, words
from annotator.cli.console import REFUSED, Failure, emit, finish, say, tell, tell_remarks
from annotator.formats.documents import tables
from annotator.formats.registry import FORMATS
from annotator.i18n import _, ngettext
from annotator.jobs.imports.importer import Imported, Naming, import_paths
from annotator.model.labels import BadLabelSet, LabelSet, decode
from annotator.paths import refused_name
from annotator.resources import resource
from annotator.store.corpus import Corpus


def command() -> click.Command:
    """The command, in the language that is spoken now."""
    return Help(
        "import",
        callback=_import,
        params=[
            corpus_argument(),
            click.Argument(["paths"], metavar="PATH...", nargs=-1, required=True, type=FilePath()),
            click.Option(
                ["format_", "--format"],
                type=click.Choice([format_.NAME for format_ in FORMATS]),
                help=_("The format of the files; without it, each is recognised."),
            ),
            click.Option(
                ["columns", "--column"],
                metavar="FIELD=NAME",
                multiple=True,
                callback=_columns,
                help=_(
                    "Which column of a table holds the text, title, published, source or url, where its name does not"
                    " say; may be repeated."
                ),
            ),
            click.Option(
                ["--annotator"],
                metavar="NAME",
                callback=words,
                help=_("Whose spans they are, where a file does not say; without it, your name."),
            ),
            click.Option(
                ["labels", "--labels"],
                metavar="FILE",
                type=FilePath(),
                help=_("The labels of a new corpus, as TOML; without it, dates, institutions and plans."),
            ),
            click.Option(
                ["rename", "--rename"],
                metavar="THEIRS=OURS",
                multiple=True,
                callback=_pairs,
                help=_("What the corpus calls a label of the files; may be repeated."),
            ),
            click.Option(
                ["add_labels", "--add-labels"],
                is_flag=True,
                help=_("Add the labels that the corpus lacks; without it, their spans are refused."),
            ),
            click.Option(
                ["strict", "--strict"],
                is_flag=True,
                help=_("All or nothing: where anything is refused, CORPUS stays as it was."),
            ),
            click.Option(
                ["logical", "--logical"],
                is_flag=True,
                help=_("Put text in presentation forms or visual order right; without it, such text is noticed."),
            ),
            json_option(),
        ],
        help=_("Read the files, and every file in the folders, into CORPUS, which is made if it is missing."),
    )


def _import(
    corpus: Path,
    paths: tuple[Path, ...],
    format_: str | None,
    columns: dict[str, str],
    annotator: str | None,
    labels: Path | None,
    rename: dict[str, str],
    add_labels: bool,
    strict: bool,
    logical: bool,
    as_json: bool,
) -> int:
    if columns and format_ not in (None, tables.NAME):
        raise click.UsageError(_("--column is for tables, and the format is {format}").format(format=format_))
    owner, naming = annotator or settings.load().annotator, Naming(rename, None if add_labels else frozenset())
    with _opened(corpus, labels) as opened:
        done = finish(
            import_paths(opened, paths, format_, owner, naming, columns=columns, logical=logical, strict=strict),
            _("Importing"),
        )
    tell_remarks([*done.skipped, *done.repaired, *done.noticed])
    if done.noticed:
        tell(_("--logical puts such text right; what is in the corpus already stays there as it is"))
    if strict and done.skipped:
        tell(_("nothing was imported, since not everything could be"))
    if as_json:
        emit(done)
    else:
        say(_summary(done))
    return REFUSED if done.skipped else 0


def _pairs(_context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """What stands before and after the = in each value: theirs and ours in `PER=PERSON`."""
    pairs = [value.partition("=") for value in values]
    wrong = next(("".join(pair) for pair in pairs if not all(part.strip() for part in pair)), None)
    if wrong is not None:
        raise click.BadParameter(_("“{value}” is not of the form {form}").format(value=wrong, form=parameter.metavar))
    return {before.strip(): after.strip() for before, _equals, after in pairs}


def _columns(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """The names of columns by what of an article they hold: `text=body`."""
    columns = _pairs(context, parameter, values)
    wrong = next((field for field in columns if field not in tables.COLUMNS), None)
    if wrong is not None:
        reason = _("“{field}” is none of {fields}").format(field=wrong, fields=", ".join(tables.COLUMNS))
        raise click.BadParameter(reason)
    return columns


def _opened(path: Path, labels: Path | None) -> Corpus:
    """The corpus at `path`, made with these labels if it is missing. Raises Failure, CorpusError."""
    if refused_name(path) or not path.exists():
        return Corpus.create(path, _label_set(labels or resource("labels", "default.toml")))
    corpus = Corpus.open(path)
    if labels is None or _label_set(labels) == corpus.labels():
        return corpus
    corpus.close()
    raise Failure(_("“{corpus}” has labels of its own, other than those of “{file}”").format(corpus=path, file=labels))


def _label_set(path: Path) -> LabelSet:
    try:
        return decode(path.read_bytes(), str(path))
    except BadLabelSet as error:
        where = f"{error.refusal.path}:{error.refusal.line}" if error.refusal.line else error.refusal.path
        raise Failure(f"{where}: {error.refusal.reason}") from error


def _summary(done: Imported) -> str:
    parts = [
        ngettext("{count} article added", "{count} articles added", done.added).format(count=done.added),
        ngettext("{count} was there already", "{count} were there already", done.duplicates).format(
            count=done.duplicates
        ),
        ngettext("{count} span read", "{count} spans read", done.spans).format(count=done.spans),
    ]
    if done.repaired:
        parts.append(ngettext("{count} repair", "{count} repairs", len(done.repaired)).format(count=len(done.repaired)))
    return _(", ").join(parts)
