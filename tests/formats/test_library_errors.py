"""What libraries say of damaged files, in the languages of the interface."""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
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
    "wrong type": lambda: msgspec.json.decode(b'{"text": 1}', type=_Line),
    "no field": lambda: msgspec.json.decode(b"{}", type=_Line),
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
    for name in ("truncated", "wrong type", "no field", "mismatched", "no ZIP", "quotes"):
        error = _fail(FAILURES[name])
        assert explain_error(error) == str(error)


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
