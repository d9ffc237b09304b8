"""WebAnno's and INCEpTION's TSV files: one article a file, a token a line, a column a feature.

Version 3 (since 2016) has its text in `#Text=` lines and UTF-16 offsets; files of version 2 are recognised and refused.
`annotations.read_features` maps a layer's features to a span. Relations, chains, slots, and DKPro Core's annotations
other than names are only counted.
https://inception-project.github.io/releases/30.0/docs/user-guide.html#sect_webannotsv
"""

import re
from pathlib import Path
from typing import Final

from annotator.formats.format import Format
from annotator.formats.standoff import webanno_reading
from annotator.formats.standoff.annotations import ParsedFile, Tally, annotation_reader, check_sizes, load_text
from annotator.formats.standoff.span_layer import SpanLayer, build_output
from annotator.formats.standoff.webanno_writing import encode
from annotator.i18n import N_, _
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle, Refusal

_SUFFIXES: Final = (".tsv",)

_BOM: Final = "\ufeff"
_VERSION_3_HEADER: Final = "#FORMAT=WebAnno TSV "
_VERSION_2_PATTERNS: Final = (re.compile("^#text=", re.MULTILINE), re.compile(r"^\d{1,9}-\d{1,9}\t", re.MULTILINE))
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_VERSION: Final = re.compile(r"3(?:\.(\d{1,2}))?\s*")


def sniff(_name: str, beginning: bytes) -> bool:
    """Return whether a file is of WebAnno, by each version's header."""
    text = beginning.decode(errors="replace").removeprefix(_BOM)
    return text.startswith(_VERSION_3_HEADER) or (
        text.lstrip().startswith("#") and all(pattern.search(text) for pattern in _VERSION_2_PATTERNS)
    )


@annotation_reader
def read(path: Path, tally: Tally, refusals: list[Refusal]) -> ParsedFile:
    """See annotation_reader. Raises InvalidEdit for another version."""
    content = load_text(path).removeprefix(_BOM)
    if not content.startswith(_VERSION_3_HEADER):
        message = _("This is a file of WebAnno TSV 2. Only version 3 is read; export it as WebAnno TSV 3.")
        raise InvalidEdit(Reason(Code.UNSUPPORTED_VERSION, message))
    lines = _LINE_END.split(content)
    version = _VERSION.fullmatch(lines[0].removeprefix(_VERSION_3_HEADER))
    if not version:
        message = _("Unknown format version: “{head}”.").format(head=lines[0][:60])
        raise InvalidEdit(Reason(Code.UNSUPPORTED_VERSION, message))
    return webanno_reading.parse(path, lines, int(version[1] or 0), tally, refusals)


def encode_files(item: AnnotatedArticle, layer: SpanLayer) -> dict[str, bytes]:
    """Encode an article's file, by suffix. Raises InvalidEdit if it is too long."""
    return check_sizes({_SUFFIXES[0]: encode(item, layer).encode()})


FORMAT: Final = Format(
    name="webanno",
    title="WebAnno TSV",
    suffixes=_SUFFIXES,
    sniff=sniff,
    read=read,
    output=build_output(encode_files),
    export_title=N_("WebAnno TSV: a folder with one file per article"),
)
