"""UIMA CAS, the format of DKPro and INCEpTION, as XMI or as JSON: a text and typed annotations at UTF-16 offsets.

An annotation of any type that has a begin and an end is read (see `standoff.described`), so no type system has to be
beside it. Those that only divide the text (tokens, sentences) or describe the file are passed over, for the program
has its own; relations, links and the rest have no place in an article and are counted. Written by dkpro-cassis, as
DKPro's NamedEntity with the label as its `value` and the value as `identifier`.
https://docs.oasis-open.org/uima/v1.0/uima-v1.0.html, https://github.com/apache/uima-uimaj-io-jsoncas
"""

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import regex

from annotator.formats.standoff.annotations import (
    NAMED_ENTITY,
    Annotation,
    Tally,
    content,
    drafted,
    layered,
    short,
    within,
)
from annotator.formats.standoff.cas_reading import SOFA, Cas, Structure, from_json, from_xmi
from annotator.i18n import _
from annotator.model.operations import Rejected
from annotator.model.records import Draft, Refusal, Span

NAME: Final = "xmi"
SUFFIXES: Final = (".xmi", ".json")
HOLDS: Final = frozenset(("value",))

_TYPES: Final = ".typesystem.xml"
_TYPE_SYSTEM: Final = "TypeSystem.xml"
_BOM: Final = b"\xef\xbb\xbf"
_XML: Final = regex.compile(
    rb"(?:\s|<\?[^>]*+>|<!--(?>.*?-->))*+<(?:\w+:)?XMI\s[^>]*http://www\.omg\.org/XMI", regex.DOTALL
)
_JSON: Final = regex.compile(rb'\s*\{\s*"%(?:TYPES|FEATURE_STRUCTURES|VIEWS|HEADER)"')
_MAIN: Final = "_InitialView"
_PASSED_OVER: Final = regex.compile(
    r"uima\.cas\..+|uima\.tcas\.DocumentAnnotation"
    r"|de\.tudarmstadt\.ukp\.dkpro\.core\.api\.(?:metadata\.type\..+"
    r"|segmentation\.type\.(?:Token|TokenForm|Sentence|Paragraph|Heading|Div))"
    r"|de\.tudarmstadt\.ukp\.clarin\.webanno\.api\.type\..+"
)
_NOT_IN_XML: Final = regex.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RELATES: Final = frozenset(("Governor", "Dependent", "next", "referenceRelation"))


def recognises(_name: str, beginning: bytes) -> bool:
    """Whether a file that begins with these bytes is XMI, or JSON with the keys of a CAS."""
    begun = beginning.removeprefix(_BOM)
    return bool(_XML.match(begun) or _JSON.match(begun))


def companions(path: Path) -> list[Path]:
    """The type systems that lie beside the file at `path`, so that nobody takes them for articles."""
    stem = path.name.removesuffix(path.suffix)
    companions: list[Path] = []
    for name in (stem + _TYPES, _TYPE_SYSTEM, "typesystem.xml"):
        file = path.with_name(name)
        # Two of these names are one file where a file system ignores case, as on Windows and macOS.
        if file.is_file() and not any(file.samefile(other) for other in companions):
            companions.append(file)
    return companions


def read(path: Path, annotator: str) -> Iterator[Draft | Refusal]:
    """The article of the file at `path`, and what of it was not taken; the spans are `annotator`'s. Raises OSError."""
    refused: list[Refusal] = []
    tally = Tally()
    try:
        data = content(path)
        cas = from_json(data) if _JSON.match(data.removeprefix(_BOM)) else from_xmi(data)
        sofa = _main(path, cas, refused)
    except Rejected as rejected:
        yield Refusal(str(path), 0, str(rejected))
        return
    text = sofa.features["sofaString"]
    found = list(layered(path, text, _annotations(cas, sofa, tally), annotator, tally))
    yield drafted(path, text, [item for item in found if isinstance(item, Span)], page=False)
    yield from refused
    yield from (item for item in found if isinstance(item, Refusal))
    yield from tally.refusals(path)


def encode_files(item: Draft) -> dict[str, bytes]:
    """The XMI of an article, by its suffix.

    Raises Rejected for a text that is too long, or has a character that XML cannot hold. Its spans may have no fault.
    """
    from cassis import Cas as Written

    if character := _NOT_IN_XML.search(item.article.text):
        raise Rejected(
            _("The text has a character that XML cannot hold: {character}.").format(character=_code(character))
        )
    types, entity = _types()
    cas = Written(types)
    cas.sofa_string = item.article.text
    cas.sofa_mime = "text/plain"
    for span in item.spans:
        cas.add(entity(begin=span.start, end=span.end, value=span.label, identifier=span.value or None))
    return within({SUFFIXES[0]: cas.to_xmi().encode()})


def shared_files(_labels: Sequence[str], _values: Collection[str]) -> dict[str, bytes]:
    """The type system of all XMI in a folder, by its name."""
    return {_TYPE_SYSTEM: _types()[0].to_xml().encode()}


def fault(span: Span) -> str | None:
    """Why XMI cannot hold a span; None where it can."""
    character = _NOT_IN_XML.search(span.value or "")
    return (
        _("Its value has a character that XML cannot hold: {character}.").format(character=_code(character))
        if character
        else None
    )


@cache
def _types() -> tuple[Any, Any]:
    """The type system, and the type of names in it."""
    from cassis import TypeSystem

    types = TypeSystem()
    entity: Any = types.create_type(NAMED_ENTITY, "uima.tcas.Annotation")
    for feature in ("value", "identifier"):
        types.create_feature(entity, feature, "uima.cas.String")
    return types, entity


def _code(character: regex.Match[str]) -> str:
    return f"U+{ord(character[0]):04X}"


def _main(path: Path, cas: Cas, refused: list[Refusal]) -> Structure:
    """The text of the file; the texts of other views are refused. Raises Rejected where there is none."""
    sofas = [one for one in cas.structures if one.type == SOFA and "sofaString" in one.features]
    if not sofas:
        raise Rejected(_("The file holds no text."))
    main = next((one for one in sofas if one.features.get("sofaID") == _MAIN), sofas[0])
    for one in sofas:
        if one is not main:
            reason = _("The view “{name}” is not taken: an article has one text.")
            refused.append(Refusal(str(path), one.line, reason.format(name=one.features.get("sofaID", ""))))
    return main


def _annotations(cas: Cas, sofa: Structure, tally: Tally) -> Iterator[Annotation]:
    """What is annotated in the text; the rest is counted."""
    indexed = cas.members.get(sofa.id)
    for found in cas.structures:
        if _PASSED_OVER.fullmatch(found.type):
            continue
        here = found.place and found.sofa == sofa.id and (indexed is None or found.id in indexed)
        if found.place is None or not here or _RELATES & found.features.keys():
            tally.add(short(found.type), found.line)
            continue
        for name in found.lists:
            tally.add(f"{short(found.type)}.{name}", found.line)
        yield Annotation(found.type, *found.place, found.line, found.features)
