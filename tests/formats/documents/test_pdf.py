"""PDF: what comes out of one, and which are refused."""

import io
import time
from pathlib import Path

import pytest

from annotator.cli.terminal import visual
from annotator.formats.documents import pdf
from annotator.formats.documents.pdf import read, recognises
from annotator.model.records import Article, Draft, Refusal
from annotator.text.visual_order import Suspicion, repaired, suspect

pypdf = pytest.importorskip("pypdf")

BODY = "قالت الوزارة إن الخطة (2023-2030) ستنجز."


def written(*pages: str, title: str | None = None, password: str | None = None, algorithm: str = "RC4-128") -> bytes:
    """A PDF whose pages show the lines of these texts, a glyph a character and a font a page. What stands behind a tab
    is drawn by itself, further to the right."""
    from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject

    writer = pypdf.PdfWriter()
    for text in pages:
        page = writer.add_blank_page(500, 800)
        glyphs = {character: at for at, character in enumerate(sorted(set(text) - {"\n", "\t"}), 1)}
        pairs = "\n".join(f"<{at:04x}> <{character.encode('utf-16-be').hex()}>" for character, at in glyphs.items())
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
            f"/F 12 Tf 1 0 0 1 {20 + 60 * place} {780 - 14 * at} Tm "
            f"<{''.join(f'{glyphs[character]:04x}' for character in piece)}> Tj\n"
            for at, line in enumerate(text.split("\n"))
            for place, piece in enumerate(line.split("\t"))
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


def found(path: Path, data: bytes) -> Draft | Refusal:
    path.write_bytes(data)
    (item,) = read(path, "a")
    return item


def article(path: Path, data: bytes) -> Article:
    item = found(path, data)
    assert isinstance(item, Draft), item
    return item.article


def reason(path: Path, data: bytes) -> str:
    item = found(path, data)
    assert isinstance(item, Refusal)
    assert (item.path, item.line) == (str(path), 0)
    return item.reason


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "article.pdf"


def test_pages_come_one_after_the_other(path):
    there = article(path, written("OECD 2024\nRabat", "", "second", title=" عنوان "))
    assert there == Article(there.uid, "OECD 2024\nRabat\nsecond", "عنوان")
    assert article(path, written("OECD", title=" ")).title is None


@pytest.mark.parametrize(
    "text",
    [
        f"معرض الكتاب\n{BODY}",
        "افتتح المعرض في ٠٩/٠٧/٢٠٢٤ بوجدة.\nبلغت النسبة ١٢٫٥٪ هذا العام.\nبلغت ٢١ ثم ١٢ سنة.",
        "قال مدير OECD (Paris)، أمس، إن «Airbus» تنجز 25% من ٢٠٢٤.",
        "في الساعة 10:30 صباحا\nقال: هل؟\nThe ministry (الوزارة) said.",
    ],
)
def test_the_glyphs_of_a_page_become_text(path, text):
    shown = article(path, written(visual(text))).text
    found = suspect(shown)
    assert found is not None
    assert found.visual_order == 0
    assert repaired(shown).text == text


@pytest.mark.parametrize(
    ("drawn", "text"),
    [
        ("ةرازو\tتنلعأ", "أعلنت وزارة"),
        ("ةرازو\tتنلعأ\nدغلا", "أعلنت وزارة\nالغد"),
        ("one\ttwo", "one two"),  # nothing in it runs from the right
        ("test\tةرازو", "وزارة test"),  # the page as it was drawn has told already
        ("ةرازو تنلعأ", "أعلنت وزارة"),
    ],
)
def test_words_that_were_drawn_from_left_to_right_are_read_from_the_right(path, drawn, text):
    assert article(path, written(drawn)).text == text


def test_what_stands_on_two_heights_or_goes_to_the_left_stays():
    one, two = pdf._Piece("أعلنت ", (50.0, 7.0)), pdf._Piece("وزارة", (10.0, 7.0))
    assert pdf._from_the_right([one, two]) == "أعلنت وزارة"
    assert pdf._from_the_right([two, one]) == "أعلنت وزارة"
    for place in ((50.0, 9.0), (10.0, 7.0), None):
        assert pdf._from_the_right([two, one._replace(place=place)]) == "وزارةأعلنت "


@pytest.mark.parametrize(
    ("page", "line", "place"),
    [
        ([1, 0, 0, 1, 0, 0], [12, 0, 0, 12, 20, 700], (20, 700)),
        ([2, 0, 0, -1, 5, 800], [1, 0, 0, -1, 20, 100], (45, 700)),
        ([-1, 0, 0, 1, 0, 0], [1, 0, 0, 1, 20, 700], None),
        ([0, 1, -1, 0, 0, 0], [1, 0, 0, 1, 20, 700], None),
        ([1, 0, 0, 1, 0, 0], [1, 0.1, 0, 1, 20, 700], None),
    ],
)
def test_where_a_piece_stands(page, line, place):
    assert pdf._place(page, line) == place


def test_passwords(path):
    assert reason(path, written("x", password="secret")) == "The PDF is protected by a password."
    assert article(path, written("OECD", password="")).text == "OECD"


def test_encryption_that_pypdf_cannot_read_alone(path, monkeypatch):
    from pypdf.errors import DependencyError

    def unable(*_arguments: object) -> None:
        raise DependencyError("cryptography is required")

    data = written("OECD", password="")
    monkeypatch.setattr(pypdf.PdfReader, "decrypt", unable)
    assert reason(path, data) == "The PDF is encrypted in a way that cannot be read here."


def test_scans(path):
    scanned = "The PDF holds no text: its pages are pictures, as a scanner makes them."
    assert reason(path, written("", "")) == scanned
    assert reason(path, written(" ")) == scanned
    assert reason(path, written()) == scanned


def test_limits(path, monkeypatch):
    monkeypatch.setattr(pdf, "MOST", 2)
    assert article(path, written("a", "b")).text == "a\nb"
    assert reason(path, written("a", "b", "c")) == "The PDF has more than 2 pages."
    monkeypatch.setattr(pdf, "LARGEST", 100)
    assert reason(path, written("a")) == "The file is larger than 0 MB."


def test_a_page_that_takes_too_long_is_left(path, monkeypatch):
    data = written("\n".join(["a"] * 300))
    assert article(path, data).text.count("a") == 300
    clock = iter(range(1_000_000))
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    assert reason(path, data) == "The PDF takes longer than 60 seconds to read."


def test_damage(path, capfd):
    whole = written(BODY.replace("\n", " "), title="x")
    for data in (b"", b"%PDF-1.7", b"%PDF-1.7\n" + bytes(range(256)) * 20, whole[: len(whole) // 3]):
        assert reason(path, data).startswith("The PDF ")
    for at in range(0, len(whole), 23):
        assert found(path, whole[:at] + bytes([whole[at] ^ 0x15]) + whole[at + 1 :])
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
def test_recognising(data, expected):
    assert recognises("a.pdf", data) is expected
    assert recognises("a", data) is expected


def test_real_files(shared):
    folder = shared / "data" / "pdf"
    outcomes = {}
    for path in sorted(folder.iterdir()):
        if recognises(path.name.lower(), path.read_bytes()[: 1 << 16]):
            (item,) = read(path, "a")
            assert isinstance(item, Draft)
            outcomes[path.name] = (suspect(item.article.text), repaired(item.article.text).text.split("\n"))
    expected = (folder / "right_to_left_01.md").read_text(encoding="utf-8")
    wanted = "".join(expected.replace("#", "").split())
    suspicion, lines = outcomes.pop("right_to_left_01.pdf")
    assert suspicion is None
    # Letter by letter the text of the page; only spaces differ.
    assert "".join("".join(lines).split()) == wanted
    assert outcomes == {
        # In presentation forms; its words were drawn one by one, from left to right.
        "ArabicCIDTrueType.pdf": (Suspicion(44, 0), ["انواع الخطوط العربية"] * 4),
        # Two columns, an English one and an Arabic one: where a line is of one string it is turned as a whole.
        "BidiSample.pdf": (
            None,
            [
                *("العربية", "العربية", "الختبار test", "14 april 1434 ١٤٣٤ إبريل  ١٤"),
                *("14-april-1434 ١٤٣٤-إبريل-١٤", "(january) (يناير)", "«self test» «ذاتي إختبار»"),
                "A line with an Arabic العربية word embedded.",
            ],
        ),
        "PDFBOX-4531-bidi-ligature-1.pdf": (Suspicion(1, 0), ["\ufb30 ", " ", "لا ", " "]),
        "PDFBOX-4531-bidi-ligature-2.pdf": (None, ["\u05d0\u05bc ", " ", "لا ", " "]),
    }
