"""Reader of the feature structures of a UIMA CAS in XMI or JSON, without a type system.

expat parses the XML and loads nothing; a file that declares entities is refused before any is expanded.
"""

import re
from collections.abc import Iterable
from typing import Any, Final
from xml.parsers import expat

import msgspec
from msgspec import Struct

from annotator.formats.library_errors import explain_error
from annotator.formats.standoff.annotations import check_count
from annotator.i18n import _
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason, json_error_code

SOFA: Final = "uima.cas.Sofa"
VIEW: Final = "uima.cas.View"
_XMI: Final = "http://www.omg.org/XMI}XMI"
_ID: Final = "http://www.omg.org/XMI}id"
_TYPE_NAME: Final = re.compile(r"http:///(?:(.+)/)?([^/}]+)\.ecore}(.+)|(.+)", re.DOTALL)
_NO_PACKAGE: Final = "uima.noNamespace."
_NUMBER: Final = re.compile(r"-?\d{1,10}")
_MAX_DEPTH: Final = 100


class FeatureStructure(Struct):
    """A feature structure; `offsets` are its begin and end, None if it annotates no text.

    References are features too, as numbers; `list_features` names the features with several values.
    """

    id: int
    type: str
    line: int
    sofa: int | None
    offsets: tuple[int, int] | None
    features: dict[str, str]
    list_features: dict[str, None] = {}


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
            if type_ == VIEW:
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

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        message = _("The file is not valid XML: {error}").format(error=explain_error(error))
        raise InvalidEdit(Reason(Code.INVALID_XML, message)) from error
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
    return _build_structure(type_ if isinstance(type_, str) else "", features, structure.get("%ID"), 0, lists)


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


def _parse_numbers(values: Iterable[object]) -> frozenset[int]:
    return frozenset(number for number in map(_parse_number, values) if number is not None)
