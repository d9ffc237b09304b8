"""PDF: the text that is extracted, and the files that are refused."""

import io
import time
from functools import partial
from pathlib import Path

import pytest
from formats import items
from formats.items import read_only_item
from running import raising

from annotator.cli.terminal import reorder_for_display
from annotator.formats.documents import pdf
from annotator.formats.documents.pdf import read, sniff
from annotator.model.records import AnnotatedArticle, Article
from annotator.text.visual_order import DisplayArtifacts, find_display_artifacts, restore_logical_text

pypdf = pytest.importorskip("pypdf")

BODY = "قالت الوزارة إن الخطة (2023-2030) ستنجز."

read_article = partial(items.read_article, read)
read_reason = partial(items.read_reason, read)


def write_pdf(*pages: str, title: str | None = None, password: str | None = None, algorithm: str = "RC4-128") -> bytes:
    """Write a PDF whose pages show the lines of these texts, with a glyph for each character and a font for each page.

    Text after a tab is drawn by itself, further to the right.
    """
    from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject

    writer = pypdf.PdfWriter()
    for text in pages:
        page = writer.add_blank_page(500, 800)
        glyphs = {character: glyph for glyph, character in enumerate(sorted(set(text) - {"\n", "\t"}), 1)}
        pairs = "\n".join(
            f"<{glyph:04x}> <{character.encode('utf-16-be').hex()}>" for character, glyph in glyphs.items()
        )
        table = DecodedStreamObject()
        table.set_data(
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n1 begincodespacerange <0000> <ffff> "
            + f"endcodespacerange\n{len(glyphs)} beginbfchar\n{pairs}\nendbfchar endcmap end end".encode()
        )
        descendant = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/CIDFontType2"),
                NameObject("/BaseFont"): NameObject("/X"),
                NameObject("/DW"): NumberObject(500),
            }
        )
        font = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type0"),
                NameObject("/BaseFont"): NameObject("/X"),
                NameObject("/Encoding"): NameObject("/Identity-H"),
                NameObject("/DescendantFonts"): ArrayObject([writer._add_object(descendant)]),
                NameObject("/ToUnicode"): writer._add_object(table),
            }
        )
        fonts = DictionaryObject({NameObject("/F"): writer._add_object(font)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        lines = "".join(
            f"/F 12 Tf 1 0 0 1 {20 + 60 * column} {780 - 14 * row} Tm "
            f"<{''.join(f'{glyphs[character]:04x}' for character in piece)}> Tj\n"
            for row, line in enumerate(text.split("\n"))
            for column, piece in enumerate(line.split("\t"))
        )
        content = DecodedStreamObject()
        content.set_data(f"BT /F 12 Tf {lines} ET".encode() if text else b"0 0 100 100 re f")
        page[NameObject("/Contents")] = writer._add_object(content)
    if title:
        writer.add_metadata({"/Title": title})
    if password is not None:
        writer.encrypt(password, "owner", algorithm=algorithm)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "article.pdf"


def test_pages_are_joined_in_order(path: Path) -> None:
    article = read_article(path, write_pdf("OECD 2024\nRabat", "", "second", title=" عنوان "))
    assert article == Article(article.uid, "OECD 2024\nRabat\nsecond", "عنوان")
    assert read_article(path, write_pdf("OECD", title=" ")).title is None


@pytest.mark.parametrize(
    "text",
    [
        f"معرض الكتاب\n{BODY}",
        "افتتح المعرض في ٠٩/٠٧/٢٠٢٤ بوجدة.\nبلغت النسبة ١٢٫٥٪ هذا العام.\nبلغت ٢١ ثم ١٢ سنة.",
        "قال مدير OECD (Paris)، أمس، إن «Airbus» تنجز 25% من ٢٠٢٤.",
        "في الساعة 10:30 صباحا\nقال: هل؟\nThe ministry (الوزارة) said.",
    ],
)
def test_glyphs_of_a_page_become_logical_text(path: Path, text: str) -> None:
    extracted = read_article(path, write_pdf(reorder_for_display(text))).text
    artifacts = find_display_artifacts(extracted)
    assert artifacts is not None
    assert artifacts.visual_order == 0
    assert restore_logical_text(extracted).text == text


@pytest.mark.parametrize(
    ("drawn", "text"),
    [
        ("ةرازو\tتنلعأ", "أعلنت وزارة"),
        ("ةرازو\tتنلعأ\nدغلا", "أعلنت وزارة\nالغد"),
        ("one\ttwo", "one two"),  # left to right only
        ("test\tةرازو", "وزارة test"),  # corrected by the page as it was drawn
        ("ةرازو تنلعأ", "أعلنت وزارة"),
    ],
)
def test_arabic_words_drawn_from_left_to_right_are_reordered(path: Path, drawn: str, text: str) -> None:
    assert read_article(path, write_pdf(drawn)).text == text


def test_pieces_on_two_heights_or_from_right_to_left_keep_their_order() -> None:
    first, second = pdf._TextPiece("أعلنت ", (50.0, 7.0)), pdf._TextPiece("وزارة", (10.0, 7.0))
    assert pdf._order_pieces([first, second]) == "أعلنت وزارة"
    assert pdf._order_pieces([second, first]) == "أعلنت وزارة"
    for position in ((50.0, 9.0), (10.0, 7.0), None):
        assert pdf._order_pieces([second, first._replace(position=position)]) == "وزارةأعلنت "


@pytest.mark.parametrize(
    ("page", "line", "position"),
    [
        ([1, 0, 0, 1, 0, 0], [12, 0, 0, 12, 20, 700], (20, 700)),
        ([2, 0, 0, -1, 5, 800], [1, 0, 0, -1, 20, 100], (45, 700)),
        ([-1, 0, 0, 1, 0, 0], [1, 0, 0, 1, 20, 700], None),
        ([0, 1, -1, 0, 0, 0], [1, 0, 0, 1, 20, 700], None),
        ([1, 0, 0, 1, 0, 0], [1, 0.1, 0, 1, 20, 700], None),
    ],
)
def test_position_of_a_piece_follows_from_its_matrices(
    page: list[float], line: list[float], position: tuple[int, int] | None
) -> None:
    assert pdf._position(page, line) == position


def test_password_protected_files_are_refused_unless_the_password_is_empty(path: Path) -> None:
    assert read_reason(path, write_pdf("x", password="secret")) == "The PDF is password-protected."
    assert read_article(path, write_pdf("OECD", password="")).text == "OECD"


def test_encryption_that_pypdf_does_not_support_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pypdf.errors import DependencyError

    data = write_pdf("OECD", password="")
    monkeypatch.setattr(pypdf.PdfReader, "decrypt", raising(DependencyError("cryptography is required")))
    assert read_reason(path, data) == "The PDF uses an unsupported encryption method."


def test_scans_without_text_are_refused(path: Path) -> None:
    scanned = "The PDF contains no text: its pages are images, probably scanned."
    assert read_reason(path, write_pdf("", "")) == scanned
    assert read_reason(path, write_pdf(" ")) == scanned
    assert read_reason(path, write_pdf()) == scanned


def test_files_beyond_the_limits_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_PAGES", 2)
    assert read_article(path, write_pdf("a", "b")).text == "a\nb"
    assert read_reason(path, write_pdf("a", "b", "c")) == "The PDF has more than 2 pages."
    monkeypatch.setattr(pdf, "MAX_BYTES", 100)
    assert read_reason(path, write_pdf("a")) == "The file is larger than 0 MB."


def test_a_page_that_takes_too_long_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = write_pdf("\n".join(["a"] * 300))
    assert read_article(path, data).text.count("a") == 300
    clock = iter(range(1_000_000))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    assert read_reason(path, data) == "The PDF takes longer than 60 seconds to read."


def test_damaged_files_are_refused(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    content = write_pdf(BODY.replace("\n", " "), title="x")
    for data in (b"", b"%PDF-1.7", b"%PDF-1.7\n" + bytes(range(256)) * 20, content[: len(content) // 3]):
        assert read_reason(path, data).startswith("The PDF ")
    for index in range(0, len(content), 23):
        assert read_only_item(read, path, content[:index] + bytes([content[index] ^ 0x15]) + content[index + 1 :])
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"%PDF-1.4\n", True),
        (b"\n\n\xef\xbb\xbf%PDF-1.7", True),
        (b"x" * 1100 + b"%PDF-1.7", False),
        (b"%!PS", False),
        (b"", False),
    ],
)
def test_sniff(data: bytes, expected: bool) -> None:
    assert sniff("a.pdf", data) is expected
    assert sniff("a", data) is expected


def test_real_files(shared: Path) -> None:
    folder = shared / "data" / "pdf"
    outcomes = {}
    for path in sorted(folder.iterdir()):
        if sniff(path.name.lower(), path.read_bytes()[: 1 << 16]):
            (item,) = read(path, "a")
            assert isinstance(item, AnnotatedArticle)
            outcomes[path.name] = (
                find_display_artifacts(item.article.text),
                restore_logical_text(item.article.text).text.split("\n"),
            )
    expected = (folder / "right_to_left_01.md").read_text(encoding="utf-8")
    expected_letters = "".join(expected.replace("#", "").split())
    suspicion, lines = outcomes.pop("right_to_left_01.pdf")
    assert suspicion is None
    # Letter by letter the text of the page; only spaces differ.
    assert "".join("".join(lines).split()) == expected_letters
    assert outcomes == {
        # In presentation forms, with words drawn one by one from left to right.
        "ArabicCIDTrueType.pdf": (DisplayArtifacts(44, 0), ["انواع الخطوط العربية"] * 4),
        # Two columns, English and Arabic: a line that is one string is reversed as a whole.
        "BidiSample.pdf": (
            None,
            [
                *("العربية", "العربية", "الختبار test", "14 april 1434 ١٤٣٤ إبريل  ١٤"),
                *("14-april-1434 ١٤٣٤-إبريل-١٤", "(january) (يناير)", "«self test» «ذاتي إختبار»"),
                "A line with an Arabic العربية word embedded.",
            ],
        ),
        "PDFBOX-4531-bidi-ligature-1.pdf": (DisplayArtifacts(1, 0), ["\ufb30 ", " ", "لا ", " "]),
        "PDFBOX-4531-bidi-ligature-2.pdf": (None, ["\u05d0\u05bc ", " ", "لا ", " "]),
    }
