"""The report of an export: the outcome of every span in scope. JSON, with the keys of the commands' contract."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec
from msgspec import Struct

from annotator.formats.spooling import Spool

_OPTIONAL_KEYS: Final = ("left_out", "files", "parts", "seed")
"""Keys that are written only if they have a value."""


class Entry(Struct, frozen=True):
    """A span that the file does not contain exactly as the corpus does.

    `article` is the number of the article and `uid` that of the span; `start`, `end` (code points) and `text` are the
    corpus'. `became` is the text that the file has for the span, None if it has none.
    """

    article: int
    uid: str
    start: int
    end: int
    label: str
    text: str
    reason: str
    became: str | None


class OmittedArticle(Struct, frozen=True):
    """An article that is not in the files because the format cannot store it; its spans are among the refused."""

    article: int
    reason: str


class PartCounts(Struct):
    """The counts of one file of a split."""

    articles: int = 0
    sentences: int = 0
    tokens: int = 0
    spans: int = 0
    written: int = 0
    labels: dict[str, int] = {}


class Report(Struct):
    """An export. Each of `spans` is counted in `written` or is in exactly one of the five spools that follow it.

    `verified`: the file was read back from disk and contains, span by span, what the corpus does. `zones` None means
    all zones and the text in none; `parts` and `seed` are set for a split. `labels` counts the spans in the files.
    `not_held` names what the format cannot store: of "annotator", "note", "notes", "published", "source", "states",
    "title", "url", "value", "zones". `left_out` are the articles that it cannot store at all.

    `digest` is the SHA-256 of the exported articles and their spans: as long as it and the options are the same, so are
    the files, byte by byte. `files` is the SHA-256 of the file that was written, or one digest of all files in the
    folder.
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
    left_out: list[OmittedArticle] = []
    files: str | None = None
    parts: dict[str, PartCounts] | None = None
    seed: int | None = None


def write(report: Report, stream: BinaryIO) -> None:
    """Write the report as JSON, an entry at a time: there may be one for each span."""
    separator = b"{"
    for name in Report.__struct_fields__:
        value = getattr(report, name)
        if name in _OPTIONAL_KEYS and value in (None, []):
            continue
        stream.write(separator + b'\n  "' + name.encode() + b'": ')
        separator = b","
        stream.writelines(_entries(value) if isinstance(value, Spool) else [_indented_json(value, 2)])
    stream.write(b"\n}\n")


def _entries(spool: Spool[Entry]) -> Iterator[bytes]:
    separator = b"["
    for entry in spool:
        yield separator + b"\n    " + _indented_json(entry, 4)
        separator = b","
    yield b"\n  ]" if len(spool) else b"[]"


def _indented_json(value: Any, indent: int) -> bytes:
    """Return the JSON of a value, with all lines but the first indented by `indent` spaces."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).replace(b"\n", b"\n" + b" " * indent)


def report_path(path: Path) -> Path:
    """Return the path of the report of an export to `path`."""
    return path.with_name(f"{path.name}.report.json")
