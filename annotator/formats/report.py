"""The account of an export: what became of every span in scope. JSON, with the keys of the commands' contract."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec
from msgspec import Struct

from annotator.formats.spooling import Spool

_SELDOM: Final = ("left_out", "files", "parts", "seed")
"""What is told only where there is something to tell."""


class Entry(Struct, frozen=True):
    """A span that is not in the file exactly as it is in the corpus.

    `article` is the article's number, `uid` the span's; `start`, `end` and `text` are the corpus', in code points.
    `became` is the text that the file holds for it; None where it holds none.
    """

    article: int
    uid: str
    start: int
    end: int
    label: str
    text: str
    reason: str
    became: str | None


class LeftOut(Struct, frozen=True):
    """An article that is not in the files, since the format cannot hold it; its spans are among the refused."""

    article: int
    reason: str


class Part(Struct):
    """The counts of one file of a split."""

    articles: int = 0
    sentences: int = 0
    tokens: int = 0
    spans: int = 0
    written: int = 0
    labels: dict[str, int] = {}


class Report(Struct):
    """An export. Each of `spans` is counted in `written` or is in exactly one of the five spools that follow it.

    `verified`: the file was read back from disk and holds, span by span, what the corpus does. `zones` None are all
    zones and the text in none; `parts` and `seed` are there for a split. `labels` counts what is in the files.
    `not_held` names what the format has no room for: of "annotator", "note", "notes", "published", "source", "states",
    "title", "url", "value", "zones".
    `left_out` are the articles that it cannot hold at all.
    `digest` is the SHA-256 of the exported articles and their spans: as long as it and the options are the same, so are
    the files, byte by byte. `files` is the digest of what was written: the SHA-256 of the file, or one number for all
    that is in the folder.
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
    left_out: list[LeftOut] = []
    files: str | None = None
    parts: dict[str, Part] | None = None
    seed: int | None = None


def write(report: Report, stream: BinaryIO) -> None:
    """Write the report as JSON, an entry at a time: there may be one for each span."""
    before = b"{"
    for name in Report.__struct_fields__:
        value = getattr(report, name)
        if name in _SELDOM and value in (None, []):
            continue
        stream.write(before + b'\n  "' + name.encode() + b'": ')
        before = b","
        stream.writelines(_entries(value) if isinstance(value, Spool) else [_json(value, 2)])
    stream.write(b"\n}\n")


def _entries(spool: Spool[Entry]) -> Iterator[bytes]:
    before = b"["
    for entry in spool:
        yield before + b"\n    " + _json(entry, 4)
        before = b","
    yield b"\n  ]" if len(spool) else b"[]"


def _json(value: Any, indent: int) -> bytes:
    """The JSON of a value in lines, all but the first of them so far from the margin."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).replace(b"\n", b"\n" + b" " * indent)


def beside(path: Path) -> Path:
    """Where the report of the export to `path` lies."""
    return path.with_name(f"{path.name}.report.json")
