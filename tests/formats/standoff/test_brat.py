"""brat: the spans of an `.ann` on the text beside it, and all else named."""

import json
from pathlib import Path

import pytest
from formats.standoff_samples import drafts, labelled, outcome, said
from hypothesis import given

from annotator import i18n
from annotator.formats.standoff import brat
from annotator.model.article_builder import draft
from annotator.model.operations import Rejected
from annotator.model.records import Draft, Refusal, Span

TEXT = "خطة 2024 😀\nأعلنت الوزارة."


def reading(folder: Path, ann: str | bytes, text: str | bytes = TEXT) -> tuple[Draft | None, list[tuple[int, str]]]:
    (folder / "a.txt").write_bytes(text if isinstance(text, bytes) else text.encode())
    (folder / "a.ann").write_bytes(ann if isinstance(ann, bytes) else ann.encode())
    return outcome(folder / "a.ann", brat.read)


def test_spans_with_values_and_notes(tmp_path: Path) -> None:
    found, refused = reading(
        tmp_path,
        "T1\tDATE 4 8\t2024\nT2\tPLAN 0 8\tخطة 2024\n"
        "A1\tValue T1 2024\n#1\tAnnotatorNotes T1\tسنة الخطة\n#2\tAnnotatorNotes T1\tثم ملاحظة\n",
    )
    assert refused == []
    date, plan = sorted(found.spans, key=lambda span: span.label)
    assert (date.start, date.end, date.value, date.note) == (4, 8, "2024", "سنة الخطة\nثم ملاحظة")
    assert (plan.start, plan.end, plan.value, plan.note) == (0, 8, None, None)
    assert {zone.kind for zone in found.zones} == {"headline", "body"}


def test_offsets_are_code_points_of_the_text_as_it_is(tmp_path: Path) -> None:
    found, refused = reading(tmp_path, "T1\tX 12 19\tالوزارة", "😀\r\n\r\nأعلنت، الوزارة\r\n")
    assert refused == []
    assert (found.article.text, labelled(found)) == ("😀\n\nأعلنت، الوزارة\n", [("X", "الوزارة")])


def test_a_byte_order_mark_is_counted_and_is_not_text(tmp_path: Path) -> None:
    found, refused = reading(tmp_path, "\ufeffT1\tX 1 4\tنعم", b"\xef\xbb\xbf" + "نعم".encode())
    assert refused == []
    assert (found.article.text, labelled(found)) == ("نعم", [("X", "نعم")])


def test_pieces_with_nothing_between_them_are_one_span(tmp_path: Path) -> None:
    ann = "T1\tX 0 8;11 16\tخطة 2024 أعلنت\nT2\tY 0 10;11 16\tخطة 2024 😀 أعلنت\nT3\tZ 4 8;0 3\t2024 خطة\n"
    found, refused = reading(tmp_path, ann)
    assert labelled(found) == [("Y", "خطة 2024 😀\nأعلنت")]
    assert refused == [
        (1, "The span X is in 2 pieces with other text between them."),
        (3, "The span Z is in 2 pieces with other text between them."),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("T1\tX 0 3\tخطط", "The span from 0 to 3 should hold “خطط”, and the text there is “خطة”."),
        ("T1\tX 0 4\tخطة", "The span from 0 to 4 should hold “خطة”, and the text there is “خطة ”."),
        ("T1\tX 3 3\t", "A span from 3 to 3 holds nothing."),
        ("T1\tX 5 3\t", "A span from 5 to 3 is not within the text."),
        ("T1\tX 20 26\tوزارة.", "A span from 20 to 26 is not within the text."),
        ("T1\tX 0 99999999999\t", "The line does not read as an annotation."),
        ("T1\tX\t", "The line does not read as an annotation."),
        ("T1 X 0 3 خطة", "The line does not read as an annotation."),
        ("what is this", "The line does not read as an annotation."),
    ],
)
def test_what_is_no_span_is_refused_and_the_rest_is_read(tmp_path: Path, line: str, reason: str) -> None:
    found, refused = reading(tmp_path, f"{line}\nT2\tDATE 4 8\t2024\n")
    assert (labelled(found), refused) == ([("DATE", "2024")], [(1, reason)])


def test_ids_are_used_once(tmp_path: Path) -> None:
    found, refused = reading(tmp_path, "T1\tX 0 3\tخطة\nT1\tY 4 8\t2024\nA1\tValue T1 v\n")
    assert [(span.label, span.value) for span in found.spans] == [("X", "v")]
    assert refused == [(2, "The id T1 is another annotation’s already.")]


def test_what_an_article_has_no_place_for_is_counted(tmp_path: Path) -> None:
    ann = (
        "T1\tX 0 3\tخطة\nT2\tY 4 8\t2024\nR1\tOrigin Arg1:T1 Arg2:T2\t\nR2\tOrigin Arg1:T2 Arg2:T1\n"
        "E1\tMove:T1 Arg:T2\nE2\tBirth:T1\n*\tEquiv T1 T2\nN1\tReference T1 W:1\tName\n"
        "A1\tNegation T1\nM1\tNegation T2\nA2\tValue E1 v\nA3\tValue T2 v\nA4\tValue T2 again\n"
        "#1\tAnnotatorNotes R1\tno\n#2\tNormalization T1\tno\n#3\tAnnotatorNotes T9\tno\n"
    )
    found, refused = reading(tmp_path, ann)
    assert [(span.label, span.value, span.note) for span in found.spans] == [("X", None, None), ("Y", "v", None)]
    assert refused == [
        (3, "2 annotations of the kind “relation” are not taken."),
        (5, "2 annotations of the kind “event” are not taken."),
        (7, "1 annotation of the kind “equivalence” is not taken."),
        (8, "1 annotation of the kind “normalization” is not taken."),
        (9, "2 annotations of the kind “attribute Negation” are not taken."),
        (11, "2 annotations of the kind “attribute Value” are not taken."),
        (14, "2 annotations of the kind “comment AnnotatorNotes” are not taken."),
        (15, "1 annotation of the kind “comment Normalization” is not taken."),
    ]


def test_the_text_has_to_be_there(tmp_path: Path) -> None:
    (tmp_path / "a.ann").write_bytes(b"T1\tX 0 1\ta")
    assert outcome(tmp_path / "a.ann", brat.read) == (
        None,
        [(0, "The text that belongs to it, a.txt, is not beside it.")],
    )
    with pytest.raises(FileNotFoundError):
        list(brat.read(tmp_path / "b.ann", ""))


def test_an_article_without_annotations_is_one(tmp_path: Path) -> None:
    found, refused = reading(tmp_path, "")
    assert (found.article.text, found.spans, refused) == (TEXT, (), [])
    assert brat.companions(tmp_path / "a.ann") == [tmp_path / "a.txt"]
    assert brat.companions(tmp_path / "b.ann") == []


@pytest.mark.parametrize("text", [b"", b"\0\0\xff", b"  \n"])
def test_what_is_no_text_is_no_article(tmp_path: Path, text: bytes) -> None:
    found, refused = reading(tmp_path, "", text)
    assert found is None
    assert len(refused) == 1


def test_files_beyond_all_sizes_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.ann").write_bytes(b"")
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(10_000_001)
    assert outcome(tmp_path / "a.ann", brat.read) == (None, [(0, "The file is larger than 10 MB.")])


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"T1\t\xd8", bytes(range(256)) * 4, b"T1\tX 0 1;" * 9_000])
def test_noise_is_refused(tmp_path: Path, data: bytes) -> None:
    _found, refused = reading(tmp_path, data)
    assert refused


def test_recognised_by_a_look_inside() -> None:
    assert all(
        brat.recognises("a.ann", data)
        for data in (
            b"",
            b"\n",
            b"T1\tX 0 1\ta\n",
            b"*\tEquiv T1 T2",
            b"#1\tAnnotatorNotes T1\tx",
            b"\xef\xbb\xbfR1\tX A:T1",
        )
    )
    assert not any(brat.recognises("a.ann", data) for data in (b"{}", b"Thursday was\tfine", b"\0\1", "نص".encode()))
    assert not brat.recognises("a.txt", b"T1\tX 0 1\ta\n")


def test_written_to_the_letter() -> None:
    item = draft(
        TEXT,
        spans=[
            Span("1", "", "a", "DATE", 4, 8, "2024", 'قال: "لا"'),
            Span("2", "", "a", "PLAN", 0, 16, "من 2024", "سطر\nآخر"),
        ],
    )
    files = brat.encode_files(item)
    assert list(files) == [".txt", ".ann"]
    assert files[".txt"].decode() == TEXT
    assert files[".ann"].decode() == (
        'T1\tDATE 4 8\t2024\nA1\tValue T1 2024\n#1\tAnnotatorNotes T1\tقال: "لا"\n'
        "T2\tPLAN 0 10;11 16\tخطة 2024 😀 أعلنت\n"
        f'#2\tValueJSON T2\t{json.dumps("من 2024", ensure_ascii=False)}\n#3\tNoteJSON T2\t"سطر\\nآخر"\n'
    )


def test_what_a_folder_needs_once() -> None:
    overlapping = "<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>"
    conf = f"[entities]\nDATE\nخطة_1\n[relations]\n{overlapping}\n[events]\n[attributes]\n"
    assert brat.shared_files(["DATE", "خطة_1"], ["a|b", "a b"]) == {"annotation.conf": conf.encode()}
    listed = brat.shared_files(["DATE", "خطة_1"], {"2024", "a,b", "2023/2030", "a b"})
    assert listed == {"annotation.conf": (conf + "Value\tArg:<ENTITY>, Value:2023/2030|2024\n").encode()}


def test_a_value_that_the_folder_cannot_list_is_in_a_comment() -> None:
    spans = [Span(value, "", "a", "X", 0, 3, value) for value in ("2024", "a|b", "a,b")]
    ann = brat.encode_files(draft("خطة", spans=spans))[".ann"].decode()
    assert ann == (
        'T1\tX 0 3\tخطة\nA1\tValue T1 2024\nT2\tX 0 3\tخطة\n#1\tValueJSON T2\t"a|b"\nT3\tX 0 3\tخطة\n'
        '#2\tValueJSON T3\t"a,b"\n'
    )


def test_what_an_ann_cannot_hold() -> None:
    assert brat.fault(Span("1", "", "a", "ONE TWO", 0, 3)) == "A label with a space in it would end there."
    assert brat.fault(Span("1", "", "a", "خطة_1", 0, 3, "a\tb", "c\nd")) is None
    with pytest.raises(Rejected, match="Its file would be larger than 10 MB"):
        brat.encode_files(draft("€" * 4_000_000))


def test_the_files_of_brat_itself_are_no_articles(tmp_path: Path) -> None:
    for name in ("a.ann", "b.conf", "annotation.conf", "visual.conf"):
        (tmp_path / name).touch()
    assert brat.companions(tmp_path / "a.ann") == [tmp_path / "annotation.conf", tmp_path / "visual.conf"]


@given(drafts(notes=True))
def test_what_is_written_reads_back(tmp_path_factory: pytest.TempPathFactory, item: Draft) -> None:
    i18n.use("en")
    folder = tmp_path_factory.mktemp("brat")
    for suffix, data in brat.encode_files(item).items():
        (folder / f"a{suffix}").write_bytes(data)
    found, refused = outcome(folder / "a.ann", brat.read)
    assert refused == []
    assert (found.article, said(found, notes=True)) == (item.article, said(item, notes=True))
    assert len((folder / "a.ann").read_text("utf-8").splitlines()) == (folder / "a.ann").read_bytes().count(b"\n")
    assert brat.recognises("a.ann", (folder / "a.ann").read_bytes())


PEERS = {
    "000-introduction.ann": (
        [
            ("Organization", "Citibank"),
            ("Transfer-money", "moving"),
            ("Money", "$100 million"),
            ("Person", "Raul Salinas de Gortari"),
            ("Person", "former Mexican president"),
            ("Organization", "banks"),
            ("GPE", "Switzerland"),
        ],
        [
            (4, "1 annotation of the kind “event” is not taken."),
            (9, "2 annotations of the kind “relation” are not taken."),
            (12, "2 annotations of the kind “attribute Mention” are not taken."),
            (13, "2 annotations of the kind “attribute Individual” are not taken."),
            (16, "1 annotation of the kind “attribute Confidence” is not taken."),
            (17, "1 annotation of the kind “normalization” is not taken."),
        ],
    ),
    "040-text_span_annotation.ann": (
        [("Organization", "Google"), ("Person", "Larry Page"), ("Person", "Sergey Brin"), ("GPE", "California")],
        [],
    ),
}


def test_every_file_of_the_peers(shared: Path) -> None:
    folder = shared / "data" / "peers" / "brat"
    assert {path.name for path in folder.glob("*.ann")} == set(PEERS)
    for name, (spans, refused) in PEERS.items():
        assert brat.recognises(name, (folder / name).read_bytes())
        found, said_of = outcome(folder / name, brat.read)
        assert (labelled(found), said_of) == (spans, refused)
        assert found.article.text == (folder / name).with_suffix(".txt").read_text("utf-8")
    (money,) = (span for item in brat.read(folder / "000-introduction.ann", "") for span in _spans(item, "Money"))
    assert money.note == "100000000 USD"


def _spans(item: Draft | Refusal, label: str) -> list[Span]:
    return [span for span in item.spans if span.label == label] if isinstance(item, Draft) else []
