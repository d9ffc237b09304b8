"""CoNLL files of other programs are read, and anomalies are reported."""

import io
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from builders import FlatSentence, list_sentences
from formats.items import labelled_texts, line_reasons, only_articles, read_content
from hypothesis import given
from hypothesis import strategies as st
from strategies import article_layers

from annotator.formats.conll import columns, conll2002, conll2003, germeval, wojood
from annotator.formats.conll.columns import read, sniff
from annotator.formats.conll.germeval import NestedTags
from annotator.formats.conll.tag_columns import ColumnTags
from annotator.formats.json import jsonl
from annotator.model.labels import LabelSet
from annotator.model.reasons import Code
from annotator.model.records import (
    BODY,
    AnnotatedArticle,
    Article,
    Notice,
    Refusal,
    Remark,
    Repair,
    Span,
    UndividedNotice,
    Zone,
)
from annotator.tagging.flat import (
    BOUNDARIES,
    FLATTENINGS,
    ProjectionOptions,
    project_flat,
)
from annotator.tagging.nested import NestedSentence, project_nested
from annotator.tagging.schemes import SCHEMES, Chunk


def read_file(folder: Path, file: str | bytes, annotator: str = "ليلى") -> tuple[list[AnnotatedArticle], list[Remark]]:
    return read_content(read, folder / "file.conll", file, annotator)


def read_one(folder: Path, file: str | bytes) -> tuple[str, list[tuple[str, str]]]:
    """Return the text of the only article, and its spans with their labels; nothing may be refused."""
    (item,), refusals = read_file(folder, file)
    assert refusals == []
    return item.article.text, labelled_texts(item)


PLAN = ("خطة 2030", "PLAN")
DATE = ("2030", "DATE")


@pytest.mark.parametrize(
    "file",
    [
        "عن O\nخطة B-PLAN\n2030 I-PLAN\n. O\n\n",
        "عن O\nخطة B-PLAN\n2030 I-PLAN\n. O",
        "عن\tO\nخطة\tB-PLAN\n2030\tI-PLAN\n.\tO\n",
        "\ufeffعن O\r\nخطة B-PLAN\r\n2030 I-PLAN\r\n. O\r\n\r\n",
        "عن   O \nخطة  B-PLAN\t \n2030\tI-PLAN\n. O\n\n\n\n",
        "عن O\nخطة B-PLAN\n2030\tI-PLAN\n. O\n",
        "عن O\nخطة I-PLAN\n2030 I-PLAN\n. O\n",
        "عن O\nخطة B-PLAN\n2030 E-PLAN\n. O\n",
        "عن O\nخطة B-PLAN\n2030 L-PLAN\n. O\n",
        "عن IN _ O\nخطة NN _ B-PLAN\n2030 CD _ I-PLAN\n. . _ O\n",
        "عن IN B-PP O\nخطة NN B-NP B-PLAN\n2030 CD I-NP I-PLAN\n. . O O\n",
        "1\tعن\tO\tO\n2\tخطة\tB-PLAN\tO\n3\t2030\tI-PLAN\tO\n4\t.\tO\tO\n",
        "1 عن O\n2 خطة B-PLAN\n3 2030 I-PLAN\n4 . O\n",
        "عن\nخطة B-PLAN\n2030 I-PLAN\n.\n",
        "O\tعن\nB-PLAN\tخطة\nI-PLAN\t2030\nO\t.\n",
        "عن|O خطة|B-PLAN 2030|I-PLAN .|O\n",
        "عن|IN|O خطة|NN|I-PLAN 2030|CD|I-PLAN .|.|O",
        "# a comment\nعن O\nخطة B-PLAN\n# another\n2030 I-PLAN\n. O\n",
        "-DOCSTART- -X- O\nعن -X- _ O\nخطة -X- _ B-PLAN\n2030 -X- _ I-PLAN\n. -X- _ O\n",
    ],
)
def test_one_article_is_read_in_many_flavours(tmp_path: Path, file: str) -> None:
    assert read_one(tmp_path, file) == ("عن خطة 2030.", [PLAN])
    assert sniff("file.txt", file.encode())


def test_windows_1256_and_utf_16_are_decoded(tmp_path: Path) -> None:
    file = "أعلنت O\nوزارة B-ORG\nالاقتصاد I-ORG\nعن O\nخطة B-PLAN\nالعمل I-PLAN\n"
    for encoding in ("cp1256", "utf-16"):
        assert read_one(tmp_path, file.encode(encoding))[1] == [("وزارة الاقتصاد", "ORG"), ("خطة العمل", "PLAN")]
        assert sniff("file.txt", file.encode(encoding))


@pytest.mark.parametrize("encoding", ["cp1256", "iso8859-6"])
def test_latin_tags_leave_the_encoding_of_arabic_tokens_known(tmp_path: Path, encoding: str) -> None:
    file = "أعلنت VBD B-VP O\nوزارة NN B-NP B-INSTITUTION\nالصحة NNP I-NP I-INSTITUTION\n"
    assert read_one(tmp_path, file.encode(encoding)) == ("أعلنت وزارة الصحة", [("وزارة الصحة", "INSTITUTION")])


@pytest.mark.parametrize(
    ("encoding", "tokens"),
    [("cp1252", "Männern Köln schön"), ("cp1251", "Москва есть город"), ("cp1250", "Łódź żółć święto")],
)
def test_columns_in_another_encoding_are_refused(tmp_path: Path, encoding: str, tokens: str) -> None:
    file = "".join(f"{token} B-LOC\nin O\n" for token in tokens.split())
    items, [refusal] = read_file(tmp_path, file.encode(encoding))
    assert (items, refusal.code) == ([], Code.UNKNOWN_ENCODING)


def test_sentences_of_a_long_file_without_empty_lines_end_at_stops(tmp_path: Path) -> None:
    lines = "قال O|« O|الوزارة B-ORG|. O|» O|نعم O|؟ O|؟ O|د B-PER|. I-PER|عمر I-PER|! O|"
    sentences = lines.replace("|", "\n")
    (item,), [notice] = read_file(tmp_path, sentences * 100)
    assert item.article.text.split("\n") == ["قال «الوزارة.»", "نعم؟؟", "د. عمر!"] * 100
    assert len(item.spans) == 200
    assert notice.code == Code.UNDIVIDED_FILE
    (short,), remarks = read_file(tmp_path, sentences * 10)
    assert ("\n" in short.article.text, remarks) == (False, [])


@pytest.mark.parametrize("names", ["token\tner_tag", "Word Tag", "tokens NER-tags"])
def test_a_line_of_names_is_no_token(tmp_path: Path, names: str) -> None:
    separator = "\t" if "\t" in names else " "
    file = f"{names}\n\nخطة\tB-PLAN\nأمس\tO\nTag\tB-PLAN\n".replace("\t", separator)
    (item,), [repair] = read_file(tmp_path, file)
    assert (item.article.text, len(item.spans)) == ("خطة أمس Tag", 2)
    assert isinstance(repair, Repair)
    assert (repair.line, repair.code) == (1, Code.COLUMN_NAMES)


@pytest.mark.parametrize(
    ("names", "groups"),
    [
        ("sentence_id\tword\ttag", "1112"),
        ("sentence_id word tag", "1112"),
        ("", "1112"),
        ("", "0001"),
        ("", ("700", "700", "700", "31")),
        ("", ("1.0", "1.0", "1.0", "2.0")),
        ("doc_id\ttokens\tner_tags", ("a", "a", "a", "b")),
        ("", ("a.txt", "a.txt", "a.txt", "b.txt")),
        ("Sentence #\tWord\tTag", ("Sentence: 1", "", "", "Sentence: 2")),
        ("Sentence #\tWord\tTag", ("Sentence: 1", "NaN", "NaN", "Sentence: 2")),
        ("id\tsentence\ttoken\tlabel", ("0\t1", "1\t1", "2\t1", "3\t2")),
        ("", ("1\t1", "1\t2", "1\t3", "2\t1")),
    ],
)
@pytest.mark.parametrize("end", ["", "\n"])
def test_numbers_of_sentences_are_no_tokens(tmp_path: Path, names: str, groups: Sequence[str], end: str) -> None:
    tagged = ("عن\tO\n", "خطة\tB-PLAN\n", f"2030\tI-PLAN\n{end}", "أمس\tB-DATE\n")
    file = "".join(f"{group}\t{line}" for group, line in zip(groups, tagged, strict=True))
    if " word" in names:
        file = file.replace("\t", " ")
    (item,), repairs = read_file(tmp_path, names + "\n" * bool(names) + file)
    assert item.article.text == "عن خطة 2030\nأمس"
    assert labelled_texts(item) == [PLAN, ("أمس", "DATE")]
    assert [repair.code for repair in repairs] == [Code.COLUMN_NAMES] * bool(names)
    assert sniff("file.tsv", file.encode())


def test_numbers_of_tokens_are_not_those_of_sentences(tmp_path: Path) -> None:
    file = "1\tنعم\tO\n\n" * 9 + "1\tخطة\tB-PLAN\n2\t2030\tI-PLAN\n\n1\tنعم\tO\n"
    assert read_one(tmp_path, file) == ("نعم\n" * 9 + "خطة 2030\nنعم", [PLAN])


def test_sentences_of_long_documents_end_at_stops(tmp_path: Path) -> None:
    sentence = "{}\tقال\tO\n{}\tالوزير\tB-PER\n{}\t.\tO\n"
    file = "".join(sentence.replace("{}", str(document)) * 100 for document in (7, 8))
    (item,), _notice = read_file(tmp_path, file)
    assert item.article.text == "\n".join(["قال الوزير."] * 200)


def test_article_has_one_body_zone_and_spans_of_the_annotator(tmp_path: Path) -> None:
    (item,), _ = read_file(tmp_path, "\n\nخطة B-PLAN\n\nأمس B-DATE\n", annotator="سعيد")
    assert item.article.text == "خطة\nأمس"
    assert (item.article.title, item.article.url, item.article.published, item.line) == (None, None, None, 3)
    assert [(zone.kind, zone.start, zone.end) for zone in item.zones] == [(BODY, 0, 7)]
    assert [(span.annotator, span.label, span.start, span.end) for span in item.spans] == [
        ("سعيد", "PLAN", 0, 3),
        ("سعيد", "DATE", 4, 7),
    ]
    assert {span.article for span in item.spans} == {item.article.uid}
    assert len({span.uid for span in item.spans}) == 2


@pytest.mark.parametrize(
    "file",
    [
        "خطة B-PLAN\n2030 I-PLAN B-DATE\n. O\n",
        "خطة B-PLAN\n2030 B-DATE I-PLAN\n. O\n",
        "خطة\tB-PLAN\tO\n2030\tI-PLAN\tB-DATE\n.\tO\tO\n",
        "1\tخطة\tB-PLAN\tO\tO\n2\t2030\tI-PLAN\tO\tB-DATE\n3\t.\tO\tO\tO\n",
        "خطة\tB-PLAN\n2030\tB-DATE\tI-PLAN\n.\n،\n",
    ],
)
def test_nested_spans_are_read(tmp_path: Path, file: str) -> None:
    assert read_one(tmp_path, file)[1] == [PLAN, DATE]


def test_an_inner_span_does_not_cut_the_outer_one_of_its_label(tmp_path: Path) -> None:
    file = "نقابة B-ORG\nالعاملين I-ORG\nفي I-ORG\nجامعة I-ORG B-ORG\nبيرزيت B-GPE I-ORG I-ORG\nأمس O\n"
    assert read_one(tmp_path, file)[1] == [
        ("نقابة العاملين في جامعة بيرزيت", "ORG"),
        ("جامعة بيرزيت", "ORG"),
        ("بيرزيت", "GPE"),
    ]


def test_tag_columns_are_read_separately(tmp_path: Path) -> None:
    file = "أ\tB-A\tO\nب\tI-A\tB-A\nج\tO\tI-A\nد\tO\tO\n"
    assert read_one(tmp_path, file)[1] == [("أ ب", "A"), ("ب ج", "A")]


def test_tags_of_a_span_may_move_between_columns(tmp_path: Path) -> None:
    file = "أ B-A B-B\nب I-B B-C\nج I-C B-D\n"
    assert read_one(tmp_path, file)[1] == [("أ ب", "B"), ("أ", "A"), ("ب ج", "C"), ("ج", "D")]


def test_tokens_may_look_like_tags(tmp_path: Path) -> None:
    file = "B-52 _ _ O\nO _ _ B-خطة\nI-95 _ _ I-خطة\n# _ _ B-13\nB-1 _ _ B-A-B\n"
    assert read_one(tmp_path, file) == ("B-52 O I-95 #B-1", [("O I-95", "خطة"), ("#", "13"), ("B-1", "A-B")])
    assert read_one(tmp_path, "1 _ _ O\n2 _ _ B-A\n")[1] == [("2", "A")]
    assert read_one(tmp_path, "2023 O\n2024 B-A\n")[1] == [("2024", "A")]
    assert read_one(tmp_path, "# O\n# B-A\n")[1] == [("#", "A")]


def test_spaces_and_marks_in_a_token_are_preserved(tmp_path: Path) -> None:
    file = "\u200fخطة\u200e\tB-PLAN\n2030 م\tI-PLAN\n\u200f\tO\n10\u00a0000\tO\n"
    (item,), [notice] = read_file(tmp_path, file)
    assert item.article.text == "\u200fخطة\u200e 2030 م \u200f 10\u00a0000"
    assert labelled_texts(item) == [("خطة\u200e 2030 م", "PLAN")]
    assert type(notice) is Notice


def test_invisible_characters_are_reported_once_and_left_out_at_the_edges_of_spans(tmp_path: Path) -> None:
    line = "\u200eأعلنت\u200e O\n\u200eوزارة\u200e B-ORG\n\u200eالصحة\u200e I-ORG\n\u200e I-ORG\n\u200bأمس B-DATE\n\n"
    items, remarks = read_file(tmp_path, 50 * f"-DOCSTART- O\n\n{line}")
    assert [labelled_texts(item) for item in items] == 50 * [[("وزارة\u200e \u200eالصحة", "ORG"), ("أمس", "DATE")]]
    reason = "The texts have 400 invisible characters (LRM, ZWSP), kept in them but left out at the edges of spans."
    assert remarks == [Notice(str(tmp_path / "file.conll"), 0, reason, Code.INVISIBLE_CHARACTERS)]


def test_span_of_an_invisible_token_is_refused(tmp_path: Path) -> None:
    (item,), [notice, refusal] = read_file(tmp_path, "خطة O\n\u200e B-PLAN\n\u200f I-PLAN\n2030 B-DATE\n")
    assert labelled_texts(item) == [("2030", "DATE")]
    assert (type(refusal), refusal.line, refusal.reason) == (Refusal, 2, "The span has nothing visible.")
    assert type(notice) is Notice


def test_other_line_ends_in_a_token_are_preserved(tmp_path: Path) -> None:
    assert read_one(tmp_path, "أ\u2028ب\rج B-A\nد\x85 O\n\nه B-A\n") == (
        "أ\nب\nج د\n\nه",
        [("أ\nب\nج", "A"), ("ه", "A")],
    )
    assert read_one(tmp_path, "أ\r\tO\n\nب\tB-A\n") == ("أ\nب", [("ب", "A")])


def test_articles_start_at_docstart_separators_and_comments(tmp_path: Path) -> None:
    file = (
        "قبل O\n-DOCSTART- (1 نص) O\n\nخطة B-PLAN\n-DOCSTART- -X- O O\nأمس B-DATE\n$#$ O\nغدا B-DATE\n\n$#$ O\n$#$ O\n"
        "# newdoc id = weblog-1\nاليوم O\n# newdoc\nكل O\n#\thttp://a.ma/1 [2009-10-17]\nيوم O\n\n"
        "# http://a.ma/1 [2009-10-17]\nجديد O\n\n# http://a.ma/2\nنص B-A\n"
    )
    items, refusals = read_file(tmp_path, file)
    assert refusals == []
    assert [
        (item.article.text, item.article.title, item.article.url, item.article.published, item.line) for item in items
    ] == [
        ("قبل", None, None, None, 1),
        ("خطة", "1 نص", None, None, 2),
        ("أمس", None, None, None, 5),
        ("غدا", None, None, None, 8),
        ("اليوم", "weblog-1", None, None, 12),
        ("كل", None, None, None, 14),
        ("يوم\nجديد", None, "http://a.ma/1", "2009-10-17", 16),
        ("نص", None, "http://a.ma/2", None, 22),
    ]


def test_a_separator_within_a_one_line_sentence_is_a_word(tmp_path: Path) -> None:
    assert read_one(tmp_path, "أ|O $#$|O ب|B-A\n") == ("أ $#$ ب", [("ب", "A")])


def test_repairs_are_reported(tmp_path: Path) -> None:
    file = "خطة B-PLAN\n2030 I-DATE\n\nأمس I-DATE\nغدا B-DATE\nثم X-DATE\nB B-A\nB B-B\n"
    (item,), refusals = read_file(tmp_path, file)
    assert [" ".join(pair) for pair in labelled_texts(item)] == [
        "خطة PLAN",
        "2030 DATE",
        "أمس DATE",
        "غدا DATE",
        "B A",
        "B B",
    ]
    assert line_reasons(refusals) == [
        (2, "I-DATE after B-PLAN: treated as the start of a span."),
        (4, "I-DATE at the start of a sentence: treated as the start of a span."),
        (6, "“X-DATE” is not a valid tag: treated as O."),
    ]


def test_a_tag_without_a_beginning_is_repaired_in_each_scheme(tmp_path: Path) -> None:
    iob2 = "أ B-A\nب O\nج B-A\nد O\nه I-A\n"
    assert line_reasons(read_file(tmp_path, iob2)[1]) == [(5, "I-A after O: treated as the start of a span.")]
    iob1 = "أ I-A\nب O\nج I-A\nد O\nه B-A\n"
    assert line_reasons(read_file(tmp_path, iob1)[1]) == []
    iobes = "أ S-A\nب O\nج B-A\nد O\nه E-A\n"
    (item,), refusals = read_file(tmp_path, iobes)
    assert labelled_texts(item) == [("أ", "A"), ("ج", "A"), ("ه", "A")]
    assert line_reasons(refusals) == [
        (3, "B-A is the last tag of its span: treated as its end."),
        (5, "E-A after O: treated as the start of a span."),
    ]


def test_labels_alone_are_tags_that_do_not_say_where_spans_begin(tmp_path: Path) -> None:
    (item,), remarks = read_file(tmp_path, "# تعليق\nوزارة ORG\nالصحة ORG\nفي O\nالرباط LOC\nفاس LOC\nغدا O\nس ؟\n")
    assert labelled_texts(item) == [("وزارة الصحة", "ORG"), ("الرباط فاس", "LOC")]
    message = "The tags do not say where spans begin: tokens with one label beside each other are one span."
    assert line_reasons(remarks) == [(0, message), (8, "“؟” is not a valid tag: treated as O.")]
    assert [type(remark) for remark in remarks] == [Repair, Refusal]


@pytest.mark.parametrize("columns", ["{} {}", "{} NN {}", "{0} NN I-NP {1}"])
def test_labels_alone_are_as_rare_as_spans_are(tmp_path: Path, columns: str) -> None:
    rows = [(f"كلمة{number}", "O") for number in range(17)] + [("محمد", "PER"), ("العلوي", "PER")]
    file = "".join(f"{columns.format(*row)}\n" for row in rows) + "\n"
    (item,), [repair] = read_file(tmp_path, file * 40)
    assert labelled_texts(item) == [("محمد العلوي", "PER")] * 40
    assert repair.code is Code.MISSING_SPAN_START


def test_tags_with_their_letter_behind_are_no_labels(tmp_path: Path) -> None:
    items, [refusal] = read_file(tmp_path, "وزارة ORG-B\nالصحة ORG-I\nفي O\nالرباط LOC-B\n. O\n")
    assert items == []
    assert refusal.code is Code.WRONG_FORMAT


def test_two_odd_lines_of_a_short_file_are_refused_by_themselves(tmp_path: Path) -> None:
    (item,), refusals = read_file(tmp_path, "وزارة B-ORG\nالصحة XX\nفي O\nالرباط YY\nيوم B-DATE\nالاثنين I-DATE\n")
    assert labelled_texts(item) == [("وزارة", "ORG"), ("يوم الاثنين", "DATE")]
    assert [line for line, _reason in line_reasons(refusals)] == [2, 4]


def test_an_invalid_line_is_refused_and_its_sentence_read(tmp_path: Path) -> None:
    good = "أ _ _ O\n" * 20
    file = good + "خطة _ _ B-PLAN\nنص O\n\t_ _ O\n2030 _ _ I-PLAN\nنص _ _ _ O\nنص\n"
    (item,), refusals = read_file(tmp_path, file)
    assert labelled_texts(item) == [PLAN]
    assert line_reasons(refusals) == [
        (22, "The line has 2 columns, unlike the rest of the file."),
        (23, "The line has no token."),
        (25, "The line has 5 columns, unlike the rest of the file."),
        (26, "The line has 1 column, unlike the rest of the file."),
    ]


@pytest.mark.parametrize(
    ("file", "line", "reason"),
    [
        ("أ O\n" * 9 + "أ ب ج\n", 10, "The line has 3 columns, unlike the rest of the file."),
        ("أ O\n" * 9 + "أ\n", 10, "The line has 1 column, unlike the rest of the file."),
        ("أ O\n" * 9 + "أ ب\n", 10, "“ب” is not a valid tag: treated as O."),
        ("أ O\n" * 9 + " O\n", 10, "The line has no token."),
        ("1\tأ\tO\n2\tأ\tO\n" * 5 + "x\tأ\tO\n", 11, "The line has 3 columns, unlike the rest of the file."),
        ("أ O\n" * 9 + "أ\tب O\n", 10, "The line has 3 columns, unlike the rest of the file."),
        (
            "أ|O ب|O\n" * 9 + "أ|O ب\n",
            10,
            "A word in the line has different columns from the rest of the file.",
        ),
        ("أ O\n" * 9 + "-DOCSTART- O\n\n", 10, "The text is empty."),
        (b"a O\n" * 199 + b"\xd8 O\n", 200, "The line is not valid UTF-8."),
        ("أ O\n".encode() * 9 + b"\xd8\xc3\xff O\n", 10, "The line is not valid UTF-8."),
    ],
)
def test_invalid_lines_are_reported(tmp_path: Path, file: str | bytes, line: int, reason: str) -> None:
    items, refusals = read_file(tmp_path, file)
    assert len(items) == 1
    assert line_reasons(refusals) == [(line, reason)]


@pytest.mark.parametrize(
    ("file", "reason", "code"),
    [
        ("", "No columns of tokens and tags found in the file.", Code.WRONG_FORMAT),
        ("أعلنت الوزارة عن الخطة.\nأمس.\n", "No columns of tokens and tags found in the file.", Code.WRONG_FORMAT),
        ("\v", "No columns of tokens and tags found in the file.", Code.WRONG_FORMAT),
        ("أ NN\nب VB\n", "No columns of tokens and tags found in the file.", Code.WRONG_FORMAT),
        ('{"text": "نص"}\n', "No columns of tokens and tags found in the file.", Code.WRONG_FORMAT),
        (b"\x89PNG\0\0\x01\x02", "The file is binary, not text.", Code.BINARY_FILE),
        (
            bytes(range(128, 256)) * 9,
            "Unknown encoding: the file is not UTF-8, UTF-16 or Windows-1256.",
            Code.UNKNOWN_ENCODING,
        ),
    ],
)
def test_a_file_of_another_format_is_refused(tmp_path: Path, file: str | bytes, reason: str, code: Code) -> None:
    assert read_file(tmp_path, file) == ([], [Refusal(str(tmp_path / "file.conll"), 0, reason, code)])
    assert not sniff("file.conll", file.encode() if isinstance(file, str) else file)


def test_an_invalid_tag_is_a_refusal_and_any_other_repair_is_not(tmp_path: Path) -> None:
    _items, remarks = read_file(tmp_path, "أمس O\nفي I-DATE\nوجدة LOC\nاليوم B-DATE\nغدا O\n" + "نص O\n" * 20)
    assert [(type(remark), remark.line) for remark in remarks] == [(Repair, 2), (Refusal, 3)]


def test_thousands_of_repairs_are_counted(tmp_path: Path) -> None:
    file = "أ B-A\nب O\n" * 2000 + "أ I-A\nب O\n" * 1500 + "ج X\n"
    (item,), refusals = read_file(tmp_path, file)
    assert len(item.spans) == 3500
    assert line_reasons(refusals) == [
        (4001, "I-A after O: treated as the start of a span. This affects 1500 lines."),
        (7001, "“X” is not a valid tag: treated as O."),
    ]


def test_long_sentences_and_articles_are_split_and_long_lines_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "MAX_TOKENS", 3)
    monkeypatch.setattr(columns, "MAX_LINE_BYTES", 40)
    file = f"أ B-A\nب O\nج O\nد O\n\nه O\n\n{'و' * 30} O\nز B-A\n"
    items, refusals = read_file(tmp_path, file)
    assert [item.article.text for item in items] == ["أ ب ج", "د\nه\nز"]
    assert line_reasons(refusals) == [
        (3, "The sentence is too long, so it is split here."),
        (4, "The article is too long, so a new one starts here."),
        (8, "The line is longer than 0 MB."),
    ]


def test_an_endless_line_takes_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "MAX_LINE_BYTES", 100_000)
    path = tmp_path / "file.conll"
    path.write_bytes(b"a O\n" * 1000 + b"a" * 16_000_000 + b" O\nb B-A\n")
    tracemalloc.start()
    item, refusals = read(path, "")
    assert tracemalloc.get_traced_memory()[1] < 8_000_000
    tracemalloc.stop()
    assert isinstance(item, AnnotatedArticle)
    assert labelled_texts(item) == [("b", "A")]
    assert isinstance(refusals, Refusal)
    assert refusals.line == 1001


SENTENCES = "".join(f"جملة O\n{number} B-N\n\n" for number in range(250))


def test_file_that_marks_no_articles_is_one_and_noticed(tmp_path: Path) -> None:
    (item,), [notice] = read_file(tmp_path, SENTENCES)
    assert item.article.text.count("\n") == 249
    reason = "The file does not say where articles begin: its 250 sentences are not divided."
    assert notice == UndividedNotice(str(tmp_path / "file.conll"), 0, reason, Code.UNDIVIDED_FILE, 250)
    for divided in (f"{SENTENCES}-DOCSTART- O\n\nأمس B-D\n", SENTENCES.replace("جملة O\n249", "$#$ O\nجملة O\n249")):
        assert read_file(tmp_path, divided)[1] == []
    assert read_file(tmp_path, SENTENCES[: SENTENCES.index("جملة O\n200")])[1] == []


def test_file_that_marks_no_articles_is_cut_on_request(tmp_path: Path) -> None:
    path = tmp_path / "file.conll"
    path.write_text(f"-DOCSTART- (عنوان)\n\n{SENTENCES}", encoding="utf-8")
    *items, notice = read(path, "ليلى", 100)
    assert isinstance(notice, UndividedNotice)
    assert notice.reason == (
        "The file does not say where articles begin: its 250 sentences were cut into articles of 100."
    )
    articles = [item for item in items if isinstance(item, AnnotatedArticle)]
    assert [item.article.text.count("\n") + 1 for item in articles] == [100, 100, 50]
    assert [item.line for item in articles] == [1, 303, 603]
    assert [item.article.title for item in articles] == ["عنوان", None, None]
    assert labelled_texts(articles[1])[:2] == [("100", "N"), ("101", "N")]
    assert sum(len(item.spans) for item in articles) == 250


def test_articles_that_a_file_marks_are_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "file.conll"
    path.write_text(f"{SENTENCES}-DOCSTART- O\n\nأمس B-D\n", encoding="utf-8")
    sizes = [item.article.text.count("\n") + 1 for item in read(path, "", 100) if isinstance(item, AnnotatedArticle)]
    assert sizes == [250, 1]


@given(st.integers(1, 30), st.integers(1, 12))
def test_cut_articles_have_all_sentences(tmp_path_factory: pytest.TempPathFactory, count: int, size: int) -> None:
    path = tmp_path_factory.mktemp("cut") / "file.conll"
    path.write_text("".join(f"جملة O\n{number} B-N\n\n" for number in range(count)), encoding="utf-8")
    lines = [only_articles([item])[0].article.text.split("\n") for item in read(path, "", size)]
    assert [line for article in lines for line in article] == [f"جملة {number}" for number in range(count)]
    assert all(len(article) == size for article in lines[:-1])
    assert 0 < len(lines[-1]) <= size


def test_a_file_of_only_separators_has_no_article(tmp_path: Path) -> None:
    assert read_file(tmp_path, "$#$ O\n\n$#$ O\n") == (
        [],
        [Refusal(str(tmp_path / "file.conll"), 0, "The text is empty.", Code.NO_TEXT)],
    )


def test_articles_are_read_lazily(tmp_path: Path) -> None:
    path = tmp_path / "file.conll"
    path.write_text("-DOCSTART- O\n\nخطة B-PLAN\n\n" * 5000, encoding="utf-8")
    items = read(path, "")
    assert isinstance(next(items), AnnotatedArticle)
    assert sum(isinstance(item, AnnotatedArticle) for item in items) == 4999


def test_a_missing_file_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(read(tmp_path / "none.conll", ""))


@given(
    st.lists(
        st.lists(
            st.sampled_from(
                ["خطة", "B-A", "I-A", "O", "_", "|", "a|O", "#", "$#$", "-DOCSTART-", "1", "2", "\u200f", "\0"]
            ),
            max_size=5,
        ),
        max_size=12,
    ),
    st.sampled_from([" ", "\t", "  "]),
    st.sampled_from(["\n", "\r\n", "\n\n"]),
)
def test_broken_files_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], separator: str, end: str
) -> None:
    folder = tmp_path_factory.mktemp("broken")
    items, refusals = read_file(folder, end.join(separator.join(row) for row in rows))
    assert items or refusals
    for item in items:
        assert all(0 <= span.start < span.end <= len(item.article.text) for span in item.spans)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, file: bytes) -> None:
    items, refusals = read_file(tmp_path_factory.mktemp("broken"), file)
    assert items or refusals


Spots = Counter[tuple[str, int, int]]


def compact(item: AnnotatedArticle) -> tuple[str, Spots]:
    """Return a text and its spans without the space between tokens."""
    text = item.article.text
    stripped_offsets = [len("".join(text[:offset].split(" ")).replace("\n", "")) for offset in range(len(text) + 1)]
    return text.replace(" ", "").replace("\n", ""), Counter(
        (s.label, stripped_offsets[s.start], stripped_offsets[s.end]) for s in item.spans
    )


def expected(
    sentences: Iterable[FlatSentence | NestedSentence], chunks_of: Callable[[Any], Iterable[Chunk]]
) -> tuple[str, Spots]:
    """Return what `compact` should return for a written article."""
    text, spots = "", Spots()
    for sentence in sentences:
        words = list(sentence.words)
        starts = [len(text) + len("".join(words[:index])) for index in range(len(words) + 1)]
        spots.update((label, starts[start], starts[end]) for label, start, end in chunks_of(sentence))
        text += "".join(words)
    return text, spots


OPTIONS = st.builds(
    ProjectionOptions,
    scheme=st.sampled_from(SCHEMES),
    flatten=st.sampled_from(FLATTENINGS),
    boundary=st.sampled_from(BOUNDARIES),
    zones=st.just(None),
)
LAST = Article("u", "نص أمس", id=2)
SPANS = [Span("s", "u", "salma", "DATE", 3, 6)]


def check_read_back(folder: Path, stream: io.StringIO, expected_articles: list[tuple[str, Spots]]) -> None:
    items, refusals = read_file(folder, stream.getvalue())
    assert [compact(item) for item in items] == [article for article in expected_articles if article[0]]
    assert [item.reason for item in refusals if not isinstance(item, Notice)] == ["The text is empty."] * sum(
        not article[0] for article in expected_articles
    )


@pytest.mark.parametrize("format_", [conll2003.TAGS, conll2002.TAGS])
@given(st.lists(article_layers(), max_size=3), OPTIONS)
def test_written_flat_columns_are_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    format_: ColumnTags,
    articles: list[tuple[Article, list[Zone], list[Span]]],
    options: ProjectionOptions,
) -> None:
    stream, expected_articles = io.StringIO(), []
    for article, zones, spans in [*articles, (LAST, [], SPANS)]:
        projected = project_flat(article, zones, spans, LabelSet(()), options)
        format_.write(stream, projected, options.scheme)
        expected_articles.append(expected(list_sentences(projected), lambda sentence: sentence.chunks))
    check_read_back(tmp_path_factory.mktemp("own"), stream, expected_articles)


@pytest.mark.parametrize("format_", [germeval.TAGS, wojood.TAGS])
@given(st.lists(article_layers(), max_size=3), OPTIONS)
def test_written_nested_columns_are_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    format_: NestedTags,
    articles: list[tuple[Article, list[Zone], list[Span]]],
    options: ProjectionOptions,
) -> None:
    all_projected = [
        project_nested(article, zones, spans, LabelSet(()), options, allow_same_label=format_.allow_same_label)
        for article, zones, spans in [*articles, (LAST, [], SPANS)]
    ]
    stream = io.StringIO()
    for projected in all_projected:
        format_.write(
            stream,
            projected,
            options.scheme,
            max(1, *(article_projection.depth for article_projection in all_projected)),
        )
    expected_articles = [
        expected(projected.sentences, lambda sentence: [chunk for level in sentence.levels for chunk in level])
        for projected in all_projected
    ]
    check_read_back(tmp_path_factory.mktemp("own"), stream, expected_articles)


@pytest.mark.parametrize(
    ("name", "beginning", "answer"),
    [
        ("a.txt", "أ O\nب O\n", False),
        ("a.conll", "أ O\nب O\n", True),
        ("a", "-DOCSTART- O\n\nأ O\nب O\n", True),
        ("a.txt", "أ O\nب B-A\n", True),
        ("a.txt", "أ O\nب B_A\n", True),
        ("a.txt", "أ O\nب ORG\nج ORG\nد O\n", True),
        ("a.txt", "Type O\nGroup A\n", False),
        ("a.txt", "أ NN\nب VB\nج NN\nد O\nه NN\nو VB\n", False),
        ("a.user1", "أ _ _ O\nب _ _ B-A\n", True),
        ("a.txt", "# O O\nأ O\nب O\n", False),
        ("a.tsv", "#FORMAT=WebAnno TSV 3.3\n\n#Text=أ\n1-1\t0-1\tأ\tB-A\n", False),
        ("a.tsv", "#id=1\n#text=أ ب\n1\tأ\tB-A\n2\tب\tO\n", False),
        ("a.conll", "# text = أ ب\n1\tأ\t_\tNOUN\t_\t_\t0\troot\t_\tB-A\n", False),
        ("a.conllu", "1\tأ\t_\tNOUN\t_\t_\t0\troot\t_\t_\n2\tب\t_\tX\tS-----\t_\t0\troot\t_\t_\n", False),
        ("a.txt", "أعلنت الوزارة عن\nخطة B-52\nثم مضت في طريق\n", False),
        ("a.txt", "كلمة\n" * 99 + "Vitamin B-12\n", False),
        ("a.ann", "T1\tORG 0 5\tوزارة\n", False),
        ("a.csv", "text,label\nأ,O\n", False),
    ],
)
def test_sniff(name: str, beginning: str, answer: bool) -> None:
    assert sniff(name, beginning.encode()) is answer


def test_sniff_refuses_our_own_jsonl(tmp_path: Path) -> None:
    (item,), _ = read_file(tmp_path, "خطة B-PLAN\n")
    assert not sniff("a.jsonl", jsonl.encode(item).encode())


PEERS = {
    "peers/conll/conll2003-en-sample.conll": ([3], {"ORG": 1, "PER": 1, "LOC": 1}, []),
    "peers/conll/ner2002_test.conll": ([4], {"PER": 2, "LOC": 1, "ORG": 1}, []),
    "peers/conll/germeval2014_test.conll": ([6], {"LOC": 4, "LOCpart": 1, "OTH": 1}, []),
    "peers/conll/idrisi-ar-bilou.txt": ([49], {"CITY": 23, "HPOI": 14, "CTRY": 11, "DIST": 1}, []),
    "peers/doccano/example.conll": ([2], {"LOC": 1, "PER": 1}, []),
    "peers/doccano/example.txt": ([4], {"ORG": 1, "MISC": 2, "PER": 1}, []),
    "peers/doccano/labeling.conll2003.user1": ([5], {"12": 3, "13": 2}, []),
    "peers/doccano/labeling.conll2003.user2": ([5, 6], {"12": 6, "13": 4, "14": 1}, []),
    "peers/doccano/labeling.trailing.conll": ([2], {"LOC": 1, "PER": 1}, []),
    "peers/doccano/labeling.invalid.conll": (
        [5],
        {"LOC": 3, "PER": 2},
        [(1, "The line has 3 columns, unlike the rest of the file.")],
    ),
    "peers/spacy/ner-token-per-line.iob": ([7], {"PERSON": 2, "ORG": 2, "DATE": 2, "NORP": 1}, []),
    "peers/spacy/ner-token-per-line-with-pos.iob": ([7], {"PERSON": 2, "ORG": 2, "DATE": 2, "NORP": 1}, []),
    "peers/spacy/ner-token-per-line-conll2003.iob": ([7], {"PERSON": 2, "ORG": 2, "DATE": 2, "NORP": 1}, []),
    "peers/label-studio/arabic-its-own-export.conll": ([6], {"INSTITUTION": 2, "DATE": 2, "PLAN": 2}, []),
}
"""Spans of each article, spans by label, and remarks."""


@pytest.mark.parametrize("name", PEERS)
def test_sample_files_of_other_programs_are_read(shared: Path, name: str) -> None:
    path = shared / "data" / name
    assert sniff(path.name.lower(), path.read_bytes()[: 1 << 16])
    results = list(read(path, ""))
    items = [item for item in results if isinstance(item, AnnotatedArticle)]
    spans, labels, refusals = PEERS[name]
    assert [len(item.spans) for item in items] == spans
    assert Counter(span.label for item in items for span in item.spans) == labels
    assert line_reasons([item for item in results if isinstance(item, Remark)]) == refusals


def test_texts_of_sample_files_are_rebuilt(shared: Path) -> None:
    (german,) = only_articles(read(shared / "data/peers/conll/germeval2014_test.conll", ""))
    assert german.article.text.endswith("Troia-Ausstellung statt, „Troia - Traum und Wirklichkeit“.")
    assert german.article.url == "http://de.wikipedia.org/wiki/Manfred_Korfmann"
    assert german.article.published == "2009-10-17"
    assert ("Troia - Traum und Wirklichkeit", "OTH") in labelled_texts(german)
    assert ("Troia", "LOC") in labelled_texts(german)
    (arabic,) = only_articles(read(shared / "data/peers/label-studio/arabic-its-own-export.conll", ""))
    assert arabic.article.text.splitlines() == [
        "أعلنت وزارة الاقتصاد والمالية، اليوم الاثنين 24 يونيو 2019، عن «مخطط المغرب الأخضر».",
        "وبوزارة الداخلية صدر بلاغ يوم 3 غشت / أغسطس 2020 حول المبادرة الوطنية للتنمية البشرية.",
    ]
    assert ("«مخطط المغرب الأخضر»", "PLAN") in labelled_texts(arabic)


@pytest.mark.parametrize(
    ("name", "articles", "labels", "refusals"),
    [
        (
            "train",
            337,
            {"DATE": 553, "ORG": 594, "GPE": 677, "FAC": 30},
            [(12377, "I-FAC at the start of a sentence: treated as the start of a span.")],
        ),
        ("val", 56, {"DATE": 84, "ORG": 87, "GPE": 117, "FAC": 6}, []),
    ],
)
def test_wojood_sample_has_every_span(
    shared: Path, name: str, articles: int, labels: dict[str, int], refusals: list[tuple[int, str]]
) -> None:
    """A span for each B-, and one for the I-FAC without one; all three parts have 793 DATE and 898 ORG."""
    path = shared / "data/ner" / f"wojood-sample-{name}.txt"
    results = list(read(path, ""))
    items = [item for item in results if isinstance(item, AnnotatedArticle)]
    assert len(items) == articles
    counts = Counter(span.label for item in items for span in item.spans)
    assert {label: counts[label] for label in labels} == labels
    starts = Counter(
        tag[2:] for line in path.read_text().splitlines() for tag in line.split()[1:] if tag.startswith("B-")
    )
    assert counts - starts == Counter(FAC=1 if refusals else 0) + Counter()
    assert not starts - counts
    assert line_reasons([item for item in results if isinstance(item, Remark)]) == refusals
