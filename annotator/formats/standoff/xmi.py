"""UIMA CAS, the format of DKPro and INCEpTION, in XMI or JSON: a text and typed annotations at UTF-16 offsets.

Annotations of any type with a begin and end are read (see `annotations.read_features`), without a type system. Those
that only divide the text (tokens, sentences) or describe the file are ignored, as the program has its own; relations,
links and the rest are counted. Spans are written as DKPro's NamedEntity, with the label as `value` and the value as
`identifier`. https://docs.oasis-open.org/uima/v1.0/uima-v1.0.html, https://github.com/apache/uima-uimaj-io-jsoncas
"""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Final

import regex

from annotator.formats.format import Files, Format
from annotator.formats.reading import read_limited
from annotator.formats.standoff.annotations import (
    MAX_BYTES,
    NAMED_ENTITY,
    Annotation,
    ParsedFile,
    Tally,
    annotation_reader,
    check_sizes,
    short_name,
)
from annotator.formats.standoff.cas_reading import SOFA, Cas, FeatureStructure, parse_json, parse_xmi
from annotator.i18n import N_, _
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle, Refusal, Span
from annotator.text.offsets import Utf16Offsets

_SUFFIXES: Final = (".xmi", ".json")

_TYPE_SYSTEM_SUFFIX: Final = ".typesystem.xml"
_TYPE_SYSTEM: Final = "TypeSystem.xml"
_TYPE_SYSTEM_CONTENT: Final = (
    "<?xml version='1.0' encoding='utf-8'?>\n"
    '<typeSystemDescription xmlns="http://uima.apache.org/resourceSpecifier"><types><typeDescription>'
    f"<name>{NAMED_ENTITY}</name><description/><supertypeName>uima.tcas.Annotation</supertypeName><features>"
    + "".join(
        f"<featureDescription><name>{feature}</name><description/><rangeTypeName>uima.cas.String</rangeTypeName>"
        "</featureDescription>"
        for feature in ("value", "identifier")
    )
    + "</features></typeDescription></types></typeSystemDescription>"
)
_NAMESPACE: Final = f"http:///{NAMED_ENTITY.rpartition('.')[0].replace('.', '/')}.ecore"
_ESCAPES: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)
_BOM: Final = b"\xef\xbb\xbf"
_XMI_START: Final = regex.compile(
    rb"(?:\s|<\?[^>]*+>|<!--(?>.*?-->))*+<(?:\w+:)?XMI\s[^>]*http://www\.omg\.org/XMI", regex.DOTALL
)
_JSON_START: Final = regex.compile(rb'\s*\{\s*"%(?:TYPES|FEATURE_STRUCTURES|VIEWS|HEADER)"')
_MAIN_VIEW: Final = "_InitialView"
_IGNORED_TYPES: Final = regex.compile(
    r"uima\.cas\..+|uima\.tcas\.DocumentAnnotation"
    r"|de\.tudarmstadt\.ukp\.dkpro\.core\.api\.(?:metadata\.type\..+"
    r"|segmentation\.type\.(?:Token|TokenForm|Sentence|Paragraph|Heading|Div))"
    r"|de\.tudarmstadt\.ukp\.clarin\.webanno\.api\.type\..+"
)
_NOT_IN_XML: Final = regex.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RELATION_FEATURES: Final = frozenset(("Governor", "Dependent", "next", "referenceRelation"))


def sniff(_name: str, beginning: bytes) -> bool:
    """Return whether a file is XMI, or JSON with a CAS's keys."""
    data = beginning.removeprefix(_BOM)
    return bool(_XMI_START.match(data) or _JSON_START.match(data))


def find_companions(path: Path) -> list[Path]:
    """Return the type systems beside a file, which are not articles."""
    stem = path.name.removesuffix(path.suffix)
    companions: list[Path] = []
    for name in (stem + _TYPE_SYSTEM_SUFFIX, _TYPE_SYSTEM, "typesystem.xml"):
        file = path.with_name(name)
        # Two of these names are one file if the file system ignores case, as on Windows and macOS.
        if file.is_file() and not any(file.samefile(companion) for companion in companions):
            companions.append(file)
    return companions


@annotation_reader
def read(path: Path, tally: Tally, refusals: list[Refusal]) -> ParsedFile:
    """See annotation_reader."""
    data = read_limited(path, MAX_BYTES)
    cas = parse_json(data) if _JSON_START.match(data.removeprefix(_BOM)) else parse_xmi(data)
    sofa = _find_text(path, cas, refusals)
    return sofa.features["sofaString"], _read_annotations(cas, sofa, tally)


def encode_files(item: AnnotatedArticle) -> dict[str, bytes]:
    """Encode an article's XMI, by suffix; its spans must be valid.

    Raises InvalidEdit for a text that is too long or has a character that XML does not allow.
    """
    if character := _NOT_IN_XML.search(item.article.text):
        message = _("The text contains a character that XML does not allow: {character}.").format(
            character=_format_code_point(character)
        )
        raise InvalidEdit(Reason(Code.INVALID_CHARACTER, message))
    return check_sizes({_SUFFIXES[0]: _encode(item).encode()})


def encode_shared_files(_labels: Sequence[str], _values: Collection[str]) -> dict[str, bytes]:
    """Encode a folder's type system, by name."""
    return {_TYPE_SYSTEM: _TYPE_SYSTEM_CONTENT.encode()}


def refusal_reason(span: Span) -> Reason | None:
    """Return why XMI cannot contain a span, or None."""
    character = _NOT_IN_XML.search(span.value or "")
    if not character:
        return None
    message = _("The value contains a character that XML does not allow: {character}.")
    return Reason(Code.INVALID_CHARACTER, message.format(character=_format_code_point(character)))


def is_xml_text(text: str) -> bool:
    """Return whether XML 1.0 allows each character (https://www.w3.org/TR/xml/#charsets).

    Independent of `refusal_reason` and `encode_files`, to verify them.
    """
    return not any(
        (character < " " and character not in "\t\n\r")
        or "\ud800" <= character <= "\udfff"
        or character in "\ufffe\uffff"
        for character in text
    )


def _encode(item: AnnotatedArticle) -> str:
    """Return the CAS: a sofa, numbered 1, with the text, and the spans, numbered from 2."""
    utf16 = Utf16Offsets(item.article.text)
    entities = []
    for id_, span in enumerate(item.spans, 2):
        start, end = utf16.to_utf16(span.start), utf16.to_utf16(span.end)
        value = f' identifier="{span.value.translate(_ESCAPES)}"' if span.value else ""
        label = span.label.translate(_ESCAPES)
        entities.append(
            f'<type:NamedEntity xmi:id="{id_}" sofa="1" begin="{start}" end="{end}" value="{label}"{value}/>'
        )
    namespace = f' xmlns:type="{_NAMESPACE}"' if entities else ""
    members = " ".join(map(str, range(2, 2 + len(entities))))
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        f'<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore"{namespace} xmi:version="2.0">'
        f'<cas:NULL xmi:id="0"/>{"".join(entities)}<cas:Sofa xmi:id="1" sofaNum="1" sofaID="{_MAIN_VIEW}" '
        f'mimeType="text/plain" sofaString="{item.article.text.translate(_ESCAPES)}"/>'
        f'<cas:View sofa="1" members="{members}"/></xmi:XMI>'
    )


def _format_code_point(character: regex.Match[str]) -> str:
    return f"U+{ord(character[0]):04X}"


def _find_text(path: Path, cas: Cas, refusals: list[Refusal]) -> FeatureStructure:
    """Return the file's text; refuse those of other views. Raises InvalidEdit if there is none."""
    sofas = [sofa for sofa in cas.structures if sofa.type == SOFA and "sofaString" in sofa.features]
    if not sofas:
        raise InvalidEdit(Reason(Code.NO_TEXT, _("The file contains no text.")))
    main = next((sofa for sofa in sofas if sofa.features.get("sofaID") == _MAIN_VIEW), sofas[0])
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
        yield Annotation(structure.type, *structure.offsets, structure.line, structure.features)


def _has_xml_value(span: Span) -> bool:
    return is_xml_text(span.value or "")


def _has_xml_text(annotated: AnnotatedArticle) -> bool:
    return is_xml_text(annotated.article.text)


FORMAT: Final = Format(
    name="xmi",
    title="UIMA CAS",
    suffixes=_SUFFIXES,
    sniff=sniff,
    declares_encoding=True,
    read=read,
    find_companions=find_companions,
    output=Files(
        encode_files,
        frozenset(("value",)),
        encode_shared_files,
        refusal_reason,
        allows_span=_has_xml_value,
        allows_article=_has_xml_text,
    ),
    export_title=N_("UIMA CAS (XMI): a folder with one file per article"),
)
