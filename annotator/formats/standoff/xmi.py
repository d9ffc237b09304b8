"""UIMA CAS in XMI, the exchange format of UIMA, DKPro and INCEpTION; `cas_reading` reads it.

https://docs.oasis-open.org/uima/v1.0/uima-v1.0.html
"""

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import Final

import regex

from annotator.formats.format import Files, Format
from annotator.formats.standoff.annotations import check_sizes, short_name
from annotator.formats.standoff.cas_reading import MAIN_VIEW, TYPE_SYSTEM, XMI_EXACT, find_companions, is_xmi, read
from annotator.formats.standoff.cas_writing import FIRST_ID, SOFA_ID, build_annotations, list_types
from annotator.formats.standoff.span_layer import SpanLayer, parse_layer
from annotator.i18n import N_, _
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle, Span

_SUFFIXES: Final = (".xmi",)

_ESCAPES: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)
_NOT_IN_XML: Final = regex.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def encode_files(item: AnnotatedArticle, layer: SpanLayer) -> dict[str, bytes]:
    """Encode an article's XMI, by suffix; its spans must be valid.

    Raises InvalidEdit for a text that is too long or has a character that XML does not allow.
    """
    if character := _NOT_IN_XML.search(item.article.text):
        message = _("The text contains a character that XML does not allow: {character}.").format(
            character=_format_code_point(character)
        )
        raise InvalidEdit(Reason(Code.INVALID_CHARACTER, message))
    return check_sizes({_SUFFIXES[0]: "".join(_encode(item, layer)).encode()})


def encode_shared_files(_labels: Sequence[str], _values: Collection[str], layer: SpanLayer) -> dict[str, bytes]:
    """Encode a folder's type system, by name."""
    types = "".join(
        f"<typeDescription><name>{type_}</name><description/><supertypeName>uima.tcas.Annotation</supertypeName>"
        f"<features>{''.join(map(_describe_feature, features))}</features></typeDescription>\n"
        for type_, features in list_types(layer).items()
    )
    content = (
        "<?xml version='1.0' encoding='utf-8'?>\n"
        f'<typeSystemDescription xmlns="http://uima.apache.org/resourceSpecifier"><types>\n{types}</types>'
        "</typeSystemDescription>\n"
    )
    return {TYPE_SYSTEM: content.encode()}


def refusal_reason(text: str, span: Span, layer: SpanLayer) -> Reason | None:
    """Return why XMI cannot contain a span, or None."""
    if reason := layer.refusal_reason(text, span):
        return reason
    for content, message in (
        (layer.value and span.value, _("The value contains a character that XML does not allow: {character}.")),
        (layer.note and span.note, _("The note contains a character that XML does not allow: {character}.")),
    ):
        if character := _NOT_IN_XML.search(content or ""):
            return Reason(Code.INVALID_CHARACTER, message.format(character=_format_code_point(character)))
    return None


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


def _encode(item: AnnotatedArticle, layer: SpanLayer) -> Iterator[str]:
    """Yield the parts of the CAS: the annotations, a line each, and a sofa with the text."""
    prefixes: dict[str, str] = {}
    for type_ in list_types(layer):
        prefixes.setdefault(_namespace(type_), f"type{len(prefixes) or ''}")
    declarations = "".join(f' xmlns:{prefix}="{namespace}"' for namespace, prefix in prefixes.items())
    yield (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        f'<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore"{declarations}'
        ' xmi:version="2.0">\n<cas:NULL xmi:id="0"/>\n'
    )
    last_id = SOFA_ID
    for last_id, annotation in enumerate(build_annotations(item, layer), FIRST_ID):
        element = f"{prefixes[_namespace(annotation.type)]}:{short_name(annotation.type)}"
        features = "".join(f' {name}="{value.translate(_ESCAPES)}"' for name, value in annotation.features.items())
        comment = f"<!--{XMI_EXACT}{annotation.exact[0]}-{annotation.exact[1]}-->" if annotation.exact else ""
        yield (
            f'<{element} xmi:id="{last_id}" sofa="{SOFA_ID}" begin="{annotation.start}" end="{annotation.end}"'
            f"{features}/>{comment}\n"
        )
    members = " ".join(map(str, range(FIRST_ID, last_id + 1)))
    yield (
        f'<cas:Sofa xmi:id="{SOFA_ID}" sofaNum="1" sofaID="{MAIN_VIEW}" mimeType="text/plain" '
        f'sofaString="{item.article.text.translate(_ESCAPES)}"/>\n'
        f'<cas:View sofa="{SOFA_ID}" members="{members}"/>\n</xmi:XMI>\n'
    )


def _namespace(type_: str) -> str:
    package = type_.rpartition(".")[0].replace(".", "/")
    return f"http:///{package or 'uima/noNamespace'}.ecore"


def _describe_feature(name: str) -> str:
    return (
        f"<featureDescription><name>{name}</name><description/><rangeTypeName>uima.cas.String</rangeTypeName>"
        "</featureDescription>"
    )


def _format_code_point(character: regex.Match[str]) -> str:
    return f"U+{ord(character[0]):04X}"


def _allows_span(text: str, span: Span, layer: SpanLayer) -> bool:
    has_xml_value = not layer.value or is_xml_text(span.value or "")
    return layer.allows_span(text, span) and has_xml_value and (not layer.note or is_xml_text(span.note or ""))


def _has_xml_text(annotated: AnnotatedArticle) -> bool:
    return is_xml_text(annotated.article.text)


def _build_output(layer: SpanLayer) -> Files:
    return Files(
        partial(encode_files, layer=layer),
        layer.stored_fields,
        partial(encode_shared_files, layer=layer),
        partial(refusal_reason, layer=layer),
        allows_span=partial(_allows_span, layer=layer),
        allows_article=_has_xml_text,
        with_layer=_with_layer,
    )


def _with_layer(layer: str) -> Files:
    return _build_output(parse_layer(layer))


FORMAT: Final = Format(
    name="xmi",
    title="UIMA CAS (XMI)",
    suffixes=_SUFFIXES,
    sniff=is_xmi,
    declares_encoding=True,
    read=read,
    find_companions=find_companions,
    output=_build_output(SpanLayer()),
    export_title=N_("UIMA CAS (XMI): a folder with one file per article"),
)
