"""The formats that articles are imported from, and how a file's format is recognised.

The formats that training sets are written in are listed in `jobs.export`.
"""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

from annotator.formats.conll import columns, conllu
from annotator.formats.datasets import docbin
from annotator.formats.documents import pdf, plain_text, tables, web, word
from annotator.formats.json import doccano, jsonl, labelstudio, prodigy, spacy_json
from annotator.formats.standoff import brat, webanno, xmi
from annotator.model.records import Draft, Remark


class Format(Protocol):
    """What the module of a format of articles has. Suffixes have their dot and are in lower case."""

    @property
    def NAME(self) -> str: ...  # noqa: N802

    @property
    def SUFFIXES(self) -> tuple[str, ...]: ...  # noqa: N802

    def recognises(self, name: str, beginning: bytes) -> bool:
        """Whether a file of this name, in lower case, that begins with these bytes is of the format."""

    def read(self, path: Path, annotator: str) -> Iterator[Draft | Remark]:
        """The articles of the file, what of it was not taken, and what was put right; spans that name nobody are
        `annotator`'s.

        Raises OSError where the file cannot be read.
        """


FORMATS: Final[tuple[Format, ...]] = (
    *(plain_text, web, tables, word, pdf),
    *(jsonl, doccano, prodigy, labelstudio),
    *(columns, conllu, brat, webanno, xmi, spacy_json, docbin),
)
"""The formats that articles are read from, in the order in which they are offered."""

_BEGINNING: Final = 1 << 16
_ACCOMPANIED: Final = (brat, xmi)
_BINARY: Final = (word, pdf, docbin)
_LAST: Final = (jsonl, plain_text)
"""Those that take what looks like theirs and may be another's; they are asked when no other has said yes."""


def by_name(name: str) -> Format:
    """The format of this name. Raises KeyError."""
    return {format_.NAME: format_ for format_ in FORMATS}[name]


def companions(path: Path) -> list[Path]:
    """The files that the one at `path` is read with, so that they are not read by themselves too."""
    return [
        beside for format_ in _ACCOMPANIED if path.suffix in format_.SUFFIXES for beside in format_.companions(path)
    ]


def has_companions(format_: Format) -> bool:
    """Whether files of this format are read with others."""
    return format_ in _ACCOMPANIED


def possible(path: Path) -> list[Format]:
    """The formats that the file at `path` may be read as, by its name, or all that hold text where no format has such
    names; none for a binary file. Raises OSError."""
    beginning = _begins(path)
    if b"\0" in beginning and not beginning.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return []
    written = [format_ for format_ in FORMATS if format_ not in _BINARY]
    suffix = path.suffix.lower()
    named = [format_ for format_ in written if suffix in format_.SUFFIXES]
    return [format_ for format_ in written if format_ in named or format_ is plain_text] if named else written


def recognise(path: Path) -> Format | None:
    """The format of the file at `path`, by a look inside; None for one that is not known.

    Raises OSError where the file cannot be read.
    """
    beginning = _begins(path)
    asked = (*(format_ for format_ in FORMATS if format_ not in _LAST), *_LAST)
    return next((format_ for format_ in asked if format_.recognises(path.name.lower(), beginning)), None)


def _begins(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_BEGINNING)
