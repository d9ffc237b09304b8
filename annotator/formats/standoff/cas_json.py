"""UIMA CAS in JSON (0.4.0), as INCEpTION exports it: its types, annotations and text; `cas_reading` reads it.

https://github.com/apache/uima-uimaj-io-jsoncas
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from annotator.formats.format import Format
from annotator.formats.standoff.annotations import check_sizes
from annotator.formats.standoff.cas_reading import EXACT, MAIN_VIEW, SOFA, find_companions, is_json, read
from annotator.formats.standoff.cas_writing import FIRST_ID, SOFA_ID, build_annotations, list_types
from annotator.formats.standoff.span_layer import SpanLayer, build_output
from annotator.i18n import N_
from annotator.model.records import AnnotatedArticle

_SUFFIXES: Final = (".json",)


def encode_files(item: AnnotatedArticle, layer: SpanLayer) -> dict[str, bytes]:
    """Encode an article's file, by suffix; its spans must be valid. Raises InvalidEdit if it is too long."""
    structures = list(_build_structures(item, layer))
    types = [b"%s:%s" % (_encode(name), _encode(_describe_type(name, layer))) for name in list_types(layer)]
    members = range(FIRST_ID, SOFA_ID + len(structures))
    views = {MAIN_VIEW: {"%SOFA": SOFA_ID, "%MEMBERS": list(members)}}
    parts = (
        *(b'{"%TYPES":{\n', b",\n".join(types), b'\n},\n"%FEATURE_STRUCTURES":[\n'),
        *(b",\n".join(map(_encode, structures)), b'\n],\n"%VIEWS":', _encode(views), b"}\n"),
    )
    return check_sizes({_SUFFIXES[0]: b"".join(parts)})


def _build_structures(item: AnnotatedArticle, layer: SpanLayer) -> Iterator[dict[str, Any]]:
    """Yield the text and its annotations, as UIMA wants it: the id first, then the type, then the rest."""
    yield {
        **{"%ID": SOFA_ID, "%TYPE": SOFA, "sofaNum": 1, "sofaID": MAIN_VIEW},
        **{"mimeType": "text/plain", "sofaString": item.article.text},
    }
    for id_, annotation in enumerate(build_annotations(item, layer), FIRST_ID):
        exact = {EXACT: f"{annotation.exact[0]}-{annotation.exact[1]}"} if annotation.exact else {}
        yield {
            **{"%ID": id_, "%TYPE": annotation.type, **exact},
            **{"@sofa": SOFA_ID, "begin": annotation.start, "end": annotation.end},
            **annotation.features,
        }


def _describe_type(name: str, layer: SpanLayer) -> dict[str, Any]:
    return {
        **{"%NAME": name, "%SUPER_TYPE": "uima.tcas.Annotation"},
        **{feature: {"%NAME": feature, "%RANGE": "uima.cas.String"} for feature in list_types(layer)[name]},
    }


def _encode(value: Any) -> bytes:
    return msgspec.json.encode(value)


FORMAT: Final = Format(
    name="cas-json",
    title="UIMA CAS (JSON)",
    suffixes=_SUFFIXES,
    sniff=is_json,
    read=read,
    find_companions=find_companions,
    output=build_output(encode_files),
    export_title=N_("UIMA CAS (JSON): a folder with one file per article"),
)
