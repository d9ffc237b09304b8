"""WebAnno's tab-separated files, version 3: the exact text, the spans, and a count of everything else."""

from pathlib import Path

import pytest
from formats.standoff_samples import (
    LAYERS,
    annotated_articles,
    drop_fields,
    drop_invisible,
    is_blank_edged,
    labelled_texts,
    read_file,
    stored_content,
)
from hypothesis import given
from hypothesis import strategies as st
from strategies import marked_texts

from annotator import i18n
from annotator.formats.format import Files
from annotator.formats.standoff import webanno, webanno_reading
from annotator.formats.standoff.span_layer import SpanLayer
from annotator.formats.standoff.webanno_writing import encode
from annotator.model.article_builder import build_article
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle, Span

HEAD = "#FORMAT=WebAnno TSV 3.3\n"
NER = "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value\n"
SPAN = "#T_SP=webanno.custom.Span|value\n"


def read_content(folder: Path, content: str | bytes) -> tuple[AnnotatedArticle | None, list[tuple[int, str]]]:
    path = folder / "a.tsv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_file(path, webanno.read)


def text_of(folder: Path, content: str) -> str:
    item, refusals = read_content(folder, content)
    assert item
    assert refusals == []
    return item.article.text


def test_names_are_read_with_their_values(tmp_path: Path) -> None:
    item, refusals = read_content(
        tmp_path,
        HEAD + NER + "\n\n#Text=خطة 2024\n1-1\t0-3\tخطة\t*[1]|_[2]\tPLAN[1]|X[2]\t\n"
        "1-2\t4-8\t2024\t*[1]|2024-01-01[3]\t*[1]|DATE[3]\t\n",
    )
    assert item
    assert refusals == []
    assert [(span.label, span.start, span.end, span.value) for span in item.spans] == [
        ("PLAN", 0, 8, None),
        ("X", 0, 3, None),
        ("DATE", 4, 8, "2024-01-01"),
    ]
    assert [(zone.kind, zone.start, zone.end) for zone in item.zones] == [("body", 0, 8)]


@pytest.mark.parametrize(
    ("header", "cells", "span", "refusals"),
    [
        ("webanno.custom.Kind|kind", "A", ("A", None, None), []),
        ("webanno.custom.Named|entityType", "A", ("A", None, None), []),
        ("webanno.custom.Named|entityType", "*", ("Named", None, None), []),
        ("webanno.custom.Sure|certain", "true", ("Sure", None, None), ["Sure.certain"]),
        ("webanno.custom.Two|one|two", "A\tB", ("Two", None, None), ["Two.one", "Two.two"]),
        ("webanno.custom.All|value|identifier|note", "A\t2024\tلا", ("A", "2024", "لا"), []),
        ("webanno.custom.Noted|comment", "لا", ("Noted", None, "لا"), []),
        ("webanno.custom.Odd|value", r"\[\]\|\_\->\;\t\n\*\\", ("[]|_->;\t\n*\\", None, None), []),
        ("webanno.custom.Back|value", "a\\\\", ("a\\", None, None), []),
    ],
)
def test_features_of_a_layer_become_label_value_and_note(
    tmp_path: Path, header: str, cells: str, span: tuple[str, str | None, str | None], refusals: list[str]
) -> None:
    item, actual = read_content(tmp_path, f"{HEAD}#T_SP={header}\n\n\n#Text=نص\n1-1\t0-2\tنص\t{cells}\t\n")
    assert item
    assert [(entity.label, entity.value, entity.note) for entity in item.spans] == [span]
    assert actual == [(6, f"1 annotation of type “{kind}” is skipped.") for kind in refusals]


def test_a_backslash_before_a_bar_ends_its_value(tmp_path: Path) -> None:
    item, _refusals = read_content(
        tmp_path, HEAD + SPAN + "\n\n#Text=نص\n1-1\t0-2\tنص\ta\\\\[1]|b\\|c[2]|d\\[3\\][3]\t\n"
    )
    assert item
    assert [span.label for span in item.spans] == ["a\\", "b|c", "d[3]"]


def test_the_text_is_placed_by_its_offsets(tmp_path: Path) -> None:
    assert text_of(tmp_path, HEAD + "\n\n#Text=a.\n1-1\t0-2\ta.\t\n\n#Text=b\n2-1\t3-4\tb\t\n") == "a.\nb"
    assert text_of(tmp_path, HEAD + "\n\n#Text=a.\n1-1\t0-2\ta.\t\n\n#Text=b\n2-1\t2-3\tb\t\n") == "a.b"
    assert text_of(tmp_path, HEAD + "\n\n#Text=a.\n1-1\t0-2\ta.\t\n\n#Text=b\n2-1\t5-6\tb\t\n") == "a.\n  b"
    assert text_of(tmp_path, HEAD + "\n\n#Text=a\n#Text=\n#Text=b\n1-1\t0-1\ta\t\n1-2\t3-4\tb\t\n") == "a\n\nb"
    assert text_of(tmp_path, HEAD + "\n\n#Text=\\ta\\\\\\n\\r😀\\\x1f\n1-1\t0-2\t\\ta\t\n") == "\ta\\\n\n😀\x1f"
    assert text_of(tmp_path, HEAD + "\r\n\r\n#Text=a b\r\n1-1\t0-1\ta\t\r\n1-2\t2-3\tb\t\r\n") == "a b"
    third = '#FORMAT=WebAnno TSV 3.1\n\n\n#Text=\\u0646\\uD83D\\uDE00\\t\\"\n1-1\t0-1\tن\t\n'
    assert text_of(tmp_path, third) == 'ن😀\t"'


def test_offsets_are_utf_16(tmp_path: Path) -> None:
    units = "#Text=😀 خطة\n1-1\t0-2\t😀\t_\t\n1-1.1\t0-1\t\tX\t\n1-2\t3-6\tخطة\tPLAN\t\n"
    item, refusals = read_content(tmp_path, HEAD + SPAN + "\n\n" + units)
    assert item
    assert labelled_texts(item) == [("PLAN", "خطة")]
    assert refusals == [(7, "A span from 0 to 1 splits a character.")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1-1\t0-2\tنص\t", "The line has fewer columns than the file header declares."),
        ("1-1\t0-2\tنص", "The line has fewer columns than the file header declares."),
        ("1-1\t0-2", "The line is not a valid token."),
        ("1-1\tfrom-to\tنص\tX\t\t", "The line is not a valid token."),
        ("1-1\t0-2\tنس\tX\t\t", "The span from 0 to 2 should be “نس”, but the text there is “نص”."),
        ("1-1\t0-9\tنص آخر\tX\t\t", "The span from 0 to 9 should be “نص آخر”, but the text there is “نص”."),
        ("1-1.1\t1-1\t\tX\t\t", "A span from 1 to 1 is empty."),
        ("1-1.1\t2-1\t\tX\t\t", "A span from 2 to 1 is not within the text."),
    ],
)
def test_an_invalid_line_is_refused_and_the_rest_read(tmp_path: Path, line: str, reason: str) -> None:
    head = HEAD + "#T_SP=webanno.custom.Span|value|note\n"
    item, refusals = read_content(tmp_path, f"{head}\n\n#Text=نص\n1-1\t0-2\tنص\tA\t*\t\n{line}\n")
    assert item
    assert (labelled_texts(item), refusals) == ([("A", "نص")], [(7, reason)])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (HEAD, "The text is empty."),
        (
            HEAD + "\n\n#Text=ab\n1-1\t0-2\tab\t\n\n#Text=c\n2-1\t1-2\tc\t\n",
            "The offsets of the sentence at line 8 do not match its position in the text.",
        ),
        (
            HEAD + "\n\n#Text=ab\n1-1\t999999999-999999999\tab\t\n",
            "The offsets of the sentence at line 5 do not match its position in the text.",
        ),
        ("#FORMAT=WebAnno TSV 4.0\n", "Unknown format version: “#FORMAT=WebAnno TSV 4.0”."),
        (HEAD + "\n\n#Text=a\0b\n1-1\t0-3\ta\0b\t\n", "The text contains NUL characters."),
    ],
)
def test_a_file_without_a_valid_text_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    assert read_content(tmp_path, content) == (None, [(0, reason)])


def test_chains_relations_and_slots_are_counted(tmp_path: Path) -> None:
    head = (
        HEAD + "#T_SP=x.Host|ROLE_x.Host:links_x.Link|x.Filler|value\n#T_RL=x.Relation|label|BT_x.Host\n"
        "#T_CH=de.tudarmstadt.ukp.dkpro.core.api.coref.type.CoreferenceLink|referenceType|referenceRelation\n\n\n"
    )
    units = (
        "#Text=a b\n1-1\t0-1\ta\tr1;r2[1]\t1-1;1-2\tA[1]\t_\t_\tnam->1-1\t*\t\n"
        "1-2\t2-3\tb\tr1;r2[1]\t1-1;1-2\tA[1]\tx|y\t1-1|1-1\tnam->1-2\t*\t\n"
    )
    item, refusals = read_content(tmp_path, head + units)
    assert item
    assert labelled_texts(item) == [("A", "a b")]
    assert refusals == [
        (8, "2 annotations of type “CoreferenceLink” are skipped."),
        (8, "2 annotations of type “slot of Host” are skipped."),
        (9, "2 annotations of type “Relation” are skipped."),
    ]


SECOND = (
    " # de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity | value # webanno.custom.Rel | kind | AttachTo=x.Y\n"
    "#id=1\n#text=أعلنت  وزارة العدل، أمس\n"
    "1-1\tأعلنت\tO\t_\t_\t\n1-2\tوزارة\tB-INSTITUTION\tr\t1-1\t\n1-3\tالعدل\tI-INSTITUTION|B-PLACE\t_\t_\t\n"
    "1-4\t،\tO\t_\t_\t\n1-5\tأمس\tDATE\t_\t_\t\n\n"
    "#id=2\n#text=😀 لا\n2-1\t😀\tB-de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity_\t_\t_\t\n"
    "2-2\tلا\tO-_|B-X\t_\t_\t\n\n"
)


def test_version_2_is_refused(tmp_path: Path) -> None:
    reason = "This is a file of WebAnno TSV 2. Only version 3 is read; export it as WebAnno TSV 3."
    assert read_content(tmp_path, SECOND) == (None, [(0, reason)])


@pytest.mark.parametrize(
    "data",
    [b"\0" * 99, bytes(range(256)) * 9, HEAD.encode() + b"\xff\xfe\xd8", (HEAD + SPAN + "\n\n#Text=a\n" * 9).encode()],
)
def test_noise_raises_nothing(tmp_path: Path, data: bytes) -> None:
    read_content(tmp_path, data)


def test_truncated_files_are_read_or_refused(tmp_path: Path) -> None:
    content = encode(build_article("خطة 2024 😀\nنص", spans=[Span("1", "", "a", "X", 0, 9)]), SpanLayer()).encode()
    for length in range(len(content)):
        item, refusals = read_content(tmp_path, content[:length])
        assert item or refusals


def test_sniff() -> None:
    assert webanno.sniff("a.tsv", HEAD.encode())
    assert webanno.sniff("a.tsv", b"\xef\xbb\xbf" + HEAD.encode())
    assert webanno.sniff("a.tsv", SECOND.encode())
    other_files = (
        "# sent_id = 1\n# text = a\n1\ta\t_\t_\n",
        "#\thttp://de.wikipedia.org\n1\ta\tO\tO\n",
        "text\tlabel\na\tb\n",
        "{}",
        "a O\n",
        "#id=1\n",
    )
    assert not any(webanno.sniff("a.tsv", content.encode()) for content in other_files)


def test_encode_writes_exactly_these_lines() -> None:
    item = build_article(
        "\nلوزارة 😀\n\nأمس.",
        spans=[
            Span("1", "", "a", "INSTITUTION", 2, 7),
            Span("2", "", "a", "DATE", 11, 14, "2024|07"),
            Span("3", "", "a", "PLAN", 2, 14),
            Span("4", "", "a", "خطة_1", 8, 9),
        ],
    )
    assert encode(item, SpanLayer()) == (
        f"{HEAD}{NER}\n"
        "\n#Sentence.id=10b1a10a10\n#Text=لوزارة 😀\n"
        "1-1\t1-7\tلوزارة\t_\t_\t\n1-1.1\t2-7\tوزارة\t*[1]|*[3]\tINSTITUTION[1]|PLAN[3]\t\n"
        "1-2\t8-10\t😀\t*[3]|*[4]\tPLAN[3]|خطة\\_1[4]\t\n"
        "\n#Sentence.id=11\n#Text=أمس.\n"
        "2-1\t12-15\tأمس\t2024\\|07[2]|*[3]\tDATE[2]|PLAN[3]\t\n2-2\t15-16\t.\t_\t_\t\n"
    )
    assert isinstance(webanno.FORMAT.output, Files)
    assert webanno.FORMAT.output.encode(item) == {".tsv": encode(item, SpanLayer()).encode()}
    assert {"value"} == webanno.FORMAT.stored_fields


@given(
    annotated_articles(notes=True) | annotated_articles(notes=True, texts=marked_texts),
    st.sampled_from(LAYERS),
)
def test_written_articles_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, item: AnnotatedArticle, layer: SpanLayer
) -> None:
    i18n.set_language("en")
    item = drop_invisible(item)
    written = encode(item, layer)
    assert webanno.sniff("a.tsv", written.encode())
    reread, refusals = read_content(tmp_path_factory.mktemp("webanno"), written)
    assert reread
    assert refusals == []
    reduced = drop_fields(item, layer.stored_fields)
    assert (reread.article.text, stored_content(reread, True)) == (item.article.text, stored_content(reduced, True))


@given(annotated_articles() | annotated_articles(texts=marked_texts))
def test_written_files_obey_the_rules_of_inception(item: AnnotatedArticle) -> None:
    lines = encode(drop_invisible(item), SpanLayer()).split("\n")
    assert lines[:3] == [HEAD.strip(), NER.strip(), ""]
    text = item.article.text.encode("utf-16-le")
    is_first = False
    sentences = 0
    for line in lines[3:]:
        assert line == "" or line.startswith(("#Sentence.id=", "#Text=", "#Span=")) or line[0].isdigit()
        if line.startswith("#Text="):
            sentence = webanno_reading.unescape(line.removeprefix("#Text="))
            assert not is_blank_edged(sentence)
            is_first = True
            sentences += 1
        elif line[:1].isdigit():
            number, offsets = line.split("\t")[:2]
            start, stop = map(int, offsets.split("-"))
            assert number.startswith(f"{sentences}-")
            assert not is_blank_edged(text[2 * start : 2 * stop].decode("utf-16-le"))
            if is_first:
                assert text[2 * start :].startswith(sentence.encode("utf-16-le"))
            is_first = False
    assert sentences


def test_what_inception_writes_again_has_the_same_text(tmp_path: Path) -> None:
    item = build_article(
        "\u200f\nأعلنت 💉. \u00a0قال\tنعم\u200f \n \nثم.\U000e0001 \n", spans=[Span("1", "", "a", "X", 0, 12)]
    )
    written = encode(item, SpanLayer())
    # INCEpTION ignores the lines that it does not know, keeps the ids, and has a newline and spaces between sentences
    foreign = "".join(line for line in written.splitlines(keepends=True) if not line.startswith("#Span="))
    reread, refusals = read_content(tmp_path, foreign)
    assert reread
    assert refusals == []
    assert reread.article.text == item.article.text
    assert labelled_texts(reread) == [("X", "أعلنت 💉.")]
    without_ids = "".join(line for line in foreign.splitlines(keepends=True) if not line.startswith("#Sentence.id="))
    reread, refusals = read_content(tmp_path, without_ids)
    assert reread
    assert refusals == []
    assert reread.article.text == "  أعلنت 💉.\n قال\tنعم\n    ثم."


WRITTEN_BY_INCEPTION = (
    "#FORMAT=WebAnno TSV 3.3\n"
    "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value\n\n"
    "\n#Sentence.id=0a32\n#Text=أعلنت وزارة الصحة 💉 يوم الثلاثاء.\n"
    "1-1\t0-5\tأعلنت\t_\t_\t\n1-2\t6-11\tوزارة\tv[1]\tINSTITUTION[1]\t\n1-3\t12-17\tالصحة\tv[1]\tINSTITUTION[1]\t\n"
    "1-4\t18-20\t💉\t_\t_\t\n1-5\t21-24\tيوم\t_\t_\t\n1-6\t25-33\tالثلاثاء\t*\tDATE\t\n1-7\t33-34\t.\t_\t_\t\n"
    "\n#Sentence.id=34a10\n#Text=ثم قالت الوزارة نعم.\n"
    "2-1\t35-37\tثم\t_\t_\t\n2-2\t38-42\tقالت\t_\t_\t\n2-3\t43-50\tالوزارة\t_\t_\t\n2-4\t51-54\tنعم\t_\t_\t\n"
    "2-5\t54-55\t.\t_\t_\t\n"
)
"""INCEpTION's own export of what `encode` wrote (55ba8ba6ad, its TSV reader and writer)."""


def test_an_article_comes_back_from_inception_to_the_letter(tmp_path: Path) -> None:
    text = "أعلنت وزارة الصحة 💉 يوم الثلاثاء. ثم قالت الوزارة نعم.\n"
    item = build_article(
        text, spans=[Span("1", "", "a", "INSTITUTION", 6, 17, "v"), Span("2", "", "a", "DATE", 24, 32)]
    )
    assert encode(item, SpanLayer()) == WRITTEN_BY_INCEPTION
    reread, refusals = read_content(tmp_path, WRITTEN_BY_INCEPTION)
    assert reread
    assert refusals == []
    assert (reread.article.text, reread.article.uid) == (text, item.article.uid)
    assert stored_content(reread) == stored_content(item)


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("0a32", "ab cd"),
        ("0a10", "ab\ncd"),
        ("0a65", "ab\ncd"),
        ("0a32a32", "ab\ncd"),
        ("1a32", "ab\ncd"),
        ("s1", "ab\ncd"),
    ],
)
def test_an_id_that_does_not_fit_is_ignored(tmp_path: Path, sentence: str, text: str) -> None:
    content = f"\n\n#Sentence.id={sentence}\n#Text=ab\n1-1\t0-2\tab\t\n\n#Sentence.id=x\n#Text=cd\n2-1\t3-5\tcd\t\n"
    assert text_of(tmp_path, HEAD + content) == text


def test_an_exact_range_of_a_span_that_was_moved_is_ignored(tmp_path: Path) -> None:
    item = build_article("a b \u200fc", spans=[Span("1", "", "a", "X", 1, 5)])
    written = encode(item, SpanLayer())
    assert "#Span=1 1-5\n1-1\t0-1\ta\t_\t_\t\n1-2\t2-3\tb\t*[1]\tX[1]\t\n" in written
    for line, span in (("1 1-5", (1, 5)), ("1 1-6", (2, 3)), ("1 3-5", (2, 3)), ("2 1-5", (2, 3))):
        reread, refusals = read_content(tmp_path, written.replace("#Span=1 1-5", f"#Span={line}"))
        assert reread
        assert refusals == []
        assert [(span.start, span.end) for span in reread.spans] == [span]


def test_a_span_with_nothing_visible_is_refused() -> None:
    output = webanno.FORMAT.output
    assert isinstance(output, Files)
    span = Span("1", "", "a", "X", 1, 3)
    assert output.refusal_reason("a \u200fb", span) == Reason(Code.SPAN_BLANK, "It has no visible characters.")
    assert not output.allows_span("a \u200fb", span)
    assert output.refusal_reason("a b", span) is None
    assert output.allows_span("a b", span)


def _on_all(label: str) -> list[tuple[str, str]]:
    return [(label, word) for word in ("This", "is", "a", "test", ".")]


def _skipped(line: int, count: int, kind: str) -> tuple[int, str]:
    noun = "annotation of type “{}” is" if count == 1 else "annotations of type “{}” are"
    return line, f"{count} {noun.format(kind)} skipped."


NASTY = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity:value"
TEST = "This is a test ."
SLOTS = [("SimpleLinkHost", "This"), ("SimpleSpan", "is"), ("SimpleSpan", "a")]
NOTHING = "A span from {0} to {0} is empty."
PEERS: dict[str, tuple[str | None, list[tuple[str, str]], list[tuple[int, str]]]] = {
    "example2.tsv": (
        None,
        [
            ("PER", "Ms. Haag"),
            ("OTH", "Elianti"),
            ("ORG", "Rolls-Royce Motor"),
            ("LOC", "U.S."),
            ("LOC", "U.S."),
            ("ORG", "BELL INDUSTRIES Inc."),
            ("PER", "BELL"),
            ("ORG", "Bell"),
            ("LOC", "Los Angeles"),
        ],
        [_skipped(8, 86, "Dependency"), _skipped(8, 86, "POS")],
    ),
    "sampleSlotAnnotation2.tsv": (
        TEST,
        [("SimpleSlotHost", "This"), ("SimpleSlotHost", "This")],
        [_skipped(6, 1, "slot of SimpleSlotHost")],
    ),
    "testCrossSentenceSpanWithoutFeatureValue.tsv": (
        "He loves her .\nShe loves him not .",
        [("Span", "He loves her .\nShe loves him not .")],
        [],
    ),
    "testDependencyWithValues.tsv": (TEST, [], [_skipped(7, 2, "POS"), _skipped(8, 1, "Dependency")]),
    "testMultiTokenSpanWithoutFeatureValue.tsv": (TEST, [("Span", TEST)], []),
    "testMultiTokenStackedSpanWithFeatureValue.tsv": (TEST, [("LOCATION", TEST), ("PERSON", TEST)], []),
    "testSentenceWithEmoji.tsv": ("I like it 😊 .", [("Span", "😊")], []),
    "testSentenceWithTab.tsv": ("This is\ta test .", [("Span", "This")], []),
    "testSimpleSameRoleSlotFeature.tsv": (TEST, SLOTS, [_skipped(7, 2, "slot of SimpleLinkHost")]),
    "testSimpleSlotFeature.tsv": (TEST, SLOTS, [_skipped(7, 2, "slot of SimpleLinkHost")]),
    "testSingleNonTokenRelationWithoutFeature.tsv": (
        TEST,
        [("Span", "This"), ("Span", ".")],
        [_skipped(11, 1, "SimpleRelation")],
    ),
    "testSingleNonTokenRelationWithoutFeatureValue.tsv": (
        TEST,
        [("Span", "This"), ("Span", ".")],
        [_skipped(11, 1, "Relation")],
    ),
    "testSingleStackedNonTokenRelationWithoutFeatureValue2.tsv": (
        TEST,
        [("Span", "This"), ("Span", "."), ("Span", ".")],
        [_skipped(11, 1, "Relation")],
    ),
    "testSingleStackedNonTokenRelationWithoutFeatureValue3.tsv": (
        TEST,
        [("Span", "This"), ("Span", "This"), ("Span", ".")],
        [_skipped(11, 1, "Relation")],
    ),
    "testSingleTokenRelationWithFeatureValue.tsv": (TEST, [], [_skipped(10, 1, "Relation")]),
    "testStackedComplexSlotFeatureWithoutSlotFillers.tsv": (
        TEST,
        [("val1", "This"), ("val2", "This"), ("SimpleSpan", "is"), ("SimpleSpan", "a")],
        [],
    ),
    "testSubMultiTokenSpanWithoutFeatureValue2.tsv": (TEST, [("Span", "his i")], []),
    "testSubTokenPrefix.tsv": ("Test", [("OTH", "T")], []),
    "testTokenAttachedAnnotationsWithValues.tsv": (
        TEST,
        [],
        [_skipped(9, 1, kind) for kind in ("Lemma", "MorphologicalFeatures", "POS", "Stem")],
    ),
    "testTokenBoundedSpanWithAsteriskFeatureValue.tsv": (TEST, _on_all("*"), []),
    "testTokenBoundedSpanWithFeatureValue.tsv": (
        TEST,
        [(f"NE {index}", word) for index, (_label, word) in enumerate(_on_all(""))],
        [],
    ),
    "testTokenBoundedSpanWithNastyFeatureValue.tsv": (TEST, _on_all(NASTY), []),
    "testTokenBoundedSpanWithoutFeatureValue.tsv": (TEST, _on_all("Span"), []),
    "testUnsetSlotFeature.tsv": (TEST, [("FlexLinkHost", "This"), *SLOTS[1:]], []),
    "testZeroLengthSlotFeature2.tsv": (
        TEST,
        [("SimpleLinkHost", "This"), ("SimpleSpan", "is a")],
        [_skipped(7, 2, "slot of SimpleLinkHost"), (10, NOTHING.format(9))],
    ),
    "testZeroLengthSpanBetweenAdjacentTokens.tsv": ("word.", [], [(7, NOTHING.format(4))]),
    "testZeroLengthSpansWithoutFeatureValues.tsv": (TEST, [], [(7, NOTHING.format(0)), (12, NOTHING.format(16))]),
    "testZeroLengthSpansWithoutFeatures.tsv": (TEST, [], [(7, NOTHING.format(0)), (12, NOTHING.format(16))]),
    "testZeroWidthAnnotationBeyondLastTokenIsMovedToEndOfLastToken.tsv": ("one two", [], [(8, NOTHING.format(7))]),
}


def test_sample_files_of_webanno_are_read(shared: Path) -> None:
    folder = shared / "data" / "peers" / "webanno-tsv"
    assert {path.name for path in folder.iterdir()} == set(PEERS)
    for name, (text, spans, refusals) in PEERS.items():
        assert webanno.sniff(name.lower(), (folder / name).read_bytes())
        item, actual = read_file(folder / name, webanno.read)
        assert item
        assert (labelled_texts(item), actual) == (spans, refusals), name
        assert text in (None, item.article.text), name
    item, _refusals = read_file(folder / "example2.tsv", webanno.read)
    assert item
    lines = (folder / "example2.tsv").read_text("utf-8").splitlines()
    assert item.article.text == "\n".join(line.removeprefix("#Text=") for line in lines if line.startswith("#Text="))
    governors = [line.split("\t")[6] for line in lines if line[:1].isdigit()]
    assert sum(len(cell.split("|")) for cell in governors if cell != "_") == 86
