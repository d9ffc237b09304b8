"""Plain text: detection of encodings, and the files that are refused."""

import codecs
from contextlib import suppress
from pathlib import Path

import pytest
from formats.items import only_articles
from hypothesis import example, given
from hypothesis import strategies as st

from annotator.formats.documents import plain_text as format_
from annotator.formats.documents.plain_text import MAX_BYTES, decode_text, read
from annotator.model.operations import InvalidEdit
from annotator.model.reasons import Code
from annotator.model.records import Refusal

PAGE = (Path(__file__).resolve().parents[2] / "fixtures" / "page.txt").read_text(encoding="utf-8")
SHORT = "افتتاح معرض الكتاب بوجدة"
FRENCH = "صرّح المدير: “le café est à côté de l’hôtel”، وأضاف أن الأشغال انتهت."
UNKNOWN = "Unknown encoding: the file is not UTF-8, UTF-16 or Windows-1256."
BINARY = "The file is binary, not text."


def read_reason(data: bytes) -> str:
    with pytest.raises(InvalidEdit) as error:
        decode_text(data)
    return str(error.value)


@pytest.mark.parametrize("text", [PAGE, SHORT, FRENCH, "نعم"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1256"])
def test_encodings_are_detected(text: str, encoding: str) -> None:
    text = f"{text}\n{text}\r\n"
    assert decode_text(text.encode(encoding)) == text


@pytest.mark.parametrize("text", [SHORT, "قال المدير، في بلاغ له، إن الأشغال ستنتهي قريبا؛ ثم انصرف."])
def test_iso_8859_6_is_detected(text: str) -> None:
    assert decode_text(text.encode("iso8859-6")) == text


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_broken_utf_16_is_refused(mark: bytes) -> None:
    name = "UTF-16-LE" if mark == codecs.BOM_UTF16_LE else "UTF-16-BE"
    assert read_reason(mark + b"\x06\x27\x06") == f"The file has the byte order mark of {name} but is not valid {name}."


def test_byte_order_marks_are_never_text() -> None:
    assert decode_text(codecs.BOM_UTF8 * 2 + SHORT.encode()) == SHORT
    assert decode_text(("\ufeff" + SHORT).encode("utf-16-be")) == SHORT
    assert decode_text("أ\ufeffب".encode()) == "أ\ufeffب"


@pytest.mark.parametrize(
    "data",
    [
        "Le président a été reçu à Rabat, où il a déjeuné".encode("cp1252"),
        "Übergröße für alle".encode("latin-1"),
        "Добрый вечер, дорогие друзья, у нас сегодня важные новости".encode("cp1251"),
        "Καλημέρα σας, τα νέα της ημέρας".encode("cp1253"),
        "新しい本が出版されました".encode("shift_jis"),
        "漢字文章です".encode("shift_jis"),
        f"{SHORT}\2".encode("cp1256"),
        bytes(range(1, 256)),
        b"\x89PNG\r\n\x1a\n" + bytes(range(255, 127, -1)),
    ],
)
def test_text_in_an_unsupported_encoding_is_refused(data: bytes) -> None:
    assert read_reason(data) == UNKNOWN


def test_line_of_the_first_invalid_byte_is_named() -> None:
    page = PAGE.encode()
    assert read_reason(page[1:]) == "Line 1 of the text is not valid UTF-8."
    assert read_reason("لا لا لا".encode() + b"\xff") == "Line 1 of the text is not valid UTF-8."
    line = page[:400].count(b"\n") + 1
    assert line > 1
    assert read_reason(page[:400] + b"\xff" + page[400:]) == f"Line {line} of the text is not valid UTF-8."


@pytest.mark.parametrize("data", [b"\x7fELF\0\0\0", b"GIF89a\0\x01\xff\xff", b"abc\0def" * 3, b"\0" * 100])
def test_binary_files_are_refused(data: bytes) -> None:
    assert read_reason(data) == BINARY


def test_text_beyond_the_limit_is_refused() -> None:
    assert read_reason(b"x" * (MAX_BYTES + 1)) == "The file is larger than 10 MB."
    assert len(decode_text(b"x" * MAX_BYTES)) == MAX_BYTES


@given(st.binary(max_size=200))
@example(b"\xff\xfe")
@example(b"\xef\xbb\xbf")
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(InvalidEdit):
        assert not decode_text(data).startswith("\ufeff")


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")))
def test_utf_8_is_always_read(text: str) -> None:
    assert decode_text(text.encode()) == text
    assert decode_text(text.encode("utf-8-sig")) == text
    assert decode_text(codecs.BOM_UTF16_BE + text.encode("utf-16-be")) == text


def test_a_file_is_one_article(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes(PAGE.replace("\n", "\r\n").encode("utf-8-sig"))
    (item,) = only_articles(read(path, "ليلى"))
    assert item.article.text == PAGE
    assert item.article.published == "2024-06-06T17:45"
    assert [zone.kind for zone in item.zones].count("boilerplate") == 5
    assert item.spans == ()


@pytest.mark.parametrize(
    ("data", "reason", "code"),
    [
        (b"", "The text is empty.", Code.NO_TEXT),
        (codecs.BOM_UTF8, "The text is empty.", Code.NO_TEXT),
        (b"\r\n \n", "The text is empty.", Code.NO_TEXT),
        (codecs.BOM_UTF16_LE + "أ\0ب".encode("utf-16-le"), "The text contains NUL characters.", Code.INVALID_CHARACTER),
        (b"\x89PNG\0", BINARY, Code.BINARY_FILE),
        (b"x" * (MAX_BYTES + 1), "The file is larger than 10 MB.", Code.FILE_TOO_LARGE),
    ],
    ids=["empty", "only a mark", "blank", "NUL", "binary", "large"],
)
def test_a_refusal_names_the_path_as_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, reason: str, code: Code
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    path = Path("folder/file.txt")
    path.write_bytes(data)
    assert list(read(path, "")) == [Refusal(str(path), 0, reason, code)]


def test_a_missing_file_raises(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(format_.read(tmp_path / "none.txt", ""))
