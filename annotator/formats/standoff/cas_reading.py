"""Reads the feature structures of a UIMA CAS out of XMI or JSON, without a type system and without following anything.

XML is read by expat, which loads nothing, and a file that declares entities is refused before any is looked at.
"""

import re
from collections.abc import Iterable
from typing import Any, Final
from xml.parsers import expat

import msgspec
from msgspec import Struct

from annotator.formats.standoff.annotations import check_count
from annotator.i18n import _
from annotator.model.operations import Rejected

SOFA: Final = "uima.cas.Sofa"
VIEW: Final = "uima.cas.View"
_XMI: Final = "http://www.omg.org/XMI}XMI"
_ID: Final = "http://www.omg.org/XMI}id"
_TYPE: Final = re.compile(r"http:///(?:(.+)/)?([^/}]+)\.ecore}(.+)|(.+)", re.DOTALL)
_NO_PACKAGE: Final = "uima.noNamespace."
_NUMBER: Final = re.compile(r"-?\d{1,10}")
_DEEPEST: Final = 100


class Structure(Struct):
    """A feature structure: `place` is its begin and end, None for one that is no annotation of a text.

    References to others are features too, as their numbers; `lists` names the features that have several values.
    """

    id: int
    type: str
    line: int
    sofa: int | None
    place: tuple[int, int] | None
    features: dict[str, str]
    lists: dict[str, None] = {}


class Cas(Struct):
    """The structures of a file, and by the number of a text those that are indexed."""

    structures: list[Structure]
    members: dict[int, frozenset[int]]


def from_xmi(data: bytes) -> Cas:
    """The structures of an XMI file. Raises Rejected for what is none."""
    found: list[Structure] = []
    members: dict[int, frozenset[int]] = {}
    open_: list[str] = []
    parser = expat.ParserCreate(namespace_separator="}")

    def doctype(*_declared: object) -> None:
        raise Rejected(_("The file declares a document type, and with it could load what is not in it."))

    def start(name: str, attributes: dict[str, str]) -> None:
        open_.append(name)
        if (len(open_) == 1 and name != _XMI) or len(open_) > _DEEPEST:
            raise Rejected(_("The file is not a UIMA CAS."))
        if len(open_) == 2:
            type_ = _type(name)
            if type_ == VIEW:
                members[_number(attributes.get("sofa")) or 0] = _numbers(attributes.get("members", "").split())
            else:
                found.append(_structure(type_, attributes, attributes.pop(_ID, None), parser.CurrentLineNumber))
                check_count(len(found))
        elif len(open_) == 3 and found:
            found[-1].lists[name] = None

    def end(_name: str) -> None:
        open_.pop()

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise Rejected(_("The file does not read as XML: {error}").format(error=error)) from error
    return Cas(found, members)


def from_json(data: bytes) -> Cas:
    """The structures of a JSON CAS file. Raises Rejected for what is none."""
    try:
        read = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Rejected(_("The file does not read as JSON: {error}").format(error=error)) from error
    listed = read.get("%FEATURE_STRUCTURES") if isinstance(read, dict) else None
    if isinstance(listed, dict):
        listed = [{"%ID": id_, **given} for id_, given in listed.items() if isinstance(given, dict)]
    if not isinstance(listed, list) or not all(isinstance(given, dict) for given in listed):
        raise Rejected(_("The file is not a UIMA CAS."))
    check_count(len(listed))
    views = read.get("%VIEWS")
    members = {
        _number(view.get("%SOFA")) or 0: _numbers(view["%MEMBERS"])
        for view in (views.values() if isinstance(views, dict) else ())
        if isinstance(view, dict) and isinstance(view.get("%MEMBERS"), list)
    }
    return Cas([_from_object(given) for given in listed], members)


def _from_object(given: dict[str, Any]) -> Structure:
    features: dict[str, str] = {}
    lists: dict[str, None] = {}
    for key, value in given.items():
        name = key[1:] if key[:1] in ("@", "#", "^") else key
        if isinstance(value, list | dict):
            lists[name] = None
        elif value is not None and not key.startswith("%"):
            features[name] = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    type_ = given.get("%TYPE")
    return _structure(type_ if isinstance(type_, str) else "", features, given.get("%ID"), 0, lists)


def _structure(
    type_: str, features: dict[str, str], id_: object, line: int, lists: dict[str, None] | None = None
) -> Structure:
    begin, end, sofa = (features.pop(name, None) for name in ("begin", "end", "sofa"))
    first, last, number = _number(begin), _number(end), _number(id_)
    place = None if first is None or last is None else (first, last)
    return Structure(-1 if number is None else number, type_, line, _number(sofa), place, features, lists or {})


def _type(name: str) -> str:
    """The UIMA type that an element's name says: `http:///a/b.ecore}C` is `a.b.C`."""
    match = _TYPE.fullmatch(name)
    if not match or match[4]:
        return name
    package = f"{match[1].replace('/', '.')}." if match[1] else ""
    return f"{package}{match[2]}.{match[3]}".removeprefix(_NO_PACKAGE)


def _number(said: object) -> int | None:
    """The whole number that a text or a number is; None for any other."""
    text = str(said) if isinstance(said, str | int | float) else ""
    return int(text) if _NUMBER.fullmatch(text) else None


def _numbers(said: Iterable[object]) -> frozenset[int]:
    return frozenset(number for number in map(_number, said) if number is not None)
