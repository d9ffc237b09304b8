"""What libraries say of damaged files, in the languages of the interface."""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Annotated, Any
from xml.parsers import expat

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator import i18n
from annotator.formats.library_errors import explain_error


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    i18n.set_language("en")


class _Line(msgspec.Struct):
    text: str


def _parse_xml(data: bytes) -> None:
    expat.ParserCreate().Parse(data, True)


def _fail(action: Callable[[], object]) -> Exception:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which one it is, is what the messages are about
        action()
    return caught.value


FAILURES: dict[str, Callable[[], object]] = {
    "truncated": lambda: msgspec.json.decode(b'{"text": "a"'),
    "no UTF-8": lambda: msgspec.json.decode(b'{"text":"\xff"}', type=_Line),
    "nested": lambda: msgspec.json.decode(b"[" * 100_000),
    "no ZIP": lambda: zipfile.ZipFile(io.BytesIO(b"PK\x03\x04abc")),
    "no zlib": lambda: zlib.decompress(b"abc"),
    "mismatched": lambda: _parse_xml(b"<a><b></a>"),
    "no element": lambda: _parse_xml(b""),
    "entity": lambda: _parse_xml(b"<a>&nope;</a>"),
    "encoding": lambda: _parse_xml(b'<?xml version="1.0" encoding="foo"?><a/>'),
    "token": lambda: _parse_xml(b"\xff<a/>"),
    "junk": lambda: _parse_xml(b"<a/><b/>"),
    "quotes": lambda: list(csv.reader(io.StringIO('"abc'), strict=True)),
}


@pytest.mark.parametrize("language", ["ar", "fr"])
@pytest.mark.parametrize("name", sorted(FAILURES.keys() - {"no UTF-8"}))  # whose explanation says all
def test_frequent_messages_are_translated_and_the_librarys_words_follow(name: str, language: str) -> None:
    error = _fail(FAILURES[name])
    i18n.set_language(language)
    explanation, _, words = explain_error(error).rstrip(")").partition(" (")
    assert words.strip("\u2066\u2069").rstrip(")") == str(error).rstrip(")")
    assert explanation
    assert str(error).split(":")[0] not in explanation


def test_english_readers_have_the_librarys_words_alone() -> None:
    for name in ("truncated", "mismatched", "no ZIP", "quotes"):
        error = _fail(FAILURES[name])
        assert explain_error(error) == str(error)


@pytest.mark.parametrize(
    ("data", "type_", "english", "arabic"),
    [
        (b'{"text": 1}', _Line, "expected a text, found a whole number, in “text”", "المطلوب نص، والموجود عدد صحيح"),
        (b"{}", _Line, "“text” is missing", "ينقص"),
        (
            b'[{"text": 1.5}]',
            list[_Line],
            "expected a text, found a number, in “[0].text”",
            "المطلوب نص، والموجود عدد",
        ),
        (b"[true]", list[int | str | None], "expected a whole number or a text, found true or false, in “[0]”", "أو"),
        (b"5", dict[str, int] | None, "expected an object, found a whole number", "كائن"),
        (b"null", _Line, "expected an object, found null", "والموجود null"),
    ],
)
def test_a_wrong_value_is_explained_without_the_librarys_words(
    data: bytes, type_: Any, english: str, arabic: str
) -> None:
    error = _fail(lambda: msgspec.json.decode(data, type=type_))
    assert explain_error(error) == english
    i18n.set_language("ar")
    assert arabic in explain_error(error)
    assert "`" not in explain_error(error)


def test_what_the_library_says_of_few_values_stays() -> None:
    error = _fail(lambda: msgspec.json.decode(b"5", type=Annotated[int, msgspec.Meta(ge=60)]))
    assert explain_error(error) == str(error) == "Expected `int` >= 60"


def test_a_syntax_error_of_json_has_its_line_and_the_text_there() -> None:
    data = '{\n "title": "خطة",\n "text": خطة}'.encode()
    error = _fail(lambda: msgspec.json.decode(data))
    assert explain_error(error, data, 7) == 'JSON is malformed in line 9, at “"خطة", "text": خطة}”: invalid character'
    i18n.set_language("ar")
    explanation = explain_error(error, data, 7)
    assert "9" in explanation
    assert explanation.endswith(f" (\u2066{error}\u2069)")


def test_bytes_of_another_encoding_are_found_by_the_text_before_them() -> None:
    error = _fail(lambda: "خطة é".encode().replace(b"\xc3", b"").decode())
    assert explain_error(error) == "The bytes after “خطة” are not valid UTF-8."
    for language in ("fr", "ar"):  # the codec's words say no more
        i18n.set_language(language)
        assert "codec" not in explain_error(error)


def test_an_unknown_message_stays_as_it_is() -> None:
    assert explain_error(ValueError("what nobody foresaw")) == "what nobody foresaw"
    assert explain_error(ValueError()) == "ValueError"
    i18n.set_language("ar")
    assert explain_error(ValueError("what nobody foresaw")) == "\u2066what nobody foresaw\u2069"


@given(st.text(max_size=60), st.binary(max_size=60), st.sampled_from(("en", "ar", "fr")))
def test_any_message_is_explained(words: str, data: bytes, language: str) -> None:
    i18n.set_language(language)
    assert (words or "ValueError") in explain_error(ValueError(words), data)
