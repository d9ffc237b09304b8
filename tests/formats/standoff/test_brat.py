"""brat: the spans of an `.ann` on the text beside it, and a count of everything else."""

import json
from pathlib import Path

import pytest
from formats.standoff_samples import annotated_articles, labelled_texts, read_file, stored_content
from hypothesis import given
from msgspec.structs import replace

from annotator import i18n
from annotator.formats.standoff import brat
from annotator.model.article_builder import build_article
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code, Reason
from annotator.model.records import AnnotatedArticle, Refusal, Span

TEXT = "خطة 2024 😀\nأعلنت الوزارة."


def read_pair(
    folder: Path, ann: str | bytes, text: str | bytes = TEXT
) -> tuple[AnnotatedArticle | None, list[tuple[int, str]]]:
    (folder / "a.txt").write_bytes(text if isinstance(text, bytes) else text.encode())
    (folder / "a.ann").write_bytes(ann if isinstance(ann, bytes) else ann.encode())
    return read_file(folder / "a.ann", brat.read)


def test_spans_are_read_with_values_and_notes(tmp_path: Path) -> None:
    item, refusals = read_pair(
        tmp_path,
        "T1\tDATE 4 8\t2024\nT2\tPLAN 0 8\tخطة 2024\n"
        "A1\tValue T1 2024\n#1\tAnnotatorNotes T1\tسنة الخطة\n#2\tAnnotatorNotes T1\tثم ملاحظة\n",
    )
    assert item
    assert refusals == []
    date, plan = sorted(item.spans, key=lambda span: span.label)
    assert (date.start, date.end, date.value, date.note) == (4, 8, "2024", "سنة الخطة\nثم ملاحظة")
    assert (plan.start, plan.end, plan.value, plan.note) == (0, 8, None, None)
    assert {zone.kind for zone in item.zones} == {"headline", "body"}


def test_offsets_are_code_points_of_the_text_as_it_is(tmp_path: Path) -> None:
    item, refusals = read_pair(tmp_path, "T1\tX 12 19\tالوزارة", "😀\r\n\r\nأعلنت، الوزارة\r\n")
    assert item
    assert refusals == []
    assert (item.article.text, labelled_texts(item)) == ("😀\n\nأعلنت، الوزارة\n", [("X", "الوزارة")])


def test_a_byte_order_mark_counts_in_offsets_but_is_no_text(tmp_path: Path) -> None:
    item, refusals = read_pair(tmp_path, "\ufeffT1\tX 1 4\tنعم", b"\xef\xbb\xbf" + "نعم".encode())
    assert item
    assert refusals == []
    assert (item.article.text, labelled_texts(item)) == ("نعم", [("X", "نعم")])


def test_pieces_with_only_space_between_them_are_one_span(tmp_path: Path) -> None:
    ann = "T1\tX 0 8;11 16\tخطة 2024 أعلنت\nT2\tY 0 10;11 16\tخطة 2024 😀 أعلنت\nT3\tZ 4 8;0 3\t2024 خطة\n"
    item, refusals = read_pair(tmp_path, ann)
    assert item
    assert labelled_texts(item) == [("Y", "خطة 2024 😀\nأعلنت")]
    assert refusals == [
        (1, "The X span is discontinuous: it has 2 pieces with other text between them."),
        (3, "The Z span is discontinuous: it has 2 pieces with other text between them."),
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("T1\tX 0 3\tخطط", "The span from 0 to 3 should be “خطط”, but the text there is “خطة”."),
        ("T1\tX 0 4\tخطة", "The span from 0 to 4 should be “خطة”, but the text there is “خطة ”."),
        ("T1\tX 3 3\t", "A span from 3 to 3 is empty."),
        ("T1\tX 5 3\t", "A span from 5 to 3 is not within the text."),
        ("T1\tX 20 26\tوزارة.", "A span from 20 to 26 is not within the text."),
        ("T1\tX 0 99999999999\t", "The line is not a valid annotation."),
        ("T1\tX\t", "The line is not a valid annotation."),
        ("T1 X 0 3 خطة", "The line is not a valid annotation."),
        ("what is this", "The line is not a valid annotation."),
    ],
)
def test_an_invalid_span_is_refused_and_the_rest_read(tmp_path: Path, line: str, reason: str) -> None:
    item, refusals = read_pair(tmp_path, f"{line}\nT2\tDATE 4 8\t2024\n")
    assert item
    assert (labelled_texts(item), refusals) == ([("DATE", "2024")], [(1, reason)])


def test_a_duplicate_id_is_refused(tmp_path: Path) -> None:
    item, refusals = read_pair(tmp_path, "T1\tX 0 3\tخطة\nT1\tY 4 8\t2024\nA1\tValue T1 v\n")
    assert item
    assert [(span.label, span.value) for span in item.spans] == [("X", "v")]
    assert refusals == [(2, "Another annotation already has the id T1.")]


def test_other_annotations_are_counted(tmp_path: Path) -> None:
    ann = (
        "T1\tX 0 3\tخطة\nT2\tY 4 8\t2024\nR1\tOrigin Arg1:T1 Arg2:T2\t\nR2\tOrigin Arg1:T2 Arg2:T1\n"
        "E1\tMove:T1 Arg:T2\nE2\tBirth:T1\n*\tEquiv T1 T2\nN1\tReference T1 W:1\tName\n"
        "A1\tNegation T1\nM1\tNegation T2\nA2\tValue E1 v\nA3\tValue T2 v\nA4\tValue T2 again\n"
        "#1\tAnnotatorNotes R1\tno\n#2\tNormalization T1\tno\n#3\tAnnotatorNotes T9\tno\n"
    )
    item, refusals = read_pair(tmp_path, ann)
    assert item
    assert [(span.label, span.value, span.note) for span in item.spans] == [("X", None, None), ("Y", "v", None)]
    assert refusals == [
        (3, "2 annotations of type “relation” are skipped."),
        (5, "2 annotations of type “event” are skipped."),
        (7, "1 annotation of type “equivalence” is skipped."),
        (8, "1 annotation of type “normalization” is skipped."),
        (9, "2 annotations of type “attribute Negation” are skipped."),
        (11, "2 annotations of type “attribute Value” are skipped."),
        (14, "2 annotations of type “comment AnnotatorNotes” are skipped."),
        (15, "1 annotation of type “comment Normalization” is skipped."),
    ]


def test_a_missing_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.ann").write_bytes(b"T1\tX 0 1\ta")
    assert read_file(tmp_path / "a.ann", brat.read) == (
        None,
        [(0, "The matching text file a.txt is missing from the folder.")],
    )
    with pytest.raises(FileNotFoundError):
        list(brat.read(tmp_path / "b.ann", ""))


def test_an_empty_ann_is_an_article_without_spans(tmp_path: Path) -> None:
    item, refusals = read_pair(tmp_path, "")
    assert item
    assert (item.article.text, item.spans, refusals) == (TEXT, (), [])
    assert brat.find_companions(tmp_path / "a.ann") == [tmp_path / "a.txt"]
    assert brat.find_companions(tmp_path / "b.ann") == []


@pytest.mark.parametrize("text", [b"", b"\0\0\xff", b"  \n"])
def test_an_invalid_text_is_refused(tmp_path: Path, text: bytes) -> None:
    item, refusals = read_pair(tmp_path, "", text)
    assert item is None
    assert len(refusals) == 1


def test_files_beyond_the_limit_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.ann").write_bytes(b"")
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(10_000_001)
    assert read_file(tmp_path / "a.ann", brat.read) == (None, [(0, "The file is larger than 10 MB.")])


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"T1\t\xd8", bytes(range(256)) * 4, b"T1\tX 0 1;" * 9_000])
def test_noise_is_refused(tmp_path: Path, data: bytes) -> None:
    _item, refusals = read_pair(tmp_path, data)
    assert refusals


def test_sniff() -> None:
    assert all(
        brat.sniff("a.ann", data)
        for data in (
            b"",
            b"\n",
            b"T1\tX 0 1\ta\n",
            b"*\tEquiv T1 T2",
            b"#1\tAnnotatorNotes T1\tx",
            b"\xef\xbb\xbfR1\tX A:T1",
        )
    )
    assert not any(brat.sniff("a.ann", data) for data in (b"{}", b"Thursday was\tfine", b"\0\1", "نص".encode()))
    assert not brat.sniff("a.txt", b"T1\tX 0 1\ta\n")


@pytest.mark.parametrize("name", ["-", "a", "a.dat"])
def test_annotations_are_no_text_under_any_name(name: str) -> None:
    assert brat.sniff(name, b"T1\tX 0 1;2 3\ta b\r\nT2\tX 0 1\ta\n")
    assert not brat.sniff(name, b"T1\tfirst\n")
    assert not brat.sniff(name, b"")


def test_encode_files_writes_exactly_these_lines() -> None:
    item = build_article(
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


def test_shared_configuration_lists_labels_and_values() -> None:
    overlapping = "<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>"
    conf = f"[entities]\nDATE\nخطة_1\n[relations]\n{overlapping}\n[events]\n[attributes]\n"
    assert brat.encode_shared_files(["DATE", "خطة_1"], ["a|b", "a b"]) == {"annotation.conf": conf.encode()}
    listed = brat.encode_shared_files(["DATE", "خطة_1"], {"2024", "a,b", "2023/2030", "a b"})
    assert listed == {"annotation.conf": (conf + "Value\tArg:<ENTITY>, Value:2023/2030|2024\n").encode()}


def test_a_value_that_cannot_be_listed_is_written_as_a_comment() -> None:
    spans = [Span(value, "", "a", "X", 0, 3, value) for value in ("2024", "a|b", "a,b")]
    ann = brat.encode_files(build_article("خطة", spans=spans))[".ann"].decode()
    assert ann == (
        'T1\tX 0 3\tخطة\nA1\tValue T1 2024\nT2\tX 0 3\tخطة\n#1\tValueJSON T2\t"a|b"\nT3\tX 0 3\tخطة\n'
        '#2\tValueJSON T3\t"a,b"\n'
    )


def test_labels_with_spaces_and_long_texts_are_refused() -> None:
    reason = Reason(Code.INVALID_LABEL, "The format does not allow spaces in labels.")
    assert brat.refusal_reason("خطة", Span("1", "", "a", "ONE TWO", 0, 3)) == reason
    assert brat.refusal_reason("خطة", Span("1", "", "a", "خطة_1", 0, 3, "a\tb", "c\nd")) is None
    with pytest.raises(InvalidEdit, match="The article's file would be larger than 10 MB"):
        brat.encode_files(build_article("€" * 4_000_000))


def test_configuration_files_are_companions(tmp_path: Path) -> None:
    for name in ("a.ann", "b.conf", "annotation.conf", "visual.conf"):
        (tmp_path / name).touch()
    assert brat.find_companions(tmp_path / "a.ann") == [tmp_path / "annotation.conf", tmp_path / "visual.conf"]


@given(annotated_articles(notes=True))
def test_written_articles_are_read_back(tmp_path_factory: pytest.TempPathFactory, item: AnnotatedArticle) -> None:
    i18n.set_language("en")
    folder = tmp_path_factory.mktemp("brat")
    for suffix, data in brat.encode_files(item).items():
        (folder / f"a{suffix}").write_bytes(data)
    reread, refusals = read_file(folder / "a.ann", brat.read)
    assert reread
    assert refusals == []
    assert (reread.article, stored_content(reread, notes=True)) == (item.article, stored_content(item, notes=True))
    assert len((folder / "a.ann").read_text("utf-8").splitlines()) == (folder / "a.ann").read_bytes().count(b"\n")
    assert brat.sniff("a.ann", (folder / "a.ann").read_bytes())


@pytest.mark.parametrize("separator", ["\t", " \t", "\x1f", "\x1c", "\n", "\x1e \n"])
def test_the_text_of_a_span_is_as_brat_compares_it(separator: str) -> None:
    text = f"خطة{separator}2024"
    item = build_article(text, spans=[Span("1", "", "a", "X", 0, len(text))])
    assert_accepted_by_brat(item, brat.encode_files(item)[".ann"].decode())


def test_line_ends_at_edges_are_in_a_comment(tmp_path: Path) -> None:
    item = build_article("\n\x1cخطة\n2024\n\n", spans=[Span("1", "", "a", "X", 0, 12)])
    files = brat.encode_files(item)
    assert files[".ann"].decode() == "T1\tX 2 5;6 10\tخطة 2024\n#1\tRangeJSON T1\t[0,12]\n"
    reread, refusals = read_pair(tmp_path, files[".ann"], files[".txt"])
    assert reread
    assert (stored_content(reread), refusals) == (stored_content(item), [])
    for moved, edges in ((b"T1\tX 2 5\n", (2, 5)), (b"T1\tX 6 10\n", (6, 10))):
        reread, _refusals = read_pair(tmp_path, moved + b"#1\tRangeJSON T1\t[0,12]\n", files[".txt"])
        assert reread
        assert [(span.start, span.end) for span in reread.spans] == [edges]


@given(annotated_articles(notes=True))
def test_brat_accepts_all_spans_but_those_of_line_ends(item: AnnotatedArticle) -> None:
    spans = [span for span in item.spans if item.article.text[span.start : span.end].strip("\n\x1c\x1d\x1e")]
    item = replace(item, spans=tuple(spans))
    assert_accepted_by_brat(item, brat.encode_files(item)[".ann"].decode())


def assert_accepted_by_brat(item: AnnotatedArticle, ann: str) -> None:
    """Compare the texts of spans with the article as brat does, which drops the others (server/src/annotation.py).

    It reads lines with Python's codecs, so that all that `str.splitlines` splits at ends a line.
    """
    text = ("\ufeff" if item.article.text.startswith("\ufeff") else "") + item.article.text
    lines = [line for line in ann.splitlines() if line.startswith("T")]
    assert len(lines) == len(item.spans)
    for line in lines:
        _id, place, quoted = line.split("\t", 2)
        pieces = [tuple(map(int, piece.split(" "))) for piece in place.split(" ", 1)[1].split(";")]
        assert quoted == " ".join(text[start:end] for start, end in pieces)


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
            (4, "1 annotation of type “event” is skipped."),
            (9, "2 annotations of type “relation” are skipped."),
            (12, "2 annotations of type “attribute Mention” are skipped."),
            (13, "2 annotations of type “attribute Individual” are skipped."),
            (16, "1 annotation of type “attribute Confidence” is skipped."),
            (17, "1 annotation of type “normalization” is skipped."),
        ],
    ),
    "040-text_span_annotation.ann": (
        [("Organization", "Google"), ("Person", "Larry Page"), ("Person", "Sergey Brin"), ("GPE", "California")],
        [],
    ),
}


def test_sample_files_of_brat_are_read(shared: Path) -> None:
    folder = shared / "data" / "peers" / "brat"
    assert {path.name for path in folder.glob("*.ann")} == set(PEERS)
    for name, (spans, refusals) in PEERS.items():
        assert brat.sniff(name, (folder / name).read_bytes())
        reread, actual = read_file(folder / name, brat.read)
        assert reread
        assert (labelled_texts(reread), actual) == (spans, refusals)
        assert reread.article.text == (folder / name).with_suffix(".txt").read_text("utf-8")
    (money,) = (span for item in brat.read(folder / "000-introduction.ann", "") for span in _spans(item, "Money"))
    assert money.note == "100000000 USD"


def _spans(item: AnnotatedArticle | Refusal, label: str) -> list[Span]:
    return [span for span in item.spans if span.label == label] if isinstance(item, AnnotatedArticle) else []
