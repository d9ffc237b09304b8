"""The account of an export: what became of every span in scope. JSON, with the keys of the commands' contract."""

from pathlib import Path

import msgspec
from msgspec import Struct


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


class Report(Struct, omit_defaults=True):
    """An export. Each of `spans` is counted in `written` or is in exactly one of the five lists that follow it.

    `verified`: the file was read back from disk and holds, span by span, what the corpus does. `zones` None are all
    zones and the text in none; `parts` and `seed` are there for a split. `labels` counts what is in the files.
    `not_held` names what the format has no room for: of "annotator", "note", "notes", "states", "value", "zones".
    `left_out` are the articles that it cannot hold at all.
    `digest` is the SHA-256 of the exported articles and their spans: as long as it and the options are the same, so are
    the files, byte by byte. `files` is the digest of what is in the folder, where the format has a file an article.
    """

    format: str
    scheme: str
    articles: int
    sentences: int
    tokens: int
    spans: int
    written: int
    widened: list[Entry]
    split: list[Entry]
    flattened: list[Entry]
    refused: list[Entry]
    outside_zones: list[Entry]
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


def encode(report: Report) -> bytes:
    """The report as the bytes of its file."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def beside(path: Path) -> Path:
    """Where the report of the export to `path` lies."""
    return path.with_name(f"{path.name}.report.json")
