"""Reader of a UIMA CAS in XMI or JSON, without a type system: a text and typed annotations at UTF-16 offsets.

Annotations of any type with a begin and end are read (see `annotations.read_features`). Those that only divide the text
(tokens, sentences) or describe the file are ignored, as the program has its own; relations, links and the rest are
counted. expat parses the XML and loads nothing; a file that declares entities is refused before any is expanded.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

import msgspec
import regex
from msgspec import Struct

from annotator.formats.library_errors import explain_error
from annotator.formats.reading import read_limited
from annotator.formats.standoff.annotations import (
    MAX_BYTES,
    Annotation,
    InvalidLine,
    ParsedFile,
    Tally,
    annotation_reader,
    check_count,
    short_name,
)
from annotator.i18n import _
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason, json_error_code
from annotator.model.records import Refusal
from annotator.paths import is_file

SOFA: Final = "uima.cas.Sofa"
_VIEW: Final = "uima.cas.View"
_TYPE_SYSTEM_SUFFIX: Final = ".typesystem.xml"
TYPE_SYSTEM: Final = "TypeSystem.xml"
_BOM: Final = b"\xef\xbb\xbf"
_XMI_START: Final = regex.compile(
    rb"(?:\s|<\?[^>]*+>|<!--(?>.*?-->))*+<(?:\w+:)?XMI\s[^>]*http://www\.omg\.org/XMI", regex.DOTALL
)
_JSON_START: Final = regex.compile(rb'\s*\{\s*"%(?:TYPES|FEATURE_STRUCTURES|VIEWS|HEADER)"')
MAIN_VIEW: Final = "_InitialView"
_IGNORED_TYPES: Final = regex.compile(
    r"uima\.cas\..+|uima\.tcas\.DocumentAnnotation"
    r"|de\.tudarmstadt\.ukp\.dkpro\.core\.api\.(?:metadata\.type\..+"
    r"|segmentation\.type\.(?:Token|TokenForm|Sentence|Paragraph|Heading|Div))"
    r"|de\.tudarmstadt\.ukp\.clarin\.webanno\.api\.type\..+"
)
_RELATION_FEATURES: Final = frozenset(("Governor", "Dependent", "next", "referenceRelation"))
_XMI: Final = "http://www.omg.org/XMI}XMI"
_ID: Final = "http://www.omg.org/XMI}id"
_TYPE_NAME: Final = re.compile(r"http:///(?:(.+)/)?([^/}]+)\.ecore}(.+)|(.+)", re.DOTALL)
_NO_PACKAGE: Final = "uima.noNamespace."
_NUMBER: Final = re.compile(r"-?\d{1,10}")
EXACT: Final = "%EXACT"
"""The key in JSON of the range of a span whose edges were trimmed, such as "12-16"; UIMA ignores such keys."""
XMI_EXACT: Final = "exact range: "
"""The beginning of a comment with that range, after an element in XMI."""
_RANGE: Final = re.compile(r"(\d{1,10})-(\d{1,10})")
_MAX_DEPTH: Final = 100


class FeatureStructure(Struct):
    """A feature structure; `offsets` are its begin and end, None if it annotates no text.

    References are features too, as numbers; `list_features` names the features with several values. `exact` is the
    range of a span that this program trimmed.
    """

    id: int
    type: str
    line: int
    sofa: int | None
    offsets: tuple[int, int] | None
    features: dict[str, str]
    list_features: dict[str, None] = {}
    exact: tuple[int, int] | None = None


class Cas(Struct):
    """The structures of a file, and the ids of the indexed ones by the number of their text."""

    structures: list[FeatureStructure]
    indexed: dict[int, frozenset[int]]


def parse_xmi(data: bytes) -> Cas:
    """Parse an XMI file. Raises InvalidEdit."""
    structures: list[FeatureStructure] = []
    indexed: dict[int, frozenset[int]] = {}
    open_elements: list[str] = []
    parser = expat.ParserCreate(namespace_separator="}")

    def doctype(*_declared: object) -> None:
        message = _("The file contains a DOCTYPE declaration, which could load external content.")
        raise InvalidEdit(Reason(Code.DOCTYPE, message))

    def start(name: str, attributes: dict[str, str]) -> None:
        open_elements.append(name)
        if (len(open_elements) == 1 and name != _XMI) or len(open_elements) > _MAX_DEPTH:
            raise InvalidEdit(Reason(Code.WRONG_FORMAT, _("The file is not a UIMA CAS.")))
        if len(open_elements) == 2:
            type_ = _type_of_element(name)
            if type_ == _VIEW:
                indexed[_parse_number(attributes.get("sofa")) or 0] = _parse_numbers(
                    attributes.get("members", "").split()
                )
            else:
                structures.append(
                    _build_structure(type_, attributes, attributes.pop(_ID, None), parser.CurrentLineNumber)
                )
                check_count(len(structures))
        elif len(open_elements) == 3 and structures:
            structures[-1].list_features[name] = None

    def end(_name: str) -> None:
        open_elements.pop()

    def comment(data: str) -> None:
        if structures and data.startswith(XMI_EXACT):
            structures[-1].exact = _parse_range(data.removeprefix(XMI_EXACT))

    parser.CommentHandler = comment
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        message = _("The file is not valid XML: {error}").format(error=explain_error(error))
        raise InvalidLine(parser.CurrentLineNumber, Reason(Code.INVALID_XML, message)) from error
    return Cas(structures, indexed)


def parse_json(data: bytes) -> Cas:
    """Parse a JSON CAS file. Raises InvalidEdit."""
    try:
        content = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = _("The file is not valid JSON: {error}").format(error=explain_error(error, data))
        raise InvalidEdit(Reason(json_error_code(error), message)) from error
    structures = content.get("%FEATURE_STRUCTURES") if isinstance(content, dict) else None
    if isinstance(structures, dict):
        structures = [{"%ID": id_, **structure} for id_, structure in structures.items() if isinstance(structure, dict)]
    if not isinstance(structures, list) or not all(isinstance(structure, dict) for structure in structures):
        raise InvalidEdit(Reason(Code.WRONG_FORMAT, _("The file is not a UIMA CAS.")))
    check_count(len(structures))
    views = content.get("%VIEWS")
    indexed = {
        _parse_number(view.get("%SOFA")) or 0: _parse_numbers(view["%MEMBERS"])
        for view in (views.values() if isinstance(views, dict) else ())
        if isinstance(view, dict) and isinstance(view.get("%MEMBERS"), list)
    }
    return Cas([_parse_object(structure) for structure in structures], indexed)


def is_xmi(_name: str, beginning: bytes) -> bool:
    """Return whether a file is XMI."""
    return bool(_XMI_START.match(beginning.removeprefix(_BOM)))


def is_json(_name: str, beginning: bytes) -> bool:
    """Return whether a file is JSON with a CAS's keys."""
    return bool(_JSON_START.match(beginning.removeprefix(_BOM)))


def find_companions(path: Path) -> list[Path]:
    """Return the type systems beside a file, which are not articles."""
    stem = path.name.removesuffix(path.suffix)
    companions: list[Path] = []
    for name in (stem + _TYPE_SYSTEM_SUFFIX, TYPE_SYSTEM, "typesystem.xml"):
        file = path.with_name(name)
        # Two of these names are one file if the file system ignores case, as on Windows and macOS.
        if is_file(file) and not any(file.samefile(companion) for companion in companions):
            companions.append(file)
    return companions


@annotation_reader
def read(path: Path, tally: Tally, refusals: list[Refusal]) -> ParsedFile:
    """Read a file in XMI or JSON (see annotation_reader)."""
    data = read_limited(path, MAX_BYTES)
    cas = parse_json(data) if is_json(path.name, data) else parse_xmi(data)
    sofa = _find_text(path, cas, refusals)
    return sofa.features["sofaString"], _read_annotations(cas, sofa, tally)


def _find_text(path: Path, cas: Cas, refusals: list[Refusal]) -> FeatureStructure:
    """Return the file's text; refuse those of other views. Raises InvalidEdit if there is none."""
    sofas = [sofa for sofa in cas.structures if sofa.type == SOFA and "sofaString" in sofa.features]
    if not sofas:
        raise InvalidEdit(Reason(Code.NO_TEXT, _("The file contains no text.")))
    main = next((sofa for sofa in sofas if sofa.features.get("sofaID") == MAIN_VIEW), sofas[0])
    for sofa in sofas:
        if sofa is not main:
            message = _("The view “{name}” is skipped: an article has only one text.")
            text = message.format(name=sofa.features.get("sofaID", ""))
            refusals.append(Refusal.at(path, sofa.line, Reason(Code.VIEW_SKIPPED, text)))
    return main


def _read_annotations(cas: Cas, sofa: FeatureStructure, tally: Tally) -> Iterator[Annotation]:
    """Yield the text's annotations; count the rest."""
    indexed_ids = cas.indexed.get(sofa.id)
    for structure in cas.structures:
        if _IGNORED_TYPES.fullmatch(structure.type):
            continue
        is_in_text = (
            structure.offsets and structure.sofa == sofa.id and (indexed_ids is None or structure.id in indexed_ids)
        )
        if structure.offsets is None or not is_in_text or _RELATION_FEATURES & structure.features.keys():
            tally.add(short_name(structure.type), structure.line)
            continue
        for name in structure.list_features:
            tally.add(f"{short_name(structure.type)}.{name}", structure.line)
        yield Annotation(structure.type, *structure.offsets, structure.line, structure.features, structure.exact)


def _parse_object(structure: dict[str, Any]) -> FeatureStructure:
    features: dict[str, str] = {}
    lists: dict[str, None] = {}
    for key, value in structure.items():
        name = key[1:] if key[:1] in ("@", "#", "^") else key
        if isinstance(value, list | dict):
            lists[name] = None
        elif value is not None and not key.startswith("%"):
            features[name] = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    type_ = structure.get("%TYPE")
    result = _build_structure(type_ if isinstance(type_, str) else "", features, structure.get("%ID"), 0, lists)
    exact = structure.get(EXACT)
    result.exact = _parse_range(exact) if isinstance(exact, str) else None
    return result


def _build_structure(
    type_: str, features: dict[str, str], id_: object, line: int, lists: dict[str, None] | None = None
) -> FeatureStructure:
    begin, end, sofa = (features.pop(name, None) for name in ("begin", "end", "sofa"))
    first, last, number = _parse_number(begin), _parse_number(end), _parse_number(id_)
    offsets = None if first is None or last is None else (first, last)
    return FeatureStructure(
        -1 if number is None else number, type_, line, _parse_number(sofa), offsets, features, lists or {}
    )


def _type_of_element(name: str) -> str:
    """Return an element's UIMA type: `http:///a/b.ecore}C` is `a.b.C`."""
    match = _TYPE_NAME.fullmatch(name)
    if not match or match[4]:
        return name
    package = f"{match[1].replace('/', '.')}." if match[1] else ""
    return f"{package}{match[2]}.{match[3]}".removeprefix(_NO_PACKAGE)


def _parse_number(value: object) -> int | None:
    """Return the integer in a string or number, or None."""
    text = str(value) if isinstance(value, str | int | float) else ""
    return int(text) if _NUMBER.fullmatch(text) else None


def _parse_range(text: str) -> tuple[int, int] | None:
    match = _RANGE.fullmatch(text)
    return (int(match[1]), int(match[2])) if match else None


def _parse_numbers(values: Iterable[object]) -> frozenset[int]:
    return frozenset(number for number in map(_parse_number, values) if number is not None)
