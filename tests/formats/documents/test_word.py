"""Word documents: the text that is read, and the files that are refused."""

import io
import zipfile
from functools import partial
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from formats import items
from formats.items import read_only_item
from hypothesis import given
from hypothesis import strategies as st

from annotator.formats.documents import word
from annotator.formats.documents.word import read, sniff
from annotator.model.records import AnnotatedArticle, Article, Refusal
from annotator.text.visible import trim_invisible

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
BODY = "قال الوزير، اليوم، إن الخطة ستنجز في 2024."
CORE = (
    '<cp:coreProperties xmlns:cp="c" xmlns:dc="d" xmlns:dcterms="t"><dc:title> معرض </dc:title>'
    "<dcterms:created>2024-07-09T08:30:00Z</dcterms:created></cp:coreProperties>"
)
RELATIONS = (
    '<Relationships><Relationship Id="x" Type="http://x/officeDocument" Target="{}"/>'
    '<Relationship Id="y" Type="http://x/styles" Target="word/styles.xml"/></Relationships>'
)

read_article = partial(items.read_article, read)
read_reason = partial(items.read_reason, read)


def p(text: str) -> str:
    return f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r></w:p>"


def package(body: str, *, core: str = "", main: str = "word/document.xml", head: str = "", **parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("_rels/.rels", RELATIONS.format(main))
        file.writestr(main.lstrip("/"), f"{head}<w:document {W} {MC}><w:body>{body}</w:body></w:document>")
        if core:
            file.writestr("docProps/core.xml", core)
    return stream.getvalue()


def text(path: Path, body: str) -> str:
    return read_article(path, package(body)).text


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "article.docx"


def test_paragraphs_and_properties(path: Path) -> None:
    article = read_article(path, package(p("معرض") + "<w:p/>" + p(BODY), core=CORE))
    assert article == Article(article.uid, f"معرض\n\n{BODY}", "معرض", "2024-07-09T08:30")
    assert read_article(path, package(p("معرض") + p("10 يوليوز 2024") + p(BODY), core=CORE)).published == "2024-07-10"
    bare = read_article(path, package(p(BODY)))
    assert (bare.title, bare.published) == (None, None)


def test_runs_tabs_breaks_and_links_are_joined(path: Path) -> None:
    body = (
        "<w:p><w:pPr><w:tabs><w:tab/></w:tabs><w:rPr><w:del/></w:rPr></w:pPr>"
        "<w:r><w:t>في</w:t><w:tab/><w:t> عام</w:t></w:r>"
        "<w:hyperlink><w:r><w:br/><w:t>رابط</w:t></w:r></w:hyperlink><w:r><w:noBreakHyphen/><w:cr/><w:t>ب</w:t></w:r></w:p>"
    )
    assert text(path, body) == "في\t عام\nرابط\u2011\nب"


def test_tracked_insertions_fields_and_text_boxes_are_read(path: Path) -> None:
    body = (
        "<w:p><w:ins><w:r><w:t>زيد</w:t></w:r></w:ins><w:del><w:r><w:delText>حذف</w:delText></w:r></w:del>"
        "<w:moveFrom><w:r><w:t>نقل</w:t></w:r></w:moveFrom><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>"
        "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>" + p("إطار") + "</w:txbxContent></mc:Choice>"
        "<mc:Fallback><w:txbxContent>" + p("إطار") + "</w:txbxContent></mc:Fallback></mc:AlternateContent>"
        "<w:t>حوله</w:t></w:r><w:r><w:footnoteReference/></w:r></w:p><w:sdt><w:sdtContent>"
        + p("حقل")
        + "</w:sdtContent></w:sdt>"
    )
    assert text(path, body) == "زيد\nإطار\nحوله\nحقل"


def test_tables_are_read_in_place(path: Path) -> None:
    def row(*cells: str) -> str:
        return "<w:tr><w:trPr/>" + "".join(f"<w:tc><w:tcPr/>{cell}</w:tc>" for cell in cells) + "</w:tr>"

    def table(*rows: str) -> str:
        return f"<w:tbl><w:tblPr/>{''.join(rows)}</w:tbl>"

    flat = table(row(p("أ"), p("ب")), row(p("ج"), "<w:p/>"), row(p("د"), p("ه")))
    assert text(path, p("قبل") + flat + p("بعد")) == "قبل\nأ\tب\nج\t\nد\tه\nبعد"
    layout = table(row(p("عنوان") + p("فقرة"), flat))
    assert text(path, layout + p("بعد")) == "عنوان\nفقرة\nأ\tب\nج\t\nد\tه\nبعد"


@pytest.mark.parametrize("main", ["word/document2.xml", "/word/document.xml"])
def test_the_main_part_is_found_by_its_relation(path: Path, main: str) -> None:
    assert read_article(path, package(p(BODY), main=main)).text == BODY


XML = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from(
    "اب\u0640\u064b\u200f😀لا"
)


@given(st.lists(st.text(XML, max_size=20), min_size=1, max_size=6))
def test_any_paragraphs_written_by_python_docx_are_read(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    docx = pytest.importorskip("docx")
    path = tmp_path_factory.getbasetemp() / "any.docx"
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(str(path))
    (item,) = read(path, "a")
    joined = "\n".join(line.replace("\u2028", "\n").replace("\u2029", "\n") for line in lines)
    start, end = trim_invisible(joined, 0, len(joined))
    if start < end:
        assert isinstance(item, AnnotatedArticle)
        assert item.article.text == joined
    else:
        assert isinstance(item, Refusal)
        assert item.reason == "The text is empty."


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def test_older_formats_and_passwords_are_refused(path: Path) -> None:
    reason = "The document is in an older format. Open it in Word and save it as .docx."
    assert read_reason(path, OLE + bytes(600)) == reason
    assert read_reason(path, b"{\\rtf1 x}") == reason
    locked = OLE + bytes(70_000) + "EncryptedPackage".encode("utf-16-le")
    assert read_reason(path, locked) == "The document is password-protected. Save it without a password."


BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("head", [BOMB, '<!DOCTYPE x SYSTEM "http://localhost/x.dtd">'])
def test_document_type_declarations_are_refused(path: Path, head: str) -> None:
    reason = "The document contains a DOCTYPE declaration, which Word never writes."
    assert read_reason(path, package(p("x").replace("x", "&b;&f;"), head=head)) == reason
    assert read_reason(path, package(p(BODY), core=head + CORE)) == reason


def test_zip_bombs_are_not_unpacked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word, "MAX_PART_BYTES", 100_000)
    assert read_reason(path, package(p("ا" * 60_000))) == "The document is larger than 0 MB."
    assert read_article(path, package(p("ا" * 40_000))).text == "ا" * 40_000
    # A part that lies about its size is read no further than the size it states.
    data = package(p("ا" * 60_000))
    size = zipfile.ZipFile(io.BytesIO(data)).getinfo("word/document.xml").file_size
    assert data.count(size.to_bytes(4, "little")) == 2
    assert read_reason(path, data.replace(size.to_bytes(4, "little"), (500).to_bytes(4, "little"))).startswith(
        "The document is damaged: "
    )


def test_deep_nesting_is_read(path: Path) -> None:
    assert text(path, "<w:sdt>" * 50_000 + p(BODY) + "</w:sdt>" * 50_000) == BODY


def test_damaged_files_are_refused(path: Path) -> None:
    content = package(p(BODY), core=CORE)
    assert read_reason(path, b"") == "The document is damaged: File is not a zip file"
    assert read_reason(path, package("<w:p>")).startswith("The document is damaged: mismatched tag")
    assert read_reason(path, package("")) == "The text is empty."
    package_without_rels = io.BytesIO()
    with zipfile.ZipFile(package_without_rels, "w") as file:
        file.writestr("word/document.xml", "<x/>")
    assert (
        read_reason(path, package_without_rels.getvalue()) == "The document is damaged: it has no part “_rels/.rels”."
    )
    for cut in range(0, len(content), 7):
        assert read_reason(path, content[:cut])
    for index in range(0, len(content), 5):
        assert read_only_item(read, path, content[:index] + bytes([content[index] ^ 0x55]) + content[index + 1 :])


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.docx", package(p(BODY)), True),
        ("a.zip", package(p(BODY)), True),
        ("a.zip", package(p(BODY)).replace(b"word/", b"text/"), False),
        ("a.docx", b"PK\3\4", False),
        ("a.doc", OLE + bytes(10), True),
        ("a.xls", OLE + bytes(10), False),
        ("a.rtf", b"{\\rtf1", True),
        ("a.docx", BODY.encode(), False),
        ("a.txt", BODY.encode(), False),
    ],
)
def test_sniff(name: str, data: bytes, expected: bool) -> None:
    assert sniff(name, data) is expected


def test_sniff_accepts_no_sample_file_of_other_formats(shared: Path) -> None:
    for path in sorted(file for file in (shared / "data").rglob("*") if file.is_file()):
        assert not sniff(path.name.lower(), path.read_bytes()[: 1 << 16]), path
