"""UIMA CAS in XMI: UTF-16 offsets become code points, and nothing outside the file is read."""

import io
import warnings
from pathlib import Path

import pytest
from formats.standoff_samples import (
    LAYERS,
    annotated_articles,
    cas_content,
    drop_fields,
    is_blank_edged,
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
from annotator.formats.standoff import cas_reading, cas_writing, xmi
from annotator.formats.standoff.cas_writing import build_annotations
from annotator.formats.standoff.span_layer import SpanLayer
from annotator.model.article_builder import build_article
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle, Span

TEXT = "😀 خطة 2024"
NER = "http:///de/tudarmstadt/ukp/dkpro/core/api/ner/type.ecore"


def build_xmi(*inside: str, text: str = TEXT, members: str | None = None) -> str:
    view = "" if members is None else f'<cas:View sofa="1" members="{members}"/>'
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmi:version="2.0"\n'
        f' xmlns:cas="http:///uima/cas.ecore" xmlns:tcas="http:///uima/tcas.ecore" xmlns:n="{NER}"\n'
        ' xmlns:c="http:///webanno/custom.ecore" xmlns:no="http:///uima/noNamespace.ecore"\n'
        ' xmlns:s="http:///de/tudarmstadt/ukp/dkpro/core/api/segmentation/type.ecore"\n'
        ' xmlns:p="http:///de/tudarmstadt/ukp/dkpro/core/api/lexmorph/type/pos.ecore">\n'
        f'<cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text" sofaString="{text}"/>\n'
        + "".join(f"{line}\n" for line in inside)
        + view
        + "</xmi:XMI>"
    )


def read_content(
    folder: Path, content: str | bytes, name: str = "a.xmi"
) -> tuple[AnnotatedArticle | None, list[tuple[int, str]]]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_file(path, cas_reading.read)


def test_utf16_offsets_of_names_become_code_points(tmp_path: Path) -> None:
    item, refusals = read_content(
        tmp_path,
        build_xmi(
            '<n:NamedEntity xmi:id="2" sofa="1" begin="3" end="6" value="PLAN"/>',
            '<n:NamedEntity xmi:id="3" sofa="1" begin="7" end="11" value="DATE" identifier="2024"/>',
            '<n:NamedEntity xmi:id="4" sofa="1" begin="0" end="2"/>',
            '<n:Person xmi:id="5" sofa="1" begin="0" end="11"/>',
            members="2 3 4 5",
        ),
    )
    assert item
    assert refusals == []
    assert [(span.label, span.start, span.end, span.value) for span in item.spans] == [
        ("PLAN", 2, 5, None),
        ("DATE", 6, 10, "2024"),
        ("NamedEntity", 0, 1, None),
        ("Person", 0, 10, None),
    ]
    assert [(zone.kind, zone.start, zone.end) for zone in item.zones] == [("body", 0, 10)]


def test_custom_types_are_read(tmp_path: Path) -> None:
    item, refusals = read_content(
        tmp_path,
        build_xmi(
            '<c:Span xmi:id="2" sofa="1" begin="3" end="6" label="PLAN" note="لا"/>',
            '<no:Bare xmi:id="3" sofa="1" begin="3" end="6"/>',
            '<c:Event xmi:id="4" sofa="1" begin="3" end="6" eventType="VISIT" certain="true" links="12 13"/>',
            '<c:Many xmi:id="5" sofa="1" begin="3" end="6"><labels>A</labels><labels>B</labels></c:Many>',
        ),
    )
    assert item
    assert [(span.label, span.note) for span in item.spans] == [
        ("PLAN", "لا"),
        ("Bare", None),
        ("VISIT", None),
        ("Many", None),
    ]
    assert refusals == [
        (10, "1 annotation of type “Event.certain” is skipped."),
        (10, "1 annotation of type “Event.links” is skipped."),
        (11, "1 annotation of type “Many.labels” is skipped."),
    ]


def test_segmentation_is_ignored_and_other_annotations_are_counted(tmp_path: Path) -> None:
    item, refusals = read_content(
        tmp_path,
        build_xmi(
            '<cas:NULL xmi:id="0"/>',
            '<tcas:DocumentAnnotation xmi:id="2" sofa="1" begin="0" end="11" language="ar"/>',
            '<s:Sentence xmi:id="3" sofa="1" begin="0" end="11"/>',
            '<s:Token xmi:id="4" sofa="1" begin="3" end="6"/>',
            '<s:Lemma xmi:id="5" sofa="1" begin="3" end="6" value="خطة"/>',
            '<p:POS xmi:id="6" sofa="1" begin="3" end="6" PosValue="NN"/>',
            '<p:POS xmi:id="7" sofa="1" begin="7" end="11" PosValue="CD"/>',
            '<c:Rel xmi:id="8" sofa="1" begin="3" end="6" Governor="10" Dependent="10"/>',
            '<c:Link xmi:id="9" role="r" target="10"/>',
            '<n:NamedEntity xmi:id="10" sofa="1" begin="3" end="6" value="PLAN"/>',
            '<n:NamedEntity xmi:id="11" sofa="1" begin="3" end="6" value="REMOVED"/>',
            members="2 3 4 5 6 7 8 9 10",
        ),
    )
    assert item
    assert labelled_texts(item) == [("PLAN", "خطة")]
    assert [reason for _line, reason in refusals] == [
        "1 annotation of type “Lemma” is skipped.",
        "2 annotations of type “POS” are skipped.",
        "1 annotation of type “Rel” is skipped.",
        "1 annotation of type “Link” is skipped.",
        "1 annotation of type “NamedEntity” is skipped.",
    ]


@pytest.mark.parametrize(
    ("begin", "end", "reason"),
    [
        ("3", "3", "A span from 3 to 3 is empty."),
        ("1", "6", "A span from 1 to 6 splits a character."),
        ("3", "12", "A span from 3 to 12 is not within the text."),
        ("-3", "6", "A span from -3 to 6 is not within the text."),
        ("x", "6", "1 annotation of type “NamedEntity” is skipped."),
        ("3", "9" * 5000, "1 annotation of type “NamedEntity” is skipped."),
    ],
)
def test_an_annotation_with_invalid_offsets_is_refused(tmp_path: Path, begin: str, end: str, reason: str) -> None:
    wrong = f'<n:NamedEntity xmi:id="2" sofa="1" begin="{begin}" end="{end}" value="X"/>'
    item, refusals = read_content(
        tmp_path, build_xmi(wrong, '<n:NamedEntity xmi:id="3" sofa="1" begin="3" end="6" value="PLAN"/>')
    )
    assert item
    assert (labelled_texts(item), refusals) == ([("PLAN", "خطة")], [(8, reason)])


def test_other_views_are_refused(tmp_path: Path) -> None:
    parts = (
        '<cas:Sofa xmi:id="9" sofaNum="2" sofaID="html" sofaString="&lt;p&gt;"/>',
        '<n:NamedEntity xmi:id="2" sofa="9" begin="0" end="1" value="X"/>',
    )
    item, refusals = read_content(tmp_path, build_xmi(*parts))
    assert item
    assert (item.article.text, item.spans) == (TEXT, ())
    assert refusals == [
        (8, "The view “html” is skipped: an article has only one text."),
        (9, "1 annotation of type “NamedEntity” is skipped."),
    ]


BOMB = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 12))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            build_xmi().replace("<xmi", f'<!DOCTYPE x [<!ENTITY a0 "ha">{BOMB}]><xmi', 1).replace(TEXT, "&a11;"),
            "The file contains a DOCTYPE declaration, which could load external content.",
        ),
        (
            build_xmi().replace("<xmi", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xmi', 1),
            "The file contains a DOCTYPE declaration, which could load external content.",
        ),
        (
            build_xmi().replace("<xmi", '<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd"><xmi', 1),
            "The file contains a DOCTYPE declaration, which could load external content.",
        ),
        (build_xmi("<c:a>" * 200 + "</c:a>" * 200), "The file is not a UIMA CAS."),
        ("<html/>", "The file is not a UIMA CAS."),
        (build_xmi(text=""), "The text is empty."),
        (build_xmi().replace("sofaString", "sofaURI"), "The file contains no text."),
    ],
)
def test_invalid_files_are_refused(tmp_path: Path, content: str | bytes, reason: str) -> None:
    assert read_content(tmp_path, content) == (None, [(0, reason)])


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("", 1, "no element found: line 1, column 0"),
        (build_xmi().replace("UTF-8", "no-such"), 1, "unknown encoding: no-such"),
        (b"\0\1\2", 1, "not well-formed (invalid token): line 1, column 0"),
        (build_xmi() + "<", 8, "unclosed token: line 8, column 10"),
    ],
)
def test_invalid_xml_is_refused_with_its_line(tmp_path: Path, content: str | bytes, line: int, reason: str) -> None:
    assert read_content(tmp_path, content) == (None, [(line, f"The file is not valid XML: {reason}")])


def test_truncated_files_are_refused(tmp_path: Path) -> None:
    content = build_xmi('<n:NamedEntity xmi:id="2" sofa="1" begin="3" end="6" value="PLAN"/>').encode()
    for length in range(len(content)):
        item, refusals = read_content(tmp_path, content[:length])
        assert item is None
        assert len(refusals) == 1


def test_sniff() -> None:
    assert cas_reading.is_xmi("a.xmi", build_xmi().encode())
    assert cas_reading.is_xmi("a.xml", b"\xef\xbb\xbf<!-- XMI --><xmi:XMI xmlns:xmi='http://www.omg.org/XMI'>")
    other_files = (
        b"",
        b"{}",
        b'{"text": "%TYPES"}\n',
        b'{"%TYPES": {}, "%FEATURE_STRUCTURES": []}',
        b"[1]",
        b"<html><p>&lt;xmi:XMI xmlns:xmi='http://www.omg.org/XMI'&gt;",
        b"<html><!-- <xmi:XMI xmlns:xmi='http://www.omg.org/XMI'> -->",
        b"a O\n",
        b"<" * 65_536,
        b"<!--" * 16_384,
        b"<XMI " * 13_000,
    )
    assert not any(cas_reading.is_xmi("a.xmi", content) for content in other_files)


def test_type_systems_are_companions(tmp_path: Path) -> None:
    for name in ("a.typesystem.xml", "TypeSystem.xml", "b.xml"):
        (tmp_path / name).touch()
    assert cas_reading.find_companions(tmp_path / "a.xmi") == [
        tmp_path / "a.typesystem.xml",
        tmp_path / "TypeSystem.xml",
    ]
    assert cas_reading.find_companions(tmp_path / "c.json") == [tmp_path / "TypeSystem.xml"]


def test_a_type_system_under_two_names_is_found_once(tmp_path: Path) -> None:
    file = tmp_path / "TypeSystem.xml"
    file.touch()
    alias = tmp_path / "typesystem.xml"
    if not alias.exists():  # a file system that tells them apart: a link stands in for one that does not
        alias.hardlink_to(file)
    assert cas_reading.find_companions(tmp_path / "a.xmi") == [file]
    (tmp_path / "b.typesystem.xml").touch()
    assert cas_reading.find_companions(tmp_path / "b.xmi") == [tmp_path / "b.typesystem.xml", file]


def test_a_character_that_xml_does_not_allow_is_refused() -> None:
    with pytest.raises(InvalidEdit, match=r"The text contains a character that XML does not allow: U\+001F\."):
        xmi.encode_files(build_article("a\x1fb"), SpanLayer())
    layer = SpanLayer("custom.Span", "label", "value", "note")
    reasons = [
        xmi.refusal_reason("خطة", Span("1", "", "a", "PLAN", 0, 1, *content), layer)
        for content in (("\ufffe", ""), ("", "\ufffe"), ("\t\ud7ff😀", "\n"))
    ]
    assert reasons == [
        Reason(Code.INVALID_CHARACTER, "The value contains a character that XML does not allow: U+FFFE."),
        Reason(Code.INVALID_CHARACTER, "The note contains a character that XML does not allow: U+FFFE."),
        None,
    ]
    assert xmi.refusal_reason("خطة", Span("1", "", "a", "PLAN", 0, 1, "", "\ufffe"), SpanLayer()) is None


XML_TEXTS = raw_texts.map(
    lambda text: "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
)


@given(annotated_articles(notes=True, texts=XML_TEXTS | marked_texts), st.sampled_from(LAYERS))
def test_written_articles_are_read_back_here_and_by_cassis(
    tmp_path_factory: pytest.TempPathFactory, item: AnnotatedArticle, layer: SpanLayer
) -> None:
    cassis = pytest.importorskip("cassis")
    i18n.set_language("en")
    folder = tmp_path_factory.mktemp("xmi")
    text = item.article.text
    item = replace(item, spans=tuple(span for span in item.spans if xmi.refusal_reason(text, span, layer) is None))
    files = {"a.xmi": xmi.encode_files(item, layer)[".xmi"], **xmi.encode_shared_files([], [], layer)}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    assert cas_reading.is_xmi("a.xmi", files["a.xmi"])
    assert cas_reading.find_companions(folder / "a.xmi") == [folder / "TypeSystem.xml"]
    reread, refusals = read_file(folder / "a.xmi", cas_reading.read)
    assert reread
    assert refusals == []
    reduced = drop_fields(item, layer.stored_fields)
    assert (reread.article.text, stored_content(reread, True)) == (text, stored_content(reduced, True))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        types = cassis.load_typesystem(io.BytesIO(files["TypeSystem.xml"]))
        cas = cassis.load_cas_from_xmi(io.BytesIO(files["a.xmi"]), typesystem=types)
    assert cas.sofa_string == text
    assert cas_content(cas, layer) == stored_content(trim_spans(reduced), True)
    (folder / "b.json").write_bytes(cas.to_json().encode())
    assert cas_reading.is_json("b.json", (folder / "b.json").read_bytes())
    reread, refusals = read_file(folder / "b.json", cas_reading.read)
    assert reread
    assert (reread.article.text, refusals) == (text, [])
    assert stored_content(reread, True) == stored_content(trim_spans(reduced), True)


def test_encode_files_writes_named_entities() -> None:
    files = xmi.encode_files(build_article(TEXT, spans=[Span("1", "", "a", "PLAN", 2, 5, "2024")]), SpanLayer())
    assert list(files) == [".xmi"]
    same = build_article(TEXT, spans=[Span("2", "", "b", "PLAN", 2, 5, "2024")])
    assert files == xmi.encode_files(same, SpanLayer())
    lines = files[".xmi"].decode().splitlines()
    assert lines[3:7] == [
        '<type:Sentence xmi:id="2" sofa="1" begin="0" end="11"/>',
        '<type:Token xmi:id="3" sofa="1" begin="0" end="2"/>',
        '<type:Token xmi:id="4" sofa="1" begin="3" end="6"/>',
        '<type:Token xmi:id="5" sofa="1" begin="7" end="11"/>',
    ]
    assert lines[7] == '<type1:NamedEntity xmi:id="6" sofa="1" begin="3" end="6" identifier="2024" value="PLAN"/>'
    ((name, types),) = xmi.encode_shared_files([], [], SpanLayer()).items()
    assert name == "TypeSystem.xml"
    assert b"de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity" in types


def test_sentences_tokens_and_spans_obey_the_rules_of_inception() -> None:
    text = "\n \u200fأعلنت 💉. \u00a0قال\tنعم\u200f \n \nثم.\U000e0001 \n"
    item = build_article(text, spans=[Span("1", "", "a", "X", 0, 14), Span("2", "", "a", "Y", 4, 8)])
    annotations = list(build_annotations(item, SpanLayer()))
    units = text.encode("utf-16-le")
    for annotation in annotations:
        assert not is_blank_edged(units[2 * annotation.start : 2 * annotation.end].decode("utf-16-le"))
    sentences = [(item.start, item.end) for item in annotations if item.type.endswith("Sentence")]
    for annotation in annotations:
        for offset in (annotation.start, annotation.end):
            assert any(start <= offset <= end for start, end in sentences)
    assert [(item.start, item.end, item.exact) for item in annotations[-2:]] == [(3, 15, (0, 15)), (4, 8, None)]


def test_a_long_text_has_no_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cas_writing, "_MAX_TOKENS", 2)
    item = build_article("a b c", spans=[Span("1", "", "a", "X", 0, 1)])
    assert [annotation.type for annotation in build_annotations(item, SpanLayer())] == [SpanLayer().type]


EMOJI = ["🥳", "This", "👳🏻\u200d♀️", "is", "✆", "a", "🧔🏾\u200d♂️", "test", "👻"]
PEERS = {
    "casWithEmojiUnicodeTextAndAnnotations": (" ".join(EMOJI), EMOJI),
    "casWithLeftToRightTextAndAnnotations": ("هذا اختبار", ["هذا", "اختبار"]),
}


def test_sample_files_of_cassis_are_read(shared: Path) -> None:
    folder = shared / "data" / "peers" / "cassis"
    assert {path.name for path in folder.iterdir()} == {
        name + suffix for name in PEERS for suffix in (".xmi", ".json", ".typesystem.xml")
    }
    for name, (text, words) in PEERS.items():
        for suffix in (".xmi", ".json"):
            path = folder / (name + suffix)
            sniff = cas_reading.is_xmi if suffix == ".xmi" else cas_reading.is_json
            assert sniff(path.name.lower(), path.read_bytes())
            item, refusals = read_file(path, cas_reading.read)
            assert item
            assert (item.article.text, refusals) == (text, [])
            assert labelled_texts(item) == [("Annotation", word) for word in words]
            assert cas_reading.find_companions(path) == [folder / f"{name}.typesystem.xml"]
        types = folder / f"{name}.typesystem.xml"
        assert not cas_reading.is_xmi(types.name.lower(), types.read_bytes())
        assert read_file(types, cas_reading.read) == (None, [(0, "The file is not a UIMA CAS.")])


def test_cassis_reads_the_same_from_the_sample_files(shared: Path) -> None:
    cassis = pytest.importorskip("cassis")
    for name in PEERS:
        path = shared / "data" / "peers" / "cassis" / f"{name}.xmi"
        types = cassis.load_typesystem(path.with_name(f"{name}.typesystem.xml"))
        cas = cassis.load_cas_from_xmi(path, typesystem=types)
        expected = [
            (entity.begin, entity.end)
            for entity in cas.select("uima.tcas.Annotation")
            if "Document" not in entity.type.name
        ]
        item, _refusals = read_file(path, cas_reading.read)
        assert item
        assert [(span.start, span.end) for span in item.spans] == expected
