"""All formats, and the detection of a file's format."""

import copyreg
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from importlib import import_module
from pathlib import Path
from typing import Final

from annotator.formats import report
from annotator.formats.documents import plain_text
from annotator.formats.format import Format
from annotator.formats.json import doccano, json_values
from annotator.i18n import _

_MODULES: Final = (
    "documents.plain_text",
    "documents.web",
    "documents.tables",
    "documents.word",
    "documents.pdf",
    "conll.conll2003",
    "conll.conll2002",
    "conll.germeval",
    "conll.wojood",
    "datasets.docbin",
    "datasets.huggingface",
    "json.jsonl",
    "json.doccano",
    "json.prodigy",
    "json.labelstudio",
    "conll.columns",
    "conll.conllu",
    "standoff.brat",
    "standoff.webanno",
    "standoff.xmi",
    "standoff.cas_json",
    "json.spacy_json",
)
"""The modules of the formats, in the order in which the program lists and recognises them."""
_COMPRESSED_SUFFIXES: Final = (".gz", ".bz2", ".xz")
_CHANGESET_START: Final = b'{"changeset":'
"""The beginning of a changeset that is unpacked (see team.changeset_file)."""
_SNIFFED_BYTES: Final = 1 << 16
_XML: Final = b"<?xml"


def _load(module: str) -> Format:
    format_ = import_module(f"annotator.formats.{module}").FORMAT
    assert isinstance(format_, Format)
    return format_


FORMATS: Final = tuple(map(_load, _MODULES))
"""All formats."""
READ_FORMATS: Final = tuple(format_ for format_ in FORMATS if format_.is_read)
"""Those of an import."""
WRITTEN_FORMATS: Final = tuple(format_ for format_ in FORMATS if format_.output)
"""Those of an export."""


def get_format(name: str) -> Format:
    """Return the format with this name. Raises KeyError."""
    return {format_.name: format_ for format_ in FORMATS}[name]


copyreg.pickle(Format, lambda format_: (get_format, (format_.name,)))  # for other processes


def find_companions(path: Path) -> list[Path]:
    """Return the files that are read with this one and not imported by themselves."""
    suffix = Path(path.stem if path.suffix.lower() in _COMPRESSED_SUFFIXES else path.name).suffix.lower()
    return [
        companion for format_ in FORMATS if suffix in format_.suffixes for companion in format_.find_companions(path)
    ]


def find_candidates(path: Path) -> list[Format]:
    """Return the formats that a file may be read as.

    These are plain text and the text formats with its suffix, or all if none has it; none for a binary file, and one
    that belongs to others. Raises OSError.
    """
    beginning = _read_beginning(path)
    is_binary = b"\0" in beginning and not beginning.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    if is_binary or _explain_belonging(beginning):
        return []
    text_formats = [format_ for format_ in READ_FORMATS if not format_.is_binary]
    suffix = path.suffix.lower()
    matches = [format_ for format_ in text_formats if suffix in format_.suffixes]
    if not matches:
        return text_formats
    return [format_ for format_ in text_formats if format_ in matches or format_ is plain_text.FORMAT]


def detect_format(path: Path) -> Format | None:
    """Detect the format of a file from its first bytes, and its name where they leave a doubt; return None if unknown.

    JSON and XML of an unknown kind are no texts. Raises OSError.
    """
    beginning, name = _read_beginning(path), path.name.lower()
    if _explain_belonging(beginning):
        return None
    for format_ in sorted(READ_FORMATS, key=lambda format_: (format_.is_fallback, format_ is plain_text.FORMAT)):
        if format_.sniff(name, beginning):
            return None if format_ is plain_text.FORMAT and _is_markup(beginning) else format_
    return None


def explain_belonging(path: Path) -> str | None:
    """Return what a file is that belongs to others, None if it may have articles. Raises OSError."""
    return _explain_belonging(_read_beginning(path))


def _explain_belonging(beginning: bytes) -> str | None:
    if beginning.startswith(_CHANGESET_START):
        return _("This is a changeset: merge it instead of importing it.")
    if report.sniff(beginning):
        return _("This is the report of an export, without articles.")
    if doccano.has_label_types(beginning):
        return _("These are the labels of a project of doccano, without articles.")
    return None


def _is_markup(beginning: bytes) -> bool:
    is_json = json_values.has_objects(beginning) or json_values.is_value(beginning)
    return is_json or beginning.removeprefix(BOM_UTF8).lstrip().startswith(_XML)


def _read_beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_SNIFFED_BYTES)
