"""What methods of the library take: the choices of imports, exports and comparisons, named as for the commands."""

import errno
import os
from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from operator import index
from os import PathLike
from pathlib import Path
from typing import Any, Final, SupportsIndex, TypeAlias, TypedDict

from annotator.formats.documents import tables
from annotator.formats.json.offset_units import UNITS
from annotator.formats.registry import READ_FORMATS
from annotator.i18n import _
from annotator.jobs.agreement import AgreementOptions
from annotator.jobs.export.options import ExportOptions
from annotator.jobs.export.shares import parse_split, read_split
from annotator.jobs.imports import sources
from annotator.jobs.imports.file_reader import ReadOptions
from annotator.jobs.imports.importer import ImportOptions
from annotator.jobs.imports.label_mapping import LabelMapping
from annotator.jobs.imports.replacement import LayerReplacement
from annotator.library.values import Article, Suggestion, check_kind
from annotator.model.annotator_names import parse_name
from annotator.model.choices import check_choice
from annotator.paths import extend_path
from annotator.store.errors import CorpusError


class ExportChoices(TypedDict, total=False):
    """What is exported, and how; see `annotator export`. Each is optional.

    - `annotator`: whose layer; it must be named if there are several.
    - `state`: `done` (the default), or `all` for all articles.
    - `gold`: the gold layer instead; `single`: with it the layers of articles that a single person has done.
    - `zones`: the kinds of zones, by default `headline` and `body`; `all` or None for all text.
    - `scheme`: `iob2` (the default), `iob1`, `iobes` or `bilou`.
    - `flatten`: which of overlapping spans tags have: `outermost` (the default), `innermost` or `refuse`.
    - `boundary`: what happens to a span that cuts a token: `widen` (the default), `split` or `refuse`.
    - `split`: weights of parts, `{"train": 80, "dev": 10, "test": 10}` or `"train=80,dev=10,test=10"`; with `seed`.
    - `folds`: a number of folds instead, each with a training and a test set; with `seed`.
    - `offsets`: their unit in a format that may have any: `codepoints`, `utf16` or `graphemes`.
    - `layer`: that of the spans in formats of UIMA, `TYPE|LABEL|VALUE|NOTE`.
    """

    annotator: str | None
    state: str
    gold: bool
    single: bool
    zones: str | Iterable[str] | None
    scheme: str
    flatten: str
    boundary: str
    split: str | Mapping[str, float | Fraction] | None
    folds: int | None
    seed: int
    offsets: str | None
    layer: str


class ImportChoices(TypedDict, total=False):
    """How files are read; see `annotator import`. Each is optional.

    - `format`: by default detected; `columns`: a table's columns, or keys of JSON lines, by field: `{"text": "body"}`.
    - `rename`: labels of the files by those of the corpus; `add_labels`: whether labels are added that the corpus
      lacks. Spans with others are skipped.
    - `annotator_map`: annotators of the files by those of the corpus.
    - `replace`: whether layers of articles that the corpus has become what the files say; corrections come back as
      edits, which are recorded.
    - `strict`: whether nothing is imported if anything is refused.
    - `logical`: whether text in presentation forms or visual order is repaired.
    - `sentences_per_article`: cuts columns that do not say where articles begin.
    - `encoding`: of texts, by default detected; `errors`: `strict` (the default), or `replace`.
    - `offsets`: their unit in files of doccano, `codepoints`, `utf16` or `graphemes`; by default what fits best.
    - `jobs`: how many processes read files.
    """

    format: str | None
    columns: Mapping[str, str]
    rename: Mapping[str, str]
    add_labels: bool
    annotator_map: Mapping[str, str] | None
    replace: bool
    strict: bool
    logical: bool
    sentences_per_article: int | None
    encoding: str | None
    errors: str
    offsets: str | None
    jobs: int


class AgreementChoices(TypedDict, total=False):
    """What is compared; see `annotator agreement`. Each is optional.

    - `moment`: `now` (the default), or `first` for the layers as they were when they were first done.
    - `spans`: `all` (the default), or `hand` without accepted suggestions.
    - `state`: `done` (the default), or `all` for layers that are not done, too.
    - `zones`: the kinds of zones, by default `headline` and `body`; `all` or None for all text.
    - `excluded`: numbers of articles to leave out.
    """

    moment: str
    spans: str
    state: str
    zones: str | Iterable[str] | None
    excluded: Iterable[int]


Identity: TypeAlias = Article | SupportsIndex | str
"""An article, its number (an int, or one of NumPy's), or its uid or the beginning of that."""

_NUMBER_BITS: Final = 63  # of the numbers that SQLite has, without their sign
_SPLIT_EXAMPLE: Final = '{"train": 80, "test": 20} or "train=80,test=20"'


def build_export_options(format_name: str, choices: Mapping[str, Any]) -> ExportOptions:
    """Return the options of an export. Raises TypeError for an unknown one, ValueError for a wrong value."""
    _check_names(choices, ExportChoices)
    read = {**choices, **_read_zones(choices)}
    if "split" in choices:
        read["split"] = _read_split(choices["split"])
    return ExportOptions(**{**read, "format": format_name})


def build_import_options(annotator: str, names: Collection[str], choices: Mapping[str, Any]) -> ImportOptions:
    """Return the options of an import for an annotator, into a corpus with annotators of these names.

    Raises like `build_export_options`, and ValueError for what is no name of an annotator.
    """
    _check_names(choices, ImportChoices)
    reading = {name: choices[name] for name in ReadOptions.__struct_fields__ if name in choices}
    check_optional("format", reading.get("format"), (format_.name for format_ in READ_FORMATS))
    check_optional("offsets", reading.get("offsets"), UNITS)
    check_choice("errors", reading.get("errors", sources.STRICT), sources.ERROR_HANDLERS)
    for field in reading.get("columns", ()):
        check_choice("column", field, tables.COLUMNS)
    if reading.get("encoding") is not None:
        reading["encoding"] = sources.find_encoding(reading["encoding"])
    annotator_map = choices.get("annotator_map") or {}
    return ImportOptions(
        ReadOptions(**reading),
        annotator=annotator,
        annotator_names={theirs: read_name(ours, names) for theirs, ours in annotator_map.items()},
        labels=LabelMapping(choices.get("rename", {}), None if choices.get("add_labels") else frozenset()),
        replacement=LayerReplacement() if choices.get("replace") else None,
        strict=choices.get("strict", False),
        jobs=choices.get("jobs", 1),
    )


def build_agreement_options(annotators: Iterable[str], choices: Mapping[str, Any]) -> AgreementOptions:
    """Return the options of a comparison; raises like `build_export_options`, and ValueError for one annotator."""
    _check_names(choices, AgreementChoices)
    names = (annotators,) if isinstance(annotators, str) else tuple(annotators)
    if len(set(names)) == 1:
        raise ValueError(f"annotators {names}: {_('name at least two annotators')}")
    read = {**choices, **_read_zones(choices)}
    if "excluded" in choices:
        read["excluded"] = frozenset(choices["excluded"])
    return AgreementOptions(names, **read)


def check_optional(name: str, value: object, choices: Iterable[object]) -> None:
    """Check a choice that may be None; see `check_choice`."""
    if value is not None:
        check_choice(name, value, choices)


def list_suggestions(suggestions: Iterable[Suggestion] | Suggestion, labels: Collection[str]) -> list[Suggestion]:
    """Return one suggestion as several.

    Raises CorpusError if one has none of these labels of the corpus, TypeError for what is no suggestion.
    """
    items = [suggestions] if isinstance(suggestions, Suggestion) else list(suggestions)
    for item in items:
        check_kind(item, Suggestion)
        check_label(item.label, labels)
    return items


def check_label(label: str, labels: Collection[str]) -> None:
    """Raise CorpusError for none of these labels of the corpus."""
    if label not in labels:
        raise CorpusError(_("The corpus has no label “{label}”.").format(label=label))


def list_identities(articles: Iterable[Identity] | Identity) -> Iterable[Identity]:
    """Return one article as several."""
    return [articles] if isinstance(articles, str) or not isinstance(articles, Iterable) else articles


def read_name(name: str, names: Collection[str] = ()) -> str:
    """Return the name of an annotator, as one of `names` if it is there. Raises TypeError, ValueError."""
    if not isinstance(name, str):
        raise TypeError(f"annotator {name!r} is not a str")
    return parse_name(name, names)


def read_number(number: object) -> int | None:
    """Return an integer as an int; None for what is none, or larger than any number of an article."""
    value = index(number) if isinstance(number, SupportsIndex) else None
    return None if value is None or value.bit_length() > _NUMBER_BITS else value


def find_files(paths: Iterable[str | PathLike[str]]) -> list[Path]:
    """Return these paths. Raises FileNotFoundError for one where nothing is; standard input always is."""
    files = [extend_path(Path(path)) for path in paths]
    for path in files:
        if path != sources.STANDARD_INPUT and not path.exists():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    return files


def _check_names(choices: Mapping[str, Any], allowed: type) -> None:
    for name in choices:
        if name not in allowed.__annotations__:
            raise TypeError(f"there is no option {name!r}; the options are {', '.join(allowed.__annotations__)}")


def _read_zones(choices: Mapping[str, Any]) -> dict[str, frozenset[str] | None]:
    if "zones" not in choices:
        return {}
    zones = choices["zones"]
    if zones is None or zones == "all":
        return {"zones": None}
    return {"zones": frozenset([zones] if isinstance(zones, str) else zones)}


def _read_split(split: object) -> dict[str, Fraction] | None:
    try:
        if isinstance(split, str):
            return parse_split(split)
        if split is None or isinstance(split, Mapping):
            return None if split is None else read_split(split)
    except ValueError as error:
        raise ValueError(f"split {split!r}: {error}") from error
    raise TypeError(f"split {split!r} is no split: write {_SPLIT_EXAMPLE}")
