"""The file formats: one module each, with a NAME, the SUFFIXES of its files, and how to read or write them.

Those here hold articles, and an import reads them. What training sets are written in is listed in `jobs.exporting`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

from annotator.core.model import Draft, Refusal
from annotator.formats import jsonl, text


class Format(Protocol):
    """What the module of a format of articles has. Suffixes have their dot and are in lower case."""

    @property
    def NAME(self) -> str: ...  # noqa: N802

    @property
    def SUFFIXES(self) -> tuple[str, ...]: ...  # noqa: N802

    def read(self, path: Path, annotator: str) -> Iterator[Draft | Refusal]:
        """The articles of the file, and what of it was not taken; spans that name nobody are `annotator`'s.

        Raises OSError where the file cannot be read.
        """


FORMATS: Final[tuple[Format, ...]] = (text, jsonl)
"""The formats that articles are read from, in the order in which they are offered."""

_BEGINNING: Final = 1_000_000


def by_name(name: str) -> Format:
    """The format of this name. Raises KeyError."""
    return {format_.NAME: format_ for format_ in FORMATS}[name]


def recognise(path: Path) -> Format | None:
    """The format of the file at `path`, by its suffix and a look inside; None for one that is not known.

    Raises OSError where the file cannot be read.
    """
    found = next((format_ for format_ in FORMATS if path.suffix.lower() in format_.SUFFIXES), None)
    return None if found is jsonl and not _begins_with_object(path) else found


def _begins_with_object(path: Path) -> bool:
    """Whether the first line that is not blank is a JSON object, as far as its ends tell."""
    with path.open("rb") as file:
        beginning = file.read(_BEGINNING).removeprefix(b"\xef\xbb\xbf").lstrip()
    line, newline, _rest = beginning.partition(b"\n")
    return line.startswith(b"{") and (line.rstrip().endswith(b"}") or (not newline and len(beginning) > 1))
