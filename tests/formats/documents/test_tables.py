"""Tables of articles: detection of columns, and the rows that are refused."""

import codecs
import csv
import io
from pathlib import Path

import pytest
from formats.items import only_articles
from hypothesis import example, given
from hypothesis import strategies as st

from annotator.formats.documents import tables
from annotator.formats.documents.tables import read, sniff
from annotator.model.records import AnnotatedArticle, Notice, Refusal, Remark
from annotator.text.offsets import normalise_newlines
from annotator.text.visible import trim_invisible

BODY = "قال الوزير، اليوم، إن الخطة «ستنجز» في 2024؛ ثم انصرف."
OTHER = "افتتح معرض الكتاب بوجدة، بحضور كتاب من كل البلدان."


def read_articles(path: Path, data: str | bytes, columns: dict[str, str] | None = None) -> list[AnnotatedArticle]:
    return only_articles(read_items(path, data, columns))


def read_items(path: Path, data: str | bytes, columns: dict[str, str] | None = None) -> list[AnnotatedArticle | Remark]:
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(read(path, "a", columns))


def texts(path: Path, data: str | bytes, columns: dict[str, str] | None = None) -> list[str]:
    return [item.article.text for item in read_articles(path, data, columns)]


def read_reasons(path: Path, data: str | bytes, columns: dict[str, str] | None = None) -> list[tuple[int, str]]:
    return [(item.line, item.reason) for item in read_items(path, data, columns) if isinstance(item, Refusal)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def test_a_column_of_spans_that_is_not_read_is_pointed_out(path: Path) -> None:
    def notices(data: str) -> list[str]:
        return [item.reason for item in read_items(path, data) if isinstance(item, Notice)]

    reason = "The column “{}” seems to contain spans, which are not read: only the articles are."
    assert notices(f'text,spans\n"{BODY}","[[0, 3, ""A""]]"\n"{OTHER}",[]\n') == [reason.format("spans")]
    assert notices(f'text,مواضع\n"{BODY}","[{{""start"": 0}}]"\n') == [reason.format("مواضع")]
    assert notices(f'text,ents\n"{BODY}","[(0, 3, \'A\')]"\n') == [reason.format("ents")]
    assert notices(f'text,ents\n"{BODY}","[(2024) سطر]"\n') == []
    assert notices(f'text,spans\n"{BODY}","[سطر]"\n"[{{0}}] {OTHER}",[]\n') == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "header",
    [
        ("title", "text", "date", "source", "url", "id"),
        ("Headline", "Article_Text", "Published-At", "Publisher", "LINK", "n"),
        ("titre", "Texte", "Date de publication", "journal", "Lien", "no"),
        ("العنوان", "النص", "تاريخ النشر", "المصدر", "الرابط", "رقم"),
        ("عُنوان", "المحتوى", "التاريخ", "الموقع", "رابط", "ر"),
    ],
)
def test_columns_are_recognised_by_their_names(path: Path, delimiter: str, header: tuple[str, ...]) -> None:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerows(
        [header, ("معرض", OTHER, "9 يوليوز 2024", "هسبريس", "https://x.ma/1", "1"), ("", BODY, "", "", "", "2")]
    )
    first, second = read_articles(path, stream.getvalue())
    article = first.article
    assert (article.text, article.title, article.published) == (OTHER, "معرض", "2024-07-09")
    assert (article.source, article.url, first.line) == ("هسبريس", "https://x.ma/1", 2)
    assert (second.article.text, second.article.title, second.article.url, second.line) == (BODY, None, None, 3)


@given(
    st.lists(
        st.tuples(
            *[
                st.text(
                    st.sampled_from('اب،,;\t|"\n\r\u2028\u0085 \u0640\u064b\u200f😀')
                    | st.characters(exclude_categories=["Cs"], exclude_characters="\0")
                )
            ]
            * 2
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(",;\t|"),
)
@example([("ا", '"'), ("ب", "x\r\ny")], ",")
def test_tables_written_by_csv_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]], delimiter: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "written.csv"
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([("title", "text"), *pairs])
    items = read_items(path, stream.getvalue())
    visible_pairs = [(title, text) for title, text in pairs if (title + text).strip()]
    expected = [
        (title, text)
        for title, text in visible_pairs
        if trim_invisible(text, 0, len(text)) != (0, 0) or _is_visible(text)
    ]
    articles = [item.article for item in items if isinstance(item, AnnotatedArticle)]
    assert [article.text for article in articles] == [normalise_newlines(text) for _title, text in expected]
    assert [article.title or "" for article in articles] == [title.strip() for title, _text in expected]
    reasons = [item.reason for item in items if isinstance(item, Refusal)]
    assert reasons == ["The text is empty."] * (len(visible_pairs) - len(expected))


def _is_visible(text: str) -> bool:
    start, end = trim_invisible(text, 0, len(text))
    return start < end


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1256"])
@pytest.mark.parametrize("count", [1, 3000])
def test_encodings_are_detected(path: Path, encoding: str, count: int) -> None:
    data = "text,n\r\n" + "".join(f'"{BODY}",{number}\r\n' for number in range(count))
    assert texts(path, data.encode(encoding)) == [BODY] * count


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16", "cp1256"])
@pytest.mark.parametrize("shift", range(4))
def test_a_first_row_longer_than_the_sample_is_read(path: Path, encoding: str, shift: int) -> None:
    long = "a" * shift + ("اب ت" if encoding == "cp1256" else "اب 😀") * 75_000
    assert texts(path, long.encode(encoding)) == [long]
    assert texts(path, f"text,n\n{long},1\nب,2".encode(encoding)) == [long, "ب"]


def test_the_line_of_an_article_is_the_first_of_its_row(path: Path) -> None:
    items = read_articles(path, 'text,n\n"ا\nب",1\n\n\n"ج",2\r\n"د",3\r"ه",4')
    assert [(item.article.text, item.line) for item in items] == [("ا\nب", 2), ("ج", 6), ("د", 7), ("ه", 8)]


@pytest.mark.parametrize("data", [f"{BODY}\n{OTHER}\n", f"نص\n{BODY}\n\n{OTHER}", f'"{BODY}"\n"{OTHER}"\n'])
def test_a_single_column_is_the_text(path: Path, data: str) -> None:
    assert texts(path, data) == [BODY, OTHER]


def test_a_single_column_may_have_unquoted_commas_and_quotation_marks(path: Path) -> None:
    lines = ['"نعم" قال, ثم', "عاد; وقال", "اب\tج"]
    assert texts(path, "text\n" + "\n".join(lines)) == lines


def test_tabs_are_read_without_quoting(path: Path) -> None:
    assert texts(path, 'id\ttext\n1\t"نعم" قال\n2\tثم "عاد\n') == ['"نعم" قال', 'ثم "عاد']


def test_the_longest_column_is_the_text_if_none_has_its_name(path: Path) -> None:
    assert (
        texts(path, f"رقم,كلام,قسم\n1,{OTHER.replace('،', '')},سياسة\n2,{OTHER.replace('،', '')},رياضة\n")
        == [OTHER.replace("،", "")] * 2
    )
    assert texts(path, f"1;{OTHER};سياسة\n2;{BODY.replace(';', '')};رياضة\n") == [OTHER, BODY]
    items = read_articles(path, f"title;words\nعنوان;{OTHER}\n")
    assert [(item.article.text, item.article.title) for item in items] == [(OTHER, "عنوان")]


def test_the_sep_line_of_excel_sets_the_delimiter(path: Path) -> None:
    items = read_articles(path, f"sep=;\r\ntext;title\r\n{BODY.replace(';', '')};x\r\n")
    assert [(item.line, item.article.title) for item in items] == [(3, "x")]


def test_columns_named_by_the_caller_are_used(path: Path) -> None:
    data = f"a,b,text\n{OTHER},عنوان,x\n"
    items = read_articles(path, data, columns={"text": "a", "title": "B"})
    assert [(item.article.text, item.article.title) for item in items] == [(OTHER, "عنوان")]
    assert read_reasons(path, data, columns={"text": "c"}) == [(0, "No column is named “c”.")]
    assert read_reasons(path, "a,a\nx,y\n", columns={"text": "a"}) == [(0, "More than one column is named “a”.")]
    with pytest.raises(KeyError):
        read_items(path, data, columns={"texte": "a"})


def test_an_ambiguous_text_column_is_refused(path: Path) -> None:
    both = "Columns “text” and “Body” could both contain the text. Specify which one does."
    assert read_reasons(path, "text,Body\nا,ب\n") == [(0, both)]
    assert texts(path, "text,Body\nا,ب\n", columns={"text": "Body"}) == ["ب"]
    none = "No column name shows which column contains the text. Specify the column."
    assert read_reasons(path, "a,b\nنص من هنا,نص من هناك\n") == [(0, none)]
    assert read_reasons(path, "title,a,b\n") == [(0, none)]


@pytest.mark.parametrize("columns", [{}, {"text": "Word"}])
def test_a_table_of_tokens_and_tags_has_no_articles(path: Path, columns: dict[str, str]) -> None:
    data = "Sentence #,Word,POS,Tag\nSentence: 1,أعلنت,VBD,O\n,وزارة,NN,B-ORG\n,الصحة,NN,I-ORG\n,أمس,RB,O\n"
    (line, reason), *others = read_reasons(path, data, columns=columns)
    assert (line, others, "with its tag in “Tag”" in reason) == (0, [], True)
    assert texts(path, "text,n\nا,O\nب,O\n") == ["ا", "ب"]


def test_malformed_rows_are_refused_and_the_rest_read(path: Path) -> None:
    data = "text,n\nا,1\nب, ج,2\n\nد\n" + '"ه"و,3\nز,4\n"ح\nط,5\n'
    items = read_items(path, data)
    assert [item.article.text for item in items if isinstance(item, AnnotatedArticle)] == ["ا", "ز"]
    assert read_reasons(path, data) == [
        (3, "Wrong number of columns: 3 instead of 2."),
        (5, "Wrong number of columns: 1 instead of 2."),
        (6, "The row cannot be parsed: ',' expected after '\"'"),
        (8, "The row cannot be parsed: unexpected end of data"),
    ]


def test_rows_without_text_or_with_an_invalid_time_are_reported(path: Path) -> None:
    items = read_items(path, "text,date\n ,2024\nا,قريبا\nج,2024-07-09T09:00\n")
    assert [item.article.published for item in items if isinstance(item, AnnotatedArticle)] == [
        None,
        "2024-07-09T09:00",
    ]
    assert read_reasons(path, "text,date\n ,2024\nا,قريبا\n") == [
        (2, "The text is empty."),
        (3, "“قريبا” is not a valid publication date."),
    ]


@pytest.mark.parametrize("data", [b"", b"\n\n", b" \r\n"])
def test_an_empty_table_is_refused(path: Path, data: bytes) -> None:
    assert read_reasons(path, data) == [(0, "The file contains no table rows.")]


def test_binary_and_undecodable_tables_are_refused(path: Path) -> None:
    assert read_reasons(path, bytes(range(256)) * 300) == [(0, "The file is binary, not text.")]
    data = b"text,n\n" + f"{OTHER.replace(',', '')},1\n".encode() * 4000 + b"\xff\xfe,2\n"
    items = read_items(path, data)
    assert isinstance(items[-1], Refusal)
    assert items[-1].reason == "From this line on, the file is not valid UTF-8."
    assert 3900 < len(items) <= 4001


def test_cells_beyond_the_limit_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_CELL_LENGTH", 1000)
    assert texts(path, f'text,n\n"{"ا" * 1000}",1\n') == ["ا" * 1000]
    data = 'text,n\nب,0\n"' + "ا ب\n" * 300 + "ج,1\n" + "د,2\n"
    assert [item.article.text for item in read_items(path, data) if isinstance(item, AnnotatedArticle)] == ["ب"]
    assert read_reasons(path, data) == [
        (3, "The row cannot be parsed: field larger than field limit (1000)"),
    ]


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes, has_header: bool) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    for item in read_items(path, (b"text,title\n" if has_header else b"") + data):
        assert isinstance(item, AnnotatedArticle | Refusal)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.csv", f"text\n{BODY}", True),
        ("a.csv", f"{BODY}\n", True),
        ("a.csv", "", False),
        ("a.csv", b"\0\1\2", False),
        ("a.csv", '{"text": "x"}', False),
        ("a.csv", "<html>", False),
        ("a.txt", f"text,title\n{BODY},x", True),
        ("a", f"id;title;النص\r\n1;عنوان;{BODY}\r\n2;عنوان;{BODY}", True),
        ("a", f"id,title\n1,{BODY}", False),
        ("a", f"text,title\n{BODY}", False),
        ("a", "text\tner\nقال\tO\nالوزير\tB-PER\n", False),
        ("a", f"text\n{BODY}", False),
        ("a.txt", f"النص، العنوان\n{BODY}\n{BODY}", False),
        ("a.tsv", f"id\tالنص\n1\t{BODY}", True),
        ("a.tsv", codecs.BOM_UTF8 + f'"id"\t"text"\n1\t{BODY}'.encode(), True),
        ("a.tsv", "قال\tO\nالوزير\tB-PER\n", False),
        ("a.tsv", "#FORMAT=WebAnno TSV 3.3\n#T_SP=x|text\n\n#Text=نص\n1-1\t0-2\tنص\t_\n", False),
        ("a.tsv", "# http://x\n1\tنص\tO\tO\n", False),
    ],
)
def test_sniff(name: str, data: bytes | str, expected: bool) -> None:
    assert sniff(name, data if isinstance(data, bytes) else data.encode()) is expected


def test_sniff_accepts_no_sample_file_of_other_formats(shared: Path) -> None:
    for path in sorted(file for file in (shared / "data").rglob("*") if file.is_file()):
        assert not sniff(path.name.lower(), path.read_bytes()[: 1 << 16]), path
