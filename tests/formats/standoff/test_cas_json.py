"""UIMA CAS in JSON, as INCEpTION exports it: what is written is read back here and by cassis."""

import io
import json
import warnings
from pathlib import Path

import pytest
from formats.standoff_samples import (
    LAYERS,
    annotated_articles,
    cas_content,
    drop_fields,
    labelled_texts,
    read_file,
    stored_content,
    trim_spans,
)
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from strategies import marked_texts, raw_texts

from annotator import i18n
from annotator.formats.standoff import cas_json, cas_reading
from annotator.formats.standoff.span_layer import SpanLayer
from annotator.model.article_builder import build_article
from annotator.model.records import AnnotatedArticle, Span

TEXT = "😀 خطة 2024"


def read_content(folder: Path, content: str, name: str) -> tuple[AnnotatedArticle | None, list[tuple[int, str]]]:
    path = folder / name
    path.write_text(content, "utf-8")
    return read_file(path, cas_reading.read)


def build_json(*structures: object, views: object = None) -> str:
    sofa = {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaID": "_InitialView", "sofaString": TEXT}
    return json.dumps({"%TYPES": {}, "%FEATURE_STRUCTURES": [sofa, *structures], "%VIEWS": views or {}})


def test_json_is_read(tmp_path: Path) -> None:
    entity = {"%TYPE": "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity", "@sofa": 1, "begin": 3, "end": 6}
    structures = (
        {**entity, "%ID": 2, "value": "PLAN", "identifier": None},
        {**entity, "%ID": 3, "value": "PLAN", "#score": 0.5, "^at": [1], "@ref": 2},
        {**entity, "%ID": 4, "value": "REMOVED"},
        {**entity, "%ID": 5, "value": "X", "begin": "x"},
        {"%ID": 6, "%TYPE": "x.FSArray[]", "%ELEMENTS": [2]},
    )
    item, refusals = read_content(
        tmp_path, build_json(*structures, views={"_InitialView": {"%SOFA": 1, "%MEMBERS": [2, 3, 5]}}), "a.json"
    )
    assert item
    assert labelled_texts(item) == [("PLAN", "خطة"), ("PLAN", "خطة")]
    assert [reason for _line, reason in refusals] == [
        "1 annotation of type “FSArray[]” is skipped.",
        "1 annotation of type “NamedEntity.at” is skipped.",
        "1 annotation of type “NamedEntity.ref” is skipped.",
        "1 annotation of type “NamedEntity.score” is skipped.",
        "2 annotations of type “NamedEntity” are skipped.",
    ]


@pytest.mark.parametrize(
    "content",
    [
        '{"%TYPES": {}}',
        '{"%FEATURE_STRUCTURES": 1}',
        '{"%FEATURE_STRUCTURES": [1]}',
        '{"%FEATURE_STRUCTURES": []}',
        '{"%FEATURE_STRUCTURES": {"1": 1}}',
        '{"%FEATURE_STRUCTURES": [{"%TYPE": "uima.cas.Sofa"}], "%VIEWS": [1]}',
        '{"%FEATURE_STRUCTURES": [{"%TYPE": {}, "sofaString": []}], "%VIEWS": {"a": {"%MEMBERS": [[], null]}}}',
        '{"%FEATURE_STRUCTURES": ' + "[" * 100_000,
        '{"%FEATURE_STRUCTURES": [{"%TYPE": "uima.cas.Sofa", "sofaString": "\\ud800"}]}',
    ],
)
def test_invalid_json_is_refused(tmp_path: Path, content: str) -> None:
    item, refusals = read_content(tmp_path, content, "a.json")
    assert item is None
    assert len(refusals) == 1


@given(annotated_articles(notes=True, texts=raw_texts | marked_texts), st.sampled_from(LAYERS))
def test_written_articles_are_read_back_here_and_by_cassis(
    tmp_path_factory: pytest.TempPathFactory, item: AnnotatedArticle, layer: SpanLayer
) -> None:
    cassis = pytest.importorskip("cassis")
    i18n.set_language("en")
    path = tmp_path_factory.mktemp("json") / "a.json"
    text = item.article.text
    item = replace(item, spans=tuple(span for span in item.spans if layer.refusal_reason(text, span) is None))
    path.write_bytes(cas_json.encode_files(item, layer)[".json"])
    assert cas_reading.is_json("a.json", path.read_bytes())
    reread, refusals = read_file(path, cas_reading.read)
    assert reread
    assert refusals == []
    reduced = drop_fields(item, layer.stored_fields)
    assert (reread.article.text, stored_content(reread, True)) == (text, stored_content(reduced, True))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cas = cassis.load_cas_from_json(io.BytesIO(path.read_bytes()))
    assert cas.sofa_string == text
    assert cas_content(cas, layer) == stored_content(trim_spans(reduced), True)


def test_the_file_is_a_line_for_each_structure() -> None:
    item = build_article("خطة \u200f", spans=[Span("1", "", "a", "PLAN", 0, 5, "2024", "ن")])
    files = cas_json.encode_files(item, SpanLayer("custom.Span", "label", "", "note"))
    lines = files[".json"].decode().splitlines()
    segmentation = "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type"
    assert lines == [
        '{"%TYPES":{',
        f'"{segmentation}.Sentence":{{"%NAME":"{segmentation}.Sentence","%SUPER_TYPE":"uima.tcas.Annotation"}},',
        f'"{segmentation}.Token":{{"%NAME":"{segmentation}.Token","%SUPER_TYPE":"uima.tcas.Annotation"}},',
        (
            '"custom.Span":{"%NAME":"custom.Span","%SUPER_TYPE":"uima.tcas.Annotation",'
            '"label":{"%NAME":"label","%RANGE":"uima.cas.String"},"note":{"%NAME":"note","%RANGE":"uima.cas.String"}}'
        ),
        "},",
        '"%FEATURE_STRUCTURES":[',
        (
            '{"%ID":1,"%TYPE":"uima.cas.Sofa","sofaNum":1,"sofaID":"_InitialView","mimeType":"text/plain",'
            '"sofaString":"خطة \u200f"},'
        ),
        f'{{"%ID":2,"%TYPE":"{segmentation}.Sentence","@sofa":1,"begin":0,"end":3}},',
        f'{{"%ID":3,"%TYPE":"{segmentation}.Token","@sofa":1,"begin":0,"end":3}},',
        '{"%ID":4,"%TYPE":"custom.Span","%EXACT":"0-5","@sofa":1,"begin":0,"end":3,"label":"PLAN","note":"ن"}',
        "],",
        '"%VIEWS":{"_InitialView":{"%SOFA":1,"%MEMBERS":[2,3,4]}}}',
    ]


def test_sniff() -> None:
    assert cas_json.FORMAT.sniff("a.json", build_json().encode())
    for content in (b"", b"{}", b'{"text": "%TYPES"}\n', b"[1]", b"<xmi:XMI xmlns:xmi='http://www.omg.org/XMI'>"):
        assert not cas_json.FORMAT.sniff("a.json", content)
