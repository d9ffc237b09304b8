"""WebAnno's tab-separated files, versions 2 and 3: the text to the letter, the spans, and all else named."""

from pathlib import Path

import pytest
from formats.standoff_samples import drafts, labelled, outcome, said
from hypothesis import given

from annotator import i18n
from annotator.formats.standoff import webanno
from annotator.model.article_builder import draft
from annotator.model.records import Draft, Span

HEAD = "#FORMAT=WebAnno TSV 3.3\n"
NER = "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value\n"
SPAN = "#T_SP=webanno.custom.Span|value\n"


def reading(folder: Path, content: str | bytes) -> tuple[Draft | None, list[tuple[int, str]]]:
    path = folder / "a.tsv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return outcome(path, webanno.read)


def text_of(folder: Path, content: str) -> str:
    found, refused = reading(folder, content)
    assert refused == []
    return found.article.text


def test_names_with_what_they_stand_for(tmp_path: Path) -> None:
    found, refused = reading(
        tmp_path,
        HEAD + NER + "\n\n#Text=خطة 2024\n1-1\t0-3\tخطة\t*[1]|_[2]\tPLAN[1]|X[2]\t\n"
        "1-2\t4-8\t2024\t*[1]|2024-01-01[3]\t*[1]|DATE[3]\t\n",
    )
    assert refused == []
    assert [(span.label, span.start, span.end, span.value) for span in found.spans] == [
        ("PLAN", 0, 8, None),
        ("X", 0, 3, None),
        ("DATE", 4, 8, "2024-01-01"),
    ]
    assert [(zone.kind, zone.start, zone.end) for zone in found.zones] == [("body", 0, 8)]


@pytest.mark.parametrize(
    ("header", "cells", "span", "refused"),
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
def test_what_a_layer_says(tmp_path: Path, header: str, cells: str, span: tuple, refused: list[str]) -> None:
    found, said_of = reading(tmp_path, f"{HEAD}#T_SP={header}\n\n\n#Text=نص\n1-1\t0-2\tنص\t{cells}\t\n")
    assert [(one.label, one.value, one.note) for one in found.spans] == [span]
    assert said_of == [(6, f"1 annotation of the kind “{kind}” is not taken.") for kind in refused]


def test_a_backslash_before_a_bar_ends_its_value(tmp_path: Path) -> None:
    found, _refused = reading(tmp_path, HEAD + SPAN + "\n\n#Text=نص\n1-1\t0-2\tنص\ta\\\\[1]|b\\|c[2]|d\\[3\\][3]\t\n")
    assert [span.label for span in found.spans] == ["a\\", "b|c", "d[3]"]


def test_the_text_stands_where_the_offsets_say(tmp_path: Path) -> None:
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
    found, refused = reading(tmp_path, HEAD + SPAN + "\n\n" + units)
    assert labelled(found) == [("PLAN", "خطة")]
    assert refused == [(7, "A span from 0 to 1 cuts a character in two.")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("1-1\t0-2\tنص\t", "The line has fewer columns than the head of the file says."),
        ("1-1\t0-2\tنص", "The line has fewer columns than the head of the file says."),
        ("1-1\t0-2", "The line does not read as a token."),
        ("1-1\tfrom-to\tنص\tX\t\t", "The line does not read as a token."),
        ("1-1\t0-2\tنس\tX\t\t", "The span from 0 to 2 should hold “نس”, and the text there is “نص”."),
        ("1-1\t0-9\tنص آخر\tX\t\t", "The span from 0 to 9 should hold “نص آخر”, and the text there is “نص”."),
        ("1-1.1\t1-1\t\tX\t\t", "A span from 1 to 1 holds nothing."),
        ("1-1.1\t2-1\t\tX\t\t", "A span from 2 to 1 is not within the text."),
    ],
)
def test_what_is_wrong_in_a_line_costs_the_line(tmp_path: Path, line: str, reason: str) -> None:
    head = HEAD + "#T_SP=webanno.custom.Span|value|note\n"
    found, refused = reading(tmp_path, f"{head}\n\n#Text=نص\n1-1\t0-2\tنص\tA\t*\t\n{line}\n")
    assert (labelled(found), refused) == ([("A", "نص")], [(7, reason)])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (HEAD, "The text is empty."),
        (
            HEAD + "\n\n#Text=ab\n1-1\t0-2\tab\t\n\n#Text=c\n2-1\t1-2\tc\t\n",
            "The sentence at line 8 does not stand where its offsets say.",
        ),
        (
            HEAD + "\n\n#Text=ab\n1-1\t999999999-999999999\tab\t\n",
            "The sentence at line 5 does not stand where its offsets say.",
        ),
        ("#FORMAT=WebAnno TSV 4.0\n", "“#FORMAT=WebAnno TSV 4.0” is a version that is not known."),
        (HEAD + "\n\n#Text=a\0b\n1-1\t0-3\ta\0b\t\n", "The text holds NUL characters, as no text does."),
    ],
)
def test_a_file_without_a_text_is_no_article(tmp_path: Path, content: str, reason: str) -> None:
    assert reading(tmp_path, content) == (None, [(0, reason)])


def test_chains_relations_and_slots_are_counted(tmp_path: Path) -> None:
    head = (
        HEAD + "#T_SP=x.Host|ROLE_x.Host:links_x.Link|x.Filler|value\n#T_RL=x.Relation|label|BT_x.Host\n"
        "#T_CH=de.tudarmstadt.ukp.dkpro.core.api.coref.type.CoreferenceLink|referenceType|referenceRelation\n\n\n"
    )
    units = (
        "#Text=a b\n1-1\t0-1\ta\tr1;r2[1]\t1-1;1-2\tA[1]\t_\t_\tnam->1-1\t*\t\n"
        "1-2\t2-3\tb\tr1;r2[1]\t1-1;1-2\tA[1]\tx|y\t1-1|1-1\tnam->1-2\t*\t\n"
    )
    found, refused = reading(tmp_path, head + units)
    assert labelled(found) == [("A", "a b")]
    assert refused == [
        (8, "2 annotations of the kind “CoreferenceLink” are not taken."),
        (8, "2 annotations of the kind “slot of Host” are not taken."),
        (9, "2 annotations of the kind “Relation” are not taken."),
    ]


SECOND = (
    " # de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity | value # webanno.custom.Rel | kind | AttachTo=x.Y\n"
    "#id=1\n#text=أعلنت  وزارة العدل، أمس\n"
    "1-1\tأعلنت\tO\t_\t_\t\n1-2\tوزارة\tB-INSTITUTION\tr\t1-1\t\n1-3\tالعدل\tI-INSTITUTION|B-PLACE\t_\t_\t\n"
    "1-4\t،\tO\t_\t_\t\n1-5\tأمس\tDATE\t_\t_\t\n\n"
    "#id=2\n#text=😀 لا\n2-1\t😀\tB-de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity_\t_\t_\t\n"
    "2-2\tلا\tO-_|B-X\t_\t_\t\n\n"
)


def test_version_2(tmp_path: Path) -> None:
    found, refused = reading(tmp_path, SECOND)
    assert found.article.text == "أعلنت  وزارة العدل، أمس\n😀 لا"
    assert labelled(found) == [
        ("INSTITUTION", "وزارة العدل"),
        ("PLACE", "العدل"),
        ("DATE", "أمس"),
        ("NamedEntity", "😀"),
        ("X", "لا"),
    ]
    assert refused == [(5, "1 annotation of the kind “Rel” is not taken.")]


def test_version_2_keeps_neighbours_apart_and_sentences_of_several_lines(tmp_path: Path) -> None:
    head = "# webanno.custom.A | value\n"
    found, refused = reading(
        tmp_path,
        head + "#id=1\n#text=a b\nc\n1-1\ta\tB-X\t\n1-2\tb\tB-X\t\n1-3\tc\tI-X\t\nwhat is this\n"
        "#id=2\n#text=d e f\n2-1\td\tB-X\t\n2-2\te\tO\t\n2-3\tf\tI-X\t\n",
    )
    assert found.article.text == "a b\nc\nd e f"
    assert labelled(found) == [("X", "a"), ("X", "b\nc"), ("X", "d"), ("X", "f")]
    assert refused == [(8, "The line does not read as a token.")]


def test_version_2_whose_text_is_not_its_tokens(tmp_path: Path) -> None:
    head = "# webanno.custom.A | value | note\n"
    found, refused = reading(tmp_path, head + "#id=1\n#text=a so b\n1-1\ta\tX\t_\t\n1-2\tb\tY\t_\t\n1-3\tc\n")
    assert (found.article.text, labelled(found)) == ("a b c", [("X", "a"), ("Y", "b")])
    assert refused == [
        (4, "The text of the sentence does not hold its tokens; they were joined with spaces instead."),
        (6, "The line has fewer columns than the head of the file says."),
    ]


@pytest.mark.parametrize(
    "data",
    [b"\0" * 99, bytes(range(256)) * 9, HEAD.encode() + b"\xff\xfe\xd8", (HEAD + SPAN + "\n\n#Text=a\n" * 9).encode()],
)
def test_noise_gives_no_traceback(tmp_path: Path, data: bytes) -> None:
    reading(tmp_path, data)


def test_truncated_anywhere(tmp_path: Path) -> None:
    whole = webanno.encode(draft("خطة 2024 😀\nنص", spans=[Span("1", "", "a", "X", 0, 9)])).encode()
    for length in range(len(whole)):
        found, refused = reading(tmp_path, whole[:length])
        assert found or refused


def test_recognised_by_its_head() -> None:
    assert webanno.recognises("a.tsv", HEAD.encode())
    assert webanno.recognises("a.tsv", b"\xef\xbb\xbf" + HEAD.encode())
    assert webanno.recognises("a.tsv", SECOND.encode())
    others = (
        "# sent_id = 1\n# text = a\n1\ta\t_\t_\n",
        "#\thttp://de.wikipedia.org\n1\ta\tO\tO\n",
        "text\tlabel\na\tb\n",
        "{}",
        "a O\n",
        "#id=1\n",
    )
    assert not any(webanno.recognises("a.tsv", other.encode()) for other in others)


def test_written_to_the_letter() -> None:
    item = draft(
        "\nلوزارة 😀\n\nأمس.",
        spans=[
            Span("1", "", "a", "INSTITUTION", 2, 7),
            Span("2", "", "a", "DATE", 11, 14, "2024|07"),
            Span("3", "", "a", "PLAN", 2, 14),
            Span("4", "", "a", "خطة_1", 8, 9),
        ],
    )
    assert webanno.encode(item) == (
        f"{HEAD}{NER}\n"
        "\n#Text=\n1-1\t0-1\t\\n\t_\t_\t\n"
        "\n#Text=لوزارة 😀\n#Text=\n"
        "2-1\t1-7\tلوزارة\t_\t_\t\n2-1.1\t2-7\tوزارة\t*[1]|*[3]\tINSTITUTION[1]|PLAN[3]\t\n"
        "2-2\t8-10\t😀\t*[3]|*[4]\tPLAN[3]|خطة\\_1[4]\t\n"
        "\n#Text=أمس.\n"
        "3-1\t12-15\tأمس\t2024\\|07[2]|*[3]\tDATE[2]|PLAN[3]\t\n3-2\t15-16\t.\t_\t_\t\n"
    )
    assert webanno.encode_files(item) == {".tsv": webanno.encode(item).encode()}
    assert webanno.shared_files(["PLAN"], ["2024"]) == {}
    assert {"value"} == webanno.HOLDS


@given(drafts())
def test_what_is_written_reads_back(tmp_path_factory: pytest.TempPathFactory, item: Draft) -> None:
    i18n.use("en")
    written = webanno.encode(item)
    assert webanno.recognises("a.tsv", written.encode())
    found, refused = reading(tmp_path_factory.mktemp("webanno"), written)
    assert refused == []
    assert (found.article.text, said(found)) == (item.article.text, said(item))


def _all(label: str) -> list[tuple[str, str]]:
    return [(label, word) for word in ("This", "is", "a", "test", ".")]


def _not_taken(line: int, count: int, kind: str) -> tuple[int, str]:
    noun = "annotation of the kind “{}” is" if count == 1 else "annotations of the kind “{}” are"
    return line, f"{count} {noun.format(kind)} not taken."


NASTY = "de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity:value"
TEST = "This is a test ."
SLOTS = [("SimpleLinkHost", "This"), ("SimpleSpan", "is"), ("SimpleSpan", "a")]
NOTHING = "A span from {0} to {0} holds nothing."
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
        [_not_taken(8, 86, "Dependency"), _not_taken(8, 86, "POS")],
    ),
    "sampleSlotAnnotation2.tsv": (
        TEST,
        [("SimpleSlotHost", "This"), ("SimpleSlotHost", "This")],
        [_not_taken(6, 1, "slot of SimpleSlotHost")],
    ),
    "testCrossSentenceSpanWithoutFeatureValue.tsv": (
        "He loves her .\nShe loves him not .",
        [("Span", "He loves her .\nShe loves him not .")],
        [],
    ),
    "testDependencyWithValues.tsv": (TEST, [], [_not_taken(7, 2, "POS"), _not_taken(8, 1, "Dependency")]),
    "testMultiTokenSpanWithoutFeatureValue.tsv": (TEST, [("Span", TEST)], []),
    "testMultiTokenStackedSpanWithFeatureValue.tsv": (TEST, [("LOCATION", TEST), ("PERSON", TEST)], []),
    "testSentenceWithEmoji.tsv": ("I like it 😊 .", [("Span", "😊")], []),
    "testSentenceWithTab.tsv": ("This is\ta test .", [("Span", "This")], []),
    "testSimpleSameRoleSlotFeature.tsv": (TEST, SLOTS, [_not_taken(7, 2, "slot of SimpleLinkHost")]),
    "testSimpleSlotFeature.tsv": (TEST, SLOTS, [_not_taken(7, 2, "slot of SimpleLinkHost")]),
    "testSingleNonTokenRelationWithoutFeature.tsv": (
        TEST,
        [("Span", "This"), ("Span", ".")],
        [_not_taken(11, 1, "SimpleRelation")],
    ),
    "testSingleNonTokenRelationWithoutFeatureValue.tsv": (
        TEST,
        [("Span", "This"), ("Span", ".")],
        [_not_taken(11, 1, "Relation")],
    ),
    "testSingleStackedNonTokenRelationWithoutFeatureValue2.tsv": (
        TEST,
        [("Span", "This"), ("Span", "."), ("Span", ".")],
        [_not_taken(11, 1, "Relation")],
    ),
    "testSingleStackedNonTokenRelationWithoutFeatureValue3.tsv": (
        TEST,
        [("Span", "This"), ("Span", "This"), ("Span", ".")],
        [_not_taken(11, 1, "Relation")],
    ),
    "testSingleTokenRelationWithFeatureValue.tsv": (TEST, [], [_not_taken(10, 1, "Relation")]),
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
        [_not_taken(9, 1, kind) for kind in ("Lemma", "MorphologicalFeatures", "POS", "Stem")],
    ),
    "testTokenBoundedSpanWithAsteriskFeatureValue.tsv": (TEST, _all("*"), []),
    "testTokenBoundedSpanWithFeatureValue.tsv": (
        TEST,
        [(f"NE {at}", word) for at, (_label, word) in enumerate(_all(""))],
        [],
    ),
    "testTokenBoundedSpanWithNastyFeatureValue.tsv": (TEST, _all(NASTY), []),
    "testTokenBoundedSpanWithoutFeatureValue.tsv": (TEST, _all("Span"), []),
    "testUnsetSlotFeature.tsv": (TEST, [("FlexLinkHost", "This"), *SLOTS[1:]], []),
    "testZeroLengthSlotFeature2.tsv": (
        TEST,
        [("SimpleLinkHost", "This"), ("SimpleSpan", "is a")],
        [_not_taken(7, 2, "slot of SimpleLinkHost"), (10, NOTHING.format(9))],
    ),
    "testZeroLengthSpanBetweenAdjacentTokens.tsv": ("word.", [], [(7, NOTHING.format(4))]),
    "testZeroLengthSpansWithoutFeatureValues.tsv": (TEST, [], [(7, NOTHING.format(0)), (12, NOTHING.format(16))]),
    "testZeroLengthSpansWithoutFeatures.tsv": (TEST, [], [(7, NOTHING.format(0)), (12, NOTHING.format(16))]),
    "testZeroWidthAnnotationBeyondLastTokenIsMovedToEndOfLastToken.tsv": ("one two", [], [(8, NOTHING.format(7))]),
}


def test_every_file_of_the_peers(shared: Path) -> None:
    folder = shared / "data" / "peers" / "webanno-tsv"
    assert {path.name for path in folder.iterdir()} == set(PEERS)
    for name, (text, spans, refused) in PEERS.items():
        assert webanno.recognises(name.lower(), (folder / name).read_bytes())
        found, said_of = outcome(folder / name, webanno.read)
        assert (labelled(found), said_of) == (spans, refused), name
        assert text in (None, found.article.text), name
    found, _refused = outcome(folder / "example2.tsv", webanno.read)
    lines = (folder / "example2.tsv").read_text("utf-8").splitlines()
    assert found.article.text == "\n".join(line.removeprefix("#Text=") for line in lines if line.startswith("#Text="))
    governors = [line.split("\t")[6] for line in lines if line[:1].isdigit()]
    assert sum(len(cell.split("|")) for cell in governors if cell != "_") == 86
