"""The import formats, and the detection of a file's format.

`jobs.export` lists those of training sets.
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
from annotator.model.records import AnnotatedArticle, Remark


class Format(Protocol):
    """A module that reads articles. Suffixes are in lower case, with their dot."""

    @property
    def NAME(self) -> str: ...  # noqa: N802

    @property
    def SUFFIXES(self) -> tuple[str, ...]: ...  # noqa: N802

    def sniff(self, name: str, beginning: bytes) -> bool:
        """Return whether a file with this lower-case name and these first bytes is of this format."""

    def read(self, path: Path, annotator: str) -> Iterator[AnnotatedArticle | Remark]:
        """Yield the articles of the file, and a remark for each skip or repair.

        Spans without an annotator become `annotator`'s. Raises OSError.
        """


FORMATS: Final[tuple[Format, ...]] = (
    *(plain_text, web, tables, word, pdf),
    *(jsonl, doccano, prodigy, labelstudio),
    *(columns, conllu, brat, webanno, xmi, spacy_json, docbin),
)
"""The import formats, in the order in which the program lists them."""

_SNIFFED_BYTES: Final = 1 << 16
_WITH_COMPANIONS: Final = (brat, xmi)
_BINARY: Final = (word, pdf, docbin)
_FALLBACKS: Final = (jsonl, plain_text)
"""Formats that also accept files of others, so they are tried last."""


def get_format(name: str) -> Format:
    """Return the format with this name. Raises KeyError."""
    return {format_.NAME: format_ for format_ in FORMATS}[name]


def find_companions(path: Path) -> list[Path]:
    """Return the files that are read with this one and not imported by themselves."""
    return [
        companion
        for format_ in _WITH_COMPANIONS
        if path.suffix.lower() in format_.SUFFIXES
        for companion in format_.find_companions(path)
    ]


def has_companions(format_: Format) -> bool:
    """Return whether files of this format have companions."""
    return format_ in _WITH_COMPANIONS


def find_candidates(path: Path) -> list[Format]:
    """Return the formats that a file may be read as.

    These are plain text and the text formats with its suffix, or all if none has it; none for a binary file. Raises
    OSError.
    """
    beginning = _read_beginning(path)
    if b"\0" in beginning and not beginning.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return []
    text_formats = [format_ for format_ in FORMATS if format_ not in _BINARY]
    suffix = path.suffix.lower()
    matches = [format_ for format_ in text_formats if suffix in format_.SUFFIXES]
    return (
        [format_ for format_ in text_formats if format_ in matches or format_ is plain_text]
        if matches
        else text_formats
    )


def detect_format(path: Path) -> Format | None:
    """Detect the format of a file from its name and first bytes; return None if unknown.

    Raises OSError.
    """
    beginning = _read_beginning(path)
    candidates = (*(format_ for format_ in FORMATS if format_ not in _FALLBACKS), *_FALLBACKS)
    return next((format_ for format_ in candidates if format_.sniff(path.name.lower(), beginning)), None)


def _read_beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_SNIFFED_BYTES)
