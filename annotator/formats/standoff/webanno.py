"""The tab-separated files of WebAnno and INCEpTION: one article a file, a token a line, a column a feature.

Version 3 has its text in `#Text=` lines and UTF-16 offsets; version 2 has tokens and BIO tags. What a layer says of a
span is told by `standoff.described`. Relations, chains, slots, and what DKPro Core has besides names have no place in
an article and are counted. https://inception-project.github.io/releases/30.0/docs/user-guide.html#sect_webannotsv
"""

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

from annotator.formats.standoff import webanno2, webanno_reading
from annotator.formats.standoff.annotations import Tally, drafted, layered, loaded, within
from annotator.formats.standoff.webanno_writing import encode
from annotator.i18n import _
from annotator.model.operations import Rejected
from annotator.model.records import Draft, Refusal, Span

NAME: Final = "webanno"
SUFFIXES: Final = (".tsv",)
HOLDS: Final = frozenset(("value",))

_BOM: Final = "\ufeff"
_THIRD: Final = "#FORMAT=WebAnno TSV "
_SECOND: Final = (re.compile("^#text=", re.MULTILINE), re.compile(r"^\d{1,9}-\d{1,9}\t", re.MULTILINE))
_LINES: Final = re.compile(r"\r\n|\r|\n")
_VERSION: Final = re.compile(r"3(?:\.(\d{1,2}))?\s*")


def recognises(_name: str, beginning: bytes) -> bool:
    """Whether a file that begins with these bytes is of WebAnno, by the head that each version has."""
    text = beginning.decode(errors="replace").removeprefix(_BOM)
    return text.startswith(_THIRD) or (text.lstrip().startswith("#") and all(found.search(text) for found in _SECOND))


def read(path: Path, annotator: str) -> Iterator[Draft | Refusal]:
    """The article of the file at `path`, and what of it was not taken.

    A file holds the work of one annotator, and does not say whose: the spans are `annotator`'s. Raises OSError.
    """
    refused: list[Refusal] = []
    tally = Tally()
    try:
        text, annotations = _parsed(path, loaded(path).removeprefix(_BOM), tally, refused)
    except Rejected as rejected:
        yield Refusal(str(path), 0, str(rejected))
        return
    found = list(layered(path, text, annotations, annotator, tally))
    yield drafted(path, text, [item for item in found if isinstance(item, Span)], page=False)
    yield from refused
    yield from (item for item in found if isinstance(item, Refusal))
    yield from tally.refusals(path)


def encode_files(item: Draft) -> dict[str, bytes]:
    """The file of an article, by its suffix. Raises Rejected for a text that is too long."""
    return within({SUFFIXES[0]: encode(item).encode()})


def shared_files(_labels: Sequence[str], _values: Collection[str]) -> dict[str, bytes]:
    """What a folder of these files needs besides: nothing."""
    return {}


def fault(_span: Span) -> str | None:
    """Why a file cannot hold a span: it can hold any."""
    return None


def _parsed(path: Path, content: str, tally: Tally, refused: list[Refusal]) -> webanno_reading.Parsed:
    """What the file says, by its version. Raises Rejected where it has no text that could be told."""
    lines = _LINES.split(content)
    if not content.startswith(_THIRD):
        return webanno2.parsed(path, lines, tally, refused)
    version = _VERSION.fullmatch(lines[0].removeprefix(_THIRD))
    if not version:
        raise Rejected(_("“{head}” is a version that is not known.").format(head=lines[0][:60]))
    return webanno_reading.parsed(path, lines, int(version[1] or 0), tally, refused)
