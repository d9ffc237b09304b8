"""The report of an export: the outcome of every span in scope, as JSON with the keys of the commands' contract."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec
from msgspec import Struct

from annotator.formats.spooling import Spool
from annotator.model.reasons import Code
from annotator.open_databases import is_open_here

SUFFIX: Final = ".report.json"
"""What the name of an export is followed by in that of its report."""
_BEGINNING: Final = re.compile(rb'\s*\{\s*"format":\s*"[^"]*",\s*"scheme":\s*"[^"]*",\s*"articles":\s*\d')
_BEGINNING_BYTES: Final = 1000
_INDEX: Final = "index"
_OPTIONAL_KEYS: Final = (
    *("left_out", "files", "companions", "parts", "seed", "origin", "offsets", "noticed", "layer", _INDEX),
)
"""Keys that are written only if they have a value."""


class Entry(Struct, frozen=True):
    """A span that the file does not contain exactly as the corpus does.

    `article` is a number; `start`, `end` (code points) and `text` are the corpus'. `became` is the span's text in the
    file, or None.
    """

    article: int
    uid: str
    start: int
    end: int
    label: str
    text: str
    reason: str
    code: Code
    became: str | None


class OmittedArticle(Struct, frozen=True):
    """An article that the format cannot store; its spans are among the refused."""

    article: int
    reason: str
    code: Code


class PartCounts(Struct):
    """The counts of one file of a split."""

    articles: int = 0
    sentences: int = 0
    tokens: int = 0
    spans: int = 0
    written: int = 0
    labels: dict[str, int] = {}


class ArticleLines(Struct, frozen=True, omit_defaults=True):
    """Where an article is in a file of lines: `line` is its first, 1 that of the file.

    `sentences` has for each its first line, and its range in the article's text, in code points.
    """

    article: int
    uid: str
    line: int
    sentences: list[tuple[int, int, int]]
    part: str = ""


class ArticleFile(Struct, frozen=True, omit_defaults=True):
    """Which file of a folder has an article."""

    article: int
    uid: str
    file: str
    part: str = ""


class PartNotice(Struct, frozen=True):
    """Something that a part of a split may be too small for, or, if `part` is "", that is true of all."""

    part: str
    code: Code
    reason: str


class Report(Struct):
    """An export. Each of `spans` is counted in `written` or is in exactly one of the five spools after it.

    `verified`: the file was read back from disk and contains, span by span, what the corpus does. `zones` None means
    all zones and the text in none; `parts` and `seed` are set for a split or folds, `noticed` if the parts are uneven
    or the unit of offsets matters, which is `offsets` where there is a choice (see json.offset_units). `labels` counts
    the spans in the files. `index` is that of files of lines that do not say themselves which article and which offsets
    they have, or of the files in a folder with one for each article.
    `not_held` names what the format cannot store: of "annotator", "note", "notes", "published", "source", "states",
    "title", "url", "value", "zones". `removed` counts the articles that would be exported if they were not removed from
    the corpus. `left_out` are the articles that the format cannot store. `origin` is set for an export of gold: where
    the labels of each article come from, by its number (see jobs.export.gold_layers). `layer` is the UIMA layer of the
    spans, if one was chosen.

    `digest` is the SHA-256 of the exported articles and spans: with it and the options, the files are the same byte by
    byte. `files` is the SHA-256 of the file, or one of all in the folder. `companions` has the SHA-256 of each file
    written beside the file, by name.
    """

    format: str
    scheme: str
    articles: int
    sentences: int
    tokens: int
    spans: int
    written: int
    widened: Spool[Entry]
    split: Spool[Entry]
    flattened: Spool[Entry]
    refused: Spool[Entry]
    outside_zones: Spool[Entry]
    verified: bool
    labels: dict[str, int]
    digest: str
    not_held: list[str]
    annotator: str | None
    state: str
    zones: list[str] | None
    flatten: str
    boundary: str
    program: str
    removed: int = 0
    left_out: list[OmittedArticle] = []
    files: str | None = None
    companions: dict[str, str] | None = None
    parts: dict[str, PartCounts] | None = None
    seed: int | None = None
    origin: dict[str, str] | None = None
    offsets: str | None = None
    noticed: list[PartNotice] = []
    layer: str | None = None
    index: Spool[ArticleLines] | Spool[ArticleFile] | None = None


def write(report: Report, stream: BinaryIO) -> None:
    """Write the report as JSON, entry by entry: each span may have one."""
    separator = b"{"
    for name in Report.__struct_fields__:
        value = getattr(report, name)
        is_empty = not len(value) if isinstance(value, Spool) else value in (None, [])
        if name in _OPTIONAL_KEYS and is_empty:
            continue
        stream.write(separator + b'\n  "' + name.encode() + b'": ')
        separator = b","
        stream.writelines(_entries(value, name) if isinstance(value, Spool) else [_indented_json(value, 2)])
    stream.write(b"\n}\n")


def _entries(spool: Spool[Any], name: str) -> Iterator[bytes]:
    separator = b"["
    for entry in spool:
        # A line for each article: numbers on lines of their own would be most of the report.
        yield separator + b"\n    " + (msgspec.json.encode(entry) if name == _INDEX else _indented_json(entry, 4))
        separator = b","
    yield b"\n  ]" if len(spool) else b"[]"


def _indented_json(value: Any, indent: int) -> bytes:
    """Return JSON with all lines but the first indented."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).replace(b"\n", b"\n" + b" " * indent)


def report_path(path: Path) -> Path:
    """Return the path of the report of an export."""
    return path.with_name(f"{path.name}{SUFFIX}")


def sniff(beginning: bytes) -> bool:
    """Return whether a file starts as a report."""
    return _BEGINNING.match(beginning) is not None


def is_report(path: Path) -> bool:
    """Return whether a file has the name and the beginning of a report; a file that cannot be read is none."""
    if not path.name.endswith(SUFFIX) or is_open_here(path):
        return False
    try:
        with path.open("rb") as file:
            return sniff(file.read(_BEGINNING_BYTES))
    except OSError:
        return False
